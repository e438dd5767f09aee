//! Calls that the service ends; summaries and costs.

use crate::fixtures::*;
use domain::Decide;
use domain::call::command::CallCommand;
use domain::call::value::{ClockSource, EndedBy, Outcome, VoicemailReason};
use domain::call::{CallError, CallEvent, CallStatus, ObservedAt};

fn hang_up(by: EndedBy) -> CallCommand {
    CallCommand::EndCall {
        at: second(59),
        outcome: None,
        ended_by: by,
        duration_s: None,
        reason: None,
    }
}

#[test]
fn end_call_is_completed_after_an_answer_and_canceled_before() {
    let (call, _) = after([handle_inbound().into(), hang_up(EndedBy::Ai)]);
    assert_eq!(call.outcome(), Some(Outcome::Completed));
    let (call, _) = after([handle_status("ringing", 1).into(), hang_up(EndedBy::TeamMember)]);
    assert_eq!(call.outcome(), Some(Outcome::Canceled));
}

#[test]
fn end_from_service_and_from_provider_join_in_either_order() {
    let provider: CallCommand = domain::call::command::HandleStatus {
        duration_s: Some(58),
        ..handle_status("completed", 60)
    }
    .into();
    for order in [
        [hang_up(EndedBy::TeamMember), provider.clone()],
        [provider.clone(), hang_up(EndedBy::TeamMember)],
    ] {
        let (call, _) = after([handle_inbound().into()].into_iter().chain(order));
        let end = call.end.expect("it ended");
        assert_eq!(end.at, ObservedAt::new(second(60), ClockSource::Provider));
        assert_eq!((end.ended_by, end.duration_s), (Some(EndedBy::TeamMember), Some(58)));
    }
}

#[test]
fn end_call_repeated_has_no_effect() {
    let (call, events) = after([handle_inbound().into(), hang_up(EndedBy::Ai), hang_up(EndedBy::Ai)]);
    assert_eq!(events.iter().filter(|event| event.name() == "CallEnded").count(), 1);
    assert_eq!(call.status(), CallStatus::Ended);
}

/// Everything that the AI does in a call.
fn acts_of_the_ai() -> [CallCommand; 5] {
    let at = second(61);
    [
        CallCommand::SpeakAi {
            at,
            turn: None,
            text: "Good day.".into(),
            persona_version: 0,
            model: None,
            latency_ms: None,
            tokens: None,
            asks_to_confirm: None,
        },
        CallCommand::RouteToVoicemail {
            at,
            reason: VoicemailReason::NoAnswer,
        },
        CallCommand::ReportUnclearSpeech { at, confidence: 0.2 },
        CallCommand::PromptSilence { at },
        CallCommand::TriggerEscalation {
            at,
            rule: "asked_for_a_person".into(),
        },
    ]
}

#[test]
fn ai_does_nothing_more_after_the_end_or_a_takeover() {
    let taken = CallEvent::TakenOver {
        at: second(20),
        user: USER.into(),
    };
    for act in acts_of_the_ai() {
        given([started(), greeted(), ended()])
            .when(act.clone())
            .then_expect_error(CallError::Over);
        given([started(), greeted(), taken.clone()])
            .when(act.clone())
            .then_expect_error(CallError::AlreadyTakenOver);
        // The AI has the call again.
        let failed = CallEvent::TakeoverFailed {
            at: second(30),
            user: USER.into(),
            reason: "the team member left".into(),
        };
        let (mut call, _) = after([handle_inbound().into()]);
        for event in [taken.clone(), failed] {
            call.apply(&event);
        }
        assert!(call.decide(&act).is_ok(), "{}", act.name());
    }
}

#[test]
fn facts_of_earlier_words_are_recorded_after_the_end() {
    for fact in [
        CallCommand::CollectField {
            at: second(61),
            field: "email".into(),
            value: "ada@example.org".into(),
            valid: true,
        },
        CallCommand::RequestDoNotCall { at: second(61) },
    ] {
        let (mut call, _) = after([handle_inbound().into()]);
        call.apply(&ended());
        assert_eq!(call.decide(&fact).map(|events| events.len()), Ok(1), "{}", fact.name());
    }
}

