//! Plan of a day of calls.

use chrono::{DateTime, NaiveDate};
use sandbox::traffic::data::words::CONVERSATIONS;
use sandbox::traffic::day::DayOptions;
use sandbox::traffic::plan::plan_day;
use sandbox::traffic::{Kind, PlannedCall, PlannedRequest};
use sandbox::twilio::params::CallStatus;
use std::collections::{HashMap, HashSet};

pub fn day(seed: u64, calls: usize) -> Vec<PlannedCall> {
    plan_day(&DayOptions {
        seed,
        calls,
        ..DayOptions::on(NaiveDate::from_ymd_opt(2026, 3, 27).expect("a day"))
    })
}

fn requests(calls: &[PlannedCall]) -> impl Iterator<Item = &PlannedRequest> {
    calls.iter().flat_map(|call| &call.requests)
}

#[test]
fn same_seed_gives_the_same_day() {
    assert_eq!(day(1, 100), day(1, 100));
}

#[test]
fn different_seed_gives_different_calls() {
    let sids: HashSet<_> = day(1, 100).into_iter().map(|call| call.call_sid).collect();
    assert!(day(2, 100).iter().all(|call| !sids.contains(&call.call_sid)));
}

#[test]
fn different_day_gives_different_calls() {
    let tomorrow = plan_day(&DayOptions::on(NaiveDate::from_ymd_opt(2026, 3, 28).expect("a day")));
    let sids: HashSet<_> = day(1, 200).into_iter().map(|call| call.call_sid).collect();
    assert!(tomorrow.iter().all(|call| !sids.contains(&call.call_sid)));
}

#[test]
fn day_contains_all_call_kinds_and_all_webhooks() {
    let calls = day(1, 200);
    let kinds: HashSet<_> = calls.iter().map(|call| call.kind).collect();
    assert_eq!(kinds.len(), Kind::SHARES.len());
    let paths: HashSet<_> = requests(&calls).map(|request| request.path).collect();
    for webhook in [
        "voice",
        "call-status",
        "inbound",
        "inbound-status",
        "voicemail",
        "voicemail-done",
        "conference-status",
        "recording-status",
        "transcription-status",
        "amd-status",
    ] {
        assert!(
            paths.contains(format!("/twilio/{webhook}").as_str()),
            "no request to {webhook}"
        );
    }
}

#[test]
fn idempotency_tokens_and_call_sids_are_unique() {
    let calls = day(1, 500);
    let tokens: HashSet<_> = requests(&calls).map(|request| &request.idempotency_token).collect();
    assert_eq!(tokens.len(), requests(&calls).count());
    let sids: HashSet<_> = calls.iter().map(|call| &call.call_sid).collect();
    assert_eq!(sids.len(), calls.len());
}

#[test]
fn request_about_another_leg_has_the_call_id_in_its_query() {
    for request in requests(&day(1, 300)) {
        let of_call = format!("call_id={}", request.call_sid);
        if request.param("CallSid") != Some(&request.call_sid) {
            assert!(request.query.contains(&of_call), "{} {}", request.path, request.query);
        }
        assert!(
            request.query.is_empty() || request.query.starts_with(&of_call),
            "{}",
            request.query
        );
    }
}

#[test]
fn first_request_of_a_call_requests_twiml_for_the_first_leg() {
    for call in day(1, 300) {
        let first = &call.requests[0];
        assert!(
            matches!(first.path, "/twilio/inbound" | "/twilio/voice"),
            "{}",
            first.path
        );
        assert_eq!(first.param("CallSid"), Some(call.call_sid.as_str()));
        assert_eq!(first.param("CallStatus"), Some("ringing"));
    }
}

#[test]
fn requests_are_sorted_by_time_and_within_the_day() {
    for call in day(1, 1_000) {
        assert!(call.requests.is_sorted_by_key(|request| request.offset));
        let last = call.requests.last().expect("a call has requests");
        assert!(last.offset.as_secs() < 24 * 3600, "{:?} ends after midnight", call.kind);
    }
}

#[test]
fn sequence_numbers_of_legs_and_conferences_increase_with_time() {
    for call in day(1, 300) {
        let mut last: HashMap<String, (u32, i64)> = HashMap::new();
        for request in &call.requests {
            let Some(number) = request.param("SequenceNumber") else {
                continue;
            };
            let of = request
                .param("ConferenceSid")
                .or(request.param("CallSid"))
                .expect("a conference or call SID")
                .to_owned();
            let at = DateTime::parse_from_rfc2822(request.param("Timestamp").expect("a timestamp"))
                .expect("RFC 2822")
                .timestamp();
            let number = number.parse().expect("a number");
            if let Some((before, earlier)) = last.insert(of, (number, at)) {
                assert_eq!(number, before + 1, "{}", request.path);
                assert!(at >= earlier);
            }
        }
    }
}

