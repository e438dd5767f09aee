//! Questions to `live_calls`.

use super::tables::{LiveCallRow, LiveTurnRow};
use crate::rows::Row;
use infra::db::{DbError, Views};
use infra::event_store::Position;
use infra::on_db;
use infra::subscription::checkpoint;
use std::sync::LazyLock;

/// Most live calls that are told of at once.
const MOST: i64 = 1_000;

static LIVE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from live_calls where tenant = $1 and live = 1 order by started_at desc, call_id desc limit $2",
        LiveCallRow::TABLE.column_list()
    )
});

static ONE: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from live_calls where call_id = $1 and tenant = $2 and live = 1",
        LiveCallRow::TABLE.column_list()
    )
});

static TURNS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from live_turns where call_id = $1 and tenant = $2 order by turn, speaker",
        LiveTurnRow::TABLE.column_list()
    )
});

const COUNT: &str = "select count(*) from live_calls where tenant = $1 and live = 1";

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    vec![COUNT, LIVE.as_str(), ONE.as_str(), TURNS.as_str()]
}

/// Asks `live_calls`.
#[derive(Clone, Debug)]
pub struct LiveCalls {
    views: Views,
}

impl LiveCalls {
    pub(crate) const fn new(views: Views) -> Self {
        Self { views }
    }

    /// How far the model is: whatever is asked of it after this holds everything up to there.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn position(&self) -> Result<Position, DbError> {
        let db = self.views.current("live_calls").await?.db;
        let checkpoint = checkpoint::read(&db, "live_calls").await?;
        Ok(checkpoint.map_or(0, |checkpoint| checkpoint.position))
    }

    /// The calls that go on now, the latest first, and how many there are: no more than a thousand are told of.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self, tenant: &str) -> Result<(Vec<LiveCallRow>, i64), DbError> {
        let db = self.views.current("live_calls").await?.db;
        let calls: Vec<LiveCallRow> =
            on_db!(&db, c => sqlx::query_as(&LIVE).bind(tenant).bind(MOST).fetch_all(c).await)?;
        let told = i64::try_from(calls.len()).unwrap_or(MOST);
        if told < MOST {
            return Ok((calls, told));
        }
        let (all,) = on_db!(&db, c => sqlx::query_as(COUNT).bind(tenant).fetch_one(c).await)?;
        Ok((calls, all))
    }

    /// A call, if it goes on now.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn call(&self, tenant: &str, call_id: &str) -> Result<Option<LiveCallRow>, DbError> {
        let db = self.views.current("live_calls").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&ONE).bind(call_id).bind(tenant).fetch_optional(c).await)?)
    }

    /// What was said so far in a call that goes on.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn turns(&self, tenant: &str, call_id: &str) -> Result<Vec<LiveTurnRow>, DbError> {
        let db = self.views.current("live_calls").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&TURNS).bind(call_id).bind(tenant).fetch_all(c).await)?)
    }
}
