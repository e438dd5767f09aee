//! Tokens: 256 random bits. Only their hash is stored.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use infra::clock::random_bytes;
use infra::secret::Secret;
use sha2::{Digest as _, Sha256};

/// The purpose of a token. Its prefix names it, so that secret scanners recognize a leaked token.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// Login session, in a browser's cookie.
    Session,
    /// API token of a program.
    Api,
    /// Registration of an invited user.
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

/// Creates a token.
#[must_use]
pub fn new(kind: Kind) -> Secret {
    Secret::new(format!(
        "{}{}",
        kind.prefix(),
        URL_SAFE_NO_PAD.encode(random_bytes::<32>())
    ))
}

/// The stored hash of a token; `None` if the text is not a token of this kind. Looking a hash up reveals nothing by its
/// timing, because an attacker cannot choose the hash.
#[must_use]
pub fn hash(kind: Kind, token: &str) -> Option<String> {
    let is_well_formed = token.starts_with(kind.prefix()) && token.len() < 100;
    is_well_formed.then(|| const_hex::encode(Sha256::digest(token.as_bytes())))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn token_hashes_as_its_own_kind_only() {
        let token = new(Kind::Session);
        assert_eq!(hash(Kind::Session, token.expose()).map(|hash| hash.len()), Some(64));
        assert_eq!(hash(Kind::Api, token.expose()), None);
        assert_ne!(token, new(Kind::Session));
    }
}
