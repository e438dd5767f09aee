//! The control endpoints: placing and following calls, typing, faults.

use super::{Product, caller, client, network, network_with, rest, until};
use futures::{SinkExt as _, StreamExt as _};
use reqwest::{Method, StatusCode};
use sandbox::network::switch::TimelineEvent;
use serde_json::{Value, json};
use tokio_tungstenite::tungstenite::Message;

#[tokio::test]
async fn call_is_placed_and_followed_to_its_end() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" speechTimeout=\"auto\" action=\"/turn\"><Say>Yes?</Say></Gather>",
        )
        .at("/turn", "<Say>Goodbye</Say>");
    let network = network(&product).await;
    let scenario = json!({
        "description": "asks one thing",
        "caller": { "from": "+15045550142", "steps": [{ "say": "a question" }] },
        "expect": { "hears": ["yes", "good.*bye"], "ended_by": "caller" },
    });
    let url = format!("{}/sandbox/calls", network.base_url);
    let placed = client().post(&url).json(&scenario).send().await.expect("a response");
    assert_eq!(placed.status(), StatusCode::CREATED);
    let placed: Value = placed.json().await.expect("JSON");
    let sid = placed["sid"].as_str().expect("a SID");
    let response = client()
        .get(format!("{url}/{sid}/follow"))
        .send()
        .await
        .expect("a response");
    let lines: Vec<Value> = response
        .text()
        .await
        .expect("text")
        .lines()
        .map(|line| serde_json::from_str(line).expect("JSON"))
        .collect();
    let what: Vec<&str> = lines.iter().filter_map(|line| line["what"].as_str()).collect();
    assert!(
        what.contains(&"said") && what.contains(&"heard") && what.contains(&"asked"),
        "{what:?}"
    );
    let over = lines.last().expect("an end");
    assert_eq!(over["what"], "over");
    assert_eq!(over["unmet"], json!(["ended by twiml, expected caller"]));
    network.stop().await;
}

#[tokio::test]
async fn web_socket_accepts_typed_input() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech dtmf\" numDigits=\"1\" timeout=\"600\" action=\"/turn\"><Say>Yes?</Say></Gather>",
        )
        .at("/turn", "<Pause length=\"600\"/>");
    let network = network(&product).await;
    let scenario = json!({ "description": "types", "caller": { "from": "+15045550142", "typed": true } });
    let url = format!("{}/sandbox/calls", network.base_url);
    let placed: Value = client()
        .post(&url)
        .json(&scenario)
        .send()
        .await
        .expect("a response")
        .json()
        .await
        .expect("JSON");
    let sid = placed["sid"].as_str().expect("a SID");
    let socket = format!("{}/sandbox/calls/{sid}/line", network.base_url.replace("http", "ws"));
    let (mut socket, _) = tokio_tungstenite::connect_async(socket).await.expect("a socket");
    let mut all = Vec::new();
    while let Some(Ok(message)) = socket.next().await {
        let Message::Text(text) = message else { continue };
        let moment: Value = serde_json::from_str(&text).expect("JSON");
        match moment["what"].as_str() {
            Some("heard") => {
                socket
                    .send(Message::text("{\"dance\": 1}"))
                    .await
                    .expect("the socket is open");
                socket
                    .send(Message::text("{\"digits\": \"5\"}"))
                    .await
                    .expect("the socket is open");
            }
            Some("pressed") => socket
                .send(Message::text("{\"hang_up\": true}"))
                .await
                .expect("the socket is open"),
            _ => {}
        }
        all.push(moment["what"].as_str().unwrap_or_default().to_owned());
    }
    assert!(all.contains(&"refused".to_owned()), "{all:?}");
    assert_eq!(all.last().map(String::as_str), Some("over"));
    network.quiet().await;
    let late = client()
        .post(format!("{url}/{sid}/line"))
        .body("{\"say\": \"hello\"}")
        .send()
        .await
        .expect("a response");
    assert_eq!(late.status(), StatusCode::CONFLICT);
    network.stop().await;
}

#[tokio::test]
async fn put_faults_injects_rest_errors() {
    let product = Product::start().await;
    let network = network(&product).await;
    let url = format!("{}/sandbox/faults", network.base_url);
    let faults = json!({ "rest": [{ "status": 429, "next": 2, "path": "/Calls" }, { "status": 503, "next": 1 }] });
    let set = client().put(&url).json(&faults).send().await.expect("a response");
    assert_eq!(set.status(), StatusCode::OK);
    let mut codes = Vec::new();
    for _ in 0..4 {
        let (status, body) = rest(&network, Method::GET, "/Calls.json", &[]).await;
        codes.push((status.as_u16(), body["code"].as_u64()));
    }
    assert_eq!(
        codes,
        [(429, Some(20429)), (429, Some(20429)), (503, Some(20503)), (200, None)]
    );
    let wrong = client()
        .put(&url)
        .json(&json!({ "weather": "bad" }))
        .send()
        .await
        .expect("a response");
    assert_eq!(wrong.status(), StatusCode::UNPROCESSABLE_ENTITY);
    network.stop().await;
}

#[tokio::test]
async fn invalid_scenario_is_refused_with_the_reason() {
    let product = Product::start().await;
    let network = network(&product).await;
    let url = format!("{}/sandbox/calls", network.base_url);
    for (body, status, why) in [
        (json!({ "scenario": "no such" }), 404, "no scenario"),
        (
            json!({ "scenario": "support", "to": "+15045550999" }),
            400,
            "no such number",
        ),
        (
            json!({ "description": "", "caller": { "from": "+1", "steps": [{ "when": "(" }] } }),
            400,
            "step 1 of the caller",
        ),
    ] {
        let refused = client().post(&url).json(&body).send().await.expect("a response");
        assert_eq!(refused.status(), status, "{body}");
        assert!(refused.text().await.expect("text").contains(why), "{body}");
    }
    network.stop().await;
}

