//! Access tokens, verified by Twilio's own Python package.

use crate::peers::Peer;
use infra::clock::{Clock as _, SystemClock};
use infra::secret::Secret;
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

fn twilio_package(request: &Value) -> Value {
    Peer::start("access_token.py").ask(&request.to_string())
}

#[test]
fn token_has_the_same_claims_as_one_by_twilios_package() {
    let now = SystemClock.now();
    let token = maker().token("user_1", true, now).expect("a token");
    let own = twilio_package(&json!({"read": token.jwt.expose(), "secret": SECRET}));
    let reference = twilio_package(&json!({
        "make": {
            "account_sid": maker().account_sid,
            "api_key": maker().api_key,
            "application_sid": maker().twiml_app_sid,
            "identity": "user_1",
        },
        "secret": SECRET,
    }));
    assert_eq!(own["headers"], reference["headers"]);
    // The times may differ by a second; everything else is equal.
    let (mut own_claims, mut reference_claims) = (own["payload"].clone(), reference["payload"].clone());
    for claims in [&mut own_claims, &mut reference_claims] {
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
    assert_eq!(own_claims, reference_claims);
}

#[test]
fn token_with_another_secret_or_after_an_hour_is_refused_by_twilios_package() {
    let refusal = |token: &str, secret: &str| {
        let answer = twilio_package(&json!({"read": token, "secret": secret}));
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
