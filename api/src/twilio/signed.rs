//! [`Signed`]: a request with a valid Twilio signature.

use crate::auth::session::request_id;
use crate::error::{ApiError, FieldProblem};
use crate::state::AppState;
use axum::body::Bytes;
use axum::extract::{FromRequest, Request};
use axum::http::{HeaderMap, header};
use domain::{Personal, Tenant, Timestamp};
use infra::event_store::{Actor, Metadata};
use infra::twilio::callbacks::{self, Callback, Endpoint};
use infra::twilio::form::{Form, MalformedForm};
use infra::twilio::signature::{self, Body};
use std::collections::BTreeMap;

/// Parameter name under which a JSON body is stored.
const WHOLE_BODY: &str = "(body)";
/// Maximum length of an idempotency token; longer ones are ignored.
const MAX_TOKEN_BYTES: usize = 100;

/// A request with a valid Twilio signature.
#[derive(Debug)]
pub struct Signed {
    form: Form,
    query: Form,
    token: Option<String>,
    request_id: String,
    /// Time of receipt.
    pub received_at: Timestamp,
}

impl FromRequest<AppState> for Signed {
    type Rejection = ApiError;

    /// A missing or invalid signature is 403, a malformed form 400 with the field's name. The signature is checked
    /// first where possible: it covers the decoded form, so it cannot be checked for a form that cannot be decoded.
    async fn from_request(request: Request, state: &AppState) -> Result<Self, ApiError> {
        let (parts, body) = request.into_parts();
        let signature = parts
            .headers
            .get(signature::HEADER)
            .and_then(|value| value.to_str().ok());
        let signature = signature.ok_or(ApiError::Signature)?.to_owned();
        let path_and_query = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
        let url = state.config.callback_url(path_and_query);
        let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes()).map_err(|error| malformed(&error))?;
        let kind = kind(&parts.headers)?;
        let token = token(&parts.headers);
        let request_id = request_id(&parts.headers);
        // The body limit is in the extensions.
        let mut request = Request::new(body);
        *request.extensions_mut() = parts.extensions;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let too_large = rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE;
            if too_large {
                ApiError::TooLarge
            } else {
                ApiError::Malformed("it is incomplete".into(), vec![])
            }
        })?;
        let (form, is_valid) = match kind {
            Kind::Form => {
                let form = Form::parse(&bytes).map_err(|error| malformed(&error))?;
                let is_valid = signature::is_valid(&state.twilio_token, &url, Body::Form(&form), &signature);
                (form, is_valid)
            }
            Kind::Json => {
                let is_valid = signature::is_valid(&state.twilio_token, &url, Body::Raw(&bytes), &signature);
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (
                    Form::from_parameters(BTreeMap::from([(WHOLE_BODY.to_owned(), vec![text])])),
                    is_valid,
                )
            }
        };
        if !is_valid {
            metrics::counter!("twilio_signatures_refused_total").increment(1);
            return Err(ApiError::Signature);
        }
        Ok(Self {
            form,
            query,
            token,
            request_id,
            received_at: state.clock.now(),
        })
    }
}

/// Our side of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalParty<'a> {
    /// E.164.
    Number(&'a str),
    /// Browser client; the ID of the user.
    Browser(&'a str),
}

#[derive(Clone, Copy)]
enum Kind {
    Form,
    Json,
}

fn kind(headers: &HeaderMap) -> Result<Kind, ApiError> {
    let kind = headers
        .get(header::CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    match kind
        .split(';')
        .next()
        .unwrap_or_default()
        .trim()
        .to_ascii_lowercase()
        .as_str()
    {
        "application/x-www-form-urlencoded" | "" => Ok(Kind::Form),
        "application/json" => Ok(Kind::Json),
        _ => Err(ApiError::MediaType("application/x-www-form-urlencoded")),
    }
}

fn malformed(error: &MalformedForm) -> ApiError {
    let problem = FieldProblem::parameter(error.field().unwrap_or("(form)"), error.to_string());
    ApiError::Malformed("it is not a valid form".to_owned(), vec![problem])
}

/// Twilio's idempotency token, if it is well-formed: it becomes part of a command key.
fn token(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(signature::IDEMPOTENCY_HEADER)?.to_str().ok()?;
    let is_well_formed =
        (1..=MAX_TOKEN_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_well_formed.then(|| token.to_owned())
}

impl Signed {
    /// The request as a callback of this endpoint.
    #[must_use]
    pub const fn callback(&self, endpoint: Endpoint) -> Callback<'_> {
        Callback {
            endpoint,
            form: &self.form,
            query: &self.query,
            received_at: self.received_at,
        }
    }

    /// The command key of this request: from Twilio's idempotency token, which is the same for all retries, otherwise
    /// from what identifies the callback.
    #[must_use]
    pub fn command_key(&self, endpoint: Endpoint, fallback: &str) -> String {
        match &self.token {
            Some(token) => format!("twilio:{endpoint}:{token}"),
            None => format!("twilio:{fallback}"),
        }
    }

    /// A query parameter of the webhook URL.
    #[must_use]
    pub fn query(&self, name: &str) -> Option<&str> {
        self.query.get(name)
    }

    /// Request ID, used as correlation ID.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// All raw parameters of the body and of the URL's query.
    #[must_use]
    pub fn raw_params(&self) -> BTreeMap<String, Vec<String>> {
        callbacks::keep(&self.form, &self.query)
    }

    /// Event metadata for this request.
    #[must_use]
    pub fn metadata(&self, endpoint: Endpoint, tenant: Tenant, command_key: String) -> Metadata {
        Metadata {
            command_key: Some(command_key),
            endpoint: Some(format!("/twilio/{endpoint}")),
            params: Some(Personal::Known(self.raw_params())),
            ..Metadata::new(tenant, Actor::Twilio, self.request_id.clone())
        }
    }

    /// Our side of the call, if the request names it; it determines the tenant of a call that starts with this request.
    /// Twilio reports a call from a browser as inbound as well, and its `To` is the dialed number, which is not ours.
    #[must_use]
    pub fn local_party(&self) -> Option<LocalParty<'_>> {
        let from = self.form.get("From");
        if let Some(user) = from.and_then(|from| from.strip_prefix("client:")) {
            return Some(LocalParty::Browser(user));
        }
        match self.form.get("Direction") {
            Some("inbound") => self.form.get("To"),
            Some("outbound-api" | "outbound-dial") => from,
            _ => None,
        }
        .filter(|number| number.starts_with('+'))
        .map(LocalParty::Number)
    }
}
