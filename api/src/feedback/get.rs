//! `GET /api/feedback`: the share of good calls over time, and the corrections behind it.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::view::view;
use crate::web::{Rfc3339, Parameters};
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use projections::persona_feedback::queries::FeedbackQuery;
use projections::persona_feedback::tables::{FeedbackCorrectionRow, FeedbackDayRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// The longest period, in days.
const MOST_DAYS: i64 = 731;
/// Corrections that are told at most.
const MOST_CORRECTIONS: i64 = 200;
const DAY_S: i64 = 86_400;

/// Whose feedback.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedbackOf {
    /// The last so many days in UTC, today included, from 1 to 731 [default: 30].
    days: Option<i64>,
    /// Of this agent's calls.
    agent: Option<String>,
    /// Corrections of calls in which this persona spoke.
    persona_version: Option<i64>,
}

/// Persona feedback.
#[derive(Serialize, ToSchema)]
pub struct Feedback {
    /// Thumbs up in the period.
    good: i64,
    /// Thumbs down in the period.
    needs_improvement: i64,
    /// The share of thumbs up, 0 to 1; absent without judgements.
    share_good: Option<f64>,
    /// By day, agent and persona, the earliest first.
    days: Vec<FeedbackDay>,
    /// Corrections in force, the latest first, 200 at most. Told to whoever may see calls.
    corrections: Vec<FeedbackCorrection>,
}

/// Judgements of the calls of one day.
#[derive(Serialize, ToSchema)]
pub struct FeedbackDay {
    /// When the day begins, in UTC.
    day: Rfc3339,
    /// The agent; absent when nobody knows.
    agent: Option<String>,
    /// The persona that spoke; 0 is the base prompt alone.
    persona_version: i64,
    /// Thumbs up.
    good: i64,
    /// Thumbs down.
    needs_improvement: i64,
    /// Corrections that were not taken back.
    corrections: i64,
}

view! {
    /// What a reviewer wrote should have been said.
    FeedbackCorrection of FeedbackCorrectionRow {
        plain {
            /// The call.
            call_id: String,
            /// Its number within the call, from 1.
            correction: i64,
            /// The agent; empty when nobody knows.
            agent: String,
            /// The persona that spoke; 0 is the base prompt alone.
            persona_version: i64,
            /// The turn it is about; the whole call, if absent.
            turn: Option<i64>,
            /// The note.
            note: Option<String>,
            /// Who.
            noted_by: Option<String>,
        }
        timestamps {}
        optional_timestamps {
            /// When.
            noted_at,
        }
    }
}

/// The share of good calls over time, and the corrections behind it.
#[utoipa::path(
    get, path = "/api/feedback", tag = "figures", params(FeedbackOf),
    responses((status = OK, body = Feedback), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn feedback(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Parameters(wanted): Parameters<FeedbackOf>,
) -> Result<Json<Feedback>, ApiError> {
    signed_in.may(Permission::ViewFigures)?;
    let days = wanted.days.unwrap_or(30);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiError::parameter("days", format!("must be from 1 to {MOST_DAYS}")));
    }
    let tomorrow = state.clock.now().as_micros().div_euclid(DAY_S * 1_000_000) + 1;
    let (ask, tenant) = (&state.read.feedback, signed_in.tenant());
    let rows = ask
        .days(tenant, tomorrow - days..tomorrow, wanted.agent.as_deref())
        .await?;
    let corrections = if signed_in.may(Permission::ViewCalls).is_ok() {
        let question = FeedbackQuery {
            agent: wanted.agent,
            persona_version: wanted.persona_version,
        };
        ask.corrections(tenant, &question, MOST_CORRECTIONS).await?
    } else {
        vec![]
    };
    let good = rows.iter().map(|row| row.good).sum();
    let needs_improvement = rows.iter().map(|row| row.needs_improvement).sum();
    Ok(Json(Feedback {
        good,
        needs_improvement,
        share_good: share(good, needs_improvement),
        days: rows.into_iter().map(FeedbackDay::from).collect(),
        corrections: corrections.into_iter().map(FeedbackCorrection::from).collect(),
    }))
}

#[expect(clippy::cast_precision_loss, reason = "a share of far fewer than 2^52 calls")]
fn share(good: i64, bad: i64) -> Option<f64> {
    (good + bad > 0).then(|| good as f64 / (good + bad) as f64)
}

impl From<FeedbackDayRow> for FeedbackDay {
    fn from(row: FeedbackDayRow) -> Self {
        Self {
            day: Timestamp::from_seconds(row.day * DAY_S).into(),
            agent: Some(row.agent).filter(|agent| !agent.is_empty()),
            persona_version: row.persona_version,
            good: row.good,
            needs_improvement: row.needs_improvement,
            corrections: row.corrections,
        }
    }
}
