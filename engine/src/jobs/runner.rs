//! The runner that all jobs share: it polls for work, runs several items concurrently, delays retries, and records
//! results in the ledger.
//!
//! Work is read from the `work` read model, and its row goes once the result is in the log. Because the read model
//! lags, a finished item whose row is still there is not taken again until the read model has passed the result.

use crate::{Engine, SharedEngine};
use domain::Timestamp;
use domain::call::{Call, CallCommand, CallError};
use infra::event_store::{Actor, Metadata, Position};
use infra::ledger::LedgerError;
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

/// The result of one run of a job.
pub enum JobOutcome {
    /// The result is in the log, at this position.
    Recorded(Position),
    /// Nothing was recorded: nothing could be tried, or a callback will report the result. The item is delayed, and
    /// taken earlier if its row changes.
    Retry,
}

/// A process manager.
pub trait Job: Send + Sync + 'static {
    /// The kind of work items it handles; also the name of its lease.
    const KIND: Kind;
    /// Maximum number of items that run at the same time.
    const MAX_CONCURRENCY: usize;

    /// Runs one item.
    fn work(engine: SharedEngine, item: WorkRow) -> impl Future<Output = anyhow::Result<JobOutcome>> + Send;
}

/// Identifies an item of a kind: its stream and its item name.
type Name = (String, String);

fn name(item: &WorkRow) -> Name {
    (item.stream.clone(), item.item.clone())
}

/// An item that is not taken again until then, unless its row has changed.
struct Deferred {
    until: Timestamp,
    known: Known,
}

/// The version of an item's row: its attempts and its detail.
type Known = (i64, String);

fn known(item: &WorkRow) -> Known {
    (item.attempts, item.detail.clone())
}

