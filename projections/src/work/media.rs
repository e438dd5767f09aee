//! Work items about a call's audio: record, archive, transcribe, summarize, and delete after an erasure.

use super::queries::Kind;
use super::todo::ToDo;
use domain::Timestamp;
use domain::call::recordings::Recording;
use domain::call::value::Phase;
use domain::call::view::CallView;
use serde_json::json;

/// Microseconds after the end that a summary waits for the transcript of the human or voicemail phase, whose recording
/// arrives after the end.
const TRANSCRIPT_WAIT_US: i64 = 600_000_000;

/// The work items.
pub(super) fn items(view: &CallView) -> Vec<ToDo> {
    let recordings = view.recordings.by_sid.iter();
    let mut items: Vec<_> = recordings
        .filter_map(|(sid, recording)| recording_item(view, sid, recording))
        .collect();
    if !view.erased {
        items.extend(start_item(view, Phase::Ai));
        items.extend(start_item(view, Phase::Human));
        items.extend(summary_item(view));
    }
    items
}

/// A recording is archived, unless that was done or is impossible, and then transcribed. After an erasure it is deleted
/// instead; `RecordingUnavailable` confirms that.
fn recording_item(view: &CallView, sid: &str, recording: &Recording) -> Option<ToDo> {
    let kind = match recording {
        _ if recording.unavailable.is_some() => return None,
        // Includes recordings that were not archived: Twilio still has them.
        _ if view.erased => Kind::DeleteRecording,
        Recording { archived: Some(_), .. } if !view.recordings.is_transcribed(recording.phase) => Kind::Transcribe,
        Recording {
            archived: None,
            url: Some(_),
            ..
        } => Kind::ArchiveRecording,
        _ => return None,
    };
    let detail = json!({
        "phase": recording.phase.as_str(),
        "url": recording.url,
        "channels": recording.channels,
        "duration_s": recording.duration_s,
        "blob_key": recording.archived.as_ref().map(|archived| &archived.key),
    });
    ToDo::new(&view.failed_effects, kind, sid, Timestamp::default(), detail)
}

/// A phase is recorded when it has started, the call is not over and the consent notice was played.
fn start_item(view: &CallView, phase: Phase) -> Option<ToDo> {
    let has_started = match phase {
        Phase::Ai => view.taken_over_by().is_none() && view.voicemail_reason().is_none(),
        Phase::Human => view.taken_over_by().is_some(),
        Phase::Voicemail => false,
    };
    if !has_started || !view.dialogue.consent_notice || view.is_over() || view.recordings.is_settled(phase) {
        return None;
    }
    let detail = json!({ "phase": phase.as_str() });
    ToDo::new(
        &view.failed_effects,
        Kind::StartRecording,
        phase.as_str(),
        Timestamp::default(),
        detail,
    )
}

/// A call is summarized once it is over, if the consent notice was played or there is a transcript.
fn summary_item(view: &CallView) -> Option<ToDo> {
    let ended = view.ended_at()?;
    let recordings = &view.recordings;
    let has_transcript = Phase::ALL.iter().any(|phase| recordings.has_transcript(*phase));
    if view.summary.is_some() || (!view.dialogue.consent_notice && !has_transcript) {
        return None;
    }
    let lacks = |phase| !recordings.failed.contains_key(&phase) && !recordings.has_transcript(phase);
    let is_waiting = (view.taken_over_by().is_some() && lacks(Phase::Human))
        || (view.voicemail_reason().is_some() && lacks(Phase::Voicemail));
    let from = if is_waiting {
        Timestamp(ended.as_micros() + TRANSCRIPT_WAIT_US)
    } else {
        Timestamp::default()
    };
    ToDo::new(&view.failed_effects, Kind::Summarize, "", from, json!({}))
}
