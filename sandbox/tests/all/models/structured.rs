//! JSON answers for schemas that are not built into the sandbox.

use super::{errors, openai, start, values};
use sandbox::models::Server;
use serde_json::{Value, json};

const CALL: &str = "Agent: Thank you for calling. How can I help you?\n\
    Caller: Hello, this is Ada Lovelace, my laptop does not start. This is unacceptable!\n\
    Agent: I am sorry. What is your e-mail address?\n\
    Caller: It is ada@example.com. I want to speak to a manager.\n\
    Agent: I will connect you.\n\
    Caller: Thank you, bye.";

/// The summary that a script gives of [`CALL`].
fn add_script(server: &Server) {
    let said = ["Hello, this is Ada Lovelace", "I want to speak to a manager"];
    let summary = json!({
        "summary": "The laptop of an angry caller does not start; she asked for a manager.",
        "sentiment": "negative",
        "outcome": "escalated",
        "interest": "low",
        "lead_score": 20,
        "goal_achieved": false,
        "next_action": "A manager calls back",
        "topics": ["a laptop", "a manager"],
    });
    server
        .models()
        .add_script(said, summary.as_object().expect("an object"));
}

/// A strict schema with these properties, all required.
fn schema(properties: &Value) -> Value {
    let names: Vec<_> = properties.as_object().expect("properties").keys().collect();
    json!({ "type": "object", "properties": properties, "required": names, "additionalProperties": false })
}

fn ask(server: &Server, messages: &Value, schema: &Value) -> Value {
    let format =
        json!({ "type": "json_schema", "json_schema": { "name": "answer", "strict": true, "schema": schema } });
    openai(
        server,
        "chat.completions.create",
        json!({ "model": "gpt-4o", "messages": messages, "response_format": format }),
    )
}

fn json_of(answer: &Value) -> Value {
    let text = answer["choices"][0]["message"]["content"].as_str().expect("a text");
    serde_json::from_str(text).expect("JSON")
}

#[tokio::test]
async fn official_client_parses_a_summary_into_its_class() {
    let server = start().await;
    let messages = json!([{ "role": "system", "content": "Summarise the call." }, { "role": "user", "content": CALL }]);
    let args = json!({ "model": "gpt-4o", "messages": messages, "response_format": { "$model": "Summary" } });
    let ask = || values(vec![openai(&server, "chat.completions.parse", args.clone())]);
    let parsed = |answers: &[Value]| answers[0]["choices"][0]["message"]["parsed"].clone();
    // Without a script: the caller's words, and no judgment.
    let quote = "The caller said: \"Hello, this is Ada Lovelace, my laptop does not start. This is unacceptable! \
        It is ada@example.com. I want to speak to a manager.\"";
    let quoted = json!({
        "summary": quote,
        "sentiment": "neutral",
        "email": "ada@example.com",
        "lead_score": 0,
        "goal_achieved": false,
    });
    assert_eq!(parsed(&ask().await), quoted);
    add_script(&server);
    let scripted = json!({
        "summary": "The laptop of an angry caller does not start; she asked for a manager.",
        "sentiment": "negative",
        "email": "ada@example.com",
        "lead_score": 20,
        "goal_achieved": false,
    });
    assert_eq!(parsed(&ask().await), scripted);
}

#[tokio::test]
async fn turn_has_a_reply_collected_values_and_end_flags() {
    let server = start().await;
    let nullable = |about: &str| json!({ "type": ["string", "null"], "description": about });
    let fields = schema(&json!({
        "name": nullable("The caller's name"),
        "email": nullable("The caller's e-mail address"),
        "device": nullable("Which device it is about"),
        "visit": nullable("Preferred date of the visit"),
    }));
    let turn = schema(&json!({
        "say": { "type": "string" },
        "fields": fields,
        "goodbye": { "type": "boolean" },
        "person": { "type": "boolean" },
    }));
    let system = "You are an AI assistant. A laptop that does not start is repaired in 3 days. Today is 2026-03-11.";
    let mut messages = vec![json!({ "role": "system", "content": system })];
    let mut calls = vec![];
    for (caller, ai) in [
        ("Hello, my laptop does not start.", "I am sorry. May I have your name?"),
        ("Ada Lovelace.", "Which device is it?"),
        ("An old notebook.", "When may we visit you?"),
        ("Next Friday. My email is ada@example.com.", "Anything else?"),
        ("Can I talk to a human?", "Of course."),
        ("No thanks, goodbye.", ""),
    ] {
        messages.push(json!({ "role": "user", "content": caller }));
        calls.push(ask(&server, &json!(messages), &turn));
        messages.push(json!({ "role": "assistant", "content": ai }));
    }
    let turns: Vec<Value> = values(calls).await.iter().map(json_of).collect();
    let said: Vec<_> = turns.iter().filter_map(|turn| turn["say"].as_str()).collect();
    assert_eq!(
        said,
        [
            "A laptop that does not start is repaired in 3 days. Could you tell me which device it is about?",
            "Thank you, I have noted: Ada Lovelace. Could you tell me which device it is about?",
            "Thank you, I have noted: An old notebook. Could you tell me your e-mail address?",
            "Thank you, I have noted: ada@example.com, 2026-03-13. Is there anything else?",
            "Of course. I will connect you to a colleague.",
            "Thank you for calling. Goodbye.",
        ]
    );
    assert_eq!(
        turns[0]["fields"],
        json!({ "name": null, "email": null, "device": null, "visit": null })
    );
    assert_eq!(turns[1]["fields"]["name"], "Ada Lovelace");
    assert_eq!(turns[2]["fields"]["device"], "An old notebook");
    assert_eq!(turns[3]["fields"]["email"], "ada@example.com");
    assert_eq!(turns[5]["fields"], turns[3]["fields"]);
    let flags: Vec<_> = turns
        .iter()
        .map(|turn| (turn["person"] == true, turn["goodbye"] == true))
        .collect();
    let (quiet, person, goodbye) = ((false, false), (true, false), (false, true));
    assert_eq!(flags, [quiet, quiet, quiet, quiet, person, goodbye]);
}

