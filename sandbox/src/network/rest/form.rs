//! Form parameters of a request, in `PascalCase`; a name may occur several times.

use super::error::RestError;
use crate::network::webhook::{Address, Listener};
use axum::body::Bytes;
use url::{Url, form_urlencoded};

/// Parsed form parameters.
#[derive(Debug, Default)]
pub(super) struct Form(Vec<(String, String)>);

impl Form {
    pub fn read(body: &Bytes) -> Self {
        Self(form_urlencoded::parse(body).into_owned().collect())
    }

    pub fn query(text: Option<&str>) -> Self {
        Self(
            form_urlencoded::parse(text.unwrap_or_default().as_bytes())
                .into_owned()
                .collect(),
        )
    }

    pub fn pairs(&self) -> &[(String, String)] {
        &self.0
    }

    /// The last value of a name; may be empty.
    pub fn get(&self, name: &str) -> Option<&str> {
        self.0
            .iter()
            .rev()
            .find(|(key, _)| key == name)
            .map(|(_, value)| value.as_str())
    }

    /// A non-empty value.
    pub fn filled(&self, name: &str) -> Option<&str> {
        self.get(name).map(str::trim).filter(|value| !value.is_empty())
    }

    /// `true`; every other value is false, as at Twilio.
    pub fn truth(&self, name: &str) -> Option<bool> {
        self.get(name).map(|value| value.eq_ignore_ascii_case("true"))
    }

    /// A whole number within bounds.
    pub fn number(&self, name: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, RestError> {
        let Some(value) = self.filled(name) else {
            return Ok(None);
        };
        match value.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(RestError::bad(
                20001,
                format!(
                    "{name} must be a whole number from {} to {}",
                    range.start(),
                    range.end()
                ),
            )),
        }
    }

    /// One of the allowed values.
    pub fn word(&self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, RestError> {
        let Some(value) = self.filled(name) else {
            return Ok(None);
        };
        match words.iter().find(|word| **word == value) {
            Some(word) => Ok(Some(word)),
            None => Err(RestError::bad(
                20001,
                format!("{name} must be one of: {}", words.join(", ")),
            )),
        }
    }

    /// A URL and its method. `code` is Twilio's error code for an invalid URL.
    pub fn address(&self, url: &str, method: &str, code: u32) -> Result<Option<Address>, RestError> {
        let Some(text) = self.filled(url) else { return Ok(None) };
        let get = self.is_get(method)?;
        if !is_http(text) {
            return Err(RestError::bad(code, format!("{url} is not a valid URL: {text}")));
        }
        Ok(Some(Address {
            url: text.to_owned(),
            get,
        }))
    }

    /// Whether the method is GET [default: POST].
    pub fn is_get(&self, method: &str) -> Result<bool, RestError> {
        match self.filled(method) {
            None | Some("POST") => Ok(false),
            Some("GET") => Ok(true),
            Some(_) => Err(RestError::bad(21403, format!("{method} must be GET or POST"))),
        }
    }

    /// A callback URL with its method and events; events are repeated or separated by spaces.
    pub fn listener(
        &self,
        names: [&str; 3],
        events: &[&'static str],
        default: &[&'static str],
    ) -> Result<Option<Listener>, RestError> {
        let [url, method, about] = names;
        let mut subscribed = Vec::new();
        let values = self.0.iter().filter(|(key, _)| key == about);
        for word in values.flat_map(|(_, value)| value.split_whitespace()) {
            match events.iter().find(|event| **event == word) {
                Some(event) => subscribed.push((*event).to_owned()),
                None => {
                    return Err(RestError::bad(
                        21626,
                        format!("{about} must be some of: {}", events.join(", ")),
                    ));
                }
            }
        }
        if subscribed.is_empty() {
            subscribed = default.iter().map(|event| (*event).to_owned()).collect();
        }
        Ok(self.address(url, method, 21609)?.map(|address| Listener {
            address,
            events: subscribed,
        }))
    }
}

fn is_http(text: &str) -> bool {
    Url::parse(text).is_ok_and(|url| matches!(url.scheme(), "http" | "https") && url.has_host())
}

/// E.164: a plus and up to 15 digits. <https://www.twilio.com/docs/glossary/what-e164>
pub(super) fn is_e164(number: &str) -> bool {
    number.strip_prefix('+').is_some_and(|digits| {
        (7..=15).contains(&digits.len()) && !digits.starts_with('0') && digits.chars().all(|char| char.is_ascii_digit())
    })
}
