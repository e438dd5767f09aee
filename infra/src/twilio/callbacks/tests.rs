use super::*;
use domain::call::command::{HandleStatus, Leg};
use domain::call::value::{AnsweredBy, ClockSource, Direction, ParticipantRole, Phase};
use domain::{Personal, phone};

const RECEIVED: Timestamp = Timestamp::from_seconds(1_700_000_007);

fn form(text: &str) -> Form {
    Form::parse(text.as_bytes())
}

fn heard(endpoint: Endpoint, posted: &str, address: &str) -> Result<Understood, NotUnderstood> {
    let (posted, address) = (form(posted), form(address));
    understand(&Callback {
        endpoint,
        form: &posted,
        query: &address,
        accounts: &[],
        received_at: RECEIVED,
    })
}

fn status(posted: &str, address: &str) -> (CallId, HandleStatus) {
    let understood = heard(Endpoint::CallStatus, posted, address).expect("understood");
    match understood.command {
        CallCommand::HandleStatus(status) => (understood.call_id, status),
        other => panic!("not a status: {}", other.name()),
    }
}

fn reason(endpoint: Endpoint, posted: &str, address: &str) -> String {
    heard(endpoint, posted, address)
        .expect_err("not understood")
        .to_string()
}

#[test]
fn callback_url_identifies_the_call() {
    let posted = "CallSid=CA2&ParentCallSid=CA1&CallStatus=ringing";
    assert_eq!(status(posted, "call_id=call_9").0.as_str(), "call_9");
    assert_eq!(status(posted, "").0.as_str(), "CA1");
    assert_eq!(status("CallSid=CA2&CallStatus=ringing", "").0.as_str(), "CA2");
}

#[test]
fn provider_timestamp_is_used_if_valid() {
    let (_, stated) = status(
        "CallSid=CA1&CallStatus=ringing&Timestamp=Tue%2C+14+Nov+2023+22%3A13%3A20+%2B0000",
        "",
    );
    assert_eq!(
        (stated.at, stated.clock),
        (Timestamp::from_seconds(1_700_000_000), ClockSource::Provider)
    );
    let (_, received) = status("CallSid=CA1&CallStatus=ringing&Timestamp=soon", "");
    assert_eq!((received.at, received.clock), (RECEIVED, ClockSource::Local));
}

#[test]
fn duration_is_read_from_call_duration_only() {
    let (_, ended) = status("CallSid=CA1&CallStatus=completed&CallDuration=61&Duration=2", "");
    assert_eq!(ended.duration_s, Some(61));
    let (_, minutes) = status("CallSid=CA1&CallStatus=completed&Duration=2", "");
    assert_eq!(minutes.duration_s, None);
}

#[test]
fn failure_has_a_reason_and_success_none() {
    assert_eq!(
        status("CallSid=CA1&CallStatus=busy&SipResponseCode=486", "")
            .1
            .reason
            .as_deref(),
        Some("sip 486")
    );
    assert_eq!(
        status("CallSid=CA1&CallStatus=failed&ErrorCode=13224", "")
            .1
            .reason
            .as_deref(),
        Some("error 13224")
    );
    assert_eq!(
        status("CallSid=CA1&CallStatus=completed&SipResponseCode=200", "")
            .1
            .reason,
        None
    );
}

#[test]
fn dialed_leg_is_the_conversation_and_browser_leg_a_participant() {
    let dialled = "CallSid=CA2&ParentCallSid=CA1&Direction=outbound-dial&From=%2B15045550100&To=%2B15055550123&CallStatus=ringing";
    let (_, child) = status(dialled, "");
    assert_eq!(child.leg, Leg::Conversation);
    assert_eq!(child.origin.direction, Some(Direction::Outbound));
    assert_eq!(child.origin.number.as_deref(), Some("+15045550100"));
    assert!(child.origin.from.is_none(), "the child's From is our caller ID");
    let browser = "CallSid=CA1&Direction=inbound&From=client%3Aada&To=&CallStatus=completed";
    assert_eq!(status(browser, "").1.leg, Leg::Participant(ParticipantRole::TeamMember));
}

#[test]
fn callback_url_identifies_the_leg() {
    let posted = "CallSid=CA2&CallStatus=completed";
    assert_eq!(
        status(posted, "call_id=CA1&role=transfer_target").1.leg,
        Leg::Participant(ParticipantRole::TransferTarget)
    );
    assert_eq!(status(posted, "call_id=call_1&attempt=2").1.leg, Leg::Attempt);
    // A role of a newer version is still not the caller's.
    assert_eq!(
        status(posted, "call_id=CA1&role=boss").1.leg,
        Leg::Participant(ParticipantRole::TeamMember)
    );
}

