//! Team members in a call: they listen, take over, hold and transfer; any participant may hang up at any time.

use super::dialogue::{history, types, words};
use harness::on_both_engines;
use harness::service::Client;
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::network::party::{Behavior, RingResponse};
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};

on_both_engines!(
    takeover_hold_and_transfer_are_recorded_in_both_phases,
    killed_service_does_not_dial_a_participant_twice,
    ; sqlite:
    unanswered_takeover_leaves_the_caller_with_the_ai,
    caller_hangup_during_a_takeover_ends_every_leg,
    busy_transfer_leaves_the_caller_with_the_team_member,
    listener_takes_over_with_the_same_participant,
    takeover_request_can_be_declined,
    caller_who_asks_for_a_person_waits_for_an_online_user,
    invalid_action_on_a_call_is_refused,
);

/// A caller who waits, and says what the test needs once a team member speaks.
const PATIENT_CALLER: &str = r#"
    description = "a caller who asks for a person"
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
    Scenario::from_toml(&format!("{PATIENT_CALLER}{rest}")).unwrap()
}

/// Parses a phone's behavior.
pub(super) fn behavior(toml: &str) -> Behavior {
    toml::from_str(toml).unwrap()
}

/// Registers the user's browser phone with this behavior, and returns the user's id.
pub(super) async fn register_phone(env: &TestEnv, admin: &Client, behavior: Behavior) -> String {
    let me = admin.read("/api/auth/me").await.expect(200).json();
    let user = me["user_id"].as_str().unwrap().to_owned();
    env.set_party(&format!("client:{user}"), behavior);
    user
}

/// Starts a call and waits for the AI's first reply.
pub(super) async fn start_call(env: &TestEnv, admin: &Client, scenario: &Scenario) -> String {
    // On a slow machine the network's clock runs ahead while a phone rings, and the AI prompts a silent caller often.
    let settings = json!({ "settings": { "limits": { "max_duration_s": 14_400, "silence_prompts": 10 } } });
    admin.put("/api/agents/default", &settings).await.expect(200);
    let call = scenario.begin(env.network.switch()).unwrap();
    wait_for_event(env, admin, &call, "AiTurn", 2).await;
    call
}

/// Waits until a call has this many events of a type.
pub(super) async fn wait_for_event(env: &TestEnv, admin: &Client, call: &str, event: &str, times: usize) -> Value {
    let path = format!("/api/call-logs/{call}/history");
    env.until(admin, &path, &format!("{event} {times} times"), |history| {
        types(history).iter().filter(|name| *name == event).count() >= times
    })
    .await
}

pub(super) async fn post_action(admin: &Client, call: &str, what: &str, body: Value) {
    admin
        .post(&format!("/api/active-calls/{call}/{what}"), &body)
        .await
        .expect(200);
}

/// Takes the call over, and waits until the caller has joined the conference.
pub(super) async fn take_over(env: &TestEnv, admin: &Client, call: &str) {
    post_action(admin, call, "monitor", json!({ "mode": "take_over" })).await;
    let path = format!("/api/call-logs/{call}/history");
    env.until(admin, &path, "the caller has met the person", |history| {
        let events = history["events"].as_array().cloned().unwrap_or_default();
        events
            .iter()
            .any(|event| event["type"] == "ParticipantJoined" && event["data"]["role"] == "caller")
    })
    .await;
}

/// Asserts that every leg in the network has ended.
#[track_caller]
pub(super) fn assert_no_open_legs(env: &TestEnv) {
    let state = env.network.switch().state();
    let open = state.calls.iter().filter(|call| !call.status.is_final());
    let open: Vec<_> = open.map(|call| call.leg.sid.clone()).collect();
    drop(state);
    assert!(open.is_empty(), "{open:?}\n{}", env.service.log());
}

pub(super) fn answering_phone() -> Behavior {
    behavior(
        r#"
        after_s = 1.0
        [[steps]]
        when = "at last"
        say = "I will send a technician tomorrow"
        anytime = true
        within_s = 900
        [[steps]]
        wait_s = 3000
        "#,
    )
}

