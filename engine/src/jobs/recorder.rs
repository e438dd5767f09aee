//! Starts recordings: of the AI phase once Twilio has our TwiML, of the human phase once a team member has taken over.
//!
//! Existing recordings are read from Twilio first: one that the log does not know was started by an earlier process
//! that was killed before it recorded the result.

use super::job::{Countable as _, Job, JobOutcome, RetryPolicy, fail, record_result};
use crate::{Engine, SharedEngine};
use domain::call::value::Phase;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::{
    Channels, RecordingEvent, RecordingStatus, RecordingUpdate, StartRecording, Track, TwilioError,
};
use projections::work::Kind;
use projections::work::tables::WorkRow;
use std::time::Duration;

const RETRY_POLICY: RetryPolicy = RetryPolicy {
    initial_delay_s: 1,
    max_delay_s: 4,
    max_attempts: 6,
};

/// Delay before the first attempt. Twilio refuses to record a call that is not in progress, and a call is in progress
/// only once Twilio has received our TwiML.
const START_DELAY: Duration = Duration::from_millis(300);

/// Starts the recording of one phase.
pub struct Recorder;

impl Job for Recorder {
    const KIND: Kind = Kind::StartRecording;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let phase: Phase = item.item.parse()?;
        let Some((call, _)) = engine.ledger.state::<Call>(&item.stream).await? else {
            return Ok(JobOutcome::Retry);
        };
        let Some(call_sid) = call.start().map(|start| start.call_sid) else {
            return Ok(JobOutcome::Retry);
        };
        if item.attempts == 0 {
            engine.clock.sleep(START_DELAY).await;
        }
        match start(&engine, &item.stream, &call, &call_sid, phase).await {
            Ok(recording_sid) => {
                let command = CallCommand::StartRecording {
                    at: engine.clock.now(),
                    phase,
                    recording_sid,
                };
                let position = record_result::<Self>(&engine, &item, &[command]).await?;
                Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
            }
            Err(error) if !error.counts_as_attempt() => Ok(JobOutcome::Retry),
            Err(error) => {
                fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |attempts| {
                    Some(CallCommand::GiveUpRecording {
                        at: engine.clock.now(),
                        phase,
                        recording_sid: None,
                        reason: "could not be started".to_owned(),
                        attempts,
                    })
                })
                .await
            }
        }
    }
}

/// Returns the SID of the running recording: one that an earlier process started, or a new one.
async fn start(
    engine: &Engine,
    call_id: &str,
    call: &Call,
    call_sid: &str,
    phase: Phase,
) -> Result<String, TwilioError> {
    let mut running = engine.twilio.recordings(call_sid).await?;
    running.retain(|recording| recording.status == RecordingStatus::InProgress);
    if let Some(running) = running.iter().find(|it| !call.recordings.by_sid.contains_key(&it.sid)) {
        return Ok(running.sid.clone());
    }
    // The recording of the human phase replaces that of the AI phase.
    for previous in running.iter().filter(|_| phase == Phase::Human) {
        engine
            .twilio
            .update_recording(call_sid, &previous.sid, RecordingUpdate::Stop)
            .await?;
    }
    let status = format!("/twilio/recording-status?call_id={call_id}&phase={phase}#rc=5&rp=all");
    let request = StartRecording {
        // One channel per side, so that the transcript knows who spoke.
        channels: Some(Channels::Dual),
        track: Some(Track::Both),
        status_callback: Some(engine.config.callback_url(&status)),
        status_callback_events: vec![
            RecordingEvent::InProgress,
            RecordingEvent::Completed,
            RecordingEvent::Absent,
        ],
        trim_silence: Some(false),
    };
    Ok(engine.twilio.start_recording(call_sid, &request).await?.sid)
}
