//! Callbacks of the provider.

use crate::fixtures::*;
use domain::call::command::*;
use domain::call::value::*;
use domain::call::{Call, CallEvent, CallStatus, ObservedAt};
use domain::{Decide, Personal};

fn inferred(at: i64) -> CallEvent {
    CallEvent::CallStarted {
        at: second(at),
        clock: ClockSource::Provider,
        direction: Some(Direction::Inbound),
        call_sid: CALL.into(),
        from: CALLER.into(),
        to: OUR_NUMBER.into(),
        caller_name: None,
        agent: None,
        number: None,
        attestation: None,
        inferred: true,
    }
}

#[test]
fn answered_inbound_call_records_disclosure_notice_and_greeting() {
    given([]).when(handle_inbound().into()).then_expect_events(vec![
        started(),
        CallEvent::AiDisclosed {
            at: second(0),
            text: "You are speaking with an AI.".into(),
        },
        CallEvent::ConsentNoticePlayed {
            at: second(0),
            text: "This call is recorded.".into(),
        },
        greeted(),
    ]);
}

#[test]
fn inbound_call_without_disclosure_text_records_no_disclosure() {
    let greeting = "Hello.".into();
    let routed = Routed::Answered {
        greeting,
        persona_version: 0,
        disclosure: None,
        consent_notice: None,
    };
    let (call, events) = after([HandleInbound {
        routed,
        ..handle_inbound()
    }
    .into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "AiTurn"]
    );
    assert!(!call.dialogue.ai_disclosed);
}

#[test]
fn inbound_call_outside_business_hours_is_routed_to_voicemail() {
    let callback = HandleInbound {
        routed: Routed::Voicemail(VoicemailReason::Closed),
        ..handle_inbound()
    };
    let routed = CallEvent::RoutedToVoicemail {
        at: second(0),
        reason: VoicemailReason::Closed,
    };
    given([])
        .when(callback.into())
        .then_expect_events(vec![started(), routed]);
}

#[test]
fn inbound_webhook_repeated_has_no_effect() {
    let again = HandleInbound {
        at: second(9),
        ..handle_inbound()
    };
    given([started(), greeted()])
        .when(again.into())
        .then_expect_events(vec![]);
}

#[test]
fn outbound_call_from_the_browser_starts_with_the_team_members_leg() {
    let callback = HandleOutbound {
        at: second(0),
        clock: ClockSource::Local,
        call_sid: CALL.into(),
        from: "client:anna".into(),
        to: CALLER.into(),
        agent: None,
        number: Some(OUR_NUMBER.into()),
    };
    let (call, events) = after([callback.into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "ParticipantJoined"]
    );
    assert_eq!(call.direction(), Some(Direction::Outbound));
    assert_eq!(call.status(), CallStatus::Started, "the callee has not answered");
}

#[test]
fn end_received_first_starts_the_call_as_inferred() {
    let callback = HandleStatus {
        duration_s: Some(60),
        ..handle_status("completed", 60)
    };
    given([])
        .when(callback.into())
        .then_expect_events(vec![inferred(60), ended()]);
}

#[test]
fn real_start_overrides_the_inferred_one_and_is_recorded_once() {
    let late = HandleInbound {
        at: second(70),
        from: "+12025550199".into(),
        ..handle_inbound()
    };
    let (call, events) = after([
        handle_status("completed", 60).into(),
        late.clone().into(),
        HandleInbound { at: second(80), ..late }.into(),
    ]);
    let starts = events.iter().filter(|event| event.name() == "CallStarted").count();
    assert_eq!(starts, 2, "the inferred one and the real one");
    let start = call.start().expect("has started");
    assert_eq!(start.from, "+12025550199".into());
    assert_eq!(start.caller_name, Some("Ada".into()));
    assert_eq!(start.at, ObservedAt::new(second(70), ClockSource::Local));
    assert_eq!(call.status(), CallStatus::Ended);
}

#[test]
fn fields_that_the_real_start_lacks_are_inferred() {
    let callback = HandleOutbound {
        at: second(0),
        clock: ClockSource::Local,
        call_sid: CALL.into(),
        from: "client:anna".into(),
        to: CALLER.into(),
        agent: None,
        number: None,
    };
    let mut status = handle_status("ringing", 1);
    status.origin.number = Some(OUR_NUMBER.into());
    status.origin.from = Some("+12025550188".into());
    let (call, _) = after([callback.into(), status.into()]);
    let start = call.start().expect("has started");
    assert_eq!(start.number.as_deref(), Some(OUR_NUMBER));
    assert_eq!(start.from, "client:anna".into(), "the real start takes precedence");
}

