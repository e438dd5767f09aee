//! Models: requests to each provider, parsing of answers, and behavior on faults.

use crate::script::{Script, nowhere};
use domain::call::value::TokenCount;
use infra::blob::MediaType;
use infra::config::ChatProvider;
use infra::models::*;
use infra::outbound::Backoff;
use infra::secret::Secret;
use serde_json::{Value, json};
use std::time::Duration;
use wiremock::matchers::{any, header, method, path};
use wiremock::{Mock, MockServer, ResponseTemplate};

const LONG: Duration = Duration::from_mins(1);

fn options(url: &str, chat_provider: ChatProvider) -> ModelsOptions {
    let endpoint = Endpoint {
        provider: "test".into(),
        base_url: url.into(),
        api_key: Some(Secret::new("hunter2")),
    };
    ModelsOptions {
        chat_provider,
        chat_endpoint: endpoint.clone(),
        chat: "small".into(),
        audio_endpoint: endpoint,
        transcription: "whisper-1".into(),
        speech: Some("tts-1".into()),
        backoff: Backoff {
            attempts: 3,
            base: Duration::from_millis(1),
            cap: Duration::from_millis(1),
        },
        warm_up: true,
    }
}

fn models(url: &str) -> Models {
    Models::new(options(url, ChatProvider::OpenAi)).expect("models")
}

fn claude(url: &str) -> Models {
    Models::new(options(url, ChatProvider::Anthropic)).expect("models")
}

fn chat_request() -> ChatRequest {
    let messages = vec![Message::assistant("Hello."), Message::user("Hi."), Message::user(" ")];
    ChatRequest::new("Be brief.", messages, 50, LONG)
}

fn json_request() -> ChatRequest {
    ChatRequest {
        format: Format::JsonSchema {
            name: "summary".into(),
            schema: json!({"type": "object", "properties": {}, "required": [], "additionalProperties": false}),
        },
        ..chat_request()
    }
}

fn completion(text: &str) -> Value {
    json!({
        "id": "x", "model": "small-2026-01-01", "usage": {"prompt_tokens": 12, "completion_tokens": 3, "total_tokens": 15},
        "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
    })
}

fn message(text: &str) -> Value {
    json!({
        "id": "x", "type": "message", "role": "assistant", "model": "claude-small",
        "content": [{"type": "thinking", "thinking": "", "signature": "x"}, {"type": "text", "text": text}],
        "stop_reason": "end_turn", "usage": {"input_tokens": 12, "output_tokens": 3},
    })
}

fn ok(body: Value) -> ResponseTemplate {
    ResponseTemplate::new(200).set_body_json(body)
}

async fn answering(answers: Vec<ResponseTemplate>) -> MockServer {
    let server = MockServer::start().await;
    let last = answers.len() - 1;
    for (number, answer) in answers.into_iter().enumerate() {
        let mock = Mock::given(any()).respond_with(answer);
        let mock = if number == last { mock } else { mock.up_to_n_times(1) };
        mock.mount(&server).await;
    }
    server
}

async fn request_count(server: &MockServer) -> usize {
    server.received_requests().await.expect("recorded").len()
}

async fn sent(server: &MockServer) -> Value {
    let requests = server.received_requests().await.expect("recorded");
    serde_json::from_slice(&requests[0].body).expect("JSON")
}

#[tokio::test]
async fn openai_chat_request_and_answer() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/chat/completions"))
        .and(header("authorization", "Bearer hunter2"))
        .respond_with(ok(completion(" Hello.\n")))
        .expect(1)
        .mount(&server)
        .await;
    let request = ChatRequest {
        temperature: Some(0.5),
        ..chat_request()
    };
    let answer = models(&server.uri()).chat(&request).await.expect("an answer");
    assert_eq!(
        (answer.text.as_str(), answer.model.as_str(), answer.truncated),
        ("Hello.", "small-2026-01-01", false)
    );
    assert_eq!(answer.tokens, Some(TokenCount { input: 12, output: 3 }));
    assert_eq!(
        sent(&server).await,
        json!({
            "model": "small", "max_tokens": 50, "temperature": 0.5,
            "messages": [
                {"role": "system", "content": "Be brief."},
                {"role": "assistant", "content": "Hello."},
                {"role": "user", "content": "Hi."},
            ],
        })
    );
}

