//! [`ApiError`]: everything that can go wrong at a door, and the one place that turns it into an answer.
//!
//! Answers are problem documents (RFC 9457). `type` is stable and names the kind of problem; `errors` points at fields by
//! JSON pointer or at parameters by name. What went wrong inside is logged here and never told outside.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::agent::AgentError;
use domain::call::CallError;
use domain::contact::ContactError;
use domain::invalid::Invalid;
use domain::quarantine::QuarantineError;
use infra::db::DbError;
use infra::event_store::StoreError;
use infra::ledger::LedgerError;
use infra::models::ModelError;
use infra::accounts::DatabaseError;
use serde::Serialize;
use utoipa::ToSchema;

/// What can go wrong at a door.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// There is no such thing.
    #[error("there is no such {0}")]
    NotFound(&'static str),
    /// The address has no such method.
    #[error("this address does not take this method")]
    MethodNotAllowed,
    /// Nobody is signed in.
    #[error("sign in first")]
    Unauthenticated,
    /// E-mail address or password are wrong; which one is not told.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The user's role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// A person must do it: a program with a token may not.
    #[error("only a person may do this, signed in on the page: a program with a token may not")]
    NotAPerson,
    /// The first user exists, and there is no valid invitation.
    #[error("registration is by invitation")]
    NotInvited,
    /// The request comes from another web site.
    #[error("the request comes from another web site")]
    CrossSite,
    /// Twilio's signature is missing or wrong.
    #[error("the request is not signed by Twilio")]
    Signature,
    /// The body cannot be read.
    #[error("the body cannot be read: {0}")]
    Malformed(String, Vec<FieldProblem>),
    /// The body is of the wrong type.
    #[error("the body must be {0}")]
    MediaType(&'static str),
    /// The body is too large.
    #[error("the body is too large")]
    TooLarge,
    /// Fields or parameters cannot be accepted.
    #[error("some values cannot be accepted")]
    Invalid(Vec<FieldProblem>),
    /// It cannot be done in the present state.
    #[error("{0}")]
    Conflict(String),
    /// The same `Idempotency-Key` came with another request.
    #[error("the Idempotency-Key was used for something else")]
    KeyReused,
    /// Too many requests.
    #[error("too many requests")]
    TooMany {
        /// When to try again.
        retry_after_s: u64,
    },
    /// A model gave no answer that could be used.
    #[error("the model gave no answer that could be used; try again, or do without it")]
    Model(#[source] ModelError),
    /// A database is away.
    #[error("a database cannot be reached at the moment")]
    Unavailable(#[source] anyhow::Error),
    /// The telephone network is away.
    #[error("the telephone network does not answer at the moment")]
    NetworkAway(#[source] anyhow::Error),
    /// Something that should not happen.
    #[error("something went wrong inside")]
    Internal(#[source] anyhow::Error),
}

/// What is wrong with a field or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body: `/hours/days/0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of a form field, a query parameter, a path parameter or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    /// What is wrong with it.
    pub detail: String,
}

impl FieldProblem {
    /// About a field of the JSON body.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            detail: detail.into(),
        }
    }

    /// About a parameter.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: None,
            parameter: Some(name.into()),
            detail: detail.into(),
        }
    }
}

/// A problem document (RFC 9457).
#[derive(Clone, Debug, Serialize, ToSchema)]
pub struct Problem {
    /// Names the kind of problem: `urn:call-ledger:problem:not-found`.
    #[serde(rename = "type")]
    #[schema(example = "urn:call-ledger:problem:not-found")]
    pub kind: String,
    /// The same for people.
    pub title: String,
    /// The HTTP status.
    pub status: u16,
    /// Fields and parameters, and what is wrong with each.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl ApiError {
    /// About one field of the JSON body.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::at(pointer, detail)])
    }

    /// About one parameter.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::parameter(name, detail)])
    }

    /// A fault of ours.
    pub fn internal(error: impl Into<anyhow::Error>) -> Self {
        Self::Internal(error.into())
    }

    const fn kind(&self) -> (StatusCode, &'static str) {
        match self {
            Self::NotFound(_) => (StatusCode::NOT_FOUND, "not-found"),
            Self::MethodNotAllowed => (StatusCode::METHOD_NOT_ALLOWED, "method-not-allowed"),
            Self::Unauthenticated => (StatusCode::UNAUTHORIZED, "unauthenticated"),
            Self::WrongCredentials => (StatusCode::UNAUTHORIZED, "wrong-credentials"),
            Self::Forbidden => (StatusCode::FORBIDDEN, "forbidden"),
            Self::NotAPerson => (StatusCode::FORBIDDEN, "not-a-person"),
            Self::NotInvited => (StatusCode::FORBIDDEN, "not-invited"),
            Self::CrossSite => (StatusCode::FORBIDDEN, "cross-site"),
            Self::Signature => (StatusCode::FORBIDDEN, "signature"),
            Self::Malformed(..) => (StatusCode::BAD_REQUEST, "malformed"),
            Self::MediaType(_) => (StatusCode::UNSUPPORTED_MEDIA_TYPE, "media-type"),
            Self::TooLarge => (StatusCode::PAYLOAD_TOO_LARGE, "too-large"),
            Self::Invalid(_) => (StatusCode::UNPROCESSABLE_ENTITY, "invalid"),
            Self::Conflict(_) => (StatusCode::CONFLICT, "conflict"),
            Self::KeyReused => (StatusCode::UNPROCESSABLE_ENTITY, "key-reused"),
            Self::TooMany { .. } => (StatusCode::TOO_MANY_REQUESTS, "too-many-requests"),
            Self::Model(_) => (StatusCode::BAD_GATEWAY, "model"),
            Self::Unavailable(_) => (StatusCode::SERVICE_UNAVAILABLE, "unavailable"),
            Self::NetworkAway(_) => (StatusCode::SERVICE_UNAVAILABLE, "network-away"),
            Self::Internal(_) => (StatusCode::INTERNAL_SERVER_ERROR, "internal"),
        }
    }

    /// The document that this error is told by.
    #[must_use]
    pub fn problem(&self) -> Problem {
        let (status, kind) = self.kind();
        let errors = match self {
            Self::Invalid(errors) | Self::Malformed(_, errors) => errors.clone(),
            _ => vec![],
        };
        Problem {
            kind: format!("urn:call-ledger:problem:{kind}"),
            title: self.to_string(),
            status: status.as_u16(),
            errors,
        }
    }

    fn log(&self) {
        match self {
            Self::Model(error) => tracing::warn!(%error, "a model gave no answer"),
            Self::Unavailable(error) => tracing::warn!(error = %chain(error), "a database is away"),
            Self::NetworkAway(error) => tracing::warn!(error = %chain(error), "the telephone network is away"),
            Self::Internal(error) => tracing::error!(error = %chain(error), "something went wrong"),
            _ => {}
        }
    }
}

