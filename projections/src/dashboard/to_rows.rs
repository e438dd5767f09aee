//! Converts a call to its row and its figures.

use super::queries::Scale;
use super::tables::{FigureRow, LatestRow};
use crate::engine::Totals;
use domain::calendar::{QUARTER_HOURS_PER_DAY, QUARTER_HOURS_PER_HOUR, quarter_hour_of};
use domain::call::value::{Grade, Outcome};
use domain::call::view::{CallView, Filter};

pub(super) fn row(id: &str, view: &CallView) -> LatestRow {
    let text = |text: Option<&str>| text.map(str::to_owned);
    LatestRow {
        call_id: id.to_owned(),
        tenant: view.tenant.0.clone(),
        listed: view.is_in(Filter::All),
        started_at: view.started_at().as_micros(),
        direction: view.direction().map(|direction| direction.as_str().to_owned()),
        status: view.status().as_str().to_owned(),
        voicemail: view.is_voicemail(),
        agent: text(view.agent()),
        caller_number: text(view.caller_number()),
        caller_name: text(view.caller_name()),
        called_number: text(view.called_number()),
        duration_s: view.duration_s(),
        grade: view
            .review
            .grade
            .as_ref()
            .map(|graded| graded.grade.as_str().to_owned()),
    }
}

pub(super) fn write_totals(view: &CallView, totals: &mut Totals) {
    if view.hidden {
        return;
    }
    let start = quarter_hour_of(view.started_at());
    let (day, hour) = (
        start.div_euclid(QUARTER_HOURS_PER_DAY),
        start.div_euclid(QUARTER_HOURS_PER_HOUR),
    );
    for (scale, bucket) in [
        (Scale::All, 0),
        (Scale::UtcDay, day),
        (Scale::Hour, hour),
        (Scale::QuarterHour, start),
    ] {
        totals.add(figures(view, scale, bucket));
    }
}

fn figures(view: &CallView, scale: Scale, bucket: i64) -> FigureRow {
    let is = |outcome| i64::from(view.outcome() == Some(outcome));
    let graded = |grade| i64::from(view.review.is_graded(grade));
    let in_list = |filter| i64::from(view.is_in(filter));
    let talk = view.duration_s().filter(|_| view.is_answered());
    let wait = view.wait_ms();
    let latencies = || view.dialogue.latencies().map(i64::from);
    FigureRow {
        tenant: view.tenant.0.clone(),
        scale: scale.as_str().to_owned(),
        bucket,
        calls: 1,
        inbound: in_list(Filter::Inbound),
        outbound: in_list(Filter::Outbound),
        missed: in_list(Filter::Missed),
        voicemail: in_list(Filter::Voicemail),
        answered: i64::from(view.is_answered()),
        completed: is(Outcome::Completed),
        failed: is(Outcome::Failed),
        busy: is(Outcome::Busy),
        no_answer: is(Outcome::NoAnswer),
        canceled: is(Outcome::Canceled),
        talked: i64::from(talk.is_some()),
        talk_s: talk.unwrap_or_default(),
        waited: i64::from(wait.is_some()),
        wait_ms: wait.unwrap_or_default(),
        ai_turns: i64::try_from(view.dialogue.ai_turns.len()).unwrap_or(i64::MAX),
        latency_count: i64::try_from(latencies().count()).unwrap_or(i64::MAX),
        latency_sum_ms: latencies().sum(),
        graded_good: graded(Grade::Good),
        graded_needs_improvement: graded(Grade::NeedsImprovement),
        recorded: i64::from(view.is_recorded()),
        taken_over: i64::from(view.taken_over_by().is_some()),
        transferred: i64::from(view.is_transferred()),
        resolved: in_list(Filter::Resolved),
    }
}
