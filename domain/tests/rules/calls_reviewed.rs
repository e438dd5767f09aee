//! Review of calls, and calls recorded by hand.

use crate::fixtures::*;
use domain::Personal;
use domain::call::command::{CallCommand, CreateManually};
use domain::call::value::{Direction, Grade, Outcome};
use domain::call::{CallError, CallEvent, CallStatus};

fn grade(grade: Grade) -> CallCommand {
    CallCommand::Grade {
        at: second(100),
        grade,
        by: USER.into(),
    }
}

fn graded(grade: Grade) -> CallEvent {
    CallEvent::Graded {
        at: second(100),
        grade,
        by: USER.into(),
    }
}

fn note(text: &str, turn: Option<u32>) -> CallCommand {
    CallCommand::NoteCorrection {
        at: second(100),
        note: text.into(),
        turn,
        by: USER.into(),
    }
}

fn noted(correction: u32) -> CallEvent {
    CallEvent::CorrectionNoted {
        at: second(100),
        correction,
        note: "Offer an appointment.".into(),
        turn: None,
        by: USER.into(),
    }
}

fn withdraw(correction: u32) -> CallCommand {
    CallCommand::WithdrawCorrection {
        at: second(110),
        correction,
        by: USER.into(),
    }
}

fn withdrawn(correction: u32) -> CallEvent {
    CallEvent::CorrectionWithdrawn {
        at: second(110),
        correction,
        by: USER.into(),
    }
}

#[test]
fn review_of_an_unknown_call_is_refused() {
    let orders = [
        grade(Grade::Good),
        CallCommand::ClearGrade {
            at: second(1),
            by: USER.into(),
        },
        note("Offer an appointment.", None),
        withdraw(1),
        CallCommand::Resolve {
            at: second(1),
            disposition: "spam".into(),
            label: None,
            by: USER.into(),
        },
        CallCommand::Reopen {
            at: second(1),
            by: USER.into(),
        },
        CallCommand::Hide {
            at: second(1),
            by: USER.into(),
        },
        CallCommand::Erase {
            at: second(1),
            ground: "request 7".into(),
            by: USER.into(),
        },
        edit("Ada"),
    ];
    for order in orders {
        given([]).when(order).then_expect_error(CallError::NotFound);
    }
}

#[test]
fn grade_repeated_has_no_effect() {
    given([started()])
        .when(grade(Grade::Good))
        .then_expect_events(vec![graded(Grade::Good)]);
    given([started(), graded(Grade::Good)])
        .when(grade(Grade::Good))
        .then_expect_events(vec![]);
    let other = graded(Grade::NeedsImprovement);
    given([started(), graded(Grade::Good)])
        .when(grade(Grade::NeedsImprovement))
        .then_expect_events(vec![other]);
}

#[test]
fn clear_grade_repeated_has_no_effect() {
    let clear = || CallCommand::ClearGrade {
        at: second(101),
        by: USER.into(),
    };
    let cleared = CallEvent::GradeCleared {
        at: second(101),
        by: USER.into(),
    };
    given([started(), graded(Grade::Good)])
        .when(clear())
        .then_expect_events(vec![cleared]);
    given([started()]).when(clear()).then_expect_events(vec![]);
}

#[test]
fn correction_numbers_are_never_reused() {
    given([started(), noted(1), withdrawn(1)])
        .when(note("Offer an appointment.", None))
        .then_expect_events(vec![noted(2)]);
}

#[test]
fn withdrawal_of_an_unknown_correction_is_refused() {
    given([started(), noted(1)])
        .when(withdraw(2))
        .then_expect_error(CallError::NoSuchCorrection(2));
    given([started(), noted(1)])
        .when(withdraw(1))
        .then_expect_events(vec![withdrawn(1)]);
    given([started(), noted(1), withdrawn(1)])
        .when(withdraw(1))
        .then_expect_events(vec![]);
}

#[test]
fn correction_without_text_or_with_an_unknown_turn_is_refused() {
    assert!(
        given([started(), greeted()])
            .when(note("Say your name.", Some(1)))
            .inspect_result()
            .is_ok()
    );
    given([started(), greeted()])
        .when(note("Say your name.", Some(2)))
        .then_expect_error(CallError::NoSuchTurn(2));
    given([started()])
        .when(note("  ", None))
        .then_expect_error_message("note is empty");
}

