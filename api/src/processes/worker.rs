//! What process managers share: finding their work, doing several pieces of it at once, resting after a failure, and
//! telling the ledger what came of it.
//!
//! Work comes from the `work` read model and goes when the result is in the log. A piece that was done, but whose row is
//! still there because the read model is a little late, is not taken again: it is remembered until the read model has
//! passed the result.

use crate::state::AppState;
use domain::call::{Call, CallCommand, CallError};
use infra::event_store::{Actor, Metadata, Position};
use infra::ledger::LedgerError;
use projections::work::Kind;
use projections::work::tables::WorkRow;
use std::collections::HashMap;
use std::time::{Duration, Instant};
use tokio::task::{self, JoinSet};

/// It looks for work when the read model has moved, but not more often than this,
const AT_MOST_EACH: Duration = Duration::from_millis(100);
/// and at least as often as this: what was to wait falls due, and another process may be the one that moves the model.
const AT_LEAST_EACH: Duration = Duration::from_millis(500);
/// How long the read model may take to show what was done, before a piece of work may be taken again.
const LATE: Duration = Duration::from_secs(30);
/// How long a piece rests after a failure that left no trace in the log.
const REST: Duration = Duration::from_secs(15);

/// What came of a piece of work.
pub enum Done {
    /// The log says what came of it.
    Told(Position),
    /// Nothing could be tried, or something was and the telephone network will tell what came of it: it rests, and is taken
    /// again sooner when something about it has changed.
    NotNow,
}

/// A process manager.
pub trait Worker: Send + Sync + 'static {
    /// What it does.
    const KIND: Kind;
    /// Pieces that it does at the same time.
    const AT_ONCE: usize;

    /// Does a piece of work.
    fn work(state: AppState, item: WorkRow) -> impl Future<Output = anyhow::Result<Done>> + Send;
}

/// One of several items of a kind: its stream and its name.
type Name = (String, String);

fn name(item: &WorkRow) -> Name {
    (item.stream.clone(), item.item.clone())
}

/// A piece that was looked at: so long it is not taken again, unless something else is known of it.
struct Resting {
    until: Instant,
    known: Known,
}

/// What is known of a piece: how often it was tried, and its detail.
type Known = (i64, String);

fn known(item: &WorkRow) -> Known {
    (item.attempts, item.detail.clone())
}

/// Works until the service stops. What is under way then is given up; it is found again.
pub async fn run<W: Worker>(state: AppState) {
    let mut under_way: HashMap<task::Id, (Name, Known)> = HashMap::new();
    let mut resting: HashMap<Name, Resting> = HashMap::new();
    let mut tasks: JoinSet<()> = JoinSet::new();
    loop {
        let now = Instant::now();
        while let Some(joined) = tasks.try_join_next_with_id() {
            let id = match joined {
                Ok((id, ())) => id,
                // It panicked: said by the panic itself. The piece is tried again after a rest, like any other.
                Err(error) => error.id(),
            };
            if let Some((name, known)) = under_way.remove(&id) {
                let until = now + REST;
                resting.insert(name, Resting { until, known });
            }
        }
        resting.retain(|_, it| it.until > now);
        match due::<W>(&state, &under_way, &resting).await {
            Ok(items) => {
                for item in items.into_iter().take(W::AT_ONCE.saturating_sub(under_way.len())) {
                    let what = (name(&item), known(&item));
                    let task = tasks.spawn(one::<W>(state.clone(), item));
                    under_way.insert(task.id(), what);
                }
            }
            Err(error) => tracing::warn!(%error, kind = W::KIND.as_str(), "work cannot be looked for"),
        }
        tokio::select! {
            () = state.drain.closing() => return,
            () = pause(&state) => {}
        }
    }
}

/// Until it is time to look again.
async fn pause(state: &AppState) {
    let looked = Instant::now();
    state.models.progress().moves("work", AT_LEAST_EACH).await;
    tokio::time::sleep(AT_MOST_EACH.saturating_sub(looked.elapsed())).await;
}

