//! [`Signed`]: a request that Twilio signed, and nothing else.

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

/// Under this name a body that is no form is kept.
const WHOLE_BODY: &str = "(body)";
/// The longest idempotency token that is taken at its word.
const LONGEST_TOKEN: usize = 100;

/// A request that Twilio signed.
#[derive(Debug)]
pub struct Signed {
    form: Form,
    query: Form,
    token: Option<String>,
    request_id: String,
    /// When it was heard.
    pub received_at: Timestamp,
}

impl FromRequest<AppState> for Signed {
    type Rejection = ApiError;

    /// A missing or wrong signature is 403, a body that is no form 400 with the name of the field. The signature comes
    /// first wherever that is possible: it covers the decoded form, so a form that cannot be decoded has none.
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
        // The limit on bodies travels in the extensions.
        let mut request = Request::new(body);
        *request.extensions_mut() = parts.extensions;
        let bytes = Bytes::from_request(request, state).await.map_err(|rejection| {
            let too_large = rejection.status() == axum::http::StatusCode::PAYLOAD_TOO_LARGE;
            if too_large {
                ApiError::TooLarge
            } else {
                ApiError::Malformed("it did not arrive whole".into(), vec![])
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

/// Our end of a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LocalParty<'a> {
    /// A number, E.164.
    Number(&'a str),
    /// The browser of a user of ours, by the user's identifier.
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
    ApiError::Malformed("it is not a form".to_owned(), vec![problem])
}

/// Twilio's idempotency token, if it is a sane one: it becomes part of a key.
fn token(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(signature::IDEMPOTENCY_HEADER)?.to_str().ok()?;
    let is_sane = (1..=LONGEST_TOKEN).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_sane.then(|| token.to_owned())
}

impl Signed {
    /// The request as a callback of this door.
    #[must_use]
    pub const fn callback(&self, endpoint: Endpoint) -> Callback<'_> {
        Callback {
            endpoint,
            form: &self.form,
            query: &self.query,
            received_at: self.received_at,
        }
    }

    /// What makes this request idempotent: Twilio's own token, the same on each of its retries, else what identifies
    /// the callback.
    #[must_use]
    pub fn command_key(&self, endpoint: Endpoint, otherwise: &str) -> String {
        match &self.token {
            Some(token) => format!("twilio:{endpoint}:{token}"),
            None => format!("twilio:{otherwise}"),
        }
    }

    /// What our own address carried.
    #[must_use]
    pub fn asked(&self, name: &str) -> Option<&str> {
        self.query.get(name)
    }

    /// What belongs together.
    #[must_use]
    pub fn request_id(&self) -> &str {
        &self.request_id
    }

    /// All raw parameters, of the body and of our own address.
    #[must_use]
    pub fn kept(&self) -> BTreeMap<String, Vec<String>> {
        callbacks::keep(&self.form, &self.query)
    }

    /// Metadata of what this request says.
    #[must_use]
    pub fn metadata(&self, endpoint: Endpoint, tenant: Tenant, command_key: String) -> Metadata {
        Metadata {
            command_key: Some(command_key),
            endpoint: Some(format!("/twilio/{endpoint}")),
            params: Some(Personal::Known(self.kept())),
            ..Metadata::new(tenant, Actor::Twilio, self.request_id.clone())
        }
    }

    /// Our end of the call, if the request names it: it tells whose a call is that begins with this request. To Twilio a
    /// call from a browser is inbound as well, and its `To` is the number that was dialled: anybody's.
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
