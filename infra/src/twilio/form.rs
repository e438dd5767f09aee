//! Form of a Twilio webhook: all parameters with all values. Parsing is strict, because the signature covers the
//! decoded parameters.

use percent_encoding::percent_decode;
use std::collections::BTreeMap;

/// Parameter limit; Twilio sends far fewer.
const MAX_PARAMETERS: usize = 500;
/// Name limit in bytes.
const MAX_NAME_BYTES: usize = 200;

/// The parameters of a callback. A name may have several values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form(BTreeMap<String, Vec<String>>);

/// Shows parameter names but not values.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.0.keys()).finish()
    }
}

/// A form cannot be parsed.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum MalformedForm {
    /// A value is not UTF-8 after decoding.
    #[error("the value of this field is not UTF-8")]
    Value { field: String },
    /// A name is empty, too long, or not UTF-8.
    #[error("field number {number} has no usable name")]
    Name {
        /// Position of the field, from 1.
        number: usize,
    },
    #[error("more than 500 fields")]
    TooMany,
}

impl MalformedForm {
    /// Name of the invalid field, if it has one.
    #[must_use]
    pub fn field(&self) -> Option<&str> {
        match self {
            Self::Value { field } => Some(field),
            Self::Name { .. } | Self::TooMany => None,
        }
    }
}

impl Form {
    /// Parses `application/x-www-form-urlencoded`.
    ///
    /// # Errors
    /// When a name or value is not UTF-8, a name is empty or too long, or there are too many parameters.
    pub fn parse(body: &[u8]) -> Result<Self, MalformedForm> {
        let mut parameters: BTreeMap<String, Vec<String>> = BTreeMap::new();
        for (index, pair) in body
            .split(|byte| *byte == b'&')
            .filter(|pair| !pair.is_empty())
            .enumerate()
        {
            if index == MAX_PARAMETERS {
                return Err(MalformedForm::TooMany);
            }
            let (name, value) = pair
                .iter()
                .position(|byte| *byte == b'=')
                .map_or((pair, [].as_slice()), |at| (&pair[..at], &pair[at + 1..]));
            let name = decode(name)
                .filter(|name| !name.is_empty() && name.len() <= MAX_NAME_BYTES)
                .ok_or(MalformedForm::Name { number: index + 1 })?;
            match decode(value) {
                Some(value) => parameters.entry(name).or_default().push(value),
                None => return Err(MalformedForm::Value { field: name }),
            }
        }
        Ok(Self(parameters))
    }

    /// Restores a form from stored parameters.
    #[must_use]
    pub fn from_parameters(parameters: BTreeMap<String, Vec<String>>) -> Self {
        Self(parameters)
    }

    /// All parameters.
    #[must_use]
    pub fn parameters(&self) -> &BTreeMap<String, Vec<String>> {
        &self.0
    }

    /// The first value of a parameter. Empty values count as absent, as Twilio sends them for unset parameters.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .get(name)?
            .first()
            .map(String::as_str)
            .filter(|value| !value.is_empty())
    }

    /// All name-value pairs, sorted by name, values in original order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0
            .iter()
            .flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str())))
    }
}

fn decode(text: &[u8]) -> Option<String> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced)
        .decode_utf8()
        .ok()
        .map(std::borrow::Cow::into_owned)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_keeps_every_value_of_a_name() {
        let form = Form::parse(b"a=1&b=%2B1504+555&a=2&c=&d").expect("a form");
        assert_eq!(form.parameters()["a"], ["1", "2"]);
        assert_eq!(form.get("b"), Some("+1504 555"));
        assert_eq!((form.get("c"), form.get("d"), form.get("e")), (None, None, None));
    }

    #[test]
    fn value_that_is_not_utf8_is_reported_with_its_field() {
        let error = Form::parse(b"CallSid=CA1&From=%ff%fe").expect_err("malformed");
        assert_eq!(error.field(), Some("From"));
    }

    #[test]
    fn field_without_name_is_malformed() {
        assert_eq!(Form::parse(b"a=1&=2"), Err(MalformedForm::Name { number: 2 }));
    }

    #[test]
    fn form_with_too_many_fields_is_malformed() {
        let body = vec!["a=1"; 501].join("&");
        assert_eq!(Form::parse(body.as_bytes()), Err(MalformedForm::TooMany));
    }

    #[test]
    fn debug_shows_no_value() {
        let form = Form::parse(b"From=%2B15045550123").expect("a form");
        assert_eq!(format!("{form:?}"), r#"{"From"}"#);
    }
}
