//! Resources in Twilio's JSON format: dates in RFC 2822, durations as strings, prices null.

use crate::network::switch::{Application, Call, Conference, Number, Participant, Recording, Stream, Switch};
use crate::network::webhook::Address;
use crate::twilio::params::{CallStatus, Direction, rfc_2822};
use chrono::{DateTime, Utc};
use serde_json::{Value, json};

const VERSION: &str = "2010-04-01";

/// A path below the account.
pub(super) fn path(net: &Switch, rest: &str) -> String {
    format!("/{VERSION}/Accounts/{}/{rest}", net.options.account_sid)
}

fn date(at: Option<DateTime<Utc>>) -> Option<String> {
    at.map(rfc_2822)
}

/// The status in REST resources: `queued` where callbacks say `initiated`.
pub(super) fn status(status: CallStatus) -> &'static str {
    match status {
        CallStatus::Initiated => "queued",
        status => status.as_str(),
    }
}

pub(super) fn call(net: &Switch, call: &Call) -> Value {
    let sid = &call.leg.sid;
    let part = |name: &str| path(net, &format!("Calls/{sid}/{name}.json"));
    let (from, to) = (call.leg.from.address(), call.leg.to.address());
    let talked = call.ended.map(|ended| {
        (ended - call.answered.unwrap_or(ended))
            .num_seconds()
            .max(0)
            .to_string()
    });
    json!({
        "sid": sid,
        "account_sid": net.options.account_sid,
        "api_version": VERSION,
        "parent_call_sid": call.leg.parent_sid,
        "from": from,
        "from_formatted": from,
        "to": to,
        "to_formatted": to,
        "phone_number_sid": call.number_sid,
        "status": status(call.status),
        "direction": match call.leg.direction {
            Direction::Inbound => "inbound",
            Direction::OutboundApi => "outbound-api",
            Direction::OutboundDial => "outbound-dial",
        },
        "answered_by": call.answered_by,
        "caller_name": null,
        "forwarded_from": null,
        "group_sid": null,
        "trunk_sid": null,
        "price": null,
        "price_unit": "USD",
        "queue_time": call.queue_ms.to_string(),
        "date_created": rfc_2822(call.created),
        "date_updated": rfc_2822(call.updated),
        "start_time": date(call.answered.or(call.ended)),
        "end_time": date(call.ended),
        "duration": talked,
        "uri": path(net, &format!("Calls/{sid}.json")),
        "subresource_uris": {
            "events": part("Events"),
            "notifications": part("Notifications"),
            "payments": part("Payments"),
            "recordings": part("Recordings"),
            "siprec": part("Siprec"),
            "streams": part("Streams"),
            "transcriptions": part("Transcriptions"),
            "user_defined_message_subscriptions": part("UserDefinedMessageSubscriptions"),
            "user_defined_messages": part("UserDefinedMessages"),
        },
    })
}

pub(super) fn recording(net: &Switch, recording: &Recording) -> Value {
    let sid = &recording.sid;
    json!({
        "sid": sid,
        "account_sid": net.options.account_sid,
        "api_version": VERSION,
        "call_sid": recording.call_sid,
        "conference_sid": recording.conference_sid,
        "status": recording.status.as_str(),
        "channels": recording.channels,
        "source": recording.source,
        "track": recording.track,
        "date_created": rfc_2822(recording.started),
        "date_updated": rfc_2822(recording.updated),
        "start_time": rfc_2822(recording.started),
        // Twilio reports -1 while it runs.
        "duration": recording.duration_s.map_or("-1".to_owned(), |seconds| seconds.to_string()),
        "price": null,
        "price_unit": "USD",
        "error_code": null,
        "encryption_details": null,
        "media_url": format!("{}{}", net.base_url, path(net, &format!("Recordings/{sid}"))),
        "uri": path(net, &format!("Recordings/{sid}.json")),
        "subresource_uris": {
            "add_on_results": path(net, &format!("Recordings/{sid}/AddOnResults.json")),
            "transcriptions": path(net, &format!("Recordings/{sid}/Transcriptions.json")),
        },
    })
}

/// A recording below its call: another URI, and without two properties.
pub(super) fn call_recording(net: &Switch, one: &Recording) -> Value {
    let mut shown = recording(net, one);
    shown["uri"] = json!(path(
        net,
        &format!("Calls/{}/Recordings/{}.json", one.call_sid, one.sid)
    ));
    if let Some(shown) = shown.as_object_mut() {
        shown.remove("media_url");
        shown.remove("subresource_uris");
    }
    shown
}

pub(super) fn stream(net: &Switch, stream: &Stream) -> Value {
    let (sid, call_sid) = (&stream.sid, &stream.call_sid);
    json!({
        "sid": sid,
        "account_sid": net.options.account_sid,
        "call_sid": call_sid,
        "name": stream.name,
        "status": stream.status(),
        "date_updated": rfc_2822(stream.updated),
        "uri": path(net, &format!("Calls/{call_sid}/Streams/{sid}.json")),
    })
}

