//! Form of a Twilio webhook: all parameters with all values.
//!
//! Parsing never fails: a signed form is understood as far as possible, and any other is refused by its signature.

use percent_encoding::{NON_ALPHANUMERIC, percent_decode, percent_encode};
use std::collections::BTreeMap;

/// The parameters of a callback. A name may have several values.
#[derive(Clone, Default, PartialEq, Eq)]
pub struct Form {
    parameters: BTreeMap<String, Vec<String>>,
    /// The bytes of all values of the names with a value that is not UTF-8.
    bytes: BTreeMap<String, Vec<Vec<u8>>>,
}

/// Shows parameter names but not values.
impl std::fmt::Debug for Form {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_set().entries(self.parameters.keys()).finish()
    }
}

impl Form {
    /// Parses `application/x-www-form-urlencoded`. What is not UTF-8 is replaced by U+FFFD; the bytes of such values are
    /// kept.
    #[must_use]
    pub fn parse(body: &[u8]) -> Self {
        let mut form = Self::default();
        let mut undecodable = Vec::new();
        let mut bytes: BTreeMap<String, Vec<Vec<u8>>> = BTreeMap::new();
        for pair in body.split(|byte| *byte == b'&').filter(|pair| !pair.is_empty()) {
            let (name, value) = pair
                .iter()
                .position(|byte| *byte == b'=')
                .map_or((pair, [].as_slice()), |at| (&pair[..at], &pair[at + 1..]));
            let name = String::from_utf8_lossy(&decode(name)).into_owned();
            let value = decode(value);
            if std::str::from_utf8(&value).is_err() {
                undecodable.push(name.clone());
            }
            let text = String::from_utf8_lossy(&value).into_owned();
            form.parameters.entry(name.clone()).or_default().push(text);
            bytes.entry(name).or_default().push(value);
        }
        bytes.retain(|name, _| undecodable.contains(name));
        Self { bytes, ..form }
    }

    /// Restores a form from stored parameters.
    #[must_use]
    pub fn from_parameters(parameters: BTreeMap<String, Vec<String>>) -> Self {
        Self {
            parameters,
            bytes: BTreeMap::new(),
        }
    }

    /// The parameters whose name satisfies the condition, and the others.
    #[must_use]
    pub fn split(self, is_first: impl Fn(&str) -> bool) -> (Self, Self) {
        let (first, second) = self.parameters.into_iter().partition(|(name, _)| is_first(name));
        let (first_bytes, second_bytes) = self.bytes.into_iter().partition(|(name, _)| is_first(name));
        let form = |parameters, bytes| Self { parameters, bytes };
        (form(first, first_bytes), form(second, second_bytes))
    }

    /// All parameters.
    #[must_use]
    pub fn parameters(&self) -> &BTreeMap<String, Vec<String>> {
        &self.parameters
    }

    /// Whether a value was not UTF-8.
    #[must_use]
    pub fn has_replaced_bytes(&self) -> bool {
        !self.bytes.is_empty()
    }

    /// The values of a name as they were sent, decoded but with the bytes that are not UTF-8.
    #[must_use]
    pub fn bytes_of<'a>(&'a self, name: &str, values: &'a [String]) -> Vec<&'a [u8]> {
        match self.bytes.get(name) {
            Some(bytes) => bytes.iter().map(Vec::as_slice).collect(),
            None => values.iter().map(String::as_bytes).collect(),
        }
    }

    /// The values that were not UTF-8 by name, percent-encoded as they were sent.
    pub fn encoded_bytes(&self) -> impl Iterator<Item = (&str, Vec<String>)> {
        self.bytes.iter().map(|(name, values)| {
            let encoded = values
                .iter()
                .map(|value| percent_encode(value, NON_ALPHANUMERIC).to_string());
            (name.as_str(), encoded.collect())
        })
    }

    /// The first value of a parameter that is not empty. Twilio sends empty values for unset parameters.
    #[must_use]
    pub fn get(&self, name: &str) -> Option<&str> {
        let values = self.parameters.get(name)?;
        values.iter().map(String::as_str).find(|value| !value.is_empty())
    }

    /// All name-value pairs, sorted by name, values in original order.
    pub fn pairs(&self) -> impl Iterator<Item = (&str, &str)> {
        self.parameters
            .iter()
            .flat_map(|(name, values)| values.iter().map(|value| (name.as_str(), value.as_str())))
    }
}

fn decode(text: &[u8]) -> Vec<u8> {
    let spaced: Vec<u8> = text
        .iter()
        .map(|byte| if *byte == b'+' { b' ' } else { *byte })
        .collect();
    percent_decode(&spaced).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn form_keeps_every_value_of_a_name() {
        let form = Form::parse(b"a=1&b=%2B1504+555&a=2&c=&d&e=&e=5");
        assert_eq!(form.parameters()["a"], ["1", "2"]);
        assert_eq!(form.get("b"), Some("+1504 555"));
        assert_eq!((form.get("c"), form.get("d"), form.get("f")), (None, None, None));
        assert_eq!(form.get("e"), Some("5"));
    }

    #[test]
    fn bytes_that_are_not_utf8_are_replaced_and_kept() {
        let form = Form::parse(b"CallSid=CA1&CallerName=Ren%E9&CallerName=Ren%C3%A9&x=%zz");
        assert_eq!(form.parameters()["CallerName"], ["Ren\u{fffd}", "Ren\u{e9}"]);
        assert_eq!((form.get("CallSid"), form.get("x")), (Some("CA1"), Some("%zz")));
        let names = &form.parameters()["CallerName"];
        assert_eq!(
            form.bytes_of("CallerName", names),
            [b"Ren\xe9".as_slice(), b"Ren\xc3\xa9"]
        );
        let encoded: Vec<_> = form.encoded_bytes().collect();
        assert_eq!(
            encoded,
            [("CallerName", vec!["Ren%E9".to_owned(), "Ren%C3%A9".to_owned()])]
        );
    }

    #[test]
    fn debug_shows_no_value() {
        let form = Form::parse(b"From=%2B15045550123");
        assert_eq!(format!("{form:?}"), r#"{"From"}"#);
    }
}
