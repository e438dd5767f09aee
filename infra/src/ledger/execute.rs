//! Executes commands: load, decide, seal, append; with a retry when another writer was faster.

use super::{Ledger, opening};
use crate::event_store::{
    Append, Appended, Event, Metadata, NewEvent, Params, Position, Recorded, StoreError, StoredMetadata, StreamId,
};
use crate::health::Severity;
use crate::keys::{KeyError, SealingKey, seal_params, seal_payload};
use cqrs_es::DomainEvent;
use domain::{Decide, Personal, Tenant, Timestamp};
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::any::Any;
use std::sync::Arc;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// Most attempts of a command when other writers append to the stream in between.
const MAX_ATTEMPTS: usize = 16;
/// Most memory of cached aggregates, in bytes. An aggregate holds at most what its events hold.
const MAX_CACHED_BYTES: u64 = 128 << 20;
/// Estimated aggregates in it.
const ESTIMATED_AGGREGATES: usize = 16_384;
/// What a cached aggregate takes beside the contents of its events, in bytes.
const AGGREGATE_OVERHEAD: usize = 2_048;

/// The part of [`crate::health::Health`] that this module reports.
const PART_KEYS: &str = "keys";

/// The result of a command.
#[derive(Clone, Debug)]
pub struct Executed<A: Decide> {
    /// The last event's position: of this command, or of its first execution. 0 if the stream has no events.
    pub position: Position,
    /// The position of the stream's first event, if this process appended it.
    pub first_position: Option<Position>,
    /// The events of this command. Empty if it was executed before or had no effect.
    pub events: Vec<A::Event>,
    /// The state after the command.
    pub state: Arc<A>,
    /// The stream's tenant.
    pub tenant: Tenant,
    pub outcome: Outcome,
}

/// The outcome of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// The events are durable.
    Committed,
    /// The command had no effect; there is nothing to write.
    Unchanged,
    /// The command was executed before, with the same command key.
    Duplicate,
}

/// Why a command was not executed.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError<E: std::error::Error + 'static> {
    /// `decide` rejected the command.
    #[error(transparent)]
    Rejected(E),
    /// Other writers kept appending to the same stream.
    #[error("too many concurrent writes to the same stream")]
    Conflict,
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// The cached aggregates. One command at a time runs on a stream.
pub(super) struct Streams(Cache<StreamId, Slot, BySize>);

/// The cell of an aggregate, and about how many bytes its state takes.
#[derive(Clone)]
struct Slot {
    cell: Arc<dyn Any + Send + Sync>,
    bytes: usize,
}

#[derive(Clone)]
struct BySize;

impl Weighter<StreamId, Slot> for BySize {
    fn weight(&self, stream: &StreamId, slot: &Slot) -> u64 {
        (stream.aggregate_id.len() + slot.bytes + AGGREGATE_OVERHEAD) as u64
    }
}

impl Default for Streams {
    fn default() -> Self {
        Self(Cache::with_weighter(ESTIMATED_AGGREGATES, MAX_CACHED_BYTES, BySize))
    }
}

/// A cached aggregate, with the end of its stream.
struct CachedAggregate<A> {
    state: Arc<A>,
    sequence: i64,
    /// The last event's. 0 if it was read with cqrs-es, which has no positions.
    position: Position,
    /// The first event's, if this process appended it.
    first_position: Option<Position>,
    /// The tenant of the first event. `None` for a stream without events.
    tenant: Option<Tenant>,
    /// Bytes of the payloads of its events.
    bytes: usize,
}

impl<A> CachedAggregate<A> {
    /// The stream's tenant; for a new stream, the tenant of this command.
    fn tenant(&self, metadata: &Metadata) -> Tenant {
        self.tenant.as_ref().unwrap_or(&metadata.tenant).clone()
    }
}

impl<A: Default> Default for CachedAggregate<A> {
    fn default() -> Self {
        Self {
            state: Arc::default(),
            sequence: 0,
            position: 0,
            first_position: None,
            tenant: None,
            bytes: 0,
        }
    }
}

