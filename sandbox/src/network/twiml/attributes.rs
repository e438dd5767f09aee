//! Attributes of one element. Each is taken once; an attribute that remains is unknown and refused.

use super::TwimlError;
use super::hook::{Callback, Hook};
use super::xml::Element;
use std::cell::RefCell;

/// The attributes not yet taken.
pub(super) struct Attributes<'a> {
    element: &'a str,
    left: RefCell<Vec<&'a (String, String)>>,
}

impl<'a> Attributes<'a> {
    pub fn of(element: &'a Element) -> Self {
        Self {
            element: &element.name,
            left: RefCell::new(element.attributes.iter().collect()),
        }
    }

    /// The value as written.
    pub fn text(&self, name: &str) -> Option<String> {
        let mut left = self.left.borrow_mut();
        let place = left.iter().position(|(key, _)| key == name)?;
        Some(left.remove(place).1.clone())
    }

    /// A non-empty value, trimmed.
    pub fn filled(&self, name: &str) -> Result<Option<String>, TwimlError> {
        match self.text(name) {
            Some(value) if value.trim().is_empty() => Err(self.wrong(name, "is empty")),
            value => Ok(value.map(|value| value.trim().to_owned())),
        }
    }

    /// `true` or `false`.
    pub fn truth(&self, name: &str, default: bool) -> Result<bool, TwimlError> {
        match self.text(name).as_deref() {
            None => Ok(default),
            Some("true") => Ok(true),
            Some("false") => Ok(false),
            Some(_) => Err(self.wrong(name, "must be true or false")),
        }
    }

    /// A whole number within bounds.
    pub fn number(&self, name: &str, range: std::ops::RangeInclusive<u32>) -> Result<Option<u32>, TwimlError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        match value.parse() {
            Ok(number) if range.contains(&number) => Ok(Some(number)),
            _ => Err(self.wrong(
                name,
                &format!("must be a whole number from {} to {}", range.start(), range.end()),
            )),
        }
    }

    /// One of the allowed values.
    pub fn word(&self, name: &str, words: &[&'static str]) -> Result<Option<&'static str>, TwimlError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        match words.iter().find(|word| **word == value) {
            Some(word) => Ok(Some(word)),
            None => Err(self.wrong(name, &format!("must be one of: {}", words.join(", ")))),
        }
    }

    /// Several of the allowed values, separated by spaces.
    pub fn words(&self, name: &str, words: &[&'static str]) -> Result<Option<Vec<&'static str>>, TwimlError> {
        let Some(value) = self.text(name) else { return Ok(None) };
        value
            .split_whitespace()
            .map(|part| {
                words
                    .iter()
                    .find(|word| **word == part)
                    .copied()
                    .ok_or_else(|| self.wrong(name, &format!("must contain only: {}", words.join(", "))))
            })
            .collect::<Result<_, _>>()
            .map(Some)
    }

    /// Telephone keys; an empty value is valid.
    pub fn keys(&self, name: &str, default: &str) -> Result<String, TwimlError> {
        match self.text(name) {
            None => Ok(default.to_owned()),
            Some(keys) if keys.chars().all(|key| "1234567890*#".contains(key)) => Ok(keys),
            Some(_) => Err(self.wrong(name, "contains an invalid key")),
        }
    }

    /// Whether the method is GET [default: POST].
    pub fn method(&self, name: &str) -> Result<bool, TwimlError> {
        Ok(self.word(name, &["POST", "GET"])?.unwrap_or("POST") == "GET")
    }

    /// A URL and its method.
    pub fn hook(&self, url: &str, method: &str) -> Result<Option<Hook>, TwimlError> {
        let get = self.method(method)?;
        Ok(self.filled(url)?.map(|url| Hook { url, get }))
    }

    /// A callback URL, its method and events.
    pub fn callback(
        &self,
        names: [&str; 3],
        events: &[&'static str],
        default: &[&'static str],
    ) -> Result<Option<Callback>, TwimlError> {
        let [url, method, about] = names;
        let events = self.words(about, events)?.unwrap_or_else(|| default.to_vec());
        Ok(self.hook(url, method)?.map(|hook| Callback {
            hook,
            events: events.into_iter().map(str::to_owned).collect(),
        }))
    }

    /// Takes attributes without effect here, such as voices of a language model and jitter buffers.
    pub fn without_effect(&self, names: &[&str]) {
        for name in names {
            self.text(name);
        }
    }

    /// An error if an attribute remains.
    pub fn finish(self) -> Result<(), TwimlError> {
        match self.left.into_inner().first() {
            None => Ok(()),
            Some((name, _)) => Err(TwimlError::schema(format!(
                "<{}> has no attribute {name:?}",
                self.element
            ))),
        }
    }

    /// An error about one attribute. Does not contain its value, which may be personal.
    pub fn wrong(&self, name: &str, why: &str) -> TwimlError {
        TwimlError::schema(format!("{name:?} of <{}> {why}", self.element))
    }
}
