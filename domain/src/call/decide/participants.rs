//! What our people do while a call lasts: listen, take over, hold, transfer, press keys.

use super::{Decision, ensure_active, ensure_exists, ensure_not_erased, unless};
use crate::call::command::CallCommand;
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::state::{Call, LegState, Participant, TransferState};
use crate::call::value::ParticipantRole;
use crate::invalid::{Invalid, open, words};

/// As many digits as Twilio sends at once.
const MAX_DIGITS: usize = 32;

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    let people = &call.people;
    match command {
        // Whoever leaves after the end left all the same.
        CallCommand::LeaveListener { user, .. } => {
            ensure_exists(call)?;
            unless(
                !people.listeners.contains(user),
                CallEvent::ListenerLeft { at, user: user.clone() },
            )
        }
        CallCommand::CompleteTransfer { .. } | CallCommand::FailTransfer { .. } => conclude_transfer(call, command),
        // Twilio was asked: that is so even if the call has ended meanwhile.
        CallCommand::CallParticipant { call_sid, participant, .. } => {
            let reserved = people.participants.get(participant).ok_or(CallError::NoSuchParticipant(*participant))?;
            words("call_sid", call_sid, 64)?;
            unless(
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
            while_it_lasts(call, command)
        }
    }
}

fn while_it_lasts(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    let people = &call.people;
    match command {
        // Whoever speaks, or is about to, hears the call anyway. A telephone that nobody answered is called again.
        CallCommand::JoinListener { user, .. } => unless(
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
            let known = people.takeover_requested.contains(user) || is_takers(call, user)?;
            unless(known, CallEvent::TakeoverRequested { at, user: user.clone() })
        }
        CallCommand::AcceptTakeover { user, .. } => {
            let known = people.takeover_accepted.contains_key(user) || is_takers(call, user)?;
            let participant = participant_of_listener(call, user).unwrap_or_else(|| people.next_participant());
            unless(
                known,
                CallEvent::TakeoverAccepted {
                    at,
                    user: user.clone(),
                    participant,
                },
            )
        }
        CallCommand::DeclineTakeover { user, .. } => unless(
            people.takeover_declined.contains(user),
            CallEvent::TakeoverDeclined { at, user: user.clone() },
        ),
        CallCommand::TakeOver { user, .. } => {
            let known = is_takers(call, user)?;
            if !known && !is_ready(call, user) {
                return Err(CallError::NotThere);
            }
            unless(known, CallEvent::TakenOver { at, user: user.clone() })
        }
        CallCommand::FailTakeover { user, reason, .. } => {
            words("reason", reason, 200)?;
            let is_takers = people.taken_over_by.as_ref() == Some(user);
            unless(
                !is_takers || is_present(call, user),
                CallEvent::TakeoverFailed {
                    at,
                    user: user.clone(),
                    reason: reason.clone(),
                },
            )
        }
        CallCommand::PutOnHold { user, .. } => unless(
            people.on_hold_by.is_some(),
            CallEvent::PutOnHold { at, user: user.clone() },
        ),
        CallCommand::TakeOffHold { user, .. } => unless(
            people.on_hold_by.is_none(),
            CallEvent::TakenOffHold { at, user: user.clone() },
        ),
        CallCommand::StartTransfer { to, .. } => {
            ensure_not_erased(call)?;
            words("to", open("to", to)?, 200)?;
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
            let keys = open("digits", digits)?;
            words("digits", keys, MAX_DIGITS)?;
            if !keys.chars().all(|key| matches!(key, '0'..='9' | '*' | '#' | 'w' | 'W')) {
                return Err(Invalid::new("digits", "has something that is no key").into());
            }
            Ok(vec![CallEvent::DigitsSent {
                at,
                digits: digits.clone(),
            }])
        }
        // The commands of the other themes do not come here.
        _ => Ok(Vec::new()),
    }
}

/// Whether this user has taken the call over; refused when another has.
fn is_takers(call: &Call, user: &str) -> Result<bool, CallError> {
    match &call.people.taken_over_by {
        Some(taker) if taker != user => Err(CallError::AlreadyTakenOver),
        taker => Ok(taker.is_some()),
    }
}

/// Whether this user has agreed to take the call over and can begin: their telephone is in the conversation.
fn is_ready(call: &Call, user: &str) -> bool {
    let participant = call.people.takeover_accepted.get(user);
    participant.and_then(|participant| call.leg_of_participant(*participant))
        .is_some_and(LegState::is_present)
}

/// Whether a telephone of this user is in the conversation.
fn is_present(call: &Call, user: &str) -> bool {
    let theirs = call
        .people
        .participants
        .iter()
        .filter(|(_, participant)| participant.user.as_deref() == Some(user));
    theirs
        .filter_map(|(number, _)| call.leg_of_participant(*number))
        .any(LegState::is_present)
}

/// The seat of a user who listens: their telephone need not be called a second time.
fn participant_of_listener(call: &Call, user: &str) -> Option<u32> {
    let is_theirs = |(number, participant): &(&u32, &Participant)| {
        participant.role == ParticipantRole::Listener
            && participant.user.as_deref() == Some(user)
            && !call.leg_of_participant(**number).is_some_and(LegState::is_gone)
    };
    let listens = call.people.listeners.contains(user);
    let participant = call.people.participants.iter().rev().find(is_theirs);
    participant.filter(|_| listens).map(|(number, _)| *number)
}

/// A transfer may be found to have ended after the call did.
fn conclude_transfer(call: &Call, command: &CallCommand) -> Decision {
    ensure_not_erased(call)?;
    let state = call
        .people
        .transfer
        .as_ref()
        .map(|transfer| transfer.state)
        .ok_or(CallError::NoTransfer)?;
    let at = command.at();
    let (event, wanted) = match command {
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
        // The commands of the other themes do not come here.
        _ => return Ok(Vec::new()),
    };
    match state {
        TransferState::Started => Ok(vec![event]),
        state if state == wanted => Ok(Vec::new()),
        _ => Err(CallError::NoTransfer),
    }
}
