//! What people make of a call afterwards, and calls that people write down themselves.

use super::{Decision, ensure_exists, ensure_not_erased, unless};
use crate::call::command::{CallCommand, CreateManually};
use crate::call::error::CallError;
use crate::call::event::{CallEvent, PersonalText};
use crate::call::observed_at::ObservedAt;
use crate::call::start::Start;
use crate::call::state::Call;
use crate::call::value::ClockSource;
use crate::invalid::{Invalid, at_most, open, words};

/// As long as a note may be, in characters.
const MAX_NOTE: usize = 10_000;
/// As long as a name or a number may be, in characters.
const MAX_NAME: usize = 200;

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    ensure_exists(call)?;
    let at = command.at();
    let review = &call.review;
    match command {
        CallCommand::Grade { grade, by, .. } => unless(
            review.grade == Some(*grade),
            CallEvent::Graded {
                at,
                grade: *grade,
                by: by.clone(),
            },
        ),
        CallCommand::ClearGrade { by, .. } => {
            unless(review.grade.is_none(), CallEvent::GradeCleared { at, by: by.clone() })
        }
        CallCommand::NoteCorrection { .. } | CallCommand::WithdrawCorrection { .. } => correct(call, command),
        CallCommand::Resolve {
            disposition, label, by, ..
        } => {
            words("disposition", disposition, 100)?;
            at_most("label", label.as_deref().unwrap_or_default(), MAX_NAME)?;
            let known = review
                .resolution
                .as_ref()
                .is_some_and(|it| it.disposition == *disposition && it.label == *label);
            let (disposition, label, by) = (disposition.clone(), label.clone(), by.clone());
            unless(
                known,
                CallEvent::Resolved {
                    at,
                    disposition,
                    label,
                    by,
                },
            )
        }
        CallCommand::Reopen { by, .. } => {
            unless(review.resolution.is_none(), CallEvent::Reopened { at, by: by.clone() })
        }
        CallCommand::EditDetails {
            caller_name,
            caller_number,
            notes,
            by,
            ..
        } => {
            ensure_not_erased(call)?;
            limited("caller_name", caller_name.as_ref(), MAX_NAME)?;
            limited("caller_number", caller_number.as_ref(), MAX_NAME)?;
            limited("notes", notes.as_ref(), MAX_NOTE)?;
            // Only what differs is an edit.
            let edit = |known: &Option<PersonalText>, wanted: &Option<PersonalText>| {
                wanted.clone().filter(|wanted| known.as_ref() != Some(wanted))
            };
            let caller_name = edit(&review.caller_name, caller_name);
            let caller_number = edit(&review.caller_number, caller_number);
            let notes = edit(&review.notes, notes);
            let nothing = caller_name.is_none() && caller_number.is_none() && notes.is_none();
            unless(
                nothing,
                CallEvent::DetailsEdited {
                    at,
                    caller_name,
                    caller_number,
                    notes,
                    by: by.clone(),
                },
            )
        }
        CallCommand::Hide { by, .. } => unless(call.hidden, CallEvent::CallHidden { at, by: by.clone() }),
        CallCommand::Erase { ground, by, .. } => {
            words("ground", ground, MAX_NAME)?;
            unless(
                call.erased,
                CallEvent::CallErased {
                    at,
                    ground: ground.clone(),
                    by: by.clone(),
                },
            )
        }
        // The commands of the other themes do not come here.
        _ => Ok(Vec::new()),
    }
}

/// Corrections are numbered within the call, and no number is used again.
fn correct(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    let corrections = &call.review.corrections;
    match command {
        CallCommand::NoteCorrection { note, turn, by, .. } => {
            ensure_not_erased(call)?;
            words("note", open("note", note)?, MAX_NOTE)?;
            if let Some(turn) = turn.filter(|turn| *turn == 0 || *turn > call.talk.last_turn) {
                return Err(CallError::NoSuchTurn(turn));
            }
            let correction = corrections.keys().next_back().map_or(1, |last| last + 1);
            Ok(vec![CallEvent::CorrectionNoted {
                at,
                correction,
                note: note.clone(),
                turn: *turn,
                by: by.clone(),
            }])
        }
        CallCommand::WithdrawCorrection { correction, by, .. } => {
            let noted = corrections
                .get(correction)
                .ok_or(CallError::NoSuchCorrection(*correction))?;
            let event = CallEvent::CorrectionWithdrawn {
                at,
                correction: *correction,
                by: by.clone(),
            };
            unless(noted.withdrawn, event)
        }
        // No other command comes here.
        _ => Ok(Vec::new()),
    }
}

/// A value that a person typed; an empty one clears what was there.
fn limited(field: &'static str, value: Option<&PersonalText>, max: usize) -> Result<(), Invalid> {
    value.map_or(Ok(()), |value| at_most(field, open(field, value)?, max))
}

/// Writes down a call that was made elsewhere.
pub(super) fn create(call: &Call, order: &CreateManually) -> Decision {
    if call.exists() {
        return Err(CallError::AlreadyExists);
    }
    words("from", open("from", &order.from)?, MAX_NAME)?;
    words("to", open("to", &order.to)?, MAX_NAME)?;
    limited("caller_name", order.caller_name.as_ref(), MAX_NAME)?;
    limited("notes", order.notes.as_ref(), MAX_NOTE)?;
    if order.outcome.is_none() && order.duration_s.is_some() {
        return Err(Invalid::new("duration_s", "is given though the call is not over").into());
    }
    let start = Start {
        at: ObservedAt::new(order.at, ClockSource::Local),
        direction: Some(order.direction),
        call_sid: order.call_sid.clone(),
        from: order.from.clone(),
        to: order.to.clone(),
        caller_name: order.caller_name.clone(),
        agent: order.agent.clone(),
        number: order.number.clone(),
        attestation: None,
    };
    let ended = order.outcome.map(|outcome| CallEvent::CallEnded {
        at: order.at.plus_seconds(i64::from(order.duration_s.unwrap_or(0))),
        clock: ClockSource::Local,
        outcome,
        ended_by: None,
        duration_s: order.duration_s,
        reason: None,
    });
    let noted = order.notes.clone().map(|notes| CallEvent::DetailsEdited {
        at: order.at,
        caller_name: None,
        caller_number: None,
        notes: Some(notes),
        by: order.by.clone(),
    });
    Ok([start.into_event(false)]
        .into_iter()
        .chain(ended)
        .chain(noted)
        .collect())
}
