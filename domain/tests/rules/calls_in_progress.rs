//! Commands to a call in progress: listening, takeover, hold, transfer, digits, recordings.

use crate::fixtures::*;
use domain::call::command::{CallCommand, HandleConference, HandleStatus, Leg, Origin};
use domain::call::value::{ClockSource, ParticipantRole, Phase, Segment};
use domain::call::{CallError, CallEvent, CallStatus};

fn take_over(user: &str) -> CallCommand {
    CallCommand::TakeOver {
        at: second(20),
        user: user.into(),
    }
}

fn hold() -> CallCommand {
    CallCommand::PutOnHold {
        at: second(20),
        user: USER.into(),
    }
}

/// A conference callback for a team member's phone.
fn in_conference(event: &str, call_sid: &str, seconds: i64) -> CallCommand {
    HandleConference {
        at: second(seconds),
        clock: ClockSource::Provider,
        event: event.into(),
        conference_sid: "CF1".into(),
        call_sid: Some(call_sid.into()),
        role: Some(ParticipantRole::TeamMember),
        sequence_number: None,
        origin: Origin::default(),
    }
    .into()
}

/// A user has accepted the takeover, and their phone is in the conference.
fn ready() -> [CallCommand; 4] {
    [
        handle_inbound().into(),
        accept(USER),
        called("CA2", 1),
        in_conference("participant-join", "CA2", 10),
    ]
}

#[test]
fn take_over_by_a_second_user_is_refused() {
    let taken = CallEvent::TakenOver {
        at: second(20),
        user: USER.into(),
    };
    given(after(ready()).1)
        .when(take_over(USER))
        .then_expect_events(vec![taken.clone()]);
    given([started(), taken.clone()])
        .when(take_over(USER))
        .then_expect_events(vec![]);
    given([started(), taken])
        .when(take_over("user:2"))
        .then_expect_error(CallError::AlreadyTakenOver);
}

#[test]
fn take_over_without_an_answered_phone_is_refused() {
    let gone = in_conference("participant-leave", "CA2", 12);
    let decline = CallCommand::DeclineTakeover {
        at: second(12),
        user: USER.into(),
    };
    let there = ready();
    for before in [
        vec![handle_inbound().into()],
        there[..2].to_vec(),
        there[..3].to_vec(),
        [there.to_vec(), vec![gone]].concat(),
        [there.to_vec(), vec![decline]].concat(),
    ] {
        given(after(before).1)
            .when(take_over(USER))
            .then_expect_error(CallError::NotThere);
    }
}

#[test]
fn failed_takeover_returns_the_call_to_the_ai_and_allows_another_takeover() {
    let fail = |user: &str| CallCommand::FailTakeover {
        at: second(30),
        user: user.into(),
        reason: "hung up".into(),
    };
    let taken = [ready().to_vec(), vec![take_over(USER)]].concat();
    given(after(taken.clone()).1)
        .when(fail(USER))
        .then_expect_events(vec![]);
    let gone = [taken, vec![in_conference("participant-leave", "CA2", 22)]].concat();
    given(after(gone.clone()).1)
        .when(fail("user:2"))
        .then_expect_events(vec![]);
    let another = vec![
        accept("user:2"),
        called("CA3", 2),
        in_conference("participant-join", "CA3", 40),
        take_over("user:2"),
    ];
    let (call, events) = after([gone, vec![fail(USER), fail(USER)], another].concat());
    let failed = events.iter().filter(|event| event.name() == "TakeoverFailed");
    assert_eq!(failed.count(), 1);
    assert_eq!(call.people.taken_over_by.as_deref(), Some("user:2"));
}

#[test]
fn commands_to_an_ended_or_unknown_call_are_refused() {
    let orders = [
        take_over(USER),
        hold(),
        CallCommand::JoinListener {
            at: second(70),
            user: USER.into(),
        },
        CallCommand::RequestTakeover {
            at: second(70),
            user: USER.into(),
        },
        CallCommand::StartTransfer {
            at: second(70),
            to: CALLER.into(),
        },
        CallCommand::SendDigits {
            at: second(70),
            digits: "1".into(),
        },
    ];
    for order in orders {
        given([started(), ended()])
            .when(order.clone())
            .then_expect_error(CallError::Over);
        given([]).when(order).then_expect_error(CallError::NotFound);
    }
}

