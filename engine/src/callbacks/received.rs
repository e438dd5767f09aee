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
    /// Twilio's idempotency token, the same for all retries.
    pub token: Option<String>,
    /// The correlation ID of the events.
    pub request_id: String,
    pub received_at: Timestamp,
}

/// Our side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalParty<'a> {
    /// E.164.
    Number(&'a str),
    /// Browser client; the ID of the user.
    Browser(&'a str),
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
        callbacks::keep(&self.form, &self.query)
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

    /// Our side of the call, if the callback names it; it determines the tenant of a call that starts with this callback.
    /// Twilio reports a call from a browser as inbound as well, and its `To` is the dialed number, which is not ours.
    #[must_use]
    pub fn local_party(&self) -> Option<LocalParty<'_>> {
        let from = self.form.get("From");
        if let Some(user) = from.and_then(|from| from.strip_prefix("client:")) {
            return Some(LocalParty::Browser(user));
        }
        match self.form.get("Direction") {
            Some("inbound") => self.form.get("To"),
            Some("outbound-api" | "outbound-dial") => from,
            _ => None,
        }
        .filter(|number| number.starts_with('+'))
        .map(LocalParty::Number)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(form: &str, token: Option<&str>) -> Received {
        Received {
            form: Form::parse(form.as_bytes()).expect("a form"),
            query: Form::default(),
            token: token.map(str::to_owned),
            request_id: "req_1".to_owned(),
            received_at: Timestamp::default(),
        }
    }

    #[test]
    fn local_party_is_our_number_or_the_user_of_a_browser() {
        let inbound = received("From=%2B15045550123&To=%2B15045550100&Direction=inbound", None);
        assert_eq!(inbound.local_party(), Some(LocalParty::Number("+15045550100")));
        let outbound = received("From=%2B15045550100&To=%2B15045550123&Direction=outbound-dial", None);
        assert_eq!(outbound.local_party(), Some(LocalParty::Number("+15045550100")));
        let browser = received("From=client%3Auser_1&To=%2B15045550123&Direction=inbound", None);
        assert_eq!(browser.local_party(), Some(LocalParty::Browser("user_1")));
        assert_eq!(received("CallSid=CA1", None).local_party(), None);
    }

    #[test]
    fn command_key_comes_from_the_token_and_otherwise_from_the_callback() {
        let key = |token| received("CallSid=CA1", token).command_key(Endpoint::Inbound, "inbound:CA1");
        assert_eq!(key(Some("t1")), "twilio:inbound:t1");
        assert_eq!(key(None), "twilio:inbound:CA1");
    }
}
