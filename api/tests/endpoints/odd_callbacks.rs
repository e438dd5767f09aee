//! Whatever a parameter of a callback contains, the call starts and ends, and its recordings are known.

use crate::harness::{Client, Service};
use futures::future::join_all;
use serde_json::Value;
use std::collections::HashSet;

/// A callback: its path, and its parameters. `{call}` is the call.
type Step = (&'static str, &'static [(&'static str, &'static str)]);

const OF_CALL: [(&str, &str); 8] = [
    ("AccountSid", "AC00000000000000000000000000000001"),
    ("ApiVersion", "2010-04-01"),
    ("CallerName", "ADA"),
    ("Direction", "inbound"),
    ("From", "%2B15045550123"),
    ("StirVerstat", "TN-Validation-Passed-A"),
    ("To", "%2B15045550100"),
    ("Timestamp", "Fri%2C+27+Mar+2026+14%3A00%3A00+%2B0000"),
];

const INBOUND: Step = ("inbound", &[("CallStatus", "ringing")]);
const IN_PROGRESS: Step = (
    "inbound-status",
    &[("CallStatus", "in-progress"), ("SequenceNumber", "1")],
);
const RECORDING: Step = (
    "recording-status?call_id={call}&phase=ai",
    &[("RecordingSid", "RE{call}"), ("RecordingStatus", "in-progress")],
);
const RECORDED: Step = (
    "recording-status?call_id={call}&phase=ai",
    &[
        ("RecordingSid", "RE{call}"),
        ("RecordingUrl", "https%3A%2F%2Fapi.example%2FRE{call}"),
        ("RecordingStatus", "completed"),
        ("RecordingDuration", "7"),
        ("RecordingChannels", "2"),
        ("RecordingSource", "StartCallRecordingAPI"),
    ],
);
const MESSAGE_LEFT: Step = (
    "voicemail-done?call_id={call}&reason=closed",
    &[
        ("RecordingSid", "RE{call}"),
        ("RecordingUrl", "https%3A%2F%2Fapi.example%2FRE{call}"),
        ("RecordingDuration", "7"),
        ("Digits", "hangup"),
    ],
);
const ENDED: Step = (
    "inbound-status",
    &[
        ("CallStatus", "completed"),
        ("CallDuration", "42"),
        ("Duration", "1"),
        ("SequenceNumber", "2"),
        ("AnsweredBy", "human"),
        ("ErrorCode", "0"),
        ("SipResponseCode", "200"),
    ],
);

/// A conversation, and a voicemail.
const CALLS: [&[Step]; 2] = [
    &[INBOUND, IN_PROGRESS, RECORDING, RECORDED, ENDED],
    &[INBOUND, MESSAGE_LEFT, ENDED],
];

/// Percent-encoded. The last is repeated, with different values.
const VALUES: [&str; 16] = [
    "",
    "+",
    "-1",
    "7.0",
    "42.5",
    "1e9",
    "NaN",
    "99999999999999999999",
    "dancing",
    "SIP-503",
    "%D9%A4%D9%A2",
    "%E2%80%AA%2B1500%E2%80%AC",
    "Ren%E9",
    "%00",
    "%zz%",
    "1&{name}=2",
];

/// The form of a callback with another value of one parameter, or without it.
fn form(call: &str, step: Step, changed: &str, value: Option<&str>) -> String {
    let own = step.1.iter().chain(&OF_CALL).copied();
    let pairs = own.filter_map(|(name, usual)| match value {
        _ if name != changed => Some(format!("{name}={usual}")),
        Some(value) => Some(format!("{name}={}", value.replace("{name}", name))),
        None => None,
    });
    let pairs: Vec<String> = pairs.collect();
    format!("CallSid={call}&{}", pairs.join("&")).replace("{call}", call)
}

