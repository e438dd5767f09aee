//! Summaries of previous calls between a caller and an agent.

use super::CallLog;
use infra::db::DbError;
use infra::on_db;

const PREVIOUS_CALLS: &str = "select started_at, summary, next_action from calls
     where tenant = $1 and caller_number = $2 and agent = $3 and summary is not null and call_id <> $4
     order by started_at desc, call_id desc limit $5";

/// Every statement of this file.
pub(super) fn statements() -> Vec<&'static str> {
    vec![PREVIOUS_CALLS]
}

/// The summary of an ended call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PreviousCall {
    /// Epoch microseconds.
    pub started_at: i64,
    pub summary: String,
    /// The next action that the summary names.
    pub next_action: Option<String>,
}

impl CallLog {
    /// The summarized calls between a caller and an agent, latest first, without the call `except`.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn previous_calls(
        &self,
        tenant: &str,
        caller_number: &str,
        agent: &str,
        except: &str,
        limit: i64,
    ) -> Result<Vec<PreviousCall>, DbError> {
        let db = self.read_stores.current("call_log").await?.db;
        let rows: Vec<(i64, String, Option<String>)> = on_db!(&db, c => sqlx::query_as(PREVIOUS_CALLS)
            .bind(tenant)
            .bind(caller_number)
            .bind(agent)
            .bind(except)
            .bind(limit)
            .fetch_all(c)
            .await)?;
        let calls = rows.into_iter().map(|(started_at, summary, next_action)| PreviousCall {
            started_at,
            summary,
            next_action,
        });
        Ok(calls.collect())
    }
}
