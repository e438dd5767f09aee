//! Who may do what: every operation of the OpenAPI document, sent by everyone there is. An operation that is missing from
//! the table fails the test, and so does one that was removed.

use crate::harness::{Answer, Client, PASSWORD, Service, cookie, inbound};
use domain::Timestamp;
use infra::accounts::{NewUser, Origin, Registration, Role};
use infra::event_store::Actor;
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::collections::BTreeSet;
use std::time::Duration;

/// Who may use an operation.
#[derive(Clone, Copy, Debug, PartialEq)]
enum Who {
    /// Everyone, without signing in.
    Public,
    /// Twilio, by its signature.
    Twilio,
    /// Every user.
    Users,
    /// Users with one of these roles.
    Roles(&'static [&'static str]),
    /// Operators of the installation, whatever their role.
    Operators,
}

use Who::{Operators, Public, Roles, Twilio, Users};

const ALL: Who = Roles(&["admin", "agent", "auditor", "analyst"]);
const ADMIN: Who = Roles(&["admin"]);
const ADMIN_AGENT: Who = Roles(&["admin", "agent"]);
const ADMIN_AUDITOR: Who = Roles(&["admin", "auditor"]);
const NOT_ANALYST: Who = Roles(&["admin", "agent", "auditor"]);
const NOT_AGENT: Who = Roles(&["admin", "auditor", "analyst"]);

