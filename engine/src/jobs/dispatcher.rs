//! The dispatcher of all jobs: it polls for work, runs several items concurrently, and delays retries.
//!
//! Work is read from the `work` read model, and its row goes once the result is in the log. Because the read model
//! lags, a finished item whose row is still there is not taken again until the read model has passed the result.
//!
//! Which process runs a kind of job is decided by a lease, which is extended while items run. A process that has lost it
//! may still finish an item that another one runs too: each job reads the state at Twilio before it changes anything,
//! and a result is recorded once per attempt.

use super::job::{Job, JobOutcome};
use super::share::{Limits, in_turn, share};
use crate::{Engine, SharedEngine};
use domain::Timestamp;
use futures::FutureExt as _;
use futures::future::{BoxFuture, join_all};
use projections::work::Kind;
use projections::work::tables::WorkRow;
use std::collections::HashMap;
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
        last_served: HashMap::new(),
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
    /// The tenant whose item was started last, by kind.
    last_served: HashMap<Kind, String>,
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

    /// Starts what is due. A kind whose query fails does not delay the others.
    async fn start_due(&mut self, jobs: &[Registered]) -> anyhow::Result<()> {
        let queues = self.engine.read.work.queues().await?;
        let kinds = jobs.iter().map(|job| {
            let tenants = queues.iter().filter(|(kind, _)| *kind == job.kind);
            self.waiting(job, tenants.map(|(_, tenant)| tenant.as_str()).collect())
        });
        let kinds: Vec<_> = join_all(kinds).await;
        for (job, waiting) in jobs.iter().zip(kinds) {
            match waiting {
                Ok(waiting) => self.start(job, waiting),
                Err(error) => tracing::warn!(%error, kind = job.kind.as_str(), "job query failed"),
            }
        }
        Ok(())
    }

    /// The due items of a kind by tenant, in the order of their turns. None if another process runs this kind.
    async fn waiting(&self, job: &Registered, tenants: Vec<&str>) -> anyhow::Result<Vec<(String, Vec<WorkRow>)>> {
        let running = self.running_by_tenant(job.kind);
        // The lease of a kind that runs is extended, even if nothing more may start.
        if tenants.is_empty() && running.is_empty() || !self.engine.leases.holds(job.kind.as_str()).await? {
            return Ok(Vec::new());
        }
        let free = job.limits.total.saturating_sub(running.values().sum());
        let mut waiting = Vec::new();
        for tenant in in_turn(tenants, self.last_served.get(&job.kind).map(String::as_str)) {
            // One item of each of so many tenants fills all slots.
            if waiting.len() >= free {
                break;
            }
            if running.get(tenant).copied().unwrap_or_default() >= job.limits.per_tenant {
                continue;
            }
            let items = self.due(job, tenant).await?;
            if !items.is_empty() {
                waiting.push((tenant.to_owned(), items));
            }
        }
        Ok(waiting)
    }

    fn running_by_tenant(&self, kind: Kind) -> HashMap<String, usize> {
        let mut running: HashMap<String, usize> = HashMap::new();
        for it in self.running.values().filter(|it| it.name.0 == kind) {
            *running.entry(it.tenant.clone()).or_default() += 1;
        }
        running
    }

    /// Starts items of one kind, within its limits.
    fn start(&mut self, job: &Registered, waiting: Vec<(String, Vec<WorkRow>)>) {
        for item in share(job.limits, &self.running_by_tenant(job.kind), waiting) {
            self.last_served.insert(job.kind, item.tenant.clone());
            let started = Running {
                name: (job.kind, item.stream.clone(), item.item.clone()),
                tenant: item.tenant.clone(),
                known: known(&item),
            };
            // Every log line of the run names the call and the job.
            let span = tracing::info_span!("job", kind = job.kind.as_str(), call_id = item.stream);
            let run = one(self.engine.clone(), job.run, item);
            let task = self.tasks.spawn(run.instrument(span));
            self.running.insert(task.id(), started);
        }
    }

    /// A tenant's due items that neither run nor are deferred, as many as may run.
    async fn due(&self, job: &Registered, tenant: &str) -> anyhow::Result<Vec<WorkRow>> {
        let of_queue = |name: &Name, of: &str| name.0 == job.kind && of == tenant;
        let running = self.running.values().filter(|it| of_queue(&it.name, &it.tenant));
        let deferred = self.deferred.iter().filter(|(name, it)| of_queue(name, &it.tenant));
        let limit = i64::try_from(running.count() + deferred.count() + job.limits.per_tenant)?;
        let now = self.engine.clock.now().as_micros();
        let work = &self.engine.read.work;
        let mut items = work.due_of_tenant(job.kind, tenant, now, limit).await?;
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
