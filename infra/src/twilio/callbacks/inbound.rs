//! `inbound` and `voice`: a new call, whose TwiML response decides how it proceeds.

use super::{Callback, NotUnderstood, Understood, identity, read};
use domain::call::command::{HandleInbound, HandleOutbound, Routed};
use domain::call::value::ClockSource;
use domain::{AgentId, CallId, Personal, Timestamp};

fn first_leg(callback: &Callback<'_>) -> Result<CallId, NotUnderstood> {
    identity::check(callback.form, callback.accounts)?;
    let sid = callback.identifier("CallSid");
    sid.map(CallId)
        .ok_or(NotUnderstood("CallSid does not identify the call"))
}

/// Parses the callback as a report that the call exists, for a time when there is no one left to answer it.
///
/// # Errors
/// When the callback identifies no call, or is not about one of our accounts.
pub fn first_report(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let call_id = first_leg(callback)?;
    let status = callback.form.get("CallStatus").and_then(read::call_status);
    Ok(callback.reported(call_id, status.unwrap_or("ringing"), true))
}

/// Call to one of our numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    pub call_id: CallId,
    pub at: Timestamp,
    /// Whether the provider's clock said so.
    pub clock: ClockSource,
    pub from: Personal<String>,
    /// The called address as reported; empty if unknown.
    pub to: Personal<String>,
    /// Called number, one of ours: E.164. Absent for a SIP address, which may contain a name.
    pub number: Option<String>,
    /// Caller's name, if the network provides it.
    pub caller_name: Option<Personal<String>>,
    /// STIR/SHAKEN attestation.
    pub attestation: Option<String>,
}

impl Inbound {
    /// Parses the callback.
    ///
    /// # Errors
    /// When the callback has no call.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        let (at, clock) = callback.observed_at();
        // Twilio sends each address by two names.
        let either = |name: &str, other: &str| callback.address(name).or_else(|| callback.address(other));
        let to = either("To", "Called");
        Ok(Self {
            call_id: first_leg(callback)?,
            at,
            clock,
            from: read::address(either("From", "Caller").unwrap_or("anonymous")),
            to: read::address(to.unwrap_or_default()),
            number: to.and_then(read::e164),
            caller_name: callback.form.get("CallerName").map(read::name),
            attestation: callback.identifier("StirVerstat"),
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
            to: self.to,
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
        let to = callback
            .address("To")
            .and_then(read::e164)
            .ok_or(NotUnderstood("To is not a telephone number in E.164"))?;
        Ok(Self {
            call_id: first_leg(callback)?,
            at,
            clock,
            from: read::address(callback.address("From").unwrap_or("client:unknown")),
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
