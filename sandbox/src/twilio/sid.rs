//! Identifiers in Twilio's format, derived from a seed: the same seed gives the same calls in every run, with and
//! without chaos.

use sha1::{Digest as _, Sha1};

/// Derives the identifiers of one scope (a call, a review): the same scope and label give the same identifier.
#[derive(Debug, Clone)]
pub struct Mint {
    scope: String,
}

impl Mint {
    /// A generator for a scope, which must contain everything that distinguishes it: seed, day, call.
    pub fn new(scope: impl Into<String>) -> Self {
        Self { scope: scope.into() }
    }

    /// A SID: two letters for the type (`CA`, `RE`, `CF`, ...) and 32 hexadecimal digits.
    #[must_use]
    pub fn sid(&self, prefix: &str, label: &str) -> String {
        format!(
            "{prefix}{}",
            uuid::Uuid::from_bytes(self.bytes(&format!("{prefix} {label}"))).simple()
        )
    }

    /// A token formatted as a UUID, as in `I-Twilio-Idempotency-Token`.
    #[must_use]
    pub fn token(&self, label: &str) -> String {
        uuid::Builder::from_random_bytes(self.bytes(label))
            .into_uuid()
            .to_string()
    }

    /// A seed for a random number generator.
    #[must_use]
    pub fn seed(&self, label: &str) -> u64 {
        let (seed, _) = uuid::Uuid::from_bytes(self.bytes(label)).as_u64_pair();
        seed
    }

    fn bytes(&self, label: &str) -> [u8; 16] {
        let digest: [u8; 20] = Sha1::new()
            .chain_update(self.scope.as_bytes())
            .chain_update([0])
            .chain_update(label.as_bytes())
            .finalize()
            .into();
        *digest.first_chunk().expect("a SHA-1 digest has more than 16 bytes")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sid_has_its_prefix_and_32_hexadecimal_digits() {
        let sid = Mint::new("1").sid("CA", "call");
        assert!(sid.starts_with("CA") && sid.len() == 34, "{sid}");
        assert!(
            sid[2..].chars().all(|c| c.is_ascii_digit() || ('a'..='f').contains(&c)),
            "{sid}"
        );
    }

    #[test]
    fn sids_of_different_types_differ_for_the_same_label() {
        let mint = Mint::new("1");
        assert_ne!(mint.sid("RE", "ai")[2..], mint.sid("TR", "ai")[2..]);
    }

    #[test]
    fn identifier_depends_on_scope_and_label() {
        assert_eq!(Mint::new("1").token("x"), Mint::new("1").token("x"));
        assert_ne!(Mint::new("1").token("x"), Mint::new("1").token("y"));
        assert_ne!(Mint::new("1").token("x"), Mint::new("2").token("x"));
        assert_ne!(Mint::new("1").token("2x"), Mint::new("12").token("x"));
    }
}