#[test]
fn dial_action_reports_the_status_of_the_dialed_leg() {
    let (call, end) = status(
        "CallSid=CA1&CallStatus=in-progress&DialCallStatus=no-answer&DialCallSid=CA2",
        "",
    );
    assert_eq!(
        (call.as_str(), end.call_sid.as_str(), end.status.as_str()),
        ("CA1", "CA2", "no-answer")
    );
    assert_eq!(end.leg, Leg::Conversation);
}

#[test]
fn all_machine_results_are_answering_machines() {
    let (_, met) = status("CallSid=CA1&CallStatus=in-progress&AnsweredBy=machine_end_beep", "");
    assert_eq!(met.answered_by, Some(AnsweredBy::Machine));
    assert!(heard(Endpoint::AmdStatus, "CallSid=CA1&AnsweredBy=fax", "").is_ok());
    let unknown = heard(Endpoint::AmdStatus, "CallSid=CA1&AnsweredBy=dog", "").expect("understood");
    assert!(matches!(
        unknown.command,
        CallCommand::HandleAmd(amd) if amd.answered_by == AnsweredBy::Unknown
    ));
}

#[test]
fn only_what_identifies_the_call_is_required() {
    for posted in [
        "CallStatus=ringing",
        "CallSid=CA+1&CallStatus=busy",
        "CallSid=&CallStatus=busy",
    ] {
        assert_eq!(
            reason(Endpoint::CallStatus, posted, ""),
            "neither `call_id` nor ParentCallSid nor CallSid identifies the call"
        );
    }
    assert_eq!(status("CallStatus=busy", "call_id=CA1").1.call_sid, "CA1");
    for unreadable in ["CallSid=CA1", "CallSid=CA1&CallStatus=dancing"] {
        let understood = heard(Endpoint::CallStatus, unreadable, "").expect("understood");
        assert!(
            matches!(&understood.command, CallCommand::HandleOther(other) if other.status == "unreadable"),
            "{unreadable}"
        );
    }
}

#[test]
fn unreadable_parameter_counts_as_absent() {
    let posted = "CallSid=CA1&CallStatus=Completed&SequenceNumber=one&CallDuration=-1&AnsweredBy=dog&ErrorCode=SIP-503";
    let (_, ended) = status(posted, "");
    assert_eq!(
        (ended.status.as_str(), ended.reason.as_deref()),
        ("completed", Some("error SIP-503"))
    );
    assert_eq!(
        (ended.sequence_number, ended.duration_s, ended.answered_by),
        (None, None, None)
    );
    let kept = keep(&form(posted), &Form::default(), &unreadable(&form(posted), RECEIVED));
    assert_eq!(kept["(unreadable)"], ["AnsweredBy", "CallDuration", "SequenceNumber"]);
    assert_eq!(kept["CallDuration"], ["-1"]);
}

#[test]
fn address_that_is_too_long_counts_as_absent_and_is_kept() {
    let longest = format!("sip:{}", "a".repeat(phone::MAX_ADDRESS_CHARS - 4));
    let long = format!("sip:{}@pbx.example", "a".repeat(6_000));
    for direction in ["inbound", "outbound-api"] {
        for (address, read) in [(&longest, true), (&long, false)] {
            let posted = format!("CallSid=CA1&CallStatus=ringing&Direction={direction}&From={address}&To={address}");
            let origin = status(&posted, "").1.origin;
            let expected = read.then(|| Personal::from(address.as_str()));
            assert_eq!((&origin.from, &origin.to), (&expected, &expected), "{direction}");
            let unreadable = unreadable(&form(&posted), RECEIVED);
            assert_eq!(
                unreadable,
                if read { vec![] } else { vec!["From", "To"] },
                "{direction}"
            );
            let kept = keep(&form(&posted), &Form::default(), &unreadable);
            assert_eq!(kept["From"], [address.as_str()], "{direction}");
        }
    }
    let posted = form(&format!("CallSid=CA1&From={long}&Caller=%2B15045550123&To={long}"));
    let callback = Callback {
        endpoint: Endpoint::Inbound,
        form: &posted,
        query: &Form::default(),
        accounts: &[],
        received_at: RECEIVED,
    };
    let inbound = Inbound::understand(&callback).expect("understood");
    assert_eq!((inbound.from, inbound.to), ("+15045550123".into(), "".into()));
}

