//! `GET /api/feedback`: the share of good calls over time, and the corrections.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::tenant_settings::calendar_of;
use crate::web::view::view;
use crate::web::{LocalTime, Parameters};
use axum::Json;
use axum::extract::State;
use domain::calendar::Calendar;
use infra::clock::SharedClock;
use infra::ledger::Ledger;
use projections::persona_feedback::queries::{Feedback as FeedbackQueries, FeedbackQuery};
use projections::persona_feedback::tables::{FeedbackCorrectionRow, FeedbackCountRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Maximum length of the period, in days.
const MAX_DAYS: i64 = 731;
/// Maximum number of corrections in the response.
const MAX_CORRECTIONS: i64 = 200;

/// Period and filters.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct FeedbackOf {
    /// Length of the period in days of the tenant's time zone, including today, from 1 to 731 [default: 30].
    days: Option<i64>,
    /// ID of the agent.
    agent: Option<String>,
    /// Only corrections of calls with this persona version.
    persona_version: Option<i64>,
}

/// Persona feedback.
#[derive(Serialize, ToSchema)]
pub struct Feedback {
    /// IANA time zone of the days.
    #[schema(example = "America/Chicago")]
    time_zone: &'static str,
    /// Number of calls graded good.
    good: i64,
    /// Number of calls graded as needing improvement.
    needs_improvement: i64,
    /// Share of calls graded good, 0 to 1; absent without grades.
    share_good: Option<f64>,
    /// By day, agent and persona version, oldest first.
    days: Vec<FeedbackDay>,
    /// At most 200 corrections in force, newest first; empty for users who may not see calls.
    corrections: Vec<FeedbackCorrection>,
}

/// Grades of the calls of one day.
#[derive(Serialize, ToSchema)]
pub struct FeedbackDay {
    /// Start of the day.
    day: LocalTime,
    /// ID of the agent; absent if unknown.
    agent: Option<String>,
    /// Version of the persona that spoke; 0 is the base prompt alone.
    persona_version: i64,
    good: i64,
    needs_improvement: i64,
    /// Number of corrections that were not withdrawn.
    corrections: i64,
}

view! {
    /// A reviewer's correction: what the AI should have said.
    FeedbackCorrection of FeedbackCorrectionRow {
        plain {
            call_id: String,
            /// Number within the call, from 1.
            correction: i64,
            /// ID of the agent; empty if unknown.
            agent: String,
            /// Version of the persona that spoke; 0 is the base prompt alone.
            persona_version: i64,
            /// The turn that it refers to; absent: the whole call.
            turn: Option<i64>,
            note: Option<String>,
            noted_by: Option<String>,
        }
        timestamps {}
        optional_timestamps {
            noted_at,
        }
    }
}

/// The share of good calls over time, and the corrections.
#[utoipa::path(
    get, path = "/api/feedback", tag = "figures", params(FeedbackOf),
    responses((status = OK, body = Feedback), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn feedback(
    State(queries): State<FeedbackQueries>,
    State(clock): State<SharedClock>,
    State(ledger): State<Ledger>,
    signed_in: SignedIn,
    Parameters(query): Parameters<FeedbackOf>,
) -> Result<Json<Feedback>, ApiError> {
    signed_in.may(Permission::ViewFigures)?;
    let days = query.days.unwrap_or(30);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(ApiError::parameter("days", format!("must be from 1 to {MAX_DAYS}")));
    }
    let tenant = signed_in.tenant();
    let calendar = calendar_of(&ledger, tenant).await?;
    let tomorrow = calendar.day_of(clock.now()) + 1;
    let spans = calendar.days(tomorrow - days..tomorrow);
    let rows = queries.counts(tenant, &spans, query.agent.as_deref()).await?;
    let corrections = if signed_in.may(Permission::ViewCalls).is_ok() {
        let corrections_query = FeedbackQuery {
            agent: query.agent,
            persona_version: query.persona_version,
        };
        queries.corrections(tenant, &corrections_query, MAX_CORRECTIONS).await?
    } else {
        vec![]
    };
    let good = rows.iter().map(|row| row.good).sum();
    let needs_improvement = rows.iter().map(|row| row.needs_improvement).sum();
    Ok(Json(Feedback {
        time_zone: calendar.time_zone.name(),
        good,
        needs_improvement,
        share_good: share(good, needs_improvement),
        days: rows.into_iter().map(|row| FeedbackDay::of(calendar, row)).collect(),
        corrections: corrections.into_iter().map(FeedbackCorrection::from).collect(),
    }))
}

#[expect(clippy::cast_precision_loss, reason = "a share of far fewer than 2^52 calls")]
fn share(good: i64, bad: i64) -> Option<f64> {
    (good + bad > 0).then(|| good as f64 / (good + bad) as f64)
}

impl FeedbackDay {
    fn of(calendar: Calendar, row: FeedbackCountRow) -> Self {
        Self {
            day: LocalTime::of(calendar, row.quarter_hour),
            agent: Some(row.agent).filter(|agent| !agent.is_empty()),
            persona_version: row.persona_version,
            good: row.good,
            needs_improvement: row.needs_improvement,
            corrections: row.corrections,
        }
    }
}