#[rustfmt::skip]
const TABLE: &[(&str, Who)] = &[
    ("GET /api/active-calls", ALL),
    ("POST /api/active-calls/{id}/agent-response", ADMIN_AGENT),
    ("POST /api/active-calls/{id}/digits", ADMIN_AGENT),
    ("POST /api/active-calls/{id}/hangup", ADMIN_AGENT),
    ("POST /api/active-calls/{id}/hold", ADMIN_AGENT),
    ("POST /api/active-calls/{id}/monitor", ADMIN_AGENT),
    ("DELETE /api/active-calls/{id}/monitor", ADMIN_AGENT),
    ("POST /api/active-calls/{id}/resume", ADMIN_AGENT),
    ("GET /api/active-calls/{id}/sound", ADMIN_AGENT),
    ("POST /api/active-calls/{id}/transfer", ADMIN_AGENT),
    ("GET /api/active-users", ALL),
    ("GET /api/agent-settings", ALL),
    ("PUT /api/agent-settings", ADMIN),
    ("POST /api/agent-settings", ADMIN),
    ("GET /api/agents", ALL),
    ("POST /api/agents", ADMIN),
    ("GET /api/agents/{id}", ALL),
    ("PUT /api/agents/{id}", ADMIN),
    ("DELETE /api/agents/{id}", ADMIN),
    ("PUT /api/agents/{id}/emergency", ADMIN),
    ("PUT /api/agents/{id}/hours", ADMIN),
    ("GET /api/agents/{id}/personas", ALL),
    ("POST /api/agents/{id}/personas", ADMIN_AGENT),
    ("POST /api/agents/{id}/personas/draft", ADMIN_AGENT),
    ("POST /api/agents/{id}/personas/{version}/approve", ADMIN),
    ("POST /api/agents/{id}/personas/{version}/reject", ADMIN),
    ("POST /api/agents/{id}/personas/{version}/rollback", ADMIN),
    ("POST /api/agents/{id}/test-calls", ADMIN),
    ("POST /api/auth/confirm", Users),
    ("GET /api/auth/first-run", Public),
    ("POST /api/auth/login", Public),
    ("POST /api/auth/logout", Users),
    ("GET /api/auth/me", Users),
    ("POST /api/auth/register", Public),
    ("GET /api/auth/tokens", Users),
    ("POST /api/auth/tokens", Users),
    ("DELETE /api/auth/tokens/{token_id}", Users),
    ("GET /api/call-logs", ALL),
    ("POST /api/call-logs", ADMIN_AGENT),
    ("GET /api/call-logs/{id}", ALL),
    ("PUT /api/call-logs/{id}", ADMIN_AGENT),
    ("DELETE /api/call-logs/{id}", ADMIN_AGENT),
    ("POST /api/call-logs/{id}/corrections", ADMIN_AGENT),
    ("DELETE /api/call-logs/{id}/corrections/{correction}", ADMIN_AGENT),
    ("POST /api/call-logs/{id}/erase", ADMIN),
    ("PUT /api/call-logs/{id}/grade", ADMIN_AGENT),
    ("GET /api/call-logs/{id}/history", ALL),
    ("GET /api/call-logs/{id}/recordings/{phase}", ALL),
    ("PUT /api/call-logs/{id}/resolution", ADMIN_AGENT),
    ("POST /api/call-logs/{id}/retry", ADMIN_AGENT),
    ("GET /api/call-logs/{id}/transcript", ALL),
    ("GET /api/colleagues", ALL),
    ("GET /api/contacts", NOT_ANALYST),
    ("POST /api/contacts", ADMIN_AGENT),
    ("GET /api/contacts/{id}", NOT_ANALYST),
    ("PUT /api/contacts/{id}", ADMIN_AGENT),
    ("DELETE /api/contacts/{id}", ADMIN_AGENT),
    ("POST /api/contacts/{id}/erase", ADMIN),
    ("GET /api/dashboard/stats", ALL),
    ("GET /api/feedback", ALL),
    ("GET /api/invitations", ADMIN_AUDITOR),
    ("DELETE /api/invitations/{user_id}", ADMIN),
    ("GET /api/phone-numbers", ALL),
    ("PUT /api/phone-numbers", ADMIN),
    ("GET /api/projections", NOT_AGENT),
    ("POST /api/projections/{name}/rebuild", Operators),
    ("GET /api/quarantined-webhooks", ADMIN_AUDITOR),
    ("POST /api/quarantined-webhooks/{id}/reingest", ADMIN),
    ("GET /api/settings", ALL),
    ("PUT /api/settings", ADMIN),
    ("GET /api/suppressions", NOT_ANALYST),
    ("POST /api/suppressions", ADMIN_AGENT),
    ("POST /api/suppressions/check", NOT_ANALYST),
    ("DELETE /api/suppressions/{id}", ADMIN),
    ("POST /api/text-calls", ADMIN_AGENT),
    ("GET /api/users", ADMIN_AUDITOR),
    ("POST /api/users", ADMIN),
    ("PATCH /api/users/{user_id}", ADMIN),
    ("POST /api/users/{user_id}/erase", ADMIN),
    ("GET /api/users/{user_id}/history", ADMIN_AUDITOR),
    ("GET /health", Public),
    ("GET /health/live", Public),
    ("GET /health/ready", Public),
    ("GET /metrics", Public),
    ("POST /twilio/ai-respond", Twilio),
    ("POST /twilio/amd-status", Twilio),
    ("POST /twilio/announce", Twilio),
    ("POST /twilio/call-status", Twilio),
    ("POST /twilio/conference-status", Twilio),
    ("POST /twilio/inbound", Twilio),
    ("POST /twilio/inbound-status", Twilio),
    ("GET /twilio/media", Twilio),
    ("POST /twilio/recording-status", Twilio),
    ("GET /twilio/recording/{sid}", Twilio),
    ("POST /twilio/token", ADMIN_AGENT),
    ("POST /twilio/transcribe/{id}", ADMIN_AGENT),
    ("POST /twilio/transcription-status", Twilio),
    ("POST /twilio/voice", Twilio),
    ("POST /twilio/voicemail", Twilio),
    ("POST /twilio/voicemail-done", Twilio),
    ("GET /ws", ALL),
];

/// Ends the login session of its sender, so it is sent last.
const LOGOUT: &str = "POST /api/auth/logout";
/// An address of the documentation: it belongs to no one.
const CALLER: &str = "+15045550123";
const OTHER_NUMBER: &str = "+15045550177";
const CALLER_NAME: &str = "Ada Marlowe";

struct Operation {
    name: String,
    method: Method,
    path: String,
    body: Option<Value>,
    who: Who,
}

/// A user with a login session.
struct Person {
    /// Role, or what else they are.
    name: &'static str,
    role: &'static str,
    is_operator: bool,
    cookie: String,
}

impl Person {
    fn may(&self, who: Who) -> bool {
        match who {
            Public | Users => true,
            Twilio => false,
            Roles(roles) => roles.contains(&self.role),
            Operators => self.is_operator,
        }
    }
}

fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    let mut found = BTreeSet::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            let name = format!("{} {path}", method.to_uppercase());
            let who = TABLE.iter().find(|(known, _)| *known == name);
            let (_, who) = who.unwrap_or_else(|| panic!("{name} is not in the table: who may use it?"));
            let schema = operation.pointer("/requestBody/content/application~1json/schema");
            operations.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: path.clone(),
                body: schema.map(|schema| sample(document, schema, "")),
                who: *who,
                name: name.clone(),
            });
            found.insert(name);
        }
    }
    for (name, _) in TABLE {
        assert!(found.contains(*name), "{name} is in the table but not in the document");
    }
    operations
}

/// A value of a schema: with its required properties, or its first if none is.
fn sample(document: &Value, schema: &Value, property: &str) -> Value {
    if let Some(reference) = schema["$ref"].as_str() {
        let schema = document.pointer(reference.trim_start_matches('#')).expect("a schema");
        return sample(document, schema, property);
    }
    if let Some(all) = schema["oneOf"].as_array().or(schema["anyOf"].as_array()) {
        let first = all.iter().find(|schema| schema["type"] != "null").expect("a type");
        return sample(document, first, property);
    }
    if let Some(first) = schema["enum"].as_array().and_then(|all| all.first()) {
        return first.clone();
    }
    match property {
        "number" | "phone" | "from" => return json!(OTHER_NUMBER),
        "to" => return json!("+15045550199"),
        "role" | "by" => return json!("agent"),
        "language" => return json!("en-US"),
        "direction" => return json!("inbound"),
        "grade" => return json!("good"),
        "digits" => return json!("1"),
        "agent" => return json!("default"),
        "password" => return json!(PASSWORD),
        "email" => return json!("someone@example.org"),
        "time_zone" => return json!("America/Chicago"),
        _ => {}
    }
    let kind = schema["type"].as_str().or_else(|| {
        let kinds = schema["type"].as_array()?;
        kinds.iter().filter_map(Value::as_str).find(|kind| *kind != "null")
    });
    match kind {
        Some("string") => json!("text"),
        Some("integer" | "number") => schema.get("minimum").cloned().unwrap_or(json!(1)),
        Some("boolean") => json!(true),
        Some("array") => {
            let least = schema["minItems"].as_u64().unwrap_or(0);
            (0..least)
                .map(|_| sample(document, &schema["items"], property))
                .collect()
        }
        _ => {
            let all = schema["required"].as_array().into_iter().flatten();
            let mut names: Vec<_> = all.filter_map(Value::as_str).collect();
            if names.is_empty() {
                let first = schema["properties"].as_object().into_iter().flat_map(Map::keys);
                names.extend(first.map(String::as_str).take(1));
            }
            let properties = names
                .into_iter()
                .map(|name| (name.to_owned(), sample(document, &schema["properties"][name], name)));
            Value::Object(properties.collect::<Map<_, _>>())
        }
    }
}

/// The path with its parameters replaced.
fn filled(path: &str, with: impl Fn(&str, &str) -> String) -> String {
    let parts = path.split('/').map(|part| match part.strip_prefix('{') {
        Some(name) => with(path, name.trim_end_matches('}')),
        None => part.to_owned(),
    });
    parts.collect::<Vec<_>>().join("/")
}

/// Sends it again while the client sends too much: there are more of these requests than a user may send at once.
async fn send(client: &Client, operation: &Operation, path: &str, cookie: Option<&str>) -> Answer {
    let headers: Vec<_> = cookie.map(|cookie| ("cookie", cookie)).into_iter().collect();
    loop {
        let body = operation.body.as_ref();
        let answer = client.send(operation.method.clone(), path, body, &headers).await;
        if answer.status.as_u16() != 429 {
            return answer;
        }
        tokio::time::sleep(Duration::from_millis(200)).await;
    }
}

async fn registered(service: &Service, email: &str, invitation: Option<&Value>) -> String {
    let mut body = json!({ "email": email, "name": "Someone", "password": PASSWORD });
    if let Some(invitation) = invitation {
        body["invitation"] = invitation["invitation"].clone();
    }
    let answer = service.anonymous().post("/api/auth/register", &body).await.is(201);
    cookie(&answer)
}

