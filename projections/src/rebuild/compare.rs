//! Compares the rebuilt rows with the current ones: both are streamed in key order, table by table, so that neither is
//! held in memory as a whole.

use super::RebuildError;
use crate::rows::{Column, Table, Value, Verb, read_row, statement};
use futures::StreamExt;
use futures::stream::BoxStream;
use infra::db::{Db, Namespace, Tx};
use infra::event_store::Position;
use infra::on_db;
use serde::Serialize;

/// Most rows per table and tenant whose differences are reported in full.
const MAX_SAMPLES: usize = 10;
/// Most rows per table whose differences are reported in full.
const MAX_SAMPLES_OF_ALL: usize = 200;
/// The column that holds the tenant, in the tables that have it.
const TENANT: &str = "tenant";

/// The differences between the old and the new rows of a model.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The position at which both were compared.
    pub position: Position,
    pub tables: Vec<TableDifference>,
}

impl Difference {
    /// Whether the rows are equal.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table.comparable && table.added + table.gone + table.different == 0)
    }
}

/// The differences in one table.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableDifference {
    pub table: &'static str,
    /// Whether the old model has the table with the same columns.
    pub comparable: bool,
    /// Equal rows in both models.
    pub equal: u64,
    /// Rows that only the new model has.
    pub added: u64,
    /// Rows that only the old model has.
    pub gone: u64,
    /// Rows in both that differ.
    pub different: u64,
    /// The first differences of each tenant only; the counts include all.
    pub first: Vec<RowDifference>,
}

/// The difference in one row.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowDifference {
    /// The tenant to which the row belongs; others must not see it. Absent if the table has no tenants.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub tenant: Option<String>,
    pub key: Vec<String>,
    pub change: Change,
    /// The fields that differ, if the row is in both models.
    pub fields: Vec<FieldDifference>,
}

/// How a row differs.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the new model has the row.
    Added,
    /// Only the old model has the row.
    Gone,
    /// Both have the row, with different values.
    Different,
}

/// The difference in one field. Personal values are not shown.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    pub column: &'static str,
    /// The value in the old model.
    pub before: String,
    /// The value in the new model.
    pub after: String,
}

/// A snapshot of the old model, which is still being followed during the comparison.
pub(super) struct Snapshot {
    tx: Tx,
    pub position: Position,
}

impl Snapshot {
    pub async fn of(old: &Namespace, model: &str) -> Result<Self, RebuildError> {
        const POSITION: &str = "select position from checkpoint where name = $1";
        // Not `Db::begin`, which starts a write transaction and would block the old model's follower.
        let mut tx = match &old.db {
            Db::Sqlite(pool) => Tx::Sqlite(pool.begin().await?),
            Db::Postgres(pool) => {
                let mut tx = pool.begin().await?;
                sqlx::query("set transaction isolation level repeatable read read only")
                    .execute(&mut *tx)
                    .await?;
                Tx::Postgres(tx)
            }
        };
        // The first read creates the snapshot.
        let position = on_db!(&mut tx, c => sqlx::query_scalar(POSITION).bind(model).fetch_one(&mut **c).await)?;
        Ok(Self { tx, position })
    }

    /// Compares the tables of the old model with those of the new one.
    pub async fn compare(&mut self, new: &Db, tables: &[Table]) -> Result<Difference, RebuildError> {
        let mut differences = Vec::with_capacity(tables.len());
        for table in tables {
            self.run("savepoint table_begun").await?;
            let difference = match compare_table(&mut self.tx, new, table).await {
                Ok(difference) => difference,
                // The table has another version's columns, so fields cannot be compared. Without the rollback,
                // PostgreSQL would refuse all further statements of the transaction.
                Err(sqlx::Error::Database(_)) => {
                    self.run("rollback to savepoint table_begun").await?;
                    TableDifference {
                        comparable: false,
                        ..TableDifference::none(table)
                    }
                }
                Err(error) => return Err(error.into()),
            };
            differences.push(difference);
        }
        Ok(Difference {
            position: self.position,
            tables: differences,
        })
    }