#[test]
fn earlier_status_moves_the_inferred_start_back() {
    let given_end = given([inferred(60), ended()]);
    let ringing = CallEvent::CallRinging {
        at: second(3),
        clock: ClockSource::Provider,
        call_sid: CALL.into(),
    };
    given_end
        .when(handle_status("ringing", 3).into())
        .then_expect_events(vec![inferred(3), ringing]);
}

#[test]
fn ringing_received_after_the_end_is_recorded_and_changes_no_outcome() {
    let ringing = CallEvent::CallRinging {
        at: second(1),
        clock: ClockSource::Provider,
        call_sid: CALL.into(),
    };
    given([started(), ended()])
        .when(handle_status("ringing", 1).into())
        .then_expect_events(vec![ringing]);
    let (call, _) = after([
        handle_inbound().into(),
        handle_status("completed", 60).into(),
        handle_status("ringing", 1).into(),
    ]);
    assert_eq!(call.outcome(), Some(Outcome::Completed));
    assert_eq!(call.status(), CallStatus::Ended);
}

#[test]
fn later_callback_with_more_fields_improves_the_end() {
    let bare = HandleStatus {
        at: second(63),
        clock: ClockSource::Local,
        ..handle_status("completed", 0)
    };
    let full = HandleStatus {
        duration_s: Some(58),
        ..handle_status("completed", 61)
    };
    let (call, _) = after([handle_inbound().into(), bare.into(), full.into()]);
    let end = call.end.expect("has ended");
    assert_eq!(
        (end.at, end.duration_s),
        (ObservedAt::new(second(61), ClockSource::Provider), Some(58))
    );
}

#[test]
fn repeated_callback_received_later_has_no_effect() {
    let callback = HandleStatus {
        at: second(5),
        clock: ClockSource::Local,
        ..handle_status("ringing", 5)
    };
    let again = HandleStatus {
        at: second(9),
        ..callback.clone()
    };
    let (_, events) = after([handle_inbound().into(), callback.into(), again.into()]);
    assert_eq!(events.iter().filter(|event| event.name() == "CallRinging").count(), 1);
}

#[test]
fn status_without_an_effect_is_recorded_as_reported() {
    let reported = CallEvent::ProviderReported {
        at: second(0),
        clock: ClockSource::Provider,
        kind: "call-status".into(),
        call_sid: Some(CALL.into()),
        sequence_number: Some(0),
        status: "initiated".into(),
    };
    given([started()])
        .when(handle_status("initiated", 0).into())
        .then_expect_events(vec![reported]);
}

#[test]
fn final_status_maps_to_its_outcome() {
    for (status, outcome) in [
        ("completed", Outcome::Completed),
        ("busy", Outcome::Busy),
        ("no-answer", Outcome::NoAnswer),
        ("failed", Outcome::Failed),
        ("canceled", Outcome::Canceled),
    ] {
        let (call, _) = after([handle_status(status, 20).into()]);
        assert_eq!(call.outcome(), Some(outcome), "{status}");
    }
}

#[test]
fn end_of_another_leg_does_not_end_the_call() {
    let left = HandleStatus {
        leg: team_member_leg(),
        call_sid: OTHER_LEG.into(),
        ..handle_status("completed", 30)
    };
    let (call, events) = after([handle_inbound().into(), left.into()]);
    assert_eq!(events.last().map(CallEvent::name), Some("ParticipantLeft"));
    assert_eq!(call.status(), CallStatus::InProgress);
}

#[test]
fn answered_by_in_the_final_status_is_recorded_with_a_computed_time() {
    let callback = HandleStatus {
        answered_by: Some(AnsweredBy::Machine),
        duration_s: Some(20),
        ..handle_status("completed", 60)
    };
    let (call, _) = after([handle_inbound().into(), callback.into()]);
    let leg = &call.legs[CALL];
    assert_eq!(leg.answered_by, Some(AnsweredBy::Machine));
    assert_eq!(leg.answered, Some(ObservedAt::new(second(40), ClockSource::Local)));
}

