//! Queries of `dashboard`.

use super::tables::{FigureRow, LatestRow};
use crate::rows::Row;
use domain::calendar::{QUARTER_HOURS_PER_DAY, QUARTER_HOURS_PER_HOUR, Run, Spans};
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::ops::Range;
use std::sync::LazyLock;

/// Sums over a range of quarter hours: the whole days of UTC in it, and the quarter hours before and after them. No row if
/// there was no call.
static SUMS: LazyLock<String> = LazyLock::new(|| {
    let columns = FigureRow::TABLE.column_list();
    let range = |scale: Scale, first: usize, end: usize| {
        let scale = scale.as_str();
        format!(
            "select {columns} from figures where tenant = $1 and scale = '{scale}' and bucket >= ${first} and bucket < ${end}"
        )
    };
    let ranges = [
        range(Scale::QuarterHour, 2, 3),
        range(Scale::UtcDay, 4, 5),
        range(Scale::QuarterHour, 6, 7),
    ];
    format!(
        "select tenant, min(scale), cast(min(bucket) as bigint), {} from ({}) figures group by tenant",
        sums(),
        ranges.join(" union all ")
    )
});

/// Sums over each span of a run. The bucket of a span is its first quarter hour. From hours that lie within a span, and
/// from the other quarter hours between `$5` and `$6`, which are none if spans start at hours.
static SERIES: LazyLock<String> = LazyLock::new(|| {
    let range = |scale: Scale, start: &str, condition: &str| {
        format!(
            "select figures.*, $2 + ({start} - $2) / $4 * $4 as span from figures
             where tenant = $1 and scale = '{}' and {condition}",
            scale.as_str()
        )
    };
    let hours = range(
        Scale::Hour,
        "bucket * 4",
        "bucket >= ($2 + 3) / 4 and bucket < $3 / 4 and (bucket * 4 - $2) % $4 + 4 <= $4",
    );
    let other = range(
        Scale::QuarterHour,
        "bucket",
        "bucket >= $5 and bucket < $6
         and (bucket / 4 * 4 < $2 or (bucket / 4 * 4 - $2) % $4 + 4 > $4)",
    );
    format!(
        "select min(tenant), min(scale), span, {} from ({hours} union all {other}) figures group by span order by span",
        sums()
    )
});

static ALL_TIME: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from figures where tenant = $1 and scale = '{}'",
        FigureRow::TABLE.column_list(),
        Scale::All.as_str()
    )
});

static LATEST: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from dashboard_calls where tenant = $1 and listed = 1
         order by started_at desc, call_id desc limit $2",
        LatestRow::TABLE.column_list()
    )
});

/// The sum of each figure.
fn sums() -> String {
    let amounts = &FigureRow::TABLE.columns[FigureRow::TABLE.key..];
    let sums: Vec<_> = amounts
        .iter()
        .map(|column| format!("cast(sum({}) as bigint)", column.name))
        .collect();
    sums.join(", ")
}

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    vec![ALL_TIME.as_str(), SUMS.as_str(), SERIES.as_str(), LATEST.as_str()]
}

/// The length of the period of a figure.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Scale {
    /// All time. The only bucket is 0.
    All,
    /// A day in UTC; buckets are days since 1970-01-01.
    UtcDay,
    /// Buckets are hours since 1970-01-01T00:00Z.
    Hour,
    /// Buckets are quarter hours since 1970-01-01T00:00Z.
    QuarterHour,
}

impl Scale {
    pub(super) const fn as_str(self) -> &'static str {
        match self {
            Self::All => "all",
            Self::UtcDay => "utc_day",
            Self::Hour => "hour",
            Self::QuarterHour => "quarter_hour",
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
        let db = self.read_stores.current("dashboard").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&ALL_TIME).bind(tenant).fetch_optional(c).await)?)
    }

    /// The figures summed over quarter hours. `None` if there was no call.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn sums(&self, tenant: &str, quarter_hours: Range<i64>) -> Result<Option<FigureRow>, DbError> {
        let Range { start, end } = quarter_hours;
        let first_day = start.div_euclid(QUARTER_HOURS_PER_DAY) + i64::from(start % QUARTER_HOURS_PER_DAY != 0);
        let end_day = end.div_euclid(QUARTER_HOURS_PER_DAY).max(first_day);
        let db = self.read_stores.current("dashboard").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&SUMS)
            .bind(tenant)
            .bind(start)
            .bind(end.min(first_day * QUARTER_HOURS_PER_DAY))
            .bind(first_day)
            .bind(end_day)
            .bind(end_day * QUARTER_HOURS_PER_DAY)
            .bind(end)
            .fetch_optional(c)
            .await)?)
    }

    /// The figures of each span with calls, earliest first. The bucket of a span is its first quarter hour.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn series(&self, tenant: &str, spans: &Spans) -> Result<Vec<FigureRow>, DbError> {
        let db = self.read_stores.current("dashboard").await?.db;
        let mut all = Vec::new();
        for Run { start, end, length } in spans.runs() {
            let are_hours = start % QUARTER_HOURS_PER_HOUR == 0 && length % QUARTER_HOURS_PER_HOUR == 0;
            let rows: Vec<FigureRow> = on_db!(&db, c => sqlx::query_as(&SERIES)
                .bind(tenant)
                .bind(start)
                .bind(end)
                .bind(length)
                .bind(start)
                .bind(if are_hours { start } else { end })
                .fetch_all(c)
                .await)?;
            all.extend(rows);
        }
        Ok(all)
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
