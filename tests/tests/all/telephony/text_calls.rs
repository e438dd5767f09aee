//! Text calls: a user types what they say. Covers test calls to an agent, outbound calls, and access to another user's
//! call.

use super::dialogue::{history, words};
use futures::{SinkExt as _, StreamExt as _};
use harness::on_both_engines;
use harness::service::Client;
use harness::test_env::{NUMBER, TestEnv};
use harness::test_stores::TestStores;
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

on_both_engines!(
    test_call_is_completely_recorded,
    ; sqlite:
    test_call_uses_the_agents_number_and_repeats_by_key,
    outbound_text_call_has_its_outcome,
    busy_text_call_has_the_outcome_busy,
    text_call_is_limited_to_its_owner_and_its_protocol,
);

/// A user's text phone.
struct TextPhone {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    line_events: Vec<Value>,
}

impl TextPhone {
    async fn open(env: &TestEnv, client: &Client, path: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{}{path}", env.service.address()).into_client_request()?;
        let cookie = client.cookie().unwrap().parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self {
            socket,
            line_events: vec![],
        })
    }

    async fn send(&mut self, what: &Value) {
        self.socket.send(Message::text(what.to_string())).await.unwrap();
    }

    /// Waits for the next event of this kind.
    async fn next_event(&mut self, what: &str) -> Value {
        let wait = async {
            while let Some(message) = self.socket.next().await {
                let Message::Text(text) = message.unwrap() else {
                    continue;
                };
                let line_events: Value = serde_json::from_str(&text).unwrap();
                self.line_events.push(line_events.clone());
                if line_events["what"] == what {
                    return Some(line_events);
                }
            }
            None
        };
        let found = tokio::time::timeout(Duration::from_mins(1), wait).await;
        found
            .ok()
            .flatten()
            .unwrap_or_else(|| panic!("no {what} event, but {:#?}", self.line_events))
    }

    /// All events until the connection is closed.
    async fn until_ended(mut self) -> Vec<Value> {
        self.next_event("ended").await;
        assert!(
            !matches!(self.socket.next().await, Some(Ok(Message::Text(_)))),
            "an event arrived after the end"
        );
        self.line_events
    }
}

async fn start_test_call(admin: &Client, agent: &str, key: &str) -> Value {
    let request = admin.request(Method::POST, &format!("/api/agents/{agent}/test-calls"));
    let answer = admin
        .send(request.header("idempotency-key", key))
        .await
        .unwrap()
        .expect(201);
    assert_eq!(answer.header("location"), answer.json()["line"].as_str());
    answer.json()
}

async fn ended_call(env: &TestEnv, admin: &Client, call: &Value) -> Value {
    let path = format!("/api/call-logs/{}", call["call_id"].as_str().unwrap());
    let is_over = |detail: &Value| !detail["outcome"].is_null();
    env.until(admin, &path, "it is over", is_over).await
}

async fn test_call_is_completely_recorded(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    env.allow_long_silence(&admin).await;
    let call = start_test_call(&admin, "default", "k").await;
    assert_eq!((&call["from"], &call["to"]), (&json!("+15005550006"), &json!(NUMBER)));
    let mut phone = TextPhone::open(&env, &admin, call["line"].as_str().unwrap())
        .await
        .unwrap();
    phone.next_event("ringing").await;
    phone.next_event("answered").await;
    phone.next_event("heard").await;
    phone.next_event("listening").await;
    phone.send(&json!({ "say": "What are your opening hours" })).await;
    assert_eq!(phone.next_event("said").await["text"], "What are your opening hours");
    let answer = phone.next_event("heard").await;
    assert_eq!(answer["by"], "service");
    phone.next_event("listening").await;
    phone.send(&json!({ "hang_up": true })).await;
    let line_events = phone.until_ended().await;
    assert_eq!(line_events.last().unwrap()["by"], "you", "{line_events:#?}");
    assert!(line_events.iter().all(|one| one["what"] != "lost"), "{line_events:#?}");

    let detail = ended_call(&env, &admin, &call).await;
    assert_eq!(
        detail["caller_name"], "Test call",
        "the test call is not recognizable: {detail:#}"
    );
    let (_, events) = history(&env, call["call_id"].as_str().unwrap()).await;
    assert_eq!(words(&events, "CallerTurn"), ["What are your opening hours"]);
    let heard = answer["text"].as_str().unwrap();
    assert!(words(&events, "AiTurn").contains(&heard), "{heard}");
    env.close().await;
}

