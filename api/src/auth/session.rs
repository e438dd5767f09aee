//! [`SignedIn`]: the authenticated user of a request.

use super::{Permission, cross_site, token};
use crate::error::ApiError;
use crate::limits::Limits;
use crate::state::composed_of_parts;
use crate::web::contract::Refused;
use crate::web::idempotency::RequestKey;
use axum::extract::{FromRef, FromRequestParts};
use axum::http::request::Parts;
use axum::http::{HeaderMap, HeaderName, header};
use axum_extra::extract::cookie::CookieJar;
use engine::presence::Presence;
use infra::accounts::{Accounts, DatabaseError, Origin};
use infra::clock::SharedClock;
use infra::config::Config;
use infra::event_store::{Actor, Metadata};
use infra::secret::Secret;
use std::sync::Arc;

pub use infra::accounts::User;

/// Name of the session cookie.
pub const COOKIE: &str = "call_ledger_session";

/// An authenticated user.
#[derive(Clone, Debug)]
pub struct SignedIn {
    pub user: User,
    /// Hash of the login session's token; absent with an API token.
    pub session: Option<String>,
    /// Hash of the API token; absent with a login session.
    pub token: Option<String>,
    /// Request ID; the correlation ID of the events that the request causes.
    pub request_id: String,
}

impl SignedIn {
    /// Checks that the user has a permission.
    ///
    /// # Errors
    /// 403 when it does not.
    pub fn may(&self, permission: Permission) -> Result<(), ApiError> {
        if permission.is_granted_to_user(&self.user) {
            Ok(())
        } else {
            Err(ApiError::Forbidden)
        }
    }

    /// Checks that a person sent the request, and not a program with an API token.
    ///
    /// # Errors
    /// 403 with an API token.
    pub const fn must_be_a_person(&self) -> Result<&str, ApiError> {
        match &self.session {
            Some(session) => Ok(session.as_str()),
            None => Err(ApiError::NotAPerson),
        }
    }

    /// Event metadata for a command of this user.
    #[must_use]
    pub fn metadata(&self, endpoint: &'static str, request: Option<RequestKey>) -> Metadata {
        let (command_key, fingerprint) =
            request.map_or((None, None), |request| (Some(request.key), request.fingerprint));
        Metadata {
            command_key,
            fingerprint,
            endpoint: Some(endpoint.to_owned()),
            ..Metadata::new(
                self.user.tenant.as_str(),
                Actor::User(self.user.user_id.clone()),
                self.request_id.clone(),
            )
        }
    }

    /// Who changes an account, for the events of users.
    #[must_use]
    pub fn origin(&self) -> Origin {
        Origin {
            actor: Actor::User(self.user.user_id.clone()),
            correlation_id: self.request_id.clone(),
        }
    }

    /// The user's ID, for the `by` field of commands.
    #[must_use]
    pub fn by(&self) -> String {
        self.user.user_id.clone()
    }

    /// The user's tenant.
    #[must_use]
    pub fn tenant(&self) -> &str {
        &self.user.tenant
    }
}

/// What authenticates a request.
#[derive(Clone)]
pub struct Authentication {
    clock: SharedClock,
    config: Arc<Config>,
    accounts: Accounts,
    limits: Arc<Limits>,
    presence: Arc<Presence>,
}

composed_of_parts!(Authentication {
    clock,
    config,
    accounts,
    limits,
    presence
});

impl Authentication {
    /// The user as the accounts know them now; `None` once the login session has ended or the token was revoked.
    ///
    /// # Errors
    /// When the accounts are unavailable.
    pub async fn current(&self, signed_in: &SignedIn) -> Result<Option<User>, DatabaseError> {
        let now = self.clock.now();
        match (&signed_in.session, &signed_in.token) {
            (Some(session), _) => self.accounts.user_of_session(session, now).await,
            (None, Some(token)) => self.accounts.user_of_token(token, now).await,
            (None, None) => Ok(None),
        }
    }
}

