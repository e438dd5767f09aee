//! Extractors that answer with a problem document when a body or a parameter cannot be read.

use crate::error::{ApiError, FieldProblem};
use axum::Json;
use axum::extract::rejection::JsonRejection;
use axum::extract::{FromRequest, FromRequestParts, Path, Query, Request};
use axum::http::request::Parts;
use serde::de::DeserializeOwned;

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
        // serde's words name the field and the expected type; a wrong value that is a text is quoted in them, and so cut.
        JsonRejection::JsonDataError(error) => {
            let (path, words) = split_path(&error.body_text());
            ApiError::Invalid(vec![FieldProblem::at(path, words)])
        }
        JsonRejection::JsonSyntaxError(_) => ApiError::Malformed("it is not JSON".to_owned(), vec![]),
        other if other.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE => ApiError::TooLarge,
        _ => ApiError::Malformed("it did not arrive whole".to_owned(), vec![]),
    }
}

/// axum says `Failed to deserialize the JSON body into the target type: hours.days[0]: invalid type: ... at line 1 ...`.
fn split_path(text: &str) -> (String, String) {
    let text = text.split_once("target type: ").map_or(text, |(_, rest)| rest);
    let text = text.rsplit_once(" at line ").map_or(text, |(words, _)| words);
    let named = |word: &str| text.split_once(word).and_then(|(_, rest)| rest.split('`').next());
    let (path, words) = match text.split_once(": ") {
        Some((path, words)) if !path.contains(' ') => (pointer(path), words),
        _ => (String::new(), text),
    };
    let path = match named("missing field `").or_else(|| named("unknown field `")) {
        // The path of an unknown field ends with the field itself, that of a missing one does not.
        Some(field) if !path.ends_with(&format!("/{field}")) => format!("{path}/{field}"),
        _ => path,
    };
    (path, without_quoted(words))
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

/// serde quotes a wrong text in double quotes, and an unknown word of an enumeration in back ticks: both may be anything.
fn without_quoted(words: &str) -> String {
    let words = match (words.find('"'), words.rfind('"')) {
        (Some(first), Some(last)) if first < last => format!("{}...{}", &words[..first], &words[last + 1..]),
        _ => words.to_owned(),
    };
    match words
        .strip_prefix("unknown variant `")
        .and_then(|rest| rest.split_once("`, "))
    {
        Some((_, expected)) => expected.to_owned(),
        None => words,
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
                let words = text
                    .split_once("query string: ")
                    .map_or(text.as_str(), |(_, words)| words);
                let (name, words) = match words.split_once(": ") {
                    Some((name, words)) if !name.contains(' ') => (name, words),
                    _ => match words.split('`').nth(1) {
                        Some(name) => (name, words),
                        None => ("query", words),
                    },
                };
                Err(ApiError::parameter(name, without_quoted(words)))
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
            // A number that is none, or bytes that are not UTF-8: nothing has such a name.
            Err(_) => Err(ApiError::NotFound("thing at this address")),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(words: &str) -> (String, String) {
        split_path(&format!(
            "Failed to deserialize the JSON body into the target type: {words} at line 1 column 9"
        ))
    }

    #[test]
    fn a_wrong_field_is_pointed_at() {
        let (path, _) = split("hours.days[0][1].from: invalid type: string \"x\", expected u16");
        assert_eq!(path, "/hours/days/0/1/from");
    }

    #[test]
    fn a_missing_field_is_pointed_at() {
        assert_eq!(split("x: unknown field `x`, expected `y`").0, "/x");
        assert_eq!(split("missing field `email`").0, "/email");
        assert_eq!(split("settings: missing field `name`").0, "/settings/name");
    }

    #[test]
    fn what_was_sent_is_not_repeated() {
        let (_, words) = split("email: invalid type: string \"ada@example.org\", expected u16");
        assert_eq!(words, "invalid type: string ..., expected u16");
        let (_, words) = split("grade: unknown variant `ada@example.org`, expected `good` or `needs_improvement`");
        assert_eq!(words, "expected `good` or `needs_improvement`");
    }
}