    async fn run(&mut self, statement: &'static str) -> Result<(), sqlx::Error> {
        let tx = &mut self.tx;
        on_db!(tx: Tx, c => sqlx::query(statement).execute(&mut **c).await.map(|_| ()))
    }
}

impl TableDifference {
    const fn none(table: &Table) -> Self {
        Self {
            table: table.name,
            comparable: true,
            equal: 0,
            added: 0,
            gone: 0,
            different: 0,
            first: Vec::new(),
        }
    }

    fn record(&mut self, table: &Table, row: &[Value], change: Change, fields: Vec<FieldDifference>) {
        match change {
            Change::Added => self.added += 1,
            Change::Gone => self.gone += 1,
            Change::Different => self.different += 1,
        }
        let tenant = tenant_of(table, row);
        let of_tenant = self.first.iter().filter(|row| row.tenant == tenant).count();
        if of_tenant < MAX_SAMPLES && self.first.len() < MAX_SAMPLES_OF_ALL {
            let key = row[..table.key]
                .iter()
                .zip(table.columns)
                .map(|(value, column)| shown(value, column))
                .collect();
            self.first.push(RowDifference {
                tenant,
                key,
                change,
                fields,
            });
        }
    }
}

fn tenant_of(table: &Table, row: &[Value]) -> Option<String> {
    let column = table.columns.iter().position(|column| column.name == TENANT)?;
    match row.get(column) {
        Some(Value::Text(tenant)) => Some(tenant.clone()),
        _ => None,
    }
}

type Walk<'a> = BoxStream<'a, Result<Vec<Value>, sqlx::Error>>;

async fn compare_table(old: &mut Tx, new: &Db, table: &Table) -> Result<TableDifference, sqlx::Error> {
    let text = statement(new.engine(), table, Verb::Walk, 1);
    let columns = table.columns;
    let mut old: Walk<'_> = match old {
        Tx::Sqlite(c) => sqlx::query(text)
            .fetch(&mut **c)
            .map(|row| read_row(&row?, columns))
            .boxed(),
        Tx::Postgres(c) => sqlx::query(text)
            .fetch(&mut **c)
            .map(|row| read_row(&row?, columns))
            .boxed(),
    };
    let mut new: Walk<'_> = match new {
        Db::Sqlite(c) => sqlx::query(text).fetch(c).map(|row| read_row(&row?, columns)).boxed(),
        Db::Postgres(c) => sqlx::query(text).fetch(c).map(|row| read_row(&row?, columns)).boxed(),
    };
    let mut difference = TableDifference::none(table);
    let (mut before, mut after) = (old.next().await.transpose()?, new.next().await.transpose()?);
    loop {
        match (&before, &after) {
            (None, None) => return Ok(difference),
            (Some(b), a) if a.as_ref().is_none_or(|a| b[..table.key] < a[..table.key]) => {
                difference.record(table, b, Change::Gone, Vec::new());
                before = old.next().await.transpose()?;
            }
            (b, Some(a)) if b.as_ref().is_none_or(|b| a[..table.key] < b[..table.key]) => {
                difference.record(table, a, Change::Added, Vec::new());
                after = new.next().await.transpose()?;
            }
            (Some(b), Some(a)) => {
                if b == a {
                    difference.equal += 1;
                } else {
                    let fields = columns.iter().zip(b.iter().zip(a)).filter(|(_, (b, a))| b != a);
                    let fields = fields.map(|(column, (b, a))| FieldDifference {
                        column: column.name,
                        before: shown(b, column),
                        after: shown(a, column),
                    });
                    difference.record(table, b, Change::Different, fields.collect());
                }
                before = old.next().await.transpose()?;
                after = new.next().await.transpose()?;
            }
            _ => unreachable!("one key is less than the other, or both are equal"),
        }
    }
}

fn shown(value: &Value, column: &Column) -> String {
    match value {
        Value::Null => "nothing".to_owned(),
        _ if column.personal => "(personal)".to_owned(),
        Value::Int(value) => value.to_string(),
        Value::Real(value) => value.to_string(),
        Value::Text(text) => text.clone(),
    }
}
