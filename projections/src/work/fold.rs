//! Folds events into a [`WorkDocument`]. Pure. The result does not depend on order or repetition of callbacks.

use super::queries::Kind;
use super::tables::WorkRow;
use super::{media, participants};
use crate::rows::Rows;
use domain::call::CallEvent;
use domain::call::view::CallView;
use domain::call::{Participants, Recordings};
use domain::callee::CalleeEvent;
use domain::contact::ContactEvent;
use domain::quarantine::QuarantineEvent;
use domain::user::UserEvent;
use domain::{Tenant, Timestamp};
use infra::event_store::{Event, StreamId};
use std::collections::BTreeMap;

/// The state of a stream in `work`.
#[derive(Clone, Debug, Default)]
pub struct WorkDocument {
    aggregate_type: String,
    tenant: Tenant,
    /// Of a call.
    view: CallView,
    queue: Option<Queue>,
    quarantine: Option<Quarantine>,
    reingested: bool,
    erased: bool,
    opt_out: OptOut,
    /// Dial attempts by number. They may be reported before `CallQueued`.
    attempts: BTreeMap<u32, Attempt>,
}

/// The wish not to be called again.
#[derive(Clone, Debug, Default)]
struct OptOut {
    requested: bool,
    honored: bool,
}

#[derive(Clone, Debug)]
struct Queue {
    priority: i32,
    not_before: Option<Timestamp>,
    max_attempts: u32,
    cancelled: bool,
    refused: Option<String>,
}

#[derive(Clone, Debug, Default)]
struct Attempt {
    call_sid: Option<String>,
    failed: bool,
    retry_at: Option<Timestamp>,
}

#[derive(Clone, Debug)]
struct Quarantine {
    at: Timestamp,
    endpoint: String,
    reason: String,
}

/// Whether an event can create work or be its result.
pub(super) fn affects_work(event: &Event) -> bool {
    use CallEvent as E;
    match event {
        Event::Call(event) => {
            matches!(
                event,
                E::CallQueued { .. }
                    | E::QueueCancelled { .. }
                    | E::DialPermitted { .. }
                    | E::DialRefused { .. }
                    | E::DialAttempted { .. }
                    | E::DialFailed { .. }
                    | E::CallAnswered { .. }
                    | E::CallErased { .. }
                    | E::DoNotCallRequested { .. }
                    | E::OptOutHonored { .. }
                    | E::EffectFailed { .. }
                    | E::ConsentNoticePlayed { .. }
                    | E::RoutedToVoicemail { .. }
                    | E::CallEnded { .. }
                    | E::CallSummarized { .. }
            ) || Recordings::concerns(event)
                || Participants::concerns(event)
        }
        Event::Contact(event) => matches!(event, ContactEvent::ContactErased { .. }),
        Event::Callee(event) => matches!(event, CalleeEvent::CalleeErased { .. }),
        Event::User(event) => matches!(event, UserEvent::UserErased { .. }),
        Event::Quarantine(_) => true,
        _ => false,
    }
}

