//! How events change the feedback on a call. Pure; any order and repetition of callbacks ends the same.

use super::tables::{FeedbackCallRow, FeedbackCorrectionRow, FeedbackDayRow};
use crate::engine::Totals;
use crate::facts::{CallFacts, UtcHour};
use crate::rows::{ForeignRow, Row, Rows};
use domain::call::CallEvent;
use domain::call::value::Grade;
use domain::{Tenant, Timestamp};
use std::collections::BTreeMap;

/// What is known of a call in `persona_feedback`.
#[derive(Clone, Debug, Default)]
pub struct FeedbackDocument {
    pub(super) facts: CallFacts,
    corrections: BTreeMap<u32, Noted>,
}

#[derive(Clone, Debug, Default)]
struct Noted {
    turn: Option<u32>,
    note: Option<String>,
    by: Option<String>,
    at: Option<Timestamp>,
    withdrawn: bool,
}

impl Noted {
    const fn counts(&self) -> bool {
        self.by.is_some() && !self.withdrawn
    }
}

impl FeedbackDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        use CallEvent as E;
        self.facts.fold(tenant, event);
        match event {
            E::CorrectionNoted {
                at,
                correction,
                note,
                turn,
                by,
            } => {
                let place = self.corrections.entry(*correction).or_default();
                place.turn = *turn;
                place.note = note.text().map(str::to_owned);
                place.by = Some(by.clone());
                place.at = Some(*at);
            }
            E::CorrectionWithdrawn { correction, .. } => {
                self.corrections.entry(*correction).or_default().withdrawn = true;
            }
            _ => {}
        }
        if self.facts.erased {
            self.corrections.values_mut().for_each(|noted| noted.note = None);
        }
    }

    fn agent(&self) -> String {
        self.facts.agent().unwrap_or_default().to_owned()
    }

    fn persona_version(&self) -> i64 {
        i64::from(self.facts.persona_version.unwrap_or_default())
    }

    fn day(&self) -> i64 {
        UtcHour::of(self.facts.started_at()).day
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        let tenant = &self.facts.tenant.0;
        rows.push(FeedbackCallRow {
            call_id: id.to_owned(),
            tenant: tenant.clone(),
            facts: self.facts.to_json(),
        });
        for (number, noted) in &self.corrections {
            rows.push(FeedbackCorrectionRow {
                call_id: id.to_owned(),
                correction: i64::from(*number),
                tenant: tenant.clone(),
                agent: self.agent(),
                persona_version: self.persona_version(),
                day: self.day(),
                turn: noted.turn.map(i64::from),
                note: noted.note.clone(),
                noted_by: noted.by.clone(),
                noted_at: noted.at.map(Timestamp::as_micros),
                in_force: noted.counts() && !self.facts.hidden && !self.facts.erased,
                withdrawn: noted.withdrawn,
            });
        }
    }

    pub(super) fn write_totals(&self, totals: &mut Totals) {
        let graded = |grade| {
            i64::from(
                self.facts
                    .review
                    .grade
                    .as_ref()
                    .is_some_and(|graded| graded.grade == grade),
            )
        };
        let (good, needs_improvement) = (graded(Grade::Good), graded(Grade::NeedsImprovement));
        let corrections = self.corrections.values().filter(|noted| noted.counts()).count();
        let corrections = i64::try_from(corrections).unwrap_or(i64::MAX);
        if self.facts.hidden || good + needs_improvement + corrections == 0 {
            return;
        }
        totals.add(FeedbackDayRow {
            tenant: self.facts.tenant.0.clone(),
            day: self.day(),
            agent: self.agent(),
            persona_version: self.persona_version(),
            good,
            needs_improvement,
            corrections,
        });
    }

    pub(super) fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        let foreign = ForeignRow(FeedbackCallRow::TABLE.name);
        let row = rows.take::<FeedbackCallRow>()?.pop().ok_or(foreign)?;
        let facts = CallFacts::of_json(&row.facts).ok_or(foreign)?;
        let mut corrections = BTreeMap::new();
        for row in rows.take::<FeedbackCorrectionRow>()? {
            let number = u32::try_from(row.correction).map_err(|_| foreign)?;
            let noted = Noted {
                turn: row.turn.and_then(|turn| u32::try_from(turn).ok()),
                note: row.note,
                by: row.noted_by,
                at: row.noted_at.map(Timestamp),
                withdrawn: row.withdrawn,
            };
            corrections.insert(number, noted);
        }
        Ok(Self { facts, corrections })
    }
}
