//! Our access tokens, judged by Twilio's own package.

use crate::peers::Peer;
use infra::clock::{Clock as _, SystemClock};
use infra::config::Secret;
use infra::twilio::token::TokenMaker;
use serde_json::{Value, json};

const SECRET: &str = "a secret of thirty-two characters";

fn maker() -> TokenMaker {
    TokenMaker {
        account_sid: "AC00000000000000000000000000000001".into(),
        api_key: "SK00000000000000000000000000000001".into(),
        api_secret: Secret::new(SECRET),
        twiml_app_sid: Some("AP00000000000000000000000000000001".into()),
    }
}

fn twilio_says(question: &Value) -> Value {
    Peer::start("access_token.py").ask(&question.to_string())
}

#[test]
fn twilios_package_reads_from_our_token_what_it_writes_into_its_own() {
    let now = SystemClock.now();
    let token = maker().token("user_1", true, now).expect("a token");
    let ours = twilio_says(&json!({"read": token.jwt.expose(), "secret": SECRET}));
    let theirs = twilio_says(&json!({
        "make": {
            "account_sid": maker().account_sid,
            "api_key": maker().api_key,
            "application_sid": maker().twiml_app_sid,
            "identity": "user_1",
        },
        "secret": SECRET,
    }));
    assert_eq!(ours["headers"], theirs["headers"]);
    // Made at another second; everything else is the same.
    let (mut our_claims, mut their_claims) = (ours["payload"].clone(), theirs["payload"].clone());
    for claims in [&mut our_claims, &mut their_claims] {
        let begins = claims["nbf"].as_i64().expect("a time");
        assert_eq!(claims["exp"], begins + 3600);
        let id = claims["jti"].as_str().expect("an identifier");
        let (key, made) = id.rsplit_once('-').expect("key and time");
        assert_eq!(key, maker().api_key);
        assert!((begins - made.parse::<i64>().expect("a time")).abs() <= 1);
        for name in ["nbf", "exp", "jti"] {
            claims.as_object_mut().expect("claims").remove(name);
        }
    }
    assert_eq!(our_claims, their_claims);
}

#[test]
fn twilios_package_refuses_our_token_under_another_secret_and_after_its_hour() {
    let refusal = |token: &str, secret: &str| {
        let answer = twilio_says(&json!({"read": token, "secret": secret}));
        answer["refused"].as_str().map(str::to_owned).unwrap_or_default()
    };
    let now = SystemClock.now();
    let token = maker().token("user_1", true, now).expect("a token");
    let other = refusal(token.jwt.expose(), "another secret of thirty-two chars");
    assert!(other.contains("Signature"), "{other}");
    let old = now.plus_seconds(-3700);
    let token = maker().token("user_1", true, old).expect("a token");
    let late = refusal(token.jwt.expose(), SECRET);
    assert!(late.contains("expired"), "{late}");
}
