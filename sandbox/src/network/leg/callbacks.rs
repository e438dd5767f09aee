//! Callbacks about legs, recordings and conferences.

use super::Leg;
use crate::network::switch::{Conference, Listener, Participant, Recording, RecordingStatus, Switch, TimelineEvent};
use crate::network::webhook_client::WebhookRequest;
use crate::twilio::params::{CallStatus, Params, rfc_2822};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;

impl Leg {
    /// The standard parameters of a document request.
    pub(super) fn standard(&self) -> Vec<(String, String)> {
        let state = self.net.state();
        state
            .call(&self.sid)
            .map(|call| call.leg.standard(call.status).into_pairs())
            .unwrap_or_default()
    }

    /// Sets the call's status and sends the status callback.
    pub(super) fn set_status(&mut self, status: CallStatus) {
        set_status(&self.net, &self.sid, status, self.at);
    }
}

/// Sets a call's status and sends the status callback.
pub(super) fn set_status(net: &Arc<Switch>, sid: &str, status: CallStatus, at: DateTime<Utc>) {
    let callback = {
        let mut state = net.state();
        let Some(call) = state.call_mut(sid) else { return };
        call.status = status;
        call.updated = at;
        let event = match status {
            CallStatus::Initiated => "initiated",
            CallStatus::Ringing => "ringing",
            CallStatus::InProgress => "answered",
            _ => "completed",
        };
        let listener = call.listener.clone().filter(|listener| subscribes(listener, event));
        listener.map(|listener| {
            let params = if status.is_final() {
                let talked = call
                    .answered
                    .map_or(Duration::ZERO, |answered| (at - answered).to_std().unwrap_or_default());
                call.leg.ended(status, at, talked, sip(status))
            } else {
                call.leg.progress(status, at)
            };
            (listener, params.into_pairs())
        })
    };
    net.log_event(
        sid,
        at,
        TimelineEvent::Status {
            status: status.as_str(),
        },
    );
    if let Some((listener, params)) = callback {
        let webhook = WebhookRequest {
            call_sid: sid.to_owned(),
            why: "status",
            address: listener.address,
            params,
            token: net.token(),
        };
        net.queue_callback(sid, webhook);
    }
}

fn subscribes(listener: &Listener, event: &str) -> bool {
    listener.events.iter().any(|subscribed| subscribed == event)
}

fn sip(status: CallStatus) -> u16 {
    match status {
        CallStatus::Busy => 486,
        CallStatus::NoAnswer => 480,
        CallStatus::Failed => 404,
        CallStatus::Canceled => 487,
        _ => 200,
    }
}

/// Sends a recording's status callback. <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>
pub fn recording_event(net: &Arc<Switch>, recording: &Recording, at: DateTime<Utc>) {
    let status = recording.status.as_str();
    let sid = recording.sid.clone();
    net.log_event(&recording.call_sid, at, TimelineEvent::Recording { sid, status });
    let event = match recording.status {
        RecordingStatus::InProgress => "in-progress",
        RecordingStatus::Completed => "completed",
        RecordingStatus::Absent => "absent",
        _ => return,
    };
    let Some(listener) = recording
        .listener
        .as_ref()
        .filter(|listener| subscribes(listener, event))
    else {
        return;
    };
    let account = &net.options.account_sid;
    let mut params = Params::default()
        .with("AccountSid", account)
        .with("CallSid", &recording.call_sid)
        .with("RecordingSid", &recording.sid)
        .with("RecordingUrl", recording_url(net, &recording.sid))
        .with("RecordingStatus", event)
        .with("RecordingDuration", recording.duration_s.unwrap_or(0))
        .with("RecordingChannels", recording.channels)
        .with("RecordingSource", recording.source)
        .with("RecordingTrack", recording.track)
        .with("RecordingStartTime", rfc_2822(recording.started));
    if let Some(conference) = &recording.conference_sid {
        params = params.with("ConferenceSid", conference);
    }
    if recording.status == RecordingStatus::Absent {
        params = params.with("ErrorCode", 16106);
    }
    let webhook = WebhookRequest {
        call_sid: recording.call_sid.clone(),
        why: "recording",
        address: listener.address.clone(),
        params: params.into_pairs(),
        token: net.token(),
    };
    net.queue_callback(&recording.sid, webhook);
}

/// `RecordingUrl`.
pub(super) fn recording_url(net: &Switch, sid: &str) -> String {
    format!(
        "{}/2010-04-01/Accounts/{}/Recordings/{sid}",
        net.base_url, net.options.account_sid
    )
}

/// Sends a conference event: `participant-join`, `conference-end`, ...
/// <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>
pub fn conference_event(
    net: &Arc<Switch>,
    conference: &mut Conference,
    event: &'static str,
    about: Option<&Participant>,
    more: Vec<(&'static str, String)>,
    at: DateTime<Utc>,
) {
    let subscribed = match event {
        "conference-start" => "start",
        "conference-end" => "end",
        "participant-join" => "join",
        "participant-leave" => "leave",
        "participant-mute" | "participant-unmute" => "mute",
        "participant-hold" | "participant-unhold" => "hold",
        "participant-modify" => "modify",
        "participant-speech-start" | "participant-speech-stop" => "speaker",
        _ => "announcement",
    };
    let Some(listener) = conference
        .listener
        .clone()
        .filter(|listener| subscribes(listener, subscribed))
    else {
        return;
    };
    conference.next_sequence += 1;
    let mut params = Params::default()
        .with("AccountSid", &net.options.account_sid)
        .with("ConferenceSid", &conference.sid)
        .with("FriendlyName", &conference.friendly_name)
        .with("StatusCallbackEvent", event)
        .with("SequenceNumber", conference.next_sequence)
        .with("Timestamp", rfc_2822(at));
    if let Some(one) = about {
        params = params
            .with("CallSid", &one.call_sid)
            .with("Muted", one.muted)
            .with("Hold", one.hold)
            .with("Coaching", one.coaching)
            .with("EndConferenceOnExit", one.end_on_exit)
            .with("StartConferenceOnEnter", one.start_on_enter);
        if let Some(label) = &one.label {
            params = params.with("ParticipantLabel", label);
        }
        if let Some(coached) = &one.coached {
            params = params.with("CallSidToCoach", coached);
        }
    }
    for (name, value) in more {
        params = params.with(name, value);
    }
    let webhook = WebhookRequest {
        // Events without a participant are logged with the first participant's call.
        call_sid: about
            .map(|one| one.call_sid.clone())
            .or_else(|| conference.first_call.clone())
            .unwrap_or_default(),
        why: "conference",
        address: listener.address,
        params: params.into_pairs(),
        token: net.token(),
    };
    net.queue_callback(&conference.sid, webhook);
}
