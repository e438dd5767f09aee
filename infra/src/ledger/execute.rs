//! A command's way: load, decide, seal, append; again, when somebody else was faster.

use super::{Ledger, opening};
use crate::event_store::{
    Append, Appended, Event, Metadata, NewEvent, Params, Position, Recorded, StoreError, StoredMetadata, StreamId,
};
use crate::keys::{SealingKey, seal_params, seal_payload};
use cqrs_es::DomainEvent;
use domain::{Decide, Personal, Tenant, Timestamp};
use quick_cache::sync::Cache;
use std::any::Any;
use std::sync::Arc;
use tokio::sync::Mutex;
use zeroize::Zeroizing;

/// How often a command is decided anew when somebody else wrote to the stream meanwhile.
const ATTEMPTS: usize = 16;
/// Aggregates kept in memory.
const MAX_CACHED_AGGREGATES: usize = 16_384;

/// What a command came to.
#[derive(Clone, Debug)]
pub struct Executed<A: Decide> {
    /// The last event of this command, or of the command that was first; 0 when nothing was ever appended.
    pub position: Position,
    /// The stream's first event, when this process saw it begin.
    pub began: Option<Position>,
    /// The events of this command; empty when it was done before, or said nothing new.
    pub events: Vec<A::Event>,
    /// The state after it.
    pub state: Arc<A>,
    /// Whose stream it is.
    pub tenant: Tenant,
    /// What became of it.
    pub outcome: Outcome,
}

/// What became of a command.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Outcome {
    /// Its events are durable.
    Committed,
    /// It said nothing new; there is nothing to write.
    Unchanged,
    /// It was done before, under the same key.
    Duplicate,
}

/// Why a command was not carried out.
#[derive(Debug, thiserror::Error)]
pub enum LedgerError<E: std::error::Error + 'static> {
    /// The rules refuse it.
    #[error(transparent)]
    Rejected(E),
    /// Others kept writing to the same stream.
    #[error("others kept writing to the same stream")]
    Conflict,
    /// The ledger could not be read or written.
    #[error(transparent)]
    Store(#[from] StoreError),
}

/// Streams whose state is in memory. One command at a time works on a stream.
pub(super) struct Streams(Cache<StreamId, Slot>);

type Slot = Arc<dyn Any + Send + Sync>;

impl Default for Streams {
    fn default() -> Self {
        Self(Cache::new(MAX_CACHED_AGGREGATES))
    }
}

/// An aggregate in memory: its state and how far its stream had come.
struct CachedAggregate<A> {
    state: Arc<A>,
    sequence: i64,
    /// The last event; 0 when it was read by way of cqrs-es, which knows no positions.
    position: Position,
    /// The first event, when it was appended here.
    began: Option<Position>,
    /// Whose it is: the tenant of its first event. None of a stream without events.
    tenant: Option<Tenant>,
}

impl<A> CachedAggregate<A> {
    /// Whose the stream is, or becomes with the first event of this command.
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
            began: None,
            tenant: None,
        }
    }
}

impl<A> Clone for CachedAggregate<A> {
    fn clone(&self) -> Self {
        Self {
            state: self.state.clone(),
            sequence: self.sequence,
            position: self.position,
            began: self.began,
            tenant: self.tenant.clone(),
        }
    }
}

type Cell<A> = Mutex<Option<CachedAggregate<A>>>;

impl Streams {
    fn cell<A: Decide + 'static>(&self, stream: &StreamId) -> Arc<Cell<A>> {
        let slot = self
            .0
            .get_or_insert_with(stream, || {
                Ok::<Slot, std::convert::Infallible>(Arc::new(Cell::<A>::default()))
            })
            .unwrap_or_else(|never| match never {});
        // A stream's type names its aggregate; another would be a stream of another type.
        slot.downcast().unwrap_or_else(|_| Arc::new(Cell::<A>::default()))
    }

    /// Forgets what is in memory of a stream.
    pub fn forget(&self, stream: &StreamId) {
        self.0.remove(stream);
    }
}

impl Ledger {
    /// Carries out a command: its events are durable when this returns.
    ///
    /// With a command key in the metadata it is carried out once, however often it comes.
    ///
    /// A stream is one tenant's for good, that of its first event: the metadata's tenant counts for a stream that begins
    /// now, and later events get the stream's own, whatever their metadata says.
    ///
    /// # Errors
    /// When the rules refuse it, others keep writing to the stream, or a database cannot be used.
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