impl<A> Clone for CachedAggregate<A> {
    fn clone(&self) -> Self {
        Self {
            state: self.state.clone(),
            sequence: self.sequence,
            position: self.position,
            first_position: self.first_position,
            tenant: self.tenant.clone(),
            bytes: self.bytes,
        }
    }
}

type Cell<A> = Mutex<Option<CachedAggregate<A>>>;

impl Streams {
    fn cell<A: Decide + 'static>(&self, stream: &StreamId) -> Arc<Cell<A>> {
        let slot = self
            .0
            .get_or_insert_with(stream, || {
                Ok::<_, std::convert::Infallible>(Slot {
                    cell: Arc::new(Cell::<A>::default()),
                    bytes: 0,
                })
            })
            .unwrap_or_else(|never| match never {});
        // The stream type determines the aggregate, so the downcast succeeds.
        slot.cell.downcast().unwrap_or_else(|_| Arc::new(Cell::<A>::default()))
    }

    /// Notes how many bytes an aggregate takes now. Others are evicted to make room.
    fn resize<A: Decide + 'static>(&self, stream: &StreamId, cell: &Arc<Cell<A>>, bytes: usize) {
        let slot = Slot {
            cell: cell.clone(),
            bytes,
        };
        // It may have been evicted meanwhile; then it stays out.
        let _ = self.0.replace(stream.clone(), slot, true);
    }

    /// Drops a stream's cached aggregate.
    pub fn forget(&self, stream: &StreamId) {
        self.0.remove(stream);
    }
}

impl Ledger {
    /// Executes a command. Its events are durable when this returns.
    ///
    /// With a command key in the metadata, a repeated command is executed once. The key of another request is refused.
    ///
    /// A stream belongs to the tenant of its first event. The metadata's tenant is used for a new stream only; later
    /// events get the stream's tenant.
    ///
    /// # Errors
    /// When `decide` rejects the command, other writers keep appending to the stream, or a database cannot be used.
    pub async fn execute<A>(
        &self,
        id: &str,
        command: A::Command,
        metadata: Metadata,
    ) -> Result<Executed<A>, LedgerError<A::Error>>
    where
        A: Decide + Clone + 'static,
        A::Event: Into<Event>,
    {
        self.execute_all(id, &[command], metadata).await
    }

