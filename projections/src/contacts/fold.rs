//! Folds events into a [`ContactsDocument`]. Pure.

use super::tables::{ContactRow, NumberCallRow, SuppressionRow, WebhookPartyRow};
use super::webhook::parties;
use crate::call_log::search;
use crate::rows::Rows;
use domain::call::view::CallView;
use domain::callee::{CalleeEvent, SuppressionOrigin};
use domain::contact::ContactEvent;
use domain::quarantine::QuarantineEvent;
use domain::{Tenant, Timestamp};
use infra::event_store::Event;
use std::collections::BTreeSet;

/// The state of one stream in `contacts`.
#[derive(Clone, Debug, Default)]
pub enum ContactsDocument {
    #[default]
    Nothing,
    Contact(Contact),
    Call(Box<CallView>),
    Callee(Callee),
    /// The tenant and the parties of a quarantined webhook.
    Webhook(Tenant, BTreeSet<String>),
}

/// A callee.
#[derive(Clone, Debug, Default)]
pub struct Callee {
    tenant: Tenant,
    number: Option<String>,
    is_suppressed: bool,
    contact: Option<String>,
    /// The last suppression. Absent if there was none.
    last: Option<Suppression>,
}

#[derive(Clone, Debug)]
struct Suppression {
    at: Timestamp,
    origin: SuppressionOrigin,
    call: Option<String>,
    by: Option<String>,
}

/// A contact.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    tenant: Tenant,
    name: Option<String>,
    phone: Option<String>,
    added_at: Timestamp,
    added_by: Option<String>,
    removed: bool,
    erased: bool,
}

impl ContactsDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &Event) {
        if matches!(self, Self::Nothing) {
            *self = match event {
                Event::Contact(event) => Self::Contact(Contact {
                    tenant: tenant.clone(),
                    added_at: event.at(),
                    ..Contact::default()
                }),
                Event::Call(_) => Self::Call(Box::default()),
                Event::Quarantine(_) => Self::Webhook(tenant.clone(), BTreeSet::new()),
                Event::Callee(_) => Self::Callee(Callee {
                    tenant: tenant.clone(),
                    ..Callee::default()
                }),
                _ => return,
            };
        }
        match (self, event) {
            (Self::Contact(contact), Event::Contact(event)) => contact.fold(event),
            (Self::Call(view), Event::Call(event)) => view.fold(tenant, event),
            (Self::Callee(callee), Event::Callee(event)) => callee.fold(event),
            (Self::Webhook(_, values), Event::Quarantine(event)) => match event {
                QuarantineEvent::WebhookQuarantined { params, .. } => {
                    *values = params.known().map(parties).unwrap_or_default();
                }
                QuarantineEvent::WebhookErased { .. } => values.clear(),
                QuarantineEvent::WebhookReingested { .. } => {}
            },
            _ => {}
        }
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        match self {
            Self::Nothing => {}
            Self::Contact(contact) => rows.push(contact.row(id)),
            Self::Call(view) => rows.push(call_row(id, view)),
            Self::Webhook(tenant, values) => {
                for (value, n) in values.iter().zip(1..) {
                    rows.push(WebhookPartyRow {
                        webhook_id: id.to_owned(),
                        n,
                        tenant: tenant.0.clone(),
                        value: value.clone(),
                    });
                }
            }
            Self::Callee(callee) => {
                if let Some(row) = callee.row(id) {
                    rows.push(row);
                }
            }
        }
    }
}

impl Contact {
    fn fold(&mut self, event: &ContactEvent) {
        use ContactEvent as E;
        let text = |text: &domain::Personal<String>| text.text().map(str::to_owned);
        match event {
            E::ContactAdded { at, name, phone, by } => {
                self.name = text(name);
                self.phone = text(phone);
                self.added_at = *at;
                self.added_by = Some(by.clone());
                self.removed = false;
            }
            E::ContactRenamed { name, phone, .. } => {
                self.name = text(name);
                if let Some(phone) = phone {
                    self.phone = text(phone);
                }
            }
            E::ContactRemoved { .. } => self.removed = true,
            E::ContactErased { .. } => self.erased = true,
        }
        if self.erased {
            self.name = None;
            self.phone = None;
        }
    }

    fn row(&self, id: &str) -> ContactRow {
        ContactRow {
            contact_id: id.to_owned(),
            tenant: self.tenant.0.clone(),
            name: self.name.clone(),
            sort_name: search::folded(self.name.as_deref().unwrap_or_default()),
            phone: self.phone.clone(),
            listed: !self.removed && !self.erased,
            added_at: self.added_at.as_micros(),
            added_by: self.added_by.clone(),
            removed: self.removed,
            erased: self.erased,
        }
    }
}

impl Callee {
    fn fold(&mut self, event: &CalleeEvent) {
        match event {
            CalleeEvent::NumberSuppressed {
                at,
                number,
                origin,
                call,
                by,
            } => {
                self.number = number.text().map(str::to_owned);
                self.is_suppressed = true;
                self.last = Some(Suppression {
                    at: *at,
                    origin: *origin,
                    call: call.as_ref().map(|call| call.0.clone()),
                    by: by.clone(),
                });
            }
            CalleeEvent::SuppressionLifted { .. } => self.is_suppressed = false,
            CalleeEvent::ContactClaimed { contact, .. } => self.contact = Some(contact.0.clone()),
            CalleeEvent::ContactReleased { .. } => self.contact = None,
            CalleeEvent::CalleeErased { .. } => self.number = None,
        }
    }

    fn row(&self, id: &str) -> Option<SuppressionRow> {
        let last = self.last.as_ref()?;
        Some(SuppressionRow {
            callee_id: id.to_owned(),
            tenant: self.tenant.0.clone(),
            number: self.number.clone(),
            suppressed: self.is_suppressed,
            suppressed_at: last.at.as_micros(),
            origin: last.origin.as_str().to_owned(),
            call_id: last.call.clone(),
            suppressed_by: last.by.clone(),
            contact_id: self.contact.clone(),
        })
    }
}

fn call_row(id: &str, view: &CallView) -> NumberCallRow {
    NumberCallRow {
        call_id: id.to_owned(),
        tenant: view.tenant.0.clone(),
        number: view.outside_number().map(str::to_owned),
        hidden: view.hidden,
        started_at: view.started_at().as_micros(),
        direction: view.direction().map(|direction| direction.as_str().to_owned()),
        status: view.status().as_str().to_owned(),
        duration_s: view.duration_s(),
    }
}
