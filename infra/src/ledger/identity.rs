//! The identity of a log: its first event, written before any other.

use super::{Ledger, LedgerError, LedgerOpenError};
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
/// agree: one appends it, the others find it. A log of another clock is refused.
pub(super) async fn ensure(ledger: &Ledger, clock: &SharedClock) -> Result<Identity, LedgerOpenError> {
    if let Some(identity) = read(ledger).await? {
        return with_clock(identity, clock.kind());
    }
    let command = LedgerCommand::Create {
        at: clock.now(),
        identity: format!("{:032x}", u128::from_be_bytes(random_bytes())),
        clock: clock.kind(),
    };
    let actor = Actor::Process("ledger".to_owned());
    let metadata = Metadata::new(Tenant::from(INSTALLATION), actor, new_id("correlation"));
    match ledger.execute::<LedgerState>(STREAM_ID, command, metadata).await {
        // Refused if another process was faster: its identity is read below.
        Ok(_) | Err(LedgerError::Rejected(_) | LedgerError::Conflict) => {}
        Err(LedgerError::Store(error)) => return Err(error.into()),
    }
    with_clock(read(ledger).await?.ok_or(LedgerOpenError::EarlierBuild)?, clock.kind())
}

fn with_clock(identity: Identity, clock: LedgerClock) -> Result<Identity, LedgerOpenError> {
    let recorded = identity.clock;
    if recorded == clock {
        Ok(identity)
    } else {
        Err(LedgerOpenError::Clock { recorded, clock })
    }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::{Clock, SystemClock};
    use crate::db::DatabaseUrl;
    use crate::keys::MasterKey;
    use crate::ledger::LedgerOptions;
    use domain::Timestamp;
    use futures::future::BoxFuture;
    use std::sync::Arc;

    /// The system clock, recorded as the sandbox's.
    struct VirtualClock;

    impl Clock for VirtualClock {
        fn now(&self) -> Timestamp {
            SystemClock.now()
        }

        fn kind(&self) -> LedgerClock {
            LedgerClock::Sandbox
        }

        fn sleep_until(&self, at: Timestamp) -> BoxFuture<'static, ()> {
            SystemClock.sleep_until(at)
        }
    }

    #[tokio::test]
    async fn first_event_records_the_clock_and_another_clock_is_refused() {
        let folder = tempfile::tempdir().expect("a folder");
        let master_key = MasterKey::random();
        let options = |clock: SharedClock| LedgerOptions {
            database: DatabaseUrl::Folder(folder.path().into()),
            keys: DatabaseUrl::Folder(folder.path().into()),
            master_key: master_key.clone().into(),
            clock,
        };
        let ledger = Ledger::open(options(Arc::new(VirtualClock))).await.expect("a ledger");
        assert_eq!(ledger.identity().map(|it| it.clock), Some(LedgerClock::Sandbox));
        let created = ledger.last_recorded_at().await.expect("a time");
        assert!(created > Timestamp::default() && created <= SystemClock.now());
        drop(ledger);

        let refused = Ledger::open(options(Arc::new(SystemClock)))
            .await
            .err()
            .expect("refused");
        assert_eq!(
            refused.to_string(),
            "the ledger takes its times from the sandbox clock, but the system clock is configured: set CLOCK=sandbox, \
             or use an empty data folder or database"
        );
        // Readers only need the events.
        let read_only = Ledger::open_read_only(options(Arc::new(SystemClock)))
            .await
            .expect("a ledger");
        assert_eq!(read_only.identity().map(|it| it.clock), Some(LedgerClock::Sandbox));
        drop(read_only);
        Ledger::open(options(Arc::new(VirtualClock))).await.expect("reopened");
    }
}
