//! The rows that a call makes.

use super::document::{Asset, CallDocument, Participant, Speaker, TURNS};
use super::tables::{
    AssetRow, CallRow, CorrectionRow, FieldRow, FilterCountRow, ParticipantRow, SearchRow, SegmentRow,
};
use crate::engine::Totals;
use crate::facts::Filter;
use crate::rows::Rows;
use domain::Timestamp;
use domain::call::value::{Direction, ParticipantRole, Phase};

impl CallDocument {
    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        rows.push(self.call_row(id));
        rows.push(SearchRow {
            call_id: id.to_owned(),
            text: super::search::text_of(self),
        });
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
        let count =
            |speaker| i64::try_from(self.turns.keys().filter(|(_, s)| *s == speaker).count()).unwrap_or(i64::MAX);
        let corrections = self
            .corrections
            .values()
            .filter(|c| !c.withdrawn && c.by.is_some())
            .count();
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
            review_status: if grade.is_some() || corrections > 0 {
                "reviewed"
            } else {
                "pending"
            }
            .to_owned(),
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
            sentiment: summary
                .and_then(|summary| summary.sentiment)
                .map(|mood| mood.as_str().to_owned()),
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
            in_pending_review: facts.is_in(Filter::PendingReview),
            in_answered: facts.is_in(Filter::Answered),
            in_taken_over: facts.is_in(Filter::TakenOver),
            in_transferred: facts.is_in(Filter::Transferred),
            in_recorded: facts.is_in(Filter::Recorded),
            facts: facts.to_json(),
        }
    }

    fn write_participants(&self, id: &str, rows: &mut Rows) {
        let row = |leg: &str, participant: &Participant, role: ParticipantRole| ParticipantRow {
            call_id: id.to_owned(),
            leg: leg.to_owned(),
            tenant: self.facts.tenant.0.clone(),
            role: role.as_str().to_owned(),
            joined_at: self.joined_at(leg, participant).map(Timestamp::as_micros),
            joined_told: participant.joined.is_some_and(|moment| moment.told),
            left_at: participant.left.map(|moment| moment.at.as_micros()),
            left_told: participant.left.is_some_and(|moment| moment.told),
            said: participant.role.is_some(),
        };
        for (leg, participant) in &self.participants {
            rows.push(row(
                leg,
                participant,
                participant.role.unwrap_or(ParticipantRole::Caller),
            ));
        }
        // The first leg takes part even if nobody reported that it joined anything.
        if let Some(leg) = self
            .facts
            .call_sid()
            .filter(|leg| !self.participants.contains_key(*leg))
        {
            let from_browser = self.facts.direction() == Some(Direction::Outbound) && self.facts.purpose().is_none();
            let role = if from_browser {
                ParticipantRole::Agent
            } else {
                ParticipantRole::Caller
            };
            rows.push(row(leg, &Participant::default(), role));
        }
    }

    /// When a leg joined. When we heard of it depends on how late the news came; but the first leg was there from the
    /// beginning, of which more is known.
    fn joined_at(&self, leg: &str, participant: &Participant) -> Option<Timestamp> {
        let joined = participant.joined?;
        let is_first = self.facts.call_sid() == Some(leg);
        Some(if is_first && !joined.told {
            self.facts.started_at()
        } else {
            joined.at
        })
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
}

impl Asset {
    fn row(&self, id: &str, recording: &str, tenant: String) -> AssetRow {
        let state = match self {
            Self { archived: Some(_), .. } => "archived",
            Self {
                unavailable: Some(_), ..
            } => "unavailable",
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
}
