//! Folds events into a [`FeedbackDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::tables::{FeedbackCorrectionRow, FeedbackDayRow};
use crate::engine::Totals;
use crate::rows::Rows;
use domain::call::CallEvent;
use domain::call::value::Grade;
use domain::call::view::{CallView, UtcHour};
use domain::{Tenant, Timestamp};
use std::collections::BTreeMap;

/// The state of a call in `persona_feedback`.
#[derive(Clone, Debug, Default)]
pub struct FeedbackDocument {
    pub(super) view: CallView,
    corrections: BTreeMap<u32, Correction>,
}

#[derive(Clone, Debug, Default)]
struct Correction {
    turn: Option<u32>,
    note: Option<String>,
    by: Option<String>,
    at: Option<Timestamp>,
    withdrawn: bool,
}

impl Correction {
    const fn counts(&self) -> bool {
        self.by.is_some() && !self.withdrawn
    }
}

impl FeedbackDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        use CallEvent as E;
        self.view.fold(tenant, event);
        match event {
            E::CorrectionNoted {
                at,
                correction,
                note,
                turn,
                by,
            } => {
                let entry = self.corrections.entry(*correction).or_default();
                entry.turn = *turn;
                entry.note = note.text().map(str::to_owned);
                entry.by = Some(by.clone());
                entry.at = Some(*at);
            }
            E::CorrectionWithdrawn { correction, .. } => {
                self.corrections.entry(*correction).or_default().withdrawn = true;
            }
            _ => {}
        }
        if self.view.erased {
            self.corrections
                .values_mut()
                .for_each(|correction| correction.note = None);
        }
    }

    fn agent(&self) -> String {
        self.view.agent().unwrap_or_default().to_owned()
    }

    fn persona_version(&self) -> i64 {
        i64::from(self.view.persona_version.unwrap_or_default())
    }

    fn day(&self) -> i64 {
        UtcHour::of(self.view.started_at()).day
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        let tenant = &self.view.tenant.0;
        for (number, correction) in &self.corrections {
            rows.push(FeedbackCorrectionRow {
                call_id: id.to_owned(),
                correction: i64::from(*number),
                tenant: tenant.clone(),
                agent: self.agent(),
                persona_version: self.persona_version(),
                day: self.day(),
                turn: correction.turn.map(i64::from),
                note: correction.note.clone(),
                noted_by: correction.by.clone(),
                noted_at: correction.at.map(Timestamp::as_micros),
                in_force: correction.counts() && !self.view.hidden && !self.view.erased,
                withdrawn: correction.withdrawn,
            });
        }
    }

    pub(super) fn write_totals(&self, totals: &mut Totals) {
        let graded = |grade| {
            i64::from(
                self.view
                    .review
                    .grade
                    .as_ref()
                    .is_some_and(|graded| graded.grade == grade),
            )
        };
        let (good, needs_improvement) = (graded(Grade::Good), graded(Grade::NeedsImprovement));
        let corrections = self
            .corrections
            .values()
            .filter(|correction| correction.counts())
            .count();
        let corrections = i64::try_from(corrections).unwrap_or(i64::MAX);
        if self.view.hidden || good + needs_improvement + corrections == 0 {
            return;
        }
        totals.add(FeedbackDayRow {
            tenant: self.view.tenant.0.clone(),
            day: self.day(),
            agent: self.agent(),
            persona_version: self.persona_version(),
            good,
            needs_improvement,
            corrections,
        });
    }
}
