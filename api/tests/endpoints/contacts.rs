use crate::harness::{Service, inbound};
use serde_json::{Value, json};

#[tokio::test]
async fn contact_is_added_changed_linked_to_calls_and_removed() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let added = admin
        .post("/api/contacts", &json!({ "name": "Ada", "phone": "+1 (504) 555-0123" }))
        .await
        .is(201)
        .json();
    assert_eq!(
        (&added["phone"], &added["letter"]),
        (&json!("+15045550123"), &json!("A"))
    );
    let path = format!("/api/contacts/{}", added["contact_id"].as_str().expect("an id"));
    assert_eq!(added["last_call"], Value::Null);

    service.twilio("/twilio/inbound", &inbound("CA1")).await.is(200);
    service.wait_for_read_models().await;
    assert_eq!(admin.get(&path).await.is(200).json()["last_call"]["call_id"], "CA1");

    let changed = admin.put(&path, &json!({ "name": "Bo" })).await.is(200).json();
    assert_eq!(changed["name"], "Bo");
    admin.put(&path, &json!({})).await.is(422);
    // Whether a number may be called is not a field of the contact.
    admin.put(&path, &json!({ "do_not_call": true })).await.is(422);
    admin.delete(&path).await.is(204);
    admin.get(&path).await.problem(404, "not-found", &[]);
    admin.get("/api/contacts").await.is(200);
}

#[tokio::test]
async fn second_contact_with_the_same_number_is_409() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let contact = json!({ "name": "Ada", "phone": "+15045550123" });
    admin.post("/api/contacts", &contact).await.is(201);
    admin
        .post("/api/contacts", &contact)
        .await
        .problem(409, "conflict", &[]);
}

#[tokio::test]
async fn contacts_are_paged_by_name_and_searched() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for (name, phone) in [
        ("Cleo", "+15045550103"),
        ("ada", "+15045550101"),
        ("Bo", "+15045550102"),
    ] {
        admin
            .post("/api/contacts", &json!({ "name": name, "phone": phone }))
            .await
            .is(201);
    }
    let first = admin.get("/api/contacts?limit=2").await.is(200).json();
    let names = |page: &Value| {
        page["contacts"]
            .as_array()
            .expect("contacts")
            .iter()
            .map(|c| c["name"].clone())
            .collect::<Vec<_>>()
    };
    assert_eq!(names(&first), ["ada", "Bo"]);
    let cursor = first["next_cursor"].as_str().expect("a cursor");
    let second = admin
        .get(&format!("/api/contacts?limit=2&cursor={cursor}"))
        .await
        .is(200)
        .json();
    assert_eq!(
        (names(&second), &second["next_cursor"]),
        (vec![json!("Cleo")], &Value::Null)
    );
    assert_eq!(names(&admin.get("/api/contacts?q=CLE").await.is(200).json()), ["Cleo"]);
}

#[tokio::test]
async fn erased_contact_is_404() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let added = admin
        .post("/api/contacts", &json!({ "name": "Ada", "phone": "+15045550123" }))
        .await
        .is(201)
        .json();
    let path = format!("/api/contacts/{}", added["contact_id"].as_str().expect("an id"));
    admin
        .post(&format!("{path}/erase"), &json!({ "ground": "GDPR Art. 17" }))
        .await
        .is(204);
    admin.get(&path).await.problem(404, "not-found", &[]);
}

#[tokio::test]
async fn invalid_fields_are_named_by_pointer() {
    let service = Service::start().await;
    let admin = service.admin().await;
    admin
        .post("/api/contacts", &json!({ "name": "", "phone": "+15045550123" }))
        .await
        .problem(422, "invalid", &["/name"]);
    admin
        .post("/api/contacts", &json!({ "name": "Ada", "phone": "5550123" }))
        .await
        .problem(422, "invalid", &["/phone"]);
    admin
        .put("/api/contacts/contact_none", &json!({ "name": "X" }))
        .await
        .problem(404, "not-found", &[]);
    admin
        .get("/api/contacts?cursor=x")
        .await
        .problem(422, "invalid", &["cursor"]);
}
