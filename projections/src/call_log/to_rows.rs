//! Converts a call to its rows.

use super::document::{CallDocument, NOTICES, Speaker, TURNS, known};
use super::tables::{
    AssetRow, CallRow, CorrectionRow, FieldRow, FilterCountRow, ParticipantRow, SearchRow, SegmentRow,
};
use crate::engine::Totals;
use crate::rows::Rows;
use domain::Timestamp;
use domain::call::recordings::{Recording, Unavailable};
use domain::call::state::LegState;
use domain::call::value::{Direction, ParticipantRole, Phase};
use domain::call::view::Filter;

impl CallDocument {
    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        rows.push(self.call_row(id));
        rows.push(SearchRow {
            call_id: id.to_owned(),
            text: super::search::text_of(self),
        });
        self.write_participants(id, rows);
        self.write_segments(id, rows);
        let tenant = || self.view.tenant.0.clone();
        for (sid, recording) in &self.view.recordings.by_sid {
            rows.push(recording_row(id, sid, tenant(), recording));
        }
        for (phase, unavailable) in &self.view.recordings.failed {
            rows.push(unrecorded_row(id, *phase, tenant(), unavailable));
        }
        for (number, correction) in &self.view.review.corrections {
            rows.push(CorrectionRow {
                call_id: id.to_owned(),
                correction: i64::from(*number),
                tenant: tenant(),
                turn: correction.turn.map(i64::from),
                note: known(&correction.note),
                noted_by: Some(correction.by.clone()),
                noted_at: Some(correction.at.as_micros()),
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
        for filter in Filter::ALL.iter().filter(|filter| self.view.is_in(**filter)) {
            totals.add(FilterCountRow {
                tenant: self.view.tenant.0.clone(),
                filter: filter.as_str().to_owned(),
                calls: 1,
            });
        }
    }

    fn call_row(&self, id: &str) -> CallRow {
        let view = &self.view;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let latencies = || view.dialogue.latencies().map(i64::from);
        let count = |n: usize| i64::try_from(n).unwrap_or(i64::MAX);
        let grade = view.review.grade.as_ref();
        let resolution = view.review.resolution.as_ref();
        let summary = view.summary.as_ref();
        CallRow {
            call_id: id.to_owned(),
            tenant: view.tenant.0.clone(),
            direction: view.direction().map(|direction| direction.as_str().to_owned()),
            call_type: view.call_type().to_owned(),
            lead: text(view.lead()),
            caller_number: text(view.caller_number()),
            caller_name: text(view.caller_name()),
            called_number: text(view.called_number()),
            agent: text(view.agent()),
            number: text(view.number()),
            attestation: text(view.attestation()),
            status: view.status().as_str().to_owned(),
            outcome: view.outcome().map(|outcome| outcome.as_str().to_owned()),
            ended_by: view.ended_by().map(|by| by.as_str().to_owned()),
            failure_reason: text(view.failure_reason()),
            started_at: view.started_at().as_micros(),
            answered_at: view.answered_at().map(Timestamp::as_micros),
            answered_by: view.answered_by().map(|by| by.as_str().to_owned()),
            ended_at: view.ended_at().map(Timestamp::as_micros),
            duration_s: view.duration_s(),
            voicemail: view.is_voicemail(),
            voicemail_reason: view.voicemail_reason().map(|reason| reason.as_str().to_owned()),
            recorded: view.is_recorded(),
            phases: view.phases().to_text(),
            persona_version: view.dialogue.persona_version.map(i64::from),
            caller_turns: count(view.dialogue.caller_turns.len()),
            ai_turns: count(view.dialogue.ai_turns.len()),
            interruptions: count(view.dialogue.interrupted.len()),
            latency_count: count(latencies().count()),
            latency_sum_ms: latencies().sum(),
            latency_max_ms: latencies().max(),
            taken_over_by: text(view.taken_over_by()),
            transferred: view.is_transferred(),
            transferred_to: text(view.transferred_to()),
            escalated: view.is_escalated(),
            do_not_call: view.do_not_call,
            grade: grade.map(|graded| graded.grade.as_str().to_owned()),
            graded_by: grade.map(|graded| graded.by.clone()),
            graded_at: grade.map(|graded| graded.at.as_micros()),
            review_status: if view.review.is_done() { "reviewed" } else { "pending" }.to_owned(),
            disposition: resolution.map(|resolution| resolution.disposition.clone()),
            disposition_label: resolution.and_then(|resolution| resolution.label.clone()),
            resolved_by: resolution.map(|resolution| resolution.by.clone()),
            resolved_at: resolution.map(|resolution| resolution.at.as_micros()),
            notes: view.review.notes.as_ref().and_then(|notes| text(notes.text())),
            corrections: count(view.review.corrections_in_force()),
            summary: summary.and_then(|summary| known(&summary.text)),
            summary_outcome: summary.map(|summary| summary.outcome.clone()),
            interest: summary.and_then(|summary| summary.interest.clone()),
            next_action: summary.and_then(|summary| summary.next_action.as_ref()).and_then(known),
            goal_achieved: summary.and_then(|summary| summary.goal_achieved),
            lead_score: summary.and_then(|summary| summary.lead_score).map(i64::from),
            sentiment: summary
                .and_then(|summary| summary.sentiment)
                .map(|mood| mood.as_str().to_owned()),
            summary_model: summary.map(|summary| summary.model.clone()),
            hidden: view.hidden,
            erased: view.erased,
            in_all: view.is_in(Filter::All),
            in_inbound: view.is_in(Filter::Inbound),
            in_outbound: view.is_in(Filter::Outbound),
            in_voicemail: view.is_in(Filter::Voicemail),
            in_failed: view.is_in(Filter::Failed),
            in_busy_no_answer: view.is_in(Filter::BusyNoAnswer),
            in_resolved: view.is_in(Filter::Resolved),
            in_missed: view.is_in(Filter::Missed),
            in_pending_review: view.is_in(Filter::PendingReview),
            in_answered: view.is_in(Filter::Answered),
            in_taken_over: view.is_in(Filter::TakenOver),
            in_transferred: view.is_in(Filter::Transferred),
            in_recorded: view.is_in(Filter::Recorded),
        }
    }

    fn write_participants(&self, id: &str, rows: &mut Rows) {
        let row = |sid: &str, leg: &LegState, role: ParticipantRole| ParticipantRow {
            call_id: id.to_owned(),
            leg: sid.to_owned(),
            tenant: self.view.tenant.0.clone(),
            role: role.as_str().to_owned(),
            joined_at: self.joined_at(sid, leg).map(Timestamp::as_micros),
            left_at: leg.left.map(|time| time.at.as_micros()),
        };
        let first = self.view.call_sid();
        let mut is_first_reported = false;
        for (sid, leg) in self.view.participants.legs() {
            is_first_reported |= first == Some(sid);
            rows.push(row(sid, leg, leg.role.unwrap_or(ParticipantRole::Caller)));
        }
        // The first leg is a participant even if no callback reported that it joined.
        if let Some(sid) = first.filter(|_| !is_first_reported) {
            let from_browser = self.view.direction() == Some(Direction::Outbound) && self.view.purpose().is_none();
            let role = if from_browser {
                ParticipantRole::TeamMember
            } else {
                ParticipantRole::Caller
            };
            rows.push(row(sid, &LegState::default(), role));
        }
    }

    /// When a leg joined. A local time depends on the delay of the callback, so for the first leg the start of the call
    /// is used instead.
    fn joined_at(&self, sid: &str, leg: &LegState) -> Option<Timestamp> {
        let joined = leg.joined?;
        let is_first = self.view.call_sid() == Some(sid);
        Some(if is_first && !joined.clock.is_provider() {
            self.view.started_at()
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
            tenant: self.view.tenant.0.clone(),
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
        let notices: Vec<_> = self.notices.iter().flatten().map(String::as_str).collect();
        if !notices.is_empty() {
            rows.push(SegmentRow {
                text: Some(notices.join(" ")),
                ..blank(Phase::Ai, TURNS, NOTICES, Speaker::Ai.as_str())
            });
        }
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

fn recording_row(id: &str, sid: &str, tenant: String, recording: &Recording) -> AssetRow {
    let archived = recording.archived.as_ref();
    let unavailable = recording.unavailable.as_ref();
    AssetRow {
        call_id: id.to_owned(),
        recording: sid.to_owned(),
        tenant,
        phase: recording.phase.as_str().to_owned(),
        state: recording.stage().as_str().to_owned(),
        url: recording.url.clone(),
        duration_s: recording.duration_s.map(i64::from),
        channels: recording.channels.map(i64::from),
        blob_key: archived.map(|archived| archived.key.clone()),
        bytes: archived.map(|archived| i64::try_from(archived.bytes).unwrap_or(i64::MAX)),
        sha256: archived.map(|archived| archived.sha256.clone()),
        content_type: archived.map(|archived| archived.content_type.clone()),
        unavailable: unavailable.map(|unavailable| unavailable.reason.clone()),
        attempts: unavailable.map(|unavailable| i64::from(unavailable.attempts)),
    }
}

/// The row of a phase whose recording never started.
fn unrecorded_row(id: &str, phase: Phase, tenant: String, unavailable: &Unavailable) -> AssetRow {
    let never_started = Recording {
        unavailable: Some(unavailable.clone()),
        ..Recording::new(phase)
    };
    recording_row(id, &format!("none:{phase}"), tenant, &never_started)
}
