//! People of ours in a call: they listen in, take it over, put the caller on hold, transfer the call, and everybody may hang
//! up in the middle.

use super::conversation::{history, types, words};
use harness::on_both_engines;
use harness::place::Place;
use harness::service::Client;
use harness::world::{Pace, World};
use sandbox::network::person::{Behaviour, Picks};
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};

on_both_engines!(
    a_person_takes_a_call_over_holds_it_transfers_it_and_all_of_it_is_kept,
    a_telephone_that_nobody_answers_leaves_the_caller_with_the_ai,
    a_caller_who_hangs_up_during_a_take_over_leaves_nobody_behind,
    a_transfer_that_is_busy_leaves_the_caller_with_the_person,
    somebody_who_listens_takes_over_from_where_they_sit,
    a_colleague_is_asked_and_declines,
    a_caller_who_wants_a_person_waits_for_whoever_is_here,
    a_service_that_is_killed_while_a_telephone_rings_calls_nobody_twice,
    what_cannot_be_done_to_a_call_is_refused,
);

/// Somebody who is patient, and says what a test is about once a person has come.
const PATIENT: &str = r#"
    description = "a caller for whom the machine is not enough"
    [caller]
    from = "+15045550142"
    [[caller.steps]]
    say = "My question is too difficult for a machine"
    [[caller.steps]]
    on = "joined"
    within_s = 900
    [[caller.steps]]
    say = "At last, a person"
    anytime = true
    within_s = 900
"#;

pub(super) fn scenario(rest: &str) -> Scenario {
    Scenario::from_toml(&format!("{PATIENT}{rest}")).unwrap()
}

/// What somebody does when their telephone rings.
pub(super) fn behaviour(toml: &str) -> Behaviour {
    toml::from_str(toml).unwrap()
}

/// The admin's browser, and what they do in it.
pub(super) async fn at_the_telephone(world: &World, admin: &Client, behaviour: Behaviour) -> String {
    let me = admin.read("/api/auth/me").await.expect(200).json();
    let user = me["user_id"].as_str().unwrap().to_owned();
    world.can_be_called(&format!("client:{user}"), behaviour);
    user
}

/// A call whose caller has been answered once.
pub(super) async fn under_way(world: &World, admin: &Client, scenario: &Scenario) -> String {
    // On a slow machine the network's clock runs far ahead while a person is on their way: the AI asks a silent caller often.
    let settings = json!({ "settings": { "limits": { "max_duration_s": 14_400, "silence_prompts": 10 } } });
    admin.put("/api/agents/default", &settings).await.expect(200);
    let call = scenario.begin(world.network.exchange()).unwrap();
    happened(world, admin, &call, "AiTurn", 2).await;
    call
}

/// Waits until a call has had so many events of a type.
pub(super) async fn happened(world: &World, admin: &Client, call: &str, event: &str, times: usize) -> Value {
    let path = format!("/api/call-logs/{call}/history");
    world
        .until(admin, &path, &format!("{event} {times} times"), |history| {
            types(history).iter().filter(|name| *name == event).count() >= times
        })
        .await
}

pub(super) async fn order(admin: &Client, call: &str, what: &str, body: Value) {
    admin
        .post(&format!("/api/active-calls/{call}/{what}"), &body)
        .await
        .expect(200);
}

/// Takes the call over, and waits until the caller is there.
pub(super) async fn take_over(world: &World, admin: &Client, call: &str) {
    order(admin, call, "monitor", json!({ "mode": "take_over" })).await;
    let path = format!("/api/call-logs/{call}/history");
    world
        .until(admin, &path, "the caller has met the person", |history| {
            let events = history["events"].as_array().cloned().unwrap_or_default();
            events
                .iter()
                .any(|event| event["type"] == "ParticipantJoined" && event["data"]["role"] == "caller")
        })
        .await;
}

/// Every leg of the network has ended.
#[track_caller]
pub(super) fn nobody_is_left(world: &World) {
    let state = world.network.exchange().state();
    let open = state.calls.iter().filter(|call| !call.status.is_final());
    let open: Vec<_> = open.map(|call| call.leg.sid.clone()).collect();
    drop(state);
    assert!(open.is_empty(), "{open:?}\n{}", world.service.log());
}

pub(super) fn at_a_desk() -> Behaviour {
    behaviour(
        r#"
        after_s = 1.0
        [[steps]]
        when = "at last"
        say = "I will send somebody tomorrow"
        anytime = true
        within_s = 900
        [[steps]]
        wait_s = 3000
        "#,
    )
}

