//! Folds events into a [`LiveDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::tables::{LiveCallRow, LiveTurnRow};
use crate::rows::Rows;
use domain::call::CallEvent;
use domain::call::observed_at::least;
use domain::call::view::{CallView, Status};
use domain::{Tenant, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// The text of a turn, and how many milliseconds of it were heard before an interruption.
type LiveTurn = (Option<String>, Option<u32>);

/// The state of a call in `live_calls`.
#[derive(Clone, Debug, Default)]
pub struct LiveDocument {
    view: CallView,
    /// By turn number and speaker. Empty once the call is over.
    turns: BTreeMap<(u32, &'static str), LiveTurn>,
}

impl LiveDocument {
    pub(super) const fn is_over(&self) -> bool {
        self.view.is_over()
    }

    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        use CallEvent as E;
        self.view.fold(tenant, event);
        match event {
            E::CallerTurn { turn, text, .. } => self.add_turn(*turn, "caller", text.text()),
            E::AiTurn { turn, text, .. } => self.add_turn(*turn, "ai", text.text()),
            E::AiTurnInterrupted { turn, heard_ms, .. } => {
                let (_, heard) = self.turns.entry((*turn, "ai")).or_default();
                *heard = (*heard).max(Some(*heard_ms));
            }
            _ => {}
        }
        if self.is_over() {
            self.turns.clear();
        } else if self.view.erased {
            self.turns.values_mut().for_each(|(text, _)| *text = None);
        }
    }

    fn add_turn(&mut self, turn: u32, speaker: &'static str, words: Option<&str>) {
        let (text, _) = self.turns.entry((turn, speaker)).or_default();
        *text = least(text.take(), words.map(str::to_owned));
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        let view = &self.view;
        if self.is_over() {
            return;
        }
        let text = |text: Option<&str>| text.map(str::to_owned);
        let is_waiting = matches!(view.status(), Status::Queued | Status::Refused | Status::Canceled);
        rows.push(LiveCallRow {
            call_id: id.to_owned(),
            tenant: view.tenant.0.clone(),
            live: !is_waiting && !view.hidden,
            direction: view.direction().map(|direction| direction.as_str().to_owned()),
            status: view.status().as_str().to_owned(),
            agent: text(view.agent()),
            number: text(view.number()),
            caller_number: text(view.caller_number()),
            caller_name: text(view.caller_name()),
            called_number: text(view.called_number()),
            call_sid: text(view.call_sid()),
            start_reported: view.is_start_reported(),
            caller_number_edited: view.review.caller_number.is_some(),
            caller_name_edited: view.review.caller_name.is_some(),
            started_at: view.started_at().as_micros(),
            answered_at: view.answered_at().map(Timestamp::as_micros),
            holder: view.holder().as_str().to_owned(),
            taken_over_by: text(view.taken_over_by()),
            on_hold_by: view.on_hold_by.clone(),
            listeners: json(&view.participants.listeners()),
            takeover_requests: json(&view.participants.requests()),
            takeovers_accepted: json(&view.participants.accepted()),
            participants: json(&view.participants),
            transferring: view.participants.transfer().is_some(),
            conference_sid: view.conference_sid.clone(),
            escalated: view.is_escalated(),
            emergency: view.is_emergency(),
            turns: i64::try_from(self.turns.len()).unwrap_or(i64::MAX),
        });
        for ((turn, speaker), (text, heard_ms)) in &self.turns {
            rows.push(LiveTurnRow {
                call_id: id.to_owned(),
                turn: i64::from(*turn),
                speaker: (*speaker).to_owned(),
                tenant: view.tenant.0.clone(),
                text: text.clone(),
                heard_ms: heard_ms.map(i64::from),
            });
        }
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and maps with text keys serialize")
}
