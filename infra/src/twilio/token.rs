//! Access tokens, which let a browser place and receive calls through Twilio's Voice SDK.
//!
//! A token is a JWT signed with an API key's secret (<https://www.twilio.com/docs/iam/access-tokens>). Its holder can
//! place calls at our cost until it expires, so it is valid for one hour and for one identity.

use crate::secret::Secret;
use domain::Timestamp;
use jsonwebtoken::{Algorithm, EncodingKey, Header};
use serde::Serialize;

/// Validity of a token, in seconds.
pub const LIFETIME_S: i64 = 60 * 60;
/// JWT content type of Twilio's access tokens, version 1.
const CONTENT_TYPE: &str = "twilio-fpa;v=1";

/// Credentials for issuing tokens.
#[derive(Clone, Debug)]
pub struct TokenMaker {
    /// `AC...`
    pub account_sid: String,
    /// `SK...`
    pub api_key: String,
    pub api_secret: Secret,
    /// `AP...`: the TwiML application for outgoing calls of browsers. `None` if browsers cannot place calls.
    pub twiml_app_sid: Option<String>,
}

/// A token for one browser.
#[derive(Clone, Debug)]
pub struct AccessToken {
    pub jwt: Secret,
    /// Client identity; calls to `client:<identity>` ring this browser.
    pub identity: String,
    pub expires_at: Timestamp,
}

/// A token cannot be issued.
#[derive(Debug, thiserror::Error)]
pub enum TokenError {
    /// The identity is invalid (<https://www.twilio.com/docs/voice/twiml/client>).
    #[error("an identity must consist of 1 to 121 letters, digits or _")]
    Identity,
    /// Signing failed.
    #[error("the access token cannot be signed")]
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
    /// Issues a token for `identity`, valid from `now` for [`LIFETIME_S`]. `incoming` allows incoming calls.
    ///
    /// # Errors
    /// [`TokenError::Identity`] when the identity is invalid.
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
    fn invalid_identity_is_rejected() {
        let now = Timestamp::from_seconds(1_800_000_000);
        for identity in ["", "ada@example.com", "ada lovelace", "ada-1", "ä", &"a".repeat(122)] {
            let token = maker().token(identity, true, now);
            assert!(matches!(token, Err(TokenError::Identity)), "{identity}");
        }
        assert!(maker().token("user_0193a5c2", true, now).is_ok());
    }

    #[test]
    fn token_expires_one_hour_after_the_second_of_issue() {
        let token = maker()
            .token("ada", true, Timestamp(1_800_000_000_999_999))
            .expect("a token");
        assert_eq!(token.expires_at, Timestamp::from_seconds(1_800_003_600));
    }

    #[test]
    fn debug_output_contains_neither_secret_nor_token() {
        let token = maker().token("ada", true, Timestamp::from_seconds(1)).expect("a token");
        let shown = format!("{:?} {token:?}", maker());
        assert!(
            !shown.contains("hunter2") && !shown.contains(token.jwt.expose()),
            "{shown}"
        );
    }
}
