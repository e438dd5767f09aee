//! [`Dialect`]: how much of a provider's API a server understands, learned from what it refuses.

use super::chat::{ChatRequest, Format};
use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

/// Models whose dialect is remembered; beyond that, all are learned again.
const MAX_MODELS: usize = 1_000;

/// How a request is written. Many servers with "OpenAI's API" refuse parts of it.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub(super) enum Dialect {
    /// With the schema of the answer.
    #[default]
    Schema,
    /// With the wish for a JSON object; the instructions contain the schema.
    JsonObject,
    /// With words only; the instructions contain the schema.
    Words,
    /// As above, without a temperature, a setting for thinking, or the newer name of a limit.
    Plain,
}

impl Dialect {
    /// The next simpler one.
    pub(super) const fn simpler(self) -> Option<Self> {
        match self {
            Self::Schema => Some(Self::JsonObject),
            Self::JsonObject => Some(Self::Words),
            Self::Words => Some(Self::Plain),
            Self::Plain => None,
        }
    }

    /// The system prompt, with the schema if it is not sent otherwise.
    pub(super) fn instructions(self, request: &ChatRequest) -> String {
        match &request.format {
            Format::JsonSchema { schema, .. } if self != Self::Schema => format!(
                "{}\n\nAnswer with one JSON object and nothing else. Its schema: {schema}",
                request.system
            ),
            _ => request.system.clone(),
        }
    }
}

/// The dialects of a server's models.
#[derive(Debug, Default)]
pub(super) struct Dialects(Mutex<HashMap<String, Dialect>>);

impl Dialects {
    /// The dialect in which a model has answered, else the full one.
    pub(super) fn of(&self, model: &str) -> Dialect {
        let known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        known.get(model).copied().unwrap_or_default()
    }

    /// A model has answered in this dialect.
    pub(super) fn learn(&self, model: &str, dialect: Dialect) {
        if dialect == Dialect::Schema {
            return;
        }
        let mut known = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if known.len() >= MAX_MODELS {
            known.clear();
        }
        known.insert(model.to_owned(), dialect);
    }
}
