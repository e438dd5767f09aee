//! What is known of a call in `call_log`, and the rows it makes and is made of again.

use super::tables::{
    AssetRow, CallRow, CorrectionRow, FieldRow, FilterCountRow, ParticipantRow, SearchRow, SegmentRow,
};
use crate::engine::Totals;
use crate::facts::{CallFacts, Filter};
use crate::rows::{ForeignRow, Row, Rows};
use domain::call::moment::Moment;
use domain::call::value::{Direction, ParticipantRole, Phase, Segment, Sentiment};
use domain::Timestamp;
use std::collections::BTreeMap;

/// A call with everything that belongs to it.
#[derive(Clone, Debug, Default)]
pub struct CallDocument {
    pub(super) facts: CallFacts,
    pub(super) summary: Option<Summary>,
    /// By leg.
    pub(super) participants: BTreeMap<String, Participant>,
    /// By place and speaker.
    pub(super) turns: BTreeMap<(u32, Speaker), Turn>,
    /// By phase and engine.
    pub(super) transcripts: BTreeMap<(Phase, String), Vec<Segment>>,
    /// By recording.
    pub(super) assets: BTreeMap<String, Asset>,
    /// By number.
    pub(super) corrections: BTreeMap<u32, Correction>,
    /// By name.
    pub(super) fields: BTreeMap<String, (Option<String>, bool)>,
}

/// The `engine` of segments that are turns of the conversation as it went.
pub const TURNS: &str = "turns";

#[derive(Clone, Debug, PartialEq)]
pub(super) struct Summary {
    pub text: Option<String>,
    pub outcome: String,
    pub interest: Option<String>,
    pub next_action: Option<String>,
    pub goal_achieved: Option<bool>,
    pub lead_score: Option<u8>,
    pub sentiment: Option<Sentiment>,
    pub model: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Participant {
    pub role: Option<ParticipantRole>,
    pub joined: Option<Moment>,
    pub left: Option<Moment>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) enum Speaker {
    Ai,
    Caller,
}

impl Speaker {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Ai => "ai",
            Self::Caller => "caller",
        }
    }
}

#[derive(Clone, Debug, Default)]
pub(super) struct Turn {
    pub text: Option<String>,
    pub started_at: Option<Timestamp>,
    pub ended_at: Option<Timestamp>,
    pub confidence: Option<f64>,
    pub source: Option<String>,
    pub persona_version: Option<u32>,
    pub model: Option<String>,
    pub latency_ms: Option<u32>,
    pub tokens: Option<(u32, u32)>,
    pub heard_ms: Option<u32>,
    pub heard_text: Option<String>,
}

#[derive(Clone, Debug)]
pub(super) struct Asset {
    pub phase: Phase,
    pub paused: bool,
    pub url: Option<String>,
    pub duration_s: Option<u32>,
    pub channels: Option<u32>,
    pub archived: Option<Archived>,
    pub unavailable: Option<String>,
    pub attempts: Option<u32>,
}

#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(super) struct Archived {
    pub key: String,
    pub bytes: u64,
    pub sha256: String,
    pub content_type: String,
}

#[derive(Clone, Debug, Default)]
pub(super) struct Correction {
    pub turn: Option<u32>,
    pub note: Option<String>,
    pub by: Option<String>,
    pub at: Option<Timestamp>,
    pub withdrawn: bool,
}

