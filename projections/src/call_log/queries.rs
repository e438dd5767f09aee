//! Queries of `call_log`.

use super::search::{self, Patterns};
use super::tables::{AssetRow, CallRow, CorrectionRow, FieldRow, FilterCountRow, ParticipantRow, SegmentRow};
use crate::rows::{Row, Table};
use domain::call::view::Filter;
use infra::db::{Db, DbError, ReadStores};
use infra::on_db;
use std::collections::HashMap;
use std::sync::LazyLock;

/// Most calls that one page of a free-text search scans.
pub const SEARCH_WINDOW: i64 = 20_000;
/// Calls that one statement of a search scans.
const SEARCH_STEP: i64 = 2_000;

/// Parameters of a list of calls.
#[derive(Clone, Debug)]
pub struct CallQuery {
    pub filter: Filter,
    /// Free text: part of a name, a number or the transcript.
    pub q: Option<String>,
    /// Earliest start, inclusive, in epoch microseconds.
    pub from: Option<i64>,
    /// Latest start, exclusive, in epoch microseconds.
    pub to: Option<i64>,
    pub agent: Option<String>,
    pub grade: Option<String>,
    /// The end of the previous page.
    pub after: Option<Cursor>,
    /// Most calls in the page.
    pub limit: i64,
}

impl Default for CallQuery {
    fn default() -> Self {
        let (q, from, to, agent, grade, after) = (None, None, None, None, None, None);
        Self {
            filter: Filter::All,
            q,
            from,
            to,
            agent,
            grade,
            after,
            limit: 50,
        }
    }
}

/// The end of a page: the last call that was scanned.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Cursor {
    /// Epoch microseconds.
    pub started_at: i64,
    pub call_id: String,
}

impl Cursor {
    fn of(call: &CallRow) -> Self {
        Self {
            started_at: call.started_at,
            call_id: call.call_id.clone(),
        }
    }
}

/// A page of calls, newest first.
#[derive(Clone, Debug)]
pub struct Page {
    pub calls: Vec<CallRow>,
    /// The start of the next page; `None` on the last page. A page of a search may be short or empty although more
    /// follow.
    pub next: Option<Cursor>,
}

/// A call with its legs, recordings, corrections and fields.
#[derive(Clone, Debug)]
pub struct CallWithAll {
    pub call: CallRow,
    pub participants: Vec<ParticipantRow>,
    pub recordings: Vec<AssetRow>,
    /// Includes withdrawn corrections.
    pub corrections: Vec<CorrectionRow>,
    /// The values that the agent collected.
    pub fields: Vec<FieldRow>,
}

/// Queries `call_log`.
#[derive(Clone, Debug)]
pub struct CallLog {
    pub(super) read_stores: ReadStores,
}

const COUNTS: &str = "select tenant, filter, calls from filter_counts where tenant = $1";

/// The statements of lists, by filter and by whether agent, grade and text are given.
static LISTS: LazyLock<HashMap<(Filter, bool, bool, bool), ListSql>> = LazyLock::new(|| {
    let mut lists = HashMap::new();
    for filter in Filter::ALL {
        for shape in 0..8 {
            let (agent, grade, text) = (shape & 1 != 0, shape & 2 != 0, shape & 4 != 0);
            lists.insert(
                (*filter, agent, grade, text),
                ListSql::compose(*filter, agent, grade, text),
            );
        }
    }
    lists
});

struct ListSql {
    page: String,
    /// Selects the last call of a search step.
    step_end: String,
}

