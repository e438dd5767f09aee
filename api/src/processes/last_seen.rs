//! Writes down when users were last seen, a minute at a time: a row for each request would cost more than it tells.

use crate::state::AppState;
use std::time::Duration;

const EACH: Duration = Duration::from_secs(15);

/// Writes until the service stops.
pub async fn run(state: AppState) {
    loop {
        tokio::select! {
            () = state.drain.closing() => return,
            () = tokio::time::sleep(EACH) => {}
        }
        for (user_id, at) in state.presence.to_write() {
            if let Err(error) = state.people.saw_user(&user_id, at).await {
                tracing::debug!(%error, "when a user was last seen is not written down");
            }
        }
    }
}