pub(super) fn conference(net: &Switch, conference: &Conference) -> Value {
    let sid = &conference.sid;
    json!({
        "sid": sid,
        "account_sid": net.options.account_sid,
        "api_version": VERSION,
        "friendly_name": conference.friendly_name,
        "status": conference.status,
        "region": "us1",
        "reason_conference_ended": conference.reason_ended,
        "call_sid_ending_conference": conference.ended_by,
        "date_created": rfc_2822(conference.created),
        "date_updated": rfc_2822(conference.updated),
        "uri": path(net, &format!("Conferences/{sid}.json")),
        "subresource_uris": {
            "participants": path(net, &format!("Conferences/{sid}/Participants.json")),
            "recordings": path(net, &format!("Conferences/{sid}/Recordings.json")),
        },
    })
}

pub(super) fn participant(net: &Switch, conference: &str, one: &Participant) -> Value {
    json!({
        "account_sid": net.options.account_sid,
        "conference_sid": conference,
        "call_sid": one.call_sid,
        "label": one.label,
        "muted": one.muted,
        "hold": one.hold,
        "coaching": one.coaching,
        "call_sid_to_coach": one.coached,
        "end_conference_on_exit": one.end_on_exit,
        "start_conference_on_enter": one.start_on_enter,
        "status": if one.ringing { "queued" } else { "connected" },
        "queue_time": null,
        "date_created": rfc_2822(one.created),
        "date_updated": rfc_2822(one.updated),
        "uri": path(net, &format!("Conferences/{conference}/Participants/{}.json", one.call_sid)),
    })
}

pub(super) fn number(net: &Switch, number: &Number) -> Value {
    let url = |address: &Option<Address>| address.as_ref().map(|address| address.url.clone());
    let method = |address: &Option<Address>| {
        if address.as_ref().is_some_and(|address| address.get) {
            "GET"
        } else {
            "POST"
        }
    };
    json!({
        "sid": number.sid,
        "account_sid": net.options.account_sid,
        "api_version": VERSION,
        "phone_number": number.phone_number,
        "friendly_name": number.friendly_name,
        "address_requirements": "none",
        "address_sid": null,
        "beta": false,
        "bundle_sid": null,
        "capabilities": {"voice": true, "sms": false, "mms": false, "fax": false},
        "date_created": rfc_2822(number.created),
        "date_updated": rfc_2822(number.updated),
        "emergency_status": "Inactive",
        "emergency_address_sid": null,
        "emergency_address_status": "unregistered",
        "identity_sid": null,
        "origin": "twilio",
        "sms_application_sid": "",
        "sms_fallback_method": "POST",
        "sms_fallback_url": "",
        "sms_method": "POST",
        "sms_url": "",
        "status": "in-use",
        "status_callback": url(&number.status).unwrap_or_default(),
        "status_callback_method": method(&number.status),
        "trunk_sid": null,
        "type": "local",
        "voice_application_sid": number.application_sid.clone().unwrap_or_default(),
        "voice_caller_id_lookup": false,
        "voice_fallback_method": method(&number.fallback),
        "voice_fallback_url": url(&number.fallback).unwrap_or_default(),
        "voice_method": method(&number.voice),
        "voice_receive_mode": "voice",
        "voice_url": url(&number.voice).unwrap_or_default(),
        "uri": path(net, &format!("IncomingPhoneNumbers/{}.json", number.sid)),
    })
}

pub(super) fn application(net: &Switch, app: &Application) -> Value {
    let url = |address: &Option<Address>| address.as_ref().map(|address| address.url.clone());
    let method = |address: &Option<Address>| {
        if address.as_ref().is_some_and(|address| address.get) {
            "GET"
        } else {
            "POST"
        }
    };
    json!({
        "sid": app.sid,
        "account_sid": net.options.account_sid,
        "api_version": VERSION,
        "friendly_name": app.friendly_name,
        "date_created": rfc_2822(app.created),
        "date_updated": rfc_2822(app.updated),
        "message_status_callback": null,
        "public_application_connect_enabled": false,
        "sms_fallback_method": "POST",
        "sms_fallback_url": null,
        "sms_method": "POST",
        "sms_status_callback": null,
        "sms_url": null,
        "status_callback": url(&app.status),
        "status_callback_method": method(&app.status),
        "voice_caller_id_lookup": false,
        "voice_fallback_method": method(&app.fallback),
        "voice_fallback_url": url(&app.fallback),
        "voice_method": method(&app.voice),
        "voice_url": url(&app.voice),
        "uri": path(net, &format!("Applications/{}.json", app.sid)),
    })
}
