//! What our people do with a call while it lasts, and with its sound.

use crate::given::*;
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

/// What the conference says of a telephone of one of ours.
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

/// A user has agreed to take the call over, and their telephone is in the conversation.
fn ready() -> [CallCommand; 4] {
    [
        handle_inbound().into(),
        accept(USER),
        called("CA2", 1),
        in_conference("participant-join", "CA2", 10),
    ]
}

#[test]
fn one_user_takes_a_call_over() {
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
fn nobody_takes_over_who_is_not_there() {
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
fn a_call_whose_taker_is_gone_can_be_the_ais_again_and_another_persons() {
    let fail = |user: &str| CallCommand::FailTakeover {
        at: second(30),
        user: user.into(),
        reason: "they left".into(),
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
fn a_call_that_is_over_cannot_be_steered() {
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
fn a_listener_may_leave_after_the_end() {
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
fn holding_twice_is_holding_once() {
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
fn one_transfer_at_a_time() {
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
    let (_, under_way) = after([handle_inbound().into(), start()]);
    given(under_way.clone())
        .when(start())
        .then_expect_error(CallError::TransferUnderWay);
    given([started()])
        .when(complete())
        .then_expect_error(CallError::NoTransfer);
    let (_, failed) = after([handle_inbound().into(), start(), fail()]);
    given(failed.clone())
        .when(complete())
        .then_expect_error(CallError::NoTransfer);
    given(failed.clone()).when(fail()).then_expect_events(vec![]);
    assert!(
        given(failed).when(start()).inspect_result().is_ok(),
        "another may be tried"
    );
}

#[test]
fn only_keys_are_sent_as_digits() {
    let send = |digits: &str| CallCommand::SendDigits {
        at: second(20),
        digits: digits.into(),
    };
    assert!(given([started()]).when(send("1w23#*")).inspect_result().is_ok());
    given([started()])
        .when(send("12a"))
        .then_expect_error_message("digits has something that is no key");
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
fn a_recording_is_archived_once() {
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
fn an_erased_call_keeps_no_sound_and_no_words() {
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
fn a_transcript_has_words() {
    given([started()])
        .when(transcript(" "))
        .then_expect_error_message("segments have no words");
    let (_, events) = after([handle_inbound().into(), transcript("Hello."), transcript("Hello.")]);
    assert_eq!(
        events.iter().filter(|event| event.name() == "TranscriptReady").count(),
        1
    );
}

#[test]
fn a_recording_that_nobody_made_cannot_be_played_or_paused() {
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
fn a_turn_that_nobody_heard_cannot_be_interrupted() {
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
fn everybody_who_is_called_has_a_seat_of_their_own() {
    let transfer = CallCommand::StartTransfer {
        at: second(30),
        to: "+12025550177".into(),
    };
    let (call, events) = after([handle_inbound().into(), listen(USER), accept("user:2"), transfer]);
    assert_eq!(participants(&events), [1, 2, 3]);
    assert_eq!(call.people.next_participant(), 4);
}

#[test]
fn a_listener_takes_over_from_where_they_sit() {
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
fn a_listener_whose_telephone_nobody_answered_hears_the_ai_until_they_leave() {
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
fn a_listener_who_is_said_to_leave_a_conference_before_they_came_hears_the_ai_all_the_same() {
    let left = || CallEvent::ParticipantLeft {
        at: second(30),
        clock: ClockSource::Provider,
        call_sid: "CA2".into(),
        role: ParticipantRole::Listener,
    };
    let joined = || CallEvent::ParticipantJoined {
        at: second(10),
        clock: ClockSource::Provider,
        call_sid: "CA2".into(),
        role: ParticipantRole::Listener,
        conference_sid: None,
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
    assert!(!with(vec![left(), joined()]), "in whichever order it is heard");
    assert!(!with(vec![joined(), left()]));
}

#[test]
fn a_listener_whose_telephone_hung_up_listens_no_more_and_takes_a_new_seat() {
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
fn a_telephone_that_nobody_picks_up_takes_nothing_over() {
    let orders = [handle_inbound().into(), accept(USER), called("CA2", 1)];
    let (call, _) = after(orders.clone());
    assert_eq!(call.people.takeover_accepted.get(USER), Some(&1));
    let unanswered = leg("CA2", ParticipantRole::TeamMember, "no-answer", 30);
    let (call, events) = after(orders.into_iter().chain([unanswered.clone()]));
    assert_eq!(events.last().map(CallEvent::name), Some("ParticipantUnreached"));
    assert!(call.people.takeover_accepted.is_empty() && call.people.taken_over_by.is_none());
    // The network may tell it before we know which leg it is.
    let (early, _) = after([handle_inbound().into(), accept(USER), unanswered, called("CA2", 1)]);
    assert_eq!(early.people, call.people);
}

#[test]
fn nobody_is_called_to_a_seat_that_was_not_reserved() {
    given([started()])
        .when(called("CA2", 1))
        .then_expect_error(CallError::NoSuchParticipant(1));
    let (_, reserved) = after([handle_inbound().into(), listen(USER), called("CA2", 1)]);
    given(reserved).when(called("CA3", 1)).then_expect_events(vec![]);
}
