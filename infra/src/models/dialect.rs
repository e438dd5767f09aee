//! [`Dialect`]: how much of a provider's API a server understands, learned from what it refuses.

use super::chat::{ChatRequest, Format};
use quick_cache::sync::Cache;

/// Models whose dialect is remembered; that of the least used is learned again.
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
#[derive(Debug)]
pub(super) struct Dialects(Cache<String, Dialect>);

impl Default for Dialects {
    fn default() -> Self {
        Self(Cache::new(MAX_MODELS))
    }
}

impl Dialects {
    /// The dialect in which a model has answered, else the full one.
    pub(super) fn of(&self, model: &str) -> Dialect {
        self.0.get(model).unwrap_or_default()
    }

    /// A model has answered in this dialect, after it refused another.
    pub(super) fn learn(&self, model: &str, dialect: Dialect) {
        self.0.insert(model.to_owned(), dialect);
    }
}
