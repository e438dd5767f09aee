//! The client of Twilio's REST API: errors, faults and retries.

use crate::script::{Script, nowhere};
use crate::twilio_rest::{answering, call, client, ok, refusal, requests};
use infra::twilio::rest::{Answer, CallUpdate, NewCall, TwilioError};
use serde_json::json;
use std::time::Duration;
use wiremock::ResponseTemplate;

#[tokio::test]
async fn refusal_has_twilios_code_and_no_personal_values() {
    let server = answering(vec![refusal(400, 21211, "Invalid 'To' Phone Number: +15045550123")]).await;
    let new_call = NewCall::new("+15045550100", "+15045550123", Answer::Application("AP1".into()));
    let error = client(&server.uri()).create_call(&new_call).await.expect_err("refused");
    assert!(
        matches!(
            &error,
            TwilioError::Api {
                status: 400,
                code: Some(21211),
                ..
            }
        ),
        "{error:?}"
    );
    assert!(!format!("{error} {error:?}").contains("555"));
    assert_eq!(requests(&server).await.len(), 1, "a refusal is not retried");
}

#[tokio::test]
async fn update_of_an_ended_call_is_already_over() {
    for answer in [
        refusal(400, 21220, "Call is not in-progress. Cannot redirect."),
        refusal(404, 20404, "The requested resource was not found"),
    ] {
        let server = answering(vec![answer]).await;
        let error = client(&server.uri())
            .update_call("CA1", &CallUpdate::HangUp)
            .await
            .expect_err("over");
        assert!(error.is_already_over() && !error.is_safe_to_retry());
    }
}

#[tokio::test]
async fn rate_limited_request_is_retried_even_if_it_creates() {
    for limited in [
        refusal(429, 20429, "Too Many Requests"),
        refusal(429, 20429, "Too Many Requests").insert_header("retry-after", "0"),
        ResponseTemplate::new(429),
    ] {
        let server = answering(vec![limited.clone(), limited, ok(call("queued"))]).await;
        let new_call = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
        client(&server.uri())
            .create_call(&new_call)
            .await
            .expect("the third time");
        assert_eq!(requests(&server).await.len(), 3);
    }
}

#[tokio::test]
async fn retries_are_limited_and_a_long_delay_is_returned_to_the_caller() {
    let server = answering(vec![refusal(429, 20429, "")]).await;
    let error = client(&server.uri()).call("CA1").await.expect_err("still limited");
    assert_eq!(error, TwilioError::RateLimited { retry_after: None });
    assert_eq!(requests(&server).await.len(), 3);
    let server = answering(vec![refusal(429, 20429, "").insert_header("retry-after", "3600")]).await;
    let error = client(&server.uri()).call("CA1").await.expect_err("an hour");
    let retry_after = Some(Duration::from_hours(1));
    assert_eq!(error, TwilioError::RateLimited { retry_after });
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn server_fault_is_retried_only_for_idempotent_requests() {
    let server = answering(vec![ResponseTemplate::new(503), ok(call("ringing"))]).await;
    client(&server.uri()).call("CA1").await.expect("the second time");
    let server = answering(vec![ResponseTemplate::new(500), ResponseTemplate::new(204)]).await;
    client(&server.uri())
        .delete_recording("RE1")
        .await
        .expect("the second time");
    let server = answering(vec![ResponseTemplate::new(503), ok(call("queued"))]).await;
    let new_call = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = client(&server.uri())
        .create_call(&new_call)
        .await
        .expect_err("ambiguous");
    assert!(!error.is_safe_to_retry() && error.status() == Some(503));
    assert_eq!(requests(&server).await.len(), 1, "it may have been placed");
}

#[tokio::test]
async fn broken_connection_is_ambiguous_for_a_new_call() {
    let server = Script::start(vec![Vec::new()]).await;
    let new_call = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = client(&server.url).create_call(&new_call).await.expect_err("no answer");
    assert!(
        matches!(error, TwilioError::Unavailable { ambiguous: true, .. }),
        "{error:?}"
    );
    assert_eq!(server.connections(), 1);
    let error = client(&server.url).call("CA1").await.expect_err("no answer");
    assert!(error.is_safe_to_retry());
    assert_eq!(server.connections(), 1 + 3);
}

#[tokio::test]
async fn failed_connect_is_safe_to_retry() {
    let twilio = client(&nowhere().await);
    let new_call = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = twilio.create_call(&new_call).await.expect_err("no connection");
    assert!(error.is_safe_to_retry(), "{error:?}");
}

#[tokio::test]
async fn slow_response_times_out_and_is_ambiguous() {
    let slow = ok(call("queued")).set_delay(Duration::from_mins(10));
    let server = answering(vec![slow]).await;
    let twilio = client(&server.uri()).with_time_limit(Duration::from_millis(20));
    let new_call = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = twilio.create_call(&new_call).await.expect_err("too late");
    assert!(
        matches!(error, TwilioError::Unavailable { ambiguous: true, .. }),
        "{error:?}"
    );
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn undocumented_response_is_malformed() {
    for answer in [
        ResponseTemplate::new(200).set_body_string("<html>"),
        ok(json!({"sid": 5})),
        ResponseTemplate::new(304),
    ] {
        let server = answering(vec![answer]).await;
        let error = client(&server.uri()).call("CA1").await.expect_err("malformed");
        assert!(matches!(error, TwilioError::Malformed(_)), "{error:?}");
        assert_eq!(requests(&server).await.len(), 1);
    }
}