fn end_from_record(outcome: Option<Outcome>) -> CallCommand {
    CallCommand::EndFromRecord {
        at: second(60),
        clock: ClockSource::Provider,
        outcome,
        duration_s: Some(58),
        reason: None,
        from: "Calls".into(),
    }
}

#[test]
fn end_from_the_record_equals_the_end_of_a_callback_but_for_who_ended() {
    let callback: CallCommand = domain::call::command::HandleStatus {
        duration_s: Some(58),
        ..handle_status("completed", 60)
    }
    .into();
    let (reported, _) = after([handle_inbound().into(), callback.clone()]);
    let (repaired, events) = after([handle_inbound().into(), end_from_record(Some(Outcome::Completed))]);
    assert!(matches!(&events[events.len() - 1], CallEvent::GapRepaired { from, .. } if from == "Calls"));
    let (reported, mut repaired) = (reported.end.unwrap(), repaired.end.unwrap());
    assert_eq!(repaired.ended_by.take(), Some(EndedBy::Reconciler));
    assert_eq!(repaired, reported);
    // A late callback changes nothing, and neither does a record that is read after the callback.
    let (late, _) = after([
        handle_inbound().into(),
        end_from_record(Some(Outcome::Completed)),
        callback.clone(),
    ]);
    assert_eq!(late.end.unwrap().outcome, Outcome::Completed);
    let (_, events) = after([
        handle_inbound().into(),
        callback,
        end_from_record(Some(Outcome::Completed)),
    ]);
    assert!(!events.iter().any(|event| event.name() == "GapRepaired"));
}

#[test]
fn end_from_the_record_without_an_outcome_follows_from_the_call() {
    let (call, _) = after([handle_inbound().into(), end_from_record(None)]);
    assert_eq!(call.outcome(), Some(Outcome::Completed));
    let (call, _) = after([handle_status("ringing", 1).into(), end_from_record(None)]);
    assert_eq!(call.outcome(), Some(Outcome::Canceled));
}

#[test]
fn end_call_on_an_unknown_call_is_refused() {
    given([])
        .when(hang_up(EndedBy::TeamMember))
        .then_expect_error(CallError::NotFound);
}

#[test]
fn summary_and_cost_with_invalid_fields_are_refused() {
    let summarize = |score| CallCommand::Summarize {
        at: second(70),
        summary: "Wants an appointment.".into(),
        outcome: "appointment".into(),
        interest: Some("high".into()),
        next_action: None,
        goal_achieved: Some(true),
        lead_score: Some(score),
        sentiment: None,
        model: "llama3".into(),
    };
    assert!(
        given([started(), ended()])
            .when(summarize(100))
            .inspect_result()
            .is_ok()
    );
    given([started()])
        .when(summarize(101))
        .then_expect_error_message("lead_score is not between 0 and 100");
    given([started(), erased()])
        .when(summarize(1))
        .then_expect_error(CallError::Erased);
    let cost = |quantity, currency: &str| CallCommand::IncurCost {
        at: second(70),
        item: "carrier_minutes".into(),
        quantity,
        unit: "minute".into(),
        amount_micros: 8_500,
        currency: currency.into(),
        price_list: "2026-01".into(),
        provisional: true,
    };
    given([started()])
        .when(cost(f64::NAN, "USD"))
        .then_expect_error_message("quantity is negative or not finite");
    given([started()])
        .when(cost(1.0, "dollars"))
        .then_expect_error_message("currency is not an ISO 4217 code");
    let noted = given([started()])
        .when(cost(1.0, "usd"))
        .inspect_result()
        .expect("is noted");
    assert!(matches!(&noted[0], CallEvent::CostIncurred { currency, .. } if currency == "USD"));
}
