//! [`StoredMetadata`]: the metadata of an event as the log stores it.
//!
//! It is a flat map of strings, which cqrs-es requires. The raw parameters of a webhook are sealed as a whole.

use super::{Actor, Metadata, Params, UnknownActor};
use domain::{Personal, Tenant};
use serde::{Deserialize, Serialize};
use std::borrow::Cow;

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
    /// Keyed digest of the request.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub fingerprint: Option<Cow<'a, str>>,
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
            fingerprint: metadata.fingerprint.as_deref().map(Cow::Borrowed),
            endpoint: metadata.endpoint.as_deref().map(Cow::Borrowed),
            params_sealed,
        }
    }

    /// What can be read of metadata that this version does not understand: the tenant and the command key. The actor is
    /// named as unknown.
    pub fn readable_part(json: &str) -> Metadata {
        let fields: serde_json::Map<String, serde_json::Value> = serde_json::from_str(json).unwrap_or_default();
        let text = |name: &str| fields.get(name).and_then(serde_json::Value::as_str).map(str::to_owned);
        let tenant = Tenant(text("tenant").unwrap_or_default());
        let actor = Actor::Process("unknown".to_owned());
        let mut metadata = Metadata::new(tenant, actor, text("correlation_id").unwrap_or_default());
        metadata.command_key = text("command_key");
        metadata
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
            fingerprint: self.fingerprint.map(Cow::into_owned),
            endpoint: self.endpoint.map(Cow::into_owned),
            params,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

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