/// One user of each role, the operator, and the admin of another tenant.
async fn people(service: &Service) -> Vec<Person> {
    let operator = registered(service, "operator@example.org", None).await;
    let mut people = Vec::new();
    for role in ["admin", "agent", "auditor", "analyst"] {
        let email = format!("{role}@example.org");
        let body = json!({ "email": email, "role": role });
        let headers = [("cookie", operator.as_str())];
        let client = service.anonymous();
        let invited = client
            .send(Method::POST, "/api/users", Some(&body), &headers)
            .await
            .is(201);
        people.push(Person {
            name: role,
            role,
            is_operator: false,
            cookie: registered(service, &email, Some(&invited.json())).await,
        });
    }
    people.push(Person {
        name: "operator",
        role: "admin",
        is_operator: true,
        cookie: operator,
    });
    people
}

/// The admin of another tenant.
async fn other_tenant(service: &Service) -> Person {
    let accounts = &service.running.engine().accounts;
    let origin = Origin::of(Actor::Cli("test".to_owned()));
    accounts.add_tenant("acme", Timestamp(1)).await.expect("added");
    let hash = accounts.users("default").await.expect("users").remove(0).password_hash;
    let new = NewUser {
        user_id: "user_acme".into(),
        email: "anna@acme.example".into(),
        name: "Anna".into(),
        password_hash: hash,
        at: Timestamp(1),
    };
    let added = accounts
        .add_user(&new, "acme", Role::Admin, &origin)
        .await
        .expect("query");
    assert!(matches!(added, Registration::Done(_)), "{added:?}");
    let body = json!({ "email": new.email, "password": PASSWORD });
    let answer = service.anonymous().post("/api/auth/login", &body).await.is(200);
    Person {
        name: "admin of another tenant",
        role: "admin",
        is_operator: false,
        cookie: cookie(&answer),
    }
}

