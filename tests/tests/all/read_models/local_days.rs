//! Figures by day and hour of any time zone, judged by the date and hour of each call in that zone.

use super::TestEnv;
use chrono::{DateTime, Days, FixedOffset, NaiveDate, Offset, Timelike};
use chrono_tz::{TZ_VARIANTS, Tz};
use domain::Timestamp;
use domain::calendar::{Calendar, Spans, parse_day, start_of_quarter_hour};
use domain::call::Call;
use domain::call::command::{CallCommand, CreateManually};
use domain::call::value::{Direction, Grade, Outcome};
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::event_store::{Actor, Metadata};
use proptest::prelude::*;
use proptest::strategy::ValueTree;
use proptest::test_runner::TestRunner;
use std::collections::BTreeMap;

on_both_engines!(figures_of_a_zone_are_those_of_its_local_dates_and_hours);

/// Cases beside the chosen ones.
const RANDOM_CASES: usize = 10;
const DAY_S: i64 = 86_400;

/// Zones and days on which something is unusual.
const CHOSEN: [(Tz, &str); 8] = [
    (Tz::America__Los_Angeles, "2026-03-08"),
    (Tz::America__Los_Angeles, "2026-11-01"),
    (Tz::Australia__Lord_Howe, "2026-04-05"),
    (Tz::Australia__Lord_Howe, "2026-10-04"),
    (Tz::Africa__Cairo, "2026-04-24"),
    (Tz::America__Havana, "2026-11-01"),
    (Tz::Asia__Kathmandu, "2026-03-27"),
    (Tz::Pacific__Kiritimati, "2026-12-31"),
];

/// Calls of a tenant: a zone, and when they start.
#[derive(Debug)]
struct Case {
    time_zone: Tz,
    /// A day of the zone around which the calls start.
    date: NaiveDate,
    /// Seconds after midnight UTC of that date, and the grade.
    calls: Vec<(i64, Option<Grade>)>,
}

fn cases() -> Vec<Case> {
    let calls = || {
        let grade = prop::option::of(prop::sample::select(vec![Grade::Good, Grade::NeedsImprovement]));
        prop::collection::vec((-3 * DAY_S..4 * DAY_S, grade), 30)
    };
    let mut runner = TestRunner::deterministic();
    let chosen = CHOSEN.map(|(time_zone, date)| {
        let calls = calls().new_tree(&mut runner).unwrap().current();
        let date = date.parse().unwrap();
        Case { time_zone, date, calls }
    });
    let mut runner = TestRunner::default();
    let any =
        (prop::sample::select(&TZ_VARIANTS[..]), 0_u64..5_000, calls()).prop_map(|(time_zone, days, calls)| Case {
            time_zone,
            date: NaiveDate::from_ymd_opt(2023, 1, 1).unwrap() + Days::new(days),
            calls,
        });
    let random = (0..RANDOM_CASES).map(|_| any.new_tree(&mut runner).unwrap().current());
    chosen.into_iter().chain(random.collect::<Vec<_>>()).collect()
}

impl Case {
    fn starts(&self) -> impl Iterator<Item = (Timestamp, Option<Grade>)> {
        let midnight = self.date.and_time(chrono::NaiveTime::MIN).and_utc().timestamp();
        let calls = self.calls.iter();
        calls.map(move |(seconds, grade)| (Timestamp::from_seconds(midnight + seconds), *grade))
    }

    fn local(&self, time: Timestamp) -> DateTime<Tz> {
        time.to_utc().with_timezone(&self.time_zone)
    }

    /// The number of items by key.
    fn counted<K: Ord>(keys: impl Iterator<Item = K>) -> BTreeMap<K, i64> {
        let mut counts = BTreeMap::new();
        keys.for_each(|key| *counts.entry(key).or_default() += 1);
        counts
    }
}

fn metadata(tenant: &str) -> Metadata {
    Metadata::new(tenant, Actor::User("u1".into()), "correlation")
}

fn created(call: &str, at: Timestamp) -> CallCommand {
    CreateManually {
        at,
        call_sid: call.into(),
        direction: Direction::Outbound,
        from: "+15045550100".into(),
        to: "+15045550123".into(),
        caller_name: None,
        agent: Some("default".into()),
        number: None,
        outcome: Some(Outcome::Completed),
        duration_s: Some(10),
        notes: None,
        by: "u1".into(),
    }
    .into()
}

