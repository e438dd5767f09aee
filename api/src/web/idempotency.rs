//! `Idempotency-Key`: requests with the same key are one command.
//!
//! A key is scoped to one user, method and path, so that users cannot collide, and a reused key on another endpoint is
//! another command. The request's fingerprint is kept with the key: the same key with another body is 422 `key-reused`.

use super::body::MAX_BODY_BYTES;
use crate::error::ApiError;
use axum::extract::{FromRequestParts, Request};
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use domain::Decide;
use infra::ledger::{Executed, Ledger, Outcome};
use sha2::{Digest as _, Sha256};

/// Name of the request header.
pub const HEADER: &str = "idempotency-key";
/// Maximum length of a key, in characters.
const MAX_KEY_CHARS: usize = 255;
/// Maximum number of commands of one request.
const MAX_PARTS: usize = 8;

/// The client's key, if it sent one, and the endpoint.
#[derive(Clone, Debug)]
pub struct CommandKey {
    endpoint: String,
    key: Option<String>,
    fingerprint: Option<String>,
}

/// The command key of a request, and the digest of the request.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestKey {
    pub key: String,
    pub fingerprint: Option<String>,
}

/// The digest of a request with a key, which [`fingerprint`] leaves for the extractor.
#[derive(Clone, Debug)]
struct Fingerprint(String);

/// Computes the digest of a request that has a key: of its method, path, query and body. Two JSON bodies that differ only
/// in spaces or in the order of fields are the same.
pub async fn fingerprint(mut request: Request, next: Next) -> Response {
    if !request.headers().contains_key(HEADER) {
        return next.run(request).await;
    }
    let (mut parts, body) = request.into_parts();
    let Ok(body) = axum::body::to_bytes(body, MAX_BODY_BYTES).await else {
        return ApiError::TooLarge.into_response();
    };
    let json = serde_json::from_slice::<serde_json::Value>(&body).ok();
    let canonical = json.map_or_else(|| body.to_vec(), |json| json.to_string().into_bytes());
    let mut digest = Sha256::new();
    digest.update(format!("{} {}\n", parts.method, parts.uri));
    digest.update(&canonical);
    parts
        .extensions
        .insert(Fingerprint(const_hex::encode(digest.finalize())));
    request = Request::from_parts(parts, axum::body::Body::from(body));
    next.run(request).await
}

impl CommandKey {
    /// The command key of this request for this user.
    #[must_use]
    pub fn of(&self, user_id: &str) -> Option<RequestKey> {
        self.key.as_ref().map(|key| RequestKey {
            key: format!("user:{user_id}:{}:{key}", self.endpoint),
            fingerprint: self.fingerprint.clone(),
        })
    }

    /// Refuses the key if one of the commands of a request with several was executed for another request. A request whose
    /// first command had no effect leaves only the keys of the later ones.
    ///
    /// # Errors
    /// 422 `key-reused`, or when the ledger cannot be read.
    pub async fn ensure_not_reused(&self, ledger: &Ledger, user_id: &str) -> Result<(), ApiError> {
        if self.key.is_none() {
            return Ok(());
        }
        for request in (0..MAX_PARTS).filter_map(|part| self.part(part).of(user_id)) {
            ledger
                .executed_before(&request.key, request.fingerprint.as_deref())
                .await?;
        }
        Ok(())
    }

    /// The key of one of several commands of a request.
    #[must_use]
    pub fn part(&self, part: usize) -> Self {
        Self {
            endpoint: format!("{}#{part}", self.endpoint),
            key: self.key.clone(),
            fingerprint: self.fingerprint.clone(),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for CommandKey {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _state: &S) -> Result<Self, ApiError> {
        let key = match parts.headers.get(HEADER) {
            None => None,
            Some(value) => match value.to_str() {
                Ok(key)
                    if (1..=MAX_KEY_CHARS).contains(&key.len()) && key.bytes().all(|byte| byte.is_ascii_graphic()) =>
                {
                    Some(key.to_owned())
                }
                _ => {
                    return Err(ApiError::parameter(
                        "Idempotency-Key",
                        format!("must be 1 to {MAX_KEY_CHARS} visible ASCII characters without spaces"),
                    ));
                }
            },
        };
        Ok(Self {
            endpoint: format!("{} {}", parts.method, parts.uri.path()),
            key,
            fingerprint: parts.extensions.get::<Fingerprint>().map(|it| it.0.clone()),
        })
    }
}

/// The ID that a creating command assigned: the new one, or for a repeated command the one assigned the first time.
///
/// # Errors
/// When the key was used for another kind of resource, or the ledger cannot be read.
pub async fn stream_of_first<A: Decide>(
    ledger: &Ledger,
    executed: &Executed<A>,
    new: String,
) -> Result<String, ApiError> {
    if executed.outcome != Outcome::Duplicate {
        return Ok(new);
    }
    let events = ledger.read_all(executed.position - 1, 1).await?;
    let first = events.first().filter(|event| event.position == executed.position);
    let first = first
        .filter(|event| event.stream.aggregate_type == A::TYPE)
        .ok_or(ApiError::KeyReused)?;
    Ok(first.stream.aggregate_id.clone())
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
    async fn key_is_scoped_to_user_and_endpoint() {
        let here = key("/api/contacts", Some("k")).await.expect("a key");
        let there = key("/api/agents", Some("k")).await.expect("a key");
        assert_ne!(here.of("user_1"), here.of("user_2"));
        assert_ne!(here.of("user_1"), there.of("user_1"));
        assert_eq!(key("/api/contacts", None).await.expect("none").of("user_1"), None);
    }

    #[tokio::test]
    async fn malformed_key_is_refused() {
        for value in ["", "a b", &"x".repeat(256)] {
            assert!(key("/api/contacts", Some(value)).await.is_err());
        }
    }
}
