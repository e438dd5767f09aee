//! Every operation of the OpenAPI document for users refuses what it does not take, and names it. The requests are
//! generated from the document.

use crate::harness::{Answer, Client, Service};
use reqwest::Method;
use serde_json::{Map, Value, json};
use std::time::Duration;

/// An operation. Path parameters are replaced by `1`.
struct Operation {
    method: Method,
    path: String,
    query: Vec<String>,
    /// The schema of its body, with its references resolved one after the other.
    body: Option<Value>,
}

/// All operations but those of Twilio and of monitoring, which send what they like.
fn operations(document: &Value) -> Vec<Operation> {
    let mut operations = Vec::new();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        for (method, operation) in methods.as_object().expect("operations") {
            let is_of_twilio = operation["security"]
                .as_array()
                .is_some_and(|all| all.iter().any(|scheme| scheme.get("twilio").is_some()));
            let is_of_machines = operation["tags"] == json!(["machines"]);
            if is_of_twilio || is_of_machines {
                continue;
            }
            let segments = path
                .split('/')
                .map(|part| if part.starts_with('{') { "1" } else { part });
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            let query = parameters.iter().filter(|parameter| parameter["in"] == "query");
            operations.push(Operation {
                method: method.to_uppercase().parse().expect("a method"),
                path: segments.collect::<Vec<_>>().join("/"),
                query: query
                    .map(|parameter| parameter["name"].as_str().expect("a name").to_owned())
                    .collect(),
                body: operation
                    .pointer("/requestBody/content/application~1json/schema")
                    .map(|schema| resolved(document, schema)),
            });
        }
    }
    assert!(operations.len() > 60, "{}", operations.len());
    operations
}

fn resolved(document: &Value, schema: &Value) -> Value {
    let alternatives = schema["oneOf"].as_array().or(schema["anyOf"].as_array());
    if let Some(schema) = alternatives.and_then(|all| all.iter().find(|schema| schema["type"] != "null")) {
        return resolved(document, schema);
    }
    match schema["$ref"].as_str() {
        Some(reference) => document
            .pointer(reference.trim_start_matches('#'))
            .expect("a schema")
            .clone(),
        None => schema.clone(),
    }
}

/// Bodies with one unknown field, at each depth of the schema, and its pointer.
fn bodies_with_an_unknown_field(document: &Value, schema: &Value) -> Vec<(Value, String)> {
    let field = || Map::from_iter([("no_such_field".to_owned(), json!(1))]);
    let mut bodies = vec![(Value::Object(field()), "/no_such_field".to_owned())];
    for (name, property) in schema["properties"].as_object().into_iter().flatten() {
        let property = resolved(document, property);
        let (inner, is_list) = if property["items"].is_object() {
            (resolved(document, &property["items"]), true)
        } else {
            (property, false)
        };
        // A map of any keys has no unknown field.
        if inner["properties"].is_object() {
            for (body, pointer) in bodies_with_an_unknown_field(document, &inner) {
                let (body, index) = if is_list { (json!([body]), "/0") } else { (body, "") };
                bodies.push((json!({ name: body }), format!("/{name}{index}{pointer}")));
            }
        }
    }
    bodies
}

/// Sends it again while the client sends too much: there are more of these requests than a user may send at once.
async fn send(client: &Client, method: &Method, path: &str, body: Option<&Value>) -> Answer {
    loop {
        let answer = client.send(method.clone(), path, body, &[]).await;
        if answer.status.as_u16() != 429 {
            return answer;
        }
        tokio::time::sleep(Duration::from_secs(1)).await;
    }
}

#[tokio::test]
async fn every_operation_refuses_unknown_and_misplaced_input_by_name() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let document = admin.get("/api/openapi.json").await.is(200).json();
    let head = service.head().await;
    for operation in operations(&document) {
        let Operation {
            method,
            path,
            query,
            body,
        } = &operation;
        let name = format!("{method} {path}");
        let minimal = body.as_ref().map(|_| json!({}));
        // What is put into the query: an unknown parameter, and the fields of the body.
        let fields = body.iter().filter_map(|schema| schema["properties"].as_object());
        let fields = fields.flat_map(Map::keys).filter(|field| !query.contains(*field));
        for parameter in fields.map(String::as_str).chain(["no_such_parameter"]) {
            let at = format!("{path}?{parameter}=1");
            let answer = send(&admin, method, &at, minimal.as_ref()).await;
            eprintln!("{name}?{parameter}");
            answer.problem(422, "invalid", &[parameter]);
        }
        // What is put into the body: an unknown field at any depth, or the parameters of the query, or an array.
        let mut bodies = match body {
            Some(schema) => bodies_with_an_unknown_field(&document, schema),
            None => vec![(json!({ "no_such_field": 1 }), "/no_such_field".to_owned())],
        };
        bodies.extend(
            query
                .iter()
                .map(|parameter| (json!({ parameter: true }), format!("/{parameter}"))),
        );
        bodies.extend([json!([]), json!(["a", "b", "c", "d", "e"]), json!("text")].map(|body| (body, String::new())));
        for (sent, pointer) in bodies {
            eprintln!("{name} {sent}");
            let answer = send(&admin, method, path, Some(&sent)).await;
            answer.problem(422, "invalid", &[&pointer]);
        }
    }
    assert_eq!(service.head().await, head, "nothing was written");
}

