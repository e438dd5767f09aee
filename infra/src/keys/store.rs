//! The key store: one wrapped data key per stream, in its own database.

use super::compression::Codec;
use super::{KeyError, MasterKey, SealingKey, ValueKey};
use crate::clock::SharedClock;
use crate::db::{DatabaseUrl, Db, Durability, Tx, connect, migrate_keys};
use crate::events::StreamId;
use crate::on_db;
use quick_cache::sync::Cache;
use std::collections::HashMap;
use std::sync::Arc;
use tokio::sync::{mpsc, oneshot};

/// The schema, or the file, that holds the keys.
const NAME: &str = "keys";
/// Maximum number of unwrapped keys in memory.
const MAX_CACHED_KEYS: usize = 131_072;
/// Maximum number of keys created in one transaction.
const BATCH_KEYS: usize = 1_000;
/// Time limit for creating a batch: further requests wait behind it.
const CREATE_TIMEOUT: std::time::Duration = std::time::Duration::from_secs(10);

const SELECT: &str = "select aggregate_type, aggregate_id, wrapped from data_keys";
const SELECT_SQLITE: &str = "select k.aggregate_type, k.aggregate_id, k.wrapped from json_each($1) j
  join data_keys k on k.aggregate_type = j.value ->> 0 and k.aggregate_id = j.value ->> 1";
const SELECT_POSTGRES: &str = "select k.aggregate_type, k.aggregate_id, k.wrapped
  from unnest($1::text[], $2::text[]) as j(aggregate_type, aggregate_id)
  join data_keys k on k.aggregate_type = j.aggregate_type and k.aggregate_id = j.aggregate_id";
const INSERT_SQLITE: &str = "insert into data_keys (aggregate_type, aggregate_id, master_key_id, wrapped, created_at)
  select value ->> 0, value ->> 1, $2, value ->> 2, $3 from json_each($1) where true
  on conflict (aggregate_type, aggregate_id) do nothing";
const INSERT_POSTGRES: &str = "insert into data_keys (aggregate_type, aggregate_id, master_key_id, wrapped, created_at)
  select j.aggregate_type, j.aggregate_id, $4, j.wrapped, $5
    from unnest($1::text[], $2::text[], $3::text[]) as j(aggregate_type, aggregate_id, wrapped)
  on conflict (aggregate_type, aggregate_id) do nothing";
const DESTROY: &str =
    "insert into data_keys (aggregate_type, aggregate_id, master_key_id, wrapped, created_at, destroyed_at)
  values ($1, $2, null, null, $3, $3)
  on conflict (aggregate_type, aggregate_id)
  do update set master_key_id = null, wrapped = null, destroyed_at = excluded.destroyed_at";
const REWRAP: &str =
    "update data_keys set wrapped = $3, master_key_id = $4 where aggregate_type = $1 and aggregate_id = $2";
const PROOFS: &str = "select master_key_id, proof from master_keys";
const LOCK_PROOFS_POSTGRES: &str = "lock table master_keys in share row exclusive mode";
const ADD_PROOF: &str = "insert into master_keys (master_key_id, proof, created_at) values ($1, $2, $3)
  on conflict (master_key_id) do nothing";
const FORGET_OTHER_PROOFS: &str = "delete from master_keys where master_key_id <> $1";

/// Every portable statement of this module, for the test that prepares them on both engines.
pub const STATEMENTS: &[&str] = &[SELECT, DESTROY, REWRAP, PROOFS, ADD_PROOF, FORGET_OTHER_PROOFS];

/// Plaintext that a master key must unseal to be accepted.
const PROOF: &[u8] = b"call-ledger/master-key/v1";

/// The key store. Cheap to clone.
#[derive(Clone)]
pub struct KeyStore(Arc<Inner>);

struct Inner {
    db: Db,
    master: MasterKey,
    clock: SharedClock,
    /// `None`: destroyed.
    opened: Cache<StreamId, Option<Arc<SealingKey>>>,
    creator: mpsc::Sender<KeyRequest>,
}

struct KeyRequest {
    stream: StreamId,
    answer: oneshot::Sender<Result<Option<Arc<SealingKey>>, KeyError>>,
}

#[derive(sqlx::FromRow)]
struct KeyRow {
    aggregate_type: String,
    aggregate_id: String,
    wrapped: Option<String>,
}

