//! [`Received`]: a callback before it is parsed.

use domain::{Personal, Tenant, Timestamp};
use infra::event_store::{Actor, Metadata};
use infra::twilio::callbacks::{self, Callback, Endpoint};
use infra::twilio::form::Form;
use sha2::{Digest as _, Sha256};
use std::collections::BTreeMap;
use std::sync::Arc;

/// A callback whose signature was verified.
#[derive(Debug)]
pub struct Received {
    /// The posted parameters.
    pub form: Form,
    /// The parameters of the callback URL.
    pub query: Form,
    /// The accounts that it may be of, by the auth token that signed it. Empty: any.
    pub accounts: Arc<[String]>,
    /// The names of the posted parameters with a value that cannot be read.
    pub unreadable: Vec<&'static str>,
    /// Twilio's idempotency token, the same for all retries.
    pub token: Option<String>,
    /// The correlation ID of the events.
    pub request_id: String,
    pub received_at: Timestamp,
}

impl Received {
    /// The callback, as received by this endpoint.
    #[must_use]
    pub fn callback(&self, endpoint: Endpoint) -> Callback<'_> {
        Callback {
            endpoint,
            form: &self.form,
            query: &self.query,
            accounts: &self.accounts,
            received_at: self.received_at,
        }
    }

    /// The command key: from the idempotency token and the content, otherwise from what identifies the callback. A token
    /// alone is not enough: it is not signed, so a used one can come with another call's callback.
    #[must_use]
    pub fn command_key(&self, endpoint: Endpoint, fallback: &str) -> String {
        match &self.token {
            Some(token) => format!("twilio:{endpoint}:{token}:{}", self.digest()),
            None => format!("twilio:{fallback}"),
        }
    }

    /// A digest of all parameters, as they are on every retry.
    fn digest(&self) -> String {
        let mut digest = Sha256::new();
        for form in [&self.form, &self.query] {
            for (name, value) in form.pairs() {
                for text in [name, value] {
                    digest.update(text.len().to_le_bytes());
                    digest.update(text);
                }
            }
            digest.update([0xff]);
        }
        const_hex::encode(&digest.finalize()[..16])
    }

    /// All raw parameters, of the form and of the URL's query.
    #[must_use]
    pub fn raw_params(&self) -> BTreeMap<String, Vec<String>> {
        callbacks::keep(&self.form, &self.query, &self.unreadable)
    }

    /// The metadata of the events.
    #[must_use]
    pub fn metadata(&self, endpoint: Endpoint, tenant: Tenant, command_key: String) -> Metadata {
        Metadata {
            command_key: Some(command_key),
            endpoint: Some(format!("/twilio/{endpoint}")),
            params: Some(Personal::Known(self.raw_params())),
            ..Metadata::new(tenant, Actor::Twilio, self.request_id.clone())
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key(token: Option<&str>, form: &str, query: &str) -> String {
        let received = Received {
            form: Form::parse(form.as_bytes()),
            query: Form::parse(query.as_bytes()),
            accounts: Vec::new().into(),
            unreadable: Vec::new(),
            token: token.map(str::to_owned),
            request_id: "req_1".to_owned(),
            received_at: Timestamp::default(),
        };
        received.command_key(Endpoint::Inbound, "inbound:CA1")
    }

    #[test]
    fn command_key_comes_from_the_token_and_otherwise_from_the_callback() {
        assert!(key(Some("t1"), "CallSid=CA1", "").starts_with("twilio:inbound:t1:"));
        assert_eq!(key(None, "CallSid=CA1", ""), "twilio:inbound:CA1");
    }

    #[test]
    fn used_token_with_another_content_is_another_command() {
        let first = key(Some("t1"), "CallSid=CA1&To=2", "turn=1");
        assert_eq!(first, key(Some("t1"), "To=2&CallSid=CA1", "turn=1"), "a retry");
        for (form, query) in [
            ("CallSid=CA2&To=2", "turn=1"),
            ("CallSid=CA1&To=2", "turn=2"),
            ("CallSid=CA1To&=2", "turn=1"),
            ("CallSid=CA1&To=2&turn=1", ""),
        ] {
            assert_ne!(first, key(Some("t1"), form, query), "{form} {query}");
        }
    }
}
