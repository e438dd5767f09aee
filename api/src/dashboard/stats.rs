//! `GET /api/dashboard/stats`: totals, the period and the previous period, a series, and the latest calls.

use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::tenant_settings::calendar_of;
use crate::web::view::view;
use crate::web::{LocalTime, Parameters};
use axum::Json;
use axum::extract::State;
use domain::calendar::quarter_hour_of;
use infra::clock::SharedClock;
use infra::ledger::Ledger;
use projections::dashboard::queries::Dashboard;
use projections::dashboard::tables::{FigureRow, LatestRow};
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;
use utoipa::{IntoParams, ToSchema};

/// Number of latest calls in the response.
const LATEST_CALLS: i64 = 5;
/// Maximum length of the period, in days.
const MAX_DAYS: i64 = 731;
/// Maximum length of a period with an hourly series, in days.
const MAX_HOURLY_DAYS: i64 = 2;

/// The period.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Period {
    /// Length of the period in days of the tenant's time zone, including today, from 1 to 731 [default: 7].
    days: Option<i64>,
}

/// Dashboard figures.
#[derive(Serialize, ToSchema)]
pub struct Stats {
    /// IANA time zone of the days and hours.
    #[schema(example = "America/Chicago")]
    time_zone: &'static str,
    /// Start of the period.
    from: LocalTime,
    /// End of the period: the midnight after today.
    to: LocalTime,
    /// All calls.
    total: Figures,
    /// Calls in the period.
    period: Figures,
    /// Calls in the previous period of the same length.
    before: Figures,
    /// All hours up to the current one (of a period of up to two days), or all days, oldest first.
    series: Vec<Bucket>,
    /// The five calls that started last.
    latest: Vec<LatestCall>,
}

/// Totals and averages over calls.
#[derive(Default, Serialize, ToSchema)]
pub struct Figures {
    calls: i64,
    inbound: i64,
    outbound: i64,
    /// Inbound, not answered, and not routed to the voicemail.
    missed: i64,
    /// Routed to the voicemail.
    voicemail: i64,
    /// Answered by a team member or the AI.
    answered: i64,
    /// Ended after being answered.
    completed: i64,
    /// Could not be connected.
    failed: i64,
    busy: i64,
    no_answer: i64,
    /// Ended before being answered.
    canceled: i64,
    /// Total talk time in seconds.
    talk_s: i64,
    /// Average talk time in seconds, of the calls where it is known.
    talk_avg_s: Option<i64>,
    /// Average time until a call is answered, in milliseconds.
    answer_avg_ms: Option<i64>,
    /// Average time from the caller's last word to the AI's first, in milliseconds.
    latency_avg_ms: Option<i64>,
    ai_turns: i64,
    graded_good: i64,
    graded_needs_improvement: i64,
    /// With a recording.
    recorded: i64,
    /// Taken over by a team member.
    taken_over: i64,
    transferred: i64,
    /// With a disposition.
    resolved: i64,
}

/// The figures of an hour or a day.
#[derive(Serialize, ToSchema)]
pub struct Bucket {
    /// Start of the hour or day.
    from: LocalTime,
    /// Start of the next one. A day has 23 or 25 hours when clocks are set.
    to: LocalTime,
    #[serde(flatten)]
    figures: Figures,
}

view! {
    /// A call in the list of latest calls.
    LatestCall of LatestRow {
        plain {
            call_id: String,
            /// `inbound`, `outbound`.
            direction: Option<String>,
            /// Current status; after the end, the outcome.
            status: String,
            /// Whether the caller was routed to the voicemail.
            voicemail: bool,
            /// ID of the agent.
            agent: Option<String>,
            caller_number: Option<String>,
            caller_name: Option<String>,
            called_number: Option<String>,
            /// Talk time in seconds.
            duration_s: Option<i64>,
            /// `good`, `needs_improvement`.
            grade: Option<String>,
        }
        timestamps {
            started_at,
        }
        optional_timestamps {}
    }
}

/// Totals, the period and the previous period, a series, and the latest calls.
#[utoipa::path(
    get, path = "/api/dashboard/stats", tag = "figures", params(Period),
    responses((status = OK, body = Stats), (status = UNPROCESSABLE_ENTITY, body = Problem))
)]
pub async fn stats(
    State(queries): State<Dashboard>,
    State(clock): State<SharedClock>,
    State(ledger): State<Ledger>,
    signed_in: SignedIn,
    Parameters(query): Parameters<Period>,
) -> Result<Json<Stats>, ApiError> {
    signed_in.may(Permission::ViewFigures)?;
    let days = query.days.unwrap_or(7);
    if !(1..=MAX_DAYS).contains(&days) {
        return Err(ApiError::parameter("days", format!("must be from 1 to {MAX_DAYS}")));
    }
    let tenant = signed_in.tenant();
    let (calendar, now) = (calendar_of(&ledger, tenant).await?, clock.now());
    let tomorrow = calendar.day_of(now) + 1;
    let of_period = calendar.quarter_hours(tomorrow - days..tomorrow);
    let of_period_before = calendar.quarter_hours(tomorrow - 2 * days..tomorrow - days);
    let spans = if days <= MAX_HOURLY_DAYS {
        calendar.hours(of_period.clone()).started_by(quarter_hour_of(now))
    } else {
        calendar.days(tomorrow - days..tomorrow)
    };
    let (total, period, before, series, latest) = tokio::try_join!(
        queries.all_time(tenant),
        queries.sums(tenant, of_period.clone()),
        queries.sums(tenant, of_period_before),
        queries.series(tenant, &spans),
        queries.latest(tenant, LATEST_CALLS),
    )?;
    let mut with_calls: BTreeMap<i64, FigureRow> = series.into_iter().map(|row| (row.bucket, row)).collect();
    let local = |quarter_hour| LocalTime::of(calendar, quarter_hour);
    let buckets = spans.iter().map(|span| Bucket {
        from: local(span.start),
        to: local(span.end),
        figures: with_calls.remove(&span.start).map(Figures::from).unwrap_or_default(),
    });
    Ok(Json(Stats {
        time_zone: calendar.time_zone.name(),
        from: local(of_period.start),
        to: local(of_period.end),
        total: total.map(Figures::from).unwrap_or_default(),
        period: period.map(Figures::from).unwrap_or_default(),
        before: before.map(Figures::from).unwrap_or_default(),
        series: buckets.collect(),
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
