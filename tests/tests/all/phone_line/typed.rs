//! Calls at which a person types: an agent is tried, somebody is called, and the line is nobody else's.

use super::conversation::{history, words};
use futures::{SinkExt as _, StreamExt as _};
use harness::on_both_engines;
use harness::place::Place;
use harness::service::Client;
use harness::world::{NUMBER, World};
use reqwest::Method;
use serde_json::{Value, json};
use std::time::Duration;
use tokio_tungstenite::tungstenite::client::IntoClientRequest as _;
use tokio_tungstenite::tungstenite::{Error, Message};
use tokio_tungstenite::{MaybeTlsStream, WebSocketStream};

on_both_engines!(
    an_agent_is_tried_by_typing_and_all_of_it_is_in_the_ledger,
    an_agent_is_tried_on_its_own_number_and_the_same_wish_is_one_call,
    somebody_is_called_by_typing_and_the_call_is_outbound_with_its_result,
    somebody_who_does_not_answer_is_told_as_such,
    a_line_is_for_whoever_placed_the_call_and_takes_nothing_else_than_it_says,
);

/// The telephone of somebody who types.
struct Line {
    socket: WebSocketStream<MaybeTlsStream<tokio::net::TcpStream>>,
    noticed: Vec<Value>,
}

impl Line {
    async fn open(world: &World, client: &Client, path: &str) -> Result<Self, Error> {
        let mut request = format!("ws://{}{path}", world.service.address()).into_client_request()?;
        let cookie = client.cookie().unwrap().parse().unwrap();
        request.headers_mut().insert("cookie", cookie);
        let (socket, _) = tokio_tungstenite::connect_async(request).await?;
        Ok(Self {
            socket,
            noticed: vec![],
        })
    }

    async fn does(&mut self, what: &Value) {
        self.socket.send(Message::text(what.to_string())).await.unwrap();
    }

    /// The next thing of this kind that is noticed.
    async fn notices(&mut self, what: &str) -> Value {
        let wait = async {
            while let Some(message) = self.socket.next().await {
                let Message::Text(text) = message.unwrap() else {
                    continue;
                };
                let noticed: Value = serde_json::from_str(&text).unwrap();
                self.noticed.push(noticed.clone());
                if noticed["what"] == what {
                    return Some(noticed);
                }
            }
            None
        };
        let found = tokio::time::timeout(Duration::from_mins(1), wait).await;
        found
            .ok()
            .flatten()
            .unwrap_or_else(|| panic!("{what} is not noticed, but {:#?}", self.noticed))
    }

    /// Everything until the line is closed.
    async fn rest(mut self) -> Vec<Value> {
        self.notices("ended").await;
        assert!(
            !matches!(self.socket.next().await, Some(Ok(Message::Text(_)))),
            "nothing comes after the end"
        );
        self.noticed
    }
}

async fn tried(admin: &Client, agent: &str, key: &str) -> Value {
    let request = admin.request(Method::POST, &format!("/api/agents/{agent}/test-calls"));
    let answer = admin
        .send(request.header("idempotency-key", key))
        .await
        .unwrap()
        .expect(201);
    assert_eq!(answer.header("location"), answer.json()["line"].as_str());
    answer.json()
}

async fn over(world: &World, admin: &Client, call: &Value) -> Value {
    let path = format!("/api/call-logs/{}", call["call_id"].as_str().unwrap());
    let is_over = |detail: &Value| !detail["outcome"].is_null();
    world.until(admin, &path, "it is over", is_over).await
}

async fn an_agent_is_tried_by_typing_and_all_of_it_is_in_the_ledger(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    world.is_patient(&admin).await;
    let call = tried(&admin, "default", "k").await;
    assert_eq!((&call["from"], &call["to"]), (&json!("+15005550006"), &json!(NUMBER)));
    let mut line = Line::open(&world, &admin, call["line"].as_str().unwrap())
        .await
        .unwrap();
    line.notices("ringing").await;
    line.notices("answered").await;
    line.notices("heard").await;
    line.notices("listening").await;
    line.does(&json!({ "say": "What are your opening hours" })).await;
    assert_eq!(line.notices("said").await["text"], "What are your opening hours");
    let answer = line.notices("heard").await;
    assert_eq!(answer["by"], "service");
    line.notices("listening").await;
    line.does(&json!({ "hang_up": true })).await;
    let noticed = line.rest().await;
    assert_eq!(noticed.last().unwrap()["by"], "you", "{noticed:#?}");
    assert!(noticed.iter().all(|one| one["what"] != "lost"), "{noticed:#?}");

    let detail = over(&world, &admin, &call).await;
    assert_eq!(detail["caller_name"], "Test call", "it is recognisable: {detail:#}");
    let (_, events) = history(&world, call["call_id"].as_str().unwrap()).await;
    assert_eq!(words(&events, "CallerTurn"), ["What are your opening hours"]);
    let heard = answer["text"].as_str().unwrap();
    assert!(words(&events, "AiTurn").contains(&heard), "{heard}");
    world.close().await;
}