async fn a_person_takes_a_call_over_holds_it_transfers_it_and_all_of_it_is_kept(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let user = at_the_telephone(&world, &admin, at_a_desk()).await;
    world.can_be_called(
        "+15045550111",
        behaviour(
            r#"
            [[steps]]
            when = "transferred to you"
            say = "Workshop, good morning"
            after_ms = 6000
            within_s = 900
            [[steps]]
            wait_s = 3000
            "#,
        ),
    );
    let scenario = scenario(
        r#"
        [[caller.steps]]
        on = "held"
        within_s = 900
        [[caller.steps]]
        on = "unheld"
        within_s = 900
        [[caller.steps]]
        when = "workshop"
        within_s = 900
        [[caller.steps]]
        say = "When will my car be ready"
        anytime = true
        within_s = 900
        [[caller.steps]]
        hang_up = true
        after_ms = 5000
        [expect]
        ended_by = "caller"
        hears = ["send somebody tomorrow", "Workshop"]
        "#,
    );
    let call = under_way(&world, &admin, &scenario).await;
    take_over(&world, &admin, &call).await;
    happened(&world, &admin, &call, "RecordingStarted", 2).await;
    world.heard(&call, "send somebody tomorrow").await;
    // To the end: keypad tones and music would drown the words.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    order(&admin, &call, "digits", json!({ "digits": "1w#" })).await;
    order(&admin, &call, "hold", json!({})).await;
    let held = world
        .until(&admin, "/api/active-calls", "the caller is on hold", |calls| {
            calls[0]["holder"] == "hold"
        })
        .await;
    assert_eq!(held[0]["taken_over_by"], user.as_str(), "{held:#}");
    order(&admin, &call, "resume", json!({})).await;
    order(&admin, &call, "transfer", json!({ "to": "+15045550111" })).await;
    happened(&world, &admin, &call, "Transferred", 1).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    nobody_is_left(&world);
    let (types, events) = history(&world, &call).await;
    for expected in [
        "TakeoverRequested",
        "TakeoverAccepted",
        "ParticipantCalled",
        "TakenOver",
        "DigitsSent",
        "PutOnHold",
        "RecordingPaused",
        "TakenOffHold",
        "RecordingResumed",
        "TransferStarted",
        "Transferred",
        "ConferenceStarted",
        "ConferenceEnded",
        "CallEnded",
    ] {
        assert!(types.iter().any(|name| name == expected), "{expected}: {types:?}");
    }
    // Twilio refuses to record a leg that is not in progress yet, and is asked again.
    let failed = |event: &&Value| event["type"] == "EffectFailed" && event["data"]["effect"] != "start_recording";
    assert_eq!(events.iter().filter(failed).count(), 0, "{events:#?}");
    // The AI said nothing more once the call was the person's.
    let place = |name: &str| types.iter().position(|it| it == name).unwrap();
    assert!(
        types.iter().rposition(|it| it == "AiTurn").unwrap() < place("TakenOver"),
        "{types:?}"
    );
    assert_eq!(
        words(&events, "CallerTurn"),
        ["My question is too difficult for a machine"]
    );
    both_parts_are_kept(&world, &admin, &call).await;
    for model in ["call_log", "live_calls", "work"] {
        world.rebuild_changes_nothing(model);
    }
    world.close().await;
}

/// Both parts are kept, as sound and as words.
async fn both_parts_are_kept(world: &World, admin: &Client, call: &str) {
    let detail = world
        .until(
            admin,
            &format!("/api/call-logs/{call}"),
            "both recordings are kept",
            |call| call["recordings"].as_array().is_some_and(|all| all.len() == 2) && call["summary"].is_string(),
        )
        .await;
    let phases: Vec<_> = detail["recordings"]
        .as_array()
        .unwrap()
        .iter()
        .map(|it| &it["phase"])
        .collect();
    assert_eq!(phases, ["ai", "human"], "{detail:#}");
    let transcripts = world
        .until(
            admin,
            &format!("/api/call-logs/{call}/transcript"),
            "both parts are written down",
            |all| {
                let of_sound = |phase: &str| {
                    all.as_array().is_some_and(|all| {
                        all.iter()
                            .any(|it| it["phase"] == phase && it["engine"] != "turns" && !it["engine"].is_null())
                    })
                };
                of_sound("ai") && of_sound("human")
            },
        )
        .await;
    let of_person = transcripts
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["phase"] == "human")
        .unwrap();
    let said = |speaker: &str, words: &str| {
        of_person["segments"]
            .as_array()
            .unwrap()
            .iter()
            .any(|segment| segment["speaker"] == speaker && segment["text"].as_str().unwrap().contains(words))
    };
    assert!(said("agent", "I will send somebody tomorrow"), "{of_person:#}");
    assert!(said("caller", "When will my car be ready"), "{of_person:#}");
}