#[test]
fn detection_sets_answered_by_and_keeps_the_providers_time() {
    let amd = HandleAmd {
        at: second(9),
        call_sid: CALL.into(),
        answered_by: AnsweredBy::Human,
        origin: Origin::default(),
    };
    let (call, _) = after([
        handle_inbound().into(),
        amd.into(),
        handle_status("in-progress", 5).into(),
    ]);
    let leg = &call.legs[CALL];
    assert_eq!(leg.answered_by, Some(AnsweredBy::Human));
    assert_eq!(leg.answered, Some(ObservedAt::new(second(5), ClockSource::Provider)));
}

fn conference(event: &str, call_sid: Option<&str>, at: i64) -> HandleConference {
    HandleConference {
        at: second(at),
        clock: ClockSource::Provider,
        event: event.into(),
        conference_sid: "CF1".into(),
        call_sid: call_sid.map(str::to_owned),
        role: None,
        sequence_number: Some(1),
        origin: Origin::default(),
    }
}

#[test]
fn conference_callbacks_record_who_is_present() {
    let (call, _) = after([
        handle_inbound().into(),
        conference("conference-start", None, 10).into(),
        conference("participant-join", Some(CALL), 10).into(),
        HandleConference {
            role: Some(ParticipantRole::TeamMember),
            ..conference("participant-join", Some(OTHER_LEG), 12)
        }
        .into(),
        conference("participant-leave", Some(OTHER_LEG), 20).into(),
        conference("participant-mute", Some(CALL), 21).into(),
    ]);
    assert_eq!(
        call.present_legs().map(|(sid, _)| sid.as_str()).collect::<Vec<_>>(),
        [CALL]
    );
    assert_eq!(call.reports, 1, "mute is recorded as reported");
    assert!(call.conferences["CF1"].ended.is_none());
}

/// A caller leaves and joins again within one second: only the provider's number says which was last.
#[test]
fn numbers_order_what_happens_within_one_second() {
    let step = |number: u32, event: &str, at: i64| HandleConference {
        sequence_number: Some(number),
        ..conference(event, Some(CALL), at)
    };
    let rejoined = [
        step(1, "participant-join", 10),
        step(2, "participant-leave", 15),
        step(3, "participant-join", 15),
    ];
    let gone = [
        step(1, "participant-join", 10),
        step(2, "participant-join", 15),
        step(3, "participant-leave", 15),
    ];
    let conference_of_caller = |steps: Vec<&HandleConference>| {
        let commands = steps.into_iter().map(|step| step.clone().into());
        let (call, _) = after(std::iter::once(handle_inbound().into()).chain(commands));
        call.conference_of_caller().is_ok()
    };
    for order in permutations(&[0, 1, 2]) {
        let in_order = |steps: &'_ [HandleConference; 3]| order.iter().map(|at| steps[*at].clone()).collect::<Vec<_>>();
        assert!(conference_of_caller(in_order(&rejoined).iter().collect()), "{order:?}");
        assert!(!conference_of_caller(in_order(&gone).iter().collect()), "{order:?}");
    }
}

fn permutations(items: &[usize]) -> Vec<Vec<usize>> {
    if items.is_empty() {
        return vec![vec![]];
    }
    items
        .iter()
        .flat_map(|first| {
            let rest: Vec<_> = items.iter().copied().filter(|it| it != first).collect();
            permutations(&rest).into_iter().map(move |mut order| {
                order.insert(0, *first);
                order
            })
        })
        .collect()
}

#[test]
fn join_callback_records_the_conference_before_its_start_is_received() {
    let joined = conference("participant-join", Some(CALL), 10);
    let (call, events) = after([handle_inbound().into(), joined.clone().into()]);
    assert!(matches!(
        events.last(),
        Some(CallEvent::ParticipantJoined { conference_sid: Some(sid), .. }) if sid == "CF1"
    ));
    assert_eq!(call.running_conference(), Some("CF1"));
    assert_eq!(call.caller_in_conference(), Some(CALL));
    // The order of the callbacks does not matter, and an ended conference does not run again.
    let started = conference("conference-start", None, 9);
    let (late, _) = after([handle_inbound().into(), joined.clone().into(), started.clone().into()]);
    let (early, _) = after([handle_inbound().into(), started.into(), joined.clone().into()]);
    assert_eq!(late, early);
    let ended = conference("conference-end", None, 20);
    let (over, _) = after([handle_inbound().into(), ended.into(), joined.into()]);
    assert_eq!(over.running_conference(), None);
}

