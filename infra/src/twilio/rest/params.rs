//! Request parameters: names and values in order. A name may be repeated.

use std::fmt::Display;

/// Parameters of a form or a query.
#[derive(Clone, Default)]
pub(super) struct Params(Vec<(&'static str, String)>);

impl Params {
    pub(super) fn new() -> Self {
        Self::default()
    }

    pub(super) fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.0.push((name, value.to_string()));
        self
    }

    pub(super) fn maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Adds a list, as Twilio expects it: the name is repeated with each value.
    pub(super) fn each<T: Display>(self, name: &'static str, values: impl IntoIterator<Item = T>) -> Self {
        values.into_iter().fold(self, |params, value| params.with(name, value))
    }

    pub(super) fn pairs(&self) -> &[(&'static str, String)] {
        &self.0
    }
}