impl ListSql {
    /// `$1` tenant, `$2` and `$3` the cursor, `$4` from, `$5` agent, `$6` grade, `$7` limit, `$8` and `$10` patterns,
    /// `$9` step.
    /// Each filter has indexes in the order of the list: for all calls, by agent, by grade, and by both.
    fn compose(filter: Filter, agent: bool, grade: bool, text: bool) -> Self {
        let agent = if agent {
            "c.agent = $5"
        } else {
            "cast($5 as text) is null"
        };
        let grade = if grade {
            "c.grade = $6"
        } else {
            "cast($6 as text) is null"
        };
        let matching = format!(
            "from calls c where c.tenant = $1 and c.in_{} = 1 and (c.started_at, c.call_id) < ($2, $3)
               and c.started_at >= $4 and {agent} and {grade} order by c.started_at desc, c.call_id desc",
            filter.as_str()
        );
        let columns = |alias: &str| {
            let columns = CallRow::TABLE.columns.iter();
            columns
                .map(|column| format!("{alias}.{}", column.name))
                .collect::<Vec<_>>()
                .join(", ")
        };
        let page = if text {
            format!(
                "select {} from (select c.call_id, c.started_at {matching} limit $9) as chosen
                   join call_search s on s.call_id = chosen.call_id
                   join calls c on c.call_id = chosen.call_id
                 where s.text like $8 escape '\\' or s.text like $10 escape '\\'
                 order by chosen.started_at desc, chosen.call_id desc limit $7",
                columns("c")
            )
        } else {
            format!("select {} {matching} limit $7", columns("c"))
        };
        Self {
            page,
            step_end: format!("select c.started_at, c.call_id {matching} limit 1 offset $7"),
        }
    }
}

fn of_call(table: &Table, order: &str) -> String {
    format!(
        "select {} from {} where call_id = $1 and tenant = $2 order by {order}",
        table.column_list(),
        table.name
    )
}

struct CallSql {
    call: String,
    participants: String,
    segments: String,
    recordings: String,
    corrections: String,
    fields: String,
}

static OF_CALL: LazyLock<CallSql> = LazyLock::new(|| CallSql {
    call: of_call(&CallRow::TABLE, "call_id"),
    participants: of_call(&ParticipantRow::TABLE, "leg"),
    segments: of_call(&SegmentRow::TABLE, "phase, engine, n, speaker"),
    recordings: of_call(&AssetRow::TABLE, "phase, recording"),
    corrections: of_call(&CorrectionRow::TABLE, "correction"),
    fields: of_call(&FieldRow::TABLE, "field"),
});

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    let of_call = &*OF_CALL;
    let mut all = vec![
        COUNTS,
        &of_call.call,
        &of_call.participants,
        &of_call.segments,
        &of_call.recordings,
        &of_call.corrections,
        &of_call.fields,
    ];
    all.extend(
        LISTS
            .values()
            .flat_map(|list| [list.page.as_str(), list.step_end.as_str()]),
    );
    all
}

/// A list query with its parameters, which can be run from any cursor.
struct List<'a> {
    db: &'a Db,
    sql: &'a ListSql,
    tenant: &'a str,
    query: &'a CallQuery,
    from: i64,
}

impl List<'_> {
    /// The calls after a cursor. With patterns, only the matching calls within one search step.
    async fn page(&self, after: &Cursor, limit: i64, patterns: Option<&Patterns>) -> Result<Vec<CallRow>, sqlx::Error> {
        on_db!(self.db, c => {
            let mut query = sqlx::query_as(&self.sql.page)
                .bind(self.tenant)
                .bind(after.started_at)
                .bind(&after.call_id)
                .bind(self.from)
                .bind(&self.query.agent)
                .bind(&self.query.grade)
                .bind(limit);
            if let Some(patterns) = patterns {
                query = query.bind(&patterns.text).bind(SEARCH_STEP).bind(&patterns.number);
            }
            query.fetch_all(c).await
        })
    }

    /// The last call of a search step after a cursor. `None` if fewer calls remain.
    async fn step_end(&self, after: &Cursor) -> Result<Option<Cursor>, sqlx::Error> {
        let end: Option<(i64, String)> = on_db!(self.db, c => sqlx::query_as(&self.sql.step_end)
            .bind(self.tenant)
            .bind(after.started_at)
            .bind(&after.call_id)
            .bind(self.from)
            .bind(&self.query.agent)
            .bind(&self.query.grade)
            .bind(SEARCH_STEP - 1)
            .fetch_optional(c)
            .await)?;
        Ok(end.map(|(started_at, call_id)| Cursor { started_at, call_id }))
    }
}

fn is_full(calls: &[CallRow], limit: i64) -> bool {
    i64::try_from(calls.len()).is_ok_and(|found| found == limit)
}