/// Records the calls and returns the position of the last event.
async fn record(env: &TestEnv, tenant: &str, case: &Case) -> i64 {
    let mut position = 0;
    for (n, (at, grade)) in case.starts().enumerate() {
        let call = format!("{tenant}-{n}");
        let mut commands = vec![created(&call, at)];
        let by = "u1".to_owned();
        commands.extend(grade.map(|grade| CallCommand::Grade { at, grade, by }));
        let executed = env.ledger.execute_all::<Call>(&call, &commands, metadata(tenant)).await;
        position = executed.unwrap().position;
    }
    position
}

async fn figures_of_a_zone_are_those_of_its_local_dates_and_hours(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let following = env.models.follow();
    let cases = cases();
    let mut last = 0;
    for (n, case) in cases.iter().enumerate() {
        last = record(&env, &format!("tenant{n}"), case).await;
    }
    env.wait_for_position(last).await;
    for (n, case) in cases.iter().enumerate() {
        check_days(&env, &format!("tenant{n}"), case).await;
        check_hours(&env, &format!("tenant{n}"), case).await;
    }
    following.stop().await;
}

async fn check_days(env: &TestEnv, tenant: &str, case: &Case) {
    let calendar = Calendar::new(case.time_zone);
    let day = parse_day(&case.date.to_string()).unwrap();
    let date_of = |quarter_hour| case.local(start_of_quarter_hour(quarter_hour)).date_naive();
    // A period that has all calls, and shorter ones at whose ends calls are cut off.
    for days in [day - 5..day + 6, day..day + 1, day - 1..day + 2, day + 2..day + 3] {
        let first = case.date + chrono::Duration::days(days.start - day);
        let end = case.date + chrono::Duration::days(days.end - day);
        let is_within = |at: Timestamp| (first..end).contains(&case.local(at).date_naive());
        let within = || case.starts().filter(|(at, _)| is_within(*at));
        let judged = Case::counted(within().map(|(at, _)| case.local(at).date_naive()));

        let spans = calendar.days(days.clone());
        let series = env.models.dashboard().series(tenant, &spans).await.unwrap();
        let counted: BTreeMap<_, _> = series.iter().map(|row| (date_of(row.bucket), row.calls)).collect();
        assert_eq!(counted, judged, "{case:?} {first} to {end}");

        let sums = env
            .models
            .dashboard()
            .sums(tenant, calendar.quarter_hours(days))
            .await
            .unwrap();
        let (calls, talk) = sums.map(|row| (row.calls, row.talk_s)).unwrap_or_default();
        let total: i64 = judged.values().sum();
        assert_eq!((calls, talk), (total, total * 10), "{case:?} {first} to {end}");

        let grades = |wanted| within().filter(move |(_, grade)| *grade == Some(wanted));
        let judged = [Grade::Good, Grade::NeedsImprovement]
            .map(|grade| Case::counted(grades(grade).map(|(at, _)| case.local(at).date_naive())));
        let counts = env.models.feedback().counts(tenant, &spans, None).await.unwrap();
        let by_date = |amount: fn(&_) -> i64| {
            let rows = counts.iter().map(|row| (date_of(row.quarter_hour), amount(row)));
            rows.filter(|(_, amount)| *amount > 0).collect::<BTreeMap<_, _>>()
        };
        let counted = [by_date(|row| row.good), by_date(|row| row.needs_improvement)];
        assert_eq!(counted, judged, "{case:?} {first} to {end}");
    }
}

async fn check_hours(env: &TestEnv, tenant: &str, case: &Case) {
    let calendar = Calendar::new(case.time_zone);
    let day = parse_day(&case.date.to_string()).unwrap();
    // An hour that is repeated counts as two, with different offsets.
    let hour_of = |at: Timestamp| -> (NaiveDate, u32, FixedOffset) {
        let local = case.local(at);
        (local.date_naive(), local.hour(), local.offset().fix())
    };
    let key = |at: Timestamp| {
        let (date, hour, offset) = hour_of(at);
        (date, hour, offset.local_minus_utc())
    };
    let spans: Spans = calendar.hours(calendar.quarter_hours(day - 1..day + 1));
    let series = env.models.dashboard().series(tenant, &spans).await.unwrap();
    let counted: BTreeMap<_, _> = series
        .iter()
        .map(|row| (key(start_of_quarter_hour(row.bucket)), row.calls))
        .collect();
    assert_eq!(counted.len(), series.len(), "{case:?}: an hour is there twice");
    let dates = [case.date.pred_opt().unwrap(), case.date];
    let within = case
        .starts()
        .filter(|(at, _)| dates.contains(&case.local(*at).date_naive()));
    assert_eq!(counted, Case::counted(within.map(|(at, _)| key(at))), "{case:?}");
}
