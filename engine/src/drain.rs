//! Graceful shutdown: first readiness turns red, then no more connections are accepted, then requests in flight finish.

use tokio_util::sync::CancellationToken;

/// State of the shutdown. Cheap to clone; all clones share it.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    draining: CancellationToken,
    closing: CancellationToken,
}

impl Drain {
    /// Begins the shutdown: readiness turns red immediately.
    pub fn begin(&self) {
        self.draining.cancel();
    }

    /// Stops accepting connections, and asks long-lived ones (live feeds) to close.
    pub fn close(&self) {
        self.begin();
        self.closing.cancel();
    }

    /// Whether the shutdown has begun.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Waits until the shutdown begins.
    pub async fn draining(&self) {
        self.draining.cancelled().await;
    }

    /// Waits until no more connections are accepted.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }
}