impl CallLog {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// A page of a list, newest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn list(&self, tenant: &str, query: &CallQuery) -> Result<Page, DbError> {
        let db = self.read_stores.current("call_log").await?.db;
        let patterns = query.q.as_deref().and_then(search::patterns);
        let shape = (
            query.filter,
            query.agent.is_some(),
            query.grade.is_some(),
            patterns.is_some(),
        );
        let sql = &LISTS[&shape];
        let end = query.to.unwrap_or(i64::MAX);
        let cursor = match &query.after {
            Some(cursor) if cursor.started_at < end => cursor.clone(),
            _ => Cursor {
                started_at: end,
                call_id: String::new(),
            },
        };
        let list = List {
            db: &db,
            sql,
            tenant,
            query,
            from: query.from.unwrap_or(i64::MIN),
        };
        let limit = query.limit.clamp(1, 500);
        // A call pending review has no grade, and no index serves this combination.
        if query.filter == Filter::PendingReview && query.grade.is_some() {
            return Ok(Page {
                calls: vec![],
                next: None,
            });
        }
        let Some(patterns) = patterns else {
            let calls = list.page(&cursor, limit, None).await?;
            let next = if is_full(&calls, limit) {
                calls.last().map(Cursor::of)
            } else {
                None
            };
            return Ok(Page { calls, next });
        };
        // Scans in steps: frequent matches fill a page in the first step, and no page scans more than the window.
        let (mut found, mut cursor, mut scanned) = (Vec::new(), cursor, 0);
        loop {
            let missing = limit - i64::try_from(found.len()).unwrap_or(limit);
            let calls = list.page(&cursor, missing, Some(&patterns)).await?;
            let filled = is_full(&calls, missing);
            found.extend(calls);
            if filled {
                let next = found.last().map(Cursor::of);
                return Ok(Page { calls: found, next });
            }
            scanned += SEARCH_STEP;
            match list.step_end(&cursor).await? {
                Some(end) if scanned < SEARCH_WINDOW => cursor = end,
                next => return Ok(Page { calls: found, next }),
            }
        }
    }

    /// The number of calls for each filter.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn counts(&self, tenant: &str) -> Result<Vec<(Filter, i64)>, DbError> {
        let db = self.read_stores.current("call_log").await?.db;
        let rows: Vec<FilterCountRow> = on_db!(&db, c => sqlx::query_as(COUNTS).bind(tenant).fetch_all(c).await)?;
        let count = |filter: Filter| {
            rows.iter()
                .find(|row| row.filter == filter.as_str())
                .map_or(0, |row| row.calls)
        };
        Ok(Filter::ALL.iter().map(|filter| (*filter, count(*filter))).collect())
    }

    /// The row of one call, hidden or not. `None` if it does not exist or belongs to another tenant.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn call(&self, tenant: &str, call_id: &str) -> Result<Option<CallRow>, DbError> {
        let db = self.read_stores.current("call_log").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&OF_CALL.call).bind(call_id).bind(tenant).fetch_optional(c).await)?)
    }

    /// One call with everything except its transcript.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn call_with_all(&self, tenant: &str, call_id: &str) -> Result<Option<CallWithAll>, DbError> {
        let Some(call) = self.call(tenant, call_id).await? else {
            return Ok(None);
        };
        let db = self.read_stores.current("call_log").await?.db;
        let sql = &*OF_CALL;
        Ok(Some(CallWithAll {
            call,
            participants: on_db!(&db, c => sqlx::query_as(&sql.participants)
                .bind(call_id).bind(tenant).fetch_all(c).await)?,
            recordings: on_db!(&db, c => sqlx::query_as(&sql.recordings)
                .bind(call_id).bind(tenant).fetch_all(c).await)?,
            corrections: on_db!(&db, c => sqlx::query_as(&sql.corrections)
                .bind(call_id).bind(tenant).fetch_all(c).await)?,
            fields: on_db!(&db, c => sqlx::query_as(&sql.fields)
                .bind(call_id).bind(tenant).fetch_all(c).await)?,
        }))
    }

    /// The transcript of a call, by phase and engine ([`super::TURNS`]: the live conversation).
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn transcript(&self, tenant: &str, call_id: &str) -> Result<Vec<SegmentRow>, DbError> {
        let db = self.read_stores.current("call_log").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&OF_CALL.segments).bind(call_id).bind(tenant).fetch_all(c).await)?)
    }

    /// The recordings of a call.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn recordings(&self, tenant: &str, call_id: &str) -> Result<Vec<AssetRow>, DbError> {
        let db = self.read_stores.current("call_log").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&OF_CALL.recordings).bind(call_id).bind(tenant).fetch_all(c).await)?)
    }
}
