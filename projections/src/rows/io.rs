//! Reads and writes rows in bulk, on either engine.

use super::sql::{sizes, statement};
use super::{Column, Kind, Owner, Rows, Table, Value, Verb};
use infra::db::{Db, Tx};
use infra::on_db;
use sqlx::{Arguments, ColumnIndex, Decode, Encode, Type};
use std::collections::HashMap;

/// Streams that are not in memory, each with the sequence of the first event that is about to be folded.
pub type Missing = HashMap<Owner, HashMap<String, i64>>;
/// Loaded rows by stream.
pub type Found = HashMap<Owner, HashMap<String, Rows>>;

/// Writes rows, or deletes them by key, with as few statements as possible.
///
/// # Errors
/// When the database rejects a row or is unavailable.
pub async fn write(tx: &mut Tx, table: &Table, verb: Verb, rows: Vec<Vec<Value>>) -> Result<(), sqlx::Error> {
    let mut left = rows.len();
    let mut rows = rows.into_iter();
    for size in sizes(table, verb) {
        while left >= size {
            left -= size;
            let chunk = rows.by_ref().take(size);
            let text = statement(tx.engine(), table, verb, size);
            match tx {
                Tx::Sqlite(c) => {
                    let arguments: sqlx::sqlite::SqliteArguments<'static> = bind(table.columns, size, chunk)?;
                    sqlx::query_with(text, arguments).execute(&mut **c).await?;
                }
                Tx::Postgres(c) => {
                    let arguments: sqlx::postgres::PgArguments = bind(table.columns, size, chunk)?;
                    sqlx::query_with(text, arguments).execute(&mut **c).await?;
                }
            }
        }
    }
    Ok(())
}

/// Estimated size of an encoded PostgreSQL value with its length prefix.
const TYPICAL_VALUE_BYTES: usize = 16;

fn bind<A>(columns: &[Column], size: usize, rows: impl Iterator<Item = Vec<Value>>) -> Result<A, sqlx::Error>
where
    A: Arguments<'static>,
    Option<i64>: Encode<'static, A::Database> + Type<A::Database>,
    Option<f64>: Encode<'static, A::Database> + Type<A::Database>,
    Option<String>: Encode<'static, A::Database> + Type<A::Database>,
{
    let mut arguments = A::default();
    let values = columns.len() * size;
    arguments.reserve(values, values * TYPICAL_VALUE_BYTES);
    for row in rows {
        for (value, column) in row.into_iter().zip(columns) {
            // PostgreSQL needs the column's type for a null as well.
            match (value, column.kind) {
                (Value::Int(value), _) => arguments.add(Some(value)),
                (Value::Real(value), _) => arguments.add(Some(value)),
                (Value::Text(text), _) => arguments.add(Some(text)),
                (Value::Null, Kind::Int) => arguments.add(None::<i64>),
                (Value::Null, Kind::Real) => arguments.add(None::<f64>),
                (Value::Null, Kind::Text) => arguments.add(None::<String>),
            }
            .map_err(sqlx::Error::Encode)?;
        }
    }
    Ok(arguments)
}

/// Reads a row's values, in the order of the columns.
///
/// # Errors
/// When a column has a value of another type.
pub fn read_row<'r, R>(row: &'r R, columns: &[Column]) -> Result<Vec<Value>, sqlx::Error>
where
    R: sqlx::Row,
    usize: ColumnIndex<R>,
    Option<i64>: Decode<'r, R::Database> + Type<R::Database>,
    Option<f64>: Decode<'r, R::Database> + Type<R::Database>,
    Option<String>: Decode<'r, R::Database> + Type<R::Database>,
{
    let mut values = Vec::with_capacity(columns.len());
    for (i, column) in columns.iter().enumerate() {
        values.push(match column.kind {
            Kind::Int => row.try_get::<Option<i64>, _>(i)?.map_or(Value::Null, Value::Int),
            Kind::Real => row.try_get::<Option<f64>, _>(i)?.map_or(Value::Null, Value::Real),
            Kind::Text => row.try_get::<Option<String>, _>(i)?.map_or(Value::Null, Value::Text),
        });
    }
    Ok(values)
}

/// Reads all rows of the given streams of one type, by stream.
///
/// # Errors
/// When the database is unavailable, or a column has a value of another type.
pub async fn load_owned(
    tx: &mut Tx,
    tables: &[Table],
    owner: Owner,
    ids: &[String],
) -> Result<HashMap<String, Rows>, sqlx::Error> {
    let mut found: HashMap<String, Rows> = HashMap::new();
    for table in tables.iter().filter(|table| table.role.holds(owner)) {
        let largest = sizes(table, Verb::Load).next().unwrap_or(1);
        for chunk in ids.chunks(largest) {
            // Padded with repetitions to the next statement size, to keep the number of statement texts small.
            let size = chunk.len().next_power_of_two();
            let text = statement(tx.engine(), table, Verb::Load, size);
            let padded = chunk.iter().chain(std::iter::repeat_n(&chunk[0], size - chunk.len()));
            let rows: Vec<Vec<Value>> = on_db!(tx: Tx, c => {
                let mut query = sqlx::query(text);
                for id in padded {
                    query = query.bind(id);
                }
                let rows = query.fetch_all(&mut **c).await?;
                rows.iter().map(|row| read_row(row, table.columns)).collect::<Result<_, _>>()?
            });
            for row in rows {
                if let Value::Text(id) = &row[0] {
                    match found.get_mut(id) {
                        Some(rows) => rows.push_values(table.name, row),
                        None => found.entry(id.clone()).or_default().push_values(table.name, row),
                    }
                }
            }
        }
    }
    Ok(found)
}

/// Reads all rows of the given streams.
///
/// # Errors
/// When the database is unavailable, or a column has a value of another type.
pub async fn load_missing(tx: &mut Tx, tables: &[Table], missing: &Missing) -> Result<Found, sqlx::Error> {
    let mut found = Found::new();
    for (owner, streams) in missing {
        let ids: Vec<String> = streams.keys().cloned().collect();
        found.insert(*owner, load_owned(tx, tables, *owner, &ids).await?);
    }
    Ok(found)
}

/// Runs a script of several statements, such as a schema.
///
/// # Errors
/// When the database rejects a statement or is unavailable.
pub async fn execute_script(db: &Db, script: &'static str) -> Result<(), sqlx::Error> {
    on_db!(db, c => sqlx::raw_sql(script).execute(c).await.map(|_| ()))
}
