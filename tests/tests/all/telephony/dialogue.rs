//! Dialogues between the AI and the caller.

use harness::on_both_engines;
use harness::test_env::{NUMBER, OTHER_NUMBER, Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::models::{Fault, Surface};
use sandbox::network::scenario::Scenario;
use serde_json::{Value, json};

on_both_engines!(
    caller_gets_a_reply_each_turn_until_goodbye,
    killed_service_continues_the_call_after_a_restart,
    ; sqlite:
    silent_caller_is_prompted_and_then_hung_up,
    unclear_speech_is_asked_again,
    request_for_a_person_routes_to_voicemail,
    second_model_failure_routes_to_voicemail,
    fields_are_collected_as_values,
    agent_answers_in_its_language,
    caller_hears_the_agents_opening_hours,
    hangup_by_a_user_ends_the_call_once,
    repeated_webhook_gets_the_same_twiml_without_a_model_request,
    assigned_number_is_answered_by_its_agent,
);

fn scenario(toml: &str) -> Scenario {
    Scenario::from_toml(toml).unwrap()
}

/// Waits for the end of a call, and returns its event types in order, and its events.
pub async fn history(env: &TestEnv, call: &str) -> (Vec<String>, Vec<Value>) {
    let client = env.admin().await;
    let path = format!("/api/call-logs/{call}/history");
    let history = env
        .until(&client, &path, "the call is over", |history| {
            types(history).iter().any(|name| name == "CallEnded")
        })
        .await;
    (types(&history), history["events"].as_array().cloned().unwrap())
}

pub fn types(history: &Value) -> Vec<String> {
    let events = history["events"].as_array().cloned().unwrap_or_default();
    events
        .iter()
        .map(|event| event["type"].as_str().unwrap().to_owned())
        .collect()
}

pub fn words<'a>(events: &'a [Value], kind: &str) -> Vec<&'a str> {
    events
        .iter()
        .filter(|event| event["type"] == kind)
        .map(|event| event["data"]["text"].as_str().unwrap())
        .collect()
}

async fn caller_gets_a_reply_each_turn_until_goodbye(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let call = env
        .play(&scenario(
            r#"
            description = "help with a laptop"
            [caller]
            from = "+15045550142"
            [[caller.steps]]
            say = "Hello, my laptop does not start"
            [[caller.steps]]
            say = "Thank you, goodbye"
            [[caller.steps]]
            say = "Yes"
            [expect]
            ended_by = "twiml"
            hears = ["speaking with an A.I. assistant", "call is recorded", "May I take a message", "Thank you for calling"]
            "#,
        ))
        .await;
    let (types, events) = history(&env, &call).await;
    assert_eq!(
        types[..3],
        ["CallStarted", "AiDisclosed", "ConsentNoticePlayed"],
        "{types:?}"
    );
    assert_eq!(
        words(&events, "CallerTurn"),
        ["Hello, my laptop does not start", "Thank you, goodbye", "Yes"]
    );
    let said = words(&events, "AiTurn");
    assert_eq!(said.len(), 4, "greeting, help, question, goodbye: {said:?}");
    let help = events.iter().find(|event| event["data"]["turn"] == 3).unwrap();
    assert!(
        help["data"]["model"].is_string() && help["data"]["tokens"]["input"].is_u64(),
        "{help}"
    );
    let ends: Vec<_> = events.iter().filter(|event| event["type"] == "CallEnded").collect();
    assert!(ends.iter().any(|end| end["data"]["ended_by"] == "caller"), "{ends:?}");
    env.close().await;
}

async fn silent_caller_is_prompted_and_then_hung_up(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let silence = sandbox::network::scenario::named("silence").unwrap().unwrap();
    let call = env.play(&silence).await;
    let (types, events) = history(&env, &call).await;
    assert_eq!(
        types.iter().filter(|name| *name == "SilencePrompted").count(),
        2,
        "{types:?}"
    );
    assert!(
        events.iter().any(|event| event["data"]["ended_by"] == "silence"),
        "{types:?}"
    );
    env.close().await;
}

