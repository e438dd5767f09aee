//! Stores when users were last seen, with a resolution of one minute: a row for every request would cost too much.

use crate::SharedEngine;
use std::time::Duration;

const FLUSH_INTERVAL: Duration = Duration::from_secs(15);

/// Runs until the service stops.
pub async fn run(engine: SharedEngine) {
    loop {
        tokio::select! {
            () = engine.drain.closing() => return,
            () = tokio::time::sleep(FLUSH_INTERVAL) => {}
        }
        for (user_id, at) in engine.presence.take_due() {
            if let Err(error) = engine.accounts.set_last_seen(&user_id, at).await {
                tracing::debug!(%error, "last-seen time of user not stored");
            }
        }
    }
}
