//! Calls that we place ourselves: into the queue, out of it, and every attempt in between.

use super::{Decision, heard_of, remembered, unless};
use crate::Personal;
use crate::call::command::CallCommand;
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::moment::Moment;
use crate::call::start::Start;
use crate::call::state::{Call, Queue};
use crate::call::value::Direction;
use crate::invalid::{Invalid, e164, open, words};

/// As often as anybody may be tried.
const MAX_ATTEMPTS: u32 = 10;
/// As long as an objective may be, in characters.
const MAX_OBJECTIVE: usize = 2_000;

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    if let CallCommand::Enqueue { .. } = command {
        return enqueue(call, command);
    }
    heard_of(call)?;
    let queue = call.queue.as_ref().ok_or(CallError::NotQueued)?;
    match command {
        CallCommand::CancelQueued { reason, by, .. } => {
            if !queue.cancelled && call.end.is_some() {
                return Err(CallError::Over);
            }
            if call.was_answered() {
                return Err(CallError::UnderWay);
            }
            words("reason", reason, 500)?;
            unless(
                queue.cancelled,
                CallEvent::QueueCancelled {
                    at,
                    reason: reason.clone(),
                    by: by.clone(),
                },
            )
        }
        CallCommand::PermitDial { rules, .. } => {
            waiting(call, queue)?;
            remembered(call)?;
            Ok(vec![CallEvent::DialPermitted {
                at,
                rules: rules.clone(),
            }])
        }
        CallCommand::RefuseDial { rule, reason, .. } => {
            waiting(call, queue)?;
            let event = CallEvent::DialRefused {
                at,
                rule: rule.clone(),
                reason: reason.clone(),
            };
            unless(queue.refused.as_ref() == Some(rule), event)
        }
        // What Twilio was asked to do was asked, whatever happened to the queue meanwhile.
        CallCommand::AttemptDial { attempt, call_sid, .. } => {
            Ok(attempt_dial(call, queue, command, *attempt, call_sid))
        }
        CallCommand::FailDial {
            attempt,
            reason,
            retry_at,
            ..
        } => {
            if *attempt == 0 {
                return Err(Invalid::new("attempt", "counts from 1").into());
            }
            if retry_at.is_some() && *attempt >= queue.max_attempts {
                return Err(Invalid::new("retry_at", "is given though no attempt is left").into());
            }
            let known = queue
                .attempts
                .get(attempt)
                .is_some_and(|known| known.failed.as_ref() == Some(reason) && known.retry_at == *retry_at);
            let event = CallEvent::DialFailed {
                at,
                attempt: *attempt,
                reason: reason.clone(),
                retry_at: *retry_at,
            };
            unless(known, event)
        }
        // The commands of the other themes do not come here.
        _ => Ok(Vec::new()),
    }
}

fn enqueue(call: &Call, command: &CallCommand) -> Decision {
    let CallCommand::Enqueue {
        at,
        to,
        from,
        agent,
        purpose,
        objective,
        lead,
        priority,
        not_before,
        max_attempts,
        by,
    } = command
    else {
        return Ok(Vec::new());
    };
    if call.exists() {
        return Err(CallError::AlreadyExists);
    }
    e164("to", open("to", to)?)?;
    e164("from", from)?;
    words("objective", open("objective", objective)?, MAX_OBJECTIVE)?;
    if !(1..=MAX_ATTEMPTS).contains(max_attempts) {
        return Err(Invalid::new("max_attempts", format!("is not between 1 and {MAX_ATTEMPTS}")).into());
    }
    Ok(vec![CallEvent::CallQueued {
        at: *at,
        to: to.clone(),
        from: from.clone(),
        agent: agent.clone(),
        purpose: *purpose,
        objective: objective.clone(),
        lead: lead.clone(),
        priority: *priority,
        not_before: *not_before,
        max_attempts: *max_attempts,
        by: by.clone(),
    }])
}

/// Refuses a call that needs no more permission to be dialled.
const fn waiting(call: &Call, queue: &Queue) -> Result<(), CallError> {
    if queue.cancelled {
        return Err(CallError::Cancelled);
    }
    if call.end.is_some() {
        Err(CallError::Over)
    } else {
        Ok(())
    }
}

/// Twilio has a leg for us: with the first one, the call exists.
fn attempt_dial(call: &Call, queue: &Queue, command: &CallCommand, attempt: u32, call_sid: &str) -> Vec<CallEvent> {
    let at = command.at();
    if queue
        .attempts
        .get(&attempt)
        .is_some_and(|known| known.call_sid.as_deref() == Some(call_sid))
    {
        return Vec::new();
    }
    let start = Start {
        at: Moment::new(at, false),
        direction: Some(Direction::Outbound),
        call_sid: call_sid.to_owned(),
        from: Personal::Known(queue.from.clone()),
        to: queue.to.clone(),
        caller_name: None,
        agent: Some(queue.agent.clone()),
        number: Some(queue.from.clone()),
        attestation: None,
    };
    let started = call.started.is_none().then(|| start.into_event(false));
    let attempted = CallEvent::DialAttempted {
        at,
        attempt,
        call_sid: call_sid.to_owned(),
    };
    [attempted].into_iter().chain(started).collect()
}
