//! The key store: one wrapped data key per stream, in its own database.

use super::codec::SealedIn;
use super::compression::Codec;
use super::{KeyError, MasterKey, MasterKeySource, SealingKey, ValueKey};
use crate::clock::SharedClock;
use crate::db::{DatabaseUrl, Db, Durability, Tx, belonging, connect, migrate_keys};
use crate::events::StreamId;
use crate::on_db;
use domain::Timestamp;
use quick_cache::Weighter;
use quick_cache::sync::Cache;
use std::collections::{HashMap, HashSet};
use std::sync::{Arc, PoisonError, RwLock};
use tokio::sync::{mpsc, oneshot};

/// The schema, or the file, that holds the keys.
pub(crate) const NAME: &str = "keys";
/// Maximum memory of unwrapped keys, in bytes.
const MAX_CACHED_BYTES: u64 = 32 << 20;
/// Estimated keys in it.
const ESTIMATED_KEYS: usize = 131_072;
/// What a cached key takes beside its stream's identifier, in bytes.
const KEY_OVERHEAD: usize = 160;
/// Maximum number of keys created in one transaction.
const BATCH_KEYS: usize = 1_000;
/// Time limit for creating a batch: further requests wait behind it.
const CREATE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

const SELECT: &str = "select aggregate_type, aggregate_id, master_key_id, wrapped from data_keys
  where wrapped is not null and destroyed_at is null";
const SELECT_SQLITE: &str = "select k.aggregate_type, k.aggregate_id, k.master_key_id, k.wrapped from json_each($1) j
  join data_keys k on k.aggregate_type = j.value ->> 0 and k.aggregate_id = j.value ->> 1";
const SELECT_POSTGRES: &str = "select k.aggregate_type, k.aggregate_id, k.master_key_id, k.wrapped
  from unnest($1::text[], $2::text[]) as j(aggregate_type, aggregate_id)
  join data_keys k on k.aggregate_type = j.aggregate_type and k.aggregate_id = j.aggregate_id";
/// Inserts nothing if the master key is not in force any more: a rotation in another process has replaced it.
const INSERT_SQLITE: &str = "insert into data_keys (aggregate_type, aggregate_id, master_key_id, wrapped, created_at)
  select value ->> 0, value ->> 1, $2, value ->> 2, $3 from json_each($1)
   where exists (select 1 from master_keys where master_key_id = $2)
  on conflict (aggregate_type, aggregate_id) do nothing";
/// The same. The row of the master key is locked, so that a rotation waits for these keys and rewraps them too.
const INSERT_POSTGRES: &str = "insert into data_keys (aggregate_type, aggregate_id, master_key_id, wrapped, created_at)
  select j.aggregate_type, j.aggregate_id, $4, j.wrapped, $5
    from unnest($1::text[], $2::text[], $3::text[]) as j(aggregate_type, aggregate_id, wrapped),
         (select master_key_id from master_keys where master_key_id = $4 for share) m
  on conflict (aggregate_type, aggregate_id) do nothing";
const DESTROY: &str =
    "insert into data_keys (aggregate_type, aggregate_id, master_key_id, wrapped, created_at, destroyed_at)
  values ($1, $2, null, null, $3, $3)
  on conflict (aggregate_type, aggregate_id)
  do update set master_key_id = null, wrapped = null, destroyed_at = excluded.destroyed_at
  where data_keys.destroyed_at is null";
const REWRAP_SQLITE: &str = "update data_keys set wrapped = j.value ->> 2, master_key_id = $2 from json_each($1) j
  where aggregate_type = j.value ->> 0 and aggregate_id = j.value ->> 1 and destroyed_at is null";
const REWRAP_POSTGRES: &str = "update data_keys k set wrapped = j.wrapped, master_key_id = $4
  from unnest($1::text[], $2::text[], $3::text[]) as j(aggregate_type, aggregate_id, wrapped)
  where k.aggregate_type = j.aggregate_type and k.aggregate_id = j.aggregate_id and k.destroyed_at is null";
const DESTROYED_AT: &str = "select destroyed_at from data_keys where aggregate_type = $1 and aggregate_id = $2";
const NEWEST: &str = "select max(created_at) from data_keys";
const PROOFS: &str = "select master_key_id, proof from master_keys";
/// Conflicts with the row lock of [`INSERT_POSTGRES`].
const LOCK_PROOFS_POSTGRES: &str = "lock table master_keys in exclusive mode";
const ADD_PROOF: &str = "insert into master_keys (master_key_id, proof, created_at) values ($1, $2, $3)
  on conflict (master_key_id) do nothing";
