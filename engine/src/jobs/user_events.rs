//! Appends the events of users that no request has appended: of the command line, and after a kill or an outage.

use crate::SharedEngine;
use crate::user_events::append_stored;
use std::time::Duration;

const INTERVAL: Duration = Duration::from_secs(5);

/// Runs until the service stops.
pub async fn run(engine: SharedEngine) {
    loop {
        if let Err(error) = append_stored(&engine).await {
            tracing::warn!(%error, "events of users not recorded yet");
        }
        tokio::select! {
            () = engine.drain.closing() => return,
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
}