#[test]
fn answered_participant_leg_records_no_conference() {
    let answered = HandleStatus {
        leg: Leg::Participant(ParticipantRole::TeamMember),
        call_sid: OTHER_LEG.into(),
        ..handle_status("in-progress", 10)
    };
    let (call, _) = after([handle_inbound().into(), answered.into()]);
    assert_eq!(call.running_conference(), None);
}

#[test]
fn participant_who_rejoins_is_present() {
    let (call, _) = after([
        handle_inbound().into(),
        conference("participant-leave", Some(CALL), 20).into(),
        conference("participant-join", Some(CALL), 30).into(),
        conference("participant-join", Some(CALL), 10).into(),
    ]);
    assert!(call.legs[CALL].is_present());
    assert_eq!(
        call.legs[CALL].joined,
        Some(ObservedAt::new(second(10), ClockSource::Provider))
    );
}

fn recording(status: RecordingStatus) -> HandleRecording {
    HandleRecording {
        at: second(61),
        phase: Phase::Ai,
        recording_sid: RECORDING.into(),
        status,
        url: Some("https://api.twilio.com/recordings/1".into()),
        duration_s: Some(58),
        channels: Some(2),
        origin: Origin::default(),
    }
}

#[test]
fn recording_received_first_starts_the_call() {
    let (call, events) = after([recording(RecordingStatus::Completed).into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "RecordingReady"]
    );
    assert!(call.recordings.by_sid[RECORDING].url.is_some());
}

#[test]
fn recording_stays_ready_when_its_start_is_received_late() {
    let (call, _) = after([
        handle_inbound().into(),
        recording(RecordingStatus::Completed).into(),
        recording(RecordingStatus::InProgress).into(),
    ]);
    assert!(call.recordings.by_sid[RECORDING].url.is_some());
}

#[test]
fn absent_or_failed_recording_is_unavailable() {
    for (status, reason) in [(RecordingStatus::Absent, "absent"), (RecordingStatus::Failed, "failed")] {
        let (call, _) = after([handle_inbound().into(), recording(status).into()]);
        let unavailable = call.recordings.by_sid[RECORDING].unavailable.as_ref();
        assert_eq!(unavailable.map(|it| it.reason.as_str()), Some(reason));
    }
}

fn voicemail(message: Option<u32>) -> HandleVoicemail {
    HandleVoicemail {
        at: second(30),
        reason: None,
        message: message.map(|seconds| VoicemailMessage {
            recording_sid: RECORDING.into(),
            url: "https://api.twilio.com/recordings/1".into(),
            duration_s: Some(seconds),
        }),
        origin: Origin::default(),
    }
}

#[test]
fn voicemail_message_received_first_starts_the_call_as_voicemail() {
    let (call, events) = after([voicemail(Some(12)).into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "RoutedToVoicemail", "RecordingReady"]
    );
    assert_eq!(call.voicemail, Some(VoicemailReason::Requested));
    assert_eq!(call.recordings.by_sid[RECORDING].phase, Phase::Voicemail);
}

#[test]
fn stronger_voicemail_reason_wins_in_either_order() {
    let closed: CallCommand = HandleInbound {
        routed: Routed::Voicemail(VoicemailReason::Closed),
        ..handle_inbound()
    }
    .into();
    for order in [
        [voicemail(Some(12)).into(), closed.clone()],
        [closed.clone(), voicemail(Some(12)).into()],
    ] {
        assert_eq!(after(order).0.voicemail, Some(VoicemailReason::Closed));
    }
}

#[test]
fn voicemail_recording_of_zero_seconds_is_no_message() {
    let (call, _) = after([voicemail(Some(0)).into()]);
    assert!(call.recordings.by_sid.is_empty());
}

fn transcription(status: &str, text: Option<&str>) -> HandleTranscription {
    HandleTranscription {
        at: second(90),
        phase: Phase::Voicemail,
        status: status.into(),
        text: text.map(Personal::from),
        origin: Origin::default(),
    }
}

