//! What a call adds to the figures. Pure; any order and repetition of callbacks ends the same.

use super::tables::{FigureRow, LatestRow};
use crate::engine::Totals;
use crate::facts::{CallFacts, Filter, UtcHour};
use crate::rows::{ForeignRow, Row, Rows};
use domain::Tenant;
use domain::call::CallEvent;
use domain::call::value::{Grade, Outcome};
use std::collections::BTreeMap;

/// What is known of a call in `dashboard`.
#[derive(Clone, Debug, Default)]
pub struct DashboardDocument {
    pub(super) facts: CallFacts,
    /// The latency of each of the AI's turns, where known.
    ai_turns: BTreeMap<u32, Option<u32>>,
}

impl DashboardDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        self.facts.fold(tenant, event);
        if let CallEvent::AiTurn { turn, latency_ms, .. } = event {
            let known = self.ai_turns.entry(*turn).or_default();
            *known = (*known).max(*latency_ms);
        }
    }

    pub(super) fn row(&self, id: &str) -> LatestRow {
        let facts = &self.facts;
        let text = |text: Option<&str>| text.map(str::to_owned);
        LatestRow {
            call_id: id.to_owned(),
            tenant: facts.tenant.0.clone(),
            listed: facts.is_in(Filter::All),
            started_at: facts.started_at().as_micros(),
            direction: facts.direction().map(|direction| direction.as_str().to_owned()),
            status: facts.status().as_str().to_owned(),
            voicemail: facts.is_voicemail(),
            agent: text(facts.agent()),
            caller_number: text(facts.caller_number()),
            caller_name: text(facts.caller_name()),
            called_number: text(facts.called_number()),
            duration_s: facts.duration_s(),
            grade: facts
                .review
                .grade
                .as_ref()
                .map(|graded| graded.grade.as_str().to_owned()),
            ai_turns: serde_json::to_string(&self.ai_turns).expect("a map of numbers serialises"),
            facts: facts.to_json(),
        }
    }

    pub(super) fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        let foreign = ForeignRow(LatestRow::TABLE.name);
        let row = rows.take::<LatestRow>()?.pop().ok_or(foreign)?;
        Ok(Self {
            facts: CallFacts::of_json(&row.facts).ok_or(foreign)?,
            ai_turns: serde_json::from_str(&row.ai_turns).map_err(|_| foreign)?,
        })
    }

    pub(super) fn write_totals(&self, totals: &mut Totals) {
        if self.facts.hidden {
            return;
        }
        let began = UtcHour::of(self.facts.started_at());
        for (scale, bucket) in [("all", 0), ("day", began.day), ("hour", began.day * 24 + began.hour)] {
            totals.add(self.figures(scale, bucket));
        }
    }

    fn figures(&self, scale: &str, bucket: i64) -> FigureRow {
        let facts = &self.facts;
        let is = |outcome| i64::from(facts.outcome() == Some(outcome));
        let graded = |grade| i64::from(facts.review.grade.as_ref().is_some_and(|graded| graded.grade == grade));
        let in_list = |filter| i64::from(facts.is_in(filter));
        let talk = facts.duration_s().filter(|_| facts.is_answered());
        let wait = facts.wait_ms();
        let latencies = || self.ai_turns.values().flatten().map(|latency| i64::from(*latency));
        FigureRow {
            tenant: facts.tenant.0.clone(),
            scale: scale.to_owned(),
            bucket,
            calls: 1,
            inbound: in_list(Filter::Inbound),
            outbound: in_list(Filter::Outbound),
            missed: in_list(Filter::Missed),
            voicemail: in_list(Filter::Voicemail),
            answered: i64::from(facts.is_answered()),
            completed: is(Outcome::Completed),
            failed: is(Outcome::Failed),
            busy: is(Outcome::Busy),
            no_answer: is(Outcome::NoAnswer),
            canceled: is(Outcome::Canceled),
            talked: i64::from(talk.is_some()),
            talk_s: talk.unwrap_or_default(),
            waited: i64::from(wait.is_some()),
            wait_ms: wait.unwrap_or_default(),
            ai_turns: i64::try_from(self.ai_turns.len()).unwrap_or(i64::MAX),
            latency_count: i64::try_from(latencies().count()).unwrap_or(i64::MAX),
            latency_sum_ms: latencies().sum(),
            graded_good: graded(Grade::Good),
            graded_needs_improvement: graded(Grade::NeedsImprovement),
            recorded: i64::from(facts.is_recorded()),
            taken_over: i64::from(facts.taken_over_by().is_some()),
            transferred: i64::from(facts.is_transferred()),
            resolved: in_list(Filter::Resolved),
        }
    }
}