const FORGET_OTHER_PROOFS: &str = "delete from master_keys where master_key_id <> $1";

/// Every portable statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: &[&str] = &[
    DESTROYED_AT,
    NEWEST,
    SELECT,
    DESTROY,
    PROOFS,
    ADD_PROOF,
    FORGET_OTHER_PROOFS,
];

/// Plaintext that a master key must unseal to be accepted.
const PROOF: &[u8] = b"call-ledger/master-key/v1";

/// The key store. Cheap to clone.
#[derive(Clone)]
pub struct KeyStore(Arc<Inner>);

struct Inner {
    db: Db,
    /// Replaced after a rotation by another process, if the new key is in the file.
    master: RwLock<MasterKey>,
    source: MasterKeySource,
    clock: SharedClock,
    /// `None`: destroyed.
    opened: Cache<StreamId, Option<Arc<SealingKey>>, BySize>,
    creator: mpsc::Sender<KeyRequest>,
}

#[derive(Clone)]
struct BySize;

impl Weighter<StreamId, Option<Arc<SealingKey>>> for BySize {
    fn weight(&self, stream: &StreamId, _: &Option<Arc<SealingKey>>) -> u64 {
        (stream.aggregate_type.len() + stream.aggregate_id.len() + KEY_OVERHEAD) as u64
    }
}

struct KeyRequest {
    stream: StreamId,
    answer: oneshot::Sender<Result<Option<Arc<SealingKey>>, KeyError>>,
}

/// The key of a stream, as far as there is one.
#[derive(Clone)]
pub(crate) enum StreamKey {
    Known(Arc<SealingKey>),
    /// Values of the stream are read as erased.
    Destroyed,
    /// There is no row: values that were sealed for the stream cannot be read.
    Missing,
    /// The row does not open: it was damaged, or belongs to a key store of another day.
    Broken,
}

impl StreamKey {
    /// The key to open stored text with. `None`: its values are read as erased.
    ///
    /// # Errors
    /// When the text has sealed values whose key is missing or does not open.
    pub fn for_text(&self, text: &String) -> Result<Option<&SealingKey>, KeyError> {
        match self {
            Self::Known(key) => Ok(Some(key)),
            Self::Missing if text.is_sealed() => Err(KeyError::NoKey),
            Self::Broken if text.is_sealed() => Err(KeyError::Broken),
            Self::Destroyed | Self::Missing | Self::Broken => Ok(None),
        }
    }

    fn of(known: Option<Arc<SealingKey>>) -> Self {
        known.map_or(Self::Destroyed, Self::Known)
    }
}

/// The destruction of a data key.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Destroyed {
    pub at: Timestamp,
    /// `false`: it was destroyed before.
    pub is_new: bool,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    aggregate_type: String,
    aggregate_id: String,
    master_key_id: Option<String>,
    wrapped: Option<String>,
}

impl KeyRow {
    fn stream(self) -> StreamId {
        StreamId::new(self.aggregate_type, self.aggregate_id)
    }
}

impl KeyStore {
    /// Opens the key store and checks the master key.
    ///
    /// # Errors
    /// [`KeyError::WrongMasterKey`] when the store was created with another master key.
    pub async fn open(
        url: &DatabaseUrl,
        source: impl Into<MasterKeySource>,
        clock: SharedClock,
    ) -> Result<Self, KeyError> {
        let source = source.into();
        let master = source.load(true)?;
        let db = connect(url, NAME, Durability::Full, 2).await?;
        migrate_keys(&db).await?;
        prove(&db, &master, &clock).await?;
        let (creator, requests) = mpsc::channel(BATCH_KEYS * 4);
        let inner = Arc::new(Inner {
            db,
            master: RwLock::new(master),
            source,
            clock,
            opened: Cache::with_weighter(ESTIMATED_KEYS, MAX_CACHED_BYTES, BySize),
            creator,
        });
        tokio::spawn(create_keys(Arc::downgrade(&inner), requests));
        Ok(Self(inner))
    }

    /// The stream's key; created durably if there is none. `None`: the key was destroyed, and new values are stored as
    /// erased.
    pub(crate) async fn for_sealing(&self, stream: &StreamId) -> Result<Option<Arc<SealingKey>>, KeyError> {
        if let Some(known) = self.0.opened.get(stream) {
            return Ok(known);
        }
        let (answer, answered) = oneshot::channel();
        let request = KeyRequest {
            stream: stream.clone(),
            answer,
        };
        self.0.creator.send(request).await.map_err(|_| KeyError::Closed)?;
        answered.await.map_err(|_| KeyError::Closed)?
    }

