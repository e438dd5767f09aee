//! A person sees their own change: after a write we wait, not for long, until the read models have it.

use crate::state::AppState;
use infra::event_store::Position;
use std::time::Duration;

/// After this the answer goes out as it is; `X-Ledger-Position` tells the client what to wait for.
const LONGEST: Duration = Duration::from_secs(2);

/// Waits until these read models have passed a position, for two seconds at most. Lateness is no error: the write is
/// durable, and the rows will follow.
pub async fn wait_for_read_models(state: &AppState, models: &[&str], position: Position) {
    let waits = models
        .iter()
        .map(|model| state.models.progress().wait(model, position, LONGEST));
    let settled = futures::future::join_all(waits).await;
    if settled.contains(&false) {
        tracing::warn!(position, "a read model is late: the answer shows it as it was");
    }
}
