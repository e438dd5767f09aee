//! [`Metadata`]: actor, endpoint and cause of an event.
//!
//! In the log, metadata is a flat map of strings, which cqrs-es requires. The raw parameters of a webhook are its only
//! personal value and are sealed as a whole.

use super::Position;
use domain::{Personal, Tenant};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;
use std::collections::BTreeMap;
use std::fmt;
use std::str::FromStr;

/// The raw parameters of a webhook, each with all its values in their order.
pub type Params = BTreeMap<String, Vec<String>>;

/// Actor, endpoint and cause of an event.
#[derive(Clone, Debug, PartialEq)]
pub struct Metadata {
    pub tenant: Tenant,
    pub actor: Actor,
    /// The same for all events that one request caused.
    pub correlation_id: String,
    /// The event that caused this one.
    pub causation: Option<Position>,
    /// Makes the command idempotent.
    pub command_key: Option<String>,
    /// The webhook or API endpoint.
    pub endpoint: Option<String>,
    /// The webhook's raw parameters. Stored with the first event of a command only, and read only on request.
    pub params: Option<Personal<Params>>,
}

impl Metadata {
    /// Metadata of an action by `actor`.
    pub fn new(tenant: impl Into<Tenant>, actor: Actor, correlation_id: impl Into<String>) -> Self {
        Self {
            tenant: tenant.into(),
            actor,
            correlation_id: correlation_id.into(),
            causation: None,
            command_key: None,
            endpoint: None,
            params: None,
        }
    }

    /// A copy without the webhook's raw parameters, which are large.
    #[must_use]
    pub fn without_params(&self) -> Self {
        Self {
            tenant: self.tenant.clone(),
            actor: self.actor.clone(),
            correlation_id: self.correlation_id.clone(),
            causation: self.causation,
            command_key: self.command_key.clone(),
            endpoint: self.endpoint.clone(),
            params: None,
        }
    }

    /// Sets the command key.
    #[must_use]
    pub fn with_key(self, command_key: impl Into<String>) -> Self {
        Self {
            command_key: Some(command_key.into()),
            ..self
        }
    }
}

/// The actor of an event.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Actor {
    /// Twilio, by a signed webhook.
    Twilio,
    /// A signed-in user, by identifier.
    User(String),
    /// A job, by name.
    Process(String),
    /// The command line, by the operating system's user name.
    Cli(String),
    /// An import of older data.
    Import,
}

impl fmt::Display for Actor {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::Twilio => f.write_str("twilio"),
            Self::User(id) => write!(f, "user:{id}"),
            Self::Process(name) => write!(f, "process:{name}"),
            Self::Cli(user) => write!(f, "cli:{user}"),
            Self::Import => f.write_str("import"),
        }
    }
}

/// The text does not name an actor.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not an actor")]
pub struct UnknownActor;

impl FromStr for Actor {
    type Err = UnknownActor;

    fn from_str(text: &str) -> Result<Self, UnknownActor> {
        match text.split_once(':') {
            None if text == "twilio" => Ok(Self::Twilio),
            None if text == "import" => Ok(Self::Import),
            Some(("user", id)) => Ok(Self::User(id.to_owned())),
            Some(("process", name)) => Ok(Self::Process(name.to_owned())),
            Some(("cli", user)) => Ok(Self::Cli(user.to_owned())),
            _ => Err(UnknownActor),
        }
    }
}

/// Metadata as stored in the log.
#[derive(Serialize, Deserialize)]
pub(crate) struct StoredMetadata<'a> {
    #[serde(borrow)]
    tenant: Cow<'a, str>,
    #[serde(borrow)]
    actor: Cow<'a, str>,
    /// Absent when it equals the command key, as for every action of a job.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    correlation_id: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    causation: Option<String>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    command_key: Option<Cow<'a, str>>,
    #[serde(default, skip_serializing_if = "Option::is_none")]
    endpoint: Option<Cow<'a, str>>,
    /// Sealed, as base64, which needs no JSON escapes.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub params_sealed: Option<&'a str>,
}

impl<'a> StoredMetadata<'a> {
    /// The stored form. `params_sealed` are the sealed raw parameters.
    pub fn new(metadata: &'a Metadata, params_sealed: Option<&'a str>) -> Self {
        Self {
            tenant: Cow::Borrowed(metadata.tenant.as_str()),
            actor: Cow::Owned(metadata.actor.to_string()),
            correlation_id: (metadata.command_key.as_ref() != Some(&metadata.correlation_id))
                .then_some(Cow::Borrowed(&metadata.correlation_id)),
            causation: metadata.causation.map(|position| position.to_string()),
            command_key: metadata.command_key.as_deref().map(Cow::Borrowed),
            endpoint: metadata.endpoint.as_deref().map(Cow::Borrowed),
            params_sealed,
        }
    }

    /// The typed form. `params` are the unsealed raw parameters.
    pub fn open(self, params: Option<Personal<Params>>) -> Result<Metadata, UnknownActor> {
        Ok(Metadata {
            tenant: Tenant(self.tenant.into_owned()),
            actor: self.actor.parse()?,
            correlation_id: self
                .correlation_id
                .or_else(|| self.command_key.clone())
                .unwrap_or_default()
                .into_owned(),
            causation: self.causation.and_then(|position| position.parse().ok()),
            command_key: self.command_key.map(Cow::into_owned),
            endpoint: self.endpoint.map(Cow::into_owned),
            params,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn actor_round_trips_through_its_text() {
        for actor in [
            Actor::Twilio,
            Actor::User("u:1".into()),
            Actor::Process("archiver".into()),
            Actor::Cli("root".into()),
            Actor::Import,
        ] {
            assert_eq!(actor.to_string().parse(), Ok(actor));
        }
        assert_eq!("unknown".parse::<Actor>(), Err(UnknownActor));
    }

    #[test]
    fn correlation_id_that_is_the_command_key_is_stored_once() {
        let metadata = Metadata::new("default", Actor::Import, "import:7").with_key("import:7");
        let json = serde_json::to_string(&StoredMetadata::new(&metadata, None)).expect("serializes");
        assert_eq!(json.matches("import:7").count(), 1, "{json}");
        let stored: StoredMetadata = serde_json::from_str(&json).expect("deserializes");
        assert_eq!(stored.open(None), Ok(metadata));
    }

    #[test]
    fn stored_metadata_is_a_flat_map_of_strings() {
        let mut metadata = Metadata::new("default", Actor::Twilio, "corr").with_key("token");
        metadata.causation = Some(7);
        let json = serde_json::to_string(&StoredMetadata::new(&metadata, Some("c2VhbGVk"))).expect("serializes");
        let map: std::collections::HashMap<String, String> = serde_json::from_str(&json).expect("a flat map");
        assert_eq!(map["causation"], "7");
        assert_eq!(map["actor"], "twilio");
    }
}
