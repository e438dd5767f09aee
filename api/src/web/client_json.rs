//! A [`Serializer`] that makes JSON for clients: times in RFC 3339, which events store as epoch microseconds.

use domain::Timestamp;
use serde::ser::{Error as _, Serialize, SerializeMap, SerializeSeq, Serializer};
use serde::ser::{
    SerializeStruct, SerializeStructVariant, SerializeTuple, SerializeTupleStruct, SerializeTupleVariant,
};
use serde_json::{Error, Map, Value};

/// Serializes a value as [`serde_json::to_value`] does, but every [`Timestamp`] in it as RFC 3339.
///
/// # Errors
/// When it cannot be serialized.
pub fn to_client_value<T: Serialize + ?Sized>(value: &T) -> Result<Value, Error> {
    value.serialize(ClientJson)
}

struct ClientJson;

/// The items of a list.
struct Items(Vec<Value>);

/// The fields of an object, and the name that awaits its value.
struct Fields {
    map: Map<String, Value>,
    name: Option<String>,
}

/// A variant of an enum: `{"name": content}`.
struct Variant<Content> {
    name: &'static str,
    content: Content,
}

impl Items {
    fn with_capacity(length: usize) -> Self {
        Self(Vec::with_capacity(length))
    }

    fn push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.0.push(to_client_value(value)?);
        Ok(())
    }

    fn into_value(self) -> Value {
        Value::Array(self.0)
    }
}

impl Fields {
    fn new() -> Self {
        Self {
            map: Map::new(),
            name: None,
        }
    }

    fn insert<T: Serialize + ?Sized>(&mut self, name: &str, value: &T) -> Result<(), Error> {
        self.map.insert(name.to_owned(), to_client_value(value)?);
        Ok(())
    }
}

fn variant(name: &str, content: Value) -> Value {
    Value::Object(Map::from_iter([(name.to_owned(), content)]))
}

/// Values without others in them are as in any JSON.
macro_rules! plain {
    ($($method:ident($ty:ty)),* $(,)?) => { $(
        fn $method(self, value: $ty) -> Result<Value, Error> {
            serde_json::value::Serializer.$method(value)
        }
    )* };
}

impl Serializer for ClientJson {
    type Ok = Value;
    type Error = Error;
    type SerializeSeq = Items;
    type SerializeTuple = Items;
    type SerializeTupleStruct = Items;
    type SerializeTupleVariant = Variant<Items>;
    type SerializeMap = Fields;
    type SerializeStruct = Fields;
    type SerializeStructVariant = Variant<Fields>;

    plain! {
        serialize_bool(bool), serialize_char(char), serialize_str(&str), serialize_bytes(&[u8]),
        serialize_i8(i8), serialize_i16(i16), serialize_i32(i32), serialize_i64(i64), serialize_i128(i128),
        serialize_u8(u8), serialize_u16(u16), serialize_u32(u32), serialize_u64(u64), serialize_u128(u128),
        serialize_f32(f32), serialize_f64(f64), serialize_unit_struct(&'static str),
    }

    fn serialize_unit(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_none(self) -> Result<Value, Error> {
        Ok(Value::Null)
    }

    fn serialize_some<T: Serialize + ?Sized>(self, value: &T) -> Result<Value, Error> {
        value.serialize(self)
    }

    fn serialize_unit_variant(self, _: &'static str, _: u32, variant: &'static str) -> Result<Value, Error> {
        Ok(variant.into())
    }

    fn serialize_newtype_struct<T: Serialize + ?Sized>(self, name: &'static str, value: &T) -> Result<Value, Error> {
        let value = value.serialize(self)?;
        match value.as_i64() {
            Some(micros) if name == Timestamp::SERDE_NAME => Ok(Timestamp(micros).to_rfc3339().into()),
            _ => Ok(value),
        }
    }

    fn serialize_newtype_variant<T: Serialize + ?Sized>(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        value: &T,
    ) -> Result<Value, Error> {
        Ok(variant(name, to_client_value(value)?))
    }

    fn serialize_seq(self, length: Option<usize>) -> Result<Items, Error> {
        Ok(Items::with_capacity(length.unwrap_or_default()))
    }

    fn serialize_tuple(self, length: usize) -> Result<Items, Error> {
        Ok(Items::with_capacity(length))
    }

    fn serialize_tuple_struct(self, _: &'static str, length: usize) -> Result<Items, Error> {
        Ok(Items::with_capacity(length))
    }

    fn serialize_tuple_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        length: usize,
    ) -> Result<Variant<Items>, Error> {
        let content = Items::with_capacity(length);
        Ok(Variant { name, content })
    }

    fn serialize_map(self, _: Option<usize>) -> Result<Fields, Error> {
        Ok(Fields::new())
    }

    fn serialize_struct(self, _: &'static str, _: usize) -> Result<Fields, Error> {
        Ok(Fields::new())
    }

    fn serialize_struct_variant(
        self,
        _: &'static str,
        _: u32,
        name: &'static str,
        _: usize,
    ) -> Result<Variant<Fields>, Error> {
        let content = Fields::new();
        Ok(Variant { name, content })
    }
}

/// Implements the traits of lists, which differ in the name of one method.
macro_rules! list {
    ($($of:ident::$push:ident),*) => { $(
        impl $of for Items {
            type Ok = Value;
            type Error = Error;

            fn $push<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
                self.push(value)
            }

            fn end(self) -> Result<Value, Error> {
                Ok(self.into_value())
            }
        }
    )* };
}
list!(
    SerializeSeq::serialize_element,
    SerializeTuple::serialize_element,
    SerializeTupleStruct::serialize_field
);