#[tokio::test]
async fn anthropic_chat_request_and_answer() {
    let server = MockServer::start().await;
    Mock::given(method("POST"))
        .and(path("/v1/messages"))
        .and(header("x-api-key", "hunter2"))
        .and(header("anthropic-version", "2023-06-01"))
        .respond_with(ok(message("Hello.")))
        .expect(1)
        .mount(&server)
        .await;
    let request = ChatRequest {
        temperature: Some(0.5),
        model: Some("claude-haiku-5-5".into()),
        ..chat_request()
    };
    let answer = claude(&server.uri()).chat(&request).await.expect("an answer");
    assert_eq!(
        (answer.text.as_str(), answer.model.as_str()),
        ("Hello.", "claude-small")
    );
    assert_eq!(answer.tokens, Some(TokenCount { input: 12, output: 3 }));
    assert_eq!(
        sent(&server).await,
        json!({
            "model": "claude-haiku-5-5", "max_tokens": 50, "system": "Be brief.", "thinking": {"type": "disabled"},
            "messages": [
                {"role": "user", "content": "(The call begins.)"},
                {"role": "assistant", "content": "Hello."},
                {"role": "user", "content": "Hi."},
            ],
        })
    );
}

#[tokio::test]
async fn anthropic_conversation_that_ends_with_the_model_gets_a_user_message() {
    let server = answering(vec![ok(message("Are you there?"))]).await;
    let request = ChatRequest::new("", vec![Message::user("Hi."), Message::assistant("Hello.")], 50, LONG);
    claude(&server.uri()).chat(&request).await.expect("an answer");
    let sent = sent(&server).await;
    assert_eq!(
        sent["messages"][2],
        json!({"role": "user", "content": "(Nothing is said.)"})
    );
    assert_eq!(sent.get("system"), None);
}

#[tokio::test]
async fn json_schema_is_requested_and_json_is_returned() {
    let server = answering(vec![ok(completion("```json\n{\"a\": 1}\n```"))]).await;
    let answer = models(&server.uri()).chat(&json_request()).await.expect("an answer");
    assert_eq!(answer.object::<Value>(), Some(json!({"a": 1})));
    let format = &sent(&server).await["response_format"];
    assert_eq!(
        (&format["type"], &format["json_schema"]["name"]),
        (&json!("json_schema"), &json!("summary"))
    );
    assert_eq!(format["json_schema"]["strict"], true);
    let server = answering(vec![ok(message("{\"a\": 1}"))]).await;
    claude(&server.uri()).chat(&json_request()).await.expect("an answer");
    let format = &sent(&server).await["output_config"]["format"];
    assert_eq!(
        (&format["type"], &format["schema"]["type"]),
        (&json!("json_schema"), &json!("object"))
    );
}

#[tokio::test]
async fn truncated_answer_is_marked() {
    let mut body = completion("{\"a\": 1");
    body["choices"][0]["finish_reason"] = "length".into();
    let server = answering(vec![ok(body)]).await;
    for request in [chat_request(), json_request()] {
        let answer = models(&server.uri()).chat(&request).await.expect("words");
        assert!(answer.truncated);
    }
}