#[tokio::test]
async fn every_operation_is_allowed_to_those_in_the_table_and_to_no_one_else() {
    let service = Service::start().await;
    let people = people(&service).await;
    let client = service.anonymous();
    let document = client.get("/api/openapi.json").await.json();
    let mut operations = operations(&document);
    operations.sort_by_key(|operation| operation.name == LOGOUT);
    let mut wrong = Vec::new();
    for operation in &operations {
        let path = filled(&operation.path, |_, name| match name {
            "version" | "correction" => "1".to_owned(),
            "phase" => "ai".to_owned(),
            _ => "nothing".to_owned(),
        });
        let anonymous = send(&client, operation, &path, None).await;
        let expected = match operation.who {
            Public => !matches!(anonymous.status.as_u16(), 401 | 403) || operation.name.contains("/auth/"),
            Twilio => matches!(anonymous.status.as_u16(), 400 | 403 | 404),
            Users | Roles(_) | Operators => anonymous.status.as_u16() == 401,
        };
        if !expected {
            wrong.push(format!("{}: anonymous gets {}", operation.name, anonymous.status));
        }
        if matches!(operation.who, Public | Twilio) {
            continue;
        }
        for person in &people {
            let answer = send(&client, operation, &path, Some(&person.cookie)).await;
            let is_refused = answer.status.as_u16() == 403 && answer.text.contains(":forbidden");
            let is_allowed = !matches!(answer.status.as_u16(), 401 | 403);
            let expected = if person.may(operation.who) {
                is_allowed
            } else {
                is_refused
            };
            if !expected {
                let (status, text) = (answer.status, answer.text);
                wrong.push(format!("{}: {} gets {status} {text}", operation.name, person.name));
            }
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[tokio::test]
async fn comparing_read_models_needs_no_operator() {
    let service = Service::start().await;
    for person in people(&service).await {
        let headers = [("cookie", person.cookie.as_str())];
        let path = "/api/projections/nothing/rebuild?dry_run=true";
        let answer = service.anonymous().send(Method::POST, path, None, &headers).await;
        let may = matches!(person.name, "admin" | "analyst" | "operator");
        assert_eq!(answer.status.as_u16(), if may { 404 } else { 403 }, "{}", person.name);
    }
}

/// What the tenant `default` has: the identifiers by the paths in which they are used, and texts that others must not see.
struct Possessions {
    call: String,
    contact: String,
    agent: String,
    user: String,
    token: String,
    suppression: String,
    webhook: String,
}

impl Possessions {
    fn id(&self, path: &str, name: &str) -> String {
        let ids = [
            ("/api/agents/", &self.agent),
            ("/api/contacts/", &self.contact),
            ("/api/suppressions/", &self.suppression),
            ("/api/quarantined-webhooks/", &self.webhook),
            ("/api/users/", &self.user),
            ("/api/auth/tokens/", &self.token),
        ];
        match name {
            "version" | "correction" => "1".to_owned(),
            "phase" => "ai".to_owned(),
            "name" => "call_log".to_owned(),
            _ => ids
                .iter()
                .find(|(prefix, _)| path.starts_with(prefix))
                .map_or(&self.call, |(_, id)| id)
                .clone(),
        }
    }

    fn secrets(&self) -> [&str; 9] {
        [
            &self.call,
            &self.contact,
            &self.agent,
            &self.user,
            &self.token,
            &self.suppression,
            &self.webhook,
            CALLER,
            CALLER_NAME,
        ]
    }
}

async fn possessions(service: &Service, admin: &Person) -> Possessions {
    let client = service.anonymous();
    let request = async |method: Method, path: &str, body: Option<Value>| {
        let headers = [("cookie", admin.cookie.as_str())];
        let answer = client.send(method, path, body.as_ref(), &headers).await;
        assert!(answer.status.is_success(), "{path}: {} {}", answer.status, answer.text);
        answer.json()
    };
    let id = |value: &Value, name: &str| {
        value[name]
            .as_str()
            .unwrap_or_else(|| panic!("{name} in {value}"))
            .to_owned()
    };
    service.twilio("/twilio/inbound", &inbound("CAfirst")).await.is(200);
    service
        .twilio("/twilio/call-status", "Nothing=%2B15045550123")
        .await
        .is(200);
    let contact = json!({ "name": CALLER_NAME, "phone": CALLER });
    let contact = request(Method::POST, "/api/contacts", Some(contact)).await;
    let agent = request(
        Method::POST,
        "/api/agents",
        Some(json!({ "name": "Reception of default" })),
    )
    .await;
    let suppression = request(Method::POST, "/api/suppressions", Some(json!({ "number": CALLER }))).await;
    let token = request(
        Method::POST,
        "/api/auth/tokens",
        Some(json!({ "label": "export of default" })),
    )
    .await;
    let user = request(Method::GET, "/api/auth/me", None).await;
    service.wait_for_read_models().await;
    let webhooks = request(Method::GET, "/api/quarantined-webhooks", None).await;
    Possessions {
        call: "CAfirst".to_owned(),
        contact: id(&contact, "contact_id"),
        agent: id(&agent, "agent_id"),
        user: id(&user, "user_id"),
        token: id(&token, "token_id"),
        suppression: id(&suppression, "suppression_id"),
        webhook: id(&webhooks[0], "id"),
    }
}

#[tokio::test]
async fn what_one_tenant_has_does_not_exist_for_another() {
    let service = Service::start().await;
    let people = people(&service).await;
    let owned = possessions(&service, &people[0]).await;
    let other = other_tenant(&service).await;
    let client = service.anonymous();
    let document = client.get("/api/openapi.json").await.json();
    let mut wrong = Vec::new();
    for operation in operations(&document) {
        if operation.name == LOGOUT || !matches!(operation.who, Users | Roles(_) | Operators) {
            continue;
        }
        let path = filled(&operation.path, |path, name| owned.id(path, name));
        let answer = send(&client, &operation, &path, Some(&other.cookie)).await;
        let status = answer.status.as_u16();
        let has_id = operation.path.contains('{');
        let is_hidden = match operation.who {
            Operators => status == 403,
            _ => status == 404,
        };
        // The number is in the request's own body.
        let echoed = operation.body.as_ref().map(Value::to_string).unwrap_or_default();
        let secret = owned
            .secrets()
            .into_iter()
            .find(|secret| answer.text.contains(*secret) && !echoed.contains(*secret) && !path.contains(*secret));
        if has_id && !is_hidden {
            wrong.push(format!("{}: {status} {}", operation.name, answer.text));
        }
        if let Some(secret) = secret {
            wrong.push(format!("{} shows {secret}: {}", operation.name, answer.text));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}