    /// The keys of these streams.
    pub(crate) async fn for_opening<'a>(
        &self,
        streams: impl Iterator<Item = &'a StreamId>,
    ) -> Result<HashMap<StreamId, StreamKey>, KeyError> {
        let mut keys = HashMap::new();
        let mut unknown = Vec::new();
        for stream in streams {
            if keys.contains_key(stream) {
                continue;
            }
            let known = self.0.opened.get(stream);
            if known.is_none() {
                unknown.push(stream);
            }
            keys.insert(stream.clone(), known.map_or(StreamKey::Missing, StreamKey::of));
        }
        if !unknown.is_empty() {
            keys.extend(self.0.load(&unknown).await?);
        }
        Ok(keys)
    }

    /// The key of one sealed value of a stream, for disclosure: it opens that value and no other. `None`: the stream has
    /// no data key, or it was destroyed.
    ///
    /// # Errors
    /// [`KeyError::Broken`] when `sealed` was altered or belongs to another stream; else when the database cannot be used.
    pub async fn value_key(&self, stream: &StreamId, sealed: &str) -> Result<Option<ValueKey>, KeyError> {
        let keys = self.for_opening(std::iter::once(stream)).await?;
        match keys.get(stream) {
            Some(StreamKey::Known(key)) => key.value_key(sealed).map(Some),
            Some(StreamKey::Broken) => Err(KeyError::Broken),
            Some(StreamKey::Destroyed | StreamKey::Missing) | None => Ok(None),
        }
    }

    /// Destroys a stream's key: no value sealed with it can be unsealed again, here or in a backup of the log. A key that
    /// was destroyed before is left as it is, with the time of that.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn destroy(&self, stream: &StreamId) -> Result<Destroyed, KeyError> {
        let now = self.0.clock.now().as_micros();
        let destroyed = on_db!(&self.0.db, c => sqlx::query(DESTROY)
            .bind(&stream.aggregate_type)
            .bind(&stream.aggregate_id)
            .bind(now)
            .execute(c)
            .await
            .map(|done| done.rows_affected()))?;
        self.forget(stream);
        if destroyed == 0 {
            let at: Option<i64> = on_db!(&self.0.db, c => sqlx::query_scalar(DESTROYED_AT)
                .bind(&stream.aggregate_type)
                .bind(&stream.aggregate_id)
                .fetch_one(c)
                .await)?;
            return Ok(Destroyed {
                at: Timestamp(at.unwrap_or(now)),
                is_new: false,
            });
        }
        // The old row is still in SQLite's write-ahead log, or in PostgreSQL's dead tuple.
        self.0.db.checkpoint().await?;
        if let Db::Postgres(pool) = &self.0.db {
            sqlx::query("vacuum data_keys").execute(pool).await?;
        }
        Ok(Destroyed {
            at: Timestamp(now),
            is_new: true,
        })
    }

    /// Those of these streams whose keys are not destroyed.
    pub(crate) async fn not_destroyed(&self, streams: &[StreamId]) -> Result<HashSet<StreamId>, KeyError> {
        let streams: Vec<&StreamId> = streams.iter().collect();
        let mut left: HashSet<StreamId> = streams.iter().map(|stream| (*stream).clone()).collect();
        for streams in streams.chunks(BATCH_KEYS) {
            for row in self.0.rows(streams).await? {
                if row.wrapped.is_none() {
                    left.remove(&row.stream());
                }
            }
        }
        Ok(left)
    }

    /// The streams without a row: neither a key nor the trace of a destroyed one.
    pub(crate) async fn without_row<'a>(
        &self,
        streams: impl Iterator<Item = &'a StreamId>,
    ) -> Result<HashSet<StreamId>, KeyError> {
        let streams: Vec<&StreamId> = streams.collect();
        let found: HashSet<StreamId> = self.0.rows(&streams).await?.into_iter().map(KeyRow::stream).collect();
        let missing = streams.into_iter().filter(|stream| !found.contains(*stream));
        Ok(missing.cloned().collect())
    }

    /// When the newest key was created. `None`: there is none.
    pub(crate) async fn newest_key_at(&self) -> Result<Option<Timestamp>, KeyError> {
        let newest: Option<i64> = on_db!(&self.0.db, c => sqlx::query_scalar(NEWEST).fetch_one(c).await)?;
        Ok(newest.map(Timestamp))
    }

    /// Marks the store as the log's, unless it is marked. Returns the log that it belongs to.
    pub(crate) async fn mark(&self, ledger: &str) -> Result<String, KeyError> {
        Ok(belonging::mark(&self.0.db, ledger).await?)
    }

    pub(super) fn master(&self) -> MasterKey {
        self.0.master()
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), KeyError> {
        Ok(self.0.db.checkpoint().await?)
    }

    /// Marks the stream's key as destroyed in this process's cache; the key itself is destroyed elsewhere.
    pub(crate) fn forget(&self, stream: &StreamId) {
        self.0.opened.insert(stream.clone(), None);
    }

    /// Wraps every data key with another master key, in one transaction. Changes no event. Other processes may use the
    /// store meanwhile: the keys that they create are rewrapped too, a key that they destroy stays destroyed, and
    /// afterwards they need the new master key ([`KeyError::Rotated`]).
    ///
    /// # Errors
    /// When the database cannot be used; then the old master key stays in force.
    pub async fn rotate(&self, new: &MasterKey) -> Result<usize, KeyError> {
        let old = self.0.master();
        let mut tx = self.0.db.begin().await?;
        lock_proofs(&mut tx).await?;
        let proofs: Vec<(String, String)> = on_db!(&mut tx, c => sqlx::query_as(PROOFS).fetch_all(&mut **c).await)?;
        if !proofs.iter().any(|(id, _)| *id == old.id()) {
            return Err(KeyError::Rotated);
        }
        let rows: Vec<KeyRow> = on_db!(&mut tx, c => sqlx::query_as(SELECT).fetch_all(&mut **c).await)?;
        let mut rotated = 0;
        for rows in rows.chunks(BATCH_KEYS) {
            let mut rewrapped = Vec::with_capacity(rows.len());
            for row in rows {
                let Some(wrapped) = &row.wrapped else { continue };
                let stream = StreamId::new(&row.aggregate_type, &row.aggregate_id);
                if let Ok(key) = unwrap(&old, &stream, wrapped) {
                    rewrapped.push((&row.aggregate_type, &row.aggregate_id, wrap(new, &stream, &key)));
                } else {
                    // It did not open before either.
                    tracing::error!(
                        stream = %format!("{}/{}", row.aggregate_type, row.aggregate_id),
                        "a data key does not open with the current master key and is left as it is"
                    );
                }
            }
            rotated += rewrapped.len();
            rewrap(&mut tx, &rewrapped, &new.id()).await?;
        }
        let (id, proof, now) = (
            new.id(),
            new.key().seal(PROOF, Codec::Plain, PROOF),
            self.0.clock.now().as_micros(),
        );
        on_db!(&mut tx, c => sqlx::query(ADD_PROOF)
            .bind(&id).bind(proof).bind(now).execute(&mut **c).await.map(|_| ()))?;
        on_db!(&mut tx, c => sqlx::query(FORGET_OTHER_PROOFS).bind(&id).execute(&mut **c).await.map(|_| ()))?;
        tx.commit().await?;
        self.0.set_master(new.clone());
        Ok(rotated)
    }
}

