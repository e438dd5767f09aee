//! What the provider tells about a call.

use crate::given::*;
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
        to: OURS.into(),
        caller_name: None,
        agent: None,
        number: None,
        attestation: None,
        inferred: true,
    }
}

#[test]
fn a_caller_who_is_answered_is_greeted() {
    given([]).when(handle_inbound().into()).then_expect_events(vec![
        started(),
        CallEvent::AiDisclosed { at: second(0) },
        CallEvent::ConsentNoticePlayed { at: second(0) },
        greeted(),
    ]);
}

#[test]
fn a_greeting_that_says_nothing_of_ai_discloses_nothing() {
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
    assert!(!call.talk.ai_disclosed);
}

#[test]
fn a_caller_outside_business_hours_is_sent_to_voicemail() {
    let heard = HandleInbound {
        routed: Routed::Voicemail(VoicemailReason::Closed),
        ..handle_inbound()
    };
    let routed = CallEvent::RoutedToVoicemail {
        at: second(0),
        reason: VoicemailReason::Closed,
    };
    given([]).when(heard.into()).then_expect_events(vec![started(), routed]);
}

#[test]
fn a_repeated_inbound_webhook_says_nothing_new() {
    let again = HandleInbound {
        at: second(9),
        ..handle_inbound()
    };
    given([started(), greeted()])
        .when(again.into())
        .then_expect_events(vec![]);
}

#[test]
fn a_call_from_the_browser_begins_with_the_agents_leg() {
    let heard = HandleOutbound {
        at: second(0),
        clock: ClockSource::Local,
        call_sid: CALL.into(),
        from: "client:anna".into(),
        to: CALLER.into(),
        agent: None,
        number: Some(OURS.into()),
    };
    let (call, events) = after([heard.into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "ParticipantJoined"]
    );
    assert_eq!(call.direction(), Some(Direction::Outbound));
    assert_eq!(call.status(), CallStatus::Started, "the other side was not reached yet");
}

#[test]
fn the_first_thing_heard_may_be_the_end() {
    let heard = HandleStatus {
        duration_s: Some(60),
        ..handle_status("completed", 60)
    };
    given([])
        .when(heard.into())
        .then_expect_events(vec![inferred(60), ended()]);
}

#[test]
fn a_real_beginning_overrides_an_inferred_one_and_comes_once() {
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
    let start = call.start().expect("it began");
    assert_eq!(start.from, "+12025550199".into());
    assert_eq!(start.caller_name, Some("Ada".into()));
    assert_eq!(start.at, ObservedAt::new(second(70), false));
    assert_eq!(call.status(), CallStatus::Ended);
}

#[test]
fn what_the_real_beginning_did_not_say_may_still_be_inferred() {
    let heard = HandleOutbound {
        at: second(0),
        clock: ClockSource::Local,
        call_sid: CALL.into(),
        from: "client:anna".into(),
        to: CALLER.into(),
        agent: None,
        number: None,
    };
    let mut status = handle_status("ringing", 1);
    status.origin.number = Some(OURS.into());
    status.origin.from = Some("+12025550188".into());
    let (call, _) = after([heard.into(), status.into()]);
    let start = call.start().expect("it began");
    assert_eq!(start.number.as_deref(), Some(OURS));
    assert_eq!(start.from, "client:anna".into(), "the real beginning holds");
}