async fn caller_hears_the_agents_opening_hours(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let always = json!(["00:00-24:00"]);
    let days = [
        "monday",
        "tuesday",
        "wednesday",
        "thursday",
        "friday",
        "saturday",
        "sunday",
    ];
    let days: Value = days.iter().map(|day| ((*day).to_owned(), always.clone())).collect();
    let hours = json!({ "hours": { "time_zone": "America/Chicago", "days": days } });
    let admin = env.admin().await;
    admin.put("/api/agents/default/hours", &hours).await.expect(200);
    env.play(&scenario(
        r#"
        description = "asks for the opening hours"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "What are your opening hours"
        [[caller.steps]]
        say = "thanks, bye"
        [[caller.steps]]
        say = "Yes"
        [expect]
        ended_by = "twiml"
        hears = ["Monday to Sunday from 00:00 to 24:00"]
        "#,
    ))
    .await;
    env.close().await;
}

async fn unclear_speech_is_asked_again(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let call = env
        .play(&scenario(
            r#"
            description = "a bad line"
            [caller]
            from = "+15045550142"
            [[caller.steps]]
            say = "what are your opening hours"
            confidence = 0.2
            [[caller.steps]]
            when = "say it again"
            say = "what are your opening hours"
            [[caller.steps]]
            say = "thanks, bye"
            [[caller.steps]]
            say = "Yes"
            [expect]
            ended_by = "twiml"
            "#,
        ))
        .await;
    let (types, events) = history(&env, &call).await;
    assert_eq!(
        types.iter().filter(|name| *name == "HeardUnclearly").count(),
        1,
        "{types:?}"
    );
    // The uncertain turns are recorded too.
    assert_eq!(words(&events, "CallerTurn").len(), 4);
    env.close().await;
}

async fn request_for_a_person_routes_to_voicemail(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let call = env
        .play(&scenario(
            r#"
            description = "enough of machines"
            [caller]
            from = "+15045550142"
            [[caller.steps]]
            say = "I want to talk to a real person"
            [[caller.steps]]
            when = "like to leave a message"
            say = "Yes, please"
            [[caller.steps]]
            when = "message after the tone"
            say = "Please call me back about my order"
            [[caller.steps]]
            hang_up = true
            "#,
        ))
        .await;
    let (types, events) = history(&env, &call).await;
    for expected in ["EscalationTriggered", "RoutedToVoicemail"] {
        assert!(types.iter().any(|name| name == expected), "{expected}: {types:?}");
    }
    assert!(
        events.iter().any(|event| event["data"]["rule"] == "asked_for_a_person"),
        "{types:?}"
    );
    env.close().await;
}

async fn second_model_failure_routes_to_voicemail(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    env.models.add_fault(Fault {
        times: Some(2),
        ..Fault::down(Surface::Chat, 404)
    });
    let call = env
        .play(&scenario(
            r#"
            description = "a broken model"
            [caller]
            from = "+15045550142"
            [[caller.steps]]
            say = "what are your opening hours"
            [[caller.steps]]
            when = "once more"
            say = "what are your opening hours"
            [[caller.steps]]
            when = "leave a message"
            say = "I only want to know when you are open"
            [[caller.steps]]
            hang_up = true
            [expect]
            never_hears = ["error", "status"]
            "#,
        ))
        .await;
    let (types, events) = history(&env, &call).await;
    assert_eq!(types.iter().filter(|name| *name == "AiFailed").count(), 2, "{types:?}");
    assert!(
        events.iter().any(|event| event["data"]["reason"] == "ai_unavailable"),
        "{types:?}"
    );
    env.close().await;
}

