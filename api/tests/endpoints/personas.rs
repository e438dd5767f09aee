use crate::harness::{Answer, Client, PASSWORD, Service, cookie};
use reqwest::Method;
use serde_json::{Value, json};

const PERSONAS: &str = "/api/agents/default/personas";

/// Logs a call by hand, with these corrections.
async fn corrected(admin: &Client, notes: &[&str]) -> String {
    let call = json!({ "direction": "inbound", "from": "+15045550123", "to": "+15045550100", "outcome": "completed" });
    let id = admin.post("/api/call-logs", &call).await.is(201).json()["call_id"].clone();
    let id = id.as_str().expect("an id").to_owned();
    for note in notes {
        let path = format!("/api/call-logs/{id}/corrections");
        admin.post(&path, &json!({ "note": note })).await.is(200);
    }
    id
}

fn source(call: &str, correction: u32) -> Value {
    json!({ "call_id": call, "correction": correction })
}

async fn propose(client: &Client, rules: &[&str], sources: &[Value]) -> Answer {
    client
        .post(PERSONAS, &json!({ "rules": rules, "sources": sources }))
        .await
}

/// The admin with a login session instead of an API token.
struct SessionClient {
    anonymous: Client,
    cookie: String,
}

impl SessionClient {
    async fn admin(service: &Service) -> Self {
        let anonymous = service.anonymous();
        let body = json!({ "email": "admin@example.org", "password": PASSWORD });
        let signed_in = anonymous.post("/api/auth/login", &body).await.is(200);
        let cookie = cookie(&signed_in);
        Self { anonymous, cookie }
    }

    async fn decide(&self, version: u32, what: &str) -> Answer {
        let path = format!("{PERSONAS}/{version}/{what}");
        let headers = [("cookie", self.cookie.as_str())];
        self.anonymous.send(Method::POST, &path, None, &headers).await
    }
}

#[tokio::test]
async fn version_is_proposed_approved_and_rolled_back_with_its_changes() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let session = SessionClient::admin(&service).await;
    let call = corrected(&admin, &["Ask for the street first", "Say when the technician arrives"]).await;
    let empty = admin.get(PERSONAS).await.is(200).json();
    assert_eq!((&empty["in_force"], &empty["versions"]), (&json!(0), &json!([])));

    let made = propose(&admin, &["Ask for the street first."], &[source(&call, 1)])
        .await
        .is(201);
    assert!(made.position() > 0);
    let first = made.json()["versions"][0].clone();
    assert_eq!((&first["version"], &first["state"]), (&json!(1), &json!("proposed")));
    assert_eq!(
        (&first["compared_with"], &first["added"], &first["removed"]),
        (&json!(0), &json!(["Ask for the street first."]), &json!([]))
    );
    let source_view = &first["sources"][0];
    assert_eq!(
        (
            &source_view["call_id"],
            &source_view["correction"],
            &source_view["note"],
            &source_view["state"]
        ),
        (
            &json!(call),
            &json!(1),
            &json!("Ask for the street first"),
            &json!("in_force")
        )
    );
    let agent = admin.get("/api/agents/default").await.is(200).json();
    assert_eq!(agent["persona_version"], 0, "a proposed version is not active");

    let approved = session.decide(1, "approve").await.is(200).json();
    assert_eq!(
        (&approved["in_force"], &approved["rules"]),
        (&json!(1), &first["added"])
    );
    assert!(approved["versions"][0]["decided_by"].is_string(), "{approved}");

    let rules = ["Say when the technician arrives."];
    propose(&admin, &rules, &[source(&call, 2)]).await.is(201);
    let second = session.decide(2, "approve").await.is(200).json()["versions"][0].clone();
    assert_eq!(
        (&second["compared_with"], &second["added"], &second["removed"]),
        (&json!(1), &json!(rules), &json!(["Ask for the street first."]))
    );
    let back = session.decide(1, "rollback").await.is(200).json();
    assert_eq!(
        (&back["in_force"], &back["rollbacks"][0]["from"]),
        (&json!(1), &json!(2))
    );
    let back = session.decide(0, "rollback").await.is(200).json();
    assert_eq!((&back["in_force"], &back["rules"]), (&json!(0), &json!([])));
    assert_eq!(back["rollbacks"].as_array().map(Vec::len), Some(2));
    let agent = admin.get("/api/agents/default").await.is(200).json();
    assert_eq!(agent["persona_version"], 0);
}

#[tokio::test]
async fn second_decision_of_a_version_is_409() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let session = SessionClient::admin(&service).await;
    propose(&admin, &["Be brief."], &[]).await.is(201);
    let rejected = session.decide(1, "reject").await.is(200).json();
    assert_eq!(rejected["versions"][0]["state"], "rejected");
    session.decide(1, "approve").await.problem(409, "conflict", &[]);
    session.decide(1, "rollback").await.problem(409, "conflict", &[]);
    for what in ["approve", "reject", "rollback"] {
        session.decide(7, what).await.problem(404, "not-found", &[]);
    }
    propose(&admin, &["Be brief."], &[]).await.is(201);
    session.decide(2, "approve").await.is(200);
    propose(&admin, &["Be brief."], &[])
        .await
        .problem(422, "invalid", &["/rules"]);
}

