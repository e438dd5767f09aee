//! [`WriteSet`]: changes to the tables of one read model, computed in memory and written together.

use crate::rows::{Rows, Table, Value, Verb, write};
use infra::db::Tx;

/// Changes to the tables of one read model.
#[derive(Default)]
pub struct WriteSet {
    tables: Vec<TableWrites>,
}

struct TableWrites {
    table: Table,
    deletes: Vec<Vec<Value>>,
    inserts: Vec<Vec<Value>>,
    upserts: Vec<Vec<Value>>,
    adds: Vec<Vec<Value>>,
    sweeps: Vec<Vec<Value>>,
}

impl WriteSet {
    pub(super) fn of(tables: &[Table]) -> Self {
        let tables = tables.iter().map(|table| TableWrites {
            table: *table,
            deletes: Vec::new(),
            inserts: Vec::new(),
            upserts: Vec::new(),
            adds: Vec::new(),
            sweeps: Vec::new(),
        });
        Self {
            tables: tables.collect(),
        }
    }

    /// Whether there are no changes.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows() == 0
    }

    /// The number of rows to write or delete.
    #[must_use]
    pub fn rows(&self) -> usize {
        let all = self.tables.iter();
        all.map(|t| t.deletes.len() + t.inserts.len() + t.upserts.len() + t.adds.len() + t.sweeps.len())
            .sum()
    }

    /// Adds the rows of a document that has none in the database.
    pub(super) fn insert(&mut self, mut rows: Rows) {
        for writes in &mut self.tables {
            writes.inserts.append(&mut rows.take_values(&writes.table));
        }
    }

    /// Adds the differences between a document's old and new rows. Both must be sorted by key.
    pub(super) fn replace(&mut self, old: &Rows, new: &Rows) {
        for writes in &mut self.tables {
            let key = writes.table.key;
            let mut old = old.of(&writes.table).iter().peekable();
            for row in new.of(&writes.table) {
                while let Some(gone) = old.next_if(|old| old[..key] < row[..key]) {
                    writes.deletes.push(gone[..key].to_vec());
                }
                match old.next_if(|old| old[..key] == row[..key]) {
                    None => writes.inserts.push(row.clone()),
                    Some(same) if same == row => {}
                    Some(_) => writes.upserts.push(row.clone()),
                }
            }
            writes.deletes.extend(old.map(|gone| gone[..key].to_vec()));
        }
    }

    pub(super) fn count(&mut self, totals: &mut super::Totals) {
        for writes in &mut self.tables {
            let (mut adds, mut sweeps) = totals.take(&writes.table);
            writes.adds.append(&mut adds);
            writes.sweeps.append(&mut sweeps);
        }
    }

    /// The changes in the order in which they must be written.
    pub(crate) fn into_steps(self) -> impl Iterator<Item = (Table, Verb, Vec<Vec<Value>>)> {
        self.tables.into_iter().flat_map(|writes| {
            let table = writes.table;
            [
                (table, Verb::Delete, writes.deletes),
                (table, Verb::Insert, writes.inserts),
                (table, Verb::Upsert, writes.upserts),
                (table, Verb::Add, writes.adds),
                (table, Verb::Sweep, writes.sweeps),
            ]
        })
    }

    /// Writes everything.
    ///
    /// # Errors
    /// When the database rejects a row or is unavailable.
    pub async fn write(self, tx: &mut Tx) -> Result<(), sqlx::Error> {
        for (table, verb, rows) in self.into_steps() {
            write(tx, &table, verb, rows).await?;
        }
        Ok(())
    }
}
