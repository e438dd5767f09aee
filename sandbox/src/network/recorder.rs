//! Recordings: start, pause, resume, stop and processing.
//!
//! A running recording is only a time span; its audio is rendered once, when it is processed. A recording shorter than
//! 100 ms becomes `absent`.

use super::leg::recording_event;
use super::party::PartyEvent;
use super::sound::{Take, whole_seconds};
use super::switch::{Listener, Paused, Recording, RecordingStatus, State, Switch, Track, Utterance};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// Delay between the end of a recording and `completed`.
const PROCESSING_DELAY: TimeDelta = TimeDelta::milliseconds(1_500);

/// What to record.
#[derive(Debug, Clone)]
pub struct RecordingOptions {
    pub call_sid: String,
    pub conference_sid: Option<String>,
    /// 1 or 2.
    pub channels: u16,
    /// `RecordVerb`, `DialVerb`, `StartCallRecordingAPI`, ...
    pub source: &'static str,
    /// `both`, `inbound` or `outbound`.
    pub track: &'static str,
    /// Removes silence at both ends.
    pub trim: bool,
    pub listener: Option<Listener>,
}

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
        deleted: false,
    };
    net.state().recordings.push(recording.clone());
    recording_event(net, &recording, at);
    if let Some(call) = net.state().call(&recording.call_sid) {
        call.send(super::leg::Control::Noticed(PartyEvent::Recorded));
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
        let Some(recording) = state.recording_mut(sid) else {
            return;
        };
        recording.updated = at;
        recording.completed = Some(at);
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