#[tokio::test]
async fn only_the_text_of_an_answer_is_required() {
    for choice in [
        json!({"message": {"content": "Hello."}}),
        json!({"message": {"content": [{"type": "text", "text": "Hel"}, {"type": "text", "text": "lo."}]}}),
        json!({"message": {"content": "Hello.", "refusal": "", "reasoning_content": "They greet me."}, "finish_reason": null}),
        json!({"message": {"content": "<think>They greet me.</think>Hello.", "tool_calls": null}}),
        json!({"message": {"content": "They greet me. </think>\nHello."}}),
        json!({"message": {"content": "<THINKING>{\"say\":\"no\"}</THINKING>Hello."}}),
    ] {
        let usage = json!({"prompt_tokens": null, "completion_tokens": -1});
        let server = answering(vec![ok(json!({"model": null, "usage": usage, "choices": [choice]}))]).await;
        let answer = models(&server.uri()).chat(&json_request()).await.expect("an answer");
        assert_eq!((answer.text.as_str(), answer.tokens), ("Hello.", None));
    }
    let blocks =
        json!({"content": [{"type": "redacted_thinking", "data": 1}, {"type": "text", "text": "Hello."}], "usage": {}});
    let server = answering(vec![ok(blocks)]).await;
    let answer = claude(&server.uri()).chat(&chat_request()).await.expect("an answer");
    assert_eq!((answer.text.as_str(), answer.tokens), ("Hello.", None));
}

/// A server that refuses what it does not know.
async fn refusing(unknown: &'static [&'static str], status: u16, answer: Value) -> MockServer {
    let server = MockServer::start().await;
    let respond = move |request: &wiremock::Request| {
        let body = String::from_utf8_lossy(&request.body).into_owned();
        if unknown.iter().any(|name| body.contains(name)) {
            ResponseTemplate::new(status).set_body_json(json!({"error": {"message": "unknown field"}}))
        } else {
            ok(answer.clone())
        }
    };
    Mock::given(any()).respond_with(respond).mount(&server).await;
    server
}

#[tokio::test]
async fn what_a_server_does_not_support_is_learned_from_its_refusals() {
    let lacks: [(&'static [&'static str], u16, usize); 4] = [
        (&["\"json_schema\""], 400, 2),
        (&["response_format"], 422, 3),
        (&["response_format", "temperature"], 400, 4),
        (&["output_config", "\"thinking\""], 400, 3),
    ];
    for (unknown, status, requests) in lacks {
        let is_claude = unknown[0] == "output_config";
        let answer = if is_claude {
            message("{\"a\": 1}")
        } else {
            completion("{\"a\": 1}")
        };
        let server = refusing(unknown, status, answer).await;
        let models = if is_claude {
            claude(&server.uri())
        } else {
            models(&server.uri())
        };
        let request = ChatRequest {
            temperature: Some(0.4),
            model: is_claude.then(|| "claude-haiku-5-5".to_owned()),
            ..json_request()
        };
        models.chat(&request).await.expect("an answer in the end");
        assert_eq!(request_count(&server).await, requests, "{unknown:?}");
        models.chat(&request).await.expect("an answer at once");
        assert_eq!(request_count(&server).await, requests + 1, "{unknown:?}");
        let bodies = server.received_requests().await.expect("recorded");
        let last = String::from_utf8_lossy(&bodies[requests].body).into_owned();
        assert!(last.contains("Its schema: "), "{last}");
    }
}

#[tokio::test]
async fn failure_after_a_refusal_ends_the_request() {
    let server = answering(vec![ResponseTemplate::new(400), ResponseTemplate::new(401)]).await;
    let error = models(&server.uri()).chat(&json_request()).await.expect_err("refused");
    assert_eq!((error, request_count(&server).await), (ModelError::Refused(401), 2));
}

#[tokio::test]
async fn failures_of_one_tenant_or_model_do_not_stop_another() {
    let models = models(&nowhere().await);
    let request = |tenant: &str, model: &str| ChatRequest {
        tenant: tenant.into(),
        model: Some(model.into()),
        ..chat_request()
    };
    for _ in 0..6 {
        models.chat(&request("b", "bad")).await.expect_err("no connection");
    }
    assert_eq!(
        models.chat(&request("b", "bad")).await.err(),
        Some(ModelError::CircuitOpen)
    );
    for (tenant, model) in [("a", "bad"), ("b", "good")] {
        let error = models.chat(&request(tenant, model)).await.expect_err("no connection");
        assert_eq!(
            error,
            ModelError::Unavailable("no connection".into()),
            "{tenant}, {model}"
        );
    }
}

