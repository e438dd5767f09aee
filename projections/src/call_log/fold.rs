//! Folds events into a [`CallDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::document::{CallDocument, Participant, Speaker, Turn};
use domain::call::CallEvent;
use domain::call::observed_at::{ObservedAt, least};
use domain::call::value::{ParticipantRole, Segment};
use domain::{Personal, Tenant};

impl CallDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        self.view.fold(tenant, event);
        self.fold_conversation(event);
        self.fold_legs(event);
        self.fold_transcript(event);
        if self.view.erased {
            self.forget();
        }
    }

    fn fold_conversation(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallerTurn {
                turn,
                text,
                confidence,
                started_at,
                ended_at,
                source,
                ..
            } => {
                let entry = self.turns.entry((*turn, Speaker::Caller)).or_default();
                let new = Turn {
                    text: known_text(text),
                    confidence: *confidence,
                    started_at: *started_at,
                    ended_at: *ended_at,
                    source: Some(source.clone()),
                    ..Turn::default()
                };
                if entry.source.is_none() || new.text < entry.text {
                    *entry = new;
                }
            }
            E::AiTurn {
                turn,
                text,
                persona_version,
                model,
                latency_ms,
                tokens,
                ..
            } => {
                let entry = self.turns.entry((*turn, Speaker::Ai)).or_default();
                let new = Turn {
                    text: known_text(text),
                    persona_version: Some(*persona_version),
                    model: model.clone(),
                    latency_ms: *latency_ms,
                    tokens: tokens.map(|tokens| (tokens.input, tokens.output)),
                    heard_ms: entry.heard_ms,
                    heard_text: entry.heard_text.clone(),
                    ..Turn::default()
                };
                if entry.persona_version.is_none() || new.text < entry.text {
                    *entry = new;
                }
            }
            E::AiTurnInterrupted {
                turn,
                heard_ms,
                heard_text,
                ..
            } => {
                let entry = self.turns.entry((*turn, Speaker::Ai)).or_default();
                if entry.heard_ms.is_none_or(|known| *heard_ms > known) {
                    entry.heard_ms = Some(*heard_ms);
                    entry.heard_text = known_text(heard_text);
                }
            }
            E::FieldCollected {
                field, value, valid, ..
            } => {
                self.fields.insert(field.clone(), (known_text(value), *valid));
            }
            _ => {}
        }
    }

    fn fold_legs(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::ParticipantJoined {
                at,
                clock,
                call_sid,
                role,
                ..
            } => {
                let leg = self.leg(call_sid, *role);
                ObservedAt::note_earliest(&mut leg.joined, ObservedAt::new(*at, *clock));
            }
            E::ParticipantLeft {
                at,
                clock,
                call_sid,
                role,
            } => {
                let leg = self.leg(call_sid, *role);
                ObservedAt::note_latest(&mut leg.left, ObservedAt::new(*at, *clock));
            }
            _ => {}
        }
    }

    fn leg(&mut self, call_sid: &str, role: ParticipantRole) -> &mut Participant {
        let leg = self.participants.entry(call_sid.to_owned()).or_default();
        leg.role = least(leg.role, Some(role));
        leg
    }

    fn fold_transcript(&mut self, event: &CallEvent) {
        if let CallEvent::TranscriptReady {
            phase,
            segments: Personal::Known(segments),
            engine,
            ..
        } = event
        {
            let known = self.transcripts.entry((*phase, engine.clone())).or_default();
            if is_fuller(segments, known) {
                known.clone_from(segments);
            }
        }
    }

    /// Erases all personal values. The result is the same whether they were known before or not.
    fn forget(&mut self) {
        for turn in self.turns.values_mut() {
            turn.text = None;
            turn.heard_text = None;
        }
        // Once the key is destroyed, the number of segments is unknown.
        self.transcripts.clear();
        self.fields.values_mut().for_each(|(value, _)| *value = None);
    }
}

fn known_text(text: &Personal<String>) -> Option<String> {
    text.text().map(str::to_owned)
}

/// Whether `new` replaces `old`, two transcripts of one phase by one engine: the longer one wins, and ties are broken
/// the same way in any order.
fn is_fuller(new: &[Segment], old: &[Segment]) -> bool {
    let weight = |segments: &[Segment]| segments.iter().map(|segment| segment.text.len()).sum::<usize>();
    let texts = |segments: &[Segment]| serde_json::to_string(segments).unwrap_or_default();
    match (new.len(), weight(new)).cmp(&(old.len(), weight(old))) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => new != old && texts(new) < texts(old),
    }
}
