//! What an agent and a person spoke of before.

use super::CallLog;
use infra::db::DbError;
use infra::on_db;

const EARLIER: &str = "select started_at, summary, next_action from calls
     where tenant = $1 and caller_number = $2 and agent = $3 and summary is not null and call_id <> $4
     order by started_at desc, call_id desc limit $5";

/// Every statement of this file.
pub(super) fn statements() -> Vec<&'static str> {
    vec![EARLIER]
}

/// A call that is over, in a few words.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Earlier {
    /// When it began, in epoch microseconds.
    pub started_at: i64,
    /// The call in a few words.
    pub summary: String,
    /// What was to be done next.
    pub next_action: Option<String>,
}

impl CallLog {
    /// The last calls that this person and this agent had, but for this one, the latest first: those that were summarized.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn earlier(
        &self,
        tenant: &str,
        caller_number: &str,
        agent: &str,
        but_for: &str,
        most: i64,
    ) -> Result<Vec<Earlier>, DbError> {
        let db = self.views.current("call_log").await?.db;
        let rows: Vec<(i64, String, Option<String>)> = on_db!(&db, c => sqlx::query_as(EARLIER)
            .bind(tenant)
            .bind(caller_number)
            .bind(agent)
            .bind(but_for)
            .bind(most)
            .fetch_all(c)
            .await)?;
        let earlier = rows.into_iter().map(|(started_at, summary, next_action)| Earlier {
            started_at,
            summary,
            next_action,
        });
        Ok(earlier.collect())
    }
}