#[tokio::test]
async fn misplaced_option_of_a_rebuild_rebuilds_nothing() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let rebuild = "/api/projections/call_log/rebuild";
    admin
        .post(rebuild, &json!({ "dry_run": true }))
        .await
        .problem(422, "invalid", &["/dry_run"]);
    let models = admin.get("/api/projections").await.is(200).json();
    let models = models.as_array().expect("models");
    assert!(models.iter().all(|model| model["last_rebuild"].is_null()), "{models:?}");
    admin.post(&format!("{rebuild}?dry_run=true"), &json!({})).await.is(202);
}

#[tokio::test]
async fn anonymous_client_is_answered_401_whatever_it_sends() {
    let service = Service::start().await;
    let anonymous = service.anonymous();
    anonymous.get("/api/call-logs?no_such_parameter=1").await.is(401);
    let answer = anonymous
        .send(Method::DELETE, "/api/contacts/1", Some(&json!({ "x": 1 })), &[])
        .await;
    answer.is(401);
}

#[tokio::test]
async fn nul_in_any_parameter_is_refused_by_name() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let document = admin.get("/api/openapi.json").await.is(200).json();
    for (path, methods) in document["paths"].as_object().expect("paths") {
        let is_for_users = path.starts_with("/api/");
        for (method, operation) in methods.as_object().expect("operations") {
            let method: Method = method.to_uppercase().parse().expect("a method");
            let body = operation["requestBody"].is_object().then(|| json!({}));
            let parameters = operation["parameters"].as_array().cloned().unwrap_or_default();
            for parameter in parameters.iter().filter(|_| is_for_users) {
                let name = parameter["name"].as_str().expect("a name");
                let at = match parameter["in"].as_str() {
                    Some("query") => format!("{}?{name}=a%00b", path.replace(['{', '}'], "")),
                    Some("path") => path.replace(&format!("{{{name}}}"), "a%00b").replace(['{', '}'], ""),
                    _ => continue,
                };
                eprintln!("{method} {at}");
                send(&admin, &method, &at, body.as_ref())
                    .await
                    .problem(422, "invalid", &[name]);
            }
        }
    }
    let body = json!({ "name": "a\u{0}b", "phone": "+15045550123" });
    admin
        .post("/api/contacts", &body)
        .await
        .problem(422, "invalid", &["/name"]);
}

#[tokio::test]
async fn new_agent_is_accepted_in_the_shape_of_a_change() {
    let service = Service::start().await;
    let admin = service.admin().await;
    let change = json!({ "settings": { "name": "Sales", "greeting": "Hi" }, "emergency_closed": true });
    let made = admin.post("/api/agents", &change).await.is(201).json();
    assert_eq!(
        (&made["settings"]["name"], &made["settings"]["greeting"]),
        (&json!("Sales"), &json!("Hi"))
    );
    let id = made["agent_id"].as_str().expect("an ID");
    admin.put(&format!("/api/agents/{id}"), &change).await.is(200);
    assert_eq!(
        (&made["emergency_closed"], &made["open"]),
        (&json!(true), &json!(false)),
        "{made}"
    );
    // Earlier versions took the settings at the top level.
    let flat = admin
        .post("/api/agents", &json!({ "name": "Sales" }))
        .await
        .is(201)
        .json();
    assert_eq!(flat["settings"]["name"], "Sales");
    for (body, pointer) in [
        (json!({ "settings": { "name": "A" }, "greeting": "Hi" }), "/greeting"),
        (json!({ "settings": { "no_such_field": 1 } }), "/settings/no_such_field"),
        (json!({ "settings": ["A"] }), "/settings"),
    ] {
        admin
            .post("/api/agents", &body)
            .await
            .problem(422, "invalid", &[pointer]);
    }
}
