//! Review of calls by users, and calls that users record by hand.

use super::{Decision, ensure_exists, ensure_not_erased, unless_known};
use crate::call::command::{CallCommand, CreateManually};
use crate::call::error::CallError;
use crate::call::event::{CallEvent, PersonalText};
use crate::call::observed_at::ObservedAt;
use crate::call::start::Start;
use crate::call::state::Call;
use crate::call::value::ClockSource;
use crate::invalid::{Invalid, at_most, non_blank, readable};

/// Maximum length of a note, in characters.
const MAX_NOTE: usize = 10_000;
/// Maximum length of a name, a number or another short text, in characters.
const MAX_NAME: usize = 200;

pub(super) fn decide(call: &Call, command: &CallCommand) -> Decision {
    ensure_exists(call)?;
    let at = command.at();
    let review = &call.review;
    match command {
        CallCommand::Grade { grade, by, .. } => unless_known(
            review.is_graded(*grade),
            CallEvent::Graded {
                at,
                grade: *grade,
                by: by.clone(),
            },
        ),
        CallCommand::ClearGrade { by, .. } => {
            unless_known(review.grade.is_none(), CallEvent::GradeCleared { at, by: by.clone() })
        }
        CallCommand::NoteCorrection { .. } | CallCommand::WithdrawCorrection { .. } => correct(call, command),
        CallCommand::Resolve {
            disposition, label, by, ..
        } => {
            non_blank("disposition", disposition, 100)?;
            at_most("label", label.as_deref().unwrap_or_default(), MAX_NAME)?;
            let known = review
                .resolution
                .as_ref()
                .is_some_and(|it| it.disposition == *disposition && it.label == *label);
            let (disposition, label, by) = (disposition.clone(), label.clone(), by.clone());
            unless_known(
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
            unless_known(review.resolution.is_none(), CallEvent::Reopened { at, by: by.clone() })
        }
        CallCommand::EditDetails {
            caller_name,
            caller_number,
            notes,
            by,
            ..
        } => {
            ensure_not_erased(call)?;
            limit_length("caller_name", caller_name.as_ref(), MAX_NAME)?;
            limit_length("caller_number", caller_number.as_ref(), MAX_NAME)?;
            limit_length("notes", notes.as_ref(), MAX_NOTE)?;
            // Only fields that change are recorded.
            let edit = |known: &Option<PersonalText>, new: &Option<PersonalText>| {
                new.clone().filter(|new| known.as_ref() != Some(new))
            };
            let caller_name = edit(&review.caller_name, caller_name);
            let caller_number = edit(&review.caller_number, caller_number);
            let notes = edit(&review.notes, notes);
            let nothing = caller_name.is_none() && caller_number.is_none() && notes.is_none();
            unless_known(
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
        CallCommand::Hide { by, .. } => unless_known(call.hidden, CallEvent::CallHidden { at, by: by.clone() }),
        CallCommand::Erase { ground, by, .. } => {
            non_blank("ground", ground, MAX_NAME)?;
            unless_known(
                call.erased,
                CallEvent::CallErased {
                    at,
                    ground: ground.clone(),
                    by: by.clone(),
                },
            )
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// Corrections are numbered within the call. A number is never reused.
fn correct(call: &Call, command: &CallCommand) -> Decision {
    let at = command.at();
    let corrections = &call.review.corrections;
    match command {
        CallCommand::NoteCorrection { note, turn, by, .. } => {
            ensure_not_erased(call)?;
            non_blank("note", readable("note", note)?, MAX_NOTE)?;
            if let Some(turn) = turn.filter(|turn| *turn == 0 || *turn > call.dialogue.last_turn()) {
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
            unless_known(noted.withdrawn, event)
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

/// Limits the length of an optional text. An empty text is allowed: it clears the field.
fn limit_length(field: &'static str, value: Option<&PersonalText>, max: usize) -> Result<(), Invalid> {
    value.map_or(Ok(()), |value| at_most(field, readable(field, value)?, max))
}

/// Records a call that did not pass through the service.
pub(super) fn create(call: &Call, command: &CreateManually) -> Decision {
    if call.exists() {
        return Err(CallError::AlreadyExists);
    }
    non_blank("from", readable("from", &command.from)?, MAX_NAME)?;
    non_blank("to", readable("to", &command.to)?, MAX_NAME)?;
    limit_length("caller_name", command.caller_name.as_ref(), MAX_NAME)?;
    limit_length("notes", command.notes.as_ref(), MAX_NOTE)?;
    if command.outcome.is_none() && command.duration_s.is_some() {
        return Err(Invalid::new("duration_s", "is set although the call has no outcome").into());
    }
    let start = Start {
        at: ObservedAt::new(command.at, ClockSource::Local),
        direction: Some(command.direction),
        call_sid: command.call_sid.clone(),
        from: command.from.clone(),
        to: command.to.clone(),
        caller_name: command.caller_name.clone(),
        agent: command.agent.clone(),
        number: command.number.clone(),
        attestation: None,
    };
    let ended = command.outcome.map(|outcome| CallEvent::CallEnded {
        at: command.at.plus_seconds(i64::from(command.duration_s.unwrap_or(0))),
        clock: ClockSource::Local,
        outcome,
        ended_by: None,
        duration_s: command.duration_s,
        reason: None,
    });
    let noted = command.notes.clone().map(|notes| CallEvent::DetailsEdited {
        at: command.at,
        caller_name: None,
        caller_number: None,
        notes: Some(notes),
        by: command.by.clone(),
    });
    Ok([start.into_event(false)]
        .into_iter()
        .chain(ended)
        .chain(noted)
        .collect())
}
