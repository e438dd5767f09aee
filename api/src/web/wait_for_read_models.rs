//! Read-your-writes: after a command, the handler waits briefly until the read models have the change.

use infra::event_store::Position;
use projections::Progress;
use std::time::Duration;

/// Timeout of the wait; then the client can wait for `X-Ledger-Position` itself.
const READ_MODEL_TIMEOUT: Duration = Duration::from_secs(2);

/// Waits until these read models have passed a position, up to [`READ_MODEL_TIMEOUT`]. A timeout is not an error: the
/// command is durable.
pub async fn wait_for_read_models(progress: &Progress, models: &[&str], position: Position) {
    let waits = models
        .iter()
        .map(|model| progress.wait(model, position, READ_MODEL_TIMEOUT));
    let reached = futures::future::join_all(waits).await;
    if reached.contains(&false) {
        tracing::warn!(position, "read model lags, response may be stale");
    }
}
