//! A number is that of one contact of a tenant, however close two requests are, and after a kill at any point.

use domain::Timestamp;
use domain::callee::{Callee, CalleeCommand};
use harness::app::App;
use harness::on_both_engines;
use harness::service::Client;
use harness::test_stores::TestStores;
use infra::event_store::{Actor, Metadata};
use infra::on_db;
use serde_json::{Value, json};

on_both_engines!(
    parallel_creates_of_one_number_make_one_contact,
    change_to_a_number_that_another_contact_has_is_409,
    claim_of_an_interrupted_request_is_taken_over,
    contact_is_answered_while_its_read_model_is_held_up,
    address_of_thousands_of_characters_is_bounded_in_every_model,
);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
const NUMBER: &str = "+15045550123";

async fn names(client: &Client) -> Vec<String> {
    let page = client.get("/api/contacts").await.unwrap().expect(200).json();
    let contacts = page["contacts"].as_array().unwrap().iter();
    contacts
        .map(|contact| contact["name"].as_str().unwrap().to_owned())
        .collect()
}

fn id(contact: &Value) -> &str {
    contact["contact_id"].as_str().unwrap()
}

async fn parallel_creates_of_one_number_make_one_contact(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let client = app.client().signed_in().await;
    let requests = (0..20).map(|number| {
        let client = client.clone();
        async move {
            let body = json!({ "name": format!("Ada {number}"), "phone": NUMBER });
            client.post("/api/contacts", &body).await
        }
    });
    let answers = futures::future::join_all(requests).await;
    let made = answers.iter().filter(|answer| answer.status == 201).count();
    let refused = answers.iter().filter(|answer| answer.status == 409).count();
    assert_eq!(
        (made, refused),
        (1, 19),
        "{:?}",
        answers.iter().map(|it| it.status).collect::<Vec<_>>()
    );
    app.wait_for_read_models().await;
    assert_eq!(names(&client).await.len(), 1);
}

async fn change_to_a_number_that_another_contact_has_is_409(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let client = app.client().signed_in().await;
    let add = async |name: &str, phone: &str| {
        let body = json!({ "name": name, "phone": phone });
        client.post("/api/contacts", &body).await.expect(201).json()
    };
    let ada = add("Ada", NUMBER).await;
    let others = [add("Bo", "+15045550124").await, add("Cy", "+15045550125").await];
    let change = async |contact: &Value, phone: &str| {
        let path = format!("/api/contacts/{}", id(contact));
        client.put(&path, &json!({ "phone": phone })).await.status
    };
    assert_eq!(change(&others[0], NUMBER).await, 409);
    // Of two that change to a free number at once, one gets it.
    let free = "+15045550126";
    let both = futures::future::join(change(&others[0], free), change(&others[1], free)).await;
    assert!(matches!(both, (200, 409) | (409, 200)), "{both:?}");
    // A number that a contact gave up or that was removed with it is free again.
    assert_eq!(change(&ada, "+15045550127").await, 200);
    let again = add("Dee", NUMBER).await;
    client
        .delete(&format!("/api/contacts/{}", id(&again)))
        .await
        .expect(204);
    add("Eve", NUMBER).await;
}

async fn claim_of_an_interrupted_request_is_taken_over(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let client = app.client().signed_in().await;
    let ledger = app.running.engine().ledger.clone();
    let claim = async |contact: &str, number: &str| {
        let command = CalleeCommand::ClaimContact {
            at: FRIDAY,
            contact: contact.into(),
        };
        let callee = ledger.callee_id("default", number);
        let metadata = Metadata::new("default", Actor::Import, "test");
        ledger.execute::<Callee>(&callee, command, metadata).await.unwrap();
    };
    // Killed before the contact was added: the next request adds it.
    claim("contact_interrupted", NUMBER).await;
    let body = json!({ "name": "Ada", "phone": NUMBER });
    let made = client.post("/api/contacts", &body).await.expect(201).json();
    assert_eq!(id(&made), "contact_interrupted");
    client.post("/api/contacts", &body).await.expect(409);
    // Killed before an existing contact got the number: it is free after a while.
    let other = "+15045550124";
    claim("contact_interrupted", other).await;
    let body = json!({ "name": "Bo", "phone": other });
    client.post("/api/contacts", &body).await.expect(409);
    app.clock.advance_seconds(61);
    client.post("/api/contacts", &body).await.expect(201);
}

async fn contact_is_answered_while_its_read_model_is_held_up(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let client = app.client().signed_in().await;
    app.wait_for_read_models().await;
    // As if another process had the lease and stood still.
    let hold = "update checkpoint set owner = 'another', fence = fence + 1, lease_expires_at = $1";
    let db = app.read_stores.current("contacts").await.unwrap().db;
    on_db!(&db, c => sqlx::query(hold).bind(i64::MAX / 2).execute(c).await.map(|_| ())).unwrap();
    let body = json!({ "name": "Ada", "phone": NUMBER });
    let made = client.post("/api/contacts", &body).await.expect(201).json();
    assert_eq!((&made["name"], &made["phone"]), (&json!("Ada"), &json!(NUMBER)));
    client.post("/api/contacts", &body).await.expect(409);
}

async fn address_of_thousands_of_characters_is_bounded_in_every_model(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    let client = app.client().signed_in().await;
    let from = format!("sip:{}@pbx.example", "a".repeat(6_000));
    let params = [
        ("CallSid", "CA1"),
        ("CallStatus", "ringing"),
        ("Direction", "inbound"),
        ("From", from.as_str()),
        ("To", "+15045550188"),
    ];
    let answer = app.client().webhook("/twilio/inbound", &params).await.unwrap();
    answer.expect(200);
    app.wait_for_read_models().await;
    let call = client.get("/api/call-logs/CA1").await.unwrap().expect(200).json();
    let number = call["caller_number"].as_str().unwrap();
    // It counts as absent, and is kept as it was sent.
    assert_eq!(number, "anonymous");
    for projector in app.running.engine().models.projectors() {
        let options = projections::RebuildOptions {
            compare: true,
            switch: true,
        };
        let rebuilt = app.running.engine().models.rebuild(projector.name(), options).await;
        assert!(rebuilt.is_ok_and(|report| report.switched), "{}", projector.name());
    }
}