async fn due<W: Worker>(
    state: &AppState,
    under_way: &HashMap<task::Id, (Name, Known)>,
    resting: &HashMap<Name, Resting>,
) -> anyhow::Result<Vec<WorkRow>> {
    if under_way.len() >= W::AT_ONCE || !state.leases.holds(W::KIND.as_str()).await? {
        return Ok(Vec::new());
    }
    let now = state.clock.now().as_micros();
    let most = i64::try_from(under_way.len() + resting.len() + W::AT_ONCE).unwrap_or(i64::MAX);
    let mut items = state.read.work.due(W::KIND, now, most).await?;
    items.retain(|item| {
        let name = name(item);
        let rests = resting.get(&name).is_some_and(|it| it.known == known(item));
        !rests && !under_way.values().any(|(taken, _)| *taken == name)
    });
    Ok(items)
}

/// Does one piece, and waits until the read model shows it. A piece that is done and yet still there, as it was, rests
/// afterwards like one that could not be done: nothing is done again and again.
async fn one<W: Worker>(state: AppState, item: WorkRow) {
    let call_id = item.stream.clone();
    match W::work(state.clone(), item).await {
        Ok(Done::Told(position)) => {
            state.models.progress().wait("work", position, LATE).await;
        }
        Ok(Done::NotNow) => {}
        Err(error) => {
            tracing::warn!(call_id, %error, kind = W::KIND.as_str(), "a piece of work was not done");
        }
    }
}

/// Tells a call what came of a piece of work: once, however often it is done. A refusal is an answer too: the call was
/// erased meanwhile.
pub async fn tell<W: Worker>(
    state: &AppState,
    item: &WorkRow,
    commands: &[CallCommand],
) -> anyhow::Result<Result<Position, CallError>> {
    tell_as::<W>(state, item, "", commands).await
}

/// `outcome` tells apart what one attempt may tell twice: that it began to work, and then that it failed.
async fn tell_as<W: Worker>(
    state: &AppState,
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
    match state.ledger.execute_all::<Call>(&item.stream, commands, metadata).await {
        Ok(executed) => Ok(Ok(executed.position)),
        Err(LedgerError::Rejected(error)) => Ok(Err(error)),
        Err(error) => Err(error.into()),
    }
}

/// How often something is tried, and with which waits in between.
pub struct Patience {
    /// The wait after the first attempt, in seconds; it doubles.
    pub first_s: i64,
    /// No wait is longer, in seconds.
    pub longest_s: i64,
    /// Attempts at most.
    pub attempts: u32,
}

impl Patience {
    /// Whether nothing is tried any more when this attempt fails.
    pub fn ends_with(&self, item: &WorkRow) -> bool {
        attempt_of(item) >= self.attempts
    }
}

fn attempt_of(item: &WorkRow) -> u32 {
    u32::try_from(item.attempts).unwrap_or(u32::MAX).saturating_add(1)
}

/// Tells a call that an attempt failed. After the last one, `given_up` is told with it.
pub async fn fail<W: Worker, G: IntoIterator<Item = CallCommand>>(
    state: &AppState,
    item: &WorkRow,
    patience: &Patience,
    reason: &str,
    given_up: impl FnOnce(u32) -> G,
) -> anyhow::Result<Done> {
    let at = state.clock.now();
    let attempt = attempt_of(item);
    let wait = patience
        .first_s
        .saturating_mul(1 << attempt.saturating_sub(1).min(30))
        .min(patience.longest_s);
    let retry_at = (!patience.ends_with(item)).then(|| at.plus_seconds(wait));
    tracing::info!(
        call_id = item.stream,
        kind = W::KIND.as_str(),
        attempt,
        reason,
        is_last = retry_at.is_none(),
        "an attempt failed"
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
    match tell_as::<W>(state, item, ":failed", &commands).await? {
        Ok(position) => Ok(Done::Told(position)),
        // Of an erased call nothing is told, and nothing is left to do but to wait for the read model to see it.
        Err(_) => Ok(Done::NotNow),
    }
}
