//! Has calls recorded: the AI's part once our orders have arrived, a person's part once they have taken over.
//!
//! Twilio is asked first what it records already: a recording that it has and we do not know was started by us, by an
//! earlier process that was killed before it could say so.

use super::worker::{Done, Patience, Worker, fail, tell};
use crate::state::AppState;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::{
    Channels, RecordingEvent, RecordingStatus, RecordingUpdate, StartRecording, Track, TwilioError,
};
use projections::work::Kind;
use projections::work::tables::WorkRow;
use std::time::Duration;

const PATIENCE: Patience = Patience {
    first_s: 1,
    longest_s: 4,
    attempts: 6,
};

/// Twilio refuses to record a call that is not in progress yet; it becomes so once our orders have arrived.
const ORDERS_ARRIVE: Duration = Duration::from_millis(300);

/// The process manager.
pub struct Recorder;

impl Worker for Recorder {
    const KIND: Kind = Kind::StartRecording;
    const AT_ONCE: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let phase: Phase = item.item.parse()?;
        let Some((call, _)) = state.ledger.state::<Call>(&item.stream).await? else {
            return Ok(Done::NotNow);
        };
        let Some(call_sid) = call.start().map(|start| start.call_sid) else {
            return Ok(Done::NotNow);
        };
        if item.attempts == 0 {
            tokio::time::sleep(ORDERS_ARRIVE).await;
        }
        match start(&state, &item.stream, &call, &call_sid, phase).await {
            Ok(recording_sid) => {
                let command = CallCommand::StartRecording {
                    at: state.clock.now(),
                    phase,
                    recording_sid,
                };
                let told = tell::<Self>(&state, &item, &[command]).await?;
                Ok(told.map_or(Done::NotNow, Done::Told))
            }
            // Nobody was reached: nothing was tried.
            Err(TwilioError::Unavailable { ambiguous: false, .. } | TwilioError::RateLimited { .. }) => {
                Ok(Done::NotNow)
            }
            Err(error) => {
                fail::<Self, _>(&state, &item, &PATIENCE, &error.to_string(), |attempts| {
                    Some(CallCommand::GiveUpRecording {
                        at: state.clock.now(),
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

/// The recording that runs: one that an earlier process started, or a new one.
async fn start(
    state: &AppState,
    call_id: &str,
    call: &Call,
    call_sid: &str,
    phase: Phase,
) -> Result<String, TwilioError> {
    let mut running = state.twilio.recordings(call_sid).await?;
    running.retain(|recording| recording.status == RecordingStatus::InProgress);
    if let Some(running) = running.iter().find(|it| !call.recordings.contains_key(&it.sid)) {
        return Ok(running.sid.clone());
    }
    // A person's part begins where the AI's ends.
    for ends in running.iter().filter(|_| phase == Phase::Human) {
        state
            .twilio
            .update_recording(call_sid, &ends.sid, RecordingUpdate::Stop)
            .await?;
    }
    let status = format!("/twilio/recording-status?call_id={call_id}&phase={phase}#rc=5&rp=all");
    let wanted = StartRecording {
        // The two sides apart: who said what is then known without guessing.
        channels: Some(Channels::Dual),
        track: Some(Track::Both),
        status_callback: Some(state.config.callback_url(&status)),
        status_callback_events: vec![
            RecordingEvent::InProgress,
            RecordingEvent::Completed,
            RecordingEvent::Absent,
        ],
        trim_silence: Some(false),
    };
    Ok(state.twilio.start_recording(call_sid, &wanted).await?.sid)
}
