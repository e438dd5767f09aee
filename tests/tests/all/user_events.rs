//! Events of users: the accounts store them, the service appends them to the log, each exactly once.

use domain::Timestamp;
use harness::app::App;
use harness::on_both_engines;
use harness::service::{Home, Service};
use harness::test_stores::TestStores;
use infra::event_store::StreamId;
use infra::on_db;
use serde_json::Value;

on_both_engines!(
    event_that_was_appended_before_a_kill_is_not_appended_again,
    what_the_command_line_does_to_users_is_recorded_once_by_the_next_service,
);

async fn event_that_was_appended_before_a_kill_is_not_appended_again(stores: TestStores) {
    let app = App::start(stores, Timestamp::from_seconds(1_774_620_000)).await;
    let admin = app.client().signed_in().await;
    let me = admin.read("/api/auth/me").await.expect(200).json();
    let user_id = me["user_id"].as_str().unwrap();
    let engine = app.running.engine();
    let path = format!("/api/users/{user_id}/history");
    // Reading a history appends what is stored.
    let history = async || {
        admin.read(&path).await.expect(200);
        let stream = StreamId::new("user", user_id);
        engine.ledger.history(&stream).await.unwrap()
    };
    let recorded = history().await;
    assert!(!recorded.is_empty());
    // The row of an event that the log has already: the service was killed before it deleted the row.
    let key = recorded[0].metadata.command_key.clone().unwrap();
    let json = r#"{"UserRenamed":{"at":1,"name":{"personal":"X"},"by":"cli:x"}}"#;
    let insert = "insert into user_events (event_id, tenant, user_id, actor, correlation_id, event) values ($1, 'default', $2, 'cli:x', 'request', $3)";
    let db = engine.accounts.db();
    on_db!(db, c => {
        sqlx::query(insert).bind(&key).bind(user_id).bind(json).execute(c).await.map(|_| ())
    })
    .unwrap();
    assert_eq!(history().await, recorded);
    assert!(engine.accounts.pending_events(10).await.unwrap().is_empty());
}

/// Runs a command of the CLI to its end and returns its output.
fn run(home: &Home, args: &[&str]) -> String {
    let (command, rest) = args.split_first().unwrap();
    let output = home
        .command(command, &[("CALL_LEDGER_PASSWORD", "correct horse battery")])
        .args(rest)
        .output()
        .unwrap();
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    assert!(output.status.success(), "{args:?}: {}", text(&output.stderr));
    text(&output.stdout)
}

async fn history_of(service: &Service, email: &str) -> Vec<(String, String)> {
    let admin = service.client();
    let body = serde_json::json!({ "email": "anna@acme.example", "password": "correct horse battery" });
    let answer = admin.post("/api/auth/login", &body).await.expect(200);
    let admin = admin.with_session(&answer);
    let users = admin.read("/api/users").await.expect(200).json();
    let user = users
        .as_array()
        .unwrap()
        .iter()
        .find(|user| user["email"] == email)
        .unwrap();
    let path = format!("/api/users/{}/history", user["user_id"].as_str().unwrap());
    let history = admin.read(&path).await.expect(200).json();
    let both = |event: &Value| {
        let text = |name: &str| event[name].as_str().unwrap().to_owned();
        (text("type"), text("actor").split(':').next().unwrap().to_owned())
    };
    let mut events: Vec<_> = history["events"].as_array().unwrap().iter().map(both).collect();
    events.reverse();
    events
}

async fn what_the_command_line_does_to_users_is_recorded_once_by_the_next_service(stores: TestStores) {
    let home = Home::new(stores);
    let grace = ["--email", "grace@acme.example"];
    run(&home, &["tenants", "add", "acme"]);
    for (email, name, role) in [("anna@acme.example", "Anna", "admin"), (grace[1], "Grace", "analyst")] {
        let args = [
            "users", "add", "--tenant", "acme", "--email", email, "--name", name, "--role", role,
        ];
        run(&home, &args);
    }
    run(&home, &["users", "grant-operator", grace[0], grace[1]]);
    let listed = run(&home, &["tenants", "list"]);
    assert!(listed.contains("acme") && listed.contains("2 users"), "{listed}");
    let expected =
        [("UserRegistered", "cli"), ("OperatorGranted", "cli")].map(|(kind, actor)| (kind.into(), actor.into()));
    for _ in 0..2 {
        let service = home.start().await;
        assert_eq!(history_of(&service, grace[1]).await, expected);
    }
    let refused = home
        .command("users", &[("CALL_LEDGER_PASSWORD", "correct horse battery")])
        .args([
            "add",
            "--tenant",
            "unknown",
            "--email",
            "x@example.org",
            "--name",
            "X",
            "--role",
            "admin",
        ])
        .output()
        .unwrap();
    let message = String::from_utf8_lossy(&refused.stderr).into_owned();
    assert!(
        !refused.status.success() && message.contains("tenants add unknown"),
        "{message}"
    );
}
