//! [`ReadStores`]: one namespace per read model, a PostgreSQL schema or a SQLite file.
//!
//! A rebuild fills a shadow namespace with the same code and SQL, and the switch is one short transaction. PostgreSQL
//! renames schemas. SQLite cannot rename a file that is open (its write-ahead log is found by name), so files carry a
//! generation number, and a registry that all processes read holds the current one (`docs/decisions`).

use super::connect::{
    DatabaseUrl, Durability, connect, connect_replaceable, create_schema, create_table, make_folder, redirect,
    remove_sqlite, sqlite_file,
};
use super::rebuild_lock::{self, RebuildLock};
use super::{Db, DbError, rebuild_records};
use sqlx::{PgPool, SqlitePool};
use std::collections::{BTreeMap, HashMap};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How long the current generation is cached before it is checked for a switch by another process.
const GENERATION_CACHE_TTL: Duration = Duration::from_millis(200);
/// Connections per read model, for its projector and queries. A PostgreSQL server allows a hundred by default, which
/// must suffice for two services and a CLI.
const POSTGRES_CONNECTIONS: u32 = 3;
/// Connections per read model on SQLite, where they are cheap.
const SQLITE_CONNECTIONS: u32 = 8;

/// The file or schema that all models share: the current generations on SQLite, and the rebuilds.
const REGISTRY: &str = "registry";

const SQLITE_GENERATIONS: &str =
    "create table if not exists read_models (model text primary key not null, generation integer not null) strict";
const SQLITE_CURRENT: &str = "select generation from read_models where model = $1";
const SQLITE_SWITCH: &str = "insert into read_models (model, generation) values ($1, $2) on conflict (model) do update set generation = excluded.generation";

/// The tables of one read model: unqualified names resolve in `db`.
#[derive(Clone, Debug)]
pub struct Namespace {
    pub db: Db,
    /// Increases with each switch. Always 0 on PostgreSQL, where schemas are renamed.
    pub generation: i64,
    pub model: &'static str,
}

/// A namespace beside the current one that a rebuild fills: [`ReadStores::create_shadow`].
#[derive(Clone, Debug)]
pub struct ShadowNamespace {
    pub model: &'static str,
    /// The generation after the switch.
    pub generation: i64,
    /// The SQLite file. It is not open yet, so it may be filled directly before [`ReadStores::open_shadow`].
    pub file: Option<PathBuf>,
}

/// The namespaces of all read models.
#[derive(Clone, Debug)]
pub struct ReadStores(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    backend: Backend,
    current: Mutex<HashMap<&'static str, CurrentNamespace>>,
}

#[derive(Debug)]
enum Backend {
    Sqlite { folder: PathBuf, registry: SqlitePool },
    Postgres { url: String, admin: PgPool },
}

#[derive(Debug)]
struct CurrentNamespace {
    namespace: Namespace,
    checked_at: Instant,
}

