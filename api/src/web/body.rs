//! Extractors that answer with a problem document when a body or a parameter cannot be read.

use crate::error::{ApiError, FieldProblem};
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
        match Json::<T>::from_request(request, state).await {
            Ok(Json(body)) => Ok(Self(body)),
            Err(rejection) => Err(rejected(&rejection)),
        }
    }
}

fn rejected(rejection: &JsonRejection) -> ApiError {
    match rejection {
        JsonRejection::MissingJsonContentType(_) => ApiError::MediaType("application/json"),
        // serde's message names the field and the expected type. It quotes a wrong text value, which is removed.
        JsonRejection::JsonDataError(error) => {
            let (path, message) = split_path(&error.body_text());
            ApiError::Invalid(vec![FieldProblem::at(path, message)])
        }
        JsonRejection::JsonSyntaxError(_) => ApiError::Malformed("it is not JSON".to_owned(), vec![]),
        other if other.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed("it is incomplete".to_owned(), vec![]),
    }
}

/// Splits the field path from the message of axum: `Failed to deserialize the JSON body into the target type:
/// hours.days[0]: invalid type: ... at line 1 ...`.
fn split_path(text: &str) -> (String, String) {
    let text = text.split_once("target type: ").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once(" at line ").map_or(text, |(message, _)| message);
    let named = |marker: &str| text.split_once(marker).and_then(|(_, rest)| rest.split('`').next());
    let (path, message) = match text.split_once(": ") {
        Some((path, message)) if !path.contains(' ') => (pointer(path), message),
        _ => (String::new(), text),
    };
    let path = match named("missing field `").or_else(|| named("unknown field `")) {
        // The path of an unknown field ends with the field itself, that of a missing one does not.
        Some(field) if !path.ends_with(&format!("/{field}")) => format!("{path}/{field}"),
        _ => path,
    };
    (path, without_quoted(message))
}

fn pointer(path: &str) -> String {
    if path == "." {
        return String::new();
    }
    path.replace(['[', '.'], "/")
        .replace(']', "")
        .split('/')
        .fold(String::new(), |path, part| {
            if part.is_empty() {
                path
            } else {
                format!("{path}/{part}")
            }
        })
}

/// Removes quoted input from the message: serde quotes a wrong text in double quotes, and an unknown variant in
/// backticks. Both may be personal values.
fn without_quoted(message: &str) -> String {
    let message = match (message.find('"'), message.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}...{}", &message[..first], &message[last + 1..]),
        _ => message.to_owned(),
    };
    match message
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.split_once("`, "))
    {
        Some((_, expected)) => expected.to_owned(),
        None => message,
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

    fn split(message: &str) -> (String, String) {
        split_path(&format!(
            "Failed to deserialize the JSON body into the target type: {message} at line 1 column 9"
        ))
    }

    #[test]
    fn wrong_type_is_reported_with_its_pointer() {
        let (path, _) = split("hours.days[0][1].from: invalid type: string \"x\", expected u16");
        assert_eq!(path, "/hours/days/0/1/from");
    }

    #[test]
    fn missing_or_unknown_field_is_reported_with_its_pointer() {
        assert_eq!(split("x: unknown field `x`, expected `y`").0, "/x");
        assert_eq!(split("missing field `email`").0, "/email");
        assert_eq!(split("settings: missing field `name`").0, "/settings/name");
    }

    #[test]
    fn sent_values_are_not_repeated_in_the_message() {
        let (_, message) = split("email: invalid type: string \"ada@example.org\", expected u16");
        assert_eq!(message, "invalid type: string ..., expected u16");
        let (_, message) = split("grade: unknown variant `ada@example.org`, expected `good` or `needs_improvement`");
        assert_eq!(message, "expected `good` or `needs_improvement`");
    }
}