    /// Carries out several commands as one: each is decided on what the ones before it came to, and their events are
    /// appended together or not at all, under one command key.
    ///
    /// # Errors
    /// When the rules refuse any of them, others keep writing to the stream, or a database cannot be used.
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
        let stream = StreamId::new(A::TYPE, id);
        let cell = self.0.streams.cell::<A>(&stream);
        let mut guard = cell.lock().await;
        let mut before = None;
        for attempt in 0..ATTEMPTS {
            // A stream that is not in memory is most often one that begins now. Should it not, the store says so, and
            // it is read.
            let is_guess = guard.is_none() && attempt == 0;
            let (alive, is_certain) = match &*guard {
                Some(alive) => (alive.clone(), self.0.store.is_only_writer()),
                None if is_guess => (CachedAggregate::default(), false),
                None => (
                    guard.insert(self.load_after(&stream, before.take()).await?).clone(),
                    true,
                ),
            };
            let events = match decide_all(&*alive.state, commands) {
                Ok(events) if !events.is_empty() => events,
                // Another process may have written: nothing is refused, or left undone, for what is not known here yet.
                _ if !is_certain => {
                    before = guard.take();
                    continue;
                }
                // Nothing to write, or refused: because it was done before?
                undecided => {
                    if let Some(position) = self.done_before(&metadata).await? {
                        return Ok(duplicate(position, alive, &metadata));
                    }
                    undecided.map_err(LedgerError::Rejected)?;
                    let tenant = alive.tenant(&metadata);
                    let CachedAggregate {
                        state, position, began, ..
                    } = alive;
                    return Ok(Executed {
                        position,
                        began,
                        events: Vec::new(),
                        state,
                        tenant,
                        outcome: Outcome::Unchanged,
                    });
                }
            };
            let tenant = alive.tenant(&metadata);
            let append = self
                .seal::<A>(&stream, alive.sequence, &events, &metadata, &tenant)
                .await?;
            // Until we know what came of it, nobody may trust what is in memory: a caller may be cancelled here.
            *guard = None;
            match self.0.store.append(append).await? {
                Appended::Committed { position, .. } => {
                    let CachedAggregate {
                        mut state,
                        sequence,
                        began,
                        ..
                    } = alive;
                    // Copies only when a caller still holds the state before.
                    let changing = Arc::make_mut(&mut state);
                    for event in &events {
                        changing.apply(event.clone());
                    }
                    let count = i64::try_from(events.len()).unwrap_or(i64::MAX);
                    let began = if sequence == 0 {
                        Some(position - count + 1)
                    } else {
                        began
                    };
                    *guard = Some(CachedAggregate {
                        state: state.clone(),
                        sequence: sequence + count,
                        position,
                        began,
                        tenant: Some(tenant.clone()),
                    });
                    return Ok(Executed {
                        position,
                        began,
                        events,
                        state,
                        tenant,
                        outcome: Outcome::Committed,
                    });
                }
                Appended::Duplicate { position } => {
                    return Ok(duplicate(position, self.load::<A>(&stream).await?, &metadata));
                }
                Appended::Conflict { .. } if is_guess => {}
                Appended::Conflict { .. } => metrics::counter!("ledger_conflicts_total").increment(1),
            }
        }
        Err(LedgerError::Conflict)
    }

    /// An aggregate's state now, and the position of its last event. `None`: its stream has no events.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn state<A: Decide + 'static>(&self, id: &str) -> Result<Option<(Arc<A>, Position)>, StoreError> {
        let stream = StreamId::new(A::TYPE, id);
        let cell = self.0.streams.cell::<A>(&stream);
        let is_only_writer = self.0.store.is_only_writer();
        if is_only_writer
            && let Some(alive) = &*cell.lock().await
            && (alive.position > 0 || alive.sequence == 0)
        {
            return Ok((alive.sequence > 0).then(|| (alive.state.clone(), alive.position)));
        }
        loop {
            // Another process may have written: the stream says whether what is in memory is all. Asked without holding
            // up whoever else wants to know.
            let last = self.0.store.last_of(&stream).await?;
            let mut guard = cell.lock().await;
            let Some((sequence, position)) = last else {
                if is_only_writer && guard.is_none() {
                    *guard = Some(CachedAggregate::default());
                }
                return Ok(None);
            };
            let alive = match guard.take() {
                Some(alive) if alive.sequence >= sequence => alive,
                _ => self.load::<A>(&stream).await?,
            };
            let alive = guard.insert(alive);
            if alive.sequence == sequence {
                alive.position = position;
            }
            if alive.position > 0 {
                return Ok(Some((alive.state.clone(), alive.position)));
            }
        }
    }

    /// Whose stream it is, as far as this process remembers: without asking a database. `None`: the stream is not in
    /// memory, or has no events.
    pub async fn remembered_tenant<A: Decide + 'static>(&self, id: &str) -> Option<Tenant> {
        let cell = self.0.streams.cell::<A>(&StreamId::new(A::TYPE, id));
        let guard = cell.lock().await;
        guard.as_ref().and_then(|alive| alive.tenant.clone())
    }

    /// Whose stream it is: the tenant of its first event. `None`: it has no events. Reads the stream when it is not in
    /// memory, and keeps it there.
    ///
    /// # Errors
    /// When a database cannot be used.
    pub async fn tenant<A: Decide + 'static>(&self, id: &str) -> Result<Option<Tenant>, StoreError> {
        if self.state::<A>(id).await?.is_none() {
            return Ok(None);
        }
        if let Some(tenant) = self.remembered_tenant::<A>(id).await {
            return Ok(Some(tenant));
        }
        // Forgotten in between.
        let history = self.history(&StreamId::new(A::TYPE, id)).await?;
        Ok(history.into_iter().next().map(|first| first.metadata.tenant))
    }

    async fn done_before(&self, metadata: &Metadata) -> Result<Option<Position>, StoreError> {
        match &metadata.command_key {
            Some(key) => self.0.store.command_position(key).await,
            None => Ok(None),
        }
    }

    /// As [`Ledger::load`], knowing what was known before: a stream that has not grown has its positions still.
    async fn load_after<A: Decide>(&self, stream: &StreamId, before: Option<CachedAggregate<A>>) -> Result<CachedAggregate<A>, StoreError> {
        let now = self.load::<A>(stream).await?;
        Ok(before.filter(|before| before.sequence == now.sequence).unwrap_or(now))
    }

    /// Reads an aggregate from its stream, by way of cqrs-es's repositories.
    async fn load<A: Decide>(&self, stream: &StreamId) -> Result<CachedAggregate<A>, StoreError> {
        let events = self.0.store.load::<A>(&stream.aggregate_id).await?;
        let sequence = events
            .last()
            .map_or(0, |event| i64::try_from(event.sequence).unwrap_or(i64::MAX));
        // It does not change, so it is believed for as long as the stream is in memory, whoever else writes.
        let tenant = events
            .first()
            .and_then(|first| first.metadata.get("tenant")?.as_str().map(Tenant::from));
        let mut state = A::default();
        for event in opening::open_stream::<A>(&self.0.keys, stream, events).await? {
            state.apply(event);
        }
        Ok(CachedAggregate {
            state: Arc::new(state),
            sequence,
            position: 0,
            began: None,
            tenant,
        })
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
        let key = self.0.keys.for_sealing(stream).await?;
        let mut sealed = Vec::with_capacity(events.len());
        let mut opened = Vec::with_capacity(events.len());
        for (index, (event, sequence)) in events.iter().zip(expected + 1..).enumerate() {
            // The raw parameters belong to the command: its first event carries them.
            let params = metadata.params.as_ref().filter(|_| index == 0);
            let metadata = Metadata {
                tenant: tenant.clone(),
                ..metadata.without_params()
            };
            sealed.push(seal_event(event, &metadata, params, stream, sequence, key.as_deref())?);
            opened.push(Recorded {
                position: 0,
                stream: stream.clone(),
                sequence,
                event_type: event.event_type(),
                event_version: event.event_version(),
                recorded_at: Timestamp::default(),
                metadata,
                event: event.clone().into(),
            });
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

/// What follows from the commands, one after the other.
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

fn duplicate<A: Decide>(position: Position, alive: CachedAggregate<A>, metadata: &Metadata) -> Executed<A> {
    Executed {
        tenant: alive.tenant(metadata),
        position,
        began: alive.began,
        events: Vec::new(),
        state: alive.state,
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
