//! `GET /api/dashboard/stats`: totals, the change against the period before, a series, and the latest calls.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::state::AppState;
use crate::web::view::view;
use crate::web::{Rfc3339, Parameters};
use axum::Json;
use axum::extract::State;
use domain::Timestamp;
use projections::dashboard::queries::Scale;
use projections::dashboard::tables::{FigureRow, LatestRow};
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

/// Calls in the list of the latest.
const LATEST: i64 = 5;
/// The longest period, in days.
const MOST_DAYS: i64 = 731;
/// Up to so many days the series is by hour.
const BY_HOUR_UP_TO: i64 = 2;
const DAY_S: i64 = 86_400;
const HOUR_S: i64 = 3_600;

/// Which period.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// The last so many days in UTC, today included, from 1 to 731 [default: 7].
    days: Option<i64>,
}

/// The dashboard.
#[derive(Serialize, ToSchema)]
pub struct Stats {
    /// From the first call on.
    total: Figures,
    /// In the period.
    period: Figures,
    /// In the period of the same length before it.
    before: Figures,
    /// The period's parts in which there was a call, the earliest first: hours up to two days, else days.
    series: Vec<Bucket>,
    /// The five calls that began last.
    latest: Vec<LatestCall>,
}

/// Sums over calls.
#[derive(Default, Serialize, ToSchema)]
pub struct Figures {
    /// Calls.
    calls: i64,
    /// They called us.
    inbound: i64,
    /// We called them.
    outbound: i64,
    /// They called us, nobody answered, and they were not sent to voicemail either.
    missed: i64,
    /// The caller was sent to voicemail.
    voicemail: i64,
    /// Somebody, or the AI, took the call.
    answered: i64,
    /// Ended after it was answered.
    completed: i64,
    /// Could not be connected.
    failed: i64,
    /// The line was busy.
    busy: i64,
    /// Nobody picked up.
    no_answer: i64,
    /// Given up before it was answered.
    canceled: i64,
    /// Seconds talked.
    talk_s: i64,
    /// Seconds talked, on average of the calls in which that is known.
    talk_avg_s: Option<i64>,
    /// Milliseconds until they were answered, on average.
    answer_avg_ms: Option<i64>,
    /// Milliseconds from the caller's last word to the AI's first, on average.
    latency_avg_ms: Option<i64>,
    /// Things the AI said.
    ai_turns: i64,
    /// Graded thumbs up.
    graded_good: i64,
    /// Graded thumbs down.
    graded_needs_improvement: i64,
    /// With a recording.
    recorded: i64,
    /// Taken over by a person.
    taken_over: i64,
    /// Transferred.
    transferred: i64,
    /// Somebody decided what became of it.
    resolved: i64,
}

/// The figures of an hour or a day.
#[derive(Serialize, ToSchema)]
pub struct Bucket {
    /// When it begins.
    from: Rfc3339,
    /// Its figures.
    #[serde(flatten)]
    figures: Figures,
}

view! {
    /// A call, as the list of the latest shows it.
    LatestCall of LatestRow {
        plain {
            /// Its identifier.
            call_id: String,
            /// `inbound`, `outbound`.
            direction: Option<String>,
            /// How far it has come, or how it ended.
            status: String,
            /// Whether the caller was sent to voicemail.
            voicemail: bool,
            /// The agent.
            agent: Option<String>,
            /// The caller's number.
            caller_number: Option<String>,
            /// The caller's name.
            caller_name: Option<String>,
            /// The called number.
            called_number: Option<String>,
            /// Seconds talked.
            duration_s: Option<i64>,
            /// `good`, `needs_improvement`.
            grade: Option<String>,
        }
        timestamps {
            /// When it began.
            started_at,
        }
        optional_timestamps {}
    }
}

/// Totals, the period and the one before it, a series, and the latest calls.
#[utoipa::path(
    get, path = "/api/dashboard/stats", tag = "figures", params(Period),
    responses((status = OK, body = Stats), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn stats(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Parameters(wanted): Parameters<Period>,
) -> Result<Json<Stats>, ApiError> {
    signed_in.may(Permission::ViewFigures)?;
    let days = wanted.days.unwrap_or(7);
    if !(1..=MOST_DAYS).contains(&days) {
        return Err(ApiError::parameter("days", format!("must be from 1 to {MOST_DAYS}")));
    }
    let tomorrow = state.clock.now().as_micros().div_euclid(DAY_S * 1_000_000) + 1;
    let (from, tenant) = (tomorrow - days, signed_in.tenant());
    let (scale, buckets, seconds) = if days <= BY_HOUR_UP_TO {
        (Scale::Hour, from * 24..tomorrow * 24, HOUR_S)
    } else {
        (Scale::Day, from..tomorrow, DAY_S)
    };
    let ask = &state.read.dashboard;
    let (total, period, before, series, latest) = tokio::try_join!(
        ask.all_time(tenant),
        ask.sums(tenant, Scale::Day, from..tomorrow),
        ask.sums(tenant, Scale::Day, from - days..from),
        ask.series(tenant, scale, buckets),
        ask.latest(tenant, LATEST),
    )?;
    let bucket = |row: FigureRow| Bucket {
        from: Timestamp::from_seconds(row.bucket * seconds).into(),
        figures: row.into(),
    };
    Ok(Json(Stats {
        total: total.map(Figures::from).unwrap_or_default(),
        period: period.map(Figures::from).unwrap_or_default(),
        before: before.map(Figures::from).unwrap_or_default(),
        series: series.into_iter().map(bucket).collect(),
        latest: latest.into_iter().map(LatestCall::from).collect(),
    }))
}

impl From<FigureRow> for Figures {
    fn from(row: FigureRow) -> Self {
        let average = |sum: i64, count: i64| (count > 0).then(|| sum / count);
        Self {
            calls: row.calls,
            inbound: row.inbound,
            outbound: row.outbound,
            missed: row.missed,
            voicemail: row.voicemail,
            answered: row.answered,
            completed: row.completed,
            failed: row.failed,
            busy: row.busy,
            no_answer: row.no_answer,
            canceled: row.canceled,
            talk_s: row.talk_s,
            talk_avg_s: average(row.talk_s, row.talked),
            answer_avg_ms: average(row.wait_ms, row.waited),
            latency_avg_ms: average(row.latency_sum_ms, row.latency_count),
            ai_turns: row.ai_turns,
            graded_good: row.graded_good,
            graded_needs_improvement: row.graded_needs_improvement,
            recorded: row.recorded,
            taken_over: row.taken_over,
            transferred: row.transferred,
            resolved: row.resolved,
        }
    }
}