impl SerializeTupleVariant for Variant<Items> {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        self.content.push(value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(variant(self.name, self.content.into_value()))
    }
}

impl SerializeMap for Fields {
    type Ok = Value;
    type Error = Error;

    fn serialize_key<T: Serialize + ?Sized>(&mut self, name: &T) -> Result<(), Error> {
        self.name = Some(match to_client_value(name)? {
            Value::String(name) => name,
            Value::Number(number) => number.to_string(),
            _ => return Err(Error::custom("the name of a field must be a text or a number")),
        });
        Ok(())
    }

    fn serialize_value<T: Serialize + ?Sized>(&mut self, value: &T) -> Result<(), Error> {
        let name = self
            .name
            .take()
            .ok_or_else(|| Error::custom("a value without a name"))?;
        self.insert(&name, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Object(self.map))
    }
}

impl SerializeStruct for Fields {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.insert(name, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(Value::Object(self.map))
    }
}

impl SerializeStructVariant for Variant<Fields> {
    type Ok = Value;
    type Error = Error;

    fn serialize_field<T: Serialize + ?Sized>(&mut self, name: &'static str, value: &T) -> Result<(), Error> {
        self.content.insert(name, value)
    }

    fn end(self) -> Result<Value, Error> {
        Ok(variant(self.name, Value::Object(self.content.map)))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;
    use std::collections::BTreeMap;

    #[derive(serde::Serialize)]
    enum Kind {
        Nothing,
        Time(Timestamp),
        Pair(Timestamp, u8),
        Named { at: Timestamp, count: i64 },
    }

    #[derive(serde::Serialize)]
    struct Wrapped(i64);

    #[derive(serde::Serialize)]
    struct Everything {
        at: Timestamp,
        until: Option<Timestamp>,
        absent: Option<Timestamp>,
        kinds: Vec<Kind>,
        by_name: BTreeMap<u32, Timestamp>,
        pair: (Timestamp, String),
        wrapped: Wrapped,
        number: i64,
        share: f64,
        text: &'static str,
        unit: (),
    }

    #[test]
    fn times_are_rfc_3339_and_everything_else_is_as_in_any_json() {
        let everything = |at: Timestamp| Everything {
            at,
            until: Some(at),
            absent: None,
            kinds: vec![
                Kind::Nothing,
                Kind::Time(at),
                Kind::Pair(at, 1),
                Kind::Named { at, count: 2 },
            ],
            by_name: BTreeMap::from([(7, at)]),
            pair: (at, "text".to_owned()),
            wrapped: Wrapped(1_774_620_000_000_000),
            number: 1_774_620_000_000_000,
            share: 0.5,
            text: "text",
            unit: (),
        };
        let time = "2026-03-27T14:00:00.000000Z";
        let value = to_client_value(&everything(Timestamp(1_774_620_000_000_000))).expect("JSON");
        assert_eq!(
            value,
            json!({
                "at": time,
                "until": time,
                "absent": null,
                "kinds": ["Nothing", { "Time": time }, { "Pair": [time, 1] }, { "Named": { "at": time, "count": 2 } }],
                "by_name": { "7": time },
                "pair": [time, "text"],
                "wrapped": 1_774_620_000_000_000_i64,
                "number": 1_774_620_000_000_000_i64,
                "share": 0.5,
                "text": "text",
                "unit": null,
            })
        );
        // Stored events keep epoch microseconds.
        let stored = serde_json::to_value(everything(Timestamp(1))).expect("JSON");
        assert_eq!((&stored["at"], &stored["kinds"][1]), (&json!(1), &json!({ "Time": 1 })));
    }
}
