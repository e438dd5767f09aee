//! `GET /api/active-calls`: every call that goes on now, with what was said so far.

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::state::AppState;
use crate::web::view::view;
use crate::web::written::POSITION;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use futures::{StreamExt as _, TryStreamExt as _, stream};
use projections::live_calls::tables::{LiveCallRow, LiveTurnRow};
use serde::Serialize;
use utoipa::ToSchema;

/// How many calls go on, of which the latest are in the answer.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");
/// Calls whose turns are looked up at once.
const AT_ONCE: usize = 8;

view! {
    /// A call that goes on now.
    ActiveCall of LiveCallRow {
        plain {
            /// Its identifier.
            call_id: String,
            /// `inbound`, `outbound`.
            direction: Option<String>,
            /// How far it has come.
            status: String,
            /// The agent.
            agent: Option<String>,
            /// The number of ours.
            number: Option<String>,
            /// The caller's number.
            caller_number: Option<String>,
            /// The caller's name.
            caller_name: Option<String>,
            /// The called number.
            called_number: Option<String>,
            /// Who holds the line: `ai`, `person`, `hold`, `voicemail`, `nobody`.
            holder: String,
            /// The person who took over.
            taken_over_by: Option<String>,
            /// Who put the caller on hold.
            on_hold_by: Option<String>,
            /// Whether a transfer is under way.
            transferring: bool,
            /// Whether a rule wants a person on the line.
            escalated: bool,
        }
        moments {
            /// When it began.
            started_at,
        }
        maybe_moments {
            /// When it was answered.
            answered_at,
        }
    }
}

view! {
    /// Something said in a call that goes on.
    LiveTurn of LiveTurnRow {
        plain {
            /// Place in the conversation, from 1.
            turn: i64,
            /// `caller`, `ai`.
            speaker: String,
            /// The words.
            text: Option<String>,
            /// How much of it was heard before it was interrupted, in milliseconds.
            heard_ms: Option<i64>,
        }
        moments {}
        maybe_moments {}
    }
}

/// A call that goes on now, with what was said so far.
#[derive(Serialize, ToSchema)]
pub struct ActiveCallWithTurns {
    /// The call.
    #[serde(flatten)]
    call: ActiveCall,
    /// Who listens in.
    listeners: Vec<String>,
    /// Who asks to take over.
    takeover_requests: Vec<String>,
    /// Who agreed to take over, and whose telephone rings.
    takeovers_accepted: Vec<String>,
    /// What was said so far.
    turns: Vec<LiveTurn>,
}

/// The calls that go on now, the latest first: all of them up to a thousand, and the header `X-Total-Count` says how many
/// there are. The header `X-Ledger-Position` says how far the answer certainly reaches:
/// whoever follows the live feed from there misses nothing, and at most hears again what the answer told.
#[utoipa::path(
    get, path = "/api/active-calls", tag = "live",
    responses((
        status = OK, body = Vec<ActiveCallWithTurns>,
        headers(
            ("X-Ledger-Position" = i64, description = "The position up to which the answer is certainly complete"),
            ("X-Total-Count" = i64, description = "How many calls go on")
        )
    ))
)]
pub async fn active_calls(
    State(state): State<AppState>,
    signed_in: SignedIn,
) -> Result<([(HeaderName, HeaderValue); 2], Json<Vec<ActiveCallWithTurns>>), ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let tenant = signed_in.tenant();
    let live = &state.read.live_calls;
    // Asked first: the calls that are read after it can only be later.
    let position = live.position().await?;
    let (calls, total) = live.list(tenant).await?;
    let with_turns = stream::iter(calls)
        .map(|call| async move {
            let turns = live.turns(tenant, &call.call_id).await?;
            Ok::<_, ApiError>(with_turns(call, turns))
        })
        .buffered(AT_ONCE)
        .try_collect()
        .await?;
    Ok(([(POSITION, position.into()), (TOTAL, total.into())], Json(with_turns)))
}

fn with_turns(call: LiveCallRow, turns: Vec<LiveTurnRow>) -> ActiveCallWithTurns {
    let users = |json: &str| serde_json::from_str(json).unwrap_or_default();
    ActiveCallWithTurns {
        listeners: users(&call.listeners),
        takeover_requests: users(&call.takeover_requests),
        takeovers_accepted: users(&call.takeovers_accepted),
        call: call.into(),
        turns: turns.into_iter().map(LiveTurn::from).collect(),
    }
}
