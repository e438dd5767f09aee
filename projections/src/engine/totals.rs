//! [`Totals`]: counters over documents, so that no query has to count rows.

use crate::rows::{Row, Table, Value};
use std::collections::BTreeMap;

/// Changes to counters, summed by table and key.
#[derive(Default)]
pub struct Totals {
    sums: BTreeMap<(&'static str, Vec<Value>), Vec<i64>>,
    sign: Sign,
}

#[derive(Clone, Copy, Default, PartialEq)]
enum Sign {
    #[default]
    Plus,
    Minus,
}

impl Totals {
    /// Adds a row of a counter table: the key columns select the counter, the others are the amounts.
    pub fn add<R: Row>(&mut self, row: R) {
        let mut key = row.into_values();
        let amounts = key.split_off(R::TABLE.key);
        let sum = self
            .sums
            .entry((R::TABLE.name, key))
            .or_insert_with(|| vec![0; amounts.len()]);
        for (sum, amount) in sum.iter_mut().zip(amounts) {
            if let Value::Int(amount) = amount {
                *sum += if self.sign == Sign::Plus { amount } else { -amount };
            }
        }
    }

    /// Runs `f` with every [`Totals::add`] subtracting instead.
    pub(super) fn subtract(&mut self, f: impl FnOnce(&mut Self)) {
        self.sign = Sign::Minus;
        f(self);
        self.sign = Sign::Plus;
    }

    /// Whether there are no changes.
    pub(super) fn is_empty(&self) -> bool {
        self.sums.is_empty()
    }

    /// Takes the changes of a table: the rows to add, and the keys of counters that may have become zero.
    pub(super) fn take(&mut self, table: &Table) -> (Vec<Vec<Value>>, Vec<Vec<Value>>) {
        let (mut adds, mut sweeps) = (Vec::new(), Vec::new());
        let keys: Vec<_> = self
            .sums
            .keys()
            .filter(|(name, _)| *name == table.name)
            .cloned()
            .collect();
        for key in keys {
            let Some(amounts) = self.sums.remove(&key) else {
                continue;
            };
            if amounts.iter().all(|amount| *amount == 0) {
                continue;
            }
            if amounts.iter().any(|amount| *amount < 0) {
                sweeps.push(key.1.clone());
            }
            let mut row = key.1;
            row.extend(amounts.into_iter().map(Value::Int));
            adds.push(row);
        }
        (adds, sweeps)
    }
}
