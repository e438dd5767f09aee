use crate::harness::Service;
use serde_json::json;

#[tokio::test]
async fn default_agent_exists_at_first_start_and_can_be_changed() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let default = admin.get("/api/agent-settings").await.is(200).json();
    assert_eq!(
        (&default["agent_id"], &default["open"]),
        (&json!("default"), &json!(true))
    );
    let edit = json!({ "settings": { "greeting": "Welcome!" }, "emergency_closed": true });
    let edited = admin.put("/api/agent-settings", &edit).await.is(200).json();
    assert_eq!(
        (&edited["settings"]["greeting"], &edited["open"]),
        (&json!("Welcome!"), &json!(false))
    );
    assert_eq!(
        edited["settings"]["name"], default["settings"]["name"],
        "absent fields stay unchanged"
    );
    admin.delete("/api/agents/default").await.problem(409, "conflict", &[]);
}

#[tokio::test]
async fn agent_is_created_edited_listed_and_archived() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let created = admin
        .post("/api/agents", &json!({ "name": "Sales", "language": "hi-IN" }))
        .await
        .is(201)
        .json();
    let path = format!("/api/agents/{}", created["agent_id"].as_str().expect("an id"));
    let edited = admin
        .put(&path, &json!({ "settings": { "voice": "Polly.Aditi" } }))
        .await
        .is(200)
        .json();
    assert_eq!(
        (&edited["settings"]["voice"], &edited["settings"]["language"]),
        (&json!("Polly.Aditi"), &json!("hi-IN"))
    );
    let agents = admin.get("/api/agents").await.is(200).json();
    assert_eq!(agents.as_array().map(Vec::len), Some(2), "{agents}");
    admin.delete(&path).await.is(204);
    assert_eq!(admin.get(&path).await.is(200).json()["archived"], true);
    admin
        .put(&path, &json!({ "settings": { "voice": "Polly.Amy" } }))
        .await
        .problem(409, "conflict", &[]);
}

#[tokio::test]
async fn number_is_assigned_to_one_agent_at_a_time() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let sales = admin
        .post("/api/agents", &json!({ "name": "Sales" }))
        .await
        .is(201)
        .json()["agent_id"]
        .clone();
    let number = "+15045550100";
    for agent in [&json!("default"), &sales] {
        admin
            .put("/api/phone-numbers", &json!({ "number": number, "agent": agent }))
            .await
            .is(200);
        let numbers = admin.get("/api/phone-numbers").await.is(200).json();
        assert_eq!(numbers, json!([{ "number": number, "agent": agent }]));
    }
    admin
        .put("/api/phone-numbers", &json!({ "number": number, "agent": null }))
        .await
        .is(200);
    assert_eq!(admin.get("/api/phone-numbers").await.is(200).json(), json!([]));
}

#[tokio::test]
async fn invalid_fields_are_named_by_pointer() {
    let service = Service::start().await;
    let admin = service.admin().await;
    admin
        .post("/api/agents", &json!({ "greeting": "Hello" }))
        .await
        .problem(422, "invalid", &["/name"]);
    admin
        .post("/api/agents", &json!({ "name": "A", "language": "klingon!" }))
        .await
        .problem(422, "invalid", &["/language"]);
    admin
        .put("/api/agents/agent_none", &json!({ "emergency_closed": true }))
        .await
        .problem(404, "not-found", &[]);
    let number = |number: &str, agent: &str| json!({ "number": number, "agent": agent });
    admin
        .put("/api/phone-numbers", &number("1504", "default"))
        .await
        .problem(422, "invalid", &["/number"]);
    admin
        .put("/api/phone-numbers", &number("+15045550100", "none"))
        .await
        .problem(422, "invalid", &["/agent"]);
    let hours = |zone: &str, friday: &[&str]| json!({ "hours": { "time_zone": zone, "days": { "friday": friday } } });
    let put = async |hours: &serde_json::Value| admin.put("/api/agents/default/hours", hours).await;
    put(&hours("Mars/Olympus", &[]))
        .await
        .problem(422, "invalid", &["/hours/time_zone"]);
    put(&hours("UTC", &["9-5"]))
        .await
        .problem(422, "invalid", &["/hours/days/friday/0"]);
    put(&hours("UTC", &["17:00-09:00"]))
        .await
        .problem(422, "invalid", &["/hours/days"]);
    put(&hours("UTC", &["09:00-17:00"])).await.is(200);
    put(&json!({ "hours": null })).await.is(200);
}
