//! [`Signed`]: a request with a valid Twilio signature.

use crate::auth::session::request_id;
use crate::error::ApiError;
use crate::state::composed_of_parts;
use axum::body::Bytes;
use axum::extract::{FromRef, FromRequest, Request};
use axum::http::{HeaderMap, Method, header};
use engine::callbacks::Received;
use infra::clock::SharedClock;
use infra::config::Config;
use infra::twilio::callbacks;
use infra::twilio::form::Form;
use infra::twilio::signature::{self, Body};
use infra::twilio::signing_keys::{SigningKey, SigningKeys};
use std::collections::BTreeMap;
use std::sync::Arc;

/// Parameter name under which a JSON body is stored.
const WHOLE_BODY: &str = "(body)";
/// Maximum length of an idempotency token; longer ones are ignored.
const MAX_TOKEN_BYTES: usize = 100;

/// A request with a valid Twilio signature.
#[derive(Debug)]
pub struct Signed(pub Received);

/// What verifies a signature.
pub struct Verifier {
    pub config: Arc<Config>,
    clock: SharedClock,
    signing_keys: SigningKeys,
}

composed_of_parts!(Verifier {
    config,
    clock,
    signing_keys
});

impl Verifier {
    /// The auth token with which Twilio signed this body for this URL.
    ///
    /// # Errors
    /// When none of ours did.
    pub fn verify(&self, url: &str, body: Body<'_>, signature: &str) -> Result<&SigningKey, ApiError> {
        if let Some(key) = self.signing_keys.verify(url, body, signature) {
            metrics::counter!("twilio_signatures_verified_total", "token" => key.name).increment(1);
            Ok(key)
        } else {
            metrics::counter!("twilio_signatures_refused_total").increment(1);
            Err(ApiError::Signature)
        }
    }
}

impl<S: Send + Sync> FromRequest<S> for Signed
where
    Verifier: FromRef<S>,
{
    type Rejection = ApiError;

    /// A missing or invalid signature is 403.
    async fn from_request(request: Request, state: &S) -> Result<Self, ApiError> {
        let verifier = Verifier::from_ref(state);
        let (parts, body) = request.into_parts();
        let signature = parts
            .headers
            .get(signature::HEADER)
            .and_then(|value| value.to_str().ok());
        let signature = signature.ok_or(ApiError::Signature)?.to_owned();
        let path_and_query = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
        let url = verifier.config.callback_url(path_and_query);
        let query = Form::parse(parts.uri.query().unwrap_or_default().as_bytes());
        let kind = kind(&parts.method, &parts.headers)?;
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
        let (form, query, key) = match kind {
            // The parameters are in the signed URL, behind our own.
            Kind::Query => {
                let key = verifier.verify(&url, Body::Empty, &signature)?;
                let (form, query) = query.split(|name| name.starts_with(|first: char| first.is_ascii_uppercase()));
                (form, query, key)
            }
            Kind::Form => {
                let form = Form::parse(&bytes);
                let key = verifier.verify(&url, Body::Form(&form), &signature)?;
                (form, query, key)
            }
            Kind::Json => {
                let key = verifier.verify(&url, Body::Raw(&bytes), &signature)?;
                let text = String::from_utf8_lossy(&bytes).into_owned();
                (
                    Form::from_parameters(BTreeMap::from([(WHOLE_BODY.to_owned(), vec![text])])),
                    query,
                    key,
                )
            }
        };
        let received_at = verifier.clock.now();
        let unreadable = callbacks::unreadable(&form, received_at);
        for parameter in &unreadable {
            metrics::counter!("twilio_unreadable_parameters_total", "parameter" => *parameter).increment(1);
        }
        Ok(Self(Received {
            form,
            query,
            accounts: key.accounts.clone(),
            unreadable,
            token,
            request_id,
            received_at,
        }))
    }
}

#[derive(Clone, Copy)]
enum Kind {
    /// A webhook that is configured with the method `GET`.
    Query,
    Form,
    Json,
}

fn kind(method: &Method, headers: &HeaderMap) -> Result<Kind, ApiError> {
    if method == Method::GET {
        return Ok(Kind::Query);
    }
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

/// Twilio's idempotency token, if it is well-formed: it becomes part of a command key.
fn token(headers: &HeaderMap) -> Option<String> {
    let token = headers.get(signature::IDEMPOTENCY_HEADER)?.to_str().ok()?;
    let is_well_formed =
        (1..=MAX_TOKEN_BYTES).contains(&token.len()) && token.bytes().all(|byte| byte.is_ascii_graphic());
    is_well_formed.then(|| token.to_owned())
}
