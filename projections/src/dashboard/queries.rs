//! Queries of `dashboard`.

use super::tables::{FigureRow, LatestRow};
use crate::rows::{Row, Table};
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::sync::LazyLock;

/// Sums over a range of buckets. No row if there was no call.
static SUMS: LazyLock<String> = LazyLock::new(|| {
    let FigureTable { key, amounts } = FigureTable::of(&FigureRow::TABLE);
    let sums: Vec<_> = amounts
        .iter()
        .map(|name| format!("cast(sum({name}) as bigint)"))
        .collect();
    format!(
        "select tenant, scale, cast(min(bucket) as bigint), {} from figures
         where tenant = $1 and scale = $2 and bucket >= $3 and bucket < $4 group by {}",
        sums.join(", "),
        key[..2].join(", ")
    )
});

static SERIES: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from figures where tenant = $1 and scale = $2 and bucket >= $3 and bucket < $4 order by bucket",
        FigureRow::TABLE.column_list()
    )
});

static LATEST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from dashboard_calls where tenant = $1 and listed = 1
         order by started_at desc, call_id desc limit $2",
        LatestRow::TABLE.column_list()
    )
});

struct FigureTable {
    key: Vec<&'static str>,
    amounts: Vec<&'static str>,
}

impl FigureTable {
    fn of(table: &Table) -> Self {
        let mut key: Vec<_> = table.columns.iter().map(|column| column.name).collect();
        let amounts = key.split_off(table.key);
        Self { key, amounts }
    }
}

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    vec![SUMS.as_str(), SERIES.as_str(), LATEST.as_str()]
}

/// The length of the period of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Scale {
    /// All time. The only bucket is 0.
    All,
    /// A day in UTC; buckets are days since 1970-01-01.
    Day,
    /// An hour; buckets are hours since 1970-01-01T00:00Z.
    Hour,
}

impl Scale {
    const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::Day => "day",
            Self::Hour => "hour",
        }
    }
}

/// Queries `dashboard`.
#[derive(Clone, Debug)]
pub struct Dashboard {
    read_stores: ReadStores,
}

impl Dashboard {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// The figures since the first call. `None` if there was no call.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn all_time(&self, tenant: &str) -> Result<Option<FigureRow>, DbError> {
        self.sums(tenant, Scale::All, 0..1).await
    }

    /// The figures summed over buckets. `None` if there was no call.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn sums(
        &self,
        tenant: &str,
        scale: Scale,
        buckets: std::ops::Range<i64>,
    ) -> Result<Option<FigureRow>, DbError> {
        let db = self.read_stores.current("dashboard").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&SUMS)
            .bind(tenant)
            .bind(scale.as_str())
            .bind(buckets.start)
            .bind(buckets.end)
            .fetch_optional(c)
            .await)?)
    }

    /// The figures of each bucket with calls, earliest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn series(
        &self,
        tenant: &str,
        scale: Scale,
        buckets: std::ops::Range<i64>,
    ) -> Result<Vec<FigureRow>, DbError> {
        let db = self.read_stores.current("dashboard").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&SERIES)
            .bind(tenant)
            .bind(scale.as_str())
            .bind(buckets.start)
            .bind(buckets.end)
            .fetch_all(c)
            .await)?)
    }

    /// The latest calls by start.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn latest(&self, tenant: &str, limit: i64) -> Result<Vec<LatestRow>, DbError> {
        let db = self.read_stores.current("dashboard").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&LATEST).bind(tenant).bind(limit).fetch_all(c).await)?)
    }
}
