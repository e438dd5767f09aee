//! [`Personal`]: a value about a person.
//!
//! A value inside a `Personal` is sealed before it is written to the log and can be erased. Every other value is stored in
//! the clear for ever. A `Personal` serializes as `{"personal": value}`; the codec of the event store replaces that by
//! `{"sealed": "..."}`. Read back it is the value again, or `{"erased": true}` once the key is destroyed.

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// The JSON key of a readable value.
pub const PERSONAL: &str = "personal";
/// The JSON key of a sealed value, in base64.
pub const SEALED: &str = "sealed";
/// The JSON key of an erased value.
pub const ERASED: &str = "erased";

/// A value about a person: a phone number, a name, spoken words, notes, digits.
///
/// `Debug` never shows the value, so a log line cannot either.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Personal<T> {
    Known(T),
    /// The value as stored in the log, for readers without the key.
    Sealed(String),
    /// The key was destroyed; the value can never be read again.
    Erased,
}

impl<T> Personal<T> {
    /// The value, unless it is sealed or erased.
    pub const fn known(&self) -> Option<&T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Sealed(_) | Self::Erased => None,
        }
    }

    /// The owned value, unless it is sealed or erased.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Sealed(_) | Self::Erased => None,
        }
    }
}

impl Personal<String> {
    /// The text, unless it is sealed or erased.
    #[must_use]
    pub fn text(&self) -> Option<&str> {
        self.known().map(String::as_str)
    }
}

impl<T> From<T> for Personal<T> {
    fn from(value: T) -> Self {
        Self::Known(value)
    }
}

impl From<&str> for Personal<String> {
    fn from(value: &str) -> Self {
        Self::Known(value.to_owned())
    }
}

impl<T> fmt::Debug for Personal<T> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Known(_) => "Personal(..)",
            Self::Sealed(_) => "Personal(sealed)",
            Self::Erased => "Personal(erased)",
        })
    }
}

impl<T: Serialize> Serialize for Personal<T> {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        let mut map = serializer.serialize_map(Some(1))?;
        match self {
            Self::Known(value) => map.serialize_entry(PERSONAL, value)?,
            Self::Sealed(bytes) => map.serialize_entry(SEALED, bytes)?,
            Self::Erased => map.serialize_entry(ERASED, &true)?,
        }
        map.end()
    }
}

impl<'de, T: Deserialize<'de>> Deserialize<'de> for Personal<T> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_map(PersonalVisitor(PhantomData))
    }
}

/// The value as clients of the API receive it: plain, or `{"erased": true}`.
#[cfg(feature = "openapi")]
impl<T: utoipa::PartialSchema> utoipa::PartialSchema for Personal<T> {
    fn schema() -> utoipa::openapi::RefOr<utoipa::openapi::Schema> {
        use utoipa::openapi::schema::{ObjectBuilder, OneOfBuilder, Type};
        let marker = ObjectBuilder::new()
            .schema_type(Type::Boolean)
            .enum_values(Some([true]));
        let erased = ObjectBuilder::new().property(ERASED, marker).required(ERASED);
        OneOfBuilder::new().item(T::schema()).item(erased).into()
    }
}

#[cfg(feature = "openapi")]
impl<T: utoipa::ToSchema> utoipa::ToSchema for Personal<T> {
    fn name() -> std::borrow::Cow<'static, str> {
        format!("Personal{}", T::name()).into()
    }

    fn schemas(schemas: &mut Vec<(String, utoipa::openapi::RefOr<utoipa::openapi::Schema>)>) {
        T::schemas(schemas);
    }
}

struct PersonalVisitor<T>(PhantomData<T>);

impl<'de, T: Deserialize<'de>> Visitor<'de> for PersonalVisitor<T> {
    type Value = Personal<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a map with the single key `personal`, `sealed` or `erased`")
    }

    fn visit_map<A: MapAccess<'de>>(self, mut map: A) -> Result<Self::Value, A::Error> {
        let key: String = map.next_key()?.ok_or_else(|| de::Error::invalid_length(0, &self))?;
        let value = match key.as_str() {
            PERSONAL => Personal::Known(map.next_value()?),
            SEALED => Personal::Sealed(map.next_value()?),
            ERASED => {
                map.next_value::<bool>()?;
                Personal::Erased
            }
            other => return Err(de::Error::unknown_field(other, &[PERSONAL, SEALED, ERASED])),
        };
        if map.next_key::<String>()?.is_some() {
            return Err(de::Error::invalid_length(2, &self));
        }
        Ok(value)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_value_serializes_under_the_personal_key() {
        let value: Personal<String> = "Ada".into();
        let json = serde_json::to_string(&value).expect("serializes");
        assert_eq!(json, r#"{"personal":"Ada"}"#);
        assert_eq!(serde_json::from_str::<Personal<String>>(&json).expect("parses"), value);
    }

    #[test]
    fn erased_json_parses_as_erased() {
        let value: Personal<String> = serde_json::from_str(r#"{"erased":true}"#).expect("parses");
        assert_eq!(value, Personal::Erased);
        assert_eq!(value.text(), None);
    }

    #[test]
    fn debug_output_hides_the_value() {
        assert_eq!(format!("{:?}", Personal::<String>::from("Ada")), "Personal(..)");
    }

    #[test]
    fn json_with_other_keys_is_refused() {
        for json in ["{}", r#"{"name":"Ada"}"#, r#"{"personal":"Ada","x":1}"#, r#""Ada""#] {
            assert!(serde_json::from_str::<Personal<String>>(json).is_err(), "{json}");
        }
    }
}