async fn an_agent_is_tried_on_its_own_number_and_the_same_wish_is_one_call(place: Place) {
    const OF_ITS_OWN: &str = "+15045550177";
    let world = World::open(place).await;
    let admin = world.admin().await;
    let workshop = json!({
        "name": "Workshop",
        "greeting": "Workshop, what is broken?",
        "limits": { "max_duration_s": 14_400, "silence_prompts": 10 },
    });
    let agent = admin.post("/api/agents", &workshop).await.expect(201).json()["agent_id"].clone();
    let assignment = json!({ "number": OF_ITS_OWN, "agent": agent });
    admin.put("/api/phone-numbers", &assignment).await.expect(200);
    // All at once, while the number is being made one of the network's.
    let agent_id = agent.as_str().unwrap();
    let (first, other) = tokio::join!(tried(&admin, agent_id, "a"), tried(&admin, agent_id, "b"));
    let again = tried(&admin, agent_id, "a").await;
    assert_eq!(first, again);
    assert_ne!(first["call_id"], other["call_id"]);
    assert_eq!(first["to"], OF_ITS_OWN);
    for call in [&first, &other] {
        let mut line = Line::open(&world, &admin, call["line"].as_str().unwrap())
            .await
            .unwrap();
        line.notices("listening").await;
        let heard = line
            .noticed
            .iter()
            .any(|one| one["text"] == "Workshop, what is broken?");
        assert!(heard, "{:#?}", line.noticed);
        line.does(&json!({ "hang_up": true })).await;
        line.rest().await;
    }
    let (_, events) = history(&world, first["call_id"].as_str().unwrap()).await;
    assert_eq!(events[0]["data"]["agent"], agent, "{}", events[0]);
    world.close().await;
}

async fn somebody_is_called_by_typing_and_the_call_is_outbound_with_its_result(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    let called = admin.post("/api/typed-calls", &json!({ "to": "+15045550142" })).await;
    let call = called.expect(201).json();
    let me = admin.read("/api/auth/me").await.json()["user_id"]
        .as_str()
        .unwrap()
        .to_owned();
    assert_eq!(call["from"], format!("client:{me}"));
    let mut line = Line::open(&world, &admin, call["line"].as_str().unwrap())
        .await
        .unwrap();
    line.notices("connected").await;
    let hello = line.notices("heard").await;
    assert_eq!((&hello["by"], &hello["text"]), (&json!("person"), &json!("Hello?")));
    line.does(&json!({ "say": "Your bicycle is repaired" })).await;
    let answer = line.notices("heard").await;
    assert!(
        answer["text"].as_str().unwrap().contains("nobody real was called"),
        "{answer}"
    );
    line.does(&json!({ "digits": "1#" })).await;
    assert_eq!(line.notices("pressed").await["key"], "1");
    line.does(&json!({ "hang_up": true })).await;
    line.rest().await;
    let detail = over(&world, &admin, &call).await;
    assert_eq!(
        (&detail["direction"], &detail["outcome"]),
        (&json!("outbound"), &json!("completed")),
        "{detail:#}"
    );
    assert_eq!(detail["called_number"], "+15045550142");
    world.close().await;
}

async fn somebody_who_does_not_answer_is_told_as_such(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    let busy = toml::from_str("picks = 'busy'\nafter_s = 1").unwrap();
    world.can_be_called("+15045550143", busy);
    let called = admin.post("/api/typed-calls", &json!({ "to": "+15045550143" })).await;
    let call = called.expect(201).json();
    let line = Line::open(&world, &admin, call["line"].as_str().unwrap())
        .await
        .unwrap();
    let noticed = line.rest().await;
    assert!(noticed.iter().all(|one| one["what"] != "connected"), "{noticed:#?}");
    assert_eq!(over(&world, &admin, &call).await["outcome"], "busy");
    world.close().await;
}

async fn a_line_is_for_whoever_placed_the_call_and_takes_nothing_else_than_it_says(place: Place) {
    let world = World::open(place).await;
    let admin = world.admin().await;
    world.is_patient(&admin).await;
    let colleague = world.colleague(&admin, "colleague", "agent").await;
    let call = tried(&admin, "default", "k").await;
    let path = call["line"].as_str().unwrap();
    let refused = Line::open(&world, &colleague, path).await.err().unwrap();
    assert!(
        matches!(&refused, Error::Http(answer) if answer.status() == 404),
        "{refused}"
    );
    // A caller of the network's own is nobody's to speak for.
    let scenario = sandbox::network::scenario::Scenario::typed("+15045550142", None);
    let other = scenario.begin(world.network.exchange()).unwrap();
    let refused = Line::open(&world, &admin, &format!("/api/typed-calls/{other}/line"))
        .await
        .err()
        .unwrap();
    assert!(
        matches!(&refused, Error::Http(answer) if answer.status() == 404),
        "{refused}"
    );

    let mut line = Line::open(&world, &admin, path).await.unwrap();
    line.notices("listening").await;
    for wrong in [
        json!({}),
        json!({ "say": " " }),
        json!({ "wait_s": 1 }),
        json!({ "digits": "A" }),
    ] {
        line.does(&wrong).await;
        line.notices("refused").await;
    }
    // Whoever comes again is told all of it again.
    let mut again = Line::open(&world, &admin, path).await.unwrap();
    again.notices("ringing").await;
    again.notices("listening").await;
    again.does(&json!({ "hang_up": true })).await;
    again.rest().await;
    line.rest().await;
    world.close().await;
}
