//! Calls that we queue and place ourselves.

use crate::given::*;
use domain::call::command::*;
use domain::call::value::*;
use domain::call::{CallError, CallEvent, CallStatus};

pub fn enqueue() -> CallCommand {
    CallCommand::Enqueue {
        at: second(0),
        to: CALLER.into(),
        from: OURS.into(),
        agent: "default".into(),
        purpose: Purpose::FollowUp,
        objective: "Find out whether the appointment suits.".into(),
        lead: None,
        priority: 0,
        not_before: None,
        max_attempts: 3,
        by: USER.into(),
    }
}

pub fn attempt(number: u32) -> CallCommand {
    CallCommand::AttemptDial {
        at: second(10),
        attempt: number,
        call_sid: CALL.into(),
    }
}

fn cancel() -> CallCommand {
    CallCommand::CancelQueued {
        at: second(5),
        reason: "no longer wanted".into(),
        by: USER.into(),
    }
}

fn on_attempt(status: &str) -> CallCommand {
    HandleStatus {
        leg: Leg::Attempt,
        ..handle_status(status, 20)
    }
    .into()
}

#[test]
fn a_queued_call_starts_with_its_first_attempt() {
    let (call, events) = after([enqueue(), attempt(1)]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallQueued", "DialAttempted", "CallStarted"]
    );
    assert_eq!(call.start().map(|start| start.to), Some(CALLER.into()));
    assert_eq!(call.status(), CallStatus::Started);
}

#[test]
fn an_attempt_that_is_told_twice_was_made_once() {
    let (_, events) = after([enqueue(), attempt(1), attempt(1)]);
    assert_eq!(events.len(), 3);
}

#[test]
fn a_busy_line_does_not_end_a_call_that_is_tried_again() {
    for status in ["busy", "no-answer", "failed"] {
        let (call, events) = after([enqueue(), attempt(1), on_attempt(status)]);
        assert_eq!(events.last().map(CallEvent::name), Some("ProviderReported"), "{status}");
        assert_ne!(call.status(), CallStatus::Ended, "{status}");
    }
    let (call, _) = after([enqueue(), attempt(1), on_attempt("completed")]);
    assert_eq!(call.outcome(), Some(Outcome::Completed));
}

#[test]
fn a_call_whose_last_attempt_failed_is_over() {
    let fail = |attempt, retry_at| CallCommand::FailDial {
        at: second(30),
        attempt,
        reason: "busy".into(),
        retry_at,
    };
    let (call, _) = after([enqueue(), attempt(1), fail(1, Some(second(90)))]);
    assert!(!call.is_over());
    let (call, _) = after([enqueue(), attempt(1), fail(1, Some(second(90))), fail(2, None)]);
    assert_eq!(call.status(), CallStatus::Ended);
    let (_, events) = after([enqueue()]);
    given(events)
        .when(fail(3, Some(second(90))))
        .then_expect_error_message("retry_at is given though no attempt is left");
}

#[test]
fn a_queued_call_can_be_cancelled_until_it_is_answered() {
    let (call, _) = after([enqueue(), cancel(), cancel()]);
    assert_eq!(call.status(), CallStatus::Ended);
    let (_, answered) = after([enqueue(), attempt(1), on_attempt("in-progress")]);
    given(answered).when(cancel()).then_expect_error(CallError::UnderWay);
    given([started()])
        .when(cancel())
        .then_expect_error(CallError::NotQueued);
    given([]).when(cancel()).then_expect_error(CallError::NotFound);
}

#[test]
fn a_cancelled_call_may_not_be_dialled_but_what_was_dialled_is_recorded() {
    let (_, cancelled) = after([enqueue(), cancel()]);
    let permit = CallCommand::PermitDial {
        at: second(6),
        rules: vec!["quiet hours".into()],
    };
    given(cancelled.clone())
        .when(permit)
        .then_expect_error(CallError::Cancelled);
    let recorded = given(cancelled).when(attempt(1)).inspect_result().expect("it happened");
    assert_eq!(recorded.len(), 2);
}

#[test]
fn a_call_is_queued_once_and_to_a_number() {
    let (_, queued) = after([enqueue()]);
    given(queued)
        .when(enqueue())
        .then_expect_error(CallError::AlreadyExists);
    let mut order = enqueue();
    if let CallCommand::Enqueue { to, .. } = &mut order {
        *to = "Ada".into();
    }
    given([])
        .when(order)
        .then_expect_error_message("to is not a number in E.164 form");
}

#[test]
fn a_status_that_overtakes_the_attempt_is_not_refused() {
    let (call, events) = after([enqueue(), on_attempt("ringing"), attempt(1)]);
    assert_eq!(events.iter().filter(|event| event.name() == "CallStarted").count(), 2);
    assert_eq!(call.status(), CallStatus::Ringing);
    assert_eq!(call.direction(), Some(Direction::Outbound));
}
