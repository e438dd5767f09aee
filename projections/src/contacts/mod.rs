//! `contacts`: the contacts, with the last call of each, and the suppressed numbers.
//!
//! The last call of a number comes from this model's own table of calls by number: no query joins two models. Whether
//! a number may be called is asked of the log, not of this model.

mod fold;
pub mod queries;
pub mod tables;
mod webhook;

pub use queries::{ContactCursor, ContactWithLastCall, Contacts};

use crate::engine::{ReadModel, Schema, schema};
use crate::rows::{Rows, Table};
use fold::ContactsDocument;
use infra::db::Engine;
use infra::event_store::{Event, Recorded};

/// The read model.
pub struct ContactsModel;

impl ReadModel for ContactsModel {
    const NAME: &'static str = "contacts";
    const VERSION: i64 = 6;
    const TABLES: &'static [Table] = tables::TABLES;
    type Doc = ContactsDocument;

    fn schema(engine: Engine) -> Schema {
        schema!("contacts", engine)
    }

    fn concerns(event: &Event) -> bool {
        matches!(
            event,
            Event::Call(_) | Event::Contact(_) | Event::Callee(_) | Event::Quarantine(_)
        )
    }

    fn fold(document: &mut ContactsDocument, event: &Recorded) {
        document.fold(&event.metadata.tenant, &event.event);
    }

    fn rows(id: &str, document: &ContactsDocument, rows: &mut Rows) {
        document.write_rows(id, rows);
    }
}