impl ReadStores {
    /// Opens the folder or server of the read models.
    ///
    /// # Errors
    /// When the folder cannot be used, or the server cannot be reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DbError> {
        let backend = match url {
            DatabaseUrl::Folder(folder) => {
                let folder = folder.join("read_models");
                let registry = open_registry(&folder).await?;
                Backend::Sqlite { folder, registry }
            }
            DatabaseUrl::Postgres(url) => {
                let admin = match connect(
                    &DatabaseUrl::Postgres(url.clone()),
                    REGISTRY,
                    Durability::Full,
                    POSTGRES_CONNECTIONS,
                )
                .await?
                {
                    Db::Postgres(pool) => pool,
                    Db::Sqlite(_) => unreachable!("a server is PostgreSQL"),
                };
                Backend::Postgres {
                    url: url.clone(),
                    admin,
                }
            }
        };
        let stores = Self(Arc::new(Inner {
            backend,
            current: Mutex::default(),
        }));
        create_table(&stores.registry(), rebuild_records::DDL).await?;
        Ok(stores)
    }

    /// The database that all models share.
    #[must_use]
    pub fn registry(&self) -> Db {
        match &self.0.backend {
            Backend::Sqlite { registry, .. } => Db::Sqlite(registry.clone()),
            Backend::Postgres { admin, .. } => Db::Postgres(admin.clone()),
        }
    }

    /// The namespace that queries and the follower use now. It is created empty if it does not exist.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn current(&self, model: &'static str) -> Result<Namespace, DbError> {
        let mut current = self.0.current.lock().await;
        if let Some(cached) = current.get_mut(model) {
            if cached.checked_at.elapsed() < GENERATION_CACHE_TTL {
                return Ok(cached.namespace.clone());
            }
            if self.generation(model).await? == cached.namespace.generation {
                cached.checked_at = Instant::now();
                return Ok(cached.namespace.clone());
            }
        }
        let generation = self.generation(model).await?;
        let db = self.open_namespace(model, generation).await?;
        let namespace = Namespace { db, generation, model };
        let old = current.insert(
            model,
            CurrentNamespace {
                namespace: namespace.clone(),
                checked_at: Instant::now(),
            },
        );
        // Another process has switched.
        if let Some(old) = old {
            self.retire(&old.namespace, namespace.generation);
        }
        Ok(namespace)
    }

    /// Takes the lock under which a model is rebuilt. `None`: a process that runs holds it.
    ///
    /// # Errors
    /// When the folder or the server cannot be used.
    pub async fn lock_rebuild(&self, model: &str) -> Result<Option<RebuildLock>, DbError> {
        match &self.0.backend {
            Backend::Sqlite { folder, .. } => rebuild_lock::lock_file(&lock_file(folder, model)).await,
            Backend::Postgres { admin, .. } => rebuild_lock::lock_on_server(admin, model).await,
        }
    }

    /// Whether a process that runs holds the lock under which a model is rebuilt.
    ///
    /// # Errors
    /// When the folder or the server cannot be used.
    pub async fn is_rebuild_locked(&self, model: &str) -> Result<bool, DbError> {
        match &self.0.backend {
            Backend::Sqlite { folder, .. } => rebuild_lock::is_file_locked(&lock_file(folder, model)),
            Backend::Postgres { admin, .. } => rebuild_lock::is_locked_on_server(admin, model).await,
        }
    }

    /// Prepares a shadow namespace. Drops the remains of a killed rebuild.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn create_shadow(&self, model: &'static str) -> Result<ShadowNamespace, DbError> {
        let shadow = match &self.0.backend {
            Backend::Sqlite { folder, .. } => {
                let generation = self.generation(model).await? + 1;
                let file = model_file(folder, model, generation);
                ShadowNamespace {
                    model,
                    generation,
                    file: Some(file),
                }
            }
            Backend::Postgres { .. } => ShadowNamespace {
                model,
                generation: 0,
                file: None,
            },
        };
        self.remove(&shadow).await?;
        Ok(shadow)
    }

    /// Opens a shadow namespace, empty or filled. Syncs a filled file, so that it is durable before the switch.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open_shadow(&self, shadow: &ShadowNamespace) -> Result<Namespace, DbError> {
        let ShadowNamespace { model, generation, .. } = *shadow;
        let db = match &self.0.backend {
            Backend::Sqlite { .. } => {
                if let Some(file) = &shadow.file {
                    sync(file.clone()).await?;
                }
                self.open_namespace(model, generation).await?
            }
            Backend::Postgres { url, .. } => {
                let url = DatabaseUrl::Postgres(url.clone());
                connect(&url, &next_schema(model), Durability::Relaxed, POSTGRES_CONNECTIONS).await?
            }
        };
        Ok(Namespace { db, generation, model })
    }

    /// Makes `next` the current namespace in one short transaction. The old one remains until [`ReadStores::sweep`].
    ///
    /// # Errors
    /// When the database cannot be reached; then nothing has changed.
    pub async fn switch(&self, next: Namespace) -> Result<(), DbError> {
        let model = next.model;
        match &self.0.backend {
            Backend::Sqlite { registry, .. } => {
                sqlx::query(SQLITE_SWITCH)
                    .bind(model)
                    .bind(next.generation)
                    .execute(registry)
                    .await?;
                let current = CurrentNamespace {
                    namespace: next,
                    checked_at: Instant::now(),
                };
                let generation = current.namespace.generation;
                let old = self.0.current.lock().await.insert(model, current);
                if let Some(old) = old {
                    self.retire(&old.namespace, generation);
                }
            }
            Backend::Postgres { admin, .. } => {
                let (next_name, old_name) = (next_schema(model), old_schema(model));
                drop_schema(admin, &old_name).await?;
                let mut tx = admin.begin().await?;
                for statement in [
                    format!(r#"alter schema "{model}" rename to "{old_name}""#),
                    format!(r#"alter schema "{next_name}" rename to "{model}""#),
                ] {
                    sqlx::query(&statement).execute(&mut *tx).await?;
                }
                tx.commit().await?;
                // Its connections use a schema name that no longer exists.
                drop(next);
            }
        }
        Ok(())
    }

    /// A namespace was replaced. Its connections close when the last query on them has ended. A query that holds it and
    /// needs another connection reads the new rows, because the old file is removed.
    fn retire(&self, old: &Namespace, generation: i64) {
        if let (Backend::Sqlite { folder, .. }, Db::Sqlite(pool)) = (&self.0.backend, &old.db) {
            redirect(pool, &model_file(folder, old.model, generation), Durability::Relaxed);
        }
    }

    /// Replaces a namespace that is damaged by an empty one. Returns `false` on PostgreSQL, where a schema is not a file.
    ///
    /// # Errors
    /// When the registry cannot be used.
    pub async fn discard(&self, model: &'static str) -> Result<bool, DbError> {
        let Backend::Sqlite { folder, registry } = &self.0.backend else {
            return Ok(false);
        };
        let generation = self.generation(model).await? + 1;
        remove_sqlite(&model_file(folder, model, generation))?;
        sqlx::query(SQLITE_SWITCH)
            .bind(model)
            .bind(generation)
            .execute(registry)
            .await?;
        self.0.current.lock().await.remove(model);
        let stores = self.clone();
        tokio::spawn(async move {
            if let Err(error) = stores.sweep(model).await {
                tracing::warn!(model, %error, "removing the damaged file failed, the next rebuild will remove it");
            }
        });
        Ok(true)
    }

    /// Drops the old namespace after a switch, once the queries of all processes use the new one.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn sweep(&self, model: &'static str) -> Result<(), DbError> {
        tokio::time::sleep(GENERATION_CACHE_TTL * 2).await;
        match &self.0.backend {
            Backend::Sqlite { folder, .. } => {
                let current = self.generation(model).await?;
                for generation in generations(folder, model)? {
                    if generation < current {
                        remove_sqlite(&model_file(folder, model, generation))?;
                    }
                }
            }
            Backend::Postgres { admin, .. } => drop_schema(admin, &old_schema(model)).await?,
        }
        Ok(())
    }

    /// Drops a shadow namespace that is not used. If it was opened, it must have been closed.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn remove(&self, shadow: &ShadowNamespace) -> Result<(), DbError> {
        match (&self.0.backend, &shadow.file) {
            (Backend::Postgres { admin, .. }, _) => Ok(drop_schema(admin, &next_schema(shadow.model)).await?),
            (Backend::Sqlite { .. }, Some(file)) => remove_sqlite(file),
            (Backend::Sqlite { .. }, None) => Ok(()),
        }
    }

    /// Closes all connections, waiting for those in use.
    pub async fn close(&self) {
        for cached in self.0.current.lock().await.values() {
            cached.namespace.db.close().await;
        }
        match &self.0.backend {
            Backend::Sqlite { registry, .. } => registry.close().await,
            Backend::Postgres { admin, .. } => admin.close().await,
        }
    }

    async fn generation(&self, model: &str) -> Result<i64, DbError> {
        match &self.0.backend {
            Backend::Sqlite { registry, .. } => {
                let found = sqlx::query_scalar(SQLITE_CURRENT)
                    .bind(model)
                    .fetch_optional(registry)
                    .await?;
                Ok(found.unwrap_or(0))
            }
            Backend::Postgres { .. } => Ok(0),
        }
    }

    async fn open_namespace(&self, model: &str, generation: i64) -> Result<Db, DbError> {
        match &self.0.backend {
            Backend::Sqlite { folder, .. } => {
                let name = format!("{model}.{generation}");
                connect(
                    &DatabaseUrl::Folder(folder.clone()),
                    &name,
                    Durability::Relaxed,
                    SQLITE_CONNECTIONS,
                )
                .await
            }
            Backend::Postgres { url, admin } => {
                create_schema(admin, model).await?;
                connect(
                    &DatabaseUrl::Postgres(url.clone()),
                    model,
                    Durability::Relaxed,
                    POSTGRES_CONNECTIONS,
                )
                .await
            }
        }
    }
}