    /// Executes several commands atomically: each is decided on the state after the previous one, and their events are
    /// appended together, under one command key.
    ///
    /// # Errors
    /// When `decide` rejects any of them, other writers keep appending to the stream, or a database cannot be used.
    pub async fn execute_all<A>(
        &self,
        id: &str,
        commands: &[A::Command],
        metadata: Metadata,
    ) -> Result<Executed<A>, LedgerError<A::Error>>
    where
        A: Decide + Clone + 'static,
        A::Event: Into<Event>,
    {
        let metadata = self.with_keyed_fingerprint(metadata);
        let stream = StreamId::new(A::TYPE, id);
        let cell = self.0.streams.cell::<A>(&stream);
        let mut guard = cell.lock().await;
        let mut before = None;
        for attempt in 0..MAX_ATTEMPTS {
            // A stream that is not cached is most often new. If it is not, the store reports a conflict and the stream
            // is read.
            let is_assumed_new = guard.is_none() && attempt == 0;
            let (cached, is_current) = match &*guard {
                Some(cached) => (cached.clone(), self.0.store.is_only_writer()),
                None if is_assumed_new => (CachedAggregate::default(), false),
                None => (
                    guard.insert(self.load_after(&stream, before.take()).await?).clone(),
                    true,
                ),
            };
            let events = match decide_all(&*cached.state, commands) {
                Ok(events) if !events.is_empty() => events,
                // Another process may have written. Do not reject or skip a command based on a possibly outdated state.
                _ if !is_current => {
                    before = guard.take();
                    continue;
                }
                // Nothing to write, or rejected: check whether the command was executed before.
                undecided => {
                    if let Some(position) = self.first_execution(&metadata).await? {
                        return Ok(duplicate(position, cached, &metadata));
                    }
                    undecided.map_err(LedgerError::Rejected)?;
                    let tenant = cached.tenant(&metadata);
                    let CachedAggregate {
                        state,
                        position,
                        first_position,
                        ..
                    } = cached;
                    return Ok(Executed {
                        position,
                        first_position,
                        events: Vec::new(),
                        state,
                        tenant,
                        outcome: Outcome::Unchanged,
                    });
                }
            };
            let tenant = cached.tenant(&metadata);
            let append = self
                .seal::<A>(&stream, cached.sequence, &events, &metadata, &tenant)
                .await?;
            let appended: usize = append.events.iter().map(|event| event.payload.len()).sum();
            // The cache is invalid until the result is known: the caller may be cancelled here.
            *guard = None;
            match self.0.store.append(append).await? {
                Appended::Committed { position, .. } => {
                    let CachedAggregate {
                        mut state,
                        sequence,
                        first_position,
                        bytes,
                        ..
                    } = cached;
                    // Copies only if a caller still holds the previous state.
                    let next = Arc::make_mut(&mut state);
                    for event in &events {
                        next.apply(event.clone());
                    }
                    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
                    let first_position = if sequence == 0 {
                        Some(position - count + 1)
                    } else {
                        first_position
                    };
                    *guard = Some(CachedAggregate {
                        state: state.clone(),
                        sequence: sequence + count,
                        position,
                        first_position,
                        tenant: Some(tenant.clone()),
                        bytes: bytes + appended,
                    });
                    drop(guard);
                    self.0.streams.resize(&stream, &cell, bytes + appended);
                    return Ok(Executed {
                        position,
                        first_position,
                        events,
                        state,
                        tenant,
                        outcome: Outcome::Committed,
                    });
                }
                Appended::Duplicate { position } => {
                    self.ensure_same_request(position, metadata.fingerprint.as_deref())
                        .await?;
                    return Ok(duplicate(position, self.load::<A>(&stream).await?, &metadata));
                }
                Appended::Conflict { .. } if is_assumed_new => {}
                Appended::Conflict { .. } => metrics::counter!("ledger_conflicts_total").increment(1),
            }
        }
        Err(LedgerError::Conflict)
    }