#[tokio::test]
async fn answers_that_cannot_be_used_do_not_open_the_circuit() {
    let server = answering(vec![ok(completion(" "))]).await;
    let models = models(&server.uri());
    for _ in 0..10 {
        let error = models.chat(&chat_request()).await.expect_err("empty");
        assert!(matches!(error, ModelError::Malformed(_)), "{error:?}");
    }
    let server = answering(vec![ResponseTemplate::new(429)]).await;
    let models = self::models(&server.uri());
    for _ in 0..10 {
        assert_eq!(models.chat(&chat_request()).await.err(), Some(ModelError::Busy(429)));
    }
}

#[tokio::test]
async fn invalid_answer_is_malformed_and_not_retried() {
    let declined = json!({"choices": [{"message": {"content": null, "refusal": "No."}}]});
    for answer in [
        ok(json!({})),
        ok(json!({"choices": []})),
        ok(declined),
        ok(completion("")),
        ResponseTemplate::new(200).set_body_string("<html>"),
    ] {
        let server = answering(vec![answer]).await;
        let error = models(&server.uri())
            .chat(&chat_request())
            .await
            .expect_err("no answer");
        assert!(matches!(error, ModelError::Malformed(_)), "{error:?}");
        assert_eq!(request_count(&server).await, 1);
    }
}

#[tokio::test]
async fn answer_without_usage_has_no_tokens() {
    let server = answering(vec![ok(json!({"choices": [{"message": {"content": "Hello."}}]}))]).await;
    let answer = models(&server.uri()).chat(&chat_request()).await.expect("an answer");
    assert_eq!((answer.tokens, answer.model.as_str()), (None, "small"));
}

#[tokio::test]
async fn server_fault_is_retried() {
    for fault in [
        ResponseTemplate::new(500),
        ResponseTemplate::new(529),
        ResponseTemplate::new(429).insert_header("retry-after", "0.001"),
    ] {
        let server = answering(vec![fault.clone(), fault, ok(completion("Hello."))]).await;
        models(&server.uri())
            .chat(&chat_request())
            .await
            .expect("the third time");
    }
    let server = Script::start(vec![Vec::new()]).await;
    let error = models(&server.url).chat(&chat_request()).await.expect_err("never");
    assert!(matches!(error, ModelError::Unavailable(_)), "{error:?}");
    assert_eq!(server.connections(), 3);
}

#[tokio::test]
async fn refusal_is_not_retried_and_contains_nothing_of_the_request() {
    let body = json!({"error": {"message": "Incorrect API key provided: hunter2", "code": "invalid_api_key"}});
    let server = answering(vec![ResponseTemplate::new(401).set_body_json(body)]).await;
    let error = models(&server.uri()).chat(&chat_request()).await.expect_err("refused");
    assert_eq!(error, ModelError::Refused(401));
    assert_eq!(error.to_string(), "refused: status 401");
    assert_eq!(request_count(&server).await, 1);
}

#[tokio::test]
async fn retry_beyond_the_time_limit_is_not_attempted() {
    let server = answering(vec![ResponseTemplate::new(429).insert_header("retry-after", "61")]).await;
    let error = models(&server.uri()).chat(&chat_request()).await.expect_err("too long");
    assert_eq!(error, ModelError::Busy(429));
    assert_eq!(request_count(&server).await, 1);
}

#[tokio::test(start_paused = true)]
async fn slow_answer_times_out() {
    let server = answering(vec![ok(completion("Hello.")).set_delay(Duration::from_mins(10))]).await;
    let error = models(&server.uri()).chat(&chat_request()).await.expect_err("too late");
    assert_eq!(error, ModelError::Timeout);
}

