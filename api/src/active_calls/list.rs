//! `GET /api/active-calls`: the active calls with their turns so far.

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::web::opened::opened;
use crate::web::view::view;
use crate::web::write_response::POSITION;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use domain::call::Participants;
use projections::live_calls::queries::LiveCalls;
use projections::live_calls::tables::{LiveCallRow, LiveTurnRow};
use serde::Serialize;
use serde_json::Value;
use utoipa::ToSchema;

/// Header with the number of active calls; the response holds the latest ones.
const TOTAL: HeaderName = HeaderName::from_static("x-total-count");

view! {
    /// An active call.
    ActiveCall of LiveCallRow {
        plain {
            call_id: String,
            /// `inbound`, `outbound`.
            direction: Option<String>,
            /// Status of the caller's leg.
            status: String,
            /// ID of the agent.
            agent: Option<String>,
            /// Our number, E.164.
            number: Option<String>,
            caller_number: Option<String>,
            caller_name: Option<String>,
            called_number: Option<String>,
            /// Who has the call: `ai`, `team_member`, `hold`, `voicemail`, `none`.
            holder: String,
            /// ID of the user who took over.
            taken_over_by: Option<String>,
            /// ID of the user who put the caller on hold.
            on_hold_by: Option<String>,
            /// Whether a transfer is in progress.
            transferring: bool,
            /// Whether a rule asked for a team member.
            escalated: bool,
            /// Whether a life may be in danger.
            emergency: bool,
            /// Whether the start was reported, and not only inferred from later callbacks.
            start_reported: bool,
            /// Whether a user edited the number.
            caller_number_edited: bool,
            /// Whether a user edited the name.
            caller_name_edited: bool,
        }
        timestamps {
            started_at,
        }
        optional_timestamps {
            answered_at,
        }
    }
}

view! {
    /// A turn of an active call.
    LiveTurn of LiveTurnRow {
        plain {
            /// Number of the turn, from 1.
            turn: i64,
            /// `caller`, `ai`.
            speaker: String,
            /// Null once erased.
            text: Option<String>,
            /// How much of it was played before the interruption, in milliseconds.
            heard_ms: Option<i64>,
        }
        timestamps {}
        optional_timestamps {}
    }
}

/// An active call with its turns so far.
#[derive(Serialize, ToSchema)]
pub struct ActiveCallWithTurns {
    #[serde(flatten)]
    call: ActiveCall,
    /// IDs of the users who listen in.
    listeners: Vec<String>,
    /// IDs of the users who were asked to take over.
    takeover_requests: Vec<String>,
    /// IDs of the users who accepted and are being dialed.
    takeovers_accepted: Vec<String>,
    /// The parties dialed into the call, with their legs.
    #[schema(value_type = Participants)]
    participants: Value,
    turns: Vec<LiveTurn>,
}

/// The active calls, the latest first, up to a thousand. `X-Total-Count` is the number of active calls.
/// `X-Ledger-Position` is the position up to which the response is certainly complete: a reader that follows the live
/// feed from there misses nothing, and may receive events again that the response already includes.
#[utoipa::path(
    get, path = "/api/active-calls", tag = "live",
    responses((
        status = OK, body = Vec<ActiveCallWithTurns>,
        headers(
            ("X-Ledger-Position" = i64, description = "The position up to which the response is certainly complete"),
            ("X-Total-Count" = i64, description = "Number of active calls")
        )
    ))
)]
pub async fn active_calls(
    State(live): State<LiveCalls>,
    signed_in: SignedIn,
) -> Result<([(HeaderName, HeaderValue); 2], Json<Vec<ActiveCallWithTurns>>), ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let tenant = signed_in.tenant();
    // Read before the calls, so that the calls are at least as recent.
    let position = live.position().await?;
    let (calls, total) = live.list(tenant).await?;
    // Read after the calls, so that they are at least as recent.
    let mut turns = live.turns_of_all(tenant).await?;
    let calls = calls.into_iter().map(|call| {
        let turns = turns.remove(&call.call_id).unwrap_or_default();
        with_turns(call, turns)
    });
    Ok((
        [(POSITION, position.into()), (TOTAL, total.into())],
        Json(calls.collect()),
    ))
}

/// The participants of a row, for clients.
pub fn participants(stored: &str) -> Value {
    let participants: Participants = serde_json::from_str(stored).unwrap_or_default();
    opened(&participants).unwrap_or_default()
}

fn with_turns(call: LiveCallRow, turns: Vec<LiveTurnRow>) -> ActiveCallWithTurns {
    let users = |json: &str| serde_json::from_str(json).unwrap_or_default();
    ActiveCallWithTurns {
        listeners: users(&call.listeners),
        takeover_requests: users(&call.takeover_requests),
        takeovers_accepted: users(&call.takeovers_accepted),
        participants: participants(&call.participants),
        call: call.into(),
        turns: turns.into_iter().map(LiveTurn::from).collect(),
    }
}