#[test]
fn listener_leaving_after_the_end_is_recorded() {
    let joined = CallEvent::ListenerJoined {
        at: second(5),
        user: USER.into(),
        participant: 1,
    };
    let left = CallEvent::ListenerLeft {
        at: second(70),
        user: USER.into(),
    };
    let leave = CallCommand::LeaveListener {
        at: second(70),
        user: USER.into(),
    };
    given([started(), joined, ended()])
        .when(leave.clone())
        .then_expect_events(vec![left]);
    given([started()]).when(leave).then_expect_events(vec![]);
}

#[test]
fn hold_and_resume_repeated_have_no_effect() {
    let (call, events) = after([handle_inbound().into(), hold(), hold()]);
    assert_eq!(events.iter().filter(|event| event.name() == "PutOnHold").count(), 1);
    assert_eq!(call.status(), CallStatus::OnHold);
    let resume = CallCommand::TakeOffHold {
        at: second(30),
        user: USER.into(),
    };
    let (call, _) = after([handle_inbound().into(), hold(), resume.clone(), resume]);
    assert_eq!(call.status(), CallStatus::InProgress);
}

#[test]
fn second_transfer_is_refused_while_one_is_in_progress() {
    let start = || CallCommand::StartTransfer {
        at: second(20),
        to: "+12025550177".into(),
    };
    let fail = || CallCommand::FailTransfer {
        at: second(25),
        to: "+12025550177".into(),
        reason: "no-answer".into(),
    };
    let complete = || CallCommand::CompleteTransfer {
        at: second(26),
        to: "+12025550177".into(),
    };
    let (_, under_way) = after([handle_inbound().into(), caller_joined(), start()]);
    given(under_way.clone())
        .when(start())
        .then_expect_error(CallError::TransferUnderWay);
    given([started()])
        .when(complete())
        .then_expect_error(CallError::NoTransfer);
    let (_, failed) = after([handle_inbound().into(), caller_joined(), start(), fail()]);
    given(failed.clone())
        .when(complete())
        .then_expect_error(CallError::NoTransfer);
    given(failed.clone()).when(fail()).then_expect_events(vec![]);
    assert!(
        given(failed).when(start()).inspect_result().is_ok(),
        "another transfer may be started"
    );
}

#[test]
fn transfer_and_digits_are_refused_while_the_caller_is_in_no_conference() {
    let commands = || {
        [
            CallCommand::StartTransfer {
                at: second(20),
                to: "+12025550177".into(),
            },
            CallCommand::SendDigits {
                at: second(20),
                digits: "1".into(),
            },
        ]
    };
    let left = HandleConference {
        at: second(18),
        clock: ClockSource::Provider,
        event: "participant-leave".into(),
        conference_sid: "CF1".into(),
        call_sid: Some(CALL.into()),
        role: Some(ParticipantRole::Caller),
        sequence_number: None,
        origin: Origin::default(),
    };
    let (_, never_joined) = after(ready());
    let (_, left) = after([handle_inbound().into(), caller_joined(), left.into()]);
    for events in [never_joined, left] {
        for command in commands() {
            given(events.clone())
                .when(command)
                .then_expect_error(CallError::NotInConference);
        }
    }
}

#[test]
fn digits_other_than_keypad_keys_are_refused() {
    let send = |digits: &str| CallCommand::SendDigits {
        at: second(20),
        digits: digits.into(),
    };
    let (_, in_conference) = after([handle_inbound().into(), caller_joined()]);
    assert!(given(in_conference).when(send("1w23#*")).inspect_result().is_ok());
    given([started()])
        .when(send("12a"))
        .then_expect_error_message("digits contains a character that is not a keypad key");
    given([started()])
        .when(send(""))
        .then_expect_error_message("digits is empty");
}

fn archive(sha256: &str) -> CallCommand {
    CallCommand::ArchiveRecording {
        at: second(70),
        phase: Phase::Ai,
        recording_sid: RECORDING.into(),
        key: "calls/1/ai.wav".into(),
        bytes: 12,
        sha256: sha256.into(),
        content_type: "audio/wav".into(),
    }
}