async fn a_telephone_that_nobody_answers_leaves_the_caller_with_the_ai(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, Behaviour::absent()).await;
    let patient = Scenario::from_toml(
        r#"
        description = "a caller who hears nothing of it"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "My laptop does not start"
        [[caller.steps]]
        silent_s = 5
        [[caller.steps]]
        say = "and what are your opening hours"
        after_ms = 60000
        within_s = 900
        [[caller.steps]]
        say = "thank you, goodbye"
        within_s = 900
        "#,
    )
    .unwrap();
    let call = under_way(&world, &admin, &patient).await;
    order(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let told = happened(&world, &admin, &call, "ParticipantUnreached", 1).await;
    assert!(!types(&told).iter().any(|name| name == "TakenOver"), "{told:#}");
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    nobody_is_left(&world);
    let (types, _) = history(&world, &call).await;
    assert!(!types.iter().any(|name| name == "TakenOver"), "{types:?}");
    world.close().await;
}

async fn a_caller_who_hangs_up_during_a_take_over_leaves_nobody_behind(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, at_a_desk()).await;
    let hasty = Scenario::from_toml(
        r#"
        description = "a caller who hangs up in the moment in which a person comes"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "My question is too difficult for a machine"
        [[caller.steps]]
        on = "redirected"
        hang_up = true
        after_ms = 0
        within_s = 900
        [expect]
        ended_by = "caller"
        "#,
    )
    .unwrap();
    let call = under_way(&world, &admin, &hasty).await;
    order(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    world.network.ended(&call).await.unwrap();
    let left = happened(&world, &admin, &call, "ParticipantLeft", 1).await;
    assert!(types(&left).iter().any(|name| name == "TakenOver"), "{left:#}");
    world.network.quiet().await;
    nobody_is_left(&world);
    order_is_refused(&admin, &call, "hold", json!({})).await;
    world.close().await;
}

async fn order_is_refused(admin: &Client, call: &str, what: &str, body: Value) {
    admin
        .post(&format!("/api/active-calls/{call}/{what}"), &body)
        .await
        .expect(409);
}

async fn a_transfer_that_is_busy_leaves_the_caller_with_the_person(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    at_the_telephone(&world, &admin, at_a_desk()).await;
    let busy = Behaviour {
        picks: Picks::Busy,
        ..Behaviour::default()
    };
    world.can_be_called("+15045550111", busy);
    let scenario = scenario(
        r#"
        [[caller.steps]]
        on = "unheld"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        after_ms = 2000
        "#,
    );
    let call = under_way(&world, &admin, &scenario).await;
    take_over(&world, &admin, &call).await;
    order(&admin, &call, "transfer", json!({ "to": "+15045550111" })).await;
    let failed = happened(&world, &admin, &call, "TransferFailed", 1).await;
    let events = failed["events"].as_array().unwrap();
    let reason = events.iter().find(|event| event["type"] == "TransferFailed").unwrap();
    assert_eq!(reason["data"]["reason"], "busy", "{reason:#}");
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    nobody_is_left(&world);
    world.close().await;
}

async fn somebody_who_listens_takes_over_from_where_they_sit(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let user = at_the_telephone(&world, &admin, at_a_desk()).await;
    let scenario = scenario(
        r#"
        [[caller.steps]]
        when = "send somebody"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        "#,
    );
    let call = under_way(&world, &admin, &scenario).await;
    order(&admin, &call, "monitor", json!({ "mode": "listen" })).await;
    happened(&world, &admin, &call, "ParticipantJoined", 1).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["listeners"], json!([user]), "{live:#}");
    take_over(&world, &admin, &call).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    let (types, events) = history(&world, &call).await;
    assert_eq!(
        types.iter().filter(|name| *name == "ParticipantCalled").count(),
        1,
        "{events:#?}"
    );
    nobody_is_left(&world);
    world.close().await;
}

async fn a_colleague_is_asked_and_declines(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let colleague = world.colleague(&admin, "bob", "agent").await;
    let me = colleague.read("/api/auth/me").await.expect(200).json();
    let user = me["user_id"].as_str().unwrap().to_owned();
    let call = under_way(&world, &admin, &scenario("")).await;
    order(&admin, &call, "monitor", json!({ "mode": "take_over", "user": user })).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["takeover_requests"], json!([user]), "{live:#}");
    order(&colleague, &call, "agent-response", json!({ "answer": "decline" })).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["takeover_requests"], json!([]), "{live:#}");
    order(&admin, &call, "hangup", json!({})).await;
    world.close().await;
}