/// Opens the registry of a folder. If it is damaged or missing, it is made anew; each model then gets a generation without a file,
/// which is filled from the log, because it is not known which file was the current one.
async fn open_registry(folder: &Path) -> Result<SqlitePool, DbError> {
    make_folder(folder).map_err(DbError::Folder)?;
    let models = latest_generations(folder)?;
    let is_missing = !models.is_empty() && !sqlite_file(folder, REGISTRY).exists();
    let (db, is_damaged) = connect_replaceable(&DatabaseUrl::Folder(folder.into()), REGISTRY, 2).await?;
    let Db::Sqlite(registry) = db else {
        unreachable!("a folder has SQLite files")
    };
    sqlx::query(SQLITE_GENERATIONS).execute(&registry).await?;
    if is_missing || is_damaged {
        tracing::error!("the registry of the read models is damaged or missing, all read models are built again");
        for (model, generation) in models {
            sqlx::query(SQLITE_SWITCH)
                .bind(&model)
                .bind(generation + 1)
                .execute(&registry)
                .await?;
            for old in generations(folder, &model)? {
                remove_sqlite(&model_file(folder, &model, old))?;
            }
        }
    }
    Ok(registry)
}

/// The models that have files in the folder, with the latest generation of each.
fn latest_generations(folder: &Path) -> Result<BTreeMap<String, i64>, DbError> {
    let mut latest = BTreeMap::new();
    for entry in std::fs::read_dir(folder).map_err(DbError::Folder)? {
        let name = entry.map_err(DbError::Folder)?.file_name();
        let name = name
            .to_str()
            .and_then(|name| name.strip_suffix(".db"))
            .unwrap_or_default();
        if let Some((model, generation)) = name.rsplit_once('.')
            && let Ok(generation) = generation.parse::<i64>()
        {
            let latest = latest.entry(model.to_owned()).or_insert(generation);
            *latest = generation.max(*latest);
        }
    }
    Ok(latest)
}