async fn test_call_uses_the_agents_number_and_repeats_by_key(stores: TestStores) {
    const OF_ITS_OWN: &str = "+15045550177";
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let workshop = json!({
        "name": "Workshop",
        "greeting": "Workshop, what is broken?",
        "limits": { "max_duration_s": 14_400, "silence_prompts": 10 },
    });
    let agent = admin.post("/api/agents", &workshop).await.expect(201).json()["agent_id"].clone();
    let assignment = json!({ "number": OF_ITS_OWN, "agent": agent });
    admin.put("/api/phone-numbers", &assignment).await.expect(200);
    // Concurrently, while the number is being added to the network.
    let agent_id = agent.as_str().unwrap();
    let (first, other) = tokio::join!(
        start_test_call(&admin, agent_id, "a"),
        start_test_call(&admin, agent_id, "b")
    );
    let again = start_test_call(&admin, agent_id, "a").await;
    assert_eq!(first, again);
    assert_ne!(first["call_id"], other["call_id"]);
    assert_eq!(first["to"], OF_ITS_OWN);
    for call in [&first, &other] {
        let mut phone = TextPhone::open(&env, &admin, call["line"].as_str().unwrap())
            .await
            .unwrap();
        phone.next_event("listening").await;
        let heard = phone
            .line_events
            .iter()
            .any(|one| one["text"] == "Workshop, what is broken?");
        assert!(heard, "{:#?}", phone.line_events);
        phone.send(&json!({ "hang_up": true })).await;
        phone.until_ended().await;
    }
    let (_, events) = history(&env, first["call_id"].as_str().unwrap()).await;
    assert_eq!(events[0]["data"]["agent"], agent, "{}", events[0]);
    env.close().await;
}

async fn outbound_text_call_has_its_outcome(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let called = admin.post("/api/text-calls", &json!({ "to": "+15045550142" })).await;
    let call = called.expect(201).json();
    let me = admin.read("/api/auth/me").await.json()["user_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(call["from"], format!("client:{me}"));
    let mut phone = TextPhone::open(&env, &admin, call["line"].as_str().unwrap())
        .await
        .unwrap();
    phone.next_event("connected").await;
    let hello = phone.next_event("heard").await;
    assert_eq!((&hello["by"], &hello["text"]), (&json!("person"), &json!("Hello?")));
    phone.send(&json!({ "say": "Your bicycle is repaired" })).await;
    let answer = phone.next_event("heard").await;
    assert!(
        answer["text"].as_str().unwrap().contains("no real person was called"),
        "{answer}"
    );
    phone.send(&json!({ "digits": "1#" })).await;
    assert_eq!(phone.next_event("pressed").await["key"], "1");
    phone.send(&json!({ "hang_up": true })).await;
    phone.until_ended().await;
    let detail = ended_call(&env, &admin, &call).await;
    assert_eq!(
        (&detail["direction"], &detail["outcome"]),
        (&json!("outbound"), &json!("completed")),
        "{detail:#}"
    );
    assert_eq!(detail["called_number"], "+15045550142");
    env.close().await;
}

async fn busy_text_call_has_the_outcome_busy(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let busy = toml::from_str("picks = 'busy'\nafter_s = 1").unwrap();
    env.set_party("+15045550143", busy);
    let called = admin.post("/api/text-calls", &json!({ "to": "+15045550143" })).await;
    let call = called.expect(201).json();
    let phone = TextPhone::open(&env, &admin, call["line"].as_str().unwrap())
        .await
        .unwrap();
    let line_events = phone.until_ended().await;
    assert!(
        line_events.iter().all(|one| one["what"] != "connected"),
        "{line_events:#?}"
    );
    assert_eq!(ended_call(&env, &admin, &call).await["outcome"], "busy");
    env.close().await;
}

async fn text_call_is_limited_to_its_owner_and_its_protocol(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    env.allow_long_silence(&admin).await;
    let team_member = env.team_member(&admin, "colleague", "agent").await;
    let call = start_test_call(&admin, "default", "k").await;
    let path = call["line"].as_str().unwrap();
    let refused = TextPhone::open(&env, &team_member, path).await.err().unwrap();
    assert!(
        matches!(&refused, Error::Http(answer) if answer.status() == 404),
        "{refused}"
    );
    // A call of the network's own has no owner.
    let scenario = sandbox::network::scenario::Scenario::typed("+15045550142", None);
    let other = scenario.begin(env.network.switch()).unwrap();
    let refused = TextPhone::open(&env, &admin, &format!("/api/text-calls/{other}/line"))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&refused, Error::Http(answer) if answer.status() == 404),
        "{refused}"
    );

    let mut phone = TextPhone::open(&env, &admin, path).await.unwrap();
    phone.next_event("listening").await;
    for wrong in [
        json!({}),
        json!({ "say": " " }),
        json!({ "wait_s": 1 }),
        json!({ "digits": "A" }),
    ] {
        phone.send(&wrong).await;
        phone.next_event("refused").await;
    }
    // A reconnecting client receives all events again.
    let mut again = TextPhone::open(&env, &admin, path).await.unwrap();
    again.next_event("ringing").await;
    again.next_event("listening").await;
    again.send(&json!({ "hang_up": true })).await;
    again.until_ended().await;
    phone.until_ended().await;
    env.close().await;
}
