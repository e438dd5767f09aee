//! Folds events into a [`CallDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::document::{CallDocument, Speaker, Turn, known};
use domain::call::CallEvent;
use domain::call::value::Segment;
use domain::{Personal, Tenant};

impl CallDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        self.view.fold(tenant, event);
        self.fold_conversation(event);
        self.fold_transcript(event);
        if self.view.erased {
            self.forget();
        }
    }

    fn fold_conversation(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::AiDisclosed { text, .. } => notice(&mut self.notices[0], text),
            E::ConsentNoticePlayed { text, .. } => notice(&mut self.notices[1], text),
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
                    text: known(text),
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
                    text: known(text),
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
                    entry.heard_text = known(heard_text);
                }
            }
            E::FieldCollected {
                field, value, valid, ..
            } => {
                self.fields.insert(field.clone(), (known(value), *valid));
            }
            _ => {}
        }
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
        self.notices = [None, None];
        for turn in self.turns.values_mut() {
            turn.text = None;
            turn.heard_text = None;
        }
        // Once the key is destroyed, the number of segments is unknown.
        self.transcripts.clear();
        self.fields.values_mut().for_each(|(value, _)| *value = None);
    }
}

/// Of two reports of one notice the lesser one counts, in any order.
fn notice(known: &mut Option<String>, text: &str) {
    if known.as_deref().is_none_or(|known| text < known) {
        *known = Some(text.to_owned());
    }
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
