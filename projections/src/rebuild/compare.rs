//! What a rebuild would change: both models walked side by side, table by table, in the order of their keys. Neither is
//! ever in memory as a whole.

use super::RebuildError;
use crate::rows::{Column, Table, Value, Verb, read_row, statement};
use futures::StreamExt;
use futures::stream::BoxStream;
use infra::db::{Db, Namespace, Tx};
use infra::event_store::Position;
use infra::on_db;
use serde::Serialize;

/// Most rows of a table whose differences are told in full.
const SAMPLES: usize = 10;

/// How two models differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct Difference {
    /// The position at which both stood.
    pub position: Position,
    /// By table.
    pub tables: Vec<TableDifference>,
}

impl Difference {
    /// Whether there is none.
    #[must_use]
    pub fn is_none(&self) -> bool {
        self.tables
            .iter()
            .all(|table| table.comparable && table.added + table.gone + table.different == 0)
    }
}

/// How two versions of a table differ.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct TableDifference {
    /// The table.
    pub table: &'static str,
    /// Whether the old model has this table with these columns.
    pub comparable: bool,
    /// Rows in both that are equal.
    pub equal: u64,
    /// Rows that only the new model has.
    pub added: u64,
    /// Rows that only the old model has.
    pub gone: u64,
    /// Rows in both that differ.
    pub different: u64,
    /// The first of them.
    pub first: Vec<RowDifference>,
}

/// How a row differs.
#[derive(Clone, Debug, PartialEq, Serialize)]
pub struct RowDifference {
    /// Its key.
    pub key: Vec<String>,
    /// What happened to it.
    pub change: Change,
    /// The fields that differ, of a row in both.
    pub fields: Vec<FieldDifference>,
}

/// What happened to a row.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Change {
    /// Only the new model has it.
    Added,
    /// Only the old model has it.
    Gone,
    /// Both have it, and it differs.
    Different,
}

/// How a field differs. A value about a person is not told.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct FieldDifference {
    /// The column.
    pub column: &'static str,
    /// In the old model.
    pub before: String,
    /// In the new model.
    pub after: String,
}

/// The old model, held still for comparing while it goes on.
pub(super) struct Snapshot {
    tx: Tx,
    pub position: Position,
}

impl Snapshot {
    pub async fn of(old: &Namespace, model: &str) -> Result<Self, RebuildError> {
        const POSITION: &str = "select position from checkpoint where name = $1";
        // Not `Db::begin`: that one is for writing, and would keep the old model's follower from its work.
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
        // The first read makes the snapshot.
        let position = on_db!(&mut tx, c => sqlx::query_scalar(POSITION).bind(model).fetch_one(&mut **c).await)?;
        Ok(Self { tx, position })
    }

    /// Compares the tables of this, the old model, with those of the new.
    pub async fn compare(&mut self, new: &Db, tables: &[Table]) -> Result<Difference, RebuildError> {
        let mut differences = Vec::with_capacity(tables.len());
        for table in tables {
            self.run("savepoint table_begun").await?;
            let difference = match compare_table(&mut self.tx, new, table).await {
                Ok(difference) => difference,
                // Another version's table: there is nothing to compare field by field. PostgreSQL would refuse everything
                // after the error.
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

    fn tell(&mut self, table: &Table, row: &[Value], change: Change, fields: Vec<FieldDifference>) {
        match change {
            Change::Added => self.added += 1,
            Change::Gone => self.gone += 1,
            Change::Different => self.different += 1,
        }
        if self.first.len() < SAMPLES {
            let key = row[..table.key]
                .iter()
                .zip(table.columns)
                .map(|(value, column)| shown(value, column))
                .collect();
            self.first.push(RowDifference { key, change, fields });
        }
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
                difference.tell(table, b, Change::Gone, Vec::new());
                before = old.next().await.transpose()?;
            }
            (b, Some(a)) if b.as_ref().is_none_or(|b| a[..table.key] < b[..table.key]) => {
                difference.tell(table, a, Change::Added, Vec::new());
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
                    difference.tell(table, b, Change::Different, fields.collect());
                }
                before = old.next().await.transpose()?;
                after = new.next().await.transpose()?;
            }
            _ => unreachable!("one of the two keys is the lesser, or they are equal"),
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
