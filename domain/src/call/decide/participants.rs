//! Commands to a call in progress: listening, takeover, hold, transfer, digits.

use super::{Decision, ensure_active, ensure_exists, ensure_not_erased, unless_known};
use crate::call::command::CallCommand;
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::state::{Call, LegState, Participant, TransferState};
use crate::call::value::ParticipantRole;
use crate::invalid::{Invalid, non_blank, readable};

/// The most digits that Twilio sends in one request.
const MAX_DIGITS: usize = 32;

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    let people = &call.people;
    match command {
        // A listener may leave after the end of the call.
        CallCommand::LeaveListener { user, .. } => {
            ensure_exists(call)?;
            unless_known(
                !people.listeners.contains(user),
                CallEvent::ListenerLeft { at, user: user.clone() },
            )
        }
        CallCommand::CompleteTransfer { .. } | CallCommand::FailTransfer { .. } => end_transfer(call, command),
        // Recorded even if the call has ended meanwhile: the provider created the leg.
        CallCommand::CallParticipant {
            call_sid, participant, ..
        } => {
            let reserved = people
                .participants
                .get(participant)
                .ok_or(CallError::NoSuchParticipant(*participant))?;
            non_blank("call_sid", call_sid, 64)?;
            unless_known(
                reserved.call_sid.is_some(),
                CallEvent::ParticipantCalled {
                    at,
                    call_sid: call_sid.clone(),
                    role: reserved.role,
                    participant: *participant,
                },
            )
        }
        _ => {
            ensure_active(call)?;
            decide_in_progress(call, command)
        }
    }
}

fn decide_in_progress(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    let people = &call.people;
    match command {
        // A user who speaks, or is about to, hears the call anyway. A phone that was not answered is dialed again.
        CallCommand::JoinListener { user, .. } => unless_known(
            (people.listeners.contains(user) && !call.listens_out_of_reach(user))
                || people.takeover_accepted.contains_key(user)
                || people.taken_over_by.as_ref() == Some(user),
            CallEvent::ListenerJoined {
                at,
                user: user.clone(),
                participant: people.next_participant(),
            },
        ),
        CallCommand::RequestTakeover { user, .. } => {
            let known = people.takeover_requested.contains(user) || has_taken_over(call, user)?;
            unless_known(known, CallEvent::TakeoverRequested { at, user: user.clone() })
        }
        CallCommand::AcceptTakeover { user, .. } => {
            let known = people.takeover_accepted.contains_key(user) || has_taken_over(call, user)?;
            let participant = participant_of_listener(call, user).unwrap_or_else(|| people.next_participant());
            unless_known(
                known,
                CallEvent::TakeoverAccepted {
                    at,
                    user: user.clone(),
                    participant,
                },
            )
        }
        CallCommand::DeclineTakeover { user, .. } => unless_known(
            people.takeover_declined.contains(user),
            CallEvent::TakeoverDeclined { at, user: user.clone() },
        ),
        CallCommand::TakeOver { user, .. } => {
            let known = has_taken_over(call, user)?;
            if !known && !is_ready(call, user) {
                return Err(CallError::NotThere);
            }
            unless_known(known, CallEvent::TakenOver { at, user: user.clone() })
        }
        CallCommand::FailTakeover { user, reason, .. } => {
            non_blank("reason", reason, 200)?;
            let has_taken_over = people.taken_over_by.as_ref() == Some(user);
            unless_known(
                !has_taken_over || is_present(call, user),
                CallEvent::TakeoverFailed {
                    at,
                    user: user.clone(),
                    reason: reason.clone(),
                },
            )
        }
        CallCommand::PutOnHold { user, .. } => unless_known(
            people.on_hold_by.is_some(),
            CallEvent::PutOnHold { at, user: user.clone() },
        ),
        CallCommand::TakeOffHold { user, .. } => unless_known(
            people.on_hold_by.is_none(),
            CallEvent::TakenOffHold { at, user: user.clone() },
        ),
        CallCommand::StartTransfer { to, .. } => {
            ensure_not_erased(call)?;
            non_blank("to", readable("to", to)?, 200)?;
            call.conference_of_caller()?;
            if people
                .transfer
                .as_ref()
                .is_some_and(|transfer| transfer.state == TransferState::Started)
            {
                return Err(CallError::TransferUnderWay);
            }
            Ok(vec![CallEvent::TransferStarted {
                at,
                to: to.clone(),
                participant: people.next_participant(),
            }])
        }
        CallCommand::SendDigits { digits, .. } => {
            ensure_not_erased(call)?;
            let keys = readable("digits", digits)?;
            non_blank("digits", keys, MAX_DIGITS)?;
            if !keys.chars().all(|key| matches!(key, '0'..='9' | '*' | '#' | 'w' | 'W')) {
                return Err(Invalid::new("digits", "contains a character that is not a keypad key").into());
            }
            call.conference_of_caller()?;
            Ok(vec![CallEvent::DigitsSent {
                at,
                digits: digits.clone(),
            }])
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// Whether this user has taken the call over.
///
/// # Errors
/// When another user has.
fn has_taken_over(call: &Call, user: &str) -> Result<bool, CallError> {
    match &call.people.taken_over_by {
        Some(taker) if taker != user => Err(CallError::AlreadyTakenOver),
        taker => Ok(taker.is_some()),
    }
}

/// Whether this user has accepted the takeover and their phone has joined the call.
fn is_ready(call: &Call, user: &str) -> bool {
    let participant = call.people.takeover_accepted.get(user);
    participant
        .and_then(|participant| call.leg_of_participant(*participant))
        .is_some_and(LegState::is_present)
}

/// Whether a phone of this user is in the call.
fn is_present(call: &Call, user: &str) -> bool {
    let of_user = call
        .people
        .participants
        .iter()
        .filter(|(_, participant)| participant.user.as_deref() == Some(user));
    of_user
        .filter_map(|(number, _)| call.leg_of_participant(*number))
        .any(LegState::is_present)
}

/// The participant number of a user who listens in: their phone need not be dialed a second time.
fn participant_of_listener(call: &Call, user: &str) -> Option<u32> {
    let is_of_user = |(number, participant): &(&u32, &Participant)| {
        participant.role == ParticipantRole::Listener
            && participant.user.as_deref() == Some(user)
            && !call.leg_of_participant(**number).is_some_and(LegState::is_gone)
    };
    let listens = call.people.listeners.contains(user);
    let participant = call.people.participants.iter().rev().find(is_of_user);
    participant.filter(|_| listens).map(|(number, _)| *number)
}

/// The end of a transfer, which may be found after the end of the call.
fn end_transfer(call: &Call, command: &CallCommand) -> Decision {
    ensure_not_erased(call)?;
    let state = call
        .people
        .transfer
        .as_ref()
        .map(|transfer| transfer.state)
        .ok_or(CallError::NoTransfer)?;
    let at = command.at();
    let (event, new_state) = match command {
        CallCommand::CompleteTransfer { to, .. } => {
            (CallEvent::Transferred { at, to: to.clone() }, TransferState::Reached)
        }
        CallCommand::FailTransfer { to, reason, .. } => (
            CallEvent::TransferFailed {
                at,
                to: to.clone(),
                reason: reason.clone(),
            },
            TransferState::Failed,
        ),
        // Other commands are not dispatched to this function.
        _ => return Ok(Vec::new()),
    };
    match state {
        TransferState::Started => Ok(vec![event]),
        state if state == new_state => Ok(Vec::new()),
        _ => Err(CallError::NoTransfer),
    }
}
