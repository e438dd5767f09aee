//! `inbound` and `voice`: somebody calls, and the answer decides what happens next.

use super::{Callback, NotUnderstood};
use domain::call::command::{HearInbound, HearOutbound, Routed};
use domain::{AgentId, CallId, Personal, Timestamp};

/// Somebody calls one of our numbers.
#[derive(Clone, Debug, PartialEq)]
pub struct Inbound {
    /// The call.
    pub call_id: CallId,
    /// When.
    pub at: Timestamp,
    /// Whether the provider's clock said so.
    pub told: bool,
    /// The caller's number.
    pub from: Personal<String>,
    /// The called number: ours.
    pub number: String,
    /// The caller's name, where the network told one.
    pub caller_name: Option<Personal<String>>,
    /// STIR/SHAKEN.
    pub attestation: Option<String>,
}

impl Inbound {
    /// Reads the callback.
    ///
    /// # Errors
    /// When it does not say which call it is, or which number is called.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        let (at, told) = callback.moment();
        Ok(Self {
            call_id: CallId(callback.required_identifier("CallSid")?),
            at,
            told,
            from: callback.form.get("From").unwrap_or("anonymous").into(),
            number: callback.required("To")?.to_owned(),
            caller_name: callback.form.get("CallerName").map(Personal::from),
            attestation: callback.form.get("StirVerstat").map(str::to_owned),
        })
    }

    /// What identifies the callback.
    #[must_use]
    pub fn key(&self) -> String {
        format!("inbound:{}", self.call_id)
    }

    /// The command, once it is decided who answers and how.
    #[must_use]
    pub fn routed(self, agent: AgentId, routed: Routed) -> HearInbound {
        HearInbound {
            at: self.at,
            told: self.told,
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

/// Somebody of ours calls out from the browser.
#[derive(Clone, Debug, PartialEq)]
pub struct Outbound {
    /// The call.
    pub call_id: CallId,
    /// When.
    pub at: Timestamp,
    /// Whether the provider's clock said so.
    pub told: bool,
    /// The browser's client name.
    pub from: Personal<String>,
    /// The number to call.
    pub to: Personal<String>,
}

impl Outbound {
    /// Reads the callback.
    ///
    /// # Errors
    /// When it does not say which call it is, or what to dial.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        let (at, told) = callback.moment();
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
            told,
            from: callback.form.get("From").unwrap_or("client:unknown").into(),
            to: to.into(),
        })
    }

    /// What identifies the callback.
    #[must_use]
    pub fn key(&self) -> String {
        format!("voice:{}", self.call_id)
    }

    /// The command, once it is decided which number of ours is shown.
    #[must_use]
    pub fn shown_as(self, agent: Option<AgentId>, number: Option<String>) -> HearOutbound {
        HearOutbound {
            at: self.at,
            told: self.told,
            call_sid: self.call_id.0,
            from: self.from,
            to: self.to,
            agent,
            number,
        }
    }
}
