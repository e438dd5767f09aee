//! What the service is told of a leg, of its recordings and of its conference, unasked.

use super::Line;
use crate::network::courier::Errand;
use crate::network::exchange::{Conference, Exchange, Listener, Participant, Recording, RecordingStatus, What};
use crate::twilio::params::{CallStatus, Params, rfc_2822};
use chrono::{DateTime, Utc};
use std::sync::Arc;
use std::time::Duration;

impl Line {
    /// What every request for a document carries.
    pub(super) fn standard(&self) -> Vec<(String, String)> {
        let state = self.net.state();
        state
            .call(&self.sid)
            .map(|call| call.leg.standard(call.status).into_pairs())
            .unwrap_or_default()
    }

    /// The call is in another state from now on; whoever wants to know is told.
    pub(super) fn progresses(&mut self, status: CallStatus) {
        progresses(&self.net, &self.sid, status, self.at);
    }
}

/// A leg is in another state.
pub(super) fn progresses(net: &Arc<Exchange>, sid: &str, status: CallStatus, at: DateTime<Utc>) {
    let told = {
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
        let listener = call.listener.clone().filter(|listener| listens(listener, event));
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
    net.note(
        sid,
        at,
        What::Status {
            status: status.as_str(),
        },
    );
    if let Some((listener, params)) = told {
        let errand = Errand {
            call_sid: sid.to_owned(),
            why: "status",
            address: listener.address,
            params,
            token: net.token(),
        };
        net.tell(sid, errand);
    }
}

fn listens(listener: &Listener, event: &str) -> bool {
    listener.events.iter().any(|told| told == event)
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

/// A recording has news. <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>
pub fn recording_event(net: &Arc<Exchange>, recording: &Recording, at: DateTime<Utc>) {
    let status = recording.status.as_str();
    let sid = recording.sid.clone();
    net.note(&recording.call_sid, at, What::Recording { sid, status });
    let event = match recording.status {
        RecordingStatus::InProgress => "in-progress",
        RecordingStatus::Completed => "completed",
        RecordingStatus::Absent => "absent",
        _ => return,
    };
    let Some(listener) = recording.listener.as_ref().filter(|listener| listens(listener, event)) else {
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
    let errand = Errand {
        call_sid: recording.call_sid.clone(),
        why: "recording",
        address: listener.address.clone(),
        params: params.into_pairs(),
        token: net.token(),
    };
    net.tell(&recording.sid, errand);
}

/// Where a recording is said to be.
pub(super) fn recording_url(net: &Exchange, sid: &str) -> String {
    format!(
        "{}/2010-04-01/Accounts/{}/Recordings/{sid}",
        net.base_url, net.options.account_sid
    )
}

/// Something happened in a conference: `participant-join`, `conference-end`, ...
/// <https://www.twilio.com/docs/voice/twiml/conference#attributes-statusCallbackEvent>
pub fn conference_event(
    net: &Arc<Exchange>,
    conference: &mut Conference,
    event: &'static str,
    about: Option<&Participant>,
    more: Vec<(&'static str, String)>,
    at: DateTime<Utc>,
) {
    let wanted = match event {
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
    let Some(listener) = conference.listener.clone().filter(|listener| listens(listener, wanted)) else {
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
    let errand = Errand {
        // An event of nobody in particular is kept with the one who came first.
        call_sid: about
            .map(|one| one.call_sid.clone())
            .or_else(|| conference.first_call.clone())
            .unwrap_or_default(),
        why: "conference",
        address: listener.address,
        params: params.into_pairs(),
        token: net.token(),
    };
    net.tell(&conference.sid, errand);
}
