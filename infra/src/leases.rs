//! Which process does a kind of work: a lease in a database that all of them share.
//!
//! With SQLite there is one process, which needs none. The leases lie in a namespace of their own, so that no rebuild of a
//! read model touches them.

use crate::clock::{SharedClock, new_id};
use crate::db::{DatabaseUrl, Db, DbError, Durability, connect};
use crate::on_db;
use crate::subscription::checkpoint;
use domain::Timestamp;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};

const NAME: &str = "processes";
/// How long a lease lasts, in seconds: so long the others wait when a process was killed.
const LASTS_S: i64 = 15;
/// A lease that lasts no longer than this, in seconds, is extended.
const EXTEND_S: i64 = 10;

/// The leases of this process. Cheap to clone.
#[derive(Clone)]
pub struct Leases(Option<Arc<Shared>>);

struct Shared {
    db: Db,
    clock: SharedClock,
    owner: String,
    /// Until when each lease is ours.
    held: Mutex<HashMap<String, Timestamp>>,
}

impl Leases {
    /// Opens the leases of whoever shares this database.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(url: &DatabaseUrl, clock: SharedClock) -> Result<Self, DbError> {
        if let DatabaseUrl::Folder(_) = url {
            return Ok(Self(None));
        }
        let db = connect(url, NAME, Durability::Relaxed, 2).await?;
        on_db!(&db, c => sqlx::query(checkpoint::CHECKPOINT_DDL).execute(c).await.map(|_| ()))?;
        Ok(Self(Some(Arc::new(Shared {
            db,
            clock,
            owner: new_id("process"),
            held: Mutex::default(),
        }))))
    }

    /// Whether this process does this kind of work now: it has the lease, or gets it.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn holds(&self, work: &str) -> Result<bool, DbError> {
        let Some(shared) = &self.0 else { return Ok(true) };
        let now = shared.clock.now();
        let until = shared.lock().get(work).copied();
        if until.is_some_and(|until| until > now.plus_seconds(LASTS_S - EXTEND_S)) {
            return Ok(true);
        }
        if until.is_none() {
            checkpoint::create(&shared.db, work, 0).await?;
        }
        let lease = checkpoint::acquire(&shared.db, work, &shared.owner, now, LASTS_S).await?;
        let mut held = shared.lock();
        match lease {
            Some(_) => held.insert(work.to_owned(), now.plus_seconds(LASTS_S)),
            None => held.insert(work.to_owned(), Timestamp::default()),
        };
        Ok(lease.is_some())
    }

    /// Gives all leases back, so that another process need not wait for them to expire.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn release(&self) -> Result<(), DbError> {
        let Some(shared) = &self.0 else { return Ok(()) };
        let held: Vec<_> = shared.lock().drain().collect();
        for (work, _) in held {
            // Taking what is ours anew tells its token; whoever else has it by now keeps it.
            let now = shared.clock.now();
            if let Some(lease) = checkpoint::acquire(&shared.db, &work, &shared.owner, now, 0).await? {
                checkpoint::release(&shared.db, &work, &lease).await?;
            }
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Timestamp>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
