//! Links to one recording, valid for an hour: a JWT signed with a key derived from a shared secret.
//!
//! A link works without a login session, so that a browser's player can fetch byte ranges. It reveals only identifiers.
//! All processes with the same auth token accept each other's links.

use crate::secret::Secret;
use domain::Timestamp;
use hkdf::Hkdf;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// The lifetime of a link, in seconds.
pub const LIFETIME_S: i64 = 60 * 60;
/// HKDF info that separates this key from other uses of the secret.
const PURPOSE: &str = "call-ledger/recording-link/v1";

/// Signs and verifies links.
pub struct RecordingLinks {
    encoding: EncodingKey,
    decoding: DecodingKey,
}

/// The claims of a link.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct LinkClaims {
    /// The call identifier.
    pub call: String,
    /// The `RecordingSid`.
    pub recording: String,
    /// The blob key.
    pub key: String,
    /// Expiry, in seconds since 1970.
    pub exp: i64,
}

/// The link is expired, has a wrong signature or is malformed.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link is expired or invalid")]
pub struct InvalidLink;

impl RecordingLinks {
    /// Derives the signing key from a secret that all processes share.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "HKDF supports 32 bytes")]
    pub fn new(secret: &Secret) -> Self {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, secret.expose().as_bytes())
            .expand(PURPOSE.as_bytes(), &mut key)
            .expect("HKDF supports 32 bytes");
        Self {
            encoding: EncodingKey::from_secret(&key),
            decoding: DecodingKey::from_secret(&key),
        }
    }

    /// A token for a recording, valid for an hour from `now`, and its expiry.
    ///
    /// # Errors
    /// When signing fails.
    pub fn sign(
        &self,
        call: &str,
        recording: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<(String, Timestamp), jsonwebtoken::errors::Error> {
        let until = now.plus_seconds(LIFETIME_S);
        let claims = LinkClaims {
            call: call.to_owned(),
            recording: recording.to_owned(),
            key: key.to_owned(),
            exp: until.as_micros() / 1_000_000,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &claims, &self.encoding)?;
        Ok((token, until))
    }

    /// The claims of a token that is valid at `now`.
    ///
    /// # Errors
    /// When the token is expired or invalid.
    pub fn verify(&self, token: &str, now: Timestamp) -> Result<LinkClaims, InvalidLink> {
        // Expiry is checked below against `now`: the library would use the system clock.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let decoded =
            jsonwebtoken::decode::<LinkClaims>(token, &self.decoding, &validation).map_err(|_| InvalidLink)?;
        let is_expired = decoded.claims.exp <= now.as_micros() / 1_000_000;
        if is_expired {
            Err(InvalidLink)
        } else {
            Ok(decoded.claims)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const NOW: Timestamp = Timestamp(1_774_620_000_000_000);

    fn links(secret: &str) -> RecordingLinks {
        RecordingLinks::new(&Secret::new(secret))
    }

    #[test]
    fn link_is_valid_for_an_hour() {
        let (token, until) = links("a")
            .sign("CA1", "RE1", "default/CA1/ai-RE1.wav", NOW)
            .expect("a link");
        assert_eq!(until, NOW.plus_seconds(3_600));
        let claims = links("a").verify(&token, NOW.plus_seconds(3_599)).expect("still open");
        assert_eq!(
            (claims.call.as_str(), claims.key.as_str()),
            ("CA1", "default/CA1/ai-RE1.wav")
        );
        assert_eq!(links("a").verify(&token, NOW.plus_seconds(3_600)), Err(InvalidLink));
    }

    #[test]
    fn link_of_another_secret_or_altered_link_is_refused() {
        let (token, _) = links("a").sign("CA1", "RE1", "k.wav", NOW).expect("a link");
        assert_eq!(links("b").verify(&token, NOW), Err(InvalidLink));
        let mut changed = token.clone();
        changed.replace_range(token.len() - 2.., "AA");
        assert_eq!(links("a").verify(&changed, NOW), Err(InvalidLink));
        for nonsense in ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(links("a").verify(nonsense, NOW), Err(InvalidLink), "{nonsense}");
        }
    }
}
