//! Folds events into a [`ContactsDocument`]. Pure.

use super::tables::{ContactRow, NumberCallRow};
use crate::rows::Rows;
use domain::call::view::CallView;
use domain::contact::ContactEvent;
use domain::{Tenant, Timestamp};
use infra::event_store::Event;

/// The state of one stream in `contacts`.
#[derive(Clone, Debug, Default)]
pub enum ContactsDocument {
    #[default]
    Nothing,
    Contact(Contact),
    Call(Box<CallView>),
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
                _ => return,
            };
        }
        match (self, event) {
            (Self::Contact(contact), Event::Contact(event)) => contact.fold(event),
            (Self::Call(view), Event::Call(event)) => view.fold(tenant, event),
            _ => {}
        }
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        match self {
            Self::Nothing => {}
            Self::Contact(contact) => rows.push(contact.row(id)),
            Self::Call(view) => rows.push(call_row(id, view)),
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
            sort_name: self.name.as_deref().unwrap_or_default().to_lowercase(),
            phone: self.phone.clone(),
            listed: !self.removed && !self.erased,
            added_at: self.added_at.as_micros(),
            added_by: self.added_by.clone(),
            removed: self.removed,
            erased: self.erased,
        }
    }
}

fn call_row(id: &str, view: &CallView) -> NumberCallRow {
    NumberCallRow {
        call_id: id.to_owned(),
        tenant: view.tenant.0.clone(),
        number: view.outside_number().filter(|_| !view.hidden).map(str::to_owned),
        started_at: view.started_at().as_micros(),
        direction: view.direction().map(|direction| direction.as_str().to_owned()),
        status: view.status().as_str().to_owned(),
        duration_s: view.duration_s(),
    }
}
