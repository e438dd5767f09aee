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

#[tokio::test]
async fn number_is_read_the_same_however_it_is_written() {
    let service = Service::start().await;
    let admin = service.admin().await;
    for (name, phone, wanted) in [
        ("Jose\u{301} \u{c1}ngel", "+44 (0)20 7946 0018", "+442079460018"),
        ("Ada", "\u{202a}+1\u{a0}504\u{a0}555\u{a0}0123\u{202c}", "+15045550123"),
        ("Bo", "tel:+1-504-555-0124", "+15045550124"),
        ("Cy", "+1 504 555 0125 ext. 12", "+15045550125"),
    ] {
        let contact = json!({ "name": name, "phone": phone });
        let added = admin.post("/api/contacts", &contact).await.is(201).json();
        assert_eq!(added["phone"], wanted, "{phone:?}");
        let again = json!({ "name": "Dee", "phone": wanted });
        admin.post("/api/contacts", &again).await.problem(409, "conflict", &[]);
    }
    let sip = inbound("CA1").replace("%2B15045550123", "sip%3A%2B15045550123%40pbx%3Btransport%3Dtcp");
    service.twilio("/twilio/inbound", &sip).await.is(200);
    service.wait_for_read_models().await;
    let found = async |q: &str| {
        let query: String = url::form_urlencoded::byte_serialize(q.as_bytes()).collect();
        let page = admin.get(&format!("/api/contacts?q={query}")).await.is(200).json();
        let contacts = page["contacts"].as_array().expect("contacts").iter();
        let names = contacts.map(|contact| contact["phone"].as_str().expect("a number").to_owned());
        names.collect::<Vec<_>>()
    };
    for q in ["jos\u{e9}", "JOSE", "angel", "+44 (0)20 7946", "7946 0018", "7946-0018"] {
        assert_eq!(found(q).await, ["+442079460018"], "{q}");
    }
    let ada = admin.get("/api/contacts?q=ada").await.is(200).json();
    assert_eq!(ada["contacts"][0]["last_call"]["call_id"], "CA1", "{ada}");
    let refused = json!({ "caller_number": "zzz" });
    admin
        .put("/api/call-logs/CA1", &refused)
        .await
        .problem(422, "invalid", &["/caller_number"]);
    let edited = json!({ "caller_number": "+1 (504) 555-0124" });
    let edited = admin.put("/api/call-logs/CA1", &edited).await.is(200).json();
    assert_eq!(edited["caller_number"], "+15045550124");
}