/// Runs a job until the service stops. Items that are running then are abandoned and found again after the restart.
pub async fn run<W: Job>(engine: SharedEngine) {
    let mut running: HashMap<task::Id, (Name, Known)> = HashMap::new();
    let mut deferred: HashMap<Name, Deferred> = HashMap::new();
    let mut tasks: JoinSet<()> = JoinSet::new();
    loop {
        let now = engine.clock.now();
        while let Some(joined) = tasks.try_join_next_with_id() {
            let id = match joined {
                Ok((id, ())) => id,
                // The job panicked; the panic hook has logged it. The item is retried after the usual delay.
                Err(error) => error.id(),
            };
            if let Some((name, known)) = running.remove(&id) {
                let until = now.plus_seconds(RETRY_AFTER_NO_RESULT_S);
                deferred.insert(name, Deferred { until, known });
            }
        }
        deferred.retain(|_, it| it.until > now);
        match due::<W>(&engine, &running, &deferred).await {
            Ok(items) => {
                for item in items.into_iter().take(W::MAX_CONCURRENCY.saturating_sub(running.len())) {
                    let what = (name(&item), known(&item));
                    // Every log line of the run names the call and the job.
                    let span = tracing::info_span!("job", kind = W::KIND.as_str(), call_id = item.stream);
                    let task = tasks.spawn(one::<W>(engine.clone(), item).instrument(span));
                    running.insert(task.id(), what);
                }
            }
            Err(error) => tracing::warn!(%error, kind = W::KIND.as_str(), "job query failed"),
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

async fn due<W: Job>(
    engine: &Engine,
    running: &HashMap<task::Id, (Name, Known)>,
    deferred: &HashMap<Name, Deferred>,
) -> anyhow::Result<Vec<WorkRow>> {
    if running.len() >= W::MAX_CONCURRENCY || !engine.leases.holds(W::KIND.as_str()).await? {
        return Ok(Vec::new());
    }
    let now = engine.clock.now().as_micros();
    let limit = i64::try_from(running.len() + deferred.len() + W::MAX_CONCURRENCY).unwrap_or(i64::MAX);
    let mut items = engine.read.work.due(W::KIND, now, limit).await?;
    items.retain(|item| {
        let name = name(item);
        let is_deferred = deferred.get(&name).is_some_and(|it| it.known == known(item));
        !is_deferred && !running.values().any(|(taken, _)| *taken == name)
    });
    Ok(items)
}

/// Runs one item and waits until the read model shows the result. An item whose row is unchanged afterwards is deferred
/// like one without a result, so that nothing is repeated in a tight loop.
async fn one<W: Job>(engine: SharedEngine, item: WorkRow) {
    match W::work(engine.clone(), item).await {
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

/// Records the result of an item on its call, once per attempt. The inner error means that the call rejected it because
/// it was erased in the meantime.
pub async fn record_result<W: Job>(
    engine: &Engine,
    item: &WorkRow,
    commands: &[CallCommand],
) -> anyhow::Result<Result<Position, CallError>> {
    record_as::<W>(engine, item, "", commands).await
}

/// `outcome` distinguishes two results of the same attempt in the command key, such as a start and a failure.
async fn record_as<W: Job>(
    engine: &Engine,
    item: &WorkRow,
    outcome: &str,
    commands: &[CallCommand],
) -> anyhow::Result<Result<Position, CallError>> {
    let kind = W::KIND.as_str();
    let key = format!(
        "process:{kind}:{}:{}:{}{outcome}",
        item.stream, item.item, item.attempts
    );
    let metadata = Metadata::new(item.tenant.as_str(), Actor::Process(kind.to_owned()), &key).with_key(&key);
    match engine
        .ledger
        .execute_all::<Call>(&item.stream, commands, metadata)
        .await
    {
        Ok(executed) => Ok(Ok(executed.position)),
        Err(LedgerError::Rejected(error)) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}

/// How often an item is tried, with exponential backoff.
pub struct RetryPolicy {
    /// Delay after the first attempt, in seconds; it doubles with each attempt.
    pub initial_delay_s: i64,
    /// Upper bound of the delay, in seconds.
    pub max_delay_s: i64,
    pub max_attempts: u32,
}

impl RetryPolicy {
    /// Whether the current attempt is the last one.
    pub fn is_last_attempt(&self, item: &WorkRow) -> bool {
        attempt_of(item) >= self.max_attempts
    }
}

fn attempt_of(item: &WorkRow) -> u32 {
    u32::try_from(item.attempts).unwrap_or(u32::MAX).saturating_add(1)
}

/// Records a failed attempt on the call. After the last one, the commands of `given_up` are recorded with it.
pub async fn fail<W: Job, G: IntoIterator<Item = CallCommand>>(
    engine: &Engine,
    item: &WorkRow,
    policy: &RetryPolicy,
    reason: &str,
    given_up: impl FnOnce(u32) -> G,
) -> anyhow::Result<JobOutcome> {
    let at = engine.clock.now();
    let attempt = attempt_of(item);
    let wait = policy
        .initial_delay_s
        .saturating_mul(1 << attempt.saturating_sub(1).min(30))
        .min(policy.max_delay_s);
    let retry_at = (!policy.is_last_attempt(item)).then(|| at.plus_seconds(wait));
    tracing::info!(
        call_id = item.stream,
        kind = W::KIND.as_str(),
        attempt,
        reason,
        is_last = retry_at.is_none(),
        "job attempt failed"
    );
    let mut commands = vec![CallCommand::FailEffect {
        at,
        effect: W::KIND.as_str().to_owned(),
        item: item.item.clone(),
        reason: reason.to_owned(),
        attempt,
        retry_at,
    }];
    if retry_at.is_none() {
        commands.extend(given_up(attempt));
    }
    match record_as::<W>(engine, item, ":failed", &commands).await? {
        Ok(position) => Ok(JobOutcome::Recorded(position)),
        // The call was erased: nothing is recorded, and the read model will remove the item.
        Err(_) => Ok(JobOutcome::Retry),
    }
}
