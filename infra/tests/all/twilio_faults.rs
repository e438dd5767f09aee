//! What the client of Twilio's REST API makes of refusals and faults, and what it asks again.

use crate::script::{Script, nowhere};
use crate::twilio_rest::{answering, call, client, ok, refusal, requests};
use infra::twilio::rest::{Answer, CallUpdate, NewCall, TwilioError};
use serde_json::json;
use std::time::Duration;
use wiremock::ResponseTemplate;

#[tokio::test]
async fn a_refusal_has_twilios_code_and_none_of_our_values() {
    let server = answering(vec![refusal(400, 21211, "Invalid 'To' Phone Number: +15045550123")]).await;
    let wanted = NewCall::new("+15045550100", "+15045550123", Answer::Application("AP1".into()));
    let error = client(&server.uri()).create_call(&wanted).await.expect_err("refused");
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
    assert_eq!(requests(&server).await.len(), 1, "a refusal stays one");
}

#[tokio::test]
async fn a_call_that_is_over_says_so() {
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
async fn what_was_never_processed_is_asked_again_even_when_it_creates() {
    for limited in [
        refusal(429, 20429, "Too Many Requests"),
        refusal(429, 20429, "Too Many Requests").insert_header("retry-after", "0"),
        ResponseTemplate::new(429),
    ] {
        let server = answering(vec![limited.clone(), limited, ok(call("queued"))]).await;
        let wanted = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
        client(&server.uri())
            .create_call(&wanted)
            .await
            .expect("the third time");
        assert_eq!(requests(&server).await.len(), 3);
    }
}

#[tokio::test]
async fn asking_again_has_an_end_and_a_long_wait_is_the_callers() {
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
async fn a_fault_of_twilios_is_asked_again_only_where_that_is_harmless() {
    let server = answering(vec![ResponseTemplate::new(503), ok(call("ringing"))]).await;
    client(&server.uri()).call("CA1").await.expect("the second time");
    let server = answering(vec![ResponseTemplate::new(500), ResponseTemplate::new(204)]).await;
    client(&server.uri())
        .delete_recording("RE1")
        .await
        .expect("the second time");
    let server = answering(vec![ResponseTemplate::new(503), ok(call("queued"))]).await;
    let wanted = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = client(&server.uri()).create_call(&wanted).await.expect_err("who knows");
    assert!(!error.is_safe_to_retry() && error.status() == Some(503));
    assert_eq!(requests(&server).await.len(), 1, "it may have been placed");
}

#[tokio::test]
async fn a_connection_that_breaks_leaves_open_whether_a_call_was_placed() {
    let server = Script::start(vec![Vec::new()]).await;
    let wanted = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = client(&server.url).create_call(&wanted).await.expect_err("no answer");
    assert!(
        matches!(error, TwilioError::Unavailable { ambiguous: true, .. }),
        "{error:?}"
    );
    assert_eq!(server.asked(), 1);
    let error = client(&server.url).call("CA1").await.expect_err("no answer");
    assert!(error.is_safe_to_retry());
    assert_eq!(server.asked(), 1 + 3);
}

#[tokio::test]
async fn without_a_connection_nothing_was_done() {
    let twilio = client(&nowhere().await);
    let wanted = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = twilio.create_call(&wanted).await.expect_err("nobody there");
    assert!(error.is_safe_to_retry(), "{error:?}");
}

#[tokio::test]
async fn an_answer_that_takes_too_long_is_not_waited_for() {
    let slow = ok(call("queued")).set_delay(Duration::from_mins(10));
    let server = answering(vec![slow]).await;
    let twilio = client(&server.uri()).with_time_limit(Duration::from_millis(20));
    let wanted = NewCall::new("+1", "+2", Answer::Application("AP1".into()));
    let error = twilio.create_call(&wanted).await.expect_err("too late");
    assert!(
        matches!(error, TwilioError::Unavailable { ambiguous: true, .. }),
        "{error:?}"
    );
    assert_eq!(requests(&server).await.len(), 1);
}

#[tokio::test]
async fn an_answer_that_is_not_as_documented_is_malformed() {
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
