//! Folds events into a [`CallDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::document::{Archived, Asset, CallDocument, Participant, Speaker, Summary, Turn};
use domain::call::CallEvent;
use domain::call::observed_at::{ObservedAt, least};
use domain::call::value::{ParticipantRole, Phase, Segment};
use domain::{Personal, Tenant};

impl CallDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        self.view.fold(tenant, event);
        self.fold_conversation(event);
        self.fold_legs(event);
        self.fold_recordings(event);
        self.fold_review(event);
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
                    text: stored_text(text),
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
                    text: stored_text(text),
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
                    entry.heard_text = stored_text(heard_text);
                }
            }
            E::FieldCollected {
                field, value, valid, ..
            } => {
                self.fields.insert(field.clone(), (stored_text(value), *valid));
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

    fn fold_recordings(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::RecordingStarted {
                phase, recording_sid, ..
            } => {
                self.asset(*phase, recording_sid);
            }
            E::RecordingPaused {
                phase, recording_sid, ..
            } => self.asset(*phase, recording_sid).paused = true,
            E::RecordingResumed {
                phase, recording_sid, ..
            } => self.asset(*phase, recording_sid).paused = false,
            E::RecordingReady {
                phase,
                recording_sid,
                url,
                duration_s,
                channels,
                ..
            } => {
                let asset = self.asset(*phase, recording_sid);
                asset.url = least(asset.url.take(), Some(url.clone()));
                asset.duration_s = asset.duration_s.max(*duration_s);
                asset.channels = asset.channels.max(*channels);
            }
            E::RecordingArchived {
                phase,
                recording_sid,
                key,
                bytes,
                sha256,
                content_type,
                ..
            } => {
                let archived = Archived {
                    key: key.clone(),
                    bytes: *bytes,
                    sha256: sha256.clone(),
                    content_type: content_type.clone(),
                };
                let asset = self.asset(*phase, recording_sid);
                asset.archived = least(asset.archived.take(), Some(archived));
            }
            E::RecordingUnavailable {
                phase,
                recording_sid,
                reason,
                attempts,
                ..
            } => {
                let none = format!("none:{phase}");
                let asset = self.asset(*phase, recording_sid.as_ref().unwrap_or(&none));
                asset.unavailable = least(asset.unavailable.take(), Some(reason.clone()));
                asset.attempts = asset.attempts.max(Some(*attempts));
            }
            E::TranscriptReady {
                phase,
                segments: Personal::Known(segments),
                engine,
                ..
            } => {
                let known = self.transcripts.entry((*phase, engine.clone())).or_default();
                if is_fuller(segments, known) {
                    known.clone_from(segments);
                }
            }
            _ => {}
        }
    }

    fn asset(&mut self, phase: Phase, recording: &str) -> &mut Asset {
        let asset = self.assets.entry(recording.to_owned()).or_insert(Asset {
            phase,
            paused: false,
            url: None,
            duration_s: None,
            channels: None,
            archived: None,
            unavailable: None,
            attempts: None,
        });
        asset.phase = asset.phase.min(phase);
        asset
    }

    fn fold_review(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::CallSummarized {
                summary,
                outcome,
                interest,
                next_action,
                goal_achieved,
                lead_score,
                sentiment,
                model,
                ..
            } => {
                self.summary = Some(Summary {
                    text: stored_text(summary),
                    outcome: outcome.clone(),
                    interest: interest.clone(),
                    next_action: next_action.as_ref().and_then(stored_text),
                    goal_achieved: *goal_achieved,
                    lead_score: *lead_score,
                    sentiment: *sentiment,
                    model: model.clone(),
                });
            }
            E::CorrectionNoted {
                at,
                correction,
                note,
                turn,
                by,
            } => {
                let entry = self.corrections.entry(*correction).or_default();
                entry.turn = *turn;
                entry.note = stored_text(note);
                entry.by = Some(by.clone());
                entry.at = Some(*at);
            }
            E::CorrectionWithdrawn { correction, .. } => {
                self.corrections.entry(*correction).or_default().withdrawn = true;
            }
            _ => {}
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
        if let Some(summary) = &mut self.summary {
            summary.text = None;
            summary.next_action = None;
        }
        self.corrections
            .values_mut()
            .for_each(|correction| correction.note = None);
        self.fields.values_mut().for_each(|(value, _)| *value = None);
    }
}

fn stored_text(text: &Personal<String>) -> Option<String> {
    // PostgreSQL cannot store the character NUL. Comparisons must use the stored form.
    text.text().map(|text| {
        if text.contains('\0') {
            text.replace('\0', "\u{fffd}")
        } else {
            text.to_owned()
        }
    })
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
