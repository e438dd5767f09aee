//! The log: append-only, one dense global order, optimistic concurrency, idempotent commands.
//!
//! This module stores bytes: payloads and metadata are sealed. `keys` seals them, `ledger` decides on commands. Why
//! this is not done by postgres-es or sqlite-es is in `docs/decisions`.

mod append;
mod entry;
mod error;
mod postgres;
mod read;
mod sqlite;
mod sqlite_reader;
mod store;
mod stored_metadata;

pub use crate::events::{Actor, Event, Metadata, Params, Position, Recorded, StreamId, UnknownActor};
pub use append::{Append, Appended, NewEvent};
pub use error::StoreError;
pub use read::{RawEvent, STATEMENTS};
pub(crate) use read::{head as read_head, read_all as read_raw};
pub use store::{EventStore, OpenError};
pub(crate) use stored_metadata::StoredMetadata;

/// The schema, or the file name, of the log.
pub(crate) const NAME: &str = "ledger";
