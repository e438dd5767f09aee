//! The end of a call by the service, the summary, the costs, and the comparison with the provider's record.

use super::{Decision, ensure_exists, ensure_not_erased, unless_known};
use crate::call::command::CallCommand;
use crate::call::error::CallError;
use crate::call::event::CallEvent;
use crate::call::state::Call;
use crate::call::value::{ClockSource, EndedBy, Outcome};
use crate::invalid::{Invalid, non_blank, readable};

/// The status of a callback that says nothing new.
const REPEATED: &str = "repeated";

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    ensure_exists(call)?;
    let at = command.at();
    match command {
        // Recorded even if the provider has reported the end: only the service knows who ended the call.
        CallCommand::EndCall {
            outcome,
            ended_by,
            duration_s,
            reason,
            ..
        } => {
            let event = CallEvent::CallEnded {
                at,
                clock: ClockSource::Local,
                outcome: outcome.unwrap_or_else(|| outcome_so_far(call)),
                ended_by: Some(*ended_by),
                duration_s: *duration_s,
                reason: reason.clone(),
            };
            unless_known(call.seen_callbacks.knows(&event), event)
        }
        CallCommand::EndFromRecord { .. } if call.end.is_some() => Ok(Vec::new()),
        CallCommand::EndFromRecord {
            clock,
            outcome,
            duration_s,
            reason,
            from,
            ..
        } => {
            non_blank("from", from, 100)?;
            let ended = CallEvent::CallEnded {
                at,
                clock: *clock,
                outcome: outcome.unwrap_or_else(|| outcome_so_far(call)),
                ended_by: Some(EndedBy::Reconciler),
                duration_s: *duration_s,
                reason: reason.clone(),
            };
            Ok(vec![ended, CallEvent::GapRepaired { at, from: from.clone() }])
        }
        CallCommand::Summarize { .. } => summarize(call, command),
        CallCommand::RequestDoNotCall { .. } => unless_known(call.do_not_call, CallEvent::DoNotCallRequested { at }),
        CallCommand::HonorOptOut { suppressed, .. } => {
            let event = CallEvent::OptOutHonored {
                at,
                suppressed: *suppressed,
            };
            unless_known(call.opt_out_honored, event)
        }
        CallCommand::IncurCost { .. } => incur_cost(command),
        _ => of_record(call, command),
    }
}

/// Commands about what the provider and our own effects have reported.
fn of_record(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    match command {
        CallCommand::Reconcile { complete, missing, .. } => {
            let known = call
                .reconciled
                .as_ref()
                .is_some_and(|it| it.complete == *complete && it.missing == *missing);
            unless_known(
                known,
                CallEvent::Reconciled {
                    at,
                    complete: *complete,
                    missing: missing.clone(),
                },
            )
        }
        // Not a new fact, so it is recorded whatever was recorded before: every request that was answered is in the log.
        CallCommand::RecordRepetition { kind, .. } => Ok(vec![CallEvent::ProviderReported {
            at,
            clock: ClockSource::Local,
            kind: kind.clone(),
            call_sid: None,
            sequence_number: None,
            status: REPEATED.to_owned(),
        }]),
        CallCommand::FailEffect {
            effect,
            item,
            reason,
            attempt,
            retry_at,
            ..
        } => {
            non_blank("effect", effect, 100)?;
            non_blank("reason", reason, 500)?;
            let known = call
                .failed_effects
                .of(effect, item)
                .is_some_and(|failed| failed.attempts >= *attempt);
            let event = CallEvent::EffectFailed {
                at,
                effect: effect.clone(),
                item: item.clone(),
                reason: reason.clone(),
                attempt: *attempt,
                retry_at: *retry_at,
            };
            unless_known(known, event)
        }
        CallCommand::RetryEffect { effect, item, by, .. } => {
            ensure_not_erased(call)?;
            if !call.given_up_effects().contains(&(effect.as_str(), item.as_str())) {
                return Err(CallError::NothingGivenUp);
            }
            Ok(vec![CallEvent::EffectRetryRequested {
                at,
                effect: effect.clone(),
                item: item.clone(),
                by: by.clone(),
            }])
        }
        CallCommand::RepairGap { from, .. } => {
            non_blank("from", from, 100)?;
            Ok(vec![CallEvent::GapRepaired { at, from: from.clone() }])
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// The outcome of a call that ends now.
fn outcome_so_far(call: &Call) -> Outcome {
    call.outcome()
        .unwrap_or(if call.was_answered() || call.voicemail.is_some() {
            Outcome::Completed
        } else {
            Outcome::Canceled
        })
}

/// A cost with a quantity and a currency that can be added up.
fn incur_cost(command: &CallCommand) -> Decision {
    let CallCommand::IncurCost {
        at,
        item,
        quantity,
        unit,
        amount_micros,
        currency,
        price_list,
        provisional,
    } = command
    else {
        return Ok(Vec::new());
    };
    non_blank("item", item, 100)?;
    non_blank("unit", unit, 100)?;
    if !quantity.is_finite() || *quantity < 0.0 {
        return Err(Invalid::new("quantity", "is negative or not finite").into());
    }
    let currency: crate::money::Currency = currency
        .parse()
        .map_err(|_| Invalid::new("currency", "is not an ISO 4217 code"))?;
    Ok(vec![CallEvent::CostIncurred {
        at: *at,
        item: item.clone(),
        quantity: *quantity,
        unit: unit.clone(),
        amount_micros: *amount_micros,
        currency: currency.as_str().to_owned(),
        price_list: price_list.clone(),
        provisional: *provisional,
    }])
}

fn summarize(call: &Call, command: &CallCommand) -> Decision {
    let CallCommand::Summarize {
        at,
        summary,
        outcome,
        interest,
        next_action,
        goal_achieved,
        lead_score,
        sentiment,
        model,
    } = command
    else {
        return Ok(Vec::new());
    };
    ensure_not_erased(call)?;
    non_blank("summary", readable("summary", summary)?, 10_000)?;
    non_blank("model", model, 100)?;
    if lead_score.is_some_and(|score| score > 100) {
        return Err(Invalid::new("lead_score", "is not between 0 and 100").into());
    }
    if interest
        .as_deref()
        .is_some_and(|interest| !matches!(interest, "high" | "medium" | "low" | "none"))
    {
        return Err(Invalid::new("interest", "is none of high, medium, low, none").into());
    }
    Ok(vec![CallEvent::CallSummarized {
        at: *at,
        summary: summary.clone(),
        outcome: outcome.clone(),
        interest: interest.clone(),
        next_action: next_action.clone(),
        goal_achieved: *goal_achieved,
        lead_score: *lead_score,
        sentiment: *sentiment,
        model: model.clone(),
    }])
}
