//! Queries of `persona_feedback`.

use super::tables::{FeedbackCorrectionRow, FeedbackCountRow};
use crate::rows::Row;
use domain::calendar::{Run, Spans};
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::sync::LazyLock;

/// Sums over each span of a run. The quarter hour of a span is its first.
const COUNTS: &str = "select tenant, $2 + (quarter_hour - $2) / $4 * $4, agent, persona_version,
           cast(sum(good) as bigint), cast(sum(needs_improvement) as bigint), cast(sum(corrections) as bigint)
         from feedback_counts where tenant = $1 and quarter_hour >= $2 and quarter_hour < $3
           and (cast($5 as text) is null or agent = $5)
         group by 1, 2, 3, 4 order by 2, 3, 4";

static CORRECTIONS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from feedback_corrections where tenant = $1 and in_force = 1
           and (cast($2 as text) is null or agent = $2)
           and (cast($3 as bigint) is null or persona_version = $3)
         order by noted_at desc, call_id desc, correction desc limit $4",
        FeedbackCorrectionRow::TABLE.column_list()
    )
});

static CORRECTION: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from feedback_corrections where call_id = $1 and correction = $2 and tenant = $3",
        FeedbackCorrectionRow::TABLE.column_list()
    )
});

/// Every statement of this file.
pub(crate) fn statements() -> Vec<&'static str> {
    vec![COUNTS, CORRECTIONS.as_str(), CORRECTION.as_str()]
}

/// Selects corrections.
#[derive(Clone, Debug, Default)]
pub struct FeedbackQuery {
    pub agent: Option<String>,
    pub persona_version: Option<i64>,
}

/// Queries `persona_feedback`.
#[derive(Clone, Debug)]
pub struct Feedback {
    read_stores: ReadStores,
}

impl Feedback {
    pub(crate) const fn new(read_stores: ReadStores) -> Self {
        Self { read_stores }
    }

    /// Grades by span, agent and persona version, earliest first. Only spans with grades or corrections are included. The
    /// quarter hour of a span is its first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn counts(
        &self,
        tenant: &str,
        spans: &Spans,
        agent: Option<&str>,
    ) -> Result<Vec<FeedbackCountRow>, DbError> {
        let db = self.read_stores.current("persona_feedback").await?.db;
        let mut all = Vec::new();
        for Run { start, end, length } in spans.runs() {
            let rows: Vec<FeedbackCountRow> = on_db!(&db, c => sqlx::query_as(COUNTS)
                .bind(tenant)
                .bind(start)
                .bind(end)
                .bind(length)
                .bind(agent)
                .fetch_all(c)
                .await)?;
            all.extend(rows);
        }
        Ok(all)
    }

    /// The corrections in force, latest first.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn corrections(
        &self,
        tenant: &str,
        query: &FeedbackQuery,
        limit: i64,
    ) -> Result<Vec<FeedbackCorrectionRow>, DbError> {
        let db = self.read_stores.current("persona_feedback").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&CORRECTIONS)
            .bind(tenant)
            .bind(&query.agent)
            .bind(query.persona_version)
            .bind(limit)
            .fetch_all(c)
            .await)?)
    }

    /// One correction, in force or not.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn correction(
        &self,
        tenant: &str,
        call_id: &str,
        correction: i64,
    ) -> Result<Option<FeedbackCorrectionRow>, DbError> {
        let db = self.read_stores.current("persona_feedback").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&CORRECTION)
            .bind(call_id)
            .bind(correction)
            .bind(tenant)
            .fetch_optional(c)
            .await)?)
    }
}
