//! How events change a contact, and what a call says about its number. Pure.

use super::tables::{ContactRow, NumberCallRow};
use crate::facts::CallFacts;
use crate::rows::{ForeignRow, Owner, Row, Rows};
use domain::contact::ContactEvent;
use domain::{Tenant, Timestamp};
use infra::event_store::Event;

/// What is known of one stream in `contacts`.
#[derive(Clone, Debug, Default)]
pub enum ContactsDocument {
    /// Nothing yet.
    #[default]
    Nothing,
    /// A contact.
    Contact(Contact),
    /// A call.
    Call(Box<CallFacts>),
}

/// A contact.
#[derive(Clone, Debug, Default)]
pub struct Contact {
    tenant: Tenant,
    name: Option<String>,
    phone: Option<String>,
    do_not_call: Option<String>,
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
            (Self::Call(facts), Event::Call(event)) => facts.fold(tenant, event),
            _ => {}
        }
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        match self {
            Self::Nothing => {}
            Self::Contact(contact) => rows.push(contact.row(id)),
            Self::Call(facts) => rows.push(call_row(id, facts)),
        }
    }

    pub(super) fn of_rows(owner: Owner, mut rows: Rows) -> Result<Self, ForeignRow> {
        if owner == Owner::Contact {
            let row = rows
                .take::<ContactRow>()?
                .pop()
                .ok_or(ForeignRow(ContactRow::TABLE.name))?;
            return Ok(Self::Contact(Contact::of_row(row)));
        }
        let foreign = ForeignRow(NumberCallRow::TABLE.name);
        let row = rows.take::<NumberCallRow>()?.pop().ok_or(foreign)?;
        Ok(Self::Call(Box::new(CallFacts::of_json(&row.facts).ok_or(foreign)?)))
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
            E::DoNotCallListed { reason, .. } => self.do_not_call = Some(reason.clone()),
            E::DoNotCallLifted { .. } => self.do_not_call = None,
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
            do_not_call: self.do_not_call.is_some(),
            do_not_call_reason: self.do_not_call.clone(),
            added_at: self.added_at.as_micros(),
            added_by: self.added_by.clone(),
            removed: self.removed,
            erased: self.erased,
        }
    }

    fn of_row(row: ContactRow) -> Self {
        Self {
            tenant: row.tenant.into(),
            name: row.name,
            phone: row.phone,
            do_not_call: row.do_not_call_reason,
            added_at: Timestamp(row.added_at),
            added_by: row.added_by,
            removed: row.removed,
            erased: row.erased,
        }
    }
}

fn call_row(id: &str, facts: &CallFacts) -> NumberCallRow {
    NumberCallRow {
        call_id: id.to_owned(),
        tenant: facts.tenant.0.clone(),
        number: facts.outside_number().filter(|_| !facts.hidden).map(str::to_owned),
        started_at: facts.started_at().as_micros(),
        direction: facts.direction().map(|direction| direction.as_str().to_owned()),
        status: facts.status().as_str().to_owned(),
        duration_s: facts.duration_s(),
        facts: facts.to_json(),
    }
}