#[tokio::test]
async fn circuit_opens_after_failures_of_one_surface_only() {
    let models = models(&nowhere().await);
    for _ in 0..5 {
        let error = models.chat(&chat_request()).await.expect_err("no connection");
        assert_eq!(error, ModelError::Unavailable("no connection".into()));
    }
    assert_eq!(
        models.chat(&chat_request()).await.expect_err("circuit open"),
        ModelError::CircuitOpen
    );
    let speech = models.speak(&words()).await.expect_err("no connection");
    assert!(matches!(speech, ModelError::Unavailable(_)), "{speech:?}");
}

#[tokio::test]
async fn refusals_do_not_open_the_circuit() {
    let server = answering(vec![ResponseTemplate::new(400)]).await;
    let models = models(&server.uri());
    for _ in 0..10 {
        assert_eq!(
            models.chat(&chat_request()).await.expect_err("refused"),
            ModelError::Refused(400)
        );
    }
    assert_eq!(request_count(&server).await, 10, "no request is sent twice");
}

fn recording() -> TranscriptionRequest {
    TranscriptionRequest {
        tenant: "default".into(),
        audio: b"RIFF....WAVE".to_vec().into(),
        file_name: "RE1.wav".into(),
        content_type: "audio/wav".into(),
        language: Some("hi-IN".into()),
        timeout: LONG,
    }
}

#[tokio::test]
async fn transcription_sends_the_recording_with_each_attempt_and_returns_segments() {
    let answer = json!({"text": "Hello.", "language": "english", "duration": 1.5,
        "segments": [{"id": 0, "start": 0.0, "end": 1.25, "text": " Hello."}]});
    let server = answering(vec![ResponseTemplate::new(503), ok(answer)]).await;
    let transcription = models(&server.uri()).transcribe(&recording()).await.expect("words");
    assert_eq!(
        (transcription.engine.as_str(), transcription.duration_s),
        ("whisper-1", Some(1.5))
    );
    assert_eq!(transcription.segments[0].end_ms, Some(1250));
    let requests = server.received_requests().await.expect("recorded");
    assert_eq!(requests.len(), 2);
    for request in &requests {
        assert_eq!(request.url.path(), "/audio/transcriptions");
        let body = String::from_utf8_lossy(&request.body);
        for part in [
            "name=\"file\"; filename=\"RE1.wav\"\r\nContent-Type: audio/wav",
            "RIFF....WAVE",
            "name=\"model\"\r\n\r\nwhisper-1",
            "name=\"response_format\"\r\n\r\nverbose_json",
            "name=\"language\"\r\n\r\nhi\r\n",
        ] {
            assert!(body.contains(part), "{part:?} is not in {body}");
        }
    }
}

#[tokio::test]
async fn model_is_loaded_once_and_not_again_while_it_is_in_use() {
    let server = answering(vec![ok(completion("Hi"))]).await;
    let models = models(&server.uri());
    tokio::join!(models.warm_up(None), models.warm_up(None));
    assert_eq!(request_count(&server).await, 1);
    let request = sent(&server).await;
    assert_eq!(
        (&request["model"], &request["max_tokens"]),
        (&json!("small"), &json!(1))
    );
    models.warm_up(Some("other")).await;
    assert_eq!(request_count(&server).await, 2);
    models.chat(&chat_request()).await.expect("an answer");
    models.warm_up(None).await;
    assert_eq!(request_count(&server).await, 3);
}

#[tokio::test]
async fn model_that_does_not_load_stops_no_request() {
    let server = answering(vec![ResponseTemplate::new(500)]).await;
    let failing = models(&server.uri());
    for model in ["a", "b", "c", "d", "e", "f", "small"] {
        failing.warm_up(Some(model)).await;
    }
    let error = failing.chat(&chat_request()).await.expect_err("unavailable");
    assert_eq!(error, ModelError::Unavailable("status 500".into()));
}

