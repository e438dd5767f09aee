//! [`LoginSessions`]: begins and ends login sessions.

use super::{SignedIn, User, session, token};
use crate::error::ApiError;
use crate::state::composed_of_parts;
use axum::http::HeaderName;
use domain::Timestamp;
use engine::{SharedEngine, user_events};
use infra::accounts::{Accounts, Origin};
use infra::clock::SharedClock;
use infra::config::Config;
use infra::event_store::Actor;
use std::net::IpAddr;
use std::sync::Arc;

/// A `Set-Cookie` header.
pub type Cookie = [(HeaderName, String); 1];

/// What begins and ends login sessions.
pub struct LoginSessions {
    pub accounts: Accounts,
    pub engine: SharedEngine,
    pub clock: SharedClock,
    pub config: Arc<Config>,
}

composed_of_parts!(LoginSessions {
    accounts,
    engine,
    clock,
    config
});

impl LoginSessions {
    /// Begins a login session; its token is only in the cookie.
    ///
    /// # Errors
    /// When the accounts are unavailable.
    pub async fn begin(&self, user: &User, address: IpAddr) -> Result<Cookie, ApiError> {
        let token = token::new(token::Kind::Session);
        let hash = token::hash(token::Kind::Session, token.expose())
            .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
        let now = self.clock.now();
        let length = i64::try_from(self.config.session_length.as_micros()).unwrap_or(i64::MAX);
        let until = Timestamp(now.as_micros().saturating_add(length));
        let origin = Origin::of(Actor::User(user.user_id.clone()));
        self.accounts
            .begin_session(&hash, user, (now, until), address, &origin)
            .await?;
        user_events::append_after_request(&self.engine).await;
        Ok(session::cookie(&self.config, &token))
    }

    /// Ends the login session of a request, and removes the cookie. Without a session, only the cookie is removed.
    ///
    /// # Errors
    /// When the accounts are unavailable.
    pub async fn end(&self, signed_in: &SignedIn) -> Result<Cookie, ApiError> {
        if let Some(session) = &signed_in.session {
            let origin = signed_in.origin();
            self.accounts
                .end_session(session, &signed_in.user, self.clock.now(), &origin)
                .await?;
            user_events::append_after_request(&self.engine).await;
        }
        Ok(session::removal(&self.config))
    }
}
