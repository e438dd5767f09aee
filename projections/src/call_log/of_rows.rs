//! Restores a call from its rows.

use super::document::{Archived, Asset, CallDocument, Correction, Participant, Speaker, Summary, TURNS, Turn};
use super::tables::{AssetRow, CallRow, CorrectionRow, FieldRow, ParticipantRow, SegmentRow};
use crate::rows::{ForeignRow, Row, Rows};
use domain::Timestamp;
use domain::call::observed_at::ObservedAt;
use domain::call::value::{ClockSource, Segment};
use domain::call::view::CallView;

impl CallDocument {
    pub(super) fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        let mut document = Self::default();
        for row in rows.take::<CallRow>()? {
            document.view = CallView::from_json(&row.call_view).ok_or(ForeignRow(CallRow::TABLE.name))?;
            document.summary = row.summary_model.map(|model| Summary {
                text: row.summary,
                outcome: row.summary_outcome.unwrap_or_default(),
                interest: row.interest,
                next_action: row.next_action,
                goal_achieved: row.goal_achieved,
                lead_score: row.lead_score.and_then(|score| u8::try_from(score).ok()),
                sentiment: row.sentiment.and_then(|mood| mood.parse().ok()),
                model,
            });
        }
        for row in rows.take::<ParticipantRow>()? {
            let observed = |at: Option<i64>, is_provider| {
                let clock = if is_provider {
                    ClockSource::Provider
                } else {
                    ClockSource::Local
                };
                at.map(|at| ObservedAt::new(Timestamp(at), clock))
            };
            let participant = Participant {
                role: if row.role_reported { row.role.parse().ok() } else { None },
                joined: observed(row.joined_at, row.joined_provider_clock),
                left: observed(row.left_at, row.left_provider_clock),
            };
            if participant.role.is_some() {
                document.participants.insert(row.leg, participant);
            }
        }
        for row in rows.take::<SegmentRow>()? {
            document.take_segment(row)?;
        }
        for row in rows.take::<AssetRow>()? {
            let foreign = ForeignRow(AssetRow::TABLE.name);
            document
                .assets
                .insert(row.recording.clone(), Asset::of_row(row).ok_or(foreign)?);
        }
        for row in rows.take::<CorrectionRow>()? {
            let correction = Correction {
                turn: small(row.turn),
                note: row.note,
                by: row.noted_by,
                at: row.noted_at.map(Timestamp),
                withdrawn: row.withdrawn,
            };
            document
                .corrections
                .insert(small(Some(row.correction)).unwrap_or_default(), correction);
        }
        for row in rows.take::<FieldRow>()? {
            document.fields.insert(row.field, (row.value, row.valid));
        }
        Ok(document)
    }

    fn take_segment(&mut self, row: SegmentRow) -> Result<(), ForeignRow> {
        let foreign = ForeignRow(SegmentRow::TABLE.name);
        if row.engine != TURNS {
            let phase = row.phase.parse().map_err(|_| foreign)?;
            // Rows are sorted by key, hence by segment number.
            self.transcripts.entry((phase, row.engine)).or_default().push(Segment {
                speaker: row.speaker,
                text: row.text.ok_or(foreign)?,
                start_ms: small(row.start_ms),
                end_ms: small(row.end_ms),
                sentiment: row.sentiment.and_then(|mood| mood.parse().ok()),
            });
            return Ok(());
        }
        let speaker = if row.speaker == Speaker::Ai.as_str() {
            Speaker::Ai
        } else {
            Speaker::Caller
        };
        let turn = Turn {
            text: row.text,
            started_at: row.started_at.map(Timestamp),
            ended_at: row.ended_at.map(Timestamp),
            confidence: row.confidence,
            source: row.source,
            persona_version: small(row.persona_version),
            model: row.model,
            latency_ms: small(row.latency_ms),
            tokens: small(row.tokens_in).zip(small(row.tokens_out)),
            heard_ms: small(row.heard_ms),
            heard_text: row.heard_text,
        };
        self.turns
            .insert((small(Some(row.n)).unwrap_or_default(), speaker), turn);
        Ok(())
    }
}

impl Asset {
    fn of_row(row: AssetRow) -> Option<Self> {
        let archived = row.blob_key.map(|key| Archived {
            key,
            bytes: row
                .bytes
                .and_then(|bytes| u64::try_from(bytes).ok())
                .unwrap_or_default(),
            sha256: row.sha256.unwrap_or_default(),
            content_type: row.content_type.unwrap_or_default(),
        });
        Some(Self {
            phase: row.phase.parse().ok()?,
            paused: row.paused,
            url: row.url,
            duration_s: small(row.duration_s),
            channels: small(row.channels),
            archived,
            unavailable: row.unavailable,
            attempts: small(row.attempts),
        })
    }
}

fn small(value: Option<i64>) -> Option<u32> {
    value.and_then(|value| u32::try_from(value).ok())
}
