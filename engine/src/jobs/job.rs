//! [`Job`], and how its results are recorded.

use crate::{Engine, SharedEngine};
use domain::call::{Call, CallCommand, CallError};
use infra::blob::BlobError;
use infra::event_store::{Actor, Metadata, Position};
use infra::faults::Area;
use infra::ledger::LedgerError;
use infra::models::ModelError;
use infra::twilio::rest::TwilioError;
use projections::work::Kind;
use projections::work::tables::WorkRow;

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

/// An error of the outside, as far as a job decides whether to count it.
pub trait Countable {
    /// Whether it says something about the item, so that the attempt counts. A request that was not processed, or that is
    /// refused until an operator changes the configuration, says nothing: the item is tried again, as often as needed.
    fn counts_as_attempt(&self) -> bool;
}

impl Countable for TwilioError {
    fn counts_as_attempt(&self) -> bool {
        !(self.is_safe_to_retry() || self.is_configuration_fault())
    }
}

impl Countable for BlobError {
    fn counts_as_attempt(&self) -> bool {
        !(self.is_unavailable() || self.is_configuration_fault())
    }
}

impl Countable for ModelError {
    fn counts_as_attempt(&self) -> bool {
        let is_unsent = matches!(self, Self::CircuitOpen | Self::Unavailable(_) | Self::Busy(_));
        !(is_unsent || self.is_configuration_fault())
    }
}

/// Reports whether the provider of a model accepts our credentials.
pub fn note_model<T>(engine: &Engine, result: &Result<T, ModelError>) {
    match result {
        Err(error) if error.is_configuration_fault() => engine.faults.report(Area::Models, error.to_string()),
        Ok(_) => engine.faults.end(Area::Models),
        Err(_) => {}
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

/// The number of the current attempt, from 1.
pub fn attempt_of(item: &WorkRow) -> u32 {
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
