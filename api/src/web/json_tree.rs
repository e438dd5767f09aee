//! [`JsonTree`]: a JSON body as it was sent, which a type is read from strictly.
//!
//! Unlike `serde_json`, an object is not read from an array, a repeated field is an error, and no text contains NUL, which
//! PostgreSQL cannot store.

use crate::error::{ApiError, FieldProblem};
use serde::de::value::{MapDeserializer, SeqDeserializer};
use serde::de::{self, Deserialize, DeserializeOwned, Deserializer, IntoDeserializer, Unexpected, Visitor};
use serde::forward_to_deserialize_any;
use serde_json::Error;
use serde_path_to_error::{Path, Segment};
use std::fmt;

/// A JSON value. The fields of an object are in the order in which they were sent, with repetitions.
#[derive(Clone, Debug)]
pub enum JsonTree {
    Null,
    Bool(bool),
    Unsigned(u64),
    Signed(i64),
    Float(f64),
    Text(String),
    Array(Vec<Self>),
    Object(Vec<(String, Self)>),
}

impl JsonTree {
    /// Reads a type.
    ///
    /// # Errors
    /// 422 with the pointer of the field that does not fit.
    pub fn read<T: DeserializeOwned>(self) -> Result<T, ApiError> {
        if let Some(pointer) = self.text_with_nul() {
            return Err(ApiError::field(pointer, "must not contain NUL"));
        }
        serde_path_to_error::deserialize(self).map_err(|error| {
            let pointer = pointer(error.path());
            let message = error.into_inner().to_string();
            ApiError::Invalid(vec![problem(pointer, &message)])
        })
    }

    /// Whether it is an object that has this field.
    #[must_use]
    pub fn has_field(&self, name: &str) -> bool {
        self.fields().iter().any(|(field, _)| field == name)
    }

    /// The fields, if it is an object.
    #[must_use]
    pub fn fields(&self) -> &[(String, Self)] {
        match self {
            Self::Object(fields) => fields,
            _ => &[],
        }
    }

    /// The pointer of the first text that contains NUL, be it a value or the name of a field.
    fn text_with_nul(&self) -> Option<String> {
        match self {
            Self::Text(text) => text.contains('\0').then(String::new),
            Self::Array(items) => items
                .iter()
                .enumerate()
                .find_map(|(index, item)| Some(format!("/{index}{}", item.text_with_nul()?))),
            Self::Object(fields) => fields.iter().find_map(|(name, value)| {
                if name.contains('\0') {
                    return Some(String::new());
                }
                Some(format!("/{}{}", escaped(name), value.text_with_nul()?))
            }),
            _ => None,
        }
    }

    fn unexpected(&self) -> Unexpected<'_> {
        match self {
            Self::Null => Unexpected::Unit,
            Self::Bool(value) => Unexpected::Bool(*value),
            Self::Unsigned(value) => Unexpected::Unsigned(*value),
            Self::Signed(value) => Unexpected::Signed(*value),
            Self::Float(value) => Unexpected::Float(*value),
            // The sent text is not repeated: it may be a personal value.
            Self::Text(_) => Unexpected::Other("a text"),
            Self::Array(_) => Unexpected::Seq,
            Self::Object(_) => Unexpected::Map,
        }
    }
}

/// A problem at a pointer. serde names a missing field only in its message, and quotes what was sent, which is removed.
fn problem(mut pointer: String, message: &str) -> FieldProblem {
    let named = |marker: &str| message.split_once(marker).and_then(|(_, rest)| rest.split('`').next());
    if let Some(field) = named("missing field `").or_else(|| named("unknown field `")) {
        // The path of an unknown field ends with the field itself, that of a missing one does not.
        let field = format!("/{}", escaped(field));
        if !pointer.ends_with(&field) {
            pointer.push_str(&field);
        }
    }
    FieldProblem::at(pointer, without_quoted(message))
}

