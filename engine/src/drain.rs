//! Graceful shutdown: first calls finish, then readiness turns red, then no more connections are accepted, then requests
//! in flight finish.

use tokio_util::sync::CancellationToken;

/// State of the shutdown. Cheap to clone; all clones share it.
#[derive(Clone, Debug, Default)]
pub struct Drain {
    finishing: CancellationToken,
    draining: CancellationToken,
    closing: CancellationToken,
}

impl Drain {
    /// Begins the shutdown: no more calls start here, and those in progress continue. Readiness stays green, so that their
    /// webhooks arrive.
    pub fn finish_calls(&self) {
        self.finishing.cancel();
    }

    /// Readiness turns red.
    pub fn begin(&self) {
        self.finish_calls();
        self.draining.cancel();
    }

    /// Stops accepting connections, and asks long-lived ones (live feeds) to close.
    pub fn close(&self) {
        self.begin();
        self.closing.cancel();
    }

    /// Whether the shutdown has begun: no more calls start here.
    #[must_use]
    pub fn is_finishing_calls(&self) -> bool {
        self.finishing.is_cancelled()
    }

    /// Whether requests should go to another process.
    #[must_use]
    pub fn is_draining(&self) -> bool {
        self.draining.is_cancelled()
    }

    /// Waits until the shutdown begins.
    pub async fn finishing_calls(&self) {
        self.finishing.cancelled().await;
    }

    /// Waits until no more connections are accepted.
    pub async fn closing(&self) {
        self.closing.cancelled().await;
    }
}