impl Inner {
    fn master(&self) -> MasterKey {
        self.master.read().unwrap_or_else(PoisonError::into_inner).clone()
    }

    fn set_master(&self, master: MasterKey) {
        *self.master.write().unwrap_or_else(PoisonError::into_inner) = master;
    }

    /// Whether the master key of this process is in force. After a rotation by another process, the new one is taken
    /// from its file, if it is there.
    ///
    /// # Errors
    /// [`KeyError::Rotated`] when this process has no master key that is in force.
    async fn current_master(&self) -> Result<MasterKey, KeyError> {
        let proofs: Vec<(String, String)> = on_db!(&self.db, c => sqlx::query_as(PROOFS).fetch_all(c).await)?;
        let master = self.master();
        if is_proven(&proofs, &master) {
            return Ok(master);
        }
        match self.source.load(false) {
            Ok(new) if is_proven(&proofs, &new) => {
                tracing::warn!(
                    master_key = new.id(),
                    "the master key was rotated, the new one is used from here on"
                );
                self.set_master(new.clone());
                Ok(new)
            }
            _ => Err(KeyError::Rotated),
        }
    }

    /// Reads and unwraps keys. Streams without a row are absent from the result.
    async fn load(&self, streams: &[&StreamId]) -> Result<HashMap<StreamId, StreamKey>, KeyError> {
        let rows = self.rows(streams).await?;
        let mut master = self.master();
        let is_of_another = |row: &KeyRow| row.master_key_id.as_ref().is_some_and(|id| *id != master.id());
        if rows.iter().any(is_of_another) {
            master = self.current_master().await?;
        }
        let mut keys = HashMap::with_capacity(rows.len());
        for row in rows {
            let stream = StreamId::new(row.aggregate_type, row.aggregate_id);
            let key = match row.wrapped.map(|wrapped| unwrap(&master, &stream, &wrapped)) {
                Some(Ok(key)) => Some(key),
                // One that does not open must not keep others from being read.
                Some(Err(_)) => {
                    keys.insert(stream, StreamKey::Broken);
                    continue;
                }
                None => None,
            };
            // A key that was destroyed in the meantime stays destroyed.
            let known = self.opened.get_or_insert_with(&stream, || Ok::<_, KeyError>(key))?;
            keys.insert(stream, StreamKey::of(known));
        }
        Ok(keys)
    }