impl CallDocument {
    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        rows.push(self.call_row(id));
        rows.push(SearchRow { call_id: id.to_owned(), text: super::search::text_of(self) });
        self.write_participants(id, rows);
        self.write_segments(id, rows);
        let tenant = || self.facts.tenant.0.clone();
        for (recording, asset) in &self.assets {
            rows.push(asset.row(id, recording, tenant()));
        }
        for (number, correction) in &self.corrections {
            rows.push(CorrectionRow {
                call_id: id.to_owned(),
                correction: i64::from(*number),
                tenant: tenant(),
                turn: correction.turn.map(i64::from),
                note: correction.note.clone(),
                noted_by: correction.by.clone(),
                noted_at: correction.at.map(Timestamp::as_micros),
                withdrawn: correction.withdrawn,
            });
        }
        for (field, (value, valid)) in &self.fields {
            rows.push(FieldRow {
                call_id: id.to_owned(),
                field: field.clone(),
                tenant: tenant(),
                value: value.clone(),
                valid: *valid,
            });
        }
    }

    pub(super) fn write_totals(&self, totals: &mut Totals) {
        for filter in Filter::ALL.iter().filter(|filter| self.facts.is_in(**filter)) {
            totals.add(FilterCountRow {
                tenant: self.facts.tenant.0.clone(),
                filter: filter.as_str().to_owned(),
                calls: 1,
            });
        }
    }

    fn call_row(&self, id: &str) -> CallRow {
        let facts = &self.facts;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let latencies = || self.turns.values().filter_map(|turn| turn.latency_ms).map(i64::from);
        let count = |speaker| i64::try_from(self.turns.keys().filter(|(_, s)| *s == speaker).count()).unwrap_or(i64::MAX);
        let corrections = self.corrections.values().filter(|c| !c.withdrawn && c.by.is_some()).count();
        let grade = facts.review.grade.as_ref();
        let resolution = facts.review.resolution.as_ref();
        let summary = self.summary.as_ref();
        CallRow {
            call_id: id.to_owned(),
            tenant: facts.tenant.0.clone(),
            direction: facts.direction().map(|direction| direction.as_str().to_owned()),
            call_type: facts.call_type().to_owned(),
            lead: text(facts.lead()),
            caller_number: text(facts.caller_number()),
            caller_name: text(facts.caller_name()),
            called_number: text(facts.called_number()),
            agent: text(facts.agent()),
            number: text(facts.number()),
            attestation: text(facts.attestation()),
            status: facts.status().as_str().to_owned(),
            outcome: facts.outcome().map(|outcome| outcome.as_str().to_owned()),
            ended_by: facts.ended_by().map(|by| by.as_str().to_owned()),
            failure_reason: text(facts.failure_reason()),
            started_at: facts.started_at().as_micros(),
            answered_at: facts.answered_at().map(Timestamp::as_micros),
            answered_by: facts.answered_by().map(|by| by.as_str().to_owned()),
            ended_at: facts.ended_at().map(Timestamp::as_micros),
            duration_s: facts.duration_s(),
            voicemail: facts.is_voicemail(),
            voicemail_reason: facts.voicemail_reason().map(|reason| reason.as_str().to_owned()),
            recorded: facts.is_recorded(),
            phases: facts.phases().to_text(),
            persona_version: facts.persona_version.map(i64::from),
            caller_turns: count(Speaker::Caller),
            ai_turns: count(Speaker::Ai),
            interruptions: i64::try_from(self.turns.values().filter(|turn| turn.heard_ms.is_some()).count())
                .unwrap_or(i64::MAX),
            latency_count: i64::try_from(latencies().count()).unwrap_or(i64::MAX),
            latency_sum_ms: latencies().sum(),
            latency_max_ms: latencies().max(),
            taken_over_by: text(facts.taken_over_by()),
            transferred: facts.is_transferred(),
            transferred_to: text(facts.transferred_to()),
            escalated: facts.escalated,
            do_not_call: facts.do_not_call,
            grade: grade.map(|graded| graded.grade.as_str().to_owned()),
            graded_by: grade.map(|graded| graded.by.clone()),
            graded_at: grade.map(|graded| graded.at.as_micros()),
            review_status: if grade.is_some() || corrections > 0 { "reviewed" } else { "pending" }.to_owned(),
            disposition: resolution.map(|resolution| resolution.disposition.clone()),
            disposition_label: resolution.and_then(|resolution| resolution.label.clone()),
            resolved_by: resolution.map(|resolution| resolution.by.clone()),
            resolved_at: resolution.map(|resolution| resolution.at.as_micros()),
            notes: facts.review.notes.as_ref().and_then(|notes| text(notes.text())),
            corrections: i64::try_from(corrections).unwrap_or(i64::MAX),
            summary: summary.and_then(|summary| summary.text.clone()),
            summary_outcome: summary.map(|summary| summary.outcome.clone()),
            interest: summary.and_then(|summary| summary.interest.clone()),
            next_action: summary.and_then(|summary| summary.next_action.clone()),
            goal_achieved: summary.and_then(|summary| summary.goal_achieved),
            lead_score: summary.and_then(|summary| summary.lead_score).map(i64::from),
            sentiment: summary.and_then(|summary| summary.sentiment).map(|mood| mood.as_str().to_owned()),
            summary_model: summary.map(|summary| summary.model.clone()),
            hidden: facts.hidden,
            erased: facts.erased,
            in_all: facts.is_in(Filter::All),
            in_inbound: facts.is_in(Filter::Inbound),
            in_outbound: facts.is_in(Filter::Outbound),
            in_voicemail: facts.is_in(Filter::Voicemail),
            in_failed: facts.is_in(Filter::Failed),
            in_busy_no_answer: facts.is_in(Filter::BusyNoAnswer),
            in_resolved: facts.is_in(Filter::Resolved),
            in_missed: facts.is_in(Filter::Missed),
            facts: facts.to_json(),
        }
    }

    fn write_participants(&self, id: &str, rows: &mut Rows) {
        let row = |leg: &str, participant: &Participant, role: ParticipantRole| ParticipantRow {
            call_id: id.to_owned(),
            leg: leg.to_owned(),
            tenant: self.facts.tenant.0.clone(),
            role: role.as_str().to_owned(),
            joined_at: participant.joined.map(|moment| moment.at.as_micros()),
            joined_told: participant.joined.is_some_and(|moment| moment.told),
            left_at: participant.left.map(|moment| moment.at.as_micros()),
            left_told: participant.left.is_some_and(|moment| moment.told),
            said: participant.role.is_some(),
        };
        for (leg, participant) in &self.participants {
            rows.push(row(leg, participant, participant.role.unwrap_or(ParticipantRole::Caller)));
        }
        // The first leg takes part even if nobody reported that it joined anything.
        if let Some(leg) = self.facts.call_sid().filter(|leg| !self.participants.contains_key(*leg)) {
            let from_browser = self.facts.direction() == Some(Direction::Outbound) && self.facts.purpose().is_none();
            let role = if from_browser { ParticipantRole::Agent } else { ParticipantRole::Caller };
            rows.push(row(leg, &Participant::default(), role));
        }
    }

    fn write_segments(&self, id: &str, rows: &mut Rows) {
        let blank = |phase: Phase, engine: &str, n: i64, speaker: &str| SegmentRow {
            call_id: id.to_owned(),
            phase: phase.as_str().to_owned(),
            engine: engine.to_owned(),
            n,
            speaker: speaker.to_owned(),
            tenant: self.facts.tenant.0.clone(),
            text: None,
            sentiment: None,
            start_ms: None,
            end_ms: None,
            started_at: None,
            ended_at: None,
            confidence: None,
            source: None,
            persona_version: None,
            model: None,
            latency_ms: None,
            tokens_in: None,
            tokens_out: None,
            heard_ms: None,
            heard_text: None,
        };
        for ((n, speaker), turn) in &self.turns {
            rows.push(SegmentRow {
                text: turn.text.clone(),
                started_at: turn.started_at.map(Timestamp::as_micros),
                ended_at: turn.ended_at.map(Timestamp::as_micros),
                confidence: turn.confidence,
                source: turn.source.clone(),
                persona_version: turn.persona_version.map(i64::from),
                model: turn.model.clone(),
                latency_ms: turn.latency_ms.map(i64::from),
                tokens_in: turn.tokens.map(|tokens| i64::from(tokens.0)),
                tokens_out: turn.tokens.map(|tokens| i64::from(tokens.1)),
                heard_ms: turn.heard_ms.map(i64::from),
                heard_text: turn.heard_text.clone(),
                ..blank(Phase::Ai, TURNS, i64::from(*n), speaker.as_str())
            });
        }
        for ((phase, engine), segments) in &self.transcripts {
            for (n, segment) in (1..).zip(segments) {
                rows.push(SegmentRow {
                    text: Some(segment.text.clone()),
                    sentiment: segment.sentiment.map(|mood| mood.as_str().to_owned()),
                    start_ms: segment.start_ms.map(i64::from),
                    end_ms: segment.end_ms.map(i64::from),
                    ..blank(*phase, engine, n, &segment.speaker)
                });
            }
        }
    }

    pub(super) fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        let mut document = Self::default();
        for row in rows.take::<CallRow>()? {
            document.facts = CallFacts::of_json(&row.facts).ok_or(ForeignRow(CallRow::TABLE.name))?;
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
            let moment = |at: Option<i64>, told| at.map(|at| Moment::new(Timestamp(at), told));
            let participant = Participant {
                role: if row.said { row.role.parse().ok() } else { None },
                joined: moment(row.joined_at, row.joined_told),
                left: moment(row.left_at, row.left_told),
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
            document.assets.insert(row.recording.clone(), Asset::of_row(row).ok_or(foreign)?);
        }
        for row in rows.take::<CorrectionRow>()? {
            let correction = Correction {
                turn: small(row.turn),
                note: row.note,
                by: row.noted_by,
                at: row.noted_at.map(Timestamp),
                withdrawn: row.withdrawn,
            };
            document.corrections.insert(small(Some(row.correction)).unwrap_or_default(), correction);
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
            // Rows come by key, hence by their place.
            self.transcripts.entry((phase, row.engine)).or_default().push(Segment {
                speaker: row.speaker,
                text: row.text.ok_or(foreign)?,
                start_ms: small(row.start_ms),
                end_ms: small(row.end_ms),
                sentiment: row.sentiment.and_then(|mood| mood.parse().ok()),
            });
            return Ok(());
        }
        let speaker = if row.speaker == Speaker::Ai.as_str() { Speaker::Ai } else { Speaker::Caller };
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
        self.turns.insert((small(Some(row.n)).unwrap_or_default(), speaker), turn);
        Ok(())
    }
}

