//! Where read models live: one namespace for each, a PostgreSQL schema or a SQLite file.
//!
//! A rebuild fills a namespace of its own beside the current one, running the very same code and SQL, and the switch
//! is one short step. PostgreSQL renames schemas. SQLite cannot rename a file that others hold open (its write-ahead log
//! goes by name), so files carry a generation number and a small registry says which one is current; other processes
//! look there (`docs/decisions`).

use super::connect::{DatabaseUrl, Durability, connect, create_schema};
use super::{Db, DbError};
use sqlx::{PgPool, SqlitePool};
use std::collections::HashMap;
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, Instant};
use tokio::sync::Mutex;

/// How old our knowledge of another process's switch may be.
const LOOK_AGAIN: Duration = Duration::from_millis(200);
/// Connections to one read model, of its projector and its readers. A PostgreSQL server has a hundred for everybody: two
/// services and a command line must fit.
const CONNECTIONS: u32 = 3;
/// The same where connections cost nothing.
const SQLITE_CONNECTIONS: u32 = 8;

const SQLITE_REGISTRY: &str =
    "create table if not exists read_models (model text primary key not null, generation integer not null) strict";
const SQLITE_CURRENT: &str = "select generation from read_models where model = $1";
const SQLITE_SWITCH: &str = "insert into read_models (model, generation) values ($1, $2) on conflict (model) do update set generation = excluded.generation";

/// The tables of one read model: unqualified names resolve in `db`.
#[derive(Clone, Debug)]
pub struct Namespace {
    /// Where its tables are.
    pub db: Db,
    /// Which of the model's namespaces it is; grows with each switch. Always 0 on PostgreSQL, where names are swapped.
    pub generation: i64,
    /// The model.
    pub model: &'static str,
}

/// A namespace beside the current one, yet to be opened: [`ReadStores::draft`].
#[derive(Clone, Debug)]
pub struct ShadowNamespace {
    /// The model.
    pub model: &'static str,
    /// What it will be when it is switched to.
    pub generation: i64,
    /// Where it is a file of its own: nobody has it open, so it may be filled as one likes before [`ReadStores::open`].
    pub file: Option<PathBuf>,
}

/// Every read model's namespaces.
#[derive(Clone, Debug)]
pub struct ReadStores(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    place: Backend,
    current: Mutex<HashMap<&'static str, Known>>,
}

#[derive(Debug)]
enum Backend {
    Sqlite { folder: PathBuf, registry: SqlitePool },
    Postgres { url: String, admin: PgPool },
}

#[derive(Debug)]
struct Known {
    namespace: Namespace,
    looked: Instant,
}

impl ReadStores {
    /// Opens the place where read models live.
    ///
    /// # Errors
    /// When the folder cannot be used, or the server cannot be reached.
    pub async fn open(url: &DatabaseUrl) -> Result<Self, DbError> {
        let place = match url {
            DatabaseUrl::Folder(folder) => {
                let folder = folder.join("read_models");
                let registry =
                    match connect(&DatabaseUrl::Folder(folder.clone()), "registry", Durability::Full, 2).await? {
                        Db::Sqlite(pool) => pool,
                        Db::Postgres(_) => unreachable!("a folder holds SQLite files"),
                    };
                sqlx::query(SQLITE_REGISTRY).execute(&registry).await?;
                Backend::Sqlite { folder, registry }
            }
            DatabaseUrl::Postgres(url) => {
                let admin = match connect(&DatabaseUrl::Postgres(url.clone()), "public", Durability::Full, 1).await? {
                    Db::Postgres(pool) => pool,
                    Db::Sqlite(_) => unreachable!("a server is PostgreSQL"),
                };
                Backend::Postgres {
                    url: url.clone(),
                    admin,
                }
            }
        };
        Ok(Self(Arc::new(Inner {
            place,
            current: Mutex::default(),
        })))
    }

