//! Converts a call to its corrections and its counts.

use super::tables::{FeedbackCorrectionRow, FeedbackCountRow};
use crate::engine::Totals;
use crate::rows::Rows;
use domain::calendar::quarter_hour_of;
use domain::call::value::Grade;
use domain::call::view::CallView;

fn agent(view: &CallView) -> String {
    view.agent().unwrap_or_default().to_owned()
}

fn persona_version(view: &CallView) -> i64 {
    i64::from(view.dialogue.persona_version.unwrap_or_default())
}

pub(super) fn write_rows(id: &str, view: &CallView, rows: &mut Rows) {
    for (number, correction) in &view.review.corrections {
        rows.push(FeedbackCorrectionRow {
            call_id: id.to_owned(),
            correction: i64::from(*number),
            tenant: view.tenant.0.clone(),
            agent: agent(view),
            persona_version: persona_version(view),
            turn: correction.turn.map(i64::from),
            note: correction.note.text().map(str::to_owned),
            noted_by: Some(correction.by.clone()),
            noted_at: Some(correction.at.as_micros()),
            in_force: !correction.withdrawn && !view.hidden && !view.erased,
            withdrawn: correction.withdrawn,
        });
    }
}

pub(super) fn write_totals(view: &CallView, totals: &mut Totals) {
    let graded = |grade| i64::from(view.review.is_graded(grade));
    let (good, needs_improvement) = (graded(Grade::Good), graded(Grade::NeedsImprovement));
    let corrections = i64::try_from(view.review.corrections_in_force()).unwrap_or(i64::MAX);
    if view.hidden || good + needs_improvement + corrections == 0 {
        return;
    }
    totals.add(FeedbackCountRow {
        tenant: view.tenant.0.clone(),
        quarter_hour: quarter_hour_of(view.started_at()),
        agent: agent(view),
        persona_version: persona_version(view),
        good,
        needs_improvement,
        corrections,
    });
}
