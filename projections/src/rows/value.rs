//! [`Value`]: the value of a column.

use std::cmp::Ordering;
use std::fmt;

/// The type of a column.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// `integer`, `bigint`. Also times (epoch microseconds) and booleans (1/0).
    Int,
    /// `real`, `double precision`.
    Real,
    /// `text`.
    Text,
}

/// A value of a row. Its `Debug` never shows a text, which may be personal.
#[derive(Clone, PartialEq)]
pub enum Value {
    Null,
    Int(i64),
    Real(f64),
    Text(String),
}

impl Eq for Value {}

impl PartialOrd for Value {
    fn partial_cmp(&self, other: &Self) -> Option<Ordering> {
        Some(self.cmp(other))
    }
}

/// The order in which both engines sort a key: numbers by value, texts by bytes (`collate "C"`, SQLite's `binary`).
impl Ord for Value {
    fn cmp(&self, other: &Self) -> Ordering {
        match (self, other) {
            (Self::Int(a), Self::Int(b)) => a.cmp(b),
            (Self::Real(a), Self::Real(b)) => a.total_cmp(b),
            (Self::Text(a), Self::Text(b)) => a.cmp(b),
            _ => self.type_rank().cmp(&other.type_rank()),
        }
    }
}

impl Value {
    const fn type_rank(&self) -> u8 {
        match self {
            Self::Null => 0,
            Self::Int(_) => 1,
            Self::Real(_) => 2,
            Self::Text(_) => 3,
        }
    }
}

impl fmt::Debug for Value {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Null => f.write_str("null"),
            Self::Int(value) => write!(f, "{value}"),
            Self::Real(value) => write!(f, "{value}"),
            Self::Text(text) => write!(f, "text of {} bytes", text.len()),
        }
    }
}

/// A type that a column can hold.
pub trait Field: Sized {
    /// The kind of its column.
    const KIND: Kind;
    /// Converts to a column value.
    fn into_value(self) -> Value;
    /// Converts from a column value. `None` when it has another kind.
    fn from_value(value: Value) -> Option<Self>;
}

impl Field for i64 {
    const KIND: Kind = Kind::Int;

    fn into_value(self) -> Value {
        Value::Int(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Int(value) => Some(value),
            _ => None,
        }
    }
}

impl Field for bool {
    const KIND: Kind = Kind::Int;

    fn into_value(self) -> Value {
        Value::Int(i64::from(self))
    }

    fn from_value(value: Value) -> Option<Self> {
        i64::from_value(value).map(|value| value != 0)
    }
}

impl Field for f64 {
    const KIND: Kind = Kind::Real;

    fn into_value(self) -> Value {
        Value::Real(self)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Real(value) => Some(value),
            _ => None,
        }
    }
}

impl Field for String {
    const KIND: Kind = Kind::Text;

    fn into_value(self) -> Value {
        // PostgreSQL rejects the character NUL in a text, and external input may contain it.
        Value::Text(if self.contains('\0') {
            self.replace('\0', "\u{fffd}")
        } else {
            self
        })
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Text(text) => Some(text),
            _ => None,
        }
    }
}

impl<T: Field> Field for Option<T> {
    const KIND: Kind = T::KIND;

    fn into_value(self) -> Value {
        self.map_or(Value::Null, T::into_value)
    }

    fn from_value(value: Value) -> Option<Self> {
        match value {
            Value::Null => Some(None),
            value => T::from_value(value).map(Some),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn debug_of_a_text_value_shows_only_its_length() {
        assert_eq!(format!("{:?}", Value::Text("Ada".into())), "text of 3 bytes");
    }

    #[test]
    fn nul_character_in_a_text_is_replaced() {
        assert_eq!("a\0b".to_owned().into_value(), Value::Text("a\u{fffd}b".into()));
    }

    #[test]
    fn null_converts_to_none_for_an_optional_field_only() {
        assert_eq!(Option::<i64>::from_value(None::<i64>.into_value()), Some(None));
        assert_eq!(i64::from_value(Value::Null), None);
    }
}