#[test]
fn an_earlier_report_moves_an_inferred_beginning_back() {
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
fn ringing_after_the_end_is_recorded_and_changes_no_outcome() {
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
fn a_fuller_truth_that_comes_late_improves() {
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
    let end = call.end.expect("it ended");
    assert_eq!((end.at, end.duration_s), (ObservedAt::new(second(61), true), Some(58)));
}

#[test]
fn an_exact_repetition_says_nothing_even_if_it_is_heard_later() {
    let heard = HandleStatus {
        at: second(5),
        clock: ClockSource::Local,
        ..handle_status("ringing", 5)
    };
    let again = HandleStatus {
        at: second(9),
        ..heard.clone()
    };
    let (_, events) = after([handle_inbound().into(), heard.into(), again.into()]);
    assert_eq!(events.iter().filter(|event| event.name() == "CallRinging").count(), 1);
}

#[test]
fn a_status_that_says_nothing_else_is_reported() {
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
fn each_final_status_has_its_outcome() {
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
fn the_end_of_another_leg_does_not_end_the_call() {
    let left = HandleStatus {
        leg: agent_leg(),
        call_sid: OTHER_LEG.into(),
        ..handle_status("completed", 30)
    };
    let (call, events) = after([handle_inbound().into(), left.into()]);
    assert_eq!(events.last().map(CallEvent::name), Some("ParticipantLeft"));
    assert_eq!(call.status(), CallStatus::InProgress);
}

#[test]
fn who_picked_up_may_be_told_with_the_end() {
    let heard = HandleStatus {
        answered_by: Some(AnsweredBy::Machine),
        duration_s: Some(20),
        ..handle_status("completed", 60)
    };
    let (call, _) = after([handle_inbound().into(), heard.into()]);
    let leg = &call.legs[CALL];
    assert_eq!(leg.answered_by, Some(AnsweredBy::Machine));
    assert_eq!(leg.answered, Some(ObservedAt::new(second(40), false)));
}

#[test]
fn detection_improves_who_picked_up_and_moves_no_told_time() {
    let amd = HandleAmd {
        at: second(9),
        call_sid: CALL.into(),
        answered_by: AnsweredBy::Human,
        origin: Origin::default(),
    };
    let (call, _) = after([handle_inbound().into(), amd.into(), handle_status("in-progress", 5).into()]);
    let leg = &call.legs[CALL];
    assert_eq!(leg.answered_by, Some(AnsweredBy::Human));
    assert_eq!(leg.answered, Some(ObservedAt::new(second(5), true)));
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
fn a_conference_tells_who_is_there() {
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
    assert_eq!(call.reports, 1, "muting is a report");
    assert!(call.conferences["CF1"].ended.is_none());
}

#[test]
fn whoever_is_in_a_conference_tells_that_it_runs_before_its_beginning_is_heard() {
    let joined = conference("participant-join", Some(CALL), 10);
    let (call, events) = after([handle_inbound().into(), joined.clone().into()]);
    assert!(matches!(
        events.last(),
        Some(CallEvent::ParticipantJoined { conference_sid: Some(sid), .. }) if sid == "CF1"
    ));
    assert_eq!(call.running_conference(), Some("CF1"));
    assert_eq!(call.caller_in_conference(), Some(CALL));
    // In whichever order it is heard, the same is known in the end; and what has ended does not run again.
    let started = conference("conference-start", None, 9);
    let (late, _) = after([handle_inbound().into(), joined.clone().into(), started.clone().into()]);
    let (early, _) = after([handle_inbound().into(), started.into(), joined.clone().into()]);
    assert_eq!(late, early);
    let ended = conference("conference-end", None, 20);
    let (over, _) = after([handle_inbound().into(), ended.into(), joined.into()]);
    assert_eq!(over.running_conference(), None);
}

#[test]
fn a_telephone_that_was_picked_up_tells_of_no_conference() {
    let answered = HandleStatus {
        leg: Leg::Participant(ParticipantRole::TeamMember),
        call_sid: OTHER_LEG.into(),
        ..handle_status("in-progress", 10)
    };
    let (call, _) = after([handle_inbound().into(), answered.into()]);
    assert_eq!(call.running_conference(), None);
}

#[test]
fn somebody_who_comes_back_is_there_again() {
    let (call, _) = after([
        handle_inbound().into(),
        conference("participant-leave", Some(CALL), 20).into(),
        conference("participant-join", Some(CALL), 30).into(),
        conference("participant-join", Some(CALL), 10).into(),
    ]);
    assert!(call.legs[CALL].is_present());
    assert_eq!(call.legs[CALL].joined, Some(ObservedAt::new(second(10), true)));
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
fn a_recording_may_come_before_its_call() {
    let (call, events) = after([recording(RecordingStatus::Completed).into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "RecordingReady"]
    );
    assert!(call.recordings[RECORDING].ready);
}

#[test]
fn a_recording_that_began_late_in_the_telling_is_still_ready() {
    let (call, _) = after([
        handle_inbound().into(),
        recording(RecordingStatus::Completed).into(),
        recording(RecordingStatus::InProgress).into(),
    ]);
    assert!(call.recordings[RECORDING].ready);
}

#[test]
fn a_recording_without_sound_is_unavailable() {
    for (status, reason) in [(RecordingStatus::Absent, "absent"), (RecordingStatus::Failed, "failed")] {
        let (call, _) = after([handle_inbound().into(), recording(status).into()]);
        assert_eq!(call.recordings[RECORDING].unavailable.as_deref(), Some(reason));
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
fn a_message_left_makes_the_call_a_voicemail_even_if_nothing_else_was_heard() {
    let (call, events) = after([voicemail(Some(12)).into()]);
    assert_eq!(
        events.iter().map(CallEvent::name).collect::<Vec<_>>(),
        ["CallStarted", "RoutedToVoicemail", "RecordingReady"]
    );
    assert_eq!(call.voicemail, Some(VoicemailReason::Requested));
    assert_eq!(call.recordings[RECORDING].phase, Phase::Voicemail);
}

#[test]
fn why_a_caller_went_to_voicemail_is_not_forgotten() {
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
fn silence_is_no_message() {
    let (call, _) = after([voicemail(Some(0)).into()]);
    assert!(call.recordings.is_empty());
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
fn a_blank_transcription_is_no_transcript() {
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
fn turns_are_counted_from_the_greeting() {
    let (call, events) = after([handle_inbound().into(), caller_says(None, "Hello?").into()]);
    assert!(matches!(events.last(), Some(CallEvent::CallerTurn { turn: 2, .. })));
    assert_eq!(call.next_turn(), 3);
}

#[test]
fn a_turn_heard_before_the_beginning_leaves_room_for_the_greeting() {
    let (_, events) = after([caller_says(None, "Hello?").into(), handle_inbound().into()]);
    assert!(matches!(events[1], CallEvent::CallerTurn { turn: 2, .. }));
    assert!(matches!(events.last(), Some(CallEvent::AiTurn { turn: 1, .. })));
}

#[test]
fn a_turn_whose_place_is_known_is_heard_once() {
    let (call, _) = after([
        handle_inbound().into(),
        caller_says(Some(2), "Yes.").into(),
        caller_says(Some(2), "Yes.").into(),
    ]);
    assert_eq!(call.talk.caller_turns, 1);
    let (call, _) = after([
        handle_inbound().into(),
        caller_says(None, "Yes.").into(),
        caller_says(None, "Yes.").into(),
    ]);
    assert_eq!(call.talk.caller_turns, 2, "people do say the same twice");
}

#[test]
fn an_erased_call_still_hears_the_provider_and_learns_no_name_again() {
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
        "the told moment improved, and nothing else was said"
    );
}

#[test]
fn nothing_the_provider_tells_is_refused_in_any_state() {
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
        let heard: [CallCommand; 8] = [
            handle_inbound().into(),
            handle_status("a word of the future", 4).into(),
            recording(RecordingStatus::Failed).into(),
            voicemail(None).into(),
            transcription("failed", None).into(),
            conference("participant-join", None, 3).into(),
            caller_says(None, "").into(),
            other.clone().into(),
        ];
        for command in heard {
            assert!(call.decide(&command).is_ok(), "{}", command.name());
        }
    }
}