async fn fields_are_collected_as_values(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let fields = json!([
        { "name": "name", "description": "The caller's name", "kind": "text", "required": true },
        { "name": "email", "description": "The caller's e-mail address", "kind": "email", "required": true },
    ]);
    admin
        .put(
            "/api/agent-settings",
            &json!({ "settings": {
                "prompt": "You answer for a workshop. We repair laptops for 90 dollars.",
                "fields_to_collect": fields,
            } }),
        )
        .await
        .expect(200);
    let call = env
        .play(&scenario(
            r#"
            description = "a caller who identifies themselves"
            [caller]
            from = "+15045550142"
            [[caller.steps]]
            say = "My laptop does not start"
            [[caller.steps]]
            say = "My name is Manas. Do you need my email? It is manas@example.com"
            [[caller.steps]]
            say = "That's all, goodbye"
            [[caller.steps]]
            say = "Yes"
            [expect]
            hears = ["We repair laptops for 90 dollars. Could you tell me your name", "I have noted: Manas, manas@example.com"]
            "#,
        ))
        .await;
    let detail = env
        .until(
            &admin,
            &format!("/api/call-logs/{call}"),
            "the fields are collected",
            |call| call["fields"].as_array().is_some_and(|fields| fields.len() == 2),
        )
        .await;
    let value = |name: &str| {
        let fields = detail["fields"].as_array().unwrap().iter();
        fields.clone().find(|field| field["field"] == name).cloned().unwrap()
    };
    assert_eq!(
        (&value("name")["value"], &value("name")["valid"]),
        (&json!("Manas"), &json!(true))
    );
    assert_eq!(
        (&value("email")["value"], &value("email")["valid"]),
        (&json!("manas@example.com"), &json!(true))
    );
    env.close().await;
}

async fn agent_answers_in_its_language(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let settings = json!({ "settings": { "language": "hi-IN", "greeting": "नमस्ते, मैं आपकी क्या सहायता करूँ?" } });
    admin.put("/api/agent-settings", &settings).await.expect(200);
    let call = env
        .play(&scenario(
            r#"
            description = "a goodbye in Hindi"
            [caller]
            from = "+919812345678"
            [[caller.steps]]
            say = "मेरा लैपटॉप चालू नहीं हो रहा है"
            [[caller.steps]]
            say = "धन्यवाद, अलविदा"
            [[caller.steps]]
            say = "जी हाँ"
            [expect]
            ended_by = "twiml"
            hears = ["कॉल रिकॉर्ड", "कॉल करने के लिए धन्यवाद"]
            "#,
        ))
        .await;
    let (_, events) = history(&env, &call).await;
    let said = words(&events, "AiTurn");
    let is_hindi = |text: &&str| text.chars().any(|c| ('\u{900}'..='\u{97f}').contains(&c));
    assert!(said.len() == 4 && said.iter().all(is_hindi), "{said:?}");
    env.close().await;
}

async fn killed_service_continues_the_call_after_a_restart(stores: TestStores) {
    let mut env = TestEnv::open_at(stores, Pace::jobs()).await;
    let scenario = scenario(
        r#"
        description = "a patient caller"
        [caller]
        from = "+15045550142"
        to = "+15045550100"
        [[caller.steps]]
        say = "My laptop does not start"
        [[caller.steps]]
        say = "and what are your opening hours"
        [[caller.steps]]
        say = "thank you, bye"
        [[caller.steps]]
        say = "Yes"
        [expect]
        ended_by = "twiml"
        "#,
    );
    assert_eq!(scenario.caller.to.as_deref(), Some(NUMBER));
    let call = scenario.begin(env.network.switch()).unwrap();
    let client = env.admin().await;
    let path = format!("/api/call-logs/{call}/history");
    env.until(&client, &path, "the first answer is recorded", |history| {
        types(history).iter().filter(|name| *name == "AiTurn").count() >= 2
    })
    .await;
    // Before that, the kill could cut off the answer, and the network would end the call.
    env.until_listening(&call, 2).await;
    env.kill_and_restart().await;
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    let (_, events) = history(&env, &call).await;
    let said = words(&events, "CallerTurn");
    assert_eq!(
        said,
        [
            "My laptop does not start",
            "and what are your opening hours",
            "thank you, bye",
            "Yes"
        ]
    );
    env.close().await;
}