#[test]
fn blank_or_failed_transcription_is_recorded_as_failed() {
    for (status, text) in [
        ("completed", Some("  ")),
        ("completed", None),
        ("failed", Some("words")),
    ] {
        let (_, events) = after([handle_inbound().into(), transcription(status, text).into()]);
        assert_eq!(
            events.last().map(CallEvent::name),
            Some("TranscriptionFailed"),
            "{status} {text:?}"
        );
    }
    let (_, events) = after([
        handle_inbound().into(),
        transcription("completed", Some("Call me back.")).into(),
    ]);
    assert_eq!(events.last().map(CallEvent::name), Some("TranscriptReady"));
}

fn caller_says(turn: Option<u32>, text: &str) -> HandleCallerTurn {
    HandleCallerTurn {
        at: second(5),
        turn,
        text: text.into(),
        confidence: Some(0.9),
        started_at: None,
        ended_at: None,
        source: "twilio_gather".into(),
        origin: Origin::default(),
    }
}

#[test]
fn caller_turn_follows_the_greeting() {
    let (call, events) = after([handle_inbound().into(), caller_says(None, "Hello?").into()]);
    assert!(matches!(events.last(), Some(CallEvent::CallerTurn { turn: 2, .. })));
    assert_eq!(call.next_turn(), 3);
}

#[test]
fn caller_turn_received_before_the_start_leaves_turn_1_to_the_greeting() {
    let (_, events) = after([caller_says(None, "Hello?").into(), handle_inbound().into()]);
    assert!(matches!(events[1], CallEvent::CallerTurn { turn: 2, .. }));
    assert!(matches!(events.last(), Some(CallEvent::AiTurn { turn: 1, .. })));
}

#[test]
fn caller_turn_with_a_number_is_recorded_once() {
    let (call, _) = after([
        handle_inbound().into(),
        caller_says(Some(2), "Yes.").into(),
        caller_says(Some(2), "Yes.").into(),
    ]);
    assert_eq!(call.dialogue.caller_turns.len(), 1);
    let (call, _) = after([
        handle_inbound().into(),
        caller_says(None, "Yes.").into(),
        caller_says(None, "Yes.").into(),
    ]);
    assert_eq!(
        call.dialogue.caller_turns.len(),
        2,
        "a caller may repeat the same words"
    );
}

#[test]
fn erased_call_records_callbacks_without_personal_values() {
    let (call, events) = after([
        handle_status("ringing", 1).into(),
        CallCommand::Erase {
            at: second(2),
            ground: "request 7".into(),
            by: USER.into(),
        },
        handle_status("ringing", 0).into(),
        HandleStatus {
            duration_s: Some(60),
            ..handle_status("completed", 60)
        }
        .into(),
        handle_inbound().into(),
    ]);
    assert_eq!(call.outcome(), Some(Outcome::Completed));
    assert_eq!(
        call.start().map(|start| (start.from, start.to)),
        Some((Personal::Erased, Personal::Erased))
    );
    let inferred_later = events.iter().skip(3).find_map(|event| match event {
        CallEvent::CallStarted {
            inferred: true, from, ..
        } => Some(from.clone()),
        _ => None,
    });
    assert_eq!(
        inferred_later,
        Some("".into()),
        "the provider's time improved, and no personal value was added"
    );
}

#[test]
fn no_callback_is_refused_in_any_state() {
    let states: [Vec<CallEvent>; 4] = [
        vec![],
        vec![started(), ended()],
        vec![started(), erased()],
        vec![
            started(),
            CallEvent::CallHidden {
                at: second(1),
                by: USER.into(),
            },
        ],
    ];
    let other = HandleOther {
        at: second(1),
        clock: ClockSource::Local,
        kind: "stream-status".into(),
        call_sid: None,
        sequence_number: None,
        status: "stream-error".into(),
        origin: Origin::default(),
    };
    for events in states {
        let mut call = Call::default();
        for event in &events {
            call.apply(event);
        }
        let callbacks: [CallCommand; 8] = [
            handle_inbound().into(),
            handle_status("unknown-status", 4).into(),
            recording(RecordingStatus::Failed).into(),
            voicemail(None).into(),
            transcription("failed", None).into(),
            conference("participant-join", None, 3).into(),
            caller_says(None, "").into(),
            other.clone().into(),
        ];
        for command in callbacks {
            assert!(call.decide(&command).is_ok(), "{}", command.name());
        }
    }
}
