//! Links that open one recording for an hour: a JWT that names it, signed with a key of our own.
//!
//! Whoever has the link needs no session, so that a browser's player can fetch parts of the sound; it says nothing about
//! the call but its identifier. Every process that has the same auth token opens the links of every other.

use crate::config::Secret;
use domain::Timestamp;
use hkdf::Hkdf;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey, Header, Validation};
use serde::{Deserialize, Serialize};
use sha2::Sha256;

/// How long a link works, in seconds.
pub const LIFETIME_S: i64 = 60 * 60;
/// What the key is for: a token of another kind is no link.
const PURPOSE: &str = "call-ledger/recording-link/v1";

/// Makes and opens links.
pub struct RecordingLinks {
    making: EncodingKey,
    opening: DecodingKey,
}

/// What a link opens.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Opens {
    /// The call.
    pub call: String,
    /// Twilio's name of the recording.
    pub recording: String,
    /// Its name in the blob store.
    pub key: String,
    /// Until when, in seconds since 1970.
    pub exp: i64,
}

/// A link that does not open anything: it is over, of another's making, or no link at all.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("the link is over, or none of ours")]
pub struct NoLink;

impl RecordingLinks {
    /// Links whose key follows from a secret that all processes share.
    #[must_use]
    #[expect(clippy::missing_panics_doc, reason = "32 bytes are never too many for HKDF")]
    pub fn new(secret: &Secret) -> Self {
        let mut key = [0; 32];
        Hkdf::<Sha256>::new(None, secret.expose().as_bytes())
            .expand(PURPOSE.as_bytes(), &mut key)
            .expect("32 bytes are not too many");
        Self {
            making: EncodingKey::from_secret(&key),
            opening: DecodingKey::from_secret(&key),
        }
    }

    /// A token that opens a recording for an hour from now.
    ///
    /// # Errors
    /// When it cannot be signed.
    pub fn make(
        &self,
        call: &str,
        recording: &str,
        key: &str,
        now: Timestamp,
    ) -> Result<(String, Timestamp), jsonwebtoken::errors::Error> {
        let until = now.plus_seconds(LIFETIME_S);
        let opens = Opens {
            call: call.to_owned(),
            recording: recording.to_owned(),
            key: key.to_owned(),
            exp: until.as_micros() / 1_000_000,
        };
        let token = jsonwebtoken::encode(&Header::new(Algorithm::HS256), &opens, &self.making)?;
        Ok((token, until))
    }

    /// What a token opens now.
    ///
    /// # Errors
    /// When it opens nothing.
    pub fn open(&self, token: &str, now: Timestamp) -> Result<Opens, NoLink> {
        // The library would look at the system's clock; ours comes in with the question.
        let mut validation = Validation::new(Algorithm::HS256);
        validation.validate_exp = false;
        validation.required_spec_claims.clear();
        let opens = jsonwebtoken::decode::<Opens>(token, &self.opening, &validation).map_err(|_| NoLink)?;
        let is_over = opens.claims.exp <= now.as_micros() / 1_000_000;
        if is_over { Err(NoLink) } else { Ok(opens.claims) }
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
    fn a_link_opens_its_recording_for_an_hour() {
        let (token, until) = links("a")
            .make("CA1", "RE1", "default/CA1/ai-RE1.wav", NOW)
            .expect("a link");
        assert_eq!(until, NOW.plus_seconds(3_600));
        let opens = links("a").open(&token, NOW.plus_seconds(3_599)).expect("still open");
        assert_eq!(
            (opens.call.as_str(), opens.key.as_str()),
            ("CA1", "default/CA1/ai-RE1.wav")
        );
        assert_eq!(links("a").open(&token, NOW.plus_seconds(3_600)), Err(NoLink));
    }

    #[test]
    fn anothers_link_opens_nothing() {
        let (token, _) = links("a").make("CA1", "RE1", "k.wav", NOW).expect("a link");
        assert_eq!(links("b").open(&token, NOW), Err(NoLink));
        let mut changed = token.clone();
        changed.replace_range(token.len() - 2.., "AA");
        assert_eq!(links("a").open(&changed, NOW), Err(NoLink));
        for nonsense in ["", "a.b.c", "eyJhbGciOiJub25lIn0.e30."] {
            assert_eq!(links("a").open(nonsense, NOW), Err(NoLink), "{nonsense}");
        }
    }
}
