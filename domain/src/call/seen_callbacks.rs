//! [`SeenCallbacks`]: which facts of the provider a call has heard already, so that a repetition says nothing new.

use super::CallEvent;
use crate::Timestamp;
use std::collections::BTreeSet;
use std::hash::{DefaultHasher, Hasher};

/// Fingerprints of facts. They live in memory only: a state that was serialised and read back merely takes one repetition
/// of each fact for news, which no reader minds.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct SeenCallbacks(BTreeSet<u64>);

impl SeenCallbacks {
    /// Whether the event states a fact that was stated before.
    #[must_use]
    pub fn knows(&self, event: &CallEvent) -> bool {
        fingerprint(event).is_some_and(|fingerprint| self.0.contains(&fingerprint))
    }

    /// Remembers the event's fact, if it is of a kind that is repeated.
    pub fn note(&mut self, event: &CallEvent) {
        self.0.extend(fingerprint(event));
    }
}

/// What is told at one moment is the same fact only if told again for that moment; what was merely heard is the same fact
/// whenever it is heard again.
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
