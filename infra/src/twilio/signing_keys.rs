//! [`SigningKeys`]: the auth tokens by which requests of Twilio are verified.

use super::signature::{self, Body};
use crate::secret::Secret;
use std::fmt;
use std::sync::Arc;

/// The auth tokens of the account, and of its subaccounts. During a rotation the account has two.
#[derive(Clone, Debug)]
pub struct SigningKeys(Arc<[SigningKey]>);

/// An auth token.
#[derive(Clone)]
pub struct SigningKey {
    /// `current`, `previous` or `subaccount`; a label of a metric.
    pub name: &'static str,
    token: Secret,
    /// The accounts whose requests it signs. Empty in the sandbox: any.
    pub accounts: Arc<[String]>,
}

impl fmt::Debug for SigningKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("SigningKey")
            .field("name", &self.name)
            .field("accounts", &self.accounts)
            .finish_non_exhaustive()
    }
}

impl SigningKey {
    /// A token that signs the requests of these accounts.
    #[must_use]
    pub fn new(name: &'static str, token: Secret, accounts: impl Into<Arc<[String]>>) -> Self {
        Self {
            name,
            token,
            accounts: accounts.into(),
        }
    }
}

impl SigningKeys {
    /// These tokens.
    #[must_use]
    pub fn new(keys: impl Into<Arc<[SigningKey]>>) -> Self {
        Self(keys.into())
    }

    /// The token that signed this body for this URL.
    #[must_use]
    pub fn verify(&self, url: &str, body: Body<'_>, signature: &str) -> Option<&SigningKey> {
        self.0
            .iter()
            .find(|key| signature::is_valid(&key.token, url, body, signature))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn request_signed_by_any_of_the_tokens_is_verified_by_that_token() {
        let key = |name, token| SigningKey::new(name, Secret::new(token), Vec::new());
        let keys = SigningKeys::new([key("current", "a"), key("previous", "b")]);
        let url = "https://calls.example/twilio/inbound";
        let signed_by = |token| {
            let signature = signature::sign(&Secret::new(token), url, None);
            keys.verify(url, Body::Empty, &signature).map(|key| key.name)
        };
        assert_eq!(signed_by("a"), Some("current"));
        assert_eq!(signed_by("b"), Some("previous"));
        assert_eq!(signed_by("c"), None);
        assert!(!format!("{keys:?}").contains("\"a\""), "{keys:?}");
    }
}
