//! [`Metadata`]: actor, endpoint and cause of an event.
//!
//! The raw parameters of a webhook are its only personal value.

use super::Position;
use domain::{Personal, Tenant};
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
    /// Digest of the request that the command key came with. In the log, a keyed digest of it: a key with another
    /// request is refused.
    pub fingerprint: Option<String>,
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
            fingerprint: None,
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
            fingerprint: self.fingerprint.clone(),
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
}
