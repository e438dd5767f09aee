//! Access tokens, with which a browser calls and is called through Twilio's Voice SDK.
//!
//! A token is a JWT, signed with an API key's secret (<https://www.twilio.com/docs/iam/access-tokens>). Whoever holds it
//! can place calls at our cost until it ends, so it lives for an hour and names one identity.

use crate::config::Secret;
use domain::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// How long a token lives.
pub const LIFETIME_S: i64 = 60 * 60;
/// Says that the token is Twilio's kind, version 1.
const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// What tokens are made with.
#[derive(Clone, Debug)]
pub struct TokenMaker {
    /// `AC...`
    pub account_sid: String,
    /// `SK...`
    pub api_key: String,
    /// The key's secret.
    pub api_secret: Secret,
    /// `AP...`: whom Twilio asks when a browser calls out. `None`: browsers do not.
    pub twiml_app_sid: Option<String>,
}

/// A token for one browser.
#[derive(Clone, Debug)]
pub struct AccessToken {
    /// The token itself.
    pub jwt: Secret,
    /// For whom: `client:<identity>` rings there.
    pub identity: String,
    /// When it ends.
    pub expires_at: Timestamp,
}

/// Why there is no token.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// Twilio takes letters, digits and `_` alone, at most 121 of them
    /// (<https://www.twilio.com/docs/voice/twiml/client>).
    #[error("an identity has letters, digits and _ alone, at most 121 of them")]
    Identity,
    /// It could not be signed.
    #[error("an access token cannot be signed")]
    Signing(#[from] jsonwebtoken::errors::Error),
}

#[derive(Serialize)]
struct Claims<'a> {
    jti: String,
    iss: &'a str,
    sub: &'a str,
    nbf: i64,
    exp: i64,
    grants: Grants<'a>,
}

#[derive(Serialize)]
struct Grants<'a> {
    identity: &'a str,
    voice: Voice<'a>,
}

#[derive(Serialize)]
struct Voice<'a> {
    #[serde(skip_serializing_if = "Option::is_none")]
    incoming: Option<Incoming>,
    #[serde(skip_serializing_if = "Option::is_none")]
    outgoing: Option<Outgoing<'a>>,
}

#[derive(Serialize)]
struct Incoming {
    allow: bool,
}

#[derive(Serialize)]
struct Outgoing<'a> {
    application_sid: &'a str,
}

impl TokenMaker {
    /// A token for `identity`, from `now` on for [`LIFETIME_S`]. `incoming`: whether calls may ring there.
    ///
    /// # Errors
    /// [`TokenError::Identity`] when the identity cannot be one.
    pub fn token(&self, identity: &str, incoming: bool, now: Timestamp) -> Result<AccessToken, TokenError> {
        let well = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_';
        if identity.is_empty() || identity.len() > 121 || !identity.bytes().all(well) {
            return Err(TokenError::Identity);
        }
        let begins = now.as_micros().div_euclid(1_000_000);
        let ends = begins + LIFETIME_S;
        let header = Header {
            cty: Some(CONTENT_TYPE.into()),
            ..Header::new(Algorithm::HS256)
        };
        let claims = Claims {
            jti: format!("{}-{begins}", self.api_key),
            iss: &self.api_key,
            sub: &self.account_sid,
            nbf: begins,
            exp: ends,
            grants: Grants {
                identity,
                voice: Voice {
                    incoming: incoming.then_some(Incoming { allow: true }),
                    outgoing: self
                        .twiml_app_sid
                        .as_deref()
                        .map(|application_sid| Outgoing { application_sid }),
                },
            },
        };
        let key = EncodingKey::from_secret(self.api_secret.expose().as_bytes());
        Ok(AccessToken {
            jwt: Secret::new(jsonwebtoken::encode(&header, &claims, &key)?),
            identity: identity.to_owned(),
            expires_at: Timestamp::from_seconds(ends),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn maker() -> TokenMaker {
        TokenMaker {
            account_sid: "AC1".into(),
            api_key: "SK1".into(),
            api_secret: Secret::new("hunter2"),
            twiml_app_sid: None,
        }
    }

    #[test]
    fn an_identity_that_twilio_would_not_ring_is_refused() {
        let now = Timestamp::from_seconds(1_800_000_000);
        for identity in ["", "ada@example.com", "ada lovelace", "ada-1", "ä", &"a".repeat(122)] {
            let token = maker().token(identity, true, now);
            assert!(matches!(token, Err(TokenError::Identity)), "{identity}");
        }
        assert!(maker().token("user_0193a5c2", true, now).is_ok());
    }

    #[test]
    fn a_token_ends_an_hour_after_the_second_in_which_it_was_made() {
        let token = maker()
            .token("ada", true, Timestamp(1_800_000_000_999_999))
            .expect("a token");
        assert_eq!(token.expires_at, Timestamp::from_seconds(1_800_003_600));
    }

    #[test]
    fn neither_the_secret_nor_the_token_shows_in_debug() {
        let token = maker().token("ada", true, Timestamp::from_seconds(1)).expect("a token");
        let shown = format!("{:?} {token:?}", maker());
        assert!(
            !shown.contains("hunter2") && !shown.contains(token.jwt.expose()),
            "{shown}"
        );
    }
}
