//! Rows, as every read model writes and reads them: typed in code, plain values on their way to the database.
//!
//! A read model says what its rows are (a struct made by [`table!`]) and nothing about how they get there: inserting in
//! bulk, writing only what changed, loading one stream's rows and comparing two namespaces are the same code for all
//! models and both engines. The SQL of a table is made from its columns, so the two cannot drift.

mod file;
mod io;
mod macros;
mod sql;
mod value;

pub(crate) use file::RowsFile;
pub use io::{execute_script, load_missing, load_owned, read_row, write};
pub(crate) use macros::table;
pub use sql::{Verb, sizes, statement, statements_of};
pub use value::{Field, Kind, Value};

use std::fmt;

/// Whose stream a table's rows belong to: the first column is its identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    /// A call's.
    Call,
    /// An agent's.
    Agent,
    /// A contact's.
    Contact,
    /// An unrouted callback's.
    Unrouted,
}

impl Owner {
    /// Every kind of stream.
    pub const ALL: [Self; 4] = [Self::Call, Self::Agent, Self::Contact, Self::Unrouted];

    /// The kind of stream that goes by this name in the log.
    #[must_use]
    pub fn of(aggregate_type: &str) -> Option<Self> {
        match aggregate_type {
            "call" => Some(Self::Call),
            "agent" => Some(Self::Agent),
            "contact" => Some(Self::Contact),
            "unrouted" => Some(Self::Unrouted),
            _ => None,
        }
    }
}

/// What the rows of a table are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Each belongs to one stream, and only that stream's events change it.
    OwnedBy(Owner),
    /// As [`Role::OwnedBy`], for streams of every kind: identifiers are unique across kinds.
    OwnedByAny,
    /// Sums over streams: key columns, then amounts. A row whose amounts are all zero does not exist.
    Counters,
}

impl Role {
    /// Whether streams of this kind have rows there.
    #[must_use]
    pub fn holds(self, owner: Owner) -> bool {
        match self {
            Self::OwnedBy(its) => its == owner,
            Self::OwnedByAny => true,
            Self::Counters => false,
        }
    }
}

/// A column.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    /// Its name.
    pub name: &'static str,
    /// What it holds.
    pub kind: Kind,
    /// Whether it holds a value about a person, which no comparison may print.
    pub personal: bool,
}

/// A table of a read model.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// Its name, the same in every namespace.
    pub name: &'static str,
    /// Its columns, the key first.
    pub columns: &'static [Column],
    /// How many of the first columns make the key.
    pub key: usize,
    /// What its rows are.
    pub role: Role,
}

impl Table {
    /// The columns' names with commas between.
    #[must_use]
    pub fn column_list(&self) -> String {
        self.columns
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A row of some table, made by [`table!`].
pub trait Row: Sized {
    /// Its table.
    const TABLE: Table;

    /// Its values, in the order of the columns.
    fn into_values(self) -> Vec<Value>;

    /// The row again; `None` when the values are not of its columns' kinds.
    fn from_values(values: Vec<Value>) -> Option<Self>;
}

/// Rows of one stream, by table: what a fold makes of it.
#[derive(Clone, Default, PartialEq)]
pub struct Rows {
    tables: Vec<(&'static str, Vec<Vec<Value>>)>,
}

impl Rows {
    /// Adds a row.
    pub fn push<R: Row>(&mut self, row: R) {
        self.push_values(R::TABLE.name, row.into_values());
    }

    pub(crate) fn push_values(&mut self, table: &'static str, values: Vec<Value>) {
        match self.tables.iter_mut().find(|(name, _)| *name == table) {
            Some((_, rows)) => rows.push(values),
            None => self.tables.push((table, vec![values])),
        }
    }

    /// The rows by table, for whoever compares what folds make.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &[Vec<Value>])> {
        self.tables.iter().map(|(name, rows)| (*name, rows.as_slice()))
    }

    /// Puts the rows of each table in the order of their keys.
    pub(crate) fn sort(&mut self, tables: &[Table]) {
        for (name, rows) in &mut self.tables {
            if let Some(table) = tables.iter().find(|table| table.name == *name) {
                rows.sort_by(|a, b| a[..table.key].cmp(&b[..table.key]));
            }
        }
    }

    /// The rows of a table.
    pub(crate) fn of(&self, table: &Table) -> &[Vec<Value>] {
        let found = self.tables.iter().find(|(name, _)| *name == table.name);
        found.map_or(&[], |(_, rows)| rows)
    }

    /// Takes the rows of a table.
    pub(crate) fn take_values(&mut self, table: &Table) -> Vec<Vec<Value>> {
        let found = self.tables.iter_mut().find(|(name, _)| *name == table.name);
        found.map(|(_, rows)| std::mem::take(rows)).unwrap_or_default()
    }

    /// Takes all rows of a table, in the order of their keys.
    ///
    /// # Errors
    /// When a row is not of the table's shape: another version of the program wrote it.
    pub fn take<R: Row>(&mut self) -> Result<Vec<R>, ForeignRow> {
        let mut rows = self.take_values(&R::TABLE);
        rows.sort_by(|a, b| a[..R::TABLE.key].cmp(&b[..R::TABLE.key]));
        rows.into_iter()
            .map(|values| R::from_values(values).ok_or(ForeignRow(R::TABLE.name)))
            .collect()
    }
}

impl fmt::Debug for Rows {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_map()
            .entries(self.tables.iter().map(|(name, rows)| (name, rows.len())))
            .finish()
    }
}

/// A row that this version of the program cannot read.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("a row of `{0}` cannot be read: rebuild the read model")]
pub struct ForeignRow(pub &'static str);

/// Whether `name` is in `list`; `const`, so that a table's definition can ask.
#[must_use]
pub(crate) const fn named(name: &str, list: &[&str]) -> bool {
    let mut i = 0;
    while i < list.len() {
        if same(name.as_bytes(), list[i].as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn same(a: &[u8], b: &[u8]) -> bool {
    if a.len() != b.len() {
        return false;
    }
    let mut i = 0;
    while i < a.len() {
        if a[i] != b[i] {
            return false;
        }
        i += 1;
    }
    true
}
