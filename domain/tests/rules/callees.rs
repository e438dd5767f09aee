//! Callees: numbers that must not be called.

use crate::fixtures::{CALL, CALLER, USER, second};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use domain::callee::{Callee, CalleeCommand, CalleeError, CalleeEvent, SuppressionOrigin};

fn given(events: impl Into<Vec<CalleeEvent>>) -> AggregateTestExecutor<Callee> {
    TestFramework::<Callee>::with(()).given(events.into())
}

fn opt_out() -> CalleeCommand {
    CalleeCommand::Suppress {
        at: second(1),
        number: CALLER.into(),
        origin: SuppressionOrigin::OptOut,
        call: Some(CALL.into()),
        by: None,
    }
}

fn suppressed() -> CalleeEvent {
    CalleeEvent::NumberSuppressed {
        at: second(1),
        number: CALLER.into(),
        origin: SuppressionOrigin::OptOut,
        call: Some(CALL.into()),
        by: None,
    }
}

fn lift() -> CalleeCommand {
    CalleeCommand::LiftSuppression {
        at: second(2),
        by: USER.into(),
    }
}

fn lifted() -> CalleeEvent {
    CalleeEvent::SuppressionLifted {
        at: second(2),
        number: CALLER.into(),
        by: USER.into(),
    }
}

#[test]
fn number_is_suppressed_once_and_again_after_it_was_lifted() {
    given([]).when(opt_out()).then_expect_events(vec![suppressed()]);
    given([suppressed()]).when(opt_out()).then_expect_events(vec![]);
    given([suppressed(), lifted()])
        .when(opt_out())
        .then_expect_events(vec![suppressed()]);
}

#[test]
fn only_a_suppression_can_be_lifted() {
    given([suppressed()]).when(lift()).then_expect_events(vec![lifted()]);
    given([]).when(lift()).then_expect_error(CalleeError::NotSuppressed);
    given([suppressed(), lifted()])
        .when(lift())
        .then_expect_error(CalleeError::NotSuppressed);
}

#[test]
fn number_is_that_of_one_contact_until_it_is_released() {
    let claim = |contact: &str| CalleeCommand::ClaimContact {
        at: second(5),
        contact: contact.into(),
    };
    let release = |contact: &str| CalleeCommand::ReleaseContact {
        at: second(6),
        contact: contact.into(),
    };
    let claimed = |contact: &str| CalleeEvent::ContactClaimed {
        at: second(5),
        contact: contact.into(),
    };
    let released = CalleeEvent::ContactReleased {
        at: second(6),
        contact: "a".into(),
    };
    given([]).when(claim("a")).then_expect_events(vec![claimed("a")]);
    given([claimed("a")]).when(claim("a")).then_expect_events(vec![]);
    given([claimed("a")])
        .when(claim("b"))
        .then_expect_error(CalleeError::ClaimedBy {
            contact: "a".into(),
            since: second(5),
        });
    given([claimed("a")]).when(release("b")).then_expect_events(vec![]);
    given([claimed("a")])
        .when(release("a"))
        .then_expect_events(vec![released.clone()]);
    given([claimed("a"), released])
        .when(claim("b"))
        .then_expect_events(vec![claimed("b")]);
}

#[test]
fn erased_callee_stays_suppressed_without_its_number() {
    let erase = CalleeCommand::Erase {
        at: second(7),
        ground: "request 7".into(),
        by: USER.into(),
    };
    let erased = CalleeEvent::CalleeErased {
        at: second(7),
        ground: "request 7".into(),
        by: USER.into(),
    };
    given([suppressed()])
        .when(erase.clone())
        .then_expect_events(vec![erased.clone()]);
    given([suppressed(), erased.clone()])
        .when(erase.clone())
        .then_expect_events(vec![]);
    given([]).when(erase).then_expect_events(vec![]);
    let mut callee = Callee::default();
    for event in &[suppressed(), erased] {
        callee.apply(event);
    }
    assert!(callee.is_suppressed());
    assert_eq!(callee.number, Some(domain::Personal::Erased));
}

#[test]
fn suppression_of_what_is_not_a_number_is_refused() {
    let command = CalleeCommand::Suppress {
        at: second(1),
        number: "anonymous".into(),
        origin: SuppressionOrigin::Manual,
        call: None,
        by: Some(USER.into()),
    };
    given([])
        .when(command)
        .then_expect_error_message("number is not a number in E.164 form");
}
