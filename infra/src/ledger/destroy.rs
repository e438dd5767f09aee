//! Destroys the data keys of erased streams, once, and records that as an event.

use super::{INSTALLATION, Ledger, LedgerError};
use crate::clock::new_id;
use crate::event_store::{Actor, Metadata, StoreError, StreamId};
use crate::keys::Destroyed;
use domain::Tenant;
use domain::ledger::{Ledger as LedgerState, LedgerCommand, erased_stream_id};

impl Ledger {
    /// Destroys a stream's data key, records `DataKeyDestroyed` and drops the stream from caches. The erasing event must
    /// have been appended before. A key that was destroyed before is left as it is, with the time of that.
    ///
    /// # Errors
    /// When a database cannot be used. Then this must be retried.
    pub async fn destroy_key(&self, stream: &StreamId) -> Result<Destroyed, StoreError> {
        self.0.streams.forget(stream);
        let destroyed = self.0.keys.destroy(stream).await?;
        self.0.store.recent().forget();
        let command = LedgerCommand::RecordKeyDestroyed {
            at: destroyed.at,
            aggregate_type: stream.aggregate_type.clone(),
            aggregate_id: stream.aggregate_id.clone(),
        };
        let actor = Actor::Process("eraser".to_owned());
        let metadata =
            Metadata::new(Tenant::from(INSTALLATION), actor, new_id("correlation")).with_key(command_key(stream));
        let id = erased_stream_id(&stream.aggregate_type, &stream.aggregate_id);
        match self.execute::<LedgerState>(&id, command, metadata).await {
            Err(LedgerError::Store(error)) => Err(error),
            // Otherwise another process records it, or has recorded it.
            Ok(_) | Err(LedgerError::Rejected(_) | LedgerError::Conflict) => Ok(destroyed),
        }
    }

    /// Those of these erased streams whose keys are not destroyed, or whose destruction is not recorded. The others are
    /// dropped from caches.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn keys_to_destroy(&self, streams: &[StreamId]) -> Result<Vec<StreamId>, StoreError> {
        let left = self.0.keys.not_destroyed(streams).await?;
        let mut due = Vec::new();
        for stream in streams {
            let is_due = left.contains(stream) || self.0.store.command_position(&command_key(stream)).await?.is_none();
            if is_due {
                due.push(stream.clone());
            } else {
                self.0.streams.forget(stream);
                self.0.keys.forget(stream);
            }
        }
        if due.len() < streams.len() {
            self.0.store.recent().forget();
        }
        Ok(due)
    }
}

fn command_key(stream: &StreamId) -> String {
    format!("data-key-destroyed/{}/{}", stream.aggregate_type, stream.aggregate_id)
}