/// Syncs a file to disk, if it exists.
async fn sync(file: PathBuf) -> Result<(), DbError> {
    match tokio::fs::File::open(file).await {
        Ok(file) => file.sync_all().await.map_err(DbError::Folder),
        Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(()),
        Err(error) => Err(DbError::Folder(error)),
    }
}

fn next_schema(model: &str) -> String {
    format!("{model}_next")
}

fn old_schema(model: &str) -> String {
    format!("{model}_old")
}

/// The generations of a model that have a file in the folder.
fn generations(folder: &Path, model: &str) -> Result<Vec<i64>, DbError> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).map_err(DbError::Folder)? {
        let name = entry.map_err(DbError::Folder)?.file_name();
        let generation: Option<i64> = name.to_str().and_then(|name| {
            name.strip_prefix(model)?
                .strip_prefix('.')?
                .strip_suffix(".db")?
                .parse()
                .ok()
        });
        found.extend(generation);
    }
    Ok(found)
}

async fn drop_schema(admin: &PgPool, name: &str) -> Result<(), sqlx::Error> {
    sqlx::query(&format!(r#"drop schema if exists "{name}" cascade"#))
        .execute(admin)
        .await
        .map(|_| ())
}

fn model_file(folder: &Path, model: &str, generation: i64) -> PathBuf {
    sqlite_file(folder, &format!("{model}.{generation}"))
}

fn lock_file(folder: &Path, model: &str) -> PathBuf {
    folder.join(format!("{model}.rebuild.lock"))
}