    /// The rows of these streams, as far as they exist.
    async fn rows(&self, streams: &[&StreamId]) -> Result<Vec<KeyRow>, KeyError> {
        let rows: Vec<KeyRow> = match &self.db {
            Db::Sqlite(pool) => {
                let names: Vec<_> = streams.iter().map(|s| (&s.aggregate_type, &s.aggregate_id)).collect();
                sqlx::query_as(SELECT_SQLITE)
                    .bind(sqlx::types::Json(names))
                    .fetch_all(pool)
                    .await?
            }
            Db::Postgres(pool) => {
                let (types, ids) = names(streams.iter().copied());
                sqlx::query_as(SELECT_POSTGRES)
                    .bind(types)
                    .bind(ids)
                    .fetch_all(pool)
                    .await?
            }
        };
        Ok(rows)
    }

    /// Creates the missing keys in one transaction. If another process created one of them first, all are read back.
    async fn make(&self, streams: &[&StreamId]) -> Result<HashMap<StreamId, StreamKey>, KeyError> {
        let master = self.master();
        let made = self.make_with(&master, streams).await?;
        if made.len() == streams.len() {
            return Ok(made);
        }
        // Nothing was inserted, because the master key is not in force any more.
        let current = self.current_master().await?;
        if current.id() == master.id() {
            return Ok(made);
        }
        self.make_with(&current, streams).await
    }

    async fn make_with(
        &self,
        master: &MasterKey,
        streams: &[&StreamId],
    ) -> Result<HashMap<StreamId, StreamKey>, KeyError> {
        let made: Vec<SealingKey> = streams.iter().map(|_| SealingKey::random()).collect();
        let wrapped: Vec<String> = streams
            .iter()
            .zip(&made)
            .map(|(stream, key)| wrap(master, stream, key))
            .collect();
        let now = self.clock.now().as_micros();
        let inserted = match &self.db {
            Db::Sqlite(pool) => {
                let rows: Vec<_> = streams
                    .iter()
                    .zip(&wrapped)
                    .map(|(s, w)| (&s.aggregate_type, &s.aggregate_id, w))
                    .collect();
                let insert = sqlx::query(INSERT_SQLITE).bind(sqlx::types::Json(rows));
                insert.bind(master.id()).bind(now).execute(pool).await?.rows_affected()
            }
            Db::Postgres(pool) => {
                let (types, ids) = names(streams.iter().copied());
                let insert = sqlx::query(INSERT_POSTGRES).bind(types).bind(ids).bind(&wrapped);
                insert.bind(master.id()).bind(now).execute(pool).await?.rows_affected()
            }
        };
        if inserted < streams.len() as u64 {
            return self.load(streams).await;
        }
        let mut keys = HashMap::with_capacity(streams.len());
        for (&stream, key) in streams.iter().zip(made) {
            // A key that was destroyed in the meantime stays destroyed.
            let made = || Ok::<_, KeyError>(Some(Arc::new(key)));
            keys.insert(
                stream.clone(),
                StreamKey::of(self.opened.get_or_insert_with(stream, made)?),
            );
        }
        Ok(keys)
    }
}

