//! [`Personal`]: a value about a person.
//!
//! The type is the rule. Whatever is inside a `Personal` is sealed before it is written to the log and can be erased;
//! whatever is not is stored in the clear for ever. On its way to the log it serialises as `{"personal": value}`, which
//! the codec at the store's door replaces by `{"sealed": "..."}`. Read back it is the value again, or `{"erased": true}`
//! once the key is gone.

use serde::de::{self, MapAccess, Visitor};
use serde::ser::SerializeMap;
use serde::{Deserialize, Deserializer, Serialize, Serializer};
use std::fmt;
use std::marker::PhantomData;

/// The JSON key under which an open value stands.
pub const PERSONAL: &str = "personal";
/// The JSON key under which a sealed value stands, as base64.
pub const SEALED: &str = "sealed";
/// The JSON key that says that a value was erased.
pub const ERASED: &str = "erased";

/// A value about a person: a number, a name, words, notes, digits.
///
/// Its `Debug` never shows the value, so that a log line cannot.
#[derive(Clone, PartialEq, Eq, Hash)]
pub enum Personal<T> {
    /// The value, open.
    Known(T),
    /// The value as it lies in the log; seen only by readers that have no keys.
    Sealed(String),
    /// The key was destroyed: nobody can read the value any more.
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

    /// The value by itself, unless it is sealed or erased.
    pub fn into_known(self) -> Option<T> {
        match self {
            Self::Known(value) => Some(value),
            Self::Sealed(_) | Self::Erased => None,
        }
    }
}

impl Personal<String> {
    /// The text, or nothing when it is sealed or erased.
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
    fn a_known_value_travels_under_its_own_key() {
        let value: Personal<String> = "Ada".into();
        let json = serde_json::to_string(&value).expect("serialises");
        assert_eq!(json, r#"{"personal":"Ada"}"#);
        assert_eq!(
            serde_json::from_str::<Personal<String>>(&json).expect("reads back"),
            value
        );
    }

    #[test]
    fn an_erased_value_reads_as_erased() {
        let value: Personal<String> = serde_json::from_str(r#"{"erased":true}"#).expect("reads");
        assert_eq!(value, Personal::Erased);
        assert_eq!(value.text(), None);
    }

    #[test]
    fn debug_never_shows_the_value() {
        assert_eq!(format!("{:?}", Personal::<String>::from("Ada")), "Personal(..)");
    }

    #[test]
    fn a_map_with_anything_else_is_refused() {
        for json in ["{}", r#"{"name":"Ada"}"#, r#"{"personal":"Ada","x":1}"#, r#""Ada""#] {
            assert!(serde_json::from_str::<Personal<String>>(json).is_err(), "{json}");
        }
    }
}