#[test]
fn leg_with_a_duration_has_ended_whatever_its_status() {
    assert_eq!(
        status("CallSid=CA1&CallStatus=dancing&CallDuration=7.0", "").1.status,
        "completed"
    );
}

#[test]
fn leg_of_a_participant_is_not_taken_for_the_callers() {
    let understood = heard(
        Endpoint::CallStatus,
        "CallStatus=completed",
        "call_id=CA1&role=team_member",
    );
    assert!(matches!(
        understood.expect("understood").command,
        CallCommand::HandleOther(_)
    ));
}

#[test]
fn recording_phase_is_read_from_url_or_source() {
    let posted = "CallSid=CA1&RecordingSid=RE1&RecordingStatus=completed&RecordingUrl=https%3A%2F%2Fa%2Fb";
    let phase = |posted: &str, address: &str| match heard(Endpoint::RecordingStatus, posted, address) {
        Ok(Understood {
            command: CallCommand::HandleRecording(recording),
            ..
        }) => Ok(recording.phase),
        Ok(_) => panic!("not a recording"),
        Err(error) => Err(error.to_string()),
    };
    assert_eq!(phase(posted, "phase=human"), Ok(Phase::Human));
    assert_eq!(
        phase(&format!("{posted}&RecordingSource=RecordVerb"), ""),
        Ok(Phase::Voicemail)
    );
    assert_eq!(phase(posted, ""), Ok(Phase::Ai));
}

#[test]
fn conference_belongs_to_the_call_in_the_url_and_not_to_a_participant() {
    let posted = "ConferenceSid=CF1&StatusCallbackEvent=participant-join&CallSid=CA9&SequenceNumber=3";
    let understood = heard(Endpoint::ConferenceStatus, posted, "call_id=CA1").expect("understood");
    assert_eq!(understood.call_id.as_str(), "CA1");
    assert!(heard(Endpoint::ConferenceStatus, posted, "").is_err());
}

#[test]
fn voicemail_without_message_is_parsed() {
    assert!(heard(Endpoint::VoicemailDone, "CallSid=CA1&Digits=hangup", "").is_ok());
    let left = |posted: &str| match heard(Endpoint::VoicemailDone, posted, "").map(|it| it.command) {
        Ok(CallCommand::HandleVoicemail(voicemail)) => voicemail.message.map(|it| (it.recording_sid, it.url)),
        other => panic!("not a voicemail: {other:?}"),
    };
    let address = "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1";
    let message = Some(("RE1".to_owned(), address.to_owned()));
    assert_eq!(left("CallSid=CA1&RecordingSid=RE1&AccountSid=AC1"), message);
    assert_eq!(
        left(&format!("CallSid=CA1&RecordingSid=%00&RecordingUrl={address}")),
        message
    );
}

#[test]
fn different_callbacks_have_different_keys() {
    let key = |posted: &str| heard(Endpoint::CallStatus, posted, "").expect("understood").key;
    let first = key("CallSid=CA1&CallStatus=ringing&SequenceNumber=1");
    assert_eq!(first, key("CallSid=CA1&CallStatus=ringing&SequenceNumber=1&New=x"));
    assert_ne!(first, key("CallSid=CA1&CallStatus=ringing&SequenceNumber=2"));
    assert_ne!(first, key("CallSid=CA1&CallStatus=completed&SequenceNumber=1"));
}

#[test]
fn stored_parameters_are_restored() {
    let (posted, address) = (form("CallSid=CA1&a=1&a=2"), form("phase=ai"));
    assert_eq!(from_kept(keep(&posted, &address, &["CallDuration"])), (posted, address));
}

#[test]
fn browser_can_dial_e164_numbers_only() {
    let outbound = |posted: &str| {
        let (posted, address) = (form(posted), Form::default());
        Outbound::understand(&Callback {
            endpoint: Endpoint::Voice,
            form: &posted,
            query: &address,
            accounts: &[],
            received_at: RECEIVED,
        })
        .map(|outbound| outbound.call_id.0)
    };
    assert_eq!(
        outbound("CallSid=CA1&From=client%3Aada&To=%2B15045550123").as_deref(),
        Ok("CA1")
    );
    assert!(outbound("CallSid=CA1&To=sip%3Aa%40b").is_err());
    assert!(outbound("CallSid=CA1&To=%2B1").is_err());
}

#[test]
fn endpoint_is_parsed_from_its_name() {
    for endpoint in Endpoint::ALL {
        assert_eq!(endpoint.as_str().parse(), Ok(endpoint));
    }
}
