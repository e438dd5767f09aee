//! [`Received`]: a callback before it is parsed.

use domain::{Personal, Tenant, Timestamp};
use infra::event_store::{Actor, Metadata};
use infra::twilio::callbacks::{self, Callback, Endpoint};
use infra::twilio::form::Form;
use std::collections::BTreeMap;

/// A callback whose signature was verified.
#[derive(Debug)]
pub struct Received {
    /// The posted parameters.
    pub form: Form,
    /// The parameters of the callback URL.
    pub query: Form,
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
    pub const fn callback(&self, endpoint: Endpoint) -> Callback<'_> {
        Callback {
            endpoint,
            form: &self.form,
            query: &self.query,
            received_at: self.received_at,
        }
    }

    /// The command key: from the idempotency token, otherwise from what identifies the callback.
    #[must_use]
    pub fn command_key(&self, endpoint: Endpoint, fallback: &str) -> String {
        match &self.token {
            Some(token) => format!("twilio:{endpoint}:{token}"),
            None => format!("twilio:{fallback}"),
        }
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

    #[test]
    fn command_key_comes_from_the_token_and_otherwise_from_the_callback() {
        let key = |token: Option<&str>| {
            let received = Received {
                form: Form::default(),
                query: Form::default(),
                unreadable: Vec::new(),
                token: token.map(str::to_owned),
                request_id: "req_1".to_owned(),
                received_at: Timestamp::default(),
            };
            received.command_key(Endpoint::Inbound, "inbound:CA1")
        };
        assert_eq!(key(Some("t1")), "twilio:inbound:t1");
        assert_eq!(key(None), "twilio:inbound:CA1");
    }
}
