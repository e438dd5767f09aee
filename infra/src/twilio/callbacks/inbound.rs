//! `inbound` and `voice`: a new call, whose TwiML response decides how it proceeds.

use super::{Callback, NotUnderstood};
use domain::call::command::{HandleInbound, HandleOutbound, Routed};
use domain::call::value::ClockSource;
use domain::{AgentId, CallId, Personal, Timestamp};

/// Call to one of our numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    pub call_id: CallId,
    pub at: Timestamp,
    /// Whether the provider's clock said so.
    pub clock: ClockSource,
    pub from: Personal<String>,
    /// Called number, one of ours.
    pub number: String,
    /// Caller's name, if the network provides it.
    pub caller_name: Option<Personal<String>>,
    /// STIR/SHAKEN attestation.
    pub attestation: Option<String>,
}

impl Inbound {
    /// Parses the callback.
    ///
    /// # Errors
    /// When the callback has no call or no called number.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        let (at, clock) = callback.observed_at();
        Ok(Self {
            call_id: CallId(callback.required_identifier("CallSid")?),
            at,
            clock,
            from: callback.form.get("From").unwrap_or("anonymous").into(),
            number: callback.required("To")?.to_owned(),
            caller_name: callback.form.get("CallerName").map(Personal::from),
            attestation: callback.form.get("StirVerstat").map(str::to_owned),
        })
    }

    /// Deduplication key of the callback.
    #[must_use]
    pub fn key(&self) -> String {
        format!("inbound:{}", self.call_id)
    }

    /// Builds the command, given the agent and the routing decision.
    #[must_use]
    pub fn routed(self, agent: AgentId, routed: Routed) -> HandleInbound {
        HandleInbound {
            at: self.at,
            clock: self.clock,
            call_sid: self.call_id.0,
            from: self.from,
            to: self.number.as_str().into(),
            caller_name: self.caller_name,
            agent,
            number: self.number,
            attestation: self.attestation,
            routed,
        }
    }
}

/// Outbound call of a team member from the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbound {
    pub call_id: CallId,
    pub at: Timestamp,
    /// Whether the provider's clock said so.
    pub clock: ClockSource,
    /// Client identity of the browser.
    pub from: Personal<String>,
    /// Number to dial.
    pub to: Personal<String>,
}

impl Outbound {
    /// Parses the callback.
    ///
    /// # Errors
    /// When the callback has no call or no valid number to dial.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        let (at, clock) = callback.observed_at();
        let to = callback.required("To")?;
        let is_number = to
            .strip_prefix('+')
            .is_some_and(|digits| (6..=15).contains(&digits.len()) && digits.bytes().all(|byte| byte.is_ascii_digit()));
        if !is_number {
            return Err(super::not_a("To", "telephone number in E.164"));
        }
        Ok(Self {
            call_id: CallId(callback.required_identifier("CallSid")?),
            at,
            clock,
            from: callback.form.get("From").unwrap_or("client:unknown").into(),
            to: to.into(),
        })
    }

    /// Deduplication key of the callback.
    #[must_use]
    pub fn key(&self) -> String {
        format!("voice:{}", self.call_id)
    }

    /// Builds the command, given the agent and the caller ID to show.
    #[must_use]
    pub fn shown_as(self, agent: Option<AgentId>, number: Option<String>) -> HandleOutbound {
        HandleOutbound {
            at: self.at,
            clock: self.clock,
            call_sid: self.call_id.0,
            from: self.from,
            to: self.to,
            agent,
            number,
        }
    }
}