/// Removes quoted input from the message: serde quotes a wrong text in double quotes, and an unknown variant in
/// backticks. Both may be personal values.
pub(super) fn without_quoted(message: &str) -> String {
    let message = match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}...{}", &message[..first], &message[last + 1..]),
        _ => message.to_owned(),
    };
    match message
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.split_once("`, "))
    {
        Some((_, expected)) => expected.to_owned(),
        None => message,
    }
}

/// A part of a JSON pointer (RFC 6901).
pub(super) fn escaped(name: &str) -> String {
    name.replace('~', "~0").replace('/', "~1")
}

fn pointer(path: &Path) -> String {
    path.iter().fold(String::new(), |pointer, segment| match segment {
        Segment::Seq { index } => format!("{pointer}/{index}"),
        Segment::Map { key } => format!("{pointer}/{}", escaped(key)),
        Segment::Enum { variant } => format!("{pointer}/{variant}"),
        Segment::Unknown => pointer,
    })
}

impl<'de> Deserialize<'de> for JsonTree {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TreeVisitor)
    }
}

struct TreeVisitor;

impl<'de> Visitor<'de> for TreeVisitor {
    type Value = JsonTree;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("JSON")
    }

    fn visit_unit<E>(self) -> Result<JsonTree, E> {
        Ok(JsonTree::Null)
    }

    fn visit_bool<E>(self, value: bool) -> Result<JsonTree, E> {
        Ok(JsonTree::Bool(value))
    }

    fn visit_u64<E>(self, value: u64) -> Result<JsonTree, E> {
        Ok(JsonTree::Unsigned(value))
    }

    fn visit_i64<E>(self, value: i64) -> Result<JsonTree, E> {
        Ok(JsonTree::Signed(value))
    }

    fn visit_f64<E>(self, value: f64) -> Result<JsonTree, E> {
        Ok(JsonTree::Float(value))
    }

    fn visit_str<E>(self, text: &str) -> Result<JsonTree, E> {
        Ok(JsonTree::Text(text.to_owned()))
    }

    fn visit_string<E>(self, text: String) -> Result<JsonTree, E> {
        Ok(JsonTree::Text(text))
    }

    fn visit_seq<A: de::SeqAccess<'de>>(self, mut items: A) -> Result<JsonTree, A::Error> {
        let mut array = Vec::new();
        while let Some(item) = items.next_element()? {
            array.push(item);
        }
        Ok(JsonTree::Array(array))
    }

    fn visit_map<A: de::MapAccess<'de>>(self, mut fields: A) -> Result<JsonTree, A::Error> {
        let mut object = Vec::new();
        while let Some(field) = fields.next_entry()? {
            object.push(field);
        }
        Ok(JsonTree::Object(object))
    }
}

impl IntoDeserializer<'_, Error> for JsonTree {
    type Deserializer = Self;

    fn into_deserializer(self) -> Self {
        self
    }
}

impl<'de> Deserializer<'de> for JsonTree {
    type Error = Error;

