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
    let answers = values(vec![openai(&server, "chat.completions.parse", args)]).await;
    let summary = &answers[0]["choices"][0]["message"]["parsed"];
    assert_eq!(summary["sentiment"], "negative");
    assert_eq!(summary["email"], "ada@example.com");
    assert_eq!(summary["goal_achieved"], false);
    assert!(
        summary["lead_score"]
            .as_i64()
            .is_some_and(|score| (0..=100).contains(&score))
    );
    let text = summary["summary"].as_str().expect("a text");
    for words in ["a device that does not work", "angry", "asked for a person"] {
        assert!(text.contains(words), "{words}: {text}");
    }
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
    let mut messages = vec![json!({ "role": "system", "content": "You are an AI assistant. Today is 2026-03-11." })];
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
    assert!(
        turns[0]["say"].as_str().is_some_and(|say| say.contains("power button")),
        "{turns:#?}"
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
    let answers = values(vec![ask(&server, &messages, &target)]).await;
    let filled = json_of(&answers[0]);
    assert_eq!(filled["outcome"], "escalated");
    assert_eq!(filled["interest"], "low");
    assert!(
        filled["leadScore"]
            .as_f64()
            .is_some_and(|score| (0.0..=1.0).contains(&score)),
        "{filled}"
    );
    assert_eq!(filled["wordCount"], 47);
    assert_eq!(filled["next_action"], "A person calls back");
    assert_eq!(filled["topics"].as_array().map(Vec::len), Some(1));
    assert_eq!(filled["language"], "en");
    assert_eq!(filled["caller"], json!({ "first_name": "Ada", "company": "" }));
    assert_eq!(filled["shoe_size"], Value::Null);
    assert_eq!(filled["kind"], "call");
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
        ask(r#"Answer in JSON: {"summary": "one sentence", "sentiment": "good | bad", "score": 0}"#),
        ask("Give a JSON object with `email` and `goal_achieved`."),
    ])
    .await;
    let (example, named) = (json_of(&answers[0]), json_of(&answers[1]));
    assert_eq!(example["sentiment"], "bad");
    assert!(
        example["summary"]
            .as_str()
            .is_some_and(|text| text.contains("a device")),
        "{example}"
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
