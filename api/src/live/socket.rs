//! Shared by the long-lived `WebSockets`: timeouts, close codes, and the session check.

use crate::auth::SignedIn;
use crate::auth::session::Authentication;
use axum::extract::ws::{CloseFrame, Message, Utf8Bytes, close_code};
use infra::event_store::{Recorded, StoreError};
use infra::ledger::{Ledger, Subscription};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Semaphore;

/// Maximum time for sending one message; a slower reader is disconnected.
pub const SEND_TIMEOUT: Duration = Duration::from_secs(10);
/// Time between two pings, which keep proxies from closing the connection and detect a lost one.
pub const PING_INTERVAL: Duration = Duration::from_secs(20);
/// Time between two checks whether the login session or the API token is still valid.
pub const SESSION_CHECK_INTERVAL: Duration = Duration::from_secs(5);
/// Maximum number of old events per read.
const MAX_OLD_BATCH: usize = 128;
/// Maximum number of events per read.
const MAX_BATCH: usize = 256;
/// Close code: reconnect and resume.
const RESUME: u16 = 4000;
/// Close code: sign in again.
const SIGNED_OUT: u16 = 4001;

/// Code and reason of a close frame.
#[derive(Clone, Copy, Debug)]
pub struct Closing(pub u16, pub &'static str);

impl Closing {
    /// The service is stopping; reconnect to another process.
    pub const RESTART: Self = Self(close_code::AWAY, "service restarting: reconnect");

    /// Asks the reader to reconnect and resume.
    #[must_use]
    pub const fn resume(reason: &'static str) -> Self {
        Self(RESUME, reason)
    }

    /// The close frame.
    #[must_use]
    pub fn message(self) -> Message {
        Message::Close(Some(CloseFrame {
            code: self.0,
            reason: Utf8Bytes::from_static(self.1),
        }))
    }
}

/// Most readers that read old events from the database at once: reading, opening and serializing them takes a core, which
/// webhooks need more urgently.
static OLD_EVENT_PERMITS: Semaphore = Semaphore::const_new(1);

/// Reads the next events of a subscription that is ready. Old events, which are not in memory, are read at low priority:
/// one batch at a time in the whole process, and a pause after each that is as long as the batch took.
///
/// # Errors
/// When the ledger cannot be read within the timeout.
pub async fn read(
    log: &mut Subscription,
    ready: Result<(), StoreError>,
    ledger: &Ledger,
) -> Result<Vec<Arc<Recorded>>, StoreError> {
    ready?;
    if ledger.has_in_memory(log.position()) {
        return in_time(log.read(MAX_BATCH)).await;
    }
    let _permit = OLD_EVENT_PERMITS.acquire().await.map_err(|_| StoreError::Closed)?;
    let started = Instant::now();
    let events = in_time(log.read(MAX_OLD_BATCH)).await;
    tokio::time::sleep(started.elapsed()).await;
    events
}

async fn in_time<T>(reading: impl Future<Output = Result<T, StoreError>>) -> Result<T, StoreError> {
    tokio::time::timeout(SEND_TIMEOUT, reading)
        .await
        .unwrap_or(Err(StoreError::Closed))
}

/// Checks that the login session or API token that opened a socket is still valid.
///
/// # Errors
/// When the session has ended, the token was revoked, or the user's role has changed.
pub async fn still_signed_in(authentication: &Authentication, signed_in: &SignedIn) -> Result<(), Closing> {
    match authentication.current(signed_in).await {
        Ok(Some(user)) if user.active && user.role == signed_in.user.role => Ok(()),
        Ok(_) => Err(Closing(SIGNED_OUT, "sign in again")),
        // The database is unavailable: the socket stays open.
        Err(_) => Ok(()),
    }
}