#[test]
fn call_has_exactly_one_final_status_which_matches_its_outcome() {
    for call in day(1, 500) {
        let deciding: Vec<_> = call
            .requests
            .iter()
            .filter(|request| match request.path {
                "/twilio/inbound-status" => true,
                "/twilio/call-status" => request.param("ParentCallSid") == Some(&call.call_sid),
                _ => false,
            })
            .filter(|request| request.param("CallDuration").is_some())
            .collect();
        assert_eq!(deciding.len(), 1, "{:?}", call.kind);
        assert_eq!(deciding[0].param("CallStatus"), Some(call.outcome.as_str()));
        assert_eq!(
            deciding[0].param("CallDuration"),
            Some(call.talked.as_secs().to_string().as_str())
        );
    }
}

#[test]
fn call_outcome_matches_its_kind() {
    for call in day(3, 500) {
        let fits = match call.kind {
            Kind::Busy => call.outcome == CallStatus::Busy,
            Kind::Failed => call.outcome == CallStatus::Failed,
            Kind::Missed => matches!(call.outcome, CallStatus::NoAnswer | CallStatus::Canceled),
            Kind::Outbound => !matches!(call.outcome, CallStatus::Busy | CallStatus::Failed),
            Kind::Answered | Kind::Recorded | Kind::Voicemail | Kind::TakenOver | Kind::MachineDetected => {
                call.outcome == CallStatus::Completed
            }
        };
        assert!(fits, "{:?} {:?}", call.kind, call.outcome);
        assert_eq!(
            call.talked.is_zero(),
            call.outcome != CallStatus::Completed,
            "{:?}",
            call.kind
        );
    }
}

#[test]
fn completed_recording_was_started_and_is_not_longer_than_its_call() {
    let calls = day(1, 300);
    let ready = |request: &&PlannedRequest| request.param("RecordingStatus") == Some("completed");
    assert!(requests(&calls).filter(ready).count() > 50);
    for call in &calls {
        for request in call.requests.iter().filter(ready) {
            let sid = request.param("RecordingSid");
            let started = call.requests.iter().find(|other| {
                other.param("RecordingSid") == sid && other.param("RecordingStatus") == Some("in-progress")
            });
            assert!(
                started.is_some_and(|started| started.offset < request.offset),
                "{:?}",
                call.kind
            );
            let seconds: u64 = request
                .param("RecordingDuration")
                .expect("a length")
                .parse()
                .expect("a number");
            assert!(seconds <= call.talked.as_secs(), "{:?}", call.kind);
            assert!(request.query.ends_with("&phase=ai") || request.query.ends_with("&phase=human"));
        }
    }
}

#[test]
fn taken_over_call_has_a_recording_of_each_phase() {
    for call in day(1, 300).iter().filter(|call| call.kind == Kind::TakenOver) {
        for phase in ["phase=ai", "phase=human"] {
            let ready = call.requests.iter().filter(|request| {
                request.query.ends_with(phase) && request.param("RecordingStatus") == Some("completed")
            });
            assert_eq!(ready.count(), 1, "{phase}");
        }
    }
}

#[test]
fn voicemail_calls_are_outside_business_hours_and_others_within() {
    for call in day(1, 300) {
        let hour = call.starts().as_secs() / 3600;
        assert_eq!(
            (8..18).contains(&hour),
            call.kind.while_open(),
            "{:?} at {hour}",
            call.kind
        );
    }
}

#[test]
fn telephone_numbers_are_reserved_for_fictional_use() {
    for request in requests(&day(1, 300)) {
        for name in ["From", "To", "Caller", "Called"] {
            let Some(address) = request.param(name) else { continue };
            let is_fictional = address.starts_with("client:") || (address.len() == 12 && &address[5..9] == "5550");
            assert!(is_fictional, "{name}={address}");
        }
    }
}

#[test]
fn sids_have_the_prefix_of_their_resource() {
    for request in requests(&day(1, 300)) {
        for (name, prefix) in [
            ("AccountSid", "AC"),
            ("CallSid", "CA"),
            ("ParentCallSid", "CA"),
            ("RecordingSid", "RE"),
            ("TranscriptionSid", "TR"),
            ("ConferenceSid", "CF"),
            ("ApplicationSid", "AP"),
        ] {
            let Some(sid) = request.param(name) else { continue };
            assert!(sid.len() == 34 && sid.starts_with(prefix), "{name}={sid}");
            assert!(sid[2..].bytes().all(|byte| byte.is_ascii_hexdigit()), "{name}={sid}");
        }
    }
}

#[test]
fn transcripts_contain_no_placeholder() {
    assert!(
        CONVERSATIONS
            .iter()
            .any(|conversation| conversation.with_ai.contains("{name}"))
    );
    let calls = day(1, 300);
    let said: Vec<_> = requests(&calls)
        .filter_map(|request| request.param("TranscriptionText"))
        .collect();
    assert!(said.len() > 30);
    assert!(said.iter().all(|text| !text.contains('{')), "a name is missing");
}