#[tokio::test]
async fn approval_needs_a_login_session_of_an_admin() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let agent = service.invited(&admin, "agent").await;
    let auditor = service.invited(&admin, "auditor").await;
    propose(&auditor, &["Be brief."], &[])
        .await
        .problem(403, "forbidden", &[]);
    propose(&agent, &["Be brief."], &[]).await.is(201);
    let approve = format!("{PERSONAS}/1/approve");
    agent.post(&approve, &json!({})).await.problem(403, "forbidden", &[]);
    agent
        .post(&format!("{PERSONAS}/1/reject"), &json!({}))
        .await
        .problem(403, "forbidden", &[]);
    admin.post(&approve, &json!({})).await.problem(403, "not-a-person", &[]);
    SessionClient::admin(&service).await.decide(1, "approve").await.is(200);
    auditor.get(PERSONAS).await.is(200);
    service
        .anonymous()
        .get(PERSONAS)
        .await
        .problem(401, "unauthenticated", &[]);
}

#[tokio::test]
async fn invalid_proposals_are_named_by_pointer() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let call = corrected(&admin, &["Ask for the street first", "Taken back"]).await;
    admin
        .delete(&format!("/api/call-logs/{call}/corrections/2"))
        .await
        .is(200);
    let many: Vec<_> = (0..51).map(|n| source(&call, n)).collect();
    for rules in [
        &[][..],
        &[" "],
        &["Two\nlines"],
        &["Call +1 504 555 0142 back"],
        &["Write to ann@example.com"],
        &["Be brief.", "be brief."],
    ] {
        propose(&admin, rules, &[]).await.problem(422, "invalid", &["/rules"]);
    }
    for (sources, at) in [
        (vec![source(&call, 1), source(&call, 9)], "/sources/1"),
        (vec![source(&call, 2)], "/sources/0"),
        (vec![source("CAnone", 1)], "/sources/0"),
        (vec![source(&call, 1), source(&call, 1)], "/sources"),
        (many, "/sources"),
    ] {
        propose(&admin, &["Be brief."], &sources)
            .await
            .problem(422, "invalid", &[at]);
    }
    let refused = propose(&admin, &["Call Ann, 504 555 0142"], &[]).await;
    assert!(!refused.text.contains("504"), "{}", refused.text);
    admin
        .post("/api/agents/agent_none/personas", &json!({ "rules": ["Be brief."] }))
        .await
        .problem(404, "not-found", &[]);
    admin
        .get("/api/agents/agent_none/personas")
        .await
        .problem(404, "not-found", &[]);
    admin
        .get(&format!("{PERSONAS}?before=x"))
        .await
        .problem(422, "invalid", &["before"]);
    admin
        .post(&format!("{PERSONAS}/first/approve"), &json!({}))
        .await
        .problem(404, "not-found", &[]);
}

#[tokio::test]
async fn repeated_proposal_with_the_same_key_is_recorded_once() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let body = json!({ "rules": ["Be brief."] });
    for _ in 0..2 {
        let headers = [("idempotency-key", "once")];
        let made = admin.send(Method::POST, PERSONAS, Some(&body), &headers).await.is(201);
        assert_eq!(made.json()["versions"].as_array().map(Vec::len), Some(1));
    }
}

#[tokio::test]
async fn versions_are_paged() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for n in 1..=21 {
        propose(&admin, &[&format!("Rule {n}.")], &[]).await.is(201);
    }
    let page = admin.get(PERSONAS).await.is(200).json();
    assert_eq!(page["versions"].as_array().map(Vec::len), Some(20));
    assert_eq!(
        (&page["versions"][0]["version"], &page["earlier"]),
        (&json!(21), &json!(2))
    );
    let rest = admin.get(&format!("{PERSONAS}?before=2")).await.is(200).json();
    assert_eq!(rest["versions"].as_array().map(Vec::len), Some(1));
    assert!(rest["earlier"].is_null());
}

#[tokio::test]
async fn source_of_an_erased_call_has_no_note() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let withdrawn = corrected(&admin, &["Ask for the street first"]).await;
    let erased = corrected(&admin, &["Say when the technician arrives"]).await;
    let sources = [source(&withdrawn, 1), source(&erased, 1)];
    propose(&admin, &["Be brief."], &sources).await.is(201);
    admin
        .delete(&format!("/api/call-logs/{withdrawn}/corrections/1"))
        .await
        .is(200);
    admin
        .post(&format!("/api/call-logs/{erased}/erase"), &json!({ "ground": "test" }))
        .await
        .is(200);
    service.wait_for_read_models().await;
    let now = admin.get(PERSONAS).await.is(200).json()["versions"][0]["sources"].clone();
    assert_eq!(
        (&now[0]["state"], &now[1]["state"]),
        (&json!("withdrawn"), &json!("gone"))
    );
    assert_eq!(now[0]["note"], "Ask for the street first");
    assert!(now[1]["note"].is_null(), "{now}");
}

#[tokio::test]
async fn draft_needs_corrections_and_a_model() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let call = corrected(&admin, &["Ask for the street first"]).await;
    let path = format!("{PERSONAS}/draft");
    let draft = async |sources: &[Value]| admin.post(&path, &json!({ "sources": sources })).await;
    draft(&[]).await.problem(422, "invalid", &["/sources"]);
    draft(&[source(&call, 2)])
        .await
        .problem(422, "invalid", &["/sources/0"]);
    // No model is available in these tests.
    draft(&[source(&call, 1)]).await.problem(502, "model", &[]);
    let auditor = service.invited(&admin, "auditor").await;
    auditor
        .post(&path, &json!({ "sources": [source(&call, 1)] }))
        .await
        .problem(403, "forbidden", &[]);
}
