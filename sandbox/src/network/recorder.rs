//! Recordings: start, pause, resume, stop and processing.
//!
//! A running recording is only a time span; its audio is rendered once, when it is processed. A recording shorter than
//! 100 ms becomes `absent`.

use super::delivery;
use super::faults::MediaFault;
use super::party::PartyEvent;
use super::sound::Take;
use super::switch::{
    Control, Paused, Recording, RecordingOptions, RecordingStatus, State, Switch, TimelineEvent, Track, Utterance,
};
use super::time_span::whole_seconds;
use super::webhook::WebhookRequest;
use crate::twilio::params::{Params, rfc_2822};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Delay between the end of a recording and `completed`.
const PROCESSING_DELAY: TimeDelta = TimeDelta::milliseconds(1_500);

/// Starts a recording.
pub fn start(net: &Arc<Switch>, options: RecordingOptions, at: DateTime<Utc>) -> Recording {
    let recording = Recording {
        sid: net.sid("RE"),
        call_sid: options.call_sid,
        conference_sid: options.conference_sid,
        status: RecordingStatus::InProgress,
        channels: options.channels,
        source: options.source,
        track: options.track,
        started: at,
        ended: None,
        updated: at,
        pauses: vec![],
        trim: options.trim,
        listener: options.listener,
        media: None,
        duration_s: None,
        completed: None,
        fault: MediaFault::default(),
        deleted: false,
    };
    net.state().recordings.push(recording.clone());
    recording_event(net, &recording, at);
    if let Some(call) = net.state().call(&recording.call_sid) {
        call.send(Control::Noticed(PartyEvent::Recorded));
    }
    recording
}

/// Pauses a running recording. `skip` removes the pause from the audio; otherwise it is silence.
pub fn pause(net: &Switch, sid: &str, skip: bool, at: DateTime<Utc>) {
    if let Some(recording) = net.state().recording_mut(sid)
        && recording.status == RecordingStatus::InProgress
    {
        recording.status = RecordingStatus::Paused;
        recording.updated = at;
        recording.pauses.push(Paused {
            from: at,
            until: None,
            skip,
        });
    }
}

/// Resumes a paused recording.
pub fn resume(net: &Switch, sid: &str, at: DateTime<Utc>) {
    if let Some(recording) = net.state().recording_mut(sid)
        && recording.status == RecordingStatus::Paused
    {
        recording.status = RecordingStatus::InProgress;
        recording.updated = at;
        if let Some(pause) = recording.pauses.last_mut() {
            pause.until = Some(at);
        }
    }
}

/// Stops a recording and schedules its processing.
pub fn stop(net: &Arc<Switch>, sid: &str, at: DateTime<Utc>) {
    if let Some(recording) = net.state().recording_mut(sid) {
        if !recording.is_running() {
            return;
        }
        if let Some(pause) = recording.pauses.last_mut() {
            pause.until.get_or_insert(at);
        }
        recording.status = RecordingStatus::Stopped;
        recording.ended = Some(at);
        recording.updated = at;
    }
    let (net, sid) = (Arc::clone(net), sid.to_owned());
    net.clone().tasks.spawn(async move {
        tokio::select! {
            () = net.clock.sleep_until(at + PROCESSING_DELAY) => process(&net, &sid, at + PROCESSING_DELAY),
            () = net.stop.cancelled() => {}
        }
    });
}

/// Stops all running recordings of a leg.
pub fn stop_all(net: &Arc<Switch>, call_sid: &str, at: DateTime<Utc>) {
    let running: Vec<String> = net
        .state()
        .recordings
        .iter()
        .filter(|recording| {
            recording.call_sid == call_sid && recording.conference_sid.is_none() && recording.is_running()
        })
        .map(|recording| recording.sid.clone())
        .collect();
    for sid in running {
        stop(net, &sid, at);
    }
}

/// Stops all running recordings of a conference.
pub fn stop_conference(net: &Arc<Switch>, conference_sid: &str, at: DateTime<Utc>) {
    let running: Vec<String> = net
        .state()
        .recordings
        .iter()
        .filter(|recording| recording.conference_sid.as_deref() == Some(conference_sid) && recording.is_running())
        .map(|recording| recording.sid.clone())
        .collect();
    for sid in running {
        stop(net, &sid, at);
    }
}

fn process(net: &Arc<Switch>, sid: &str, at: DateTime<Utc>) {
    let Some((recording, channels)) = channels_of(&mut net.state(), sid) else {
        return;
    };
    let ended = recording.ended.unwrap_or(at);
    let take = Take {
        time: recording.started..ended,
        pauses: &recording.pauses,
        trim: recording.trim,
    };
    let channels: Vec<Vec<&Utterance>> = channels.iter().map(|channel| channel.iter().collect()).collect();
    // Outside the lock: rendering a long recording takes time.
    let (media, length) = take.file(&channels);
    let recording = {
        let mut state = net.state();
        let fault = state.faults.media.clone();
        let Some(recording) = state.recording_mut(sid) else {
            return;
        };
        recording.updated = at;
        recording.completed = Some(at);
        recording.fault = fault;
        if length.as_millis() < 100 {
            recording.status = RecordingStatus::Absent;
            recording.duration_s = Some(0);
        } else {
            recording.status = RecordingStatus::Completed;
            recording.duration_s = Some(whole_seconds(length));
            recording.media = Some(media);
        }
        recording.clone()
    };
    recording_event(net, &recording, at);
}

/// The audio of each channel: with two channels, inbound in the first and everything else in the second.
fn channels_of(state: &mut State, sid: &str) -> Option<(Recording, Vec<Vec<Utterance>>)> {
    let recording = state.recording_mut(sid)?.clone();
    let conference = recording.conference_sid.as_deref();
    let sounds: Vec<Utterance> = match conference {
        Some(conference) => state.conference_mut(conference)?.sounds.clone(),
        None => state.call(&recording.call_sid)?.sounds.clone(),
    };
    let on_track = |utterance: &Utterance| match recording.track {
        "inbound" => utterance.track == Track::Inbound,
        "outbound" => utterance.track == Track::Outbound,
        _ => true,
    };
    let sounds: Vec<Utterance> = sounds.into_iter().filter(on_track).collect();
    let channels = if recording.channels == 2 {
        let (one, two) = sounds
            .into_iter()
            .partition(|utterance| utterance.track == Track::Inbound);
        vec![one, two]
    } else {
        vec![sounds]
    };
    Some((recording, channels))
}

/// Sends a recording's status callback. <https://www.twilio.com/docs/voice/api/recording#recordingstatuscallback>
fn recording_event(net: &Arc<Switch>, recording: &Recording, at: DateTime<Utc>) {
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
        .filter(|listener| listener.subscribes(event))
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
    delivery::queue_callback(net, &recording.sid, webhook);
}

/// `RecordingUrl` of a recording.
pub(super) fn recording_url(net: &Switch, sid: &str) -> String {
    format!(
        "{}/2010-04-01/Accounts/{}/Recordings/{sid}",
        net.base_url, net.options.account_sid
    )
}
