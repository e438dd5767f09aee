//! The time zone of a tenant: who sets it, and what days it makes.

use crate::harness::{Client, Service, inbound};
use domain::Timestamp;
use infra::event_store::{Actor, Event, StreamId};
use serde_json::{Value, json};

const SETTINGS: &str = "/api/settings";

fn at(rfc3339: &str) -> Timestamp {
    Timestamp::parse_rfc3339(rfc3339).expect("is a time")
}

async fn set_zone(admin: &Client, zone: &str) -> Value {
    admin.put(SETTINGS, &json!({ "time_zone": zone })).await.is(200).json()
}

/// The local dates with calls or grades, and their number.
fn days_with(list: &Value, day: &str, amount: &str) -> Vec<(String, i64)> {
    let days = list.as_array().expect("a list").iter();
    let counted = days.map(|one| {
        let day = one[day].as_str().expect("a time")[..10].to_owned();
        (day, one[amount].as_i64().expect("a number"))
    });
    counted.filter(|(_, amount)| *amount > 0).collect()
}

#[tokio::test]
async fn time_zone_is_set_by_the_admin_and_read_by_every_user() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let unset = json!({ "time_zone": "UTC", "changed_at": null, "changed_by": null });
    assert_eq!(admin.get(SETTINGS).await.is(200).json(), unset);
    let set = set_zone(&admin, "Asia/Kathmandu").await;
    let me = admin.get("/api/auth/me").await.is(200).json()["user_id"].clone();
    assert_eq!(
        set,
        json!({ "time_zone": "Asia/Kathmandu", "changed_at": "2026-03-27T14:00:00.000000Z", "changed_by": me })
    );
    for role in ["agent", "auditor", "analyst"] {
        let user = service.invited(&admin, role).await;
        assert_eq!(user.get(SETTINGS).await.is(200).json(), set, "{role}");
        let change = user.put(SETTINGS, &json!({ "time_zone": "UTC" })).await;
        change.problem(403, "forbidden", &[]);
    }
    assert_eq!(admin.get(SETTINGS).await.is(200).json(), set);

    // The event names who made the change. Setting the same zone again is none.
    set_zone(&admin, "Asia/Kathmandu").await;
    let engine = service.running.engine();
    let stream = StreamId::new("tenant_settings", "default");
    let history = engine.ledger.history(&stream).await.expect("a history");
    assert_eq!(history.len(), 1);
    assert!(matches!(history[0].event, Event::TenantSettings(_)));
    assert_eq!(
        history[0].metadata.actor,
        Actor::User(me.as_str().expect("an ID").to_owned())
    );
}

#[tokio::test]
async fn what_is_no_time_zone_is_refused_by_the_name_of_the_field() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let head = service.head().await;
    for zone in ["", " ", "Mars/Olympus", "utc+2", "+02:00", "America/Los Angeles", "PDT"] {
        let refused = admin.put(SETTINGS, &json!({ "time_zone": zone })).await;
        refused.problem(422, "invalid", &["/time_zone"]);
    }
    for zone in [json!(null), json!(2), json!(["UTC"])] {
        let refused = admin.put(SETTINGS, &json!({ "time_zone": zone })).await;
        refused.problem(422, "invalid", &["/time_zone"]);
    }
    admin
        .put(SETTINGS, &json!({}))
        .await
        .problem(422, "invalid", &["/time_zone"]);
    assert_eq!(service.head().await, head, "nothing was written");
    // Names of the IANA database that are not places.
    for zone in ["EST5EDT", "Etc/GMT+8", "UTC"] {
        assert_eq!(set_zone(&admin, zone).await["time_zone"], zone);
    }
}

#[tokio::test]
async fn evening_call_counts_for_its_local_day() {
    let service = Service::start().await;
    let admin = service.admin().await;
    // Friday evening in Los Angeles, Saturday in UTC.
    service.clock.set(at("2026-03-27T21:30:00-07:00"));
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let grade = json!({ "grade": "good" });
    admin.put("/api/call-logs/CA1/grade", &grade).await.is(200);
    service.clock.set(at("2026-03-28T09:00:00-07:00"));
    service.wait_for_read_models().await;

    let days = async |period: &str| {
        let stats = admin
            .get(&format!("/api/dashboard/stats?days={period}"))
            .await
            .is(200)
            .json();
        let feedback = admin.get(&format!("/api/feedback?days={period}")).await.is(200).json();
        assert_eq!(stats["time_zone"], feedback["time_zone"]);
        let counted = days_with(&stats["series"], "from", "calls");
        assert_eq!(days_with(&feedback["days"], "day", "good"), counted);
        (
            counted,
            stats["period"]["calls"].clone(),
            stats["before"]["calls"].clone(),
        )
    };
    let on = |date: &str| vec![(date.to_owned(), 1)];
    assert_eq!(days("7").await, (on("2026-03-28"), json!(1), json!(0)));
    assert_eq!(days("1").await, (on("2026-03-28"), json!(1), json!(0)));

    // The zone applies to the days before the change, too.
    set_zone(&admin, "America/Los_Angeles").await;
    assert_eq!(days("7").await, (on("2026-03-27"), json!(1), json!(0)));
    assert_eq!(days("1").await, (vec![], json!(0), json!(1)));
    let stats = admin.get("/api/dashboard/stats?days=7").await.is(200).json();
    assert_eq!(
        (&stats["from"], &stats["to"]),
        (
            &json!("2026-03-22T00:00:00.000000-07:00"),
            &json!("2026-03-29T00:00:00.000000-07:00")
        )
    );

    // Dates in the list of calls are local, too; times are not.
    for (query, expected) in [
        ("from=2026-03-27&to=2026-03-27", 1),
        ("from=2026-03-28", 0),
        ("to=2026-03-26", 0),
        ("from=2026-03-28T04:30:00Z&to=2026-03-28T04:30:01Z", 1),
        ("from=2026-03-28T04:30:01Z", 0),
    ] {
        let listed = admin.get(&format!("/api/call-logs?{query}")).await.is(200).json();
        assert_eq!(listed["calls"].as_array().map(Vec::len), Some(expected), "{query}");
    }
    for query in ["from=yesterday", "from=2026-02-30", "from=2026-3-27"] {
        let refused = admin.get(&format!("/api/call-logs?{query}")).await;
        refused.problem(422, "invalid", &["from"]);
    }
}

#[tokio::test]
async fn hours_end_with_the_current_one_and_are_23_when_clocks_go_forward() {
    let service = Service::start().await;
    service.clock.set(at("2027-03-14T21:59:00-07:00"));
    let admin = service.admin().await;
    set_zone(&admin, "America/Los_Angeles").await;
    let stats = admin.get("/api/dashboard/stats?days=1").await.is(200).json();
    let hours = stats["series"].as_array().expect("a list");
    let starts: Vec<_> = hours
        .iter()
        .map(|hour| &hour["from"].as_str().expect("a time")[11..13])
        .collect();
    assert_eq!(starts[..4], ["00", "01", "03", "04"]);
    assert_eq!((starts.len(), starts[20]), (21, "21"));
    assert_eq!(hours[20]["to"], "2027-03-14T22:00:00.000000-07:00");
}
