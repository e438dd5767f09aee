//! `Idempotency-Key`: a client's word that two requests are one.
//!
//! A key counts for one user, one method and one path, so that nobody can meet another's key and a reused key on another
//! door is another command.

use crate::error::ApiError;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;

/// The header.
pub const HEADER: &str = "idempotency-key";
const LONGEST: usize = 255;

/// The client's key, if it sent one, and the door it came to.
#[derive(Clone, Debug)]
pub struct CommandKey {
    door: String,
    key: Option<String>,
}

impl CommandKey {
    /// The command key of this request for this user.
    #[must_use]
    pub fn of(&self, user_id: &str) -> Option<String> {
        self.key
            .as_ref()
            .map(|key| format!("user:{user_id}:{}:{key}", self.door))
    }

    /// The key of one of several commands that a request leads to.
    #[must_use]
    pub fn part(&self, part: usize) -> Self {
        Self {
            door: format!("{}#{part}", self.door),
            key: self.key.clone(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CommandKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let key = match parts.headers.get(HEADER) {
            None => None,
            Some(value) => match value.to_str() {
                Ok(key) if (1..=LONGEST).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) => {
                    Some(key.to_owned())
                }
                _ => {
                    return Err(ApiError::parameter(
                        "Idempotency-Key",
                        format!("must be 1 to {LONGEST} visible ASCII characters without spaces"),
                    ));
                }
            },
        };
        Ok(Self {
            door: format!("{} {}", parts.method, parts.uri.path()),
            key,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use axum::http::Request;

    async fn key(path: &str, value: Option<&str>) -> Result<CommandKey, ApiError> {
        let mut request = Request::post(path);
        if let Some(value) = value {
            request = request.header(HEADER, value);
        }
        let (mut parts, ()) = request.body(()).expect("a request").into_parts();
        CommandKey::from_request_parts(&mut parts, &()).await
    }

    #[tokio::test]
    async fn a_key_counts_for_one_user_and_one_door() {
        let here = key("/api/contacts", Some("k")).await.expect("a key");
        let there = key("/api/agents", Some("k")).await.expect("a key");
        assert_ne!(here.of("user_1"), here.of("user_2"));
        assert_ne!(here.of("user_1"), there.of("user_1"));
        assert_eq!(key("/api/contacts", None).await.expect("none").of("user_1"), None);
    }

    #[tokio::test]
    async fn a_key_that_could_not_be_written_down_is_refused() {
        for value in ["", "a b", &"x".repeat(256)] {
            assert!(key("/api/contacts", Some(value)).await.is_err());
        }
    }
}
