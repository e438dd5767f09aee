//! Why a command to a call is refused. What the provider tells never is.

use crate::invalid::Invalid;

/// Why a command to a call is refused. No message repeats a personal value.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum CallError {
    /// Nothing was ever heard of the call.
    #[error("there is no such call")]
    NotFound,
    /// A call of this identifier exists.
    #[error("the call exists already")]
    AlreadyExists,
    /// The call's personal values were destroyed, and no new ones are taken.
    #[error("the call was erased")]
    Erased,
    /// The call is over.
    #[error("the call is over")]
    Over,
    /// The call never was in the queue.
    #[error("the call was not queued by us")]
    NotQueued,
    /// The call was answered: it can be ended, not cancelled.
    #[error("the call is under way")]
    UnderWay,
    /// The call was taken out of the queue.
    #[error("the call was cancelled")]
    Cancelled,
    /// Another user took the call over.
    #[error("another user has taken the call over")]
    AlreadyTakenOver,
    /// The user has not agreed to take the call over, or their telephone is not in the conversation.
    #[error("the user is not there to take the call over")]
    NotThere,
    /// A transfer is under way.
    #[error("a transfer is under way")]
    TransferUnderWay,
    /// No transfer is under way.
    #[error("no transfer is under way")]
    NoTransfer,
    /// Nobody was to be called to this seat.
    #[error("the call has no participant {0}")]
    NoSuchParticipant(u32),
    /// The call has no such recording.
    #[error("the call has no such recording")]
    NoSuchRecording,
    /// The call has no such correction, or no longer.
    #[error("the call has no correction {0}")]
    NoSuchCorrection(u32),
    /// The call has no such turn.
    #[error("the call has no turn {0}")]
    NoSuchTurn(u32),
    /// A field cannot be accepted.
    #[error(transparent)]
    Invalid(#[from] Invalid),
}