#[test]
fn archive_repeated_has_no_effect_and_invalid_digest_is_refused() {
    let digest = "0".repeat(64);
    let (_, archived) = after([handle_inbound().into()]);
    let archived = [archived, vec![recording_ready()]].concat();
    let events = given(archived.clone())
        .when(archive(&digest))
        .inspect_result()
        .expect("is archived");
    assert_eq!(events.len(), 1);
    given([archived.clone(), events].concat())
        .when(archive(&digest))
        .then_expect_events(vec![]);
    given([started()])
        .when(archive(&digest))
        .then_expect_error(CallError::NoSuchRecording);
    given(archived)
        .when(archive("ABC"))
        .then_expect_error_message("sha256 is not 64 lower-case hexadecimal digits");
}

#[test]
fn erased_call_refuses_recordings_transcripts_and_digits() {
    let erased_call = || given([started(), recording_ready(), erased()]);
    erased_call()
        .when(archive(&"0".repeat(64)))
        .then_expect_error(CallError::Erased);
    erased_call()
        .when(transcript("Hello."))
        .then_expect_error(CallError::Erased);
    let digits = CallCommand::SendDigits {
        at: second(95),
        digits: "1".into(),
    };
    erased_call().when(digits).then_expect_error(CallError::Erased);
}

fn transcript(text: &str) -> CallCommand {
    let segment = Segment {
        speaker: "ai".into(),
        text: text.into(),
        start_ms: None,
        end_ms: None,
        sentiment: None,
    };
    let segments = vec![segment].into();
    CallCommand::StoreTranscript {
        at: second(80),
        phase: Phase::Ai,
        segments,
        engine: "conversation".into(),
    }
}

#[test]
fn transcript_without_words_is_refused_and_repeated_has_no_effect() {
    given([started()])
        .when(transcript(" "))
        .then_expect_error_message("segments have no text");
    let (_, events) = after([handle_inbound().into(), transcript("Hello."), transcript("Hello.")]);
    assert_eq!(
        events.iter().filter(|event| event.name() == "TranscriptReady").count(),
        1
    );
}

#[test]
fn play_or_pause_of_an_unknown_recording_is_refused() {
    let play = CallCommand::PlayRecording {
        at: second(80),
        phase: Phase::Human,
        by: USER.into(),
    };
    given([started(), recording_ready()])
        .when(play)
        .then_expect_error(CallError::NoSuchRecording);
    let pause = CallCommand::PauseRecording {
        at: second(8),
        phase: Phase::Ai,
        recording_sid: "RE9".into(),
    };
    given([started()])
        .when(pause)
        .then_expect_error(CallError::NoSuchRecording);
}

#[test]
fn interruption_of_an_unknown_turn_is_refused() {
    let cut = |turn| CallCommand::InterruptAi {
        at: second(3),
        turn,
        heard_ms: 400,
        heard_text: "Hel".into(),
    };
    assert!(given([started(), greeted()]).when(cut(1)).inspect_result().is_ok());
    given([started(), greeted()])
        .when(cut(2))
        .then_expect_error(CallError::NoSuchTurn(2));
}

fn listen(user: &str) -> CallCommand {
    CallCommand::JoinListener {
        at: second(5),
        user: user.into(),
    }
}

fn accept(user: &str) -> CallCommand {
    CallCommand::AcceptTakeover {
        at: second(6),
        user: user.into(),
    }
}

fn called(call_sid: &str, participant: u32) -> CallCommand {
    CallCommand::CallParticipant {
        at: second(7),
        call_sid: call_sid.into(),
        participant,
    }
}

fn leg(call_sid: &str, role: ParticipantRole, status: &str, seconds: i64) -> CallCommand {
    HandleStatus {
        call_sid: call_sid.into(),
        leg: Leg::Participant(role),
        ..handle_status(status, seconds)
    }
    .into()
}

fn participants(events: &[CallEvent]) -> Vec<u32> {
    let participant = |event: &CallEvent| match event {
        CallEvent::ListenerJoined { participant, .. }
        | CallEvent::TakeoverAccepted { participant, .. }
        | CallEvent::TransferStarted { participant, .. } => Some(*participant),
        _ => None,
    };
    events.iter().filter_map(participant).collect()
}