impl<S: Send + Sync> FromRequestParts<S> for SignedIn
where
    Authentication: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let authentication = Authentication::from_ref(state);
        let now = authentication.clock.now();
        let (user, session, token) = if let Some(token) = bearer(&parts.headers) {
            let hash = token::hash(token::Kind::Api, token).ok_or(ApiError::Unauthenticated)?;
            (
                authentication.accounts.user_of_token(&hash, now).await?,
                None,
                Some(hash),
            )
        } else {
            let jar = CookieJar::from_headers(&parts.headers);
            let cookie = jar.get(COOKIE).ok_or(ApiError::Unauthenticated)?;
            let hash = token::hash(token::Kind::Session, cookie.value()).ok_or(ApiError::Unauthenticated)?;
            // A safe method changes nothing, and other sites cannot read its response; an upgrade is not a plain read.
            if !parts.method.is_safe() || parts.headers.contains_key(header::UPGRADE) {
                cross_site::refuse(&parts.headers, &authentication.config.public_url)?;
            }
            (
                authentication.accounts.user_of_session(&hash, now).await?,
                Some(hash),
                None,
            )
        };
        let user = user.ok_or(ApiError::Unauthenticated)?;
        authentication.limits.request(&user.user_id)?;
        if let Some(Refused(problems)) = parts.extensions.get() {
            return Err(ApiError::Invalid(problems.clone()));
        }
        authentication.presence.record_seen(&user, now);
        let request_id = request_id(&parts.headers);
        Ok(Self {
            user,
            session,
            token,
            request_id,
        })
    }
}

/// The hash of the login session that a request is sent in; `None` with an API token, or without a session.
#[must_use]
pub fn session_of(headers: &HeaderMap) -> Option<String> {
    if bearer(headers).is_some() {
        return None;
    }
    let jar = CookieJar::from_headers(headers);
    token::hash(token::Kind::Session, jar.get(COOKIE)?.value())
}

/// The request ID: from the header, or a new one.
#[must_use]
pub fn request_id(headers: &HeaderMap) -> String {
    let given = headers
        .get(crate::web::middleware::REQUEST_ID)
        .and_then(|value| value.to_str().ok());
    given.map_or_else(|| infra::clock::new_id("req"), str::to_owned)
}

fn bearer(headers: &HeaderMap) -> Option<&str> {
    let (scheme, token) = headers.get(header::AUTHORIZATION)?.to_str().ok()?.split_once(' ')?;
    scheme.eq_ignore_ascii_case("bearer").then(|| token.trim())
}

/// The cookie of a new session, as a `Set-Cookie` header.
#[must_use]
pub fn cookie(config: &Config, token: &Secret) -> [(HeaderName, String); 1] {
    [(
        header::SET_COOKIE,
        set_cookie(token.expose(), config.session_length.as_secs(), config.is_https()),
    )]
}

/// A `Set-Cookie` header that removes the session cookie.
#[must_use]
pub fn removal(config: &Config) -> [(HeaderName, String); 1] {
    [(header::SET_COOKIE, set_cookie("", 0, config.is_https()))]
}

/// Scripts cannot read the cookie, other sites' forms do not send it, and with `https` it is never sent in plain text.
fn set_cookie(value: &str, seconds: u64, https: bool) -> String {
    let secure = if https { "; Secure" } else { "" };
    format!("{COOKIE}={value}; Path=/; Max-Age={seconds}; HttpOnly; SameSite=Lax{secure}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookie_is_http_only_same_site_and_secure_with_https() {
        assert_eq!(
            set_cookie("t", 60, false),
            "call_ledger_session=t; Path=/; Max-Age=60; HttpOnly; SameSite=Lax"
        );
        assert!(set_cookie("t", 60, true).ends_with("; Secure"));
    }

    #[test]
    fn bearer_scheme_is_case_insensitive() {
        let headers =
            |value: &'static str| HeaderMap::from_iter([(header::AUTHORIZATION, value.parse().expect("a value"))]);
        assert_eq!(bearer(&headers("bearer clt_x")), Some("clt_x"));
        assert_eq!(bearer(&headers("Basic clt_x")), None);
    }
}
