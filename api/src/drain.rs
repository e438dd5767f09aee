//! Stopping without hurting anybody: first the service stops being ready, then it takes no more connections, then it
//! waits for what is in flight.

use tokio_util::sync::CancellationToken;

/// How far the service has come in stopping. Cheap to clone; all clones are one.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    ordered: CancellationToken,
    closing: CancellationToken,
}

impl Drain {
    /// Orders the service to stop: readiness turns red at once.
    pub fn order(&self) {
        self.ordered.cancel();
    }

    /// Takes no more connections, and asks those that are open for long (live feeds) to close.
    pub fn close(&self) {
        self.order();
        self.closing.cancel();
    }

    /// Whether it was ordered.
    #[must_use]
    pub fn is_ordered(&self) -> bool {
        self.ordered.is_cancelled()
    }

    /// Waits for the order.
    pub async fn ordered(&self) {
        self.ordered.cancelled().await;
    }

    /// Waits until no more connections are taken.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }
}
