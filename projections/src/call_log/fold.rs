//! How events change what is known of a call in `call_log`. Pure; any order and repetition of callbacks ends the same.

use super::document::{Archived, Asset, CallDocument, Participant, Speaker, Summary, Turn};
use domain::call::CallEvent;
use domain::call::moment::{Moment, least};
use domain::call::value::{ParticipantRole, Phase, Segment};
use domain::{Personal, Tenant};

impl CallDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        self.facts.fold(tenant, event);
        self.fold_talk(event);
        self.fold_legs(event);
        self.fold_sound(event);
        self.fold_aftermath(event);
        if self.facts.erased {
            self.forget();
        }
    }

    fn fold_talk(&mut self, event: &CallEvent) {
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
                let place = self.turns.entry((*turn, Speaker::Caller)).or_default();
                let said = Turn {
                    text: known(text),
                    confidence: *confidence,
                    started_at: *started_at,
                    ended_at: *ended_at,
                    source: Some(source.clone()),
                    ..Turn::default()
                };
                if place.source.is_none() || said.text < place.text {
                    *place = said;
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
                let place = self.turns.entry((*turn, Speaker::Ai)).or_default();
                let said = Turn {
                    text: known(text),
                    persona_version: Some(*persona_version),
                    model: model.clone(),
                    latency_ms: *latency_ms,
                    tokens: tokens.map(|tokens| (tokens.input, tokens.output)),
                    heard_ms: place.heard_ms,
                    heard_text: place.heard_text.clone(),
                    ..Turn::default()
                };
                if place.persona_version.is_none() || said.text < place.text {
                    *place = said;
                }
            }
            E::AiTurnInterrupted {
                turn,
                heard_ms,
                heard_text,
                ..
            } => {
                let place = self.turns.entry((*turn, Speaker::Ai)).or_default();
                if place.heard_ms.is_none_or(|known| *heard_ms > known) {
                    place.heard_ms = Some(*heard_ms);
                    place.heard_text = known(heard_text);
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

    fn fold_legs(&mut self, event: &CallEvent) {
        use CallEvent as E;
        match event {
            E::ParticipantJoined {
                at,
                told,
                call_sid,
                role,
                ..
            } => {
                let leg = self.leg(call_sid, *role);
                Moment::note_earliest(&mut leg.joined, Moment::new(*at, *told));
            }
            E::ParticipantLeft {
                at,
                told,
                call_sid,
                role,
            } => {
                let leg = self.leg(call_sid, *role);
                Moment::note_latest(&mut leg.left, Moment::new(*at, *told));
            }
            _ => {}
        }
    }

    fn leg(&mut self, call_sid: &str, role: ParticipantRole) -> &mut Participant {
        let leg = self.participants.entry(call_sid.to_owned()).or_default();
        leg.role = least(leg.role, Some(role));
        leg
    }

    fn fold_sound(&mut self, event: &CallEvent) {
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
                if fuller(segments, known) {
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

    fn fold_aftermath(&mut self, event: &CallEvent) {
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
                    text: known(summary),
                    outcome: outcome.clone(),
                    interest: interest.clone(),
                    next_action: next_action.as_ref().and_then(known),
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
                let place = self.corrections.entry(*correction).or_default();
                place.turn = *turn;
                place.note = known(note);
                place.by = Some(by.clone());
                place.at = Some(*at);
            }
            E::CorrectionWithdrawn { correction, .. } => {
                self.corrections.entry(*correction).or_default().withdrawn = true;
            }
            _ => {}
        }
    }

    /// The form of a call that was erased, whether its values were known before or never.
    fn forget(&mut self) {
        for turn in self.turns.values_mut() {
            turn.text = None;
            turn.heard_text = None;
        }
        // How many segments there were cannot be known once their key is gone.
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

fn known(text: &Personal<String>) -> Option<String> {
    // PostgreSQL cannot hold the character NUL; what is compared must be what is stored.
    text.text().map(|text| {
        if text.contains('\0') {
            text.replace('\0', "\u{fffd}")
        } else {
            text.to_owned()
        }
    })
}

/// Of two transcripts of one phase by one engine, whichever says more; when both say as much, either, but always the same.
fn fuller(new: &[Segment], old: &[Segment]) -> bool {
    let weight = |segments: &[Segment]| segments.iter().map(|segment| segment.text.len()).sum::<usize>();
    let texts = |segments: &[Segment]| serde_json::to_string(segments).unwrap_or_default();
    match (new.len(), weight(new)).cmp(&(old.len(), weight(old))) {
        std::cmp::Ordering::Greater => true,
        std::cmp::Ordering::Less => false,
        std::cmp::Ordering::Equal => new != old && texts(new) < texts(old),
    }
}
