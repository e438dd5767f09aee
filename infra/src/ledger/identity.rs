//! The identity of a log: its first event, written before any other.

use super::{Ledger, LedgerOpenError};
use crate::clock::{SharedClock, new_id, random_bytes};
use crate::event_store::{Actor, Event, Metadata, StoreError};
use domain::Tenant;
use domain::ledger::{Ledger as LedgerState, LedgerClock, LedgerCommand, LedgerEvent, STREAM_ID};

/// The tenant of events that belong to the installation and to no tenant.
pub const INSTALLATION: &str = "installation";

/// The identity of a log, and the clock of its times.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Identity {
    /// 32 lower-case hex digits.
    pub id: String,
    pub clock: LedgerClock,
}

/// The identity of the log; writes it first when the log is empty. Processes that open an empty log at the same time
/// agree: one appends it, the others find it.
pub(super) async fn ensure(ledger: &Ledger, clock: &SharedClock) -> Result<Identity, LedgerOpenError> {
    if let Some(identity) = read(ledger).await? {
        return Ok(identity);
    }
    let command = LedgerCommand::Create {
        at: clock.now(),
        identity: format!("{:032x}", u128::from_be_bytes(random_bytes())),
        clock: LedgerClock::System,
    };
    let actor = Actor::Process("ledger".to_owned());
    let metadata = Metadata::new(Tenant::from(INSTALLATION), actor, new_id("correlation"));
    // Rejected if another process was faster; then its identity is read below.
    if let Err(error) = ledger.execute::<LedgerState>(STREAM_ID, command, metadata).await {
        tracing::debug!(%error, "identity written by another process");
    }
    read(ledger).await?.ok_or(LedgerOpenError::EarlierBuild)
}

/// `None`: the log is empty.
pub(super) async fn read(ledger: &Ledger) -> Result<Option<Identity>, LedgerOpenError> {
    let first = ledger.read_all(0, 1).await.map_err(LedgerOpenError::Store)?;
    match first.first().map(|recorded| &recorded.event) {
        None => Ok(None),
        Some(Event::Ledger(LedgerEvent::LedgerCreated { identity, clock, .. })) => Ok(Some(Identity {
            id: identity.clone(),
            clock: *clock,
        })),
        Some(Event::Unreadable { reason }) => Err(StoreError::Unreadable(reason.clone()).into()),
        Some(_) => Err(LedgerOpenError::EarlierBuild),
    }
}