    /// The namespace that readers and the live projector use now. Empty the first time.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn current(&self, model: &'static str) -> Result<Namespace, DbError> {
        let mut current = self.0.current.lock().await;
        if let Some(known) = current.get_mut(model) {
            if known.looked.elapsed() < LOOK_AGAIN {
                return Ok(known.namespace.clone());
            }
            if self.generation(model).await? == known.namespace.generation {
                known.looked = Instant::now();
                return Ok(known.namespace.clone());
            }
        }
        let generation = self.generation(model).await?;
        let db = self.open_namespace(model, generation).await?;
        let namespace = Namespace { db, generation, model };
        let old = current.insert(
            model,
            Known {
                namespace: namespace.clone(),
                looked: Instant::now(),
            },
        );
        // Another process switched.
        if let Some(old) = old {
            retire(old.namespace.db);
        }
        Ok(namespace)
    }

    /// A fresh place for a namespace beside the current one. What a killed rebuild left there is dropped.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn create_shadow(&self, model: &'static str) -> Result<ShadowNamespace, DbError> {
        let shadow = match &self.0.place {
            Backend::Sqlite { folder, .. } => {
                let generation = self.generation(model).await? + 1;
                let file = sqlite_file(folder, model, generation);
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

    /// Opens a draft, which is empty or was filled. What it was filled with is durable before it can take another's place.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn open_shadow(&self, shadow: &ShadowNamespace) -> Result<Namespace, DbError> {
        let ShadowNamespace { model, generation, .. } = *shadow;
        let db = match &self.0.place {
            Backend::Sqlite { .. } => {
                if let Some(file) = &shadow.file {
                    sync(file.clone()).await?;
                }
                self.open_namespace(model, generation).await?
            }
            Backend::Postgres { url, .. } => {
                let url = DatabaseUrl::Postgres(url.clone());
                connect(&url, &next_schema(model), Durability::Relaxed, CONNECTIONS).await?
            }
        };
        Ok(Namespace { db, generation, model })
    }

    /// Makes `next` the current namespace: one short transaction. The old one stays until [`ReadStores::sweep`].
    ///
    /// # Errors
    /// When the database cannot be reached; then nothing was switched.
    pub async fn switch(&self, next: Namespace) -> Result<(), DbError> {
        let model = next.model;
        match &self.0.place {
            Backend::Sqlite { registry, .. } => {
                sqlx::query(SQLITE_SWITCH)
                    .bind(model)
                    .bind(next.generation)
                    .execute(registry)
                    .await?;
                let old = self.0.current.lock().await.insert(
                    model,
                    Known {
                        namespace: next,
                        looked: Instant::now(),
                    },
                );
                if let Some(old) = old {
                    retire(old.namespace.db);
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
                // Its connections look for a name that is gone.
                retire(next.db);
            }
        }
        Ok(())
    }

    /// Removes what a switch has left behind, once the readers of every process have moved on.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn sweep(&self, model: &'static str) -> Result<(), DbError> {
        tokio::time::sleep(LOOK_AGAIN * 2).await;
        match &self.0.place {
            Backend::Sqlite { folder, .. } => {
                let current = self.generation(model).await?;
                for generation in generations(folder, model)? {
                    if generation < current {
                        remove_sqlite(&sqlite_file(folder, model, generation))?;
                    }
                }
            }
            Backend::Postgres { admin, .. } => drop_schema(admin, &old_schema(model)).await?,
        }
        Ok(())
    }

    /// Removes a draft that is not going to be switched to. If it was opened, it must have been closed.
    ///
    /// # Errors
    /// When the database cannot be reached.
    pub async fn remove(&self, shadow: &ShadowNamespace) -> Result<(), DbError> {
        match (&self.0.place, &shadow.file) {
            (Backend::Postgres { admin, .. }, _) => Ok(drop_schema(admin, &next_schema(shadow.model)).await?),
            (Backend::Sqlite { .. }, Some(file)) => remove_sqlite(file),
            (Backend::Sqlite { .. }, None) => Ok(()),
        }
    }

    /// Closes every connection, waiting for those in use.
    pub async fn close(&self) {
        for known in self.0.current.lock().await.values() {
            known.namespace.db.close().await;
        }
        match &self.0.place {
            Backend::Sqlite { registry, .. } => registry.close().await,
            Backend::Postgres { admin, .. } => admin.close().await,
        }
    }

    async fn generation(&self, model: &str) -> Result<i64, DbError> {
        match &self.0.place {
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
        match &self.0.place {
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
                    CONNECTIONS,
                )
                .await
            }
        }
    }
}

/// Closes a namespace that was replaced, once the readers that were just handed it have begun. They finish on it.
fn retire(db: Db) {
    tokio::spawn(async move {
        tokio::time::sleep(LOOK_AGAIN).await;
        db.close().await;
    });
}

/// Waits until a file's content is on the disk, if there is such a file.
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

/// The generations of a model whose files lie in the folder.
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

fn sqlite_file(folder: &Path, model: &str, generation: i64) -> PathBuf {
    folder.join(format!("{model}.{generation}.db"))
}

fn remove_sqlite(file: &Path) -> Result<(), DbError> {
    for suffix in ["", "-wal", "-shm"] {
        let mut name = file.as_os_str().to_owned();
        name.push(suffix);
        match std::fs::remove_file(&name) {
            Err(error) if error.kind() != std::io::ErrorKind::NotFound => return Err(DbError::Folder(error)),
            _ => {}
        }
    }
    Ok(())
}
