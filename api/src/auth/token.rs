//! Tokens: 256 random bits that only their owner has; here there is their hash.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use infra::clock::random_bytes;
use infra::config::Secret;
use sha2::{Digest as _, Sha256};

/// What a token is for; its first letters say so, and a scanner that finds one in a repository knows whose it is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// In a browser's cookie.
    Session,
    /// For a program.
    Api,
    /// For somebody who is to register.
    Invitation,
}

impl Kind {
    const fn prefix(self) -> &'static str {
        match self {
            Self::Session => "cls_",
            Self::Api => "clt_",
            Self::Invitation => "cli_",
        }
    }
}

/// A new token.
#[must_use]
pub fn new(kind: Kind) -> Secret {
    Secret::new(format!(
        "{}{}",
        kind.prefix(),
        URL_SAFE_NO_PAD.encode(random_bytes::<32>())
    ))
}

/// The hash by which a token of this kind is known; nothing for a text that cannot be one. Looking a hash up tells an
/// attacker nothing by its timing: they cannot choose the hash.
#[must_use]
pub fn hash(kind: Kind, token: &str) -> Option<String> {
    let looks_like_one = token.starts_with(kind.prefix()) && token.len() < 100;
    looks_like_one.then(|| crate::web::hex(&Sha256::digest(token.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_is_known_by_its_hash_and_only_as_its_kind() {
        let token = new(Kind::Session);
        assert_eq!(hash(Kind::Session, token.expose()).map(|hash| hash.len()), Some(64));
        assert_eq!(hash(Kind::Api, token.expose()), None);
        assert_ne!(token, new(Kind::Session));
    }
}
