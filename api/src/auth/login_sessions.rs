//! [`LoginSessions`]: begins and ends login sessions.

use super::{User, session, token};
use crate::error::ApiError;
use crate::state::composed_of_parts;
use axum::http::HeaderName;
use domain::Timestamp;
use infra::accounts::Accounts;
use infra::clock::SharedClock;
use infra::config::Config;
use std::sync::Arc;

/// A `Set-Cookie` header.
pub type Cookie = [(HeaderName, String); 1];

/// What begins and ends login sessions.
pub struct LoginSessions {
    pub accounts: Accounts,
    pub clock: SharedClock,
    pub config: Arc<Config>,
}

composed_of_parts!(LoginSessions {
    accounts,
    clock,
    config
});

impl LoginSessions {
    /// Begins a login session; its token is only in the cookie.
    ///
    /// # Errors
    /// When the accounts are unavailable.
    pub async fn begin(&self, user: &User) -> Result<Cookie, ApiError> {
        let token = token::new(token::Kind::Session);
        let hash = token::hash(token::Kind::Session, token.expose())
            .ok_or_else(|| ApiError::Internal(anyhow::anyhow!("a new token is not well-formed")))?;
        let now = self.clock.now();
        let length = i64::try_from(self.config.session_length.as_micros()).unwrap_or(i64::MAX);
        let until = Timestamp(now.as_micros().saturating_add(length));
        self.accounts.begin_session(&hash, &user.user_id, now, until).await?;
        Ok(session::cookie(&self.config, &token))
    }

    /// Ends a login session by its hash, and removes the cookie. Without a session, only the cookie is removed.
    ///
    /// # Errors
    /// When the accounts are unavailable.
    pub async fn end(&self, session: Option<&str>) -> Result<Cookie, ApiError> {
        if let Some(session) = session {
            self.accounts.end_session(session).await?;
        }
        Ok(session::removal(&self.config))
    }
}
