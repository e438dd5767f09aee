//! Calls that the platform queues and dials.

use crate::fixtures::*;
use domain::Timestamp;
use domain::call::command::*;
use domain::call::value::*;
use domain::call::{Call, CallError, CallEvent, CallStatus};
use std::collections::BTreeMap;

pub fn enqueue() -> Enqueue {
    Enqueue {
        at: second(0),
        to: CALLER.into(),
        from: OUR_NUMBER.into(),
        agent: "default".into(),
        purpose: Purpose::FollowUp,
        class: CallClass::Informational,
        subject: "your appointment".into(),
        objective: "Find out whether the appointment suits.".into(),
        variables: BTreeMap::new().into(),
        lead: None,
        campaign: None,
        row: None,
        priority: 0,
        not_before: None,
        expires_at: None,
        max_attempts: 3,
        consent: None,
        retry_of: None,
        plan: None,
        by: USER.into(),
    }
}

pub fn attempt(number: u32) -> CallCommand {
    CallCommand::AttemptDial {
        at: second(10),
        attempt: number,
        call_sid: CALL.into(),
        evidence: DialEvidence::Answer,
        queue_ms: None,
    }
}

pub fn ruleset() -> RulesetVersion {
    RulesetVersion {
        name: "us".into(),
        version: 3,
    }
}

pub fn permit() -> CallCommand {
    CallCommand::PermitDial {
        at: second(6),
        rules: vec!["quiet hours".into()],
        ruleset: ruleset(),
        zones: vec!["America/Chicago".into()],
        lists: vec![],
        consent: None,
        engagement: None,
        valid_until: second(66),
    }
}

pub fn fail(attempt: u32, retry_at: Option<Timestamp>) -> CallCommand {
    CallCommand::FailDial {
        at: second(30),
        attempt,
        reason: "busy".into(),
        kind: DialFailure::Ended,
        counts_as_attempt: true,
        retry_at,
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
fn first_attempt_starts_a_queued_call() {
    let (call, events) = after([enqueue().into(), attempt(1)]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallQueued", "DialAttempted", "CallStarted"]
    );
    assert_eq!(call.start().map(|start| start.to), Some(CALLER.into()));
    assert_eq!(call.status(), CallStatus::Started);
}

#[test]
fn attempt_recorded_twice_has_no_effect() {
    let (_, events) = after([enqueue().into(), attempt(1), attempt(1)]);
    assert_eq!(events.len(), 3);
}

#[test]
fn failed_attempt_does_not_end_a_queued_call() {
    for status in ["busy", "no-answer", "failed"] {
        let (call, events) = after([enqueue().into(), attempt(1), on_attempt(status)]);
        assert_eq!(events.last().map(CallEvent::name), Some("ProviderReported"), "{status}");
        assert_ne!(call.status(), CallStatus::Ended, "{status}");
    }
    let (call, _) = after([enqueue().into(), attempt(1), on_attempt("completed")]);
    assert_eq!(call.outcome(), Some(Outcome::Completed));
}

#[test]
fn call_without_a_next_attempt_is_over() {
    let (call, _) = after([enqueue().into(), attempt(1), fail(1, Some(second(90)))]);
    assert!(!call.is_over());
    let (call, _) = after([enqueue().into(), attempt(1), fail(1, Some(second(90))), fail(2, None)]);
    assert_eq!(call.status(), CallStatus::Ended);
    let (_, events) = after([enqueue().into()]);
    given(events)
        .when(fail(3, Some(second(90))))
        .then_expect_error_message("retry_at is set although no attempt is left");
}

#[test]
fn cancel_is_refused_once_the_call_was_answered() {
    let (call, _) = after([enqueue().into(), cancel(), cancel()]);
    assert_eq!(call.status(), CallStatus::Ended);
    let (_, answered) = after([enqueue().into(), attempt(1), on_attempt("in-progress")]);
    given(answered).when(cancel()).then_expect_error(CallError::UnderWay);
    given([started()])
        .when(cancel())
        .then_expect_error(CallError::NotQueued);
    given([]).when(cancel()).then_expect_error(CallError::NotFound);
}

#[test]
fn cancelled_call_refuses_a_permit_but_records_an_attempt() {
    let (_, cancelled) = after([enqueue().into(), cancel()]);
    given(cancelled.clone())
        .when(permit())
        .then_expect_error(CallError::Cancelled);
    let recorded = given(cancelled).when(attempt(1)).inspect_result().expect("it happened");
    assert_eq!(recorded.len(), 2);
}

#[test]
fn enqueue_repeated_or_to_an_invalid_number_is_refused() {
    let (_, queued) = after([enqueue().into()]);
    given(queued)
        .when(enqueue().into())
        .then_expect_error(CallError::AlreadyExists);
    let to_no_number = Enqueue {
        to: "Ada".into(),
        ..enqueue()
    };
    given([])
        .when(to_no_number.into())
        .then_expect_error_message("to is not a number in E.164 form");
}

#[test]
fn status_received_before_the_attempt_is_recorded() {
    let (call, events) = after([enqueue().into(), on_attempt("ringing"), attempt(1)]);
    assert_eq!(events.iter().filter(|event| event.name() == "CallStarted").count(), 2);
    assert_eq!(call.status(), CallStatus::Ringing);
    assert_eq!(call.direction(), Some(Direction::Outbound));
}

/// Applies events that no command produces yet.
fn apply(events: &[CallEvent]) -> Call {
    let mut call = Call::default();
    for event in events {
        call.apply(event);
    }
    call
}

fn edited(not_before: Option<Timestamp>, priority: Option<i32>) -> CallEvent {
    CallEvent::QueueEdited {
        at: second(1),
        not_before,
        priority,
        by: USER.into(),
    }
}

#[test]
fn queue_edit_changes_only_the_given_fields() {
    let (_, queued) = after([Enqueue {
        priority: 1,
        not_before: Some(second(100)),
        ..enqueue()
    }
    .into()]);
    for (edit, not_before, priority) in [
        (edited(None, Some(9)), second(100), 9),
        (edited(Some(second(200)), None), second(200), 1),
        (edited(Some(second(300)), Some(-1)), second(300), -1),
        (edited(None, None), second(100), 1),
    ] {
        let queue = apply(&[queued.clone(), vec![edit]].concat()).queue.expect("is queued");
        assert_eq!((queue.not_before, queue.priority), (Some(not_before), priority));
    }
}

#[test]
fn queue_pause_holds_until_the_resume() {
    let (_, queued) = after([enqueue().into()]);
    let paused = CallEvent::QueuePaused {
        at: second(1),
        by: USER.into(),
    };
    let resumed = CallEvent::QueueResumed {
        at: second(2),
        by: USER.into(),
    };
    let is_paused = |events: &[CallEvent]| apply(events).queue.expect("is queued").paused;
    assert!(!is_paused(&queued));
    let on_hold = [queued, vec![paused]].concat();
    assert!(is_paused(&on_hold));
    assert_eq!(apply(&on_hold).status(), CallStatus::Queued);
    assert!(!is_paused(&[on_hold, vec![resumed]].concat()));
}

#[test]
fn queue_events_without_a_queued_call_are_ignored() {
    let paused = CallEvent::QueuePaused {
        at: second(1),
        by: USER.into(),
    };
    assert_eq!(apply(&[started(), paused, edited(None, Some(9))]), apply(&[started()]));
}
