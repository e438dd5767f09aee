//! Recordings: starting, pausing, stopping, and what becomes of them.
//!
//! A recording is nothing but a span of time until it is stopped: the sound is made from what was heard, once, when it is
//! processed. Shorter than a tenth of a second, it is absent.

use super::exchange::{Exchange, Listener, Paused, Recording, RecordingStatus, State, Track, Utterance};
use super::line::recording_event;
use super::person::Occasion;
use super::sound::{Take, whole_seconds};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;

/// How long Twilio works on a recording before it is there.
const PROCESSING: TimeDelta = TimeDelta::milliseconds(1_500);

/// A recording to be started.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// The leg.
    pub call_sid: String,
    /// The conference, if that is recorded.
    pub conference_sid: Option<String>,
    /// 1 or 2.
    pub channels: u16,
    /// `RecordVerb`, `DialVerb`, `StartCallRecordingAPI`, ...
    pub source: &'static str,
    /// `both`, `inbound` or `outbound`.
    pub track: &'static str,
    /// Whether silence at both ends is taken away.
    pub trim: bool,
    /// Who is told.
    pub listener: Option<Listener>,
}

/// Starts one.
pub fn start(net: &Arc<Exchange>, wanted: Wanted, at: DateTime<Utc>) -> Recording {
    let recording = Recording {
        sid: net.sid("RE"),
        call_sid: wanted.call_sid,
        conference_sid: wanted.conference_sid,
        status: RecordingStatus::InProgress,
        channels: wanted.channels,
        source: wanted.source,
        track: wanted.track,
        started: at,
        ended: None,
        updated: at,
        pauses: vec![],
        trim: wanted.trim,
        listener: wanted.listener,
        media: None,
        duration_s: None,
        completed: None,
        deleted: false,
    };
    net.state().recordings.push(recording.clone());
    recording_event(net, &recording, at);
    if let Some(call) = net.state().call(&recording.call_sid) {
        call.send(super::line::Control::Noticed(Occasion::Recorded));
    }
    recording
}

/// Pauses one that runs. `skip` leaves the pause out; otherwise it is recorded as silence.
pub fn pause(net: &Exchange, sid: &str, skip: bool, at: DateTime<Utc>) {
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

/// Goes on with one that is paused.
pub fn resume(net: &Exchange, sid: &str, at: DateTime<Utc>) {
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

/// Stops one, and has it processed.
pub fn stop(net: &Arc<Exchange>, sid: &str, at: DateTime<Utc>) {
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
            () = net.clock.sleep_until(at + PROCESSING) => process(&net, &sid, at + PROCESSING),
            () = net.stop.cancelled() => {}
        }
    });
}

/// Stops all that run on a leg.
pub fn stop_all(net: &Arc<Exchange>, call_sid: &str, at: DateTime<Utc>) {
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

/// Stops all that run on a conference.
pub fn stop_conference(net: &Arc<Exchange>, conference_sid: &str, at: DateTime<Utc>) {
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

fn process(net: &Arc<Exchange>, sid: &str, at: DateTime<Utc>) {
    let Some((recording, channels)) = heard(&mut net.state(), sid) else {
        return;
    };
    let ended = recording.ended.unwrap_or(at);
    let take = Take {
        time: recording.started..ended,
        pauses: &recording.pauses,
        trim: recording.trim,
    };
    let channels: Vec<Vec<&Utterance>> = channels.iter().map(|channel| channel.iter().collect()).collect();
    // Not under the lock: a long recording takes a moment.
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

/// What is in each channel of a recording: the leg's own person in the first, everything else in the second.
fn heard(state: &mut State, sid: &str) -> Option<(Recording, Vec<Vec<Utterance>>)> {
    let recording = state.recording_mut(sid)?.clone();
    let conference = recording.conference_sid.as_deref();
    let sounds: Vec<Utterance> = match conference {
        Some(conference) => state.conference_mut(conference)?.sounds.clone(),
        None => state.call(&recording.call_sid)?.sounds.clone(),
    };
    let wanted = |utterance: &Utterance| match recording.track {
        "inbound" => utterance.track == Track::Inbound,
        "outbound" => utterance.track == Track::Outbound,
        _ => true,
    };
    let sounds: Vec<Utterance> = sounds.into_iter().filter(wanted).collect();
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