#[tokio::test]
async fn refused_language_is_left_out_and_remembered() {
    let refuses_language = |request: &wiremock::Request| {
        if String::from_utf8_lossy(&request.body).contains("name=\"language\"") {
            ResponseTemplate::new(400)
        } else {
            ok(json!({"text": "Hello."}))
        }
    };
    let server = MockServer::start().await;
    Mock::given(any()).respond_with(refuses_language).mount(&server).await;
    let models = models(&server.uri());
    for requests in [2, 3] {
        let telugu = TranscriptionRequest {
            language: Some("te-IN".into()),
            ..recording()
        };
        assert_eq!(models.transcribe(&telugu).await.expect("words").text, "Hello.");
        assert_eq!(request_count(&server).await, requests);
    }
    // What is refused without a language too is refused for another reason, and is not remembered.
    let refusing = answering(vec![ResponseTemplate::new(400)]).await;
    let models = self::models(&refusing.uri());
    for requests in [2, 4] {
        let error = models.transcribe(&recording()).await.expect_err("refused");
        assert_eq!(
            (error, request_count(&refusing).await),
            (ModelError::Refused(400), requests)
        );
    }
}

#[tokio::test]
async fn language_is_sent_by_the_name_and_code_that_the_model_knows() {
    for (model, tag, part) in [
        ("whisper-1", "nb-NO", "name=\"language\"\r\n\r\nno\r\n"),
        ("gpt-transcribe", "hi-IN", "name=\"languages[]\"\r\n\r\nhi\r\n"),
    ] {
        let server = answering(vec![ok(json!({"text": "Hello."}))]).await;
        let options = ModelsOptions {
            transcription: model.into(),
            ..options(&server.uri(), ChatProvider::OpenAi)
        };
        let request = TranscriptionRequest {
            language: Some(tag.into()),
            ..recording()
        };
        Models::new(options)
            .expect("models")
            .transcribe(&request)
            .await
            .expect("words");
        let requests = server.received_requests().await.expect("recorded");
        let body = String::from_utf8_lossy(&requests[0].body).into_owned();
        assert!(body.contains(part), "{part:?} is not in {body}");
    }
}

#[tokio::test]
async fn without_a_speech_model_nothing_is_sent() {
    let server = answering(vec![ok(json!({}))]).await;
    let options = ModelsOptions {
        speech: None,
        ..options(&server.uri(), ChatProvider::OpenAi)
    };
    let error = Models::new(options)
        .expect("models")
        .speak(&words())
        .await
        .expect_err("none");
    assert_eq!((error, request_count(&server).await), (ModelError::NotConfigured, 0));
}

fn words() -> SpeechRequest {
    SpeechRequest {
        tenant: "default".into(),
        text: "Hello.".into(),
        voice: "alloy".into(),
        media_type: MediaType::Mp3,
        timeout: LONG,
    }
}

#[tokio::test]
async fn speech_returns_audio_and_other_content_is_malformed() {
    let sound = ResponseTemplate::new(200).set_body_raw(b"ID3sound".to_vec(), "audio/mpeg");
    let server = answering(vec![sound]).await;
    let speech = models(&server.uri()).speak(&words()).await.expect("sound");
    assert_eq!(
        (&speech.audio[..], speech.media_type),
        (&b"ID3sound"[..], MediaType::Mp3)
    );
    let expected = json!({"model": "tts-1", "input": "Hello.", "voice": "alloy", "response_format": "mp3"});
    assert_eq!(sent(&server).await, expected);
    for answer in [
        ResponseTemplate::new(200).set_body_raw(b"<html>".to_vec(), "text/html"),
        ResponseTemplate::new(200).set_body_raw(Vec::new(), "audio/mpeg"),
    ] {
        let server = answering(vec![answer]).await;
        let error = models(&server.uri()).speak(&words()).await.expect_err("no sound");
        assert!(matches!(error, ModelError::Malformed(_)));
    }
}

#[test]
fn debug_of_the_models_hides_the_key() {
    assert!(!format!("{:?}", models("http://localhost:1")).contains("hunter2"));
}