/// Creates keys in batches: many calls that start at once cost one sync.
async fn create_keys(inner: std::sync::Weak<Inner>, mut requests: mpsc::Receiver<KeyRequest>) {
    let mut batch = Vec::new();
    while requests.recv_many(&mut batch, BATCH_KEYS).await > 0 {
        let Some(inner) = inner.upgrade() else { return };
        let mut streams: Vec<&StreamId> = batch.iter().map(|request| &request.stream).collect();
        streams.sort();
        streams.dedup();
        let made = match tokio::time::timeout(CREATE_TIMEOUT, inner.make(&streams)).await {
            Ok(made) => made,
            Err(_) => Err(sqlx::Error::Io(std::io::ErrorKind::TimedOut.into()).into()),
        };
        for KeyRequest { stream, answer } in batch.drain(..) {
            let key = match &made {
                Ok(keys) => match keys.get(&stream) {
                    Some(StreamKey::Known(key)) => Ok(Some(key.clone())),
                    Some(StreamKey::Destroyed) => Ok(None),
                    Some(StreamKey::Missing | StreamKey::Broken) | None => Err(KeyError::Broken),
                },
                Err(error) => Err(error.clone()),
            };
            // The caller may have been cancelled.
            let _ = answer.send(key);
        }
    }
}

/// Rejects a master key that differs from the store's. An empty store takes the first one; of two processes that start at
/// the same time, one waits for the other.
async fn prove(db: &Db, master: &MasterKey, clock: &SharedClock) -> Result<(), KeyError> {
    let mut tx = db.begin().await?;
    lock_proofs(&mut tx).await?;
    let proofs: Vec<(String, String)> = on_db!(&mut tx, c => sqlx::query_as(PROOFS).fetch_all(&mut **c).await)?;
    if proofs.is_empty() {
        let proof = master.key().seal(PROOF, Codec::Plain, PROOF);
        let now = clock.now().as_micros();
        on_db!(&mut tx, c => sqlx::query(ADD_PROOF)
            .bind(master.id()).bind(proof).bind(now).execute(&mut **c).await.map(|_| ()))?;
        return Ok(tx.commit().await?);
    }
    tx.rollback().await?;
    if is_proven(&proofs, master) {
        Ok(())
    } else {
        Err(KeyError::WrongMasterKey)
    }
}

fn is_proven(proofs: &[(String, String)], master: &MasterKey) -> bool {
    proofs
        .iter()
        .any(|(id, proof)| *id == master.id() && master.key().open(proof, PROOF).is_ok())
}

/// Makes other processes wait that check or replace the master key, or create keys. On SQLite the transaction does.
async fn lock_proofs(tx: &mut Tx) -> Result<(), sqlx::Error> {
    if let Tx::Postgres(c) = tx {
        sqlx::query(LOCK_PROOFS_POSTGRES).execute(&mut **c).await?;
    }
    Ok(())
}

/// Replaces wrapped keys: type, identifier and new text of each.
async fn rewrap(tx: &mut Tx, keys: &[(&String, &String, String)], master_key_id: &str) -> Result<(), sqlx::Error> {
    match tx {
        Tx::Sqlite(c) => {
            let update = sqlx::query(REWRAP_SQLITE).bind(sqlx::types::Json(keys));
            update.bind(master_key_id).execute(&mut **c).await?;
        }
        Tx::Postgres(c) => {
            let types: Vec<&str> = keys.iter().map(|(kind, ..)| kind.as_str()).collect();
            let ids: Vec<&str> = keys.iter().map(|(_, id, _)| id.as_str()).collect();
            let wrapped: Vec<&str> = keys.iter().map(|(.., wrapped)| wrapped.as_str()).collect();
            let update = sqlx::query(REWRAP_POSTGRES).bind(types).bind(ids).bind(wrapped);
            update.bind(master_key_id).execute(&mut **c).await?;
        }
    }
    Ok(())
}

fn names<'a>(streams: impl Iterator<Item = &'a StreamId>) -> (Vec<&'a str>, Vec<&'a str>) {
    streams
        .map(|stream| (stream.aggregate_type.as_str(), stream.aggregate_id.as_str()))
        .unzip()
}

/// Associated data of a wrapped key: it cannot be used for another stream.
fn place(stream: &StreamId) -> Vec<u8> {
    format!(
        "call-ledger/data-key/v1\n{}\n{}",
        stream.aggregate_type, stream.aggregate_id
    )
    .into_bytes()
}

fn wrap(master: &MasterKey, stream: &StreamId, key: &SealingKey) -> String {
    master.key().seal(key.bytes(), Codec::Plain, &place(stream))
}

fn unwrap(master: &MasterKey, stream: &StreamId, wrapped: &str) -> Result<Arc<SealingKey>, KeyError> {
    let bytes = master.key().open(wrapped, &place(stream))?;
    let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::Broken)?;
    Ok(Arc::new(SealingKey::new(bytes)))
}
