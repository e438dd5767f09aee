//! [`SeenCallbacks`]: the facts that the provider has reported already, so that a repeated callback has no effect.

use super::CallEvent;
use crate::Timestamp;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};

/// Fingerprints of facts, in memory only. A state that was serialized and parsed again has lost them and records one
/// repetition of each fact again; readers ignore repetitions.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenCallbacks(BTreeSet<u64>);

impl SeenCallbacks {
    /// Whether the event states a fact that was recorded before.
    #[must_use]
    pub fn knows(&self, event: &CallEvent) -> bool {
        fingerprint(event).is_some_and(|fingerprint| self.0.contains(&fingerprint))
    }

    /// Records the event's fact, if it is of a kind that callbacks repeat.
    pub fn note(&mut self, event: &CallEvent) {
        self.0.extend(fingerprint(event));
        self.0.extend(without_conference(event).as_ref().and_then(fingerprint));
    }
}

/// The fact as the status callback of the leg states it, which knows no conference: nothing new after this event.
fn without_conference(event: &CallEvent) -> Option<CallEvent> {
    use CallEvent as E;
    let mut fact = event.clone();
    match &mut fact {
        E::ParticipantJoined {
            conference_sid,
            sequence_number,
            ..
        }
        | E::ParticipantLeft {
            conference_sid,
            sequence_number,
            ..
        } => (*conference_sid, *sequence_number) = (None, None),
        _ => return None,
    }
    Some(fact)
}

/// Two facts with a provider's time are equal only if the times are equal. A local time is the time of receipt and is ignored.
fn fingerprint(event: &CallEvent) -> Option<u64> {
    use CallEvent as E;
    let mut fact = event.clone();
    match &mut fact {
        E::CallRinging { at, clock, .. }
        | E::CallAnswered { at, clock, .. }
        | E::CallEnded { at, clock, .. }
        | E::ParticipantJoined { at, clock, .. }
        | E::ParticipantLeft { at, clock, .. }
        | E::ParticipantUnreached { at, clock, .. }
        | E::ConferenceStarted { at, clock, .. }
        | E::ConferenceEnded { at, clock, .. }
        | E::ProviderReported { at, clock, .. } => {
            if !clock.is_provider() {
                *at = Timestamp::default();
            }
        }
        E::RecordingStarted { at, .. }
        | E::RecordingReady { at, .. }
        | E::RecordingUnavailable { at, .. }
        | E::TranscriptReady { at, .. }
        | E::TranscriptionFailed { at, .. }
        | E::CallerTurn { at, .. } => *at = Timestamp::default(),
        _ => return None,
    }
    let json = serde_json::to_vec(&fact).ok()?;
    let mut hasher = DefaultHasher::new();
    hasher.write(&json);
    Some(hasher.finish())
}