impl Asset {
    fn row(&self, id: &str, recording: &str, tenant: String) -> AssetRow {
        let state = match self {
            Self { archived: Some(_), .. } => "archived",
            Self { unavailable: Some(_), .. } => "unavailable",
            Self { url: Some(_), .. } => "ready",
            Self { paused: true, .. } => "paused",
            _ => "recording",
        };
        let archived = self.archived.as_ref();
        AssetRow {
            call_id: id.to_owned(),
            recording: recording.to_owned(),
            tenant,
            phase: self.phase.as_str().to_owned(),
            state: state.to_owned(),
            paused: self.paused,
            url: self.url.clone(),
            duration_s: self.duration_s.map(i64::from),
            channels: self.channels.map(i64::from),
            blob_key: archived.map(|archived| archived.key.clone()),
            bytes: archived.map(|archived| i64::try_from(archived.bytes).unwrap_or(i64::MAX)),
            sha256: archived.map(|archived| archived.sha256.clone()),
            content_type: archived.map(|archived| archived.content_type.clone()),
            unavailable: self.unavailable.clone(),
            attempts: self.attempts.map(i64::from),
        }
    }

    fn of_row(row: AssetRow) -> Option<Self> {
        let archived = row.blob_key.map(|key| Archived {
            key,
            bytes: row.bytes.and_then(|bytes| u64::try_from(bytes).ok()).unwrap_or_default(),
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