    /// An aggregate's current state and the position of its last event. `None` if its stream has no events.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn state<A: Decide + 'static>(&self, id: &str) -> Result<Option<(Arc<A>, Position)>, StoreError> {
        let stream = StreamId::new(A::TYPE, id);
        let cell = self.0.streams.cell::<A>(&stream);
        let is_only_writer = self.0.store.is_only_writer();
        if is_only_writer
            && let Some(cached) = &*cell.lock().await
            && (cached.position > 0 || cached.sequence == 0)
        {
            return Ok((cached.sequence > 0).then(|| (cached.state.clone(), cached.position)));
        }
        loop {
            // Another process may have written, so compare the cache with the stream's end. The query runs without the
            // lock, so that it does not block others.
            let last = self.0.store.last_of(&stream).await?;
            let mut guard = cell.lock().await;
            let Some((sequence, position)) = last else {
                if is_only_writer && guard.is_none() {
                    *guard = Some(CachedAggregate::default());
                }
                return Ok(None);
            };
            let cached = match guard.take() {
                Some(cached) if cached.sequence >= sequence => cached,
                _ => self.load::<A>(&stream).await?,
            };
            let cached = guard.insert(cached);
            if cached.sequence == sequence {
                cached.position = position;
            }
            if cached.position > 0 {
                return Ok(Some((cached.state.clone(), cached.position)));
            }
        }
    }

    /// The stream's tenant from the cache, without a database query. `None` if the stream is not cached or has no
    /// events.
    pub async fn cached_tenant<A: Decide + 'static>(&self, id: &str) -> Option<Tenant> {
        let cell = self.0.streams.cell::<A>(&StreamId::new(A::TYPE, id));
        let guard = cell.lock().await;
        guard.as_ref().and_then(|cached| cached.tenant.clone())
    }

    /// The stream's tenant, which is that of its first event. `None` if it has no events. Reads and caches the stream
    /// if necessary.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn tenant<A: Decide + 'static>(&self, id: &str) -> Result<Option<Tenant>, StoreError> {
        if self.state::<A>(id).await?.is_none() {
            return Ok(None);
        }
        if let Some(tenant) = self.cached_tenant::<A>(id).await {
            return Ok(Some(tenant));
        }
        // Evicted from the cache in between.
        let history = self.history(&StreamId::new(A::TYPE, id)).await?;
        Ok(history.into_iter().next().map(|first| first.metadata.tenant))
    }

    /// The position of the last event of the command with this key, if it was executed before. `fingerprint` is the digest
    /// of the request that the key comes with.
    ///
    /// # Errors
    /// [`StoreError::KeyReused`] when the key came with another request, or when the database cannot be used.
    pub async fn executed_before(
        &self,
        command_key: &str,
        fingerprint: Option<&str>,
    ) -> Result<Option<Position>, StoreError> {
        let position = self.0.store.command_position(command_key).await?;
        if let (Some(position), Some(request)) = (position, fingerprint) {
            let fingerprint = self.0.index_key.fingerprint(request);
            self.ensure_same_request(position, Some(&fingerprint)).await?;
        }
        Ok(position)
    }

    async fn first_execution(&self, metadata: &Metadata) -> Result<Option<Position>, StoreError> {
        let Some(key) = &metadata.command_key else {
            return Ok(None);
        };
        let position = self.0.store.command_position(key).await?;
        if let Some(position) = position {
            self.ensure_same_request(position, metadata.fingerprint.as_deref())
                .await?;
        }
        Ok(position)
    }

    fn with_keyed_fingerprint(&self, metadata: Metadata) -> Metadata {
        let fingerprint = metadata.fingerprint.as_ref();
        Metadata {
            fingerprint: fingerprint.map(|request| self.0.index_key.fingerprint(request)),
            ..metadata
        }
    }

    /// Refuses a command key that came with another request. `position` is of an event of its first execution; the
    /// fingerprint is the keyed one.
    async fn ensure_same_request(&self, position: Position, fingerprint: Option<&str>) -> Result<(), StoreError> {
        let Some(fingerprint) = fingerprint else {
            return Ok(());
        };
        let first = self.0.store.read_all(position - 1, 1).await?;
        let Some(first) = first.first() else { return Ok(()) };
        let stored: StoredMetadata<'_> = serde_json::from_str(&first.metadata).map_err(StoreError::encode)?;
        match stored.fingerprint {
            Some(known) if known != fingerprint => Err(StoreError::KeyReused),
            _ => Ok(()),
        }
    }

    /// As [`Ledger::load`], but keeps `before` and its positions if the stream has not grown.
    async fn load_after<A: Decide>(
        &self,
        stream: &StreamId,
        before: Option<CachedAggregate<A>>,
    ) -> Result<CachedAggregate<A>, StoreError> {
        let now = self.load::<A>(stream).await?;
        Ok(before.filter(|before| before.sequence == now.sequence).unwrap_or(now))
    }

    /// Reads an aggregate from its stream with cqrs-es's repositories.
    async fn load<A: Decide>(&self, stream: &StreamId) -> Result<CachedAggregate<A>, StoreError> {
        let events = self.0.store.load::<A>(&stream.aggregate_id).await?;
        let sequence = events
            .last()
            .map_or(0, |event| i64::try_from(event.sequence).unwrap_or(i64::MAX));
        // A stream's tenant never changes, so it can be cached even if other processes write.
        let tenant = events
            .first()
            .and_then(|first| first.metadata.get("tenant")?.as_str().map(Tenant::from));
        let bytes = events.iter().map(|event| event.payload.to_string().len()).sum();
        let mut state = A::default();
        for event in opening::open_stream::<A>(&self.0.keys, stream, events).await? {
            state.apply(event);
        }
        Ok(CachedAggregate {
            state: Arc::new(state),
            sequence,
            position: 0,
            first_position: None,
            tenant,
            bytes,
        })
    }

    /// Notes whether the key store can be used.
    fn note_keys<T>(&self, outcome: Result<T, KeyError>) -> Result<T, KeyError> {
        match &outcome {
            Ok(_) => self.health().works(PART_KEYS),
            Err(error) if error.is_unavailable() => {
                self.health().failing(PART_KEYS, Severity::NotReady, error.cause());
            }
            Err(_) => {}
        }
        outcome
    }

    async fn seal<A>(
        &self,
        stream: &StreamId,
        expected: i64,
        events: &[A::Event],
        metadata: &Metadata,
        tenant: &Tenant,
    ) -> Result<Append, StoreError>
    where
        A: Decide,
        A::Event: Into<Event>,
    {
        let key = if stream.holds_personal_values() {
            self.note_keys(self.0.keys.for_sealing(stream).await)?
        } else {
            None
        };
        let mut sealed = Vec::with_capacity(events.len());
        let mut opened = Vec::with_capacity(events.len());
        for (index, (event, sequence)) in events.iter().zip(expected + 1..).enumerate() {
            // The raw parameters belong to the command, so only its first event carries them.
            let params = metadata.params.as_ref().filter(|_| index == 0);
            let metadata = Metadata {
                tenant: tenant.clone(),
                ..metadata.without_params()
            };
            let stored = seal_event(event, &metadata, params, stream, sequence, key.as_deref())?;
            opened.push(Recorded {
                size: stored.payload.len(),
                position: 0,
                stream: stream.clone(),
                sequence,
                event_type: event.event_type(),
                event_version: event.event_version(),
                recorded_at: Timestamp::default(),
                metadata,
                event: event.clone().into(),
            });
            sealed.push(stored);
        }
        Ok(Append {
            stream: stream.clone(),
            expected,
            events: sealed,
            command_key: metadata.command_key.clone(),
            opened,
        })
    }
}

