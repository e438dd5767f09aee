//! `GET /api/call-logs/{id}/transcript`: the words of a call, by phase and by what made them.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::PathOf;
use crate::web::view::view;
use axum::Json;
use axum::extract::State;
use projections::call_log::tables::SegmentRow;
use serde::Serialize;
use utoipa::ToSchema;

view! {
    /// Words of a call.
    Segment of SegmentRow {
        plain {
            /// Place among the segments; of a conversation the turn.
            n: i64,
            /// `caller`, `agent`, `ai`, or `speaker_<n>`.
            speaker: String,
            /// The words; absent when they are erased.
            text: Option<String>,
            /// `positive`, `neutral`, `negative`.
            sentiment: Option<String>,
            /// Milliseconds from the beginning of the phase.
            start_ms: Option<i64>,
            /// Milliseconds from the beginning of the phase.
            end_ms: Option<i64>,
            /// How sure the recogniser was, 0 to 1.
            confidence: Option<f64>,
            /// The persona that spoke.
            persona_version: Option<i64>,
            /// The language model.
            model: Option<String>,
            /// From the caller's last word to the AI's first, in milliseconds.
            latency_ms: Option<i64>,
            /// How much of an interrupted turn was heard, in milliseconds.
            heard_ms: Option<i64>,
            /// The words of it that were heard.
            heard_text: Option<String>,
        }
        moments {}
        maybe_moments {
            /// When the words of a turn began.
            started_at,
            /// When the words of a turn ended.
            ended_at,
        }
    }
}

/// The words of one phase, as one engine understood them.
#[derive(Serialize, ToSchema)]
pub struct Transcript {
    /// `ai`, `human`, `voicemail`.
    phase: String,
    /// `turns` is the conversation as it went; else what made the transcript.
    engine: String,
    /// The words, in order.
    segments: Vec<Segment>,
}

/// The words of a call. A phase that was transcribed more than once stands here more than once.
#[utoipa::path(
    get, path = "/api/call-logs/{id}/transcript", tag = "calls", params(("id" = String, Path)),
    responses((status = OK, body = Vec<Transcript>), (status = NOT_FOUND, body = Problem))
)]
pub async fn transcript(
    State(state): State<AppState>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<Json<Vec<Transcript>>, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    state
        .read
        .call_log
        .call(signed_in.tenant(), &id)
        .await?
        .ok_or(ApiError::NotFound("call"))?;
    let rows = state.read.call_log.transcript(signed_in.tenant(), &id).await?;
    let mut transcripts: Vec<Transcript> = Vec::new();
    for row in rows {
        let is_same = |last: &&mut Transcript| last.phase == row.phase && last.engine == row.engine;
        if let Some(last) = transcripts.last_mut().filter(is_same) {
            last.segments.push(row.into());
        } else {
            let (phase, engine) = (row.phase.clone(), row.engine.clone());
            transcripts.push(Transcript {
                phase,
                engine,
                segments: vec![row.into()],
            });
        }
    }
    Ok(Json(transcripts))
}
