//! Errors of commands to a call. Callbacks of the provider are never refused.

use crate::invalid::Invalid;

/// Why a command to a call is refused. No message repeats a personal value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    #[error("there is no such call")]
    NotFound,
    #[error("the call exists already")]
    AlreadyExists,
    /// The personal values of the call were destroyed, and it accepts no new ones.
    #[error("the call was erased")]
    Erased,
    #[error("the call is over")]
    Over,
    #[error("the call was not queued by us")]
    NotQueued,
    /// The call was answered: it can be ended, but not removed from the queue.
    #[error("the call is under way")]
    UnderWay,
    /// The call was removed from the queue.
    #[error("the call was canceled")]
    Cancelled,
    #[error("another user has taken the call over")]
    AlreadyTakenOver,
    /// The user has not accepted the takeover, or their phone has not joined the call.
    #[error("the user is not there to take the call over")]
    NotThere,
    /// The caller is in no conference.
    #[error("no team member has the call: take it over first")]
    NotInConference,
    #[error("a transfer is under way")]
    TransferUnderWay,
    #[error("no transfer is under way")]
    NoTransfer,
    /// No participant is reserved under this number.
    #[error("the call has no participant {0}")]
    NoSuchParticipant(u32),
    #[error("the call has no such recording")]
    NoSuchRecording,
    #[error("nothing of the call has been given up")]
    NothingGivenUp,
    #[error("the call has no correction {0}")]
    NoSuchCorrection(u32),
    #[error("the call has no turn {0}")]
    NoSuchTurn(u32),
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