/// Decides the commands in order, each on the state after the previous one.
fn decide_all<A: Decide + Clone>(state: &A, commands: &[A::Command]) -> Result<Vec<A::Event>, A::Error> {
    let [first, rest @ ..] = commands else {
        return Ok(Vec::new());
    };
    let mut events = state.decide(first)?;
    if rest.is_empty() {
        return Ok(events);
    }
    let mut after = state.clone();
    let mut applied = 0;
    for command in rest {
        for event in &events[applied..] {
            after.apply(event.clone());
        }
        applied = events.len();
        events.extend(after.decide(command)?);
    }
    Ok(events)
}

fn duplicate<A: Decide>(position: Position, cached: CachedAggregate<A>, metadata: &Metadata) -> Executed<A> {
    Executed {
        tenant: cached.tenant(metadata),
        position,
        first_position: cached.first_position,
        events: Vec::new(),
        state: cached.state,
        outcome: Outcome::Duplicate,
    }
}

fn seal_event<E: DomainEvent>(
    event: &E,
    metadata: &Metadata,
    params: Option<&Personal<Params>>,
    stream: &StreamId,
    sequence: i64,
    key: Option<&SealingKey>,
) -> Result<NewEvent, StoreError> {
    let open = Zeroizing::new(serde_json::to_string(event).map_err(StoreError::encode)?);
    let params = match params.and_then(Personal::known) {
        Some(params) => seal_params(params, stream, sequence, key).map_err(StoreError::encode)?,
        None => None,
    };
    Ok(NewEvent {
        event_type: event.event_type(),
        event_version: event.event_version(),
        payload: seal_payload(&open, stream, sequence, key).map_err(StoreError::encode)?,
        metadata: serde_json::to_string(&StoredMetadata::new(metadata, params.as_deref()))
            .map_err(StoreError::encode)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use domain::contact::Contact;

    #[test]
    fn cached_aggregates_are_bounded_by_bytes() {
        let streams = Streams::default();
        for n in 0..4_000 {
            let stream = StreamId::contact(format!("contact_{n}"));
            let cell = streams.cell::<Contact>(&stream);
            streams.resize(&stream, &cell, 400_000);
        }
        assert!(streams.0.weight() <= MAX_CACHED_BYTES, "{} bytes", streams.0.weight());
        assert!(streams.0.len() > 50, "{} aggregates", streams.0.len());
    }
}
