//! The dispatcher of all jobs: it polls for work, runs several items concurrently, and delays retries.
//!
//! Work is read from the `work` read model, and its row goes once the result is in the log. Because the read model
//! lags, a finished item whose row is still there is not taken again until the read model has passed the result.
//!
//! Which process runs a kind of job is decided by a lease, which is extended while items run. A process that has lost it
//! may still finish an item that another one runs too: each job reads the state at Twilio before it changes anything,
//! and a result is recorded once per attempt.

use super::job::{Job, JobOutcome};
use super::share::{Limits, share};
use crate::{Engine, SharedEngine};
use domain::Timestamp;
use futures::FutureExt as _;
use futures::future::BoxFuture;
use projections::work::Kind;
use projections::work::tables::WorkRow;
use std::collections::{BTreeSet, HashMap};
use std::time::{Duration, Instant};
use tokio::task::{self, JoinSet};
use tracing::Instrument as _;

/// Minimum time between two polls, even when the read model has moved.
const MIN_POLL_INTERVAL: Duration = Duration::from_millis(100);
/// Maximum time between two polls: delayed items become due, and another process may be the one that advances the read
/// model.
const MAX_POLL_INTERVAL: Duration = Duration::from_millis(500);
/// How long a finished item waits for the read model to show its result.
const READ_MODEL_TIMEOUT: Duration = Duration::from_secs(30);
/// Delay before an item is taken again when its last run recorded no result, in seconds.
const RETRY_AFTER_NO_RESULT_S: i64 = 15;

/// A job that the dispatcher knows.
#[derive(Clone, Copy)]
pub struct Registered {
    kind: Kind,
    limits: Limits,
    run: fn(SharedEngine, WorkRow) -> BoxFuture<'static, anyhow::Result<JobOutcome>>,
}

impl Registered {
    /// A job with its limits.
    pub fn of<J: Job>() -> Self {
        Self {
            kind: J::KIND,
            limits: Limits::of(J::MAX_CONCURRENCY),
            run: |engine, item| J::work(engine, item).boxed(),
        }
    }
}

/// Identifies an item: its kind, its stream and its item name.
type Name = (Kind, String, String);

/// The version of an item's row: its attempts and its detail.
type Known = (i64, String);

fn known(item: &WorkRow) -> Known {
    (item.attempts, item.detail.clone())
}

/// An item that runs.
struct Running {
    name: Name,
    tenant: String,
    known: Known,
}

/// An item that is not taken again until then, unless its row has changed.
struct Deferred {
    until: Timestamp,
    tenant: String,
    known: Known,
}

/// Runs jobs until the service stops. Items that are running then are abandoned and found again after the restart.
pub async fn run(engine: SharedEngine, jobs: &[Registered]) {
    let mut dispatcher = Dispatcher {
        engine: engine.clone(),
        running: HashMap::new(),
        deferred: HashMap::new(),
        tasks: JoinSet::new(),
    };
    loop {
        dispatcher.collect_finished();
        if let Err(error) = dispatcher.start_due(jobs).await {
            tracing::warn!(%error, "job query failed");
        }
        tokio::select! {
            () = engine.drain.closing() => return,
            () = pause(&engine) => {}
        }
    }
}

/// Waits until the next poll.
async fn pause(engine: &Engine) {
    let started = Instant::now();
    tokio::select! {
        () = engine.models.progress().changed("work", MAX_POLL_INTERVAL) => {}
        // Items become due by the service's clock, which may run faster than real time.
        () = engine.clock.sleep(MAX_POLL_INTERVAL) => {}
    }
    tokio::time::sleep(MIN_POLL_INTERVAL.saturating_sub(started.elapsed())).await;
}

struct Dispatcher {
    engine: SharedEngine,
    running: HashMap<task::Id, Running>,
    deferred: HashMap<Name, Deferred>,
    tasks: JoinSet<()>,
}