async fn a_caller_who_wants_a_person_waits_for_whoever_is_here(place: Place) {
    // The network's clock goes on slowly while the caller waits: whoever is here has the time to come.
    let pace = Pace {
        settle: std::time::Duration::from_secs(12),
        ..Pace::slow()
    };
    let world = World::open_at(place, pace).await;
    let admin = world.admin().await;
    let user = at_the_telephone(&world, &admin, at_a_desk()).await;
    let feed = admin.feed().await;
    let insistent = Scenario::from_toml(
        r#"
        description = "a caller who wants a person"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "I want to talk to a real person"
        [[caller.steps]]
        on = "joined"
        within_s = 900
        [[caller.steps]]
        say = "At last, a person"
        anytime = true
        [[caller.steps]]
        when = "send somebody"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        [expect]
        hears = ["getting a colleague", "send somebody tomorrow"]
        "#,
    )
    .unwrap();
    let call = insistent.begin(world.network.exchange()).unwrap();
    let asked = happened(&world, &admin, &call, "TakeoverRequested", 1).await;
    assert!(asked.to_string().contains(&user), "{asked:#}");
    order(&admin, &call, "agent-response", json!({ "answer": "accept" })).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&insistent, &call);
    let (types, _) = history(&world, &call).await;
    assert!(!types.iter().any(|name| name == "RoutedToVoicemail"), "{types:?}");
    drop(feed);
    world.close().await;
}

async fn a_service_that_is_killed_while_a_telephone_rings_calls_nobody_twice(place: Place) {
    // The service comes back before the network asks it anything.
    let pace = Pace {
        settle: std::time::Duration::from_secs(6),
        ..Pace::slow()
    };
    let mut world = World::open_at(place, pace).await;
    let admin = world.admin().await;
    let slow = Behaviour {
        after_s: 12.0,
        ..at_a_desk()
    };
    let user = at_the_telephone(&world, &admin, slow).await;
    let scenario = scenario(
        r#"
        [[caller.steps]]
        when = "send somebody"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        "#,
    );
    let call = under_way(&world, &admin, &scenario).await;
    order(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    // As soon as the network knows of it: before or after we have written down that we asked.
    let rings = |world: &World| {
        let state = world.network.exchange().state();
        let theirs = state
            .calls
            .iter()
            .filter(|it| it.leg.to.address() == format!("client:{user}"));
        theirs.count()
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while rings(&world) == 0 {
        assert!(std::time::Instant::now() < deadline, "{}", world.service.log());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    world.kill_and_restart().await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    world.expect_as_it_should(&scenario, &call);
    assert_eq!(rings(&world), 1);
    let (types, _) = history(&world, &call).await;
    assert_eq!(types.iter().filter(|name| *name == "TakenOver").count(), 1, "{types:?}");
    world.close().await;
}

async fn what_cannot_be_done_to_a_call_is_refused(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let auditor = world.colleague(&admin, "eve", "auditor").await;
    let call = under_way(&world, &admin, &scenario("")).await;
    let path = |what: &str| format!("/api/active-calls/{call}/{what}");
    // The AI holds the call.
    for what in ["hold", "resume"] {
        order_is_refused(&admin, &call, what, json!({})).await;
    }
    order_is_refused(&admin, &call, "transfer", json!({ "to": "+15045550111" })).await;
    order_is_refused(&admin, &call, "digits", json!({ "digits": "1" })).await;
    for (what, body) in [
        ("monitor", json!({ "mode": "shout" })),
        ("monitor", json!({})),
        ("monitor", json!({ "mode": "listen", "user": "user_1" })),
        ("monitor", json!({ "mode": "take_over", "user": "user_nobody" })),
        ("agent-response", json!({ "answer": "perhaps" })),
        ("transfer", json!({ "to": "somewhere" })),
        ("transfer", json!({ "to": "+12" })),
        ("transfer", json!({})),
    ] {
        let answer = admin.post(&path(what), &body).await;
        assert!((400..423).contains(&answer.status), "{what} {body}: {}", answer.text);
        assert!(answer.text.contains("urn:call-ledger:problem"), "{}", answer.text);
    }
    for what in [
        "monitor",
        "agent-response",
        "hold",
        "resume",
        "transfer",
        "digits",
        "hangup",
    ] {
        let body = match what {
            "monitor" => json!({ "mode": "listen" }),
            "agent-response" => json!({ "answer": "accept" }),
            "transfer" => json!({ "to": "+15045550111" }),
            "digits" => json!({ "digits": "1" }),
            _ => json!({}),
        };
        auditor.post(&path(what), &body).await.expect(403);
        world.service.client().post(&path(what), &body).await.expect(401);
        admin
            .post(&format!("/api/active-calls/CAnobody/{what}"), &body)
            .await
            .expect(404);
    }
    order(&admin, &call, "hangup", json!({})).await;
    world.network.ended(&call).await.unwrap();
    world.network.quiet().await;
    happened(&world, &admin, &call, "CallEnded", 1).await;
    order_is_refused(&admin, &call, "monitor", json!({ "mode": "listen" })).await;
    order_is_refused(&admin, &call, "agent-response", json!({ "answer": "accept" })).await;
    world.close().await;
}
