//! What `WebSockets` that stay open for long share: how patient they are, what closes them, and whose they are.

use crate::auth::SignedIn;
use crate::state::AppState;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, close_code};
use infra::event_store::{Recorded, StoreError};
use infra::ledger::Subscription;
use std::sync::Arc;
use std::time::Duration;

/// A reader that does not take a message for so long is too slow.
pub const PATIENCE: Duration = Duration::from_secs(10);
/// How often a quiet connection is tried, so that proxies keep it and a lost one is noticed.
pub const PING: Duration = Duration::from_secs(20);
/// How often it is looked whether the session still stands.
pub const CHECK: Duration = Duration::from_mins(1);
/// Events read at once.
const BATCH: usize = 256;
/// The close code that means: come again.
const RESUME: u16 = 4000;
/// The close code that means: sign in again.
const SIGNED_OUT: u16 = 4001;

/// A code and words with which a socket is closed.
#[derive(Clone, Copy, Debug)]
pub struct Closing(pub u16, pub &'static str);

impl Closing {
    /// The service goes; another process takes whoever comes.
    pub const RESTART: Self = Self(close_code::AWAY, "the service restarts: come again");

    /// Come again.
    #[must_use]
    pub const fn resume(why: &'static str) -> Self {
        Self(RESUME, why)
    }

    /// As a message.
    #[must_use]
    pub fn message(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.0,
            reason: Utf8Bytes::from_static(self.1),
        }))
    }
}

/// The next events of a log that has some.
///
/// # Errors
/// When the ledger cannot be read, or not in time.
pub async fn read(log: &mut Subscription, ready: Result<(), StoreError>) -> Result<Vec<Arc<Recorded>>, StoreError> {
    ready?;
    let read = tokio::time::timeout(PATIENCE, log.read(BATCH)).await;
    read.unwrap_or(Err(StoreError::Closed))
}

/// A socket that is open for days ends with the session that opened it.
///
/// # Errors
/// When that session ended.
pub async fn still_signed_in(state: &AppState, signed_in: &SignedIn) -> Result<(), Closing> {
    let user = match &signed_in.session {
        Some(session) => state.people.user_of_session(session, state.clock.now()).await,
        None => state.people.user(&signed_in.user.user_id).await,
    };
    match user {
        Ok(Some(user)) if user.active && user.role == signed_in.user.role => Ok(()),
        Ok(_) => Err(Closing(SIGNED_OUT, "sign in again")),
        // The database is away: that ends nothing.
        Err(_) => Ok(()),
    }
}