async fn takeover_hold_and_transfer_are_recorded_in_both_phases(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let user = register_phone(&env, &admin, answering_phone()).await;
    env.set_party(
        "+15045550111",
        behavior(
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
        hears = ["send a technician tomorrow", "Workshop"]
        "#,
    );
    let call = start_call(&env, &admin, &scenario).await;
    take_over(&env, &admin, &call).await;
    wait_for_event(&env, &admin, &call, "RecordingStarted", 2).await;
    env.wait_for_speech(&call, "send a technician tomorrow").await;
    // Until the sentence ends: keypad tones and music would mask the words.
    tokio::time::sleep(std::time::Duration::from_secs(2)).await;
    post_action(&admin, &call, "digits", json!({ "digits": "1w#" })).await;
    post_action(&admin, &call, "hold", json!({})).await;
    let held = env
        .until(&admin, "/api/active-calls", "the caller is on hold", |calls| {
            calls[0]["holder"] == "hold"
        })
        .await;
    assert_eq!(held[0]["taken_over_by"], user.as_str(), "{held:#}");
    post_action(&admin, &call, "resume", json!({})).await;
    post_action(&admin, &call, "transfer", json!({ "to": "+15045550111" })).await;
    wait_for_event(&env, &admin, &call, "Transferred", 1).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    assert_no_open_legs(&env);
    let (types, events) = history(&env, &call).await;
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
    // Twilio refuses to record a leg that is not in progress yet, and the job retries.
    let failed = |event: &&Value| event["type"] == "EffectFailed" && event["data"]["effect"] != "start_recording";
    assert_eq!(events.iter().filter(failed).count(), 0, "{events:#?}");
    // The AI has no turn after the takeover.
    let index_of = |name: &str| types.iter().position(|it| it == name).unwrap();
    assert!(
        types.iter().rposition(|it| it == "AiTurn").unwrap() < index_of("TakenOver"),
        "{types:?}"
    );
    assert_eq!(
        words(&events, "CallerTurn"),
        ["My question is too difficult for a machine"]
    );
    assert_both_phases_archived(&env, &admin, &call).await;
    for model in ["call_log", "live_calls", "work"] {
        env.assert_rebuild_is_identical(model);
    }
    env.close().await;
}

/// Both phases are recorded and transcribed.
async fn assert_both_phases_archived(env: &TestEnv, admin: &Client, call: &str) {
    let detail = env
        .until(
            admin,
            &format!("/api/call-logs/{call}"),
            "both recordings are archived",
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
    let transcripts = env
        .until(
            admin,
            &format!("/api/call-logs/{call}/transcript"),
            "both phases are transcribed",
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
    assert!(
        said("team_member", "I will send a technician tomorrow"),
        "{of_person:#}"
    );
    assert!(said("caller", "When will my car be ready"), "{of_person:#}");
}

async fn unanswered_takeover_leaves_the_caller_with_the_ai(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, Behavior::absent()).await;
    let patient = Scenario::from_toml(
        r#"
        description = "a caller who is not affected"
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
    let call = start_call(&env, &admin, &patient).await;
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    let unreached = wait_for_event(&env, &admin, &call, "ParticipantUnreached", 1).await;
    assert!(
        !types(&unreached).iter().any(|name| name == "TakenOver"),
        "{unreached:#}"
    );
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    assert_no_open_legs(&env);
    let (types, _) = history(&env, &call).await;
    assert!(!types.iter().any(|name| name == "TakenOver"), "{types:?}");
    env.close().await;
}

async fn caller_hangup_during_a_takeover_ends_every_leg(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, answering_phone()).await;
    let hasty = Scenario::from_toml(
        r#"
        description = "a caller who hangs up while a team member joins"
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
    let call = start_call(&env, &admin, &hasty).await;
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    env.network.ended(&call).await.unwrap();
    let left = wait_for_event(&env, &admin, &call, "ParticipantLeft", 1).await;
    assert!(types(&left).iter().any(|name| name == "TakenOver"), "{left:#}");
    env.network.quiet().await;
    assert_no_open_legs(&env);
    assert_action_conflicts(&admin, &call, "hold", json!({})).await;
    env.close().await;
}

async fn assert_action_conflicts(admin: &Client, call: &str, what: &str, body: Value) {
    admin
        .post(&format!("/api/active-calls/{call}/{what}"), &body)
        .await
        .expect(409);
}

async fn busy_transfer_leaves_the_caller_with_the_team_member(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    register_phone(&env, &admin, answering_phone()).await;
    let busy = Behavior {
        picks: RingResponse::Busy,
        ..Behavior::default()
    };
    env.set_party("+15045550111", busy);
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
    let call = start_call(&env, &admin, &scenario).await;
    take_over(&env, &admin, &call).await;
    post_action(&admin, &call, "transfer", json!({ "to": "+15045550111" })).await;
    let failed = wait_for_event(&env, &admin, &call, "TransferFailed", 1).await;
    let events = failed["events"].as_array().unwrap();
    let reason = events.iter().find(|event| event["type"] == "TransferFailed").unwrap();
    assert_eq!(reason["data"]["reason"], "busy", "{reason:#}");
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    assert_no_open_legs(&env);
    env.close().await;
}

async fn listener_takes_over_with_the_same_participant(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let user = register_phone(&env, &admin, answering_phone()).await;
    let scenario = scenario(
        r#"
        [[caller.steps]]
        when = "send a technician"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        "#,
    );
    let call = start_call(&env, &admin, &scenario).await;
    post_action(&admin, &call, "monitor", json!({ "mode": "listen" })).await;
    wait_for_event(&env, &admin, &call, "ParticipantJoined", 1).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["listeners"], json!([user]), "{live:#}");
    take_over(&env, &admin, &call).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    let (types, events) = history(&env, &call).await;
    assert_eq!(
        types.iter().filter(|name| *name == "ParticipantCalled").count(),
        1,
        "{events:#?}"
    );
    assert_no_open_legs(&env);
    env.close().await;
}

async fn takeover_request_can_be_declined(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let team_member = env.team_member(&admin, "bob", "agent").await;
    let me = team_member.read("/api/auth/me").await.expect(200).json();
    let user = me["user_id"].as_str().unwrap().to_owned();
    let call = start_call(&env, &admin, &scenario("")).await;
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over", "user": user })).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["takeover_requests"], json!([user]), "{live:#}");
    post_action(&team_member, &call, "agent-response", json!({ "answer": "decline" })).await;
    let live = admin.read("/api/active-calls").await.expect(200).json();
    assert_eq!(live[0]["takeover_requests"], json!([]), "{live:#}");
    post_action(&admin, &call, "hangup", json!({})).await;
    env.close().await;
}

async fn caller_who_asks_for_a_person_waits_for_an_online_user(stores: TestStores) {
    // The network's clock runs slowly while the caller waits, so that the team member has time to accept.
    let pace = Pace {
        settle: std::time::Duration::from_secs(12),
        ..Pace::jobs()
    };
    let env = TestEnv::open_at(stores, pace).await;
    let admin = env.admin().await;
    let user = register_phone(&env, &admin, answering_phone()).await;
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
        when = "send a technician"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        [expect]
        hears = ["getting a colleague", "send a technician tomorrow"]
        "#,
    )
    .unwrap();
    let call = insistent.begin(env.network.switch()).unwrap();
    let asked = wait_for_event(&env, &admin, &call, "TakeoverRequested", 1).await;
    assert!(asked.to_string().contains(&user), "{asked:#}");
    post_action(&admin, &call, "agent-response", json!({ "answer": "accept" })).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&insistent, &call);
    let (types, _) = history(&env, &call).await;
    assert!(!types.iter().any(|name| name == "RoutedToVoicemail"), "{types:?}");
    drop(feed);
    env.close().await;
}

async fn killed_service_does_not_dial_a_participant_twice(stores: TestStores) {
    // The service restarts before the network sends a webhook.
    let pace = Pace {
        settle: std::time::Duration::from_secs(6),
        ..Pace::jobs()
    };
    let mut env = TestEnv::open_at(stores, pace).await;
    let admin = env.admin().await;
    let slow = Behavior {
        after_s: 12.0,
        ..answering_phone()
    };
    let user = register_phone(&env, &admin, slow).await;
    let scenario = scenario(
        r#"
        [[caller.steps]]
        when = "send a technician"
        within_s = 900
        [[caller.steps]]
        hang_up = true
        "#,
    );
    let call = start_call(&env, &admin, &scenario).await;
    post_action(&admin, &call, "monitor", json!({ "mode": "take_over" })).await;
    // Kill the service as soon as the network has the leg: before or after ParticipantCalled is recorded.
    let rings = |env: &TestEnv| {
        let state = env.network.switch().state();
        let theirs = state
            .calls
            .iter()
            .filter(|it| it.leg.to.address() == format!("client:{user}"));
        theirs.count()
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while rings(&env) == 0 {
        assert!(std::time::Instant::now() < deadline, "{}", env.service.log());
        tokio::time::sleep(std::time::Duration::from_millis(2)).await;
    }
    env.kill_and_restart().await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    env.assert_expectations_met(&scenario, &call);
    assert_eq!(rings(&env), 1);
    let (types, _) = history(&env, &call).await;
    assert_eq!(types.iter().filter(|name| *name == "TakenOver").count(), 1, "{types:?}");
    env.close().await;
}

async fn invalid_action_on_a_call_is_refused(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let auditor = env.team_member(&admin, "eve", "auditor").await;
    let call = start_call(&env, &admin, &scenario("")).await;
    let path = |what: &str| format!("/api/active-calls/{call}/{what}");
    // The AI handles the call.
    for what in ["hold", "resume"] {
        assert_action_conflicts(&admin, &call, what, json!({})).await;
    }
    assert_action_conflicts(&admin, &call, "transfer", json!({ "to": "+15045550111" })).await;
    assert_action_conflicts(&admin, &call, "digits", json!({ "digits": "1" })).await;
    for (what, body) in [
        ("monitor", json!({ "mode": "shout" })),
        ("monitor", json!({})),
        ("monitor", json!({ "mode": "listen", "user": "user_1" })),
        ("monitor", json!({ "mode": "take_over", "user": "user_unknown" })),
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
        env.service.client().post(&path(what), &body).await.expect(401);
        admin
            .post(&format!("/api/active-calls/CAnobody/{what}"), &body)
            .await
            .expect(404);
    }
    post_action(&admin, &call, "hangup", json!({})).await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    wait_for_event(&env, &admin, &call, "CallEnded", 1).await;
    assert_action_conflicts(&admin, &call, "monitor", json!({ "mode": "listen" })).await;
    assert_action_conflicts(&admin, &call, "agent-response", json!({ "answer": "accept" })).await;
    env.close().await;
}
