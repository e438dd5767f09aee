//! The messages of the live feed, their schemas, and who may see an event.

use crate::auth::{Permission, SignedIn};
use crate::events::schema::{Schemas, add, reference};
use crate::events::{
    AgentEvent, CallEvent, CalleeEvent, ContactEvent, Content, EventRecord, LedgerEvent, PhoneNumberEvent,
    QuarantineEvent, TenantSettingsEvent, UnreadableEvent, UserEvent,
};
use crate::read_models::status::RebuildProgress;
use crate::web::Rfc3339;
use infra::event_store::Recorded;
use serde::Serialize;
use std::borrow::Cow;
use utoipa::openapi::schema::{AllOfBuilder, ObjectBuilder, OneOfBuilder, Type};
use utoipa::openapi::{RefOr, Schema};
use utoipa::{PartialSchema, ToSchema};

/// Whether a reader has the permission for an event's stream type.
#[must_use]
pub fn may_see(reader: &SignedIn, event: &Recorded) -> bool {
    let needed = match event.stream.aggregate_type.as_str() {
        "contact" | "callee" => Permission::ViewContacts,
        "quarantine" => Permission::ViewQuarantine,
        "agent" => Permission::ViewAgents,
        "user" => Permission::ViewUsers,
        _ => Permission::ViewCalls,
    };
    reader.may(needed).is_ok()
}

/// The message, as JSON. `None` if the event cannot be serialized.
#[must_use]
pub fn render(event: &Recorded) -> Option<String> {
    let stream = &event.stream;
    let message = EventMessage {
        record: EventRecord::of(event),
        content: Content::of(event).ok()?,
        at: event.event.at().unwrap_or(event.recorded_at).into(),
        call_id: (stream.aggregate_type == "call").then_some(&stream.aggregate_id),
        stream: Stream {
            kind: &stream.aggregate_type,
            id: &stream.aggregate_id,
        },
    };
    serde_json::to_string(&message).ok()
}

/// An event of the log.
#[derive(Serialize)]
struct EventMessage<'a> {
    #[serde(flatten)]
    record: EventRecord,
    #[serde(flatten)]
    content: Content,
    /// Time of the event, as reported by its source.
    at: Rfc3339,
    /// The call; null for events of other streams.
    call_id: Option<&'a String>,
    stream: Stream<'a>,
}

/// The stream of an event.
#[derive(Serialize)]
struct Stream<'a> {
    #[serde(rename = "type")]
    kind: &'a str,
    id: &'a str,
}

/// A message without a position: it is not an event of the log, and is not sent again to a reader that resumes.
#[derive(Serialize, ToSchema)]
#[serde(tag = "type", rename_all = "snake_case")]
pub enum Notice {
    /// A user came online or went offline.
    Presence {
        /// ID of the user.
        user_id: String,
        /// Whether the user is online.
        here: bool,
    },
    /// Progress of a read model's rebuild.
    Rebuild {
        /// The read model.
        name: &'static str,
        /// Null when the rebuild has ended.
        progress: Option<RebuildProgress>,
    },
}

/// Schema of any message of the live feed.
pub struct FeedMessage;

impl PartialSchema for FeedMessage {
    fn schema() -> RefOr<Schema> {
        OneOfBuilder::new()
            .item(reference::<CallFeedEvent>())
            .item(reference::<AgentFeedEvent>())
            .item(reference::<ContactFeedEvent>())
            .item(reference::<CalleeFeedEvent>())
            .item(reference::<PhoneNumberFeedEvent>())
            .item(reference::<TenantSettingsFeedEvent>())
            .item(reference::<QuarantineFeedEvent>())
            .item(reference::<UserFeedEvent>())
            .item(reference::<LedgerFeedEvent>())
            .item(reference::<UnreadableFeedEvent>())
            .item(reference::<Notice>())
            .description(Some("A message of the live feed. Only events have a position."))
            .into()
    }
}

impl ToSchema for FeedMessage {
    fn name() -> Cow<'static, str> {
        "FeedMessage".into()
    }

    fn schemas(schemas: &mut Schemas) {
        add::<EventRecord>(schemas);
        add::<CallFeedEvent>(schemas);
        add::<AgentFeedEvent>(schemas);
        add::<ContactFeedEvent>(schemas);
        add::<CalleeFeedEvent>(schemas);
        add::<PhoneNumberFeedEvent>(schemas);
        add::<TenantSettingsFeedEvent>(schemas);
        add::<QuarantineFeedEvent>(schemas);
        add::<UserFeedEvent>(schemas);
        add::<LedgerFeedEvent>(schemas);
        add::<UnreadableFeedEvent>(schemas);
        add::<Notice>(schemas);
    }
}

/// Defines the schema of the message of an event of one stream type; `None` for any stream type.
macro_rules! feed_events {
    ($( $(#[$doc:meta])* $name:ident of $event:ty, $stream:expr; )*) => {
        $(
            $(#[$doc])*
            struct $name;

            impl PartialSchema for $name {
                fn schema() -> RefOr<Schema> {
                    event_message::<$event>($stream)
                }
            }

            impl ToSchema for $name {
                fn name() -> Cow<'static, str> {
                    stringify!($name).into()
                }

                fn schemas(schemas: &mut Schemas) {
                    add::<$event>(schemas);
                }
            }
        )*
    };
}

feed_events! {
    /// An event of a call.
    CallFeedEvent of CallEvent, Some("call");
    /// An event of an agent.
    AgentFeedEvent of AgentEvent, Some("agent");
    /// An event of a contact.
    ContactFeedEvent of ContactEvent, Some("contact");
    /// An event of a callee.
    CalleeFeedEvent of CalleeEvent, Some("callee");
    /// An event of a number of the installation.
    PhoneNumberFeedEvent of PhoneNumberEvent, Some("phone_number");
    /// An event of a tenant's settings.
    TenantSettingsFeedEvent of TenantSettingsEvent, Some("tenant_settings");
    /// An event of a quarantined webhook.
    QuarantineFeedEvent of QuarantineEvent, Some("quarantine");
    /// An event of a user.
    UserFeedEvent of UserEvent, Some("user");
    /// An event of the log itself.
    LedgerFeedEvent of LedgerEvent, Some("ledger");
    /// An event of any stream that this version of the service cannot read.
    UnreadableFeedEvent of UnreadableEvent, None;
}

fn event_message<E: ToSchema>(stream: Option<&str>) -> RefOr<Schema> {
    let text = || ObjectBuilder::new().schema_type(Type::String);
    let stream_type = text().enum_values(stream.map(|name| [name]));
    let call_id = match stream {
        Some("call") => text(),
        Some(_) => ObjectBuilder::new().schema_type(Type::Null),
        None => ObjectBuilder::new().schema_type(utoipa::openapi::schema::SchemaType::from_iter([
            Type::String,
            Type::Null,
        ])),
    };
    let message = ObjectBuilder::new()
        .property("at", Rfc3339::schema())
        .required("at")
        .property(
            "call_id",
            call_id.description(Some("The call; null for events of other streams.")),
        )
        .required("call_id")
        .property(
            "stream",
            ObjectBuilder::new()
                .property("type", stream_type)
                .required("type")
                .property("id", text())
                .required("id"),
        )
        .required("stream");
    AllOfBuilder::new()
        .item(reference::<E>())
        .item(reference::<EventRecord>())
        .item(message)
        .into()
}
