//! Queries of `persona_feedback`.

use super::tables::{FeedbackCorrectionRow, FeedbackDayRow};
use crate::rows::Row;
use infra::db::{DbError, ReadStores};
use infra::on_db;
use std::ops::Range;
use std::sync::LazyLock;

static DAYS: LazyLock<String> = LazyLock::new(|| {
    format!(
        "select {} from feedback_days where tenant = $1 and day >= $2 and day < $3
           and (cast($4 as text) is null or agent = $4)
         order by day, agent, persona_version",
        FeedbackDayRow::TABLE.column_list()
    )
});

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
    vec![DAYS.as_str(), CORRECTIONS.as_str(), CORRECTION.as_str()]
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

    /// Grades by day of the call, agent and persona version. Only days with grades or corrections are included.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn days(
        &self,
        tenant: &str,
        days: Range<i64>,
        agent: Option<&str>,
    ) -> Result<Vec<FeedbackDayRow>, DbError> {
        let db = self.read_stores.current("persona_feedback").await?.db;
        Ok(on_db!(&db, c => sqlx::query_as(&DAYS)
            .bind(tenant)
            .bind(days.start)
            .bind(days.end)
            .bind(agent)
            .fetch_all(c)
            .await)?)
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