#[test]
fn resolve_and_reopen_repeated_have_no_effect() {
    let resolve = |what: &str| CallCommand::Resolve {
        at: second(100),
        disposition: what.into(),
        label: None,
        by: USER.into(),
    };
    let reopen = CallCommand::Reopen {
        at: second(120),
        by: USER.into(),
    };
    let (call, events) = after([
        handle_inbound().into(),
        resolve("spam"),
        resolve("spam"),
        resolve("resolved"),
        reopen.clone(),
        reopen,
    ]);
    let names: Vec<_> = events.iter().skip(4).map(CallEvent::name).collect();
    assert_eq!(names, ["Resolved", "Resolved", "Reopened"]);
    assert_eq!(call.review.resolution, None);
}

fn edit(name: &str) -> CallCommand {
    CallCommand::EditDetails {
        at: second(100),
        caller_name: Some(name.into()),
        caller_number: None,
        notes: Some("Regular.".into()),
        by: USER.into(),
    }
}

#[test]
fn edit_records_only_the_changed_fields() {
    let (_, first) = after([handle_inbound().into(), edit("Ada")]);
    given(first.clone()).when(edit("Ada")).then_expect_events(vec![]);
    given(first)
        .when(edit("Grace"))
        .then_expect_events(vec![CallEvent::DetailsEdited {
            at: second(100),
            caller_name: Some("Grace".into()),
            caller_number: None,
            notes: None,
            by: USER.into(),
        }]);
}

#[test]
fn erased_call_refuses_personal_values_and_accepts_a_grade() {
    let erased_call = || given([started(), erased()]);
    erased_call().when(edit("Ada")).then_expect_error(CallError::Erased);
    erased_call()
        .when(note("Offer an appointment.", None))
        .then_expect_error(CallError::Erased);
    erased_call()
        .when(grade(Grade::Good))
        .then_expect_events(vec![graded(Grade::Good)]);
    let again = CallCommand::Erase {
        at: second(99),
        ground: "request 8".into(),
        by: USER.into(),
    };
    erased_call().when(again).then_expect_events(vec![]);
}

#[test]
fn erase_removes_personal_values_from_the_state() {
    let (call, _) = after([
        handle_inbound().into(),
        edit("Ada"),
        caller_joined(),
        CallCommand::StartTransfer {
            at: second(20),
            to: "+12025550177".into(),
        },
        CallCommand::Erase {
            at: second(99),
            ground: "request 7".into(),
            by: USER.into(),
        },
    ]);
    let json = serde_json::to_string(&call).expect("serializes");
    assert!(!json.contains(r#""personal""#), "{json}");
    assert_eq!(call.review.caller_name, Some(Personal::Erased));
}

#[test]
fn hide_repeated_has_no_effect() {
    let hide = || CallCommand::Hide {
        at: second(100),
        by: USER.into(),
    };
    let hidden = CallEvent::CallHidden {
        at: second(100),
        by: USER.into(),
    };
    given([started()]).when(hide()).then_expect_events(vec![hidden.clone()]);
    given([started(), hidden]).when(hide()).then_expect_events(vec![]);
}

pub fn create() -> CreateManually {
    CreateManually {
        at: second(0),
        call_sid: "call_1".into(),
        direction: Direction::Outbound,
        from: OUR_NUMBER.into(),
        to: CALLER.into(),
        caller_name: None,
        agent: None,
        number: None,
        outcome: Some(Outcome::Completed),
        duration_s: Some(90),
        notes: Some("Called from my own phone.".into()),
        by: USER.into(),
    }
}

#[test]
fn call_is_created_manually_once() {
    let (call, events) = after([create().into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "CallEnded", "DetailsEdited"]
    );
    assert_eq!(call.status(), CallStatus::Ended);
    assert_eq!(call.end.as_ref().map(|end| end.at.at), Some(second(90)));
    given(events)
        .when(create().into())
        .then_expect_error(CallError::AlreadyExists);
}

#[test]
fn error_message_does_not_contain_the_personal_value() {
    let order = CreateManually {
        caller_name: Some("Ada ".repeat(100).into()),
        ..create()
    };
    let error = given([]).when(order.into()).inspect_result().expect_err("is too long");
    assert_eq!(error.to_string(), "caller_name has more than 200 characters");
}