    fn deserialize_any<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_unit(),
            Self::Bool(value) => visitor.visit_bool(value),
            Self::Unsigned(value) => visitor.visit_u64(value),
            Self::Signed(value) => visitor.visit_i64(value),
            Self::Float(value) => visitor.visit_f64(value),
            Self::Text(text) => visitor.visit_string(text),
            Self::Array(items) => {
                let mut items = SeqDeserializer::new(items.into_iter());
                let value = visitor.visit_seq(&mut items)?;
                items.end()?;
                Ok(value)
            }
            Self::Object(fields) => {
                let mut fields = MapDeserializer::new(fields.into_iter());
                let value = visitor.visit_map(&mut fields)?;
                fields.end()?;
                Ok(value)
            }
        }
    }

    fn deserialize_option<V: Visitor<'de>>(self, visitor: V) -> Result<V::Value, Error> {
        match self {
            Self::Null => visitor.visit_none(),
            value => visitor.visit_some(value),
        }
    }

    fn deserialize_struct<V: Visitor<'de>>(
        self,
        _name: &'static str,
        _fields: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Object(_) => self.deserialize_any(visitor),
            other => Err(de::Error::invalid_type(other.unexpected(), &"an object")),
        }
    }

    fn deserialize_newtype_struct<V: Visitor<'de>>(self, _name: &'static str, visitor: V) -> Result<V::Value, Error> {
        visitor.visit_newtype_struct(self)
    }

    fn deserialize_enum<V: Visitor<'de>>(
        self,
        name: &'static str,
        variants: &'static [&'static str],
        visitor: V,
    ) -> Result<V::Value, Error> {
        match self {
            Self::Text(text) => {
                let text: de::value::StringDeserializer<Error> = text.into_deserializer();
                text.deserialize_enum(name, variants, visitor)
            }
            Self::Object(fields) if fields.len() == 1 => visitor.visit_enum(de::value::MapAccessDeserializer::new(
                MapDeserializer::new(fields.into_iter()),
            )),
            other => Err(de::Error::invalid_type(other.unexpected(), &"a text")),
        }
    }

    forward_to_deserialize_any! {
        bool i8 i16 i32 i64 i128 u8 u16 u32 u64 u128 f32 f64 char str string bytes byte_buf unit unit_struct seq tuple
        tuple_struct map identifier ignored_any
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(default, deny_unknown_fields)]
    struct Outer {
        text: Option<String>,
        count: u8,
        kind: Kind,
        inner: Option<Inner>,
        list: Vec<Inner>,
    }

    #[derive(Debug, PartialEq, serde::Deserialize)]
    #[serde(deny_unknown_fields)]
    struct Inner {
        a: f64,
    }

    #[derive(Debug, Default, PartialEq, serde::Deserialize)]
    #[serde(rename_all = "snake_case")]
    enum Kind {
        #[default]
        Good,
        Bad,
    }

    fn read(text: &str) -> Result<Outer, FieldProblem> {
        let tree: JsonTree = serde_json::from_str(text).expect("JSON");
        tree.read().map_err(|error| match error {
            ApiError::Invalid(mut problems) => problems.remove(0),
            other => panic!("{other}"),
        })
    }

    #[test]
    fn value_that_fits_is_read() {
        let read = read(r#"{"text":null,"count":7,"kind":"bad","inner":{"a":1},"list":[{"a":-2},{"a":0.5}]}"#);
        let expected = Outer {
            text: None,
            count: 7,
            kind: Kind::Bad,
            inner: Some(Inner { a: 1.0 }),
            list: vec![Inner { a: -2.0 }, Inner { a: 0.5 }],
        };
        assert_eq!(read, Ok(expected));
    }

    #[test]
    fn value_that_does_not_fit_is_refused_with_its_pointer() {
        for (text, pointer) in [
            ("[]", ""),
            ("7", ""),
            ("null", ""),
            ("[null,1]", ""),
            (r#"{"x":1}"#, "/x"),
            (r#"{"x/y":1}"#, "/x~1y"),
            (r#"{"count":-1}"#, "/count"),
            (r#"{"count":"1"}"#, "/count"),
            (r#"{"count":1,"count":2}"#, ""),
            (r#"{"kind":"ada@example.org"}"#, "/kind"),
            (r#"{"inner":[1]}"#, "/inner"),
            (r#"{"inner":{}}"#, "/inner/a"),
            (r#"{"list":[{"a":1},[2]]}"#, "/list/1"),
            (r#"{"list":[{"a":1},{"a":1,"b":2}]}"#, "/list/1/b"),
            (r#"{"list":{"a":1}}"#, "/list"),
            (r#"{"text":"a\u0000b"}"#, "/text"),
        ] {
            let problem = read(text).expect_err(text);
            assert_eq!(problem.pointer.as_deref(), Some(pointer), "{text}: {problem:?}");
            assert!(!problem.detail.contains("ada@example.org"), "{problem:?}");
        }
    }
}