/// Posts a call, in which the parameter of one callback has another value.
async fn post_call(service: &Service, call: &str, steps: &[Step], at: usize, name: &str, value: Option<&str>) {
    for (index, step) in steps.iter().enumerate() {
        let changed = if index == at { name } else { "(none)" };
        let path = format!("/twilio/{}", step.0.replace("{call}", call));
        let answer = service.twilio(&path, &form(call, *step, changed, value)).await;
        assert_eq!(answer.status, 200, "{path}, {name}={value:?}: {}", answer.text);
    }
}

async fn call_log(admin: &Client, call: &str) -> Value {
    admin.get(&format!("/api/call-logs/{call}")).await.is(200).json()
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn every_parameter_may_have_any_value() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let (mut posted, mut changed) = (Vec::new(), HashSet::new());
    for steps in CALLS {
        for (at, step) in steps.iter().enumerate() {
            // What both calls have is changed in the first.
            if !changed.insert((step.0, step.1.len())) {
                continue;
            }
            for (name, _) in step.1.iter().chain(&OF_CALL) {
                // All values of its own parameters, and two of those that every callback has.
                let is_own = step.1.iter().any(|(own, _)| own == name);
                let values = VALUES.iter().copied().map(Some).chain([None]);
                let first = if is_own { 0 } else { posted.len() % (VALUES.len() - 1) };
                let values = values.skip(first).take(if is_own { usize::MAX } else { 2 });
                let calls = values.zip(posted.len()..).map(async |(value, number)| {
                    let call = format!("CA{number:032x}");
                    post_call(&service, &call, steps, at, name, value).await;
                    (call, format!("{name}={value:?} of {}", step.0))
                });
                // At the same time: their events are committed together.
                posted.extend(join_all(calls).await);
            }
        }
    }
    service.wait_for_read_models().await;
    assert!(posted.len() > 300, "only {} calls", posted.len());
    for (call, what) in &posted {
        let log = call_log(&admin, call).await;
        assert_eq!(log["direction"], "inbound", "{what}: {log}");
        assert_ne!(log["status"], "in_progress", "{what}: {log}");
        assert!(log["ended_at"].is_string(), "{what}: {log}");
        let recordings = log["recordings"].as_array().expect("recordings");
        assert_eq!(recordings.len(), 1, "{what}: {log}");
    }
    let quarantined = admin.get("/api/quarantined-webhooks").await.is(200).json();
    assert_eq!(quarantined, serde_json::json!([]));
}

#[tokio::test]
async fn unreadable_values_are_kept_as_they_were_sent() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let form =
        "CallSid=CA1&From=%2B15045550123&To=sip%3Aada.lovelace%40pbx.example&CallerName=Ren%E9&Direction=inbound";
    service.twilio("/twilio/inbound", form).await.is(200);
    let ended = "CallSid=CA1&CallStatus=completed&CallDuration=-1&Direction=inbound";
    service.twilio("/twilio/inbound-status", ended).await.is(200);
    service.wait_for_read_models().await;
    let call = call_log(&admin, "CA1").await;
    assert_eq!(
        (&call["status"], &call["caller_name"]),
        (&"completed".into(), &"Ren\u{fffd}".into())
    );
    let history = admin.get("/api/call-logs/CA1/history?params=true").await.is(200).json();
    let events = history["events"].as_array().expect("events");
    let started = events
        .iter()
        .find(|event| event["type"] == "CallStarted")
        .expect("the start");
    assert!(
        started["data"]["number"].is_null(),
        "a SIP address may contain a name: {started}"
    );
    assert_eq!(started["params"]["(bytes) CallerName"], serde_json::json!(["Ren%E9"]));
    let ended = events
        .iter()
        .find(|event| event["type"] == "CallEnded")
        .expect("the end");
    assert_eq!(ended["params"]["CallDuration"], serde_json::json!(["-1"]));
    assert_eq!(ended["params"]["(unreadable)"], serde_json::json!(["CallDuration"]));
}
