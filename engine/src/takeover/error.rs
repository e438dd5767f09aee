//! [`ActionError`].

use domain::call::CallError;
use infra::event_store::StoreError;
use infra::ledger::LedgerError;
use infra::twilio::rest::TwilioError;

/// Why an action of a team member failed.
#[derive(Debug, thiserror::Error)]
pub enum ActionError {
    #[error("there is no such call")]
    NotFound,
    #[error("the call has ended")]
    Ended,
    #[error("the caller has left the conference")]
    CallerLeft,
    #[error("{}", crate::suppression::REFUSAL)]
    Suppressed,
    /// Twilio refused or did not answer.
    #[error("the telephone network did not make the change")]
    Telephony(#[source] TwilioError),
    #[error(transparent)]
    Ledger(LedgerError<CallError>),
}

impl ActionError {
    /// The error of a change of the caller's participation in the conference.
    pub(super) fn of_conference(error: TwilioError) -> Self {
        if error.is_already_over() || error.is_not_found() {
            Self::CallerLeft
        } else {
            Self::Telephony(error)
        }
    }
}

impl From<CallError> for ActionError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NotFound => Self::NotFound,
            CallError::Over => Self::Ended,
            error => Self::Ledger(LedgerError::Rejected(error)),
        }
    }
}

impl From<LedgerError<CallError>> for ActionError {
    fn from(error: LedgerError<CallError>) -> Self {
        match error {
            LedgerError::Rejected(error) => error.into(),
            error => Self::Ledger(error),
        }
    }
}

impl From<StoreError> for ActionError {
    fn from(error: StoreError) -> Self {
        Self::Ledger(error.into())
    }
}
