//! Schemas of events for the OpenAPI document. They are derived from the domain's enums: a union for each stream, of one
//! schema for each event type, distinguished by `type`.

use serde::Serialize;
use std::borrow::Cow;
use utoipa::openapi::schema::{ArrayItems, ObjectBuilder, OneOfBuilder, SchemaType, Type};
use utoipa::openapi::{Object, OneOf, Ref, RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Schemas by name.
pub type Schemas = Vec<(String, RefOr<Schema>)>;

/// Defines the schema of an event of one stream.
macro_rules! stream_events {
    ($( $(#[$doc:meta])* $name:ident of $event:ty ),* $(,)?) => {
        $(
            $(#[$doc])*
            pub struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    union_of(<$event>::TYPES)
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn schemas(schemas: &mut Schemas) {
                    let mut fields = Schemas::new();
                    <$event as ToSchema>::schemas(&mut fields);
                    schemas.extend(fields.into_iter().map(|(name, schema)| (name, without_nulls(schema))));
                    schemas.extend(event_types(<$event as PartialSchema>::schema()));
                }
            }
        )*
    };
}

stream_events! {
    /// Type and payload of a call's event.
    CallEvent of domain::call::CallEvent,
    /// Type and payload of an agent's event.
    AgentEvent of domain::agent::AgentEvent,
    /// Type and payload of a contact's event.
    ContactEvent of domain::contact::ContactEvent,
    /// Type and payload of a callee's event.
    CalleeEvent of domain::callee::CalleeEvent,
    /// Type and payload of the event of a number of the installation.
    PhoneNumberEvent of domain::phone_number::PhoneNumberEvent,
    /// Type and payload of an event of a tenant's settings.
    TenantSettingsEvent of domain::tenant_settings::TenantSettingsEvent,
    /// Type and payload of a quarantined webhook's event.
    QuarantineEvent of domain::quarantine::QuarantineEvent,
    /// Type and payload of a user's event.
    UserEvent of domain::user::UserEvent,
    /// Type and payload of an event of the log itself.
    LedgerEvent of domain::ledger::LedgerEvent,
}

/// An event that this version of the service cannot read, such as one of a newer version.
#[derive(Serialize, ToSchema)]
pub struct UnreadableEvent {
    /// Event type, as stored.
    #[serde(rename = "type")]
    pub kind: String,
    pub data: Unreadable,
}

/// What is known of an unreadable event.
#[derive(Serialize, ToSchema)]
pub struct Unreadable {
    /// Why the event cannot be read.
    pub unreadable: String,
}

/// A reference to a schema of the document.
#[must_use]
pub fn reference<T: ToSchema>() -> Ref {
    Ref::from_schema_name(T::name())
}

/// Adds a schema and all that it references.
pub fn add<T: ToSchema>(schemas: &mut Schemas) {
    T::schemas(schemas);
    schemas.push((T::name().into(), T::schema()));
}

/// A union without a discriminator: with one, a schema that adds to the union by `allOf` would count as one of its members.
fn union_of(types: &[&str]) -> RefOr<Schema> {
    let references = types.iter().map(|name| Ref::from_schema_name(*name));
    references.fold(OneOfBuilder::new(), OneOfBuilder::item).into()
}

/// The schema of each event type: `{"type": "CallRinging", "data": {…}}`. The enum's own schema is a union of
/// `{"CallRinging": {…}}`.
fn event_types(events: RefOr<Schema>) -> Schemas {
    let RefOr::T(Schema::OneOf(union)) = events else {
        return Schemas::new();
    };
    let variant = |item| match item {
        RefOr::T(Schema::Object(variant)) => Some(variant),
        _ => None,
    };
    union
        .items
        .into_iter()
        .filter_map(variant)
        .filter_map(event_type)
        .collect()
}

fn event_type(variant: Object) -> Option<(String, RefOr<Schema>)> {
    let (name, mut data) = variant.properties.into_iter().next()?;
    if let RefOr::T(Schema::Object(data)) = &mut data {
        // It repeats the variant's.
        data.description = None;
    }
    let kind = ObjectBuilder::new()
        .schema_type(Type::String)
        .enum_values(Some([name.as_str()]));
    let event = ObjectBuilder::new()
        .description(variant.description)
        .property("type", kind)
        .required("type")
        .property("data", without_nulls(data))
        .required("data");
    Some((name, event.into()))
}

/// The schema without `null` for optional fields, as type and as default: events omit an absent field.
fn without_nulls(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            for (name, property) in &mut object.properties {
                let known = std::mem::take(property);
                let is_optional = !object.required.contains(name);
                *property = without_nulls(if is_optional { without_null(known) } else { known });
            }
            object.into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.items = match array.items {
                ArrayItems::RefOrSchema(items) => ArrayItems::RefOrSchema(Box::new(without_nulls(*items))),
                ArrayItems::False => ArrayItems::False,
            };
            RefOr::T(Schema::Array(array))
        }
        RefOr::T(Schema::OneOf(mut union)) => {
            union.items = union.items.into_iter().map(without_nulls).collect();
            RefOr::T(Schema::OneOf(union))
        }
        // An inlined schema with the field's description beside it.
        RefOr::T(Schema::AllOf(mut parts)) if parts.items.len() == 2 => {
            let description = match parts.items.pop() {
                Some(RefOr::T(Schema::Object(part))) => part.description,
                _ => None,
            };
            match parts.items.pop() {
                Some(RefOr::T(Schema::OneOf(mut union))) => {
                    union.description = description;
                    RefOr::T(Schema::OneOf(union))
                }
                other => other.unwrap_or_default(),
            }
        }
        other => other,
    }
}

fn without_null(schema: RefOr<Schema>) -> RefOr<Schema> {
    match schema {
        RefOr::T(Schema::Object(mut object)) => {
            object.default = None;
            object.schema_type = without_null_type(object.schema_type);
            object.into()
        }
        RefOr::T(Schema::Array(mut array)) => {
            array.default = None;
            array.schema_type = without_null_type(array.schema_type);
            RefOr::T(Schema::Array(array))
        }
        RefOr::T(Schema::OneOf(union)) => without_null_item(union),
        other => other,
    }
}

fn without_null_type(types: SchemaType) -> SchemaType {
    let SchemaType::Array(types) = types else {
        return types;
    };
    let mut others: Vec<Type> = types.into_iter().filter(|it| *it != Type::Null).collect();
    match others.pop() {
        Some(only) if others.is_empty() => only.into(),
        last => SchemaType::Array(others.into_iter().chain(last).collect()),
    }
}

fn without_null_item(mut union: OneOf) -> RefOr<Schema> {
    let is_null = |item: &RefOr<Schema>| match item {
        RefOr::T(Schema::Object(object)) => object.schema_type == Type::Null.into(),
        _ => false,
    };
    union.items.retain(|item| !is_null(item));
    match union.items.pop() {
        Some(only) if union.items.is_empty() => only,
        last => {
            union.items.extend(last);
            RefOr::T(Schema::OneOf(union))
        }
    }
}