#[test]
fn every_dialed_participant_gets_its_own_number() {
    let transfer = CallCommand::StartTransfer {
        at: second(30),
        to: "+12025550177".into(),
    };
    let (call, events) = after([
        handle_inbound().into(),
        listen(USER),
        accept("user:2"),
        caller_joined(),
        transfer,
    ]);
    assert_eq!(participants(&events), [1, 2, 3]);
    assert_eq!(call.people.next_participant(), 4);
}

#[test]
fn listener_who_accepts_a_takeover_keeps_their_participant_number() {
    let (call, events) = after([
        handle_inbound().into(),
        listen(USER),
        called("CA2", 1),
        accept(USER),
        accept(USER),
    ]);
    assert_eq!(participants(&events), [1, 1]);
    assert_eq!(call.people.takeover_accepted.get(USER), Some(&1));
}

#[test]
fn listener_with_an_unanswered_phone_stays_a_listener() {
    let leave = || CallCommand::LeaveListener {
        at: second(40),
        user: USER.into(),
    };
    let (call, unreached) = after([
        handle_inbound().into(),
        listen(USER),
        called("CA2", 1),
        leg("CA2", ParticipantRole::Listener, "no-answer", 30),
    ]);
    assert!(call.people.listeners.contains(USER) && call.listens_out_of_reach(USER));
    let again = given(unreached.clone())
        .when(listen(USER))
        .inspect_result()
        .expect("again");
    assert!(
        matches!(again[..], [CallEvent::ListenerJoined { participant: 2, .. }]),
        "{again:?}"
    );
    let left = given(unreached).when(leave()).inspect_result().expect("left");
    assert!(matches!(left[..], [CallEvent::ListenerLeft { .. }]), "{left:?}");
}

#[test]
fn listener_leave_received_without_a_join_keeps_the_listener() {
    let left = || CallEvent::ParticipantLeft {
        at: second(30),
        clock: ClockSource::Provider,
        call_sid: "CA2".into(),
        role: ParticipantRole::Listener,
        conference_sid: None,
        sequence_number: None,
    };
    let joined = || CallEvent::ParticipantJoined {
        at: second(10),
        clock: ClockSource::Provider,
        call_sid: "CA2".into(),
        role: ParticipantRole::Listener,
        conference_sid: None,
        sequence_number: None,
    };
    let (call, _) = after([handle_inbound().into(), listen(USER), called("CA2", 1)]);
    let with = |events: Vec<CallEvent>| {
        let mut call = call.clone();
        for event in events {
            cqrs_es::Aggregate::apply(&mut call, event);
        }
        call.people.listeners.contains(USER)
    };
    assert!(with(vec![left()]));
    assert!(!with(vec![left(), joined()]), "in either order");
    assert!(!with(vec![joined(), left()]));
}

#[test]
fn listener_who_hung_up_gets_a_new_participant_number() {
    let (call, events) = after([
        handle_inbound().into(),
        listen(USER),
        called("CA2", 1),
        leg("CA2", ParticipantRole::Listener, "in-progress", 10),
        leg("CA2", ParticipantRole::Listener, "completed", 12),
        listen(USER),
    ]);
    assert_eq!(participants(&events), [1, 2]);
    assert!(call.people.listeners.contains(USER));
}

#[test]
fn unanswered_phone_cancels_the_accepted_takeover() {
    let orders = [handle_inbound().into(), accept(USER), called("CA2", 1)];
    let (call, _) = after(orders.clone());
    assert_eq!(call.people.takeover_accepted.get(USER), Some(&1));
    let unanswered = leg("CA2", ParticipantRole::TeamMember, "no-answer", 30);
    let (call, events) = after(orders.into_iter().chain([unanswered.clone()]));
    assert_eq!(events.last().map(CallEvent::name), Some("ParticipantUnreached"));
    assert!(call.people.takeover_accepted.is_empty() && call.people.taken_over_by.is_none());
    // The callback may be received before the leg is recorded.
    let (early, _) = after([handle_inbound().into(), accept(USER), unanswered, called("CA2", 1)]);
    assert_eq!(early.people, call.people);
}

#[test]
fn call_participant_without_a_reservation_is_refused() {
    given([started()])
        .when(called("CA2", 1))
        .then_expect_error(CallError::NoSuchParticipant(1));
    let (_, reserved) = after([handle_inbound().into(), listen(USER), called("CA2", 1)]);
    given(reserved).when(called("CA3", 1)).then_expect_events(vec![]);
}