async fn hangup_by_a_user_ends_the_call_once(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let scenario = scenario(
        r#"
        description = "a caller who would stay"
        [caller]
        from = "+15045550142"
        [[caller.steps]]
        say = "My laptop does not start"
        [[caller.steps]]
        silent_s = 300
        within_s = 400
        "#,
    );
    let call = scenario.begin(env.network.switch()).unwrap();
    let admin = env.admin().await;
    let history_path = format!("/api/call-logs/{call}/history");
    env.until(&admin, &history_path, "the first answer is recorded", |history| {
        types(history).iter().filter(|name| *name == "AiTurn").count() >= 2
    })
    .await;
    let path = format!("/api/active-calls/{call}/hangup");
    admin.post(&path, &json!({})).await.expect(200);
    admin.post(&path, &json!({})).await.expect(409);
    admin
        .post("/api/active-calls/CAunknown/hangup", &json!({}))
        .await
        .expect(404);
    env.service.client().post(&path, &json!({})).await.expect(401);
    env.network.ended(&call).await.unwrap();
    env.network.quiet().await;
    let ended_by = env.network.switch().state().call(&call).unwrap().ended_by;
    assert_eq!(ended_by, Some("api"));
    let detail = env
        .until(&admin, &format!("/api/call-logs/{call}"), "the call is over", |call| {
            call["outcome"] == "completed"
        })
        .await;
    assert_eq!(detail["ended_by"], "team_member", "{detail:#}");
    env.close().await;
}

async fn repeated_webhook_gets_the_same_twiml_without_a_model_request(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let client = env.service.client();
    let call = [
        ("CallSid", "CA1"),
        ("From", "+15045550142"),
        ("To", NUMBER),
        ("Direction", "inbound"),
    ];
    client.webhook("/twilio/inbound", &call).await.unwrap().expect(200);
    let said = [
        &call[..],
        &[("SpeechResult", "My laptop does not start"), ("Confidence", "0.9")],
    ]
    .concat();
    let path = "/twilio/ai-respond?call_id=CA1&turn=2";
    let first = client.webhook(path, &said).await.unwrap().expect(200);
    let again = client.webhook(path, &said).await.unwrap().expect(200);
    assert!(first.text.contains("turn=4"), "{}", first.text);
    assert_eq!(first.text, again.text);
    assert_eq!(env.models.requests().len(), 1, "{:?}", env.models.requests());
    env.close().await;
}

async fn assigned_number_is_answered_by_its_agent(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let workshop = json!({ "name": "Workshop", "greeting": "Workshop, what is broken?" });
    let agent = admin.post("/api/agents", &workshop).await.expect(201).json()["agent_id"].clone();
    let assignment = json!({ "number": OTHER_NUMBER, "agent": agent });
    admin.put("/api/phone-numbers", &assignment).await.expect(200);
    // The service sets the number's webhook URL at Twilio.
    let is_known = |env: &TestEnv| {
        let state = env.network.switch().state();
        state.number(OTHER_NUMBER).is_some_and(|number| number.voice.is_some())
    };
    let deadline = std::time::Instant::now() + std::time::Duration::from_secs(30);
    while !is_known(&env) {
        assert!(std::time::Instant::now() < deadline, "{}", env.service.log());
        tokio::time::sleep(std::time::Duration::from_millis(50)).await;
    }
    let call = env
        .play(&scenario(
            r#"
            description = "a call to the workshop"
            [caller]
            from = "+15045550142"
            to = "+15045550101"
            [[caller.steps]]
            say = "Nothing, goodbye"
            [[caller.steps]]
            say = "Yes"
            [expect]
            ended_by = "twiml"
            hears = ["Workshop, what is broken"]
            "#,
        ))
        .await;
    let (_, events) = history(&env, &call).await;
    assert_eq!(events[0]["data"]["agent"], agent, "{}", events[0]);
    env.close().await;
}