#[tokio::test]
async fn properties_are_filled_by_type_choices_and_bounds() {
    let server = start().await;
    let target = schema(&json!({
        "outcome": { "enum": ["resolved", "escalated", "follow_up", "no_answer"] },
        "interest": { "type": "string", "enum": ["none", "low", "medium", "high"] },
        "leadScore": { "type": "number", "minimum": 0, "maximum": 1 },
        "wordCount": { "type": "integer" },
        "next_action": { "anyOf": [{ "type": "string" }, { "type": "null" }] },
        "topics": { "type": "array", "items": { "type": "string" }, "maxItems": 1 },
        "language": { "enum": ["en", "hi"] },
        "caller": { "$ref": "#/$defs/person" },
        "shoe_size": { "type": ["integer", "null"] },
        "kind": { "const": "call" },
    }));
    let mut target = target;
    target["$defs"] =
        json!({ "person": schema(&json!({ "first_name": { "type": "string" }, "company": { "type": "string" } })) });
    let messages = json!([{ "role": "user", "content": format!("Analyse this call:\n{CALL}") }]);
    let filled = json_of(&values(vec![ask(&server, &messages, &target)]).await[0]);
    let unscripted = json!({
        "outcome": "no_answer",
        "interest": "none",
        "leadScore": 0.0,
        "wordCount": 47,
        "next_action": null,
        "topics": [],
        "language": "en",
        "caller": { "first_name": "Ada", "company": "" },
        "shoe_size": null,
        "kind": "call",
    });
    assert_eq!(filled, unscripted);
    add_script(&server);
    let filled = json_of(&values(vec![ask(&server, &messages, &target)]).await[0]);
    let mut scripted = unscripted;
    for (name, value) in [
        ("outcome", json!("escalated")),
        ("interest", json!("low")),
        ("leadScore", json!(0.2)),
        ("next_action", json!("A manager calls back")),
        ("topics", json!(["a laptop"])),
    ] {
        scripted[name] = value;
    }
    assert_eq!(filled, scripted);
}

#[tokio::test]
async fn segments_are_assigned_to_speakers() {
    let server = start().await;
    let segment = schema(&json!({
        "id": { "type": "integer" },
        "speaker": { "enum": ["ai", "caller"] },
        "text": { "type": "string" },
    }));
    let target = schema(&json!({ "segments": { "type": "array", "items": segment } }));
    let segments = json!([
        { "id": 7, "text": "Thank you for calling. How can I help you?" },
        { "id": 8, "text": "मेरा लैपटॉप चालू नहीं हो रहा है।" },
        { "id": 9, "text": "One moment." },
    ]);
    let messages = json!([{ "role": "user", "content": format!("Who says what?\n{segments}") }]);
    let answers = values(vec![ask(&server, &messages, &target)]).await;
    let filled = json_of(&answers[0]);
    let speakers: Vec<_> = filled["segments"]
        .as_array()
        .expect("segments")
        .iter()
        .map(|segment| (segment["id"].as_i64(), segment["speaker"].as_str()))
        .collect();
    assert_eq!(
        speakers,
        [(Some(7), Some("ai")), (Some(8), Some("caller")), (Some(9), Some("ai"))]
    );
    assert_eq!(filled["segments"][1]["text"], segments[1]["text"]);
}

#[tokio::test]
async fn json_mode_uses_the_shape_in_the_prompt() {
    let server = start().await;
    add_script(&server);
    let ask = |system: &str| {
        let messages = json!([{ "role": "system", "content": system }, { "role": "user", "content": CALL }]);
        let format = json!({ "type": "json_object" });
        openai(
            &server,
            "chat.completions.create",
            json!({ "model": "gpt-4o", "messages": messages, "response_format": format }),
        )
    };
    let answers = values(vec![
        ask(r#"Answer in JSON: {"summary": "one sentence", "sentiment": "positive | negative", "lead_score": 0}"#),
        ask("Give a JSON object with `email` and `goal_achieved`."),
    ])
    .await;
    let (example, named) = (json_of(&answers[0]), json_of(&answers[1]));
    assert_eq!(
        (&example["sentiment"], &example["lead_score"]),
        (&json!("negative"), &json!(20))
    );
    assert_eq!(
        example["summary"],
        "The laptop of an angry caller does not start; she asked for a manager."
    );
    assert_eq!(named, json!({ "email": "ada@example.com", "goal_achieved": false }));
}

#[tokio::test]
async fn forced_tool_is_called_with_values_from_the_conversation() {
    let server = start().await;
    let parameters = schema(&json!({ "email": { "type": "string" } }));
    let tools = json!([{ "type": "function", "function": { "name": "note", "parameters": parameters } }]);
    let choice = |name: &str| json!({ "type": "function", "function": { "name": name } });
    let args = |name| json!({ "model": "gpt-4o", "messages": [{ "role": "user", "content": CALL }], "tools": tools, "tool_choice": choice(name) });
    let answers = values(vec![openai(&server, "chat.completions.create", args("note"))]).await;
    let call = &answers[0]["choices"][0]["message"]["tool_calls"][0]["function"];
    assert_eq!(call["name"], "note");
    assert_eq!(call["arguments"], r#"{"email":"ada@example.com"}"#);
    let errors = errors(vec![openai(&server, "chat.completions.create", args("other"))]).await;
    assert_eq!(errors[0]["status"], 400);
}