impl WorkDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, stream: &StreamId, event: &Event) {
        if self.aggregate_type.is_empty() {
            self.aggregate_type.clone_from(&stream.aggregate_type);
            self.tenant.clone_from(tenant);
        }
        match event {
            Event::Call(event) => self.fold_call(tenant, event),
            Event::Contact(ContactEvent::ContactErased { .. })
            | Event::Callee(CalleeEvent::CalleeErased { .. })
            | Event::User(UserEvent::UserErased { .. })
            | Event::Quarantine(QuarantineEvent::WebhookErased { .. }) => self.erased = true,
            Event::Quarantine(QuarantineEvent::WebhookQuarantined {
                at, endpoint, reason, ..
            }) => {
                self.quarantine = Some(Quarantine {
                    at: *at,
                    endpoint: endpoint.clone(),
                    reason: reason.clone(),
                });
            }
            Event::Quarantine(QuarantineEvent::WebhookReingested { .. }) => self.reingested = true,
            _ => {}
        }
    }

    fn fold_call(&mut self, tenant: &Tenant, event: &CallEvent) {
        use CallEvent as E;
        self.view.fold(tenant, event);
        match event {
            E::CallQueued {
                priority,
                not_before,
                max_attempts,
                ..
            } => {
                self.queue = Some(Queue {
                    priority: *priority,
                    not_before: *not_before,
                    max_attempts: *max_attempts,
                    cancelled: false,
                    refused: None,
                });
            }
            E::QueueCancelled { .. } => self.in_queue(|queue| queue.cancelled = true),
            E::DialPermitted { .. } => self.in_queue(|queue| queue.refused = None),
            E::DialRefused { rule, .. } => self.in_queue(|queue| queue.refused = Some(rule.clone())),
            E::DialAttempted { attempt, call_sid, .. } => {
                self.attempts.entry(*attempt).or_default().call_sid = Some(call_sid.clone());
            }
            E::DialFailed { attempt, retry_at, .. } => {
                let attempt = self.attempts.entry(*attempt).or_default();
                attempt.failed = true;
                attempt.retry_at = *retry_at;
            }
            E::CallErased { .. } => self.erased = true,
            E::DoNotCallRequested { .. } => self.opt_out.requested = true,
            E::OptOutHonored { .. } => self.opt_out.honored = true,
            E::TranscriptionRequested { at, phase, .. } => {
                let effect = Kind::Transcribe.as_str();
                for (recording, _) in self.view.recordings.of(*phase) {
                    self.view.failed_effects.retry(effect, recording, *at);
                }
            }
            _ => {}
        }
    }

    fn in_queue(&mut self, change: impl FnOnce(&mut Queue)) {
        if let Some(queue) = &mut self.queue {
            change(queue);
        }
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        let of_participants = participants::items(&self.view);
        let of_media = media::items(&self.view);
        for item in of_media.into_iter().chain(of_participants) {
            rows.push(WorkRow {
                item: item.item,
                not_before: item.not_before.as_micros(),
                attempts: i64::from(item.attempts),
                detail: item.detail.to_string(),
                ..self.due(id, item.kind)
            });
        }
        if self.erased {
            rows.push(self.due(id, Kind::DestroyKey));
        }
        if self.opt_out.requested && !self.opt_out.honored {
            rows.push(self.due(id, Kind::SuppressNumber));
        }
        if let Some(call) = self.call_to_place(id) {
            rows.push(call);
        }
        if let Some(quarantine) = self.quarantine.as_ref().filter(|_| !self.reingested && !self.erased) {
            rows.push(WorkRow {
                not_before: quarantine.at.as_micros(),
                detail: serde_json::json!({ "endpoint": quarantine.endpoint, "reason": quarantine.reason }).to_string(),
                ..self.due(id, Kind::Reingest)
            });
        }
    }

    fn call_to_place(&self, id: &str) -> Option<WorkRow> {
        let is_reached = self.view.answered_at().is_some() || self.view.is_over();
        let queue = self
            .queue
            .as_ref()
            .filter(|queue| !queue.cancelled && !is_reached && !self.erased)?;
        let last = self.attempts.iter().next_back();
        let (state, not_before) = match last {
            Some((
                _,
                Attempt {
                    failed: true,
                    retry_at: None,
                    ..
                },
            )) => return None,
            Some((_, Attempt { failed: false, .. })) => ("placed", None),
            Some((_, failed)) => ("due", failed.retry_at),
            None => ("due", queue.not_before),
        };
        let state = if state == "due" && queue.refused.is_some() {
            "refused"
        } else {
            state
        };
        Some(WorkRow {
            state: state.to_owned(),
            priority: i64::from(queue.priority),
            not_before: not_before.unwrap_or_default().as_micros(),
            attempts: last.map_or(0, |(number, _)| i64::from(*number)),
            max_attempts: Some(i64::from(queue.max_attempts)),
            detail: serde_json::json!({
                "call_sid": last.and_then(|(_, attempt)| attempt.call_sid.as_ref()),
                "refused": queue.refused,
            })
            .to_string(),
            ..self.due(id, Kind::PlaceCall)
        })
    }

    fn due(&self, id: &str, kind: Kind) -> WorkRow {
        WorkRow {
            stream: id.to_owned(),
            kind: kind.as_str().to_owned(),
            item: String::new(),
            aggregate_type: self.aggregate_type.clone(),
            tenant: self.tenant.0.clone(),
            state: "due".to_owned(),
            priority: 0,
            not_before: 0,
            attempts: 0,
            max_attempts: None,
            detail: "{}".to_owned(),
        }
    }
}
