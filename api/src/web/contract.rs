//! Holds requests of users to the OpenAPI document: a query parameter that an operation does not have, and a body where
//! it takes none, are refused with their names. Otherwise a misplaced option would be ignored, and the operation would do
//! what was not asked for.
//!
//! Fields of a body that an operation takes are checked where it is read: see [`super::Body`]. Requests of Twilio and of
//! monitoring may have more than we know.

use super::json_tree::JsonTree;
use crate::error::{ApiError, FieldProblem};
use axum::body::{Body, HttpBody as _, to_bytes};
use axum::extract::{MatchedPath, Request, State};
use axum::http::Method;
use axum::middleware::Next;
use axum::response::{IntoResponse as _, Response};
use serde_json::Value;
use std::collections::HashMap;
use std::sync::Arc;

/// What each operation of the document takes, by path and method.
pub struct Contract {
    operations: HashMap<String, HashMap<Method, Operation>>,
    max_body_bytes: usize,
}

struct Operation {
    query: Vec<String>,
    takes_body: bool,
    /// Whether the handler authenticates a user, and refuses the request only then.
    authenticates: bool,
}

/// What is wrong with a request. [`crate::auth::SignedIn`] refuses it, so that an anonymous client learns nothing.
#[derive(Clone)]
pub struct Refused(pub Vec<FieldProblem>);

impl Contract {
    /// The contract of a document.
    #[must_use]
    pub fn of(document: &utoipa::openapi::OpenApi, max_body_bytes: usize) -> Arc<Self> {
        let document = serde_json::to_value(document).unwrap_or_default();
        let mut operations: HashMap<String, HashMap<_, _>> = HashMap::new();
        for (path, methods) in document["paths"].as_object().into_iter().flatten() {
            for (method, operation) in methods.as_object().into_iter().flatten() {
                let Ok(method) = method.to_ascii_uppercase().parse::<Method>() else {
                    continue;
                };
                if let Some(operation) = Operation::of(operation) {
                    operations.entry(path.clone()).or_default().insert(method, operation);
                }
            }
        }
        Arc::new(Self {
            operations,
            max_body_bytes,
        })
    }

    fn operation(&self, request: &Request) -> Option<&Operation> {
        let path = request.extensions().get::<MatchedPath>()?.as_str();
        let method = match request.method() {
            &Method::HEAD => &Method::GET,
            other => other,
        };
        self.operations.get(path)?.get(method)
    }
}

impl Operation {
    /// `None` for the operations of machines.
    fn of(operation: &Value) -> Option<Self> {
        let list = |value: &Value| value.as_array().cloned().unwrap_or_default();
        let security = list(&operation["security"]);
        if security.iter().any(|scheme| scheme.get("twilio").is_some())
            || list(&operation["tags"]).contains(&"machines".into())
        {
            return None;
        }
        let is_query = |parameter: &&Value| parameter["in"] == "query";
        let name = |parameter: &Value| parameter["name"].as_str().map(str::to_owned);
        Some(Self {
            query: list(&operation["parameters"])
                .iter()
                .filter(is_query)
                .filter_map(name)
                .collect(),
            takes_body: !operation["requestBody"].is_null(),
            authenticates: security.is_empty() || security.iter().any(|scheme| scheme != &serde_json::json!({})),
        })
    }

    fn query_problems(&self, query: &str) -> Vec<FieldProblem> {
        let problem = |(name, value): (std::borrow::Cow<'_, str>, std::borrow::Cow<'_, str>)| {
            if !self.query.iter().any(|known| *known == name) {
                Some(FieldProblem::parameter(
                    name.replace('\0', "\u{fffd}"),
                    "unknown parameter",
                ))
            } else if value.contains('\0') {
                Some(FieldProblem::parameter(name, NUL))
            } else {
                None
            }
        };
        url::form_urlencoded::parse(query.as_bytes())
            .filter_map(problem)
            .collect()
    }
}

const NUL: &str = "must not contain NUL";

/// The path parameters that contain NUL, which no identifier contains and PostgreSQL cannot store.
fn path_problems(pattern: &str, path: &str) -> Vec<FieldProblem> {
    let parts = pattern.split('/').zip(path.split('/'));
    parts
        .filter(|(_, part)| part.contains("%00"))
        .map(|(name, _)| FieldProblem::parameter(name.trim_matches(['{', '}']), NUL))
        .collect()
}

/// The problems of a body where none is taken: nothing, `null` and `{}` are accepted.
fn body_problems(body: &[u8]) -> Vec<FieldProblem> {
    if body.trim_ascii().is_empty() {
        return Vec::new();
    }
    match serde_json::from_slice::<JsonTree>(body) {
        Ok(JsonTree::Null) => Vec::new(),
        Ok(JsonTree::Object(fields)) => fields
            .iter()
            .map(|(name, _)| FieldProblem::at(format!("/{}", super::json_tree::escaped(name)), "unknown field"))
            .collect(),
        _ => vec![FieldProblem::at("", "this operation takes no body")],
    }
}

/// Refuses what the operation does not take.
pub async fn enforce(State(contract): State<Arc<Contract>>, mut request: Request, next: Next) -> Response {
    let Some(operation) = contract.operation(&request) else {
        return next.run(request).await;
    };
    let mut problems = operation.query_problems(request.uri().query().unwrap_or_default());
    if let Some(pattern) = request.extensions().get::<MatchedPath>() {
        problems.extend(path_problems(pattern.as_str(), request.uri().path()));
    }
    if !operation.takes_body && !request.body().is_end_stream() {
        let (parts, body) = request.into_parts();
        let Ok(body) = to_bytes(body, contract.max_body_bytes).await else {
            return ApiError::TooLarge.into_response();
        };
        problems.extend(body_problems(&body));
        request = Request::from_parts(parts, Body::from(body));
    }
    if problems.is_empty() {
        return next.run(request).await;
    }
    if !operation.authenticates {
        return ApiError::Invalid(problems).into_response();
    }
    request.extensions_mut().insert(Refused(problems));
    next.run(request).await
}