impl Dispatcher {
    /// Defers the items whose run has ended: those whose result is in the read model are gone or have changed.
    fn collect_finished(&mut self) {
        let now = self.engine.clock.now();
        while let Some(joined) = self.tasks.try_join_next_with_id() {
            let id = match joined {
                Ok((id, ())) => id,
                // The job panicked; the panic hook has logged it. The item is retried after the usual delay.
                Err(error) => error.id(),
            };
            if let Some(Running { name, tenant, known }) = self.running.remove(&id) {
                let until = now.plus_seconds(RETRY_AFTER_NO_RESULT_S);
                self.deferred.insert(name, Deferred { until, tenant, known });
            }
        }
        self.deferred.retain(|_, it| it.until > now);
    }

    async fn start_due(&mut self, jobs: &[Registered]) -> anyhow::Result<()> {
        let queues = self.engine.read.work.queues().await?;
        // The lease of a kind that runs is extended, even if nothing more may start.
        let kinds: BTreeSet<Kind> = queues.iter().map(|(kind, _)| *kind).collect();
        let kinds = kinds.into_iter().chain(self.running.values().map(|it| it.name.0));
        for kind in kinds.collect::<BTreeSet<_>>() {
            let Some(job) = jobs.iter().find(|job| job.kind == kind) else {
                continue;
            };
            if self.engine.leases.holds(kind.as_str()).await? {
                let tenants = queues
                    .iter()
                    .filter(|(of, _)| *of == kind)
                    .map(|(_, tenant)| tenant.as_str());
                self.start_kind(job, tenants).await?;
            }
        }
        Ok(())
    }

    /// Starts due items of one kind, within its limits.
    async fn start_kind(&mut self, job: &Registered, tenants: impl Iterator<Item = &str>) -> anyhow::Result<()> {
        let mut running: HashMap<String, usize> = HashMap::new();
        for it in self.running.values().filter(|it| it.name.0 == job.kind) {
            *running.entry(it.tenant.clone()).or_default() += 1;
        }
        if running.values().sum::<usize>() >= job.limits.total {
            return Ok(());
        }
        let mut queues = Vec::new();
        for tenant in tenants {
            queues.push((tenant.to_owned(), self.due(job, tenant).await?));
        }
        for item in share(job.limits, &running, queues) {
            let started = Running {
                name: (job.kind, item.stream.clone(), item.item.clone()),
                tenant: item.tenant.clone(),
                known: known(&item),
            };
            // Every log line of the run names the call and the job.
            let span = tracing::info_span!("job", kind = job.kind.as_str(), call_id = item.stream);
            let task = self
                .tasks
                .spawn(one(self.engine.clone(), job.run, item).instrument(span));
            self.running.insert(task.id(), started);
        }
        Ok(())
    }

    /// A tenant's due items that neither run nor are deferred, as many as may run.
    async fn due(&self, job: &Registered, tenant: &str) -> anyhow::Result<Vec<WorkRow>> {
        let of_queue = |name: &Name, of: &str| name.0 == job.kind && of == tenant;
        let taken = self
            .running
            .values()
            .filter(|it| of_queue(&it.name, &it.tenant))
            .count()
            + self
                .deferred
                .iter()
                .filter(|(name, it)| of_queue(name, &it.tenant))
                .count();
        let limit = i64::try_from(taken + job.limits.per_tenant)?;
        let now = self.engine.clock.now().as_micros();
        let mut items = self
            .engine
            .read
            .work
            .due_of_tenant(job.kind, tenant, now, limit)
            .await?;
        items.retain(|item| {
            let name = (job.kind, item.stream.clone(), item.item.clone());
            let is_deferred = self.deferred.get(&name).is_some_and(|it| it.known == known(item));
            !is_deferred && !self.running.values().any(|it| it.name == name)
        });
        Ok(items)
    }
}

/// Runs one item and waits until the read model shows the result. An item whose row is unchanged afterwards is deferred
/// like one without a result, so that nothing is repeated in a tight loop.
async fn one(
    engine: SharedEngine,
    run: fn(SharedEngine, WorkRow) -> BoxFuture<'static, anyhow::Result<JobOutcome>>,
    item: WorkRow,
) {
    match run(engine.clone(), item).await {
        Ok(JobOutcome::Recorded(position)) => {
            engine
                .models
                .progress()
                .wait("work", position, READ_MODEL_TIMEOUT)
                .await;
        }
        Ok(JobOutcome::Retry) => {}
        Err(error) => {
            tracing::warn!(%error, "job failed");
        }
    }
}
