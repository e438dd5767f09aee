//! `GET /api/call-logs`: a page of calls, newest first, with how many each filter holds.

use super::view::CallView;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::{Moment, Parameters, cursor};
use axum::Json;
use axum::extract::State;
use domain::call::value::Grade;
use projections::call_log::{Cursor, Question};
use projections::facts::Filter;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// The longest search text, in characters.
const LONGEST_TEXT: usize = 200;

/// Which calls.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct ListCalls {
    /// `all`, `inbound`, `outbound`, `voicemail`, `failed`, `busy_no_answer`, `resolved`; also `missed`, `answered`,
    /// `taken_over`, `transferred`, `recorded`, and `pending_review`: over, with something to read or hear, and not graded.
    #[param(example = "all")]
    filter: Option<String>,
    /// A part of a name, a number, or what was said.
    q: Option<String>,
    /// Begun at or after this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    from: Option<Moment>,
    /// Begun before this moment.
    #[param(value_type = Option<String>, format = DateTime)]
    to: Option<Moment>,
    /// This agent's calls.
    agent: Option<String>,
    /// `good`, `needs_improvement`.
    grade: Option<String>,
    /// Where the last page ended.
    cursor: Option<String>,
    /// Most calls of a page, from 1 to 200 [default: 50].
    limit: Option<u32>,
}

/// A page of calls.
#[derive(Serialize, ToSchema)]
pub struct CallPage {
    /// The calls, newest first.
    calls: Vec<CallView>,
    /// Where to go on; absent at the end. A search's page can be short, or empty, and yet have more behind it.
    next_cursor: Option<String>,
    /// How many calls each filter holds, without regard to the other parameters.
    counts: BTreeMap<&'static str, i64>,
}

/// A page of calls, newest first.
#[utoipa::path(
    get, path = "/api/call-logs", tag = "calls", params(ListCalls),
    responses((status = OK, body = CallPage), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn list_calls(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Parameters(wanted): Parameters<ListCalls>,
) -> Result<Json<CallPage>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let question = question(wanted)?;
    let (page, counts) = tokio::try_join!(
        state.read.call_log.list(signed_in.tenant(), &question),
        state.read.call_log.counts(signed_in.tenant()),
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

fn question(wanted: ListCalls) -> Result<Question, ApiError> {
    let filter = wanted.filter.as_deref().unwrap_or("all");
    let filter = Filter::parse(filter).ok_or_else(|| ApiError::parameter("filter", "is not a filter that we have"))?;
    if let Some(grade) = &wanted.grade {
        grade
            .parse::<Grade>()
            .map_err(|_| ApiError::parameter("grade", "must be good or needs_improvement"))?;
    }
    let q = wanted
        .q
        .map(|text| text.trim().to_owned())
        .filter(|text| !text.is_empty());
    if q.as_ref().is_some_and(|text| text.chars().count() > LONGEST_TEXT) {
        return Err(ApiError::parameter(
            "q",
            format!("must have at most {LONGEST_TEXT} characters"),
        ));
    }
    let after = wanted.cursor.as_deref().map(cursor::decode).transpose()?;
    Ok(Question {
        filter,
        q,
        from: wanted.from.map(|moment| moment.0.as_micros()),
        to: wanted.to.map(|moment| moment.0.as_micros()),
        agent: wanted.agent,
        grade: wanted.grade,
        after: after.map(|(started_at, call_id)| Cursor { started_at, call_id }),
        limit: cursor::limit(wanted.limit)?.into(),
    })
}
