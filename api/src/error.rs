//! [`ApiError`]: all errors of the HTTP endpoints, and their conversion to responses.
//!
//! Responses are problem documents (RFC 9457). `type` is stable and names the kind of problem; `errors` names fields by
//! JSON pointer and parameters by name. Internal causes are logged here and never returned.

use axum::Json;
use axum::http::{HeaderValue, StatusCode, header};
use axum::response::{IntoResponse, Response};
use domain::agent::AgentError;
use domain::call::CallError;
use domain::callee::CalleeError;
use domain::contact::ContactError;
use domain::invalid::Invalid;
use domain::quarantine::QuarantineError;
use domain::tenant_settings::TenantSettingsError;
use engine::callbacks::CallbackError;
use engine::callbacks::reingest::ReingestError;
use engine::contacts::ContactWriteError;
use engine::listening::NotAudible;
use engine::number_assignment::AssignmentError;
use engine::number_ownership::ClaimError;
use engine::recordings::RecordingError;
use engine::takeover::ActionError;
use engine::test_calls::TestCallError;
use infra::accounts::DatabaseError;
use infra::db::DbError;
use infra::event_store::StoreError;
use infra::ledger::LedgerError;
use infra::models::ModelError;
use serde::Serialize;
use utoipa::ToSchema;

/// An error of an HTTP endpoint.
#[derive(Debug, thiserror::Error)]
pub enum ApiError {
    /// Names the kind of resource.
    #[error("{0} not found")]
    NotFound(&'static str),
    #[error("this endpoint does not support this method")]
    MethodNotAllowed,
    #[error("sign in first")]
    Unauthenticated,
    /// Does not reveal which of the two is wrong.
    #[error("the e-mail address or the password is wrong")]
    WrongCredentials,
    /// The user's role does not allow it.
    #[error("your role does not allow this")]
    Forbidden,
    /// API tokens are not allowed.
    #[error("an API token may not do this: sign in with a password")]
    NotAPerson,
    /// The password was not given for some time, or never in this login session.
    #[error("confirm your password first")]
    Unconfirmed,
    /// A user exists already, and there is no valid invitation.
    #[error("registration requires a valid invitation")]
    NotInvited,
    #[error("the request comes from another web site")]
    CrossSite,
    #[error("Twilio's signature is missing or invalid")]
    Signature,
    #[error("the body cannot be read: {0}")]
    Malformed(String, Vec<FieldProblem>),
    #[error("the body must be {0}")]
    MediaType(&'static str),
    #[error("the body is too large")]
    TooLarge,
    /// Invalid fields or parameters.
    #[error("some values are invalid")]
    Invalid(Vec<FieldProblem>),
    /// The current state does not allow it.
    #[error("{0}")]
    Conflict(String),
    /// The same `Idempotency-Key` was used with another request.
    #[error("the Idempotency-Key was used for another request")]
    KeyReused,
    #[error("too many requests")]
    TooMany { retry_after_s: u64 },
    /// The model failed or its answer is unusable.
    #[error("the model gave no usable answer; try again")]
    Model(#[source] ModelError),
    /// A database is unavailable.
    #[error("a database is unavailable; try again")]
    Unavailable(#[source] anyhow::Error),
    #[error("the telephone network is unavailable; try again")]
    NetworkAway(#[source] anyhow::Error),
    #[error("internal error")]
    Internal(#[source] anyhow::Error),
}

/// A problem with a field or a parameter.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, ToSchema)]
pub struct FieldProblem {
    /// JSON pointer (RFC 6901) into the body, such as `/hours/days/0`.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub pointer: Option<String>,
    /// Name of a form field, a query parameter, a path parameter or a header.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub parameter: Option<String>,
    pub detail: String,
}

impl FieldProblem {
    /// A problem with a field of the JSON body.
    pub fn at(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self {
            pointer: Some(pointer.into()),
            parameter: None,
            detail: detail.into(),
        }
    }

    /// A problem with a parameter.
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
    /// Kind of problem; stable.
    #[serde(rename = "type")]
    #[schema(example = "urn:call-ledger:problem:not-found")]
    pub kind: String,
    /// Human-readable description.
    pub title: String,
    /// HTTP status.
    pub status: u16,
    /// Problems with fields and parameters.
    #[serde(skip_serializing_if = "Vec::is_empty")]
    pub errors: Vec<FieldProblem>,
}

impl ApiError {
    /// An error of one field of the JSON body.
    pub fn field(pointer: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::at(pointer, detail)])
    }

    /// An error of one parameter.
    pub fn parameter(name: impl Into<String>, detail: impl Into<String>) -> Self {
        Self::Invalid(vec![FieldProblem::parameter(name, detail)])
    }

    /// An internal error.
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
            Self::Unconfirmed => (StatusCode::FORBIDDEN, "password-confirmation-required"),
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

    /// The problem document of this error.
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
            Self::Model(error) => tracing::warn!(%error, "model request failed"),
            Self::Unavailable(error) => tracing::warn!(error = %chain(error), "database unavailable"),
            Self::NetworkAway(error) => tracing::warn!(error = %chain(error), "telephone network unavailable"),
            Self::Internal(error) => tracing::error!(error = %chain(error), "internal error"),
            _ => {}
        }
    }
}

/// The error with its causes. Our errors contain no personal values, and database errors no parameter values.
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
            DbError::Open { error, .. } => (*error).into(),
            error => Self::Internal(error.into()),
        }
    }
}