/// The whole chain of causes. Our errors carry no personal value, and those of the databases no parameter's.
fn chain(error: &anyhow::Error) -> String {
    format!("{error:#}")
}

impl IntoResponse for ApiError {
    fn into_response(self) -> Response {
        self.log();
        let problem = self.problem();
        let (status, _) = self.kind();
        let mut response = (status, Json(problem)).into_response();
        let headers = response.headers_mut();
        headers.insert(
            header::CONTENT_TYPE,
            HeaderValue::from_static("application/problem+json"),
        );
        let retry_after = match self {
            Self::TooMany { retry_after_s } => Some(retry_after_s),
            Self::Unavailable(_) | Self::NetworkAway(_) => Some(2),
            _ => None,
        };
        if let Some(seconds) = retry_after {
            headers.insert(header::RETRY_AFTER, seconds.into());
        }
        if status == StatusCode::UNAUTHORIZED {
            headers.insert(header::WWW_AUTHENTICATE, HeaderValue::from_static("Bearer"));
        }
        response
    }
}

impl From<DatabaseError> for ApiError {
    fn from(error: DatabaseError) -> Self {
        if infra::db::is_unavailable(&error) {
            Self::Unavailable(error.into())
        } else {
            Self::Internal(error.into())
        }
    }
}

impl From<DbError> for ApiError {
    fn from(error: DbError) -> Self {
        match error {
            DbError::Sqlx(error) => error.into(),
            error => Self::Internal(error.into()),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ControlCharacter => Self::parameter("id", "must not contain control characters"),
            error if error.is_unavailable() => Self::Unavailable(error.into()),
            error => Self::Internal(error.into()),
        }
    }
}

impl<E> From<LedgerError<E>> for ApiError
where
    E: std::error::Error + 'static,
    Self: From<E>,
{
    fn from(error: LedgerError<E>) -> Self {
        match error {
            LedgerError::Rejected(error) => error.into(),
            LedgerError::Conflict => Self::Conflict("somebody else is changing the same thing; try again".to_owned()),
            LedgerError::Store(error) => error.into(),
        }
    }
}

/// A field of a command has the name of the body's field, but for the few that the endpoint renames itself.
impl From<Invalid> for ApiError {
    fn from(invalid: Invalid) -> Self {
        Self::field(format!("/{}", invalid.field.replace('.', "/")), invalid.problem)
    }
}

impl From<AgentError> for ApiError {
    fn from(error: AgentError) -> Self {
        match error {
            AgentError::NotFound => Self::NotFound("agent"),
            AgentError::NoSuchPersona(_) => Self::NotFound("persona"),
            AgentError::Hours(hours) => Self::field("/hours/days", hours.to_string()),
            AgentError::Invalid(invalid) => invalid.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<ContactError> for ApiError {
    fn from(error: ContactError) -> Self {
        match error {
            ContactError::NotFound => Self::NotFound("contact"),
            ContactError::Invalid(invalid) => invalid.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<CallError> for ApiError {
    fn from(error: CallError) -> Self {
        match error {
            CallError::NotFound => Self::NotFound("call"),
            CallError::NoSuchCorrection(_) => Self::NotFound("correction"),
            CallError::Invalid(invalid) => invalid.into(),
            other => Self::Conflict(other.to_string()),
        }
    }
}

impl From<QuarantineError> for ApiError {
    fn from(error: QuarantineError) -> Self {
        Self::Conflict(error.to_string())
    }
}