#[tokio::test]
async fn repeated_idempotency_key_places_one_call_and_returns_its_typist() {
    let product = Product::start().await;
    product.at(
        "/voice",
        "<Gather input=\"speech\" timeout=\"600\" action=\"/turn\"><Say>Yes?</Say></Gather>",
    );
    let network = network(&product).await;
    let url = format!("{}/sandbox/calls", network.base_url);
    let scenario = json!({
        "description": "types",
        "caller": { "from": "+15045550142", "typed": true, "typist": "user_1", "name": "Test call" },
    });
    let place = async |key: &str| {
        let request = client().post(&url).header("idempotency-key", key).json(&scenario);
        let answer = request.send().await.expect("a response");
        (answer.status().as_u16(), answer.json::<Value>().await.expect("JSON"))
    };
    let (first, again, other) = (place("a").await, place("a").await, place("b").await);
    assert_eq!((first.0, again.0, other.0), (201, 200, 201));
    assert_eq!(first.1, again.1);
    assert_ne!(first.1, other.1);
    let sid = first.1["sid"].as_str().expect("a SID");
    until(&network, "the gather listens", |state| {
        let call = state.call(sid).expect("the call");
        call.timeline
            .iter()
            .any(|entry| matches!(entry.event, TimelineEvent::Listening))
    })
    .await;
    let shown = client().get(format!("{url}/{sid}")).send().await.expect("a response");
    let shown: Value = shown.json().await.expect("JSON");
    assert_eq!(shown["typist"], "user_1");
    let whats: Vec<&str> = shown["moments"]
        .as_array()
        .expect("moments")
        .iter()
        .filter_map(|one| one["what"].as_str())
        .collect();
    assert!(whats.contains(&"listening"), "{whats:?}");
    assert_eq!(product.requests("/voice")[0].is("CallerName"), "Test call");
    network.stop().await;
}

#[tokio::test]
async fn clock_is_shown_changed_and_advanced() {
    let product = Product::start().await;
    let network = network_with(&product, |options| options.speed = 1.0).await;
    let url = format!("{}/sandbox/clock", network.base_url);
    let read = async |query: &str| -> Value {
        let response = client().get(format!("{url}{query}")).send().await.expect("a response");
        response.json().await.expect("JSON")
    };
    let put = async |change: Value| {
        let response = client().put(&url).json(&change).send().await.expect("a response");
        (response.status(), response.json::<Value>().await.unwrap_or_default())
    };
    let now = |reading: &Value| {
        let text = reading["now"].as_str().expect("a time");
        assert_eq!(text.len(), "2026-03-27T14:00:00.000000Z".len(), "{text}");
        text.parse::<chrono::DateTime<chrono::Utc>>().expect("RFC 3339")
    };
    let first = read("").await;
    assert_eq!(
        (&first["rate"], &first["stopped"]),
        (&json!(1.0), &json!(false)),
        "{first}"
    );

    let revision = first["revision"].as_u64().expect("a revision");
    let query = format!("?after={revision}");
    let (later, changed) = tokio::join!(read(&query), put(json!({ "speed": 50.0, "advance_s": 3_600 })));
    assert_eq!(changed.0, StatusCode::OK, "{changed:?}");
    assert!(later["revision"].as_u64() > Some(revision), "{later}");
    assert_eq!(changed.1["rate"], 50.0, "{changed:?}");
    assert!(now(&changed.1) - now(&first) >= chrono::TimeDelta::hours(1));

    for invalid in [json!({ "speed": 0 }), json!({ "advance_s": -1 })] {
        assert_eq!(put(invalid).await.0, StatusCode::BAD_REQUEST);
    }
    let stopped = network.switch().clock.stop();
    let at_rest = read("").await;
    assert_eq!(
        (&at_rest["rate"], &at_rest["stopped"]),
        (&json!(0.0), &json!(true)),
        "{at_rest}"
    );
    drop(stopped);
    network.stop().await;
}

#[tokio::test]
async fn follower_is_awaited_before_a_webhook_and_the_clock_moves_up_to_it() {
    let product = Product::start().await;
    product.at("/voice", "<Hangup/>");
    let network = network(&product).await;
    let url = format!("{}/sandbox/clock/follow", network.base_url.replacen("http", "ws", 1));
    let (mut socket, _) = tokio_tungstenite::connect_async(&url).await.expect("a socket");
    let ahead = network.switch().clock.now() + chrono::TimeDelta::hours(2);
    let acknowledged = tokio::spawn(async move {
        let mut slow = 0;
        while let Some(Ok(Message::Text(text))) = socket.next().await {
            let reading: Value = serde_json::from_str(&text).expect("JSON");
            slow += u32::from(reading["rate"] == 1.0);
            let answer = json!({ "revision": reading["revision"], "now": ahead.to_rfc3339() });
            if socket.send(Message::text(answer.to_string())).await.is_err() {
                break;
            }
        }
        slow
    });
    let sid = network.place(&caller("")).expect("placed");
    network.ended(&sid).await.expect("the call");
    network.quiet().await;
    assert!(network.switch().clock.now() >= ahead);
    network.stop().await;
    assert!(
        acknowledged.await.expect("it does not panic") > 0,
        "requests slow the clock"
    );
}
