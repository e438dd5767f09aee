//! Leases that select the process which runs a kind of job, in a database that all processes share.
//!
//! With SQLite there is only one process, which needs no leases. The leases have their own namespace, so that a rebuild
//! of a read model does not affect them.

use crate::clock::new_id;
use crate::db::{DatabaseUrl, Db, DbError, Durability, connect, create_table};
use crate::subscription::checkpoint;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::{Duration, Instant};

const NAMESPACE: &str = "job_leases";
/// Lifetime of a lease. After a process was killed, others wait this long.
const LEASE_SECONDS: i64 = 15;
/// A lease is extended this long after it was acquired or extended last.
const EXTEND_AFTER: Duration = Duration::from_secs(5);

/// The leases of this process. Cheap to clone.
#[derive(Clone)]
pub struct Leases(Option<Arc<Shared>>);

struct Shared {
    db: Db,
    owner: String,
    /// By kind of work: when the lease was acquired or extended last; `None` if another process held it.
    held: Mutex<HashMap<String, Option<Instant>>>,
}

impl Leases {
    /// Opens the leases in a shared database.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DbError> {
        if let DatabaseUrl::Folder(_) = url {
            return Ok(Self(None));
        }
        let db = connect(url, NAMESPACE, Durability::Relaxed, 2).await?;
        create_table(&db, checkpoint::CHECKPOINT_DDL).await?;
        Ok(Self(Some(Arc::new(Shared {
            db,
            owner: new_id("process"),
            held: Mutex::default(),
        }))))
    }

    /// Whether this process holds the lease for a kind of work. Acquires or extends it if possible.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn holds(&self, work: &str) -> Result<bool, DbError> {
        let Some(shared) = &self.0 else { return Ok(true) };
        let known = shared.lock().get(work).copied();
        if known.flatten().is_some_and(|since| since.elapsed() < EXTEND_AFTER) {
            return Ok(true);
        }
        if known.is_none() {
            checkpoint::create(&shared.db, work, 0).await?;
        }
        // Before the request: the lease lasts at least this long.
        let since = Instant::now();
        let lease = checkpoint::acquire(&shared.db, work, &shared.owner, LEASE_SECONDS).await?;
        shared.lock().insert(work.to_owned(), lease.is_some().then_some(since));
        Ok(lease.is_some())
    }

    /// Releases all leases, so that another process does not wait for them to expire.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn release(&self) -> Result<(), DbError> {
        let Some(shared) = &self.0 else { return Ok(()) };
        let held: Vec<_> = shared.lock().drain().collect();
        for (work, _) in held {
            // Acquiring an own lease again returns its fencing token. A lease that another process holds by now is
            // kept.
            if let Some(lease) = checkpoint::acquire(&shared.db, &work, &shared.owner, 0).await? {
                checkpoint::release(&shared.db, &work, &lease).await?;
            }
        }
        Ok(())
    }
}

impl Shared {
    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Option<Instant>>> {
        self.held.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
