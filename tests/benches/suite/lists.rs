//! P8: the call list by every filter, and the dashboard's figures, at a million calls and at a thousand.

use super::fill::{self, TENANT};
use super::measure::percentile;
use super::report::{Floor, Line, Report};
use super::{seed, traffic};
use domain::calendar::Calendar;
use domain::call::view::Filter;
use harness::test_stores::TestStores;
use infra::clock::SystemClock;
use infra::db::ReadStores;
use projections::ReadModels;
use projections::call_log::queries::CallQuery;
use std::sync::Arc;
use std::time::Instant;

/// `BENCH_CALLS` reduces it for a quick run.
pub const MANY: u64 = 1_000_000;
const FEW: u64 = 1_000;
/// Samples per query and size.
const SAMPLES: usize = 300;

/// P8.
pub async fn any_filter(report: &mut Report) -> anyhow::Result<()> {
    let many = Filled::with(seed::size("BENCH_CALLS", MANY)).await?;
    let few = Filled::with(FEW).await?;
    for (shape, questions) in lists() {
        let mut worst: Option<(String, f64, f64)> = None;
        let mut worst_ratio: f64 = 0.0;
        for (name, question) in questions {
            let (at_many, at_few) = asked(&many, &few, async |filled| filled.list(&question).await).await?;
            eprintln!("   {name}: p99 {at_many:.2} ms, {at_few:.2} ms at {FEW} calls");
            worst_ratio = worst_ratio.max(at_many / at_few);
            if worst.as_ref().is_none_or(|(_, most, _)| at_many > *most) {
                worst = Some((name, at_many, at_few));
            }
        }
        let (name, at_many, at_few) = worst.ok_or_else(|| anyhow::anyhow!("no question"))?;
        judge(
            report,
            &format!("call list, {shape} (slowest: {name})"),
            many.calls,
            at_many,
            at_few,
        );
        report.note(format!("P8: the largest ratio of {shape} is {worst_ratio:.2}x"));
    }
    for days in [1, 7, 365] {
        let (at_many, at_few) = asked(&many, &few, async |filled| filled.stats(days).await).await?;
        judge(
            report,
            &format!("dashboard stats of {days} days"),
            many.calls,
            at_many,
            at_few,
        );
    }
    Ok(())
}

fn judge(report: &mut Report, what: &str, calls: u64, at_many: f64, at_few: f64) {
    for (theirs, floor) in [(Some(at_few), Floor::RatioAtMost(3.0)), (None, Floor::AtMost(20.0))] {
        let against = theirs.map(|_| format!(" against {FEW}")).unwrap_or_default();
        report.line(Line {
            id: "P8",
            work: format!("{what}, p99 at {calls} calls{against}"),
            ours: at_many,
            theirs,
            unit: "ms",
            floor,
        });
    }
}

/// The p99 of a query at both sizes, measured alternately.
async fn asked(
    many: &Filled,
    few: &Filled,
    ask: impl AsyncFn(&Filled) -> anyhow::Result<()>,
) -> anyhow::Result<(f64, f64)> {
    let (mut of_many, mut of_few) = (Vec::with_capacity(SAMPLES), Vec::with_capacity(SAMPLES));
    for _ in 0..SAMPLES {
        for (filled, samples) in [(many, &mut of_many), (few, &mut of_few)] {
            let begun = Instant::now();
            ask(filled).await?;
            samples.push(begun.elapsed().as_secs_f64() * 1e3);
        }
    }
    Ok((percentile(of_many, 0.99), percentile(of_few, 0.99)))
}

type Named = Vec<(String, CallQuery)>;

/// Every filter, alone and combined with each other condition; also those without results.
fn lists() -> Vec<(&'static str, Named)> {
    let every = |and: &str, with: &dyn Fn(CallQuery) -> CallQuery| -> Named {
        let questions = Filter::ALL.iter().map(|filter| {
            let question = CallQuery {
                filter: *filter,
                ..CallQuery::default()
            };
            (format!("{}{and}", filter.as_str()), with(question))
        });
        questions.collect()
    };
    let agent = |agent: &'static str| {
        move |question| CallQuery {
            agent: Some(agent.to_owned()),
            ..question
        }
    };
    let graded = |question| CallQuery {
        grade: Some("good".to_owned()),
        ..question
    };
    let period = |question| CallQuery {
        from: Some(traffic::began(FEW / 4).as_micros()),
        to: Some(traffic::began(FEW / 2).as_micros()),
        ..question
    };
    let text = |text: &'static str| {
        move |question| CallQuery {
            q: Some(text.to_owned()),
            ..question
        }
    };
    let mut by_agent = every(" of an agent", &agent(traffic::AGENTS[1]));
    by_agent.extend(every(" of the agent that only takes messages", &agent(traffic::NIGHT)));
    by_agent.extend(every(" of an unknown agent", &agent("unknown")));
    let mut by_text = every(" with a common name", &text("ada"));
    by_text.extend(every(" with an unknown word", &text("xylophone")));
    vec![
        ("each filter", every("", &|question| question)),
        ("in a period", every(" in a period", &period)),
        ("by agent", by_agent),
        ("by grade", every(" graded good", &graded)),
        (
            "by agent and grade",
            every(" of an agent, graded good", &|q| graded(agent(traffic::AGENTS[1])(q))),
        ),
        ("by text", by_text),
    ]
}

/// `call_log` and `dashboard` with this many calls.
struct Filled {
    models: ReadModels,
    calls: u64,
    _place: TestStores,
}

impl Filled {
    async fn with(calls: u64) -> anyhow::Result<Self> {
        let stores = TestStores::sqlite().await;
        let read_stores = ReadStores::open(&stores.url).await?;
        fill::with_calls(&read_stores, calls).await?;
        let models = ReadModels::open(read_stores, stores.ledger().await, Arc::new(SystemClock)).await?;
        let held = models
            .dashboard()
            .all_time(TENANT)
            .await?
            .map_or(0, |figures| figures.calls);
        anyhow::ensure!(held == i64::try_from(calls)?, "{held} calls instead of {calls}");
        Ok(Self {
            models,
            calls,
            _place: stores,
        })
    }

    async fn list(&self, question: &CallQuery) -> anyhow::Result<()> {
        self.models.call_log().list(TENANT, question).await?;
        Ok(())
    }

    /// The queries of `GET /api/dashboard/stats`, for the last day with calls.
    async fn stats(&self, days: i64) -> anyhow::Result<()> {
        // Not at an hour of UTC, so that days are added up from quarter hours at both ends.
        let calendar = Calendar::new(chrono_tz::Tz::Asia__Kathmandu);
        let tomorrow = calendar.day_of(traffic::began(self.calls - 1)) + 1;
        let from = tomorrow - days;
        let spans = if days <= 2 {
            calendar.hours(calendar.quarter_hours(from..tomorrow))
        } else {
            calendar.days(from..tomorrow)
        };
        let ask = self.models.dashboard();
        tokio::try_join!(
            ask.all_time(TENANT),
            ask.sums(TENANT, calendar.quarter_hours(from..tomorrow)),
            ask.sums(TENANT, calendar.quarter_hours(from - days..from)),
            ask.series(TENANT, &spans),
            ask.latest(TENANT, 5),
        )?;
        Ok(())
    }
}
