//! [`RowsFile`]: writes rows to a new SQLite file during a rebuild, without journal and syncs. It uses blocking
//! rusqlite, because the rebuild is the only user of the file. If a rebuild fails, the file is deleted.

use crate::engine::WriteSet;
use crate::rows::{Found, Kind, Missing, Owner, Rows, Table, Value, Verb, statement};
use infra::db::Engine;
use rusqlite::types::{ToSqlOutput, ValueRef};
use rusqlite::{Connection, ToSql, params_from_iter};
use std::collections::HashMap;
use std::path::Path;

/// Capacity of the prepared-statement cache: more than the statements of any model.
const CACHED_STATEMENTS: usize = 128;

/// A SQLite file that a rebuild fills.
pub(super) struct RowsFile(Connection);

impl RowsFile {
    /// Creates a file with empty tables.
    pub fn create(path: &Path, tables: &str) -> rusqlite::Result<Self> {
        let connection = Connection::open(path)?;
        connection.set_prepared_statement_cache_capacity(CACHED_STATEMENTS);
        connection.pragma_update(None, "locking_mode", "exclusive")?;
        connection.pragma_update(None, "journal_mode", "off")?;
        connection.pragma_update(None, "synchronous", "off")?;
        // A negative value is in KiB.
        connection.pragma_update(None, "cache_size", -65_536)?;
        connection.pragma_update(None, "temp_store", "memory")?;
        connection.execute_batch(tables)?;
        connection.execute_batch("begin")?;
        Ok(Self(connection))
    }

    /// Writes rows.
    pub fn write(&self, writes: WriteSet) -> rusqlite::Result<()> {
        for (table, verb, rows) in writes.into_steps().filter(|(.., rows)| !rows.is_empty()) {
            let mut statement = self.0.prepare_cached(statement(Engine::Sqlite, &table, verb, 1))?;
            for row in rows {
                statement.execute(params_from_iter(row.iter()))?;
            }
        }
        Ok(())
    }

    /// Reads all rows of the given streams.
    pub fn load(&self, tables: &[Table], missing: Missing) -> rusqlite::Result<Found> {
        let mut found = Found::new();
        for (owner, ids) in missing {
            let mut documents: HashMap<String, Rows> = HashMap::new();
            for id in ids.into_keys() {
                let rows = self.load_one(tables, owner, &id)?;
                if rows.tables().next().is_some() {
                    documents.insert(id, rows);
                }
            }
            found.insert(owner, documents);
        }
        Ok(found)
    }

    fn load_one(&self, tables: &[Table], owner: Owner, id: &str) -> rusqlite::Result<Rows> {
        let mut found = Rows::default();
        for table in tables.iter().filter(|table| table.role.holds(owner)) {
            let text = statement(Engine::Sqlite, table, Verb::Load, 1);
            let mut statement = self.0.prepare_cached(text)?;
            let mut rows = statement.query([id])?;
            while let Some(row) = rows.next()? {
                let columns = table.columns.iter().enumerate();
                let values = columns.map(|(i, column)| {
                    Ok(match column.kind {
                        Kind::Int => row.get::<_, Option<i64>>(i)?.map_or(Value::Null, Value::Int),
                        Kind::Real => row.get::<_, Option<f64>>(i)?.map_or(Value::Null, Value::Real),
                        Kind::Text => row.get::<_, Option<String>>(i)?.map_or(Value::Null, Value::Text),
                    })
                });
                found.push_values(table.name, values.collect::<rusqlite::Result<_>>()?);
            }
        }
        Ok(found)
    }

    /// Creates the indexes and closes the file.
    pub fn finish(self, indexes: &str) -> rusqlite::Result<()> {
        self.0.execute_batch("commit")?;
        self.0.execute_batch(indexes)?;
        self.0.close().map_err(|(_, error)| error)
    }
}

impl ToSql for Value {
    fn to_sql(&self) -> rusqlite::Result<ToSqlOutput<'_>> {
        Ok(ToSqlOutput::Borrowed(match self {
            Self::Null => ValueRef::Null,
            Self::Int(value) => ValueRef::Integer(*value),
            Self::Real(value) => ValueRef::Real(*value),
            Self::Text(text) => ValueRef::Text(text.as_bytes()),
        }))
    }
}
