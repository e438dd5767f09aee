//! Read models as consumers of the log, and their progress. See [`infra::consumer`] for what a consumer is.

mod progress;

pub use progress::{ModelStatus, Progress, RebuildStatus, Stage};

use crate::namespace;
use crate::projector::Projector;
use async_trait::async_trait;
use infra::clock::SharedClock;
use infra::consumer::{self, ConsumerContext, Ended, Handler, LogConsumer};
use infra::db::{DbError, Namespace, ReadStores};
use infra::event_store::Recorded;
use infra::ledger::Ledger;
use infra::subscription::checkpoint::Checkpoint;
use std::sync::Arc;
use std::time::Duration;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// What a read model reads from and writes to, and this process's identity as a lease owner.
#[derive(Clone)]
pub(crate) struct RunnerContext {
    pub ledger: Ledger,
    pub read_stores: ReadStores,
    pub clock: SharedClock,
    /// Identifies this process as the owner of leases.
    pub owner: Arc<str>,
}

/// Interval at which the lease of a model is tried while another process holds it.
const LEASE_POLL_INTERVAL: Duration = Duration::from_millis(500);
/// The same while this process rebuilds the model: the new rows are followed without delay after the switch.
const LEASE_POLL_INTERVAL_IN_REBUILD: Duration = Duration::from_millis(10);

/// Follows the log for one model until `stop` is cancelled.
pub(crate) fn spawn(
    projector: Arc<dyn Projector>,
    context: RunnerContext,
    progress: &Progress,
    stop: CancellationToken,
) -> JoinHandle<Ended> {
    let observer = Arc::new(progress.observer(projector.name()));
    let running = ConsumerContext {
        ledger: context.ledger.clone(),
        clock: context.clock.clone(),
        owner: context.owner.clone(),
    };
    let model = ReadModelConsumer {
        projector,
        context,
        progress: progress.clone(),
    };
    consumer::spawn(Arc::new(model), running, observer, stop)
}

/// What a model is called in reports about the health of the process.
pub(crate) fn part(model: &str) -> String {
    format!("read model {model}")
}

/// A read model as a consumer. Its namespace changes with each rebuild.
struct ReadModelConsumer {
    projector: Arc<dyn Projector>,
    context: RunnerContext,
    progress: Progress,
}

#[async_trait]
impl LogConsumer for ReadModelConsumer {
    fn name(&self) -> &'static str {
        self.projector.name()
    }

    fn part(&self) -> String {
        part(self.name())
    }

    fn version(&self) -> i64 {
        self.projector.version()
    }

    async fn prepare(&self) -> Result<(Namespace, Checkpoint), DbError> {
        let namespace = self.context.read_stores.current(self.name()).await?;
        let checkpoint = namespace::prepare(self.projector.as_ref(), &namespace).await?;
        Ok((namespace, checkpoint))
    }

    async fn is_current(&self, namespace: &Namespace) -> Result<bool, DbError> {
        let current = self.context.read_stores.current(self.name()).await?;
        Ok(current.generation == namespace.generation)
    }

    fn concerns(&self, event: &Recorded) -> bool {
        self.projector.concerns(event)
    }

    fn handler(&self) -> Box<dyn Handler> {
        self.projector.handler(&self.context.ledger)
    }

    fn lease_poll_interval(&self) -> Duration {
        if self.progress.is_rebuilding_here(self.name()) {
            LEASE_POLL_INTERVAL_IN_REBUILD
        } else {
            LEASE_POLL_INTERVAL
        }
    }
}
