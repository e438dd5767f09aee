//! How events change what is known of a call that goes on. Pure; any order and repetition of callbacks ends the same.

use super::tables::{EndedRow, LiveCallRow, LiveTurnRow};
use crate::facts::{CallFacts, Seats, Status};
use crate::rows::{ForeignRow, Row, Rows};
use domain::call::CallEvent;
use domain::call::moment::least;
use domain::{Tenant, Timestamp};
use serde::Serialize;
use std::collections::BTreeMap;

/// What is known of a call in `live_calls`.
#[derive(Clone, Debug)]
pub enum LiveDocument {
    /// It has not ended, as far as is known.
    Open(Box<OpenCall>),
    /// It ended.
    Ended(Tenant),
}

type Said = (Option<String>, Option<u32>);

/// A call that has not ended.
#[derive(Clone, Debug, Default)]
pub struct OpenCall {
    facts: CallFacts,
    on_hold_by: Option<String>,
    seats: Seats,
    transferring: bool,
    conference_sid: Option<String>,
    /// By place and speaker: the words, and how much of them was heard.
    turns: BTreeMap<(u32, &'static str), Said>,
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
            call.facts.fold(tenant, event);
            if call.facts.is_over() {
                *self = Self::Ended(call.facts.tenant.clone());
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
        self.seats.fold(event);
        match event {
            E::CallerTurn { turn, text, .. } => self.said(*turn, "caller", text.text()),
            E::AiTurn { turn, text, .. } => self.said(*turn, "ai", text.text()),
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
        if self.facts.erased {
            self.turns.values_mut().for_each(|(text, _)| *text = None);
        }
    }

    fn said(&mut self, turn: u32, speaker: &'static str, words: Option<&str>) {
        let (text, _) = self.turns.entry((turn, speaker)).or_default();
        *text = least(text.take(), words.map(str::to_owned));
    }

    fn holder(&self) -> &'static str {
        match self.facts.status() {
            _ if self.on_hold_by.is_some() => "hold",
            _ if self.facts.is_voicemail() => "voicemail",
            _ if self.facts.taken_over_by().is_some() => "person",
            Status::InProgress if self.facts.call_type() == "person" => "person",
            Status::InProgress => "ai",
            _ if !self.turns.is_empty() => "ai",
            _ => "nobody",
        }
    }

    fn write_rows(&self, id: &str, rows: &mut Rows) {
        let facts = &self.facts;
        let text = |text: Option<&str>| text.map(str::to_owned);
        let waits = matches!(facts.status(), Status::Queued | Status::Refused | Status::Canceled);
        rows.push(LiveCallRow {
            call_id: id.to_owned(),
            tenant: facts.tenant.0.clone(),
            live: !waits && !facts.hidden,
            direction: facts.direction().map(|direction| direction.as_str().to_owned()),
            status: facts.status().as_str().to_owned(),
            agent: text(facts.agent()),
            number: text(facts.number()),
            caller_number: text(facts.caller_number()),
            caller_name: text(facts.caller_name()),
            called_number: text(facts.called_number()),
            call_sid: text(facts.call_sid()),
            started_at: facts.started_at().as_micros(),
            answered_at: facts.answered_at().map(Timestamp::as_micros),
            holder: self.holder().to_owned(),
            taken_over_by: text(facts.taken_over_by()),
            on_hold_by: self.on_hold_by.clone(),
            listeners: json(&self.seats.listeners()),
            takeover_requests: json(&self.seats.requests()),
            takeovers_accepted: json(&self.seats.accepted()),
            transferring: self.transferring,
            conference_sid: self.conference_sid.clone(),
            escalated: facts.escalated,
            turns: i64::try_from(self.turns.len()).unwrap_or(i64::MAX),
            seats: json(&self.seats),
            facts: facts.to_json(),
        });
        for ((turn, speaker), (text, heard_ms)) in &self.turns {
            rows.push(LiveTurnRow {
                call_id: id.to_owned(),
                turn: i64::from(*turn),
                speaker: (*speaker).to_owned(),
                tenant: facts.tenant.0.clone(),
                text: text.clone(),
                heard_ms: heard_ms.map(i64::from),
            });
        }
    }

    fn of_rows(mut rows: Rows) -> Result<Self, ForeignRow> {
        let foreign = ForeignRow(LiveCallRow::TABLE.name);
        let row = rows.take::<LiveCallRow>()?.pop().ok_or(foreign)?;
        let mut call = Self {
            facts: CallFacts::of_json(&row.facts).ok_or(foreign)?,
            on_hold_by: row.on_hold_by,
            seats: serde_json::from_str(&row.seats).map_err(|_| foreign)?,
            transferring: row.transferring,
            conference_sid: row.conference_sid,
            turns: BTreeMap::new(),
        };
        for row in rows.take::<LiveTurnRow>()? {
            let place = u32::try_from(row.turn).map_err(|_| foreign)?;
            let speaker = if row.speaker == "ai" { "ai" } else { "caller" };
            let heard = row.heard_ms.and_then(|heard| u32::try_from(heard).ok());
            call.turns.insert((place, speaker), (row.text, heard));
        }
        Ok(call)
    }
}

fn json(value: &impl Serialize) -> String {
    serde_json::to_string(value).expect("texts, numbers and maps with text keys serialise")
}
