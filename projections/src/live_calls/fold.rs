//! Folds events into a [`LiveDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::tables::{EndedRow, LiveCallRow, LiveTurnRow};
use crate::rows::{ForeignRow, Row, Rows};
use domain::call::CallEvent;
use domain::call::observed_at::least;
use domain::call::view::{CallView, Participants, Status};
use domain::{Tenant, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// The state of a call in `live_calls`.
#[derive(Clone, Debug)]
pub enum LiveDocument {
    Open(Box<OpenCall>),
    Ended(Tenant),
}

/// The text of a turn, and how many milliseconds of it were heard before an interruption.
type LiveTurn = (Option<String>, Option<u32>);

/// A call that has not ended.
#[derive(Clone, Debug, Default)]
pub struct OpenCall {
    view: CallView,
    on_hold_by: Option<String>,
    participants: Participants,
    transferring: bool,
    conference_sid: Option<String>,
    /// By turn number and speaker.
    turns: BTreeMap<(u32, &'static str), LiveTurn>,
}

impl Default for LiveDocument {
    fn default() -> Self {
        Self::Open(Box::default())
    }
}

impl LiveDocument {
    pub(super) const fn is_over(&self) -> bool {
        matches!(self, Self::Ended(_))
    }

    pub(super) fn fold(&mut self, tenant: &Tenant, event: &CallEvent) {
        if let Self::Open(call) = self {
            call.view.fold(tenant, event);
            if call.view.is_over() {
                *self = Self::Ended(call.view.tenant.clone());
            } else {
                call.fold(event);
            }
        }
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        match self {
            Self::Open(call) => call.write_rows(id, rows),
            Self::Ended(tenant) => rows.push(EndedRow {
                call_id: id.to_owned(),
                tenant: tenant.0.clone(),
            }),
        }
    }

    pub(super) fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        if let Some(ended) = rows.take::<EndedRow>()?.pop() {
            return Ok(Self::Ended(ended.tenant.into()));
        }
        OpenCall::of_rows(rows).map(|call| Self::Open(Box::new(call)))
    }
}

impl OpenCall {
    fn fold(&mut self, event: &CallEvent) {
        use CallEvent as E;
        self.participants.fold(event);
        match event {
            E::CallerTurn { turn, text, .. } => self.add_turn(*turn, "caller", text.text()),
            E::AiTurn { turn, text, .. } => self.add_turn(*turn, "ai", text.text()),
            E::AiTurnInterrupted { turn, heard_ms, .. } => {
                let (_, heard) = self.turns.entry((*turn, "ai")).or_default();
                *heard = (*heard).max(Some(*heard_ms));
            }
            E::PutOnHold { user, .. } => self.on_hold_by = Some(user.clone()),
            E::TakenOffHold { .. } => self.on_hold_by = None,
            E::TransferStarted { .. } => self.transferring = true,
            E::Transferred { .. } | E::TransferFailed { .. } => self.transferring = false,
            E::ConferenceStarted { conference_sid, .. } => {
                self.conference_sid = least(self.conference_sid.take(), Some(conference_sid.clone()));
            }
            _ => {}
        }
        if self.view.erased {
            self.turns.values_mut().for_each(|(text, _)| *text = None);
        }
    }

    fn add_turn(&mut self, turn: u32, speaker: &'static str, words: Option<&str>) {
        let (text, _) = self.turns.entry((turn, speaker)).or_default();
        *text = least(text.take(), words.map(str::to_owned));
    }

    fn holder(&self) -> &'static str {
        match self.view.status() {
            _ if self.on_hold_by.is_some() => "hold",
            _ if self.view.is_voicemail() => "voicemail",
            _ if self.view.taken_over_by().is_some() => "team_member",
            Status::InProgress if self.view.call_type() == "person" => "team_member",
            Status::InProgress => "ai",
            _ if !self.turns.is_empty() => "ai",
            _ => "none",
        }
    }

    fn write_rows(&self, id: &str, rows: &mut Rows) {
        let view = &self.view;
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
            started_at: view.started_at().as_micros(),
            answered_at: view.answered_at().map(Timestamp::as_micros),
            holder: self.holder().to_owned(),
            taken_over_by: text(view.taken_over_by()),
            on_hold_by: self.on_hold_by.clone(),
            listeners: json(&self.participants.listeners()),
            takeover_requests: json(&self.participants.requests()),
            takeovers_accepted: json(&self.participants.accepted()),
            transferring: self.transferring,
            conference_sid: self.conference_sid.clone(),
            escalated: view.escalated,
            turns: i64::try_from(self.turns.len()).unwrap_or(i64::MAX),
            participants: json(&self.participants),
            call_view: view.to_json(),
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

    fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        let foreign = ForeignRow(LiveCallRow::TABLE.name);
        let row = rows.take::<LiveCallRow>()?.pop().ok_or(foreign)?;
        let mut call = Self {
            view: CallView::from_json(&row.call_view).ok_or(foreign)?,
            on_hold_by: row.on_hold_by,
            participants: serde_json::from_str(&row.participants).map_err(|_| foreign)?,
            transferring: row.transferring,
            conference_sid: row.conference_sid,
            turns: BTreeMap::new(),
        };
        for row in rows.take::<LiveTurnRow>()? {
            let turn = u32::try_from(row.turn).map_err(|_| foreign)?;
            let speaker = if row.speaker == "ai" { "ai" } else { "caller" };
            let heard = row.heard_ms.and_then(|heard| u32::try_from(heard).ok());
            call.turns.insert((turn, speaker), (row.text, heard));
        }
        Ok(call)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and maps with text keys serialize")
}
