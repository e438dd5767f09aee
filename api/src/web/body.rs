//! Extractors that answer with a problem document when a body or a parameter cannot be read.

use super::json_tree::{JsonTree, without_quoted};
use crate::error::ApiError;
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

/// Maximum size of a request body, in bytes: enough for an agent's prompt and examples, and for any form of Twilio's.
pub const MAX_BODY_BYTES: usize = 256 * 1024;

/// A JSON body.
#[derive(Clone, Copy, Debug)]
pub struct Body<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequest<S> for Body<T> {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let AnyBody(tree) = AnyBody::from_request(request, state).await?;
        tree.read().map(Self)
    }
}

/// A JSON body of any shape, for handlers that choose its type by its fields.
pub struct AnyBody(pub JsonTree);

impl<S: Send + Sync> FromRequest<S> for AnyBody {
    type Rejection = ApiError;

    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        match Json::<JsonTree>::from_request(request, state).await {
            Ok(Json(tree)) => Ok(Self(tree)),
            Err(rejection) => Err(rejected(&rejection)),
        }
    }
}

fn rejected(rejection: &JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => ApiError::MediaType("application/json"),
        JsonRejection::JsonDataError(_) | JsonRejection::JsonSyntaxError(_) => {
            ApiError::Malformed("it is not JSON".to_owned(), vec![])
        }
        other if other.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed("it is incomplete".to_owned(), vec![]),
    }
}

/// Query parameters.
#[derive(Clone, Copy, Debug)]
pub struct Parameters<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned> FromRequestParts<S> for Parameters<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Query::<T>::from_request_parts(parts, state).await {
            Ok(Query(parameters)) => Ok(Self(parameters)),
            Err(rejection) => {
                let text = rejection.body_text();
                let message = text
                    .split_once("query string: ")
                    .map_or(text.as_str(), |(_, message)| message);
                let (name, message) = match message.split_once(": ") {
                    Some((name, message)) if !name.contains(' ') => (name, message),
                    _ => match message.split('`').nth(1) {
                        Some(name) => (name, message),
                        None => ("query", message),
                    },
                };
                Err(ApiError::parameter(name, without_quoted(message)))
            }
        }
    }
}

/// Path parameters.
#[derive(Clone, Copy, Debug)]
pub struct PathOf<T>(pub T);

impl<S: Send + Sync, T: DeserializeOwned + Send> FromRequestParts<S> for PathOf<T> {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        match Path::<T>::from_request_parts(parts, state).await {
            Ok(Path(parameters)) => Ok(Self(parameters)),
            // Not a number, or not UTF-8: no resource has such a path.
            Err(_) => Err(ApiError::NotFound("resource")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sent_values_are_not_repeated_in_the_message() {
        let message = without_quoted("invalid type: string \"ada@example.org\", expected u16");
        assert_eq!(message, "invalid type: string ..., expected u16");
        let message = without_quoted("unknown variant `ada@example.org`, expected `good` or `needs_improvement`");
        assert_eq!(message, "expected `good` or `needs_improvement`");
    }
}
