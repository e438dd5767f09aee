//! `GET /api/call-logs`: a page of calls, newest first, with the number of calls per filter.

use super::view::CallView;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::tenant_settings::calendar_of;
use crate::web::{Parameters, TimeOrDate, cursor};
use axum::Json;
use axum::extract::State;
use chrono_tz::Tz;
use domain::calendar::Calendar;
use domain::call::value::Grade;
use infra::ledger::Ledger;
use projections::call_log::{CallLog, CallQuery, Cursor};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Maximum length of the search text, in characters.
const MAX_TEXT_CHARS: usize = 200;

/// Filters and paging.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCalls {
    /// `all`, `inbound`, `outbound`, `voicemail`, `failed`, `busy_no_answer`, `resolved`; also `missed`, `answered`,
    /// `taken_over`, `transferred`, `recorded`, and `pending_review`: ended, with a transcript or recording, and not
    /// graded.
    #[param(example = "all")]
    filter: Option<String>,
    /// Text to search for in names, numbers and transcripts.
    q: Option<String>,
    /// Calls that started at or after this time (RFC 3339), or on or after this date in the tenant's time zone.
    #[param(value_type = Option<String>, example = "2026-03-27")]
    from: Option<TimeOrDate>,
    /// Calls that started before this time (RFC 3339), or on or before this date in the tenant's time zone.
    #[param(value_type = Option<String>, example = "2026-03-27")]
    to: Option<TimeOrDate>,
    /// ID of the agent.
    agent: Option<String>,
    /// `good`, `needs_improvement`.
    grade: Option<String>,
    /// `next_cursor` of the previous page.
    cursor: Option<String>,
    /// Maximum number of calls per page, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A page of calls.
#[derive(Serialize, ToSchema)]
pub struct CallPage {
    /// The calls, newest first.
    calls: Vec<CallView>,
    /// Cursor of the next page; absent on the last page. A page of a search can be short or empty although more pages
    /// follow.
    next_cursor: Option<String>,
    /// Number of calls per filter, ignoring the other parameters.
    counts: BTreeMap<&'static str, i64>,
}

/// A page of calls, newest first.
#[utoipa::path(
    get, path = "/api/call-logs", tag = "calls", params(ListCalls),
    responses((status = OK, body = CallPage), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn list_calls(
    State(call_log): State<CallLog>,
    State(ledger): State<Ledger>,
    signed_in: SignedIn,
    Parameters(query): Parameters<ListCalls>,
) -> Result<Json<CallPage>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let has_date = [query.from, query.to].into_iter().flatten().any(TimeOrDate::is_date);
    let calendar = if has_date {
        calendar_of(&ledger, signed_in.tenant()).await?
    } else {
        Calendar::new(Tz::UTC)
    };
    let question = question(query, calendar)?;
    let (page, counts) = tokio::try_join!(
        call_log.list(signed_in.tenant(), &question),
        call_log.counts(signed_in.tenant()),
    )?;
    Ok(Json(CallPage {
        calls: page.calls.into_iter().map(CallView::from).collect(),
        next_cursor: page.next.map(|next| cursor::encode(next.started_at, &next.call_id)),
        counts: counts
            .into_iter()
            .map(|(filter, calls)| (filter.as_str(), calls))
            .collect(),
    }))
}

fn question(query: ListCalls, calendar: Calendar) -> Result<CallQuery, ApiError> {
    let filter = query.filter.as_deref().unwrap_or("all");
    let filter = filter
        .parse()
        .map_err(|_| ApiError::parameter("filter", "is not a known filter"))?;
    if let Some(grade) = &query.grade {
        grade
            .parse::<Grade>()
            .map_err(|_| ApiError::parameter("grade", "must be good or needs_improvement"))?;
    }
    let q = query
        .q
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    if q.as_ref().is_some_and(|text| text.chars().count() > MAX_TEXT_CHARS) {
        return Err(ApiError::parameter(
            "q",
            format!("must have at most {MAX_TEXT_CHARS} characters"),
        ));
    }
    let after = query.cursor.as_deref().map(cursor::decode).transpose()?;
    Ok(CallQuery {
        filter,
        q,
        from: query.from.map(|from| from.start(calendar).as_micros()),
        to: query.to.map(|to| to.end(calendar).as_micros()),
        agent: query.agent,
        grade: query.grade,
        after: after.map(|(started_at, call_id)| Cursor { started_at, call_id }),
        limit: cursor::limit(query.limit)?.into(),
    })
}