impl From<StoreError> for ApiError {
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::ControlCharacter => Self::parameter("id", "must not contain control characters"),
            StoreError::KeyReused => Self::KeyReused,
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
            LedgerError::Conflict => {
                Self::Conflict("another request changed it at the same time; try again".to_owned())
            }
            LedgerError::Store(error) => error.into(),
        }
    }
}

/// Fields of commands have the same names as the fields of the body; endpoints map the few exceptions themselves.
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

impl From<CalleeError> for ApiError {
    fn from(error: CalleeError) -> Self {
        match error {
            CalleeError::NotSuppressed => Self::NotFound("suppression"),
            CalleeError::ClaimedBy { .. } => Self::Conflict(error.to_string()),
            CalleeError::Invalid(invalid) => invalid.into(),
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

impl From<CallbackError> for ApiError {
    fn from(error: CallbackError) -> Self {
        match error {
            CallbackError::NumberOwnerUnknown(error) => Self::Unavailable(error.into()),
            CallbackError::Accounts(error) => error.into(),
            CallbackError::Store(error) => error.into(),
            CallbackError::Call(error) => error.into(),
            CallbackError::Quarantine(error) => error.into(),
            CallbackError::Parameters(error) => Self::internal(error),
        }
    }
}

impl From<ReingestError> for ApiError {
    fn from(error: ReingestError) -> Self {
        match error {
            ReingestError::NotFound => Self::NotFound("webhook"),
            ReingestError::Erased | ReingestError::NotUnderstood(_) => Self::Conflict(error.to_string()),
            ReingestError::Store(error) => error.into(),
            ReingestError::Call(error) => error.into(),
            ReingestError::Quarantine(error) => error.into(),
        }
    }
}

impl From<ActionError> for ApiError {
    fn from(error: ActionError) -> Self {
        match error {
            ActionError::NotFound => Self::NotFound("call"),
            ActionError::Ended | ActionError::CallerLeft | ActionError::Suppressed => Self::Conflict(error.to_string()),
            ActionError::Telephony(error) => Self::NetworkAway(error.into()),
            ActionError::Ledger(error) => error.into(),
        }
    }
}

impl From<RecordingError> for ApiError {
    fn from(error: RecordingError) -> Self {
        match error {
            RecordingError::NoCall => Self::NotFound("call"),
            RecordingError::NotPlayable => Self::NotFound("recording"),
            RecordingError::NotTranscribable => Self::Conflict(error.to_string()),
            RecordingError::Store(error) => error.into(),
            RecordingError::Ledger(error) => error.into(),
        }
    }
}

impl From<AssignmentError> for ApiError {
    fn from(error: AssignmentError) -> Self {
        match error {
            AssignmentError::Numbers(error) => error.into(),
            AssignmentError::Ledger(error) => error.into(),
            AssignmentError::Claim(error) => error.into(),
        }
    }
}

impl From<ClaimError> for ApiError {
    fn from(error: ClaimError) -> Self {
        match error {
            ClaimError::OfAnotherTenant => Self::Conflict(error.to_string()),
            ClaimError::Numbers(error) => error.into(),
            ClaimError::Ledger(error) => match error {
                LedgerError::Rejected(error) => Self::Conflict(error.to_string()),
                LedgerError::Store(error) => error.into(),
                LedgerError::Conflict => Self::Conflict(LedgerError::<ContactError>::Conflict.to_string()),
            },
        }
    }
}

impl From<ContactWriteError> for ApiError {
    fn from(error: ContactWriteError) -> Self {
        match error {
            ContactWriteError::Exists => Self::Conflict(error.to_string()),
            ContactWriteError::Contact(error) => error.into(),
            ContactWriteError::Callee(error) => error.into(),
            ContactWriteError::Store(error) => error.into(),
            ContactWriteError::Contacts(error) => error.into(),
        }
    }
}

impl From<TestCallError> for ApiError {
    fn from(error: TestCallError) -> Self {
        match error {
            TestCallError::Archived | TestCallError::NoNumber | TestCallError::AllNumbersAssigned => {
                Self::Conflict(error.to_string())
            }
            TestCallError::Numbers(error) => error.into(),
            TestCallError::Telephony(error) => Self::NetworkAway(error.into()),
        }
    }
}

impl From<NotAudible> for ApiError {
    fn from(reason: NotAudible) -> Self {
        Self::Conflict(reason.to_string())
    }
}

impl From<QuarantineError> for ApiError {
    fn from(error: QuarantineError) -> Self {
        Self::Conflict(error.to_string())
    }
}

impl From<TenantSettingsError> for ApiError {
    fn from(error: TenantSettingsError) -> Self {
        match error {}
    }
}