impl KeyStore {
    /// Opens the key store and checks the master key.
    ///
    /// # Errors
    /// [`KeyError::WrongMasterKey`] when the store was created with another master key.
    pub async fn open(url: &DatabaseUrl, master: MasterKey, clock: SharedClock) -> Result<Self, KeyError> {
        let db = connect(url, NAME, Durability::Full, 2).await?;
        migrate_keys(&db).await?;
        prove(&db, &master, &clock).await?;
        let (creator, requests) = mpsc::channel(BATCH_KEYS * 4);
        let inner = Arc::new(Inner {
            db,
            master,
            clock,
            opened: Cache::new(MAX_CACHED_KEYS),
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

    /// The keys of these streams. A stream that is absent or `None` has no key, or its key was destroyed.
    pub(crate) async fn for_opening<'a>(
        &self,
        streams: impl Iterator<Item = &'a StreamId>,
    ) -> Result<HashMap<StreamId, Option<Arc<SealingKey>>>, KeyError> {
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
            keys.insert(stream.clone(), known.flatten());
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
        let key = keys.get(stream).and_then(Option::as_deref);
        key.map(|key| key.value_key(sealed)).transpose()
    }

    /// Destroys a stream's key: no value sealed with it can be unsealed again, here or in a backup of the log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn destroy(&self, stream: &StreamId) -> Result<(), KeyError> {
        let now = self.0.clock.now().as_micros();
        on_db!(&self.0.db, c => sqlx::query(DESTROY)
            .bind(&stream.aggregate_type)
            .bind(&stream.aggregate_id)
            .bind(now)
            .execute(c)
            .await
            .map(|_| ()))?;
        self.forget(stream);
        // The old row is still in SQLite's write-ahead log, or in PostgreSQL's dead tuple.
        self.0.db.checkpoint().await?;
        if let Db::Postgres(pool) = &self.0.db {
            sqlx::query("vacuum data_keys").execute(pool).await?;
        }
        Ok(())
    }

    pub(super) fn master(&self) -> &MasterKey {
        &self.0.master
    }

    pub(crate) async fn checkpoint(&self) -> Result<(), KeyError> {
        Ok(self.0.db.checkpoint().await?)
    }

    /// Marks the stream's key as destroyed in this process's cache; the key itself is destroyed elsewhere.
    pub(crate) fn forget(&self, stream: &StreamId) {
        self.0.opened.insert(stream.clone(), None);
    }

    /// Wraps every data key with another master key. Changes no event. The next start needs the new key.
    ///
    /// # Errors
    /// When the database cannot be used; then the old master key stays in force.
    pub async fn rotate(&self, new: &MasterKey) -> Result<usize, KeyError> {
        let rows: Vec<KeyRow> = on_db!(&self.0.db, c => sqlx::query_as(SELECT).fetch_all(c).await)?;
        let mut tx = self.0.db.begin().await?;
        let mut rotated = 0;
        for row in rows {
            let Some(wrapped) = &row.wrapped else { continue };
            let stream = StreamId::new(row.aggregate_type, row.aggregate_id);
            let wrapped = wrap(new, &stream, &*unwrap(&self.0.master, &stream, wrapped)?);
            on_db!(&mut tx, c => sqlx::query(REWRAP)
                .bind(&stream.aggregate_type)
                .bind(&stream.aggregate_id)
                .bind(wrapped)
                .bind(new.id())
                .execute(&mut **c)
                .await
                .map(|_| ()))?;
            rotated += 1;
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
        Ok(rotated)
    }
}

impl Inner {
    /// Reads and unwraps keys. Streams without a row are absent from the result.
    async fn load(&self, streams: &[&StreamId]) -> Result<HashMap<StreamId, Option<Arc<SealingKey>>>, KeyError> {
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
        let mut keys = HashMap::with_capacity(rows.len());
        for row in rows {
            let stream = StreamId::new(row.aggregate_type, row.aggregate_id);
            let key = match row.wrapped {
                Some(wrapped) => Some(unwrap(&self.master, &stream, &wrapped)?),
                None => None,
            };
            // A key that was destroyed in the meantime stays destroyed.
            let known = self.opened.get_or_insert_with(&stream, || Ok::<_, KeyError>(key))?;
            keys.insert(stream, known);
        }
        Ok(keys)
    }

    /// Creates the missing keys in one transaction. If another process created one of them first, all are read back.
    async fn make(&self, streams: &[&StreamId]) -> Result<HashMap<StreamId, Option<Arc<SealingKey>>>, KeyError> {
        let made: Vec<SealingKey> = streams.iter().map(|_| SealingKey::random()).collect();
        let wrapped: Vec<String> = streams
            .iter()
            .zip(&made)
            .map(|(stream, key)| wrap(&self.master, stream, key))
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
                insert
                    .bind(self.master.id())
                    .bind(now)
                    .execute(pool)
                    .await?
                    .rows_affected()
            }
            Db::Postgres(pool) => {
                let (types, ids) = names(streams.iter().copied());
                let insert = sqlx::query(INSERT_POSTGRES).bind(types).bind(ids).bind(&wrapped);
                insert
                    .bind(self.master.id())
                    .bind(now)
                    .execute(pool)
                    .await?
                    .rows_affected()
            }
        };
        if inserted < streams.len() as u64 {
            return self.load(streams).await;
        }
        let mut keys = HashMap::with_capacity(streams.len());
        for (&stream, key) in streams.iter().zip(made) {
            // A key that was destroyed in the meantime stays destroyed.
            let made = || Ok::<_, KeyError>(Some(Arc::new(key)));
            keys.insert(stream.clone(), self.opened.get_or_insert_with(stream, made)?);
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
                Ok(keys) => keys.get(&stream).cloned().ok_or(KeyError::Broken),
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
    if let Tx::Postgres(c) = &mut tx {
        sqlx::query(LOCK_PROOFS_POSTGRES).execute(&mut **c).await?;
    }
    let proofs: Vec<(String, String)> = on_db!(&mut tx, c => sqlx::query_as(PROOFS).fetch_all(&mut **c).await)?;
    if proofs.is_empty() {
        let proof = master.key().seal(PROOF, Codec::Plain, PROOF);
        let now = clock.now().as_micros();
        on_db!(&mut tx, c => sqlx::query(ADD_PROOF)
            .bind(master.id()).bind(proof).bind(now).execute(&mut **c).await.map(|_| ()))?;
        return Ok(tx.commit().await?);
    }
    tx.rollback().await?;
    let proven = proofs
        .iter()
        .any(|(id, proof)| *id == master.id() && master.key().open(proof, PROOF).is_ok());
    if proven { Ok(()) } else { Err(KeyError::WrongMasterKey) }
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
