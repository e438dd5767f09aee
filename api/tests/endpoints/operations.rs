use crate::harness::{Service, inbound};
use serde_json::{Value, json};
use std::time::Duration;

#[tokio::test]
async fn figures_and_active_calls_reflect_the_calls() {
    let service = Service::start().await;
    let admin = service.admin().await;
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    let call = json!({ "direction": "outbound", "from": "+15045550100", "to": "+15045550123", "outcome": "busy" });
    let made = admin.post("/api/call-logs", &call).await.is(201).json();
    let id = made["call_id"].as_str().expect("an id");
    admin
        .put(&format!("/api/call-logs/{id}/grade"), &json!({ "grade": "good" }))
        .await
        .is(200);
    service.wait_for_read_models().await;
    let stats = admin.get("/api/dashboard/stats").await.is(200).json();
    let total = &stats["total"];
    assert_eq!(
        (&total["calls"], &total["inbound"], &total["busy"]),
        (&json!(2), &json!(1), &json!(1)),
        "{stats}"
    );
    assert_eq!(stats["period"], *total);
    assert_eq!(stats["before"]["calls"], 0);
    assert_eq!(stats["latest"].as_array().map(Vec::len), Some(2));
    let series = stats["series"].as_array().expect("a list");
    let calls: Vec<_> = series
        .iter()
        .map(|day| day["calls"].as_i64().expect("a number"))
        .collect();
    assert_eq!(calls, [0, 0, 0, 0, 0, 0, 2]);
    admin
        .get("/api/dashboard/stats?days=0")
        .await
        .problem(422, "invalid", &["days"]);
    let feedback = admin.get("/api/feedback").await.is(200).json();
    assert_eq!(
        (&feedback["good"], &feedback["share_good"]),
        (&json!(1), &json!(1.0)),
        "{feedback}"
    );
    let live = admin.get("/api/active-calls").await.is(200);
    assert_eq!(
        live.position(),
        service.head().await,
        "the read models have reached the head"
    );
    let live = live.json();
    assert_eq!(live.as_array().map(Vec::len), Some(1), "{live}");
    assert_eq!(live[0]["turns"][0]["speaker"], "ai");
}

#[tokio::test]
async fn background_rebuild_finds_no_difference_and_switches() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for number in 0..20 {
        service
            .twilio("/twilio/inbound", &inbound(&format!("CA{number}")))
            .await
            .is(200);
    }
    service.wait_for_read_models().await;
    admin
        .post("/api/projections/nothing/rebuild", &json!({}))
        .await
        .problem(404, "not-found", &[]);
    for (query, switched) in [("?dry_run=true", false), ("", true)] {
        admin
            .post(&format!("/api/projections/call_log/rebuild{query}"), &json!({}))
            .await
            .is(202);
        let report = wait_for_rebuild(&service, &admin, switched).await;
        assert!(report["error"].is_null(), "{report}");
        let tables = report["difference"]["tables"].as_array().expect("tables").clone();
        assert!(
            tables
                .iter()
                .all(|table| table["added"] == 0 && table["gone"] == 0 && table["different"] == 0),
            "{report}"
        );
    }
    service.twilio("/twilio/inbound", &inbound("CA99")).await.is(200);
    service.wait_for_read_models().await;
    assert_eq!(admin.get("/api/call-logs").await.is(200).json()["counts"]["all"], 21);
}

async fn wait_for_rebuild(service: &Service, admin: &crate::harness::Client, switched: bool) -> Value {
    for _ in 0..200 {
        let all = admin.get("/api/projections").await.is(200).json();
        let model = all
            .as_array()
            .expect("models")
            .iter()
            .find(|model| model["name"] == "call_log")
            .expect("the call_log model")
            .clone();
        if model["last_rebuild"]["switched"] == switched || !model["last_rebuild"]["error"].is_null() {
            return model["last_rebuild"].clone();
        }
        tokio::time::sleep(Duration::from_millis(50)).await;
        service.wait_for_read_models().await;
    }
    panic!("the rebuild did not finish in time");
}

#[tokio::test]
async fn draining_service_is_live_and_not_ready() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    assert_eq!(anonymous.get("/health/ready").await.is(200).text, "ready");
    service.running.drain().begin();
    anonymous.get("/health/live").await.is(200);
    assert_eq!(anonymous.get("/health/ready").await.is(503).text, "draining");
    assert_eq!(anonymous.get("/health").await.is(200).json()["status"], "draining");
    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    service.stop().await;
}

#[tokio::test]
async fn openapi_document_lists_the_endpoints_and_its_page_loads_nothing_external() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    let document = anonymous.get("/api/openapi.json").await.is(200).json();
    let paths = document["paths"].as_object().expect("paths");
    for path in [
        "/api/auth/register",
        "/api/auth/login",
        "/api/auth/logout",
        "/api/auth/me",
        "/api/users",
        "/api/active-users",
        "/api/call-logs",
        "/api/call-logs/{id}",
        "/api/call-logs/{id}/grade",
        "/api/call-logs/{id}/corrections",
        "/api/call-logs/{id}/resolution",
        "/api/call-logs/{id}/history",
        "/api/call-logs/{id}/transcript",
        "/api/call-logs/{id}/erase",
        "/api/active-calls",
        "/api/agents",
        "/api/agents/{id}",
        "/api/agent-settings",
        "/api/phone-numbers",
        "/api/contacts",
        "/api/contacts/{id}",
        "/api/dashboard/stats",
        "/api/feedback",
        "/api/settings",
        "/api/projections",
        "/api/projections/{name}/rebuild",
        "/api/quarantined-webhooks",
        "/twilio/inbound",
        "/health",
        "/metrics",
    ] {
        assert!(paths.contains_key(path), "{path}");
    }
    let page = anonymous.get("/api/docs/").await.is(200);
    assert!(page.text.contains("swagger-ui"), "{}", page.text);
    assert!(
        !page.text.contains("https://"),
        "the page loads external resources: {}",
        page.text
    );
    anonymous.get("/").await.is(200);
}

#[tokio::test]
async fn every_response_has_security_headers_and_a_request_id() {
    let service = Service::start().await;
    for path in ["/", "/api/auth/me", "/nowhere", "/health"] {
        let answer = service.anonymous().get(path).await;
        for header in [
            "content-security-policy",
            "x-content-type-options",
            "x-frame-options",
            "referrer-policy",
            "x-request-id",
        ] {
            assert!(answer.headers.contains_key(header), "{path} lacks {header}");
        }
        assert!(
            answer.headers.contains_key("strict-transport-security"),
            "the public URL is https"
        );
    }
    service
        .anonymous()
        .get("/api/nowhere")
        .await
        .problem(404, "not-found", &[]);
    service
        .anonymous()
        .delete("/api/auth/me")
        .await
        .problem(405, "method-not-allowed", &[]);
}

#[tokio::test]
async fn metrics_contain_route_patterns_and_no_values() {
    let service = Service::start().await;
    let admin = service.admin().await;
    admin.get("/api/call-logs/CA12345").await.is(404);
    let metrics = service.anonymous().get("/metrics").await.is(200).text;
    assert!(
        metrics.contains(r#"http_requests_total{method="GET",route="/api/call-logs/{id}",status="404"}"#),
        "{metrics}"
    );
    assert!(!metrics.contains("CA12345"));
}
