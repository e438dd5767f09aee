//! `GET /api/call-logs/{id}/transcript`: the transcripts of a call, by phase and engine.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::PathOf;
use crate::web::complete_up_to::complete_up_to;
use crate::web::view::view;
use axum::Json;
use axum::extract::State;
use axum::http::{HeaderName, HeaderValue};
use projections::ReadModels;
use projections::call_log::CallLog;
use projections::call_log::tables::SegmentRow;
use serde::Serialize;
use utoipa::ToSchema;

view! {
    /// A segment of a transcript.
    Segment of SegmentRow {
        plain {
            /// Number of the segment; with engine `turns`, of the turn.
            n: i64,
            /// `caller`, `team_member`, `ai`, or `speaker_<n>`.
            speaker: String,
            /// Null once erased.
            text: Option<String>,
            /// `positive`, `neutral`, `negative`.
            sentiment: Option<String>,
            /// Milliseconds from the beginning of the phase.
            start_ms: Option<i64>,
            /// Milliseconds from the beginning of the phase.
            end_ms: Option<i64>,
            /// Confidence of the speech recognizer, 0 to 1.
            confidence: Option<f64>,
            persona_version: Option<i64>,
            /// Language model of an AI turn.
            model: Option<String>,
            /// Milliseconds from the caller's last word to the AI's first.
            latency_ms: Option<i64>,
            /// How much of an interrupted turn was played, in milliseconds.
            heard_ms: Option<i64>,
            /// The part of an interrupted turn that was played.
            heard_text: Option<String>,
        }
        timestamps {}
        optional_timestamps {
            /// Start of the turn's speech.
            started_at,
            /// End of the turn's speech.
            ended_at,
        }
    }
}

/// The transcript of one phase by one engine.
#[derive(Serialize, ToSchema)]
pub struct Transcript {
    /// `ai`, `human`, `voicemail`.
    phase: String,
    /// `turns` for the dialogue itself; otherwise the engine of the transcription.
    engine: String,
    segments: Vec<Segment>,
}

/// The transcripts of a call. A phase that was transcribed more than once has several.
#[utoipa::path(
    get, path = "/api/call-logs/{id}/transcript", tag = "calls", params(("id" = String, Path)),
    responses(
        (
            status = OK, body = Vec<Transcript>,
            headers(("X-Ledger-Position" = i64, description = "The position up to which the response is certainly complete"))
        ),
        (status = NOT_FOUND, body = Problem)
    )
)]
pub async fn transcript(
    State(models): State<ReadModels>,
    State(call_log): State<CallLog>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
) -> Result<([(HeaderName, HeaderValue); 1], Json<Vec<Transcript>>), ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let position = complete_up_to(&models, "call_log").await?;
    call_log
        .call(signed_in.tenant(), &id)
        .await?
        .ok_or(ApiError::NotFound("call"))?;
    let rows = call_log.transcript(signed_in.tenant(), &id).await?;
    Ok((position, Json(Transcript::of(rows))))
}

impl Transcript {
    /// The transcripts with these segments, which are ordered by phase and engine.
    #[must_use]
    pub fn of(rows: Vec<SegmentRow>) -> Vec<Self> {
        let mut transcripts: Vec<Self> = Vec::new();
        for row in rows {
            let is_same = |last: &&mut Self| last.phase == row.phase && last.engine == row.engine;
            if let Some(last) = transcripts.last_mut().filter(is_same) {
                last.segments.push(row.into());
            } else {
                let (phase, engine) = (row.phase.clone(), row.engine.clone());
                transcripts.push(Self {
                    phase,
                    engine,
                    segments: vec![row.into()],
                });
            }
        }
        transcripts
    }
}
