//! Calls that the platform queues and dials.

use super::{Decision, ensure_exists, ensure_not_erased, unless_known};
use crate::Personal;
use crate::call::command::{CallCommand, Enqueue};
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::observed_at::ObservedAt;
use crate::call::start::Start;
use crate::call::state::{Call, Queue};
use crate::call::value::{ClockSource, Direction};
use crate::invalid::{Invalid, e164, non_blank, readable};

/// Maximum number of attempts for one call.
const MAX_ATTEMPTS: u32 = 10;
/// Maximum length of a subject or an objective, in characters.
const MAX_OBJECTIVE: usize = 2_000;

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    ensure_exists(call)?;
    let queue = call.queue.as_ref().ok_or(CallError::NotQueued)?;
    match command {
        CallCommand::CancelQueued { reason, by, .. } => {
            if !queue.cancelled && call.end.is_some() {
                return Err(CallError::Over);
            }
            if call.was_answered() {
                return Err(CallError::UnderWay);
            }
            non_blank("reason", reason, 500)?;
            unless_known(
                queue.cancelled,
                CallEvent::QueueCancelled {
                    at,
                    reason: reason.clone(),
                    by: by.clone(),
                },
            )
        }
        CallCommand::PermitDial {
            rules,
            ruleset,
            zones,
            lists,
            consent,
            engagement,
            valid_until,
            ..
        } => {
            ensure_waiting(call, queue)?;
            ensure_not_erased(call)?;
            Ok(vec![CallEvent::DialPermitted {
                at,
                rules: rules.clone(),
                ruleset: ruleset.clone(),
                zones: zones.clone(),
                lists: lists.clone(),
                consent: consent.clone(),
                engagement: engagement.clone(),
                valid_until: *valid_until,
            }])
        }
        CallCommand::RefuseDial {
            rule,
            reason,
            ruleset,
            because,
            r#final,
            ..
        } => {
            ensure_waiting(call, queue)?;
            let event = CallEvent::DialRefused {
                at,
                rule: rule.clone(),
                reason: reason.clone(),
                ruleset: ruleset.clone(),
                because: because.clone(),
                r#final: *r#final,
            };
            unless_known(queue.refused.as_ref() == Some(rule), event)
        }
        // Recorded even if the call was canceled meanwhile: the provider created the leg.
        CallCommand::AttemptDial {
            at,
            attempt,
            call_sid,
            evidence,
            queue_ms,
        } => {
            let attempted = CallEvent::DialAttempted {
                at: *at,
                attempt: *attempt,
                call_sid: call_sid.clone(),
                evidence: *evidence,
                queue_ms: *queue_ms,
            };
            Ok(attempt_dial(call, queue, *attempt, call_sid, attempted))
        }
        CallCommand::FailDial { .. } => fail_dial(queue, command),
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// The failure of an attempt.
fn fail_dial(queue: &Queue, command: &CallCommand) -> Decision {
    let CallCommand::FailDial {
        at,
        attempt,
        reason,
        kind,
        counts_as_attempt,
        retry_at,
    } = command
    else {
        return Ok(Vec::new());
    };
    if *attempt == 0 {
        return Err(Invalid::new("attempt", "counts from 1").into());
    }
    if retry_at.is_some() && *attempt >= queue.max_attempts {
        return Err(Invalid::new("retry_at", "is set although no attempt is left").into());
    }
    let known = queue
        .attempts
        .get(attempt)
        .is_some_and(|known| known.failed.as_ref() == Some(reason) && known.retry_at == *retry_at);
    let event = CallEvent::DialFailed {
        at: *at,
        attempt: *attempt,
        reason: reason.clone(),
        kind: *kind,
        counts_as_attempt: *counts_as_attempt,
        retry_at: *retry_at,
    };
    unless_known(known, event)
}

pub(super) fn enqueue(call: &Call, command: &Enqueue) -> Decision {
    if call.exists() {
        return Err(CallError::AlreadyExists);
    }
    e164("to", readable("to", &command.to)?)?;
    e164("from", &command.from)?;
    non_blank("subject", readable("subject", &command.subject)?, MAX_OBJECTIVE)?;
    non_blank("objective", readable("objective", &command.objective)?, MAX_OBJECTIVE)?;
    if !(1..=MAX_ATTEMPTS).contains(&command.max_attempts) {
        return Err(Invalid::new("max_attempts", format!("is not between 1 and {MAX_ATTEMPTS}")).into());
    }
    let queued = command.clone();
    Ok(vec![CallEvent::CallQueued {
        at: queued.at,
        to: queued.to,
        from: queued.from,
        agent: queued.agent,
        purpose: queued.purpose,
        class: queued.class,
        subject: queued.subject,
        objective: queued.objective,
        variables: queued.variables,
        lead: queued.lead,
        campaign: queued.campaign,
        row: queued.row,
        priority: queued.priority,
        not_before: queued.not_before,
        expires_at: queued.expires_at,
        max_attempts: queued.max_attempts,
        consent: queued.consent,
        retry_of: queued.retry_of,
        plan: queued.plan,
        by: queued.by,
    }])
}

/// Refuses a call that was canceled or is over.
const fn ensure_waiting(call: &Call, queue: &Queue) -> Result<(), CallError> {
    if queue.cancelled {
        return Err(CallError::Cancelled);
    }
    if call.end.is_some() {
        Err(CallError::Over)
    } else {
        Ok(())
    }
}

/// The attempt, and the start of the call with the first leg.
fn attempt_dial(call: &Call, queue: &Queue, attempt: u32, call_sid: &str, attempted: CallEvent) -> Vec<CallEvent> {
    let at = attempted.at();
    if queue
        .attempts
        .get(&attempt)
        .is_some_and(|known| known.call_sid.as_deref() == Some(call_sid))
    {
        return Vec::new();
    }
    let start = Start {
        at: ObservedAt::new(at, ClockSource::Local),
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
    [attempted].into_iter().chain(started).collect()
}
