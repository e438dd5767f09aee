//! Which users are online at which process, so that every process knows. Only user identifiers and times are stored.
//!
//! A process writes its row again and again with a higher beat. Readers judge by the beat whether a process still runs:
//! no clocks have to agree for that.

use super::Accounts;
use crate::db::Db;
use crate::on_db;
use domain::Timestamp;
use serde::{Deserialize, Serialize};

const PUT: &str = "insert into presence (process, beat, online) values ($1, $2, $3)
  on conflict (process) do update set beat = excluded.beat, online = excluded.online";
const OTHERS: &str = "select process, beat, online from presence where process <> $1";
const DELETE: &str = "delete from presence where process = $1";

pub(super) const STATEMENTS: &[&str] = &[PUT, OTHERS, DELETE];

/// A user who is online at a process.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct OnlineUser {
    pub user_id: String,
    /// Time of the last request, by the service's clock.
    pub at: Timestamp,
    /// Number of open live feeds.
    pub feeds: usize,
}

/// The users who are online at another process.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ProcessPresence {
    pub process: String,
    /// Higher with each write of the process.
    pub beat: i64,
    pub online: Vec<OnlineUser>,
}

impl Accounts {
    /// Whether other processes may use the same accounts.
    #[must_use]
    pub const fn is_shared(&self) -> bool {
        matches!(self.db, Db::Postgres(_))
    }

    /// Writes who is online at this process.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn put_presence(&self, process: &str, beat: i64, online: &[OnlineUser]) -> Result<(), sqlx::Error> {
        let online = serde_json::to_string(online).map_err(|error| sqlx::Error::Encode(error.into()))?;
        on_db!(&self.db, c => sqlx::query(PUT).bind(process).bind(beat).bind(online).execute(c).await.map(|_| ()))
    }

    /// Who is online at the other processes. The rows of processes that no longer run are included.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn presence_elsewhere(&self, process: &str) -> Result<Vec<ProcessPresence>, sqlx::Error> {
        let rows: Vec<(String, i64, String)> =
            on_db!(&self.db, c => sqlx::query_as(OTHERS).bind(process).fetch_all(c).await)?;
        let read = |(process, beat, online): (String, i64, String)| ProcessPresence {
            process,
            beat,
            // Another version of the program may write another shape.
            online: serde_json::from_str(&online).unwrap_or_default(),
        };
        Ok(rows.into_iter().map(read).collect())
    }

    /// Removes the row of a process that has stopped.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn remove_presence(&self, process: &str) -> Result<(), sqlx::Error> {
        on_db!(&self.db, c => sqlx::query(DELETE).bind(process).execute(c).await.map(|_| ()))
    }
}
