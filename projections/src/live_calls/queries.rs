//! Queries of `live_calls`.

use super::tables::{LiveCallRow, LiveTurnRow};
use crate::rows::Row;
use infra::db::{DbError, ReadStores};
use infra::event_store::Position;
use infra::on_db;
use infra::subscription::checkpoint;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Most calls in one list.
const MAX_LISTED_CALLS: i64 = 1_000;

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

/// The turns of all calls of [`LIVE`].
static ALL_TURNS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from live_turns where tenant = $1 and call_id in (
           select call_id from live_calls where tenant = $1 and live = 1
            order by started_at desc, call_id desc limit $2
         ) order by call_id, turn, speaker",
        LiveTurnRow::TABLE.column_list()
    )
});

const OPEN: &str = "select call_id, tenant, call_sid, holder from live_calls \
    where call_sid is not null";

const COUNT: &str = "select count(*) from live_calls where tenant = $1 and live = 1";

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    vec![COUNT, OPEN, LIVE.as_str(), ONE.as_str(), ALL_TURNS.as_str()]
}

/// A call that the provider knows and that has not ended.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct OpenCall {
    pub call_id: String,
    pub tenant: String,
    /// The first leg's.
    pub call_sid: String,
    /// [`domain::call::view::Holder`].
    pub holder: String,
}

/// Queries `live_calls`.
#[derive(Clone, Debug)]
pub struct LiveCalls {
    read_stores: ReadStores,
}

impl LiveCalls {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// The position of the model. Later queries include all events up to it.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn position(&self) -> Result<Position, DbError> {
        let db = self.read_stores.current("live_calls").await?.db;
        let checkpoint = checkpoint::read(&db, "live_calls").await?;
        Ok(checkpoint.map_or(0, |checkpoint| checkpoint.position))
    }

    /// The calls in progress, latest first, and their number. The list has at most a thousand calls.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self, tenant: &str) -> Result<(Vec<LiveCallRow>, i64), DbError> {
        let db = self.read_stores.current("live_calls").await?.db;
        let calls: Vec<LiveCallRow> =
            on_db!(&db, c => sqlx::query_as(&LIVE).bind(tenant).bind(MAX_LISTED_CALLS).fetch_all(c).await)?;
        let (total,) = on_db!(&db, c => sqlx::query_as(COUNT).bind(tenant).fetch_one(c).await)?;
        Ok((calls, total))
    }

    /// The turns so far of the calls that [`LiveCalls::list`] returns, by call, in one query.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn turns_of_all(&self, tenant: &str) -> Result<HashMap<String, Vec<LiveTurnRow>>, DbError> {
        let db = self.read_stores.current("live_calls").await?.db;
        let turns: Vec<LiveTurnRow> =
            on_db!(&db, c => sqlx::query_as(&ALL_TURNS).bind(tenant).bind(MAX_LISTED_CALLS).fetch_all(c).await)?;
        let mut by_call: HashMap<String, Vec<LiveTurnRow>> = HashMap::new();
        for turn in turns {
            by_call.entry(turn.call_id.clone()).or_default().push(turn);
        }
        Ok(by_call)
    }

    /// A call, if it is in progress.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn call(&self, tenant: &str, call_id: &str) -> Result<Option<LiveCallRow>, DbError> {
        let db = self.read_stores.current("live_calls").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&ONE).bind(call_id).bind(tenant).fetch_optional(c).await)?)
    }

    /// The calls of all tenants that have not ended, hidden ones too.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn open(&self) -> Result<Vec<OpenCall>, DbError> {
        let db = self.read_stores.current("live_calls").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(OPEN).fetch_all(c).await)?)
    }
}
