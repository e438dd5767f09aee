//! Rows of read models: typed structs in code, plain values in statements.
//!
//! A read model declares its rows with [`table!`]. Bulk inserts, incremental writes, loading a stream's rows and
//! comparing two namespaces are shared code for all models and both engines. The SQL of a table is generated from its
//! columns, so the two cannot diverge.

mod io;
mod macros;
mod sql;
mod value;

pub use io::{Found, Missing, execute_script, load_missing, load_owned, read_row, write};
pub(crate) use macros::table;
pub use sql::{Verb, sizes, statement, statements_of};
pub use value::{Field, Kind, Value};

use std::fmt;

/// The type of stream that a table's rows belong to. The first column is the stream's identifier.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Owner {
    Call,
    Agent,
    Contact,
    Callee,
    /// A number of the installation.
    PhoneNumber,
    TenantSettings,
    /// A quarantined webhook.
    Quarantine,
    User,
}

impl Owner {
    /// Every stream type.
    pub const ALL: [Self; 8] = [
        Self::Call,
        Self::Agent,
        Self::Contact,
        Self::Callee,
        Self::PhoneNumber,
        Self::TenantSettings,
        Self::Quarantine,
        Self::User,
    ];

    /// The name of the stream type in the log.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Call => "call",
            Self::Agent => "agent",
            Self::Contact => "contact",
            Self::Callee => "callee",
            Self::PhoneNumber => "phone_number",
            Self::TenantSettings => "tenant_settings",
            Self::Quarantine => "quarantine",
            Self::User => "user",
        }
    }

    /// The stream type with this name in the log.
    #[must_use]
    pub fn of(aggregate_type: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|owner| owner.as_str() == aggregate_type)
    }
}

/// How a table's rows relate to streams.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Role {
    /// Each row belongs to one stream, and only that stream's events change it.
    OwnedBy(Owner),
    /// As [`Role::OwnedBy`], for streams of every type: identifiers are unique across types.
    OwnedByAny,
    /// Sums over streams: key columns, then amounts. Rows whose amounts are all zero are deleted.
    Counters,
}

impl Role {
    /// Whether streams of this type have rows in the table.
    #[must_use]
    pub fn holds(self, owner: Owner) -> bool {
        match self {
            Self::OwnedBy(own) => own == owner,
            Self::OwnedByAny => true,
            Self::Counters => false,
        }
    }
}

/// A column of a table.
#[derive(Clone, Copy, Debug)]
pub struct Column {
    pub name: &'static str,
    pub kind: Kind,
    /// Whether it holds a personal value, which a comparison must not print.
    pub personal: bool,
}

/// A table of a read model.
#[derive(Clone, Copy, Debug)]
pub struct Table {
    /// The same in every namespace.
    pub name: &'static str,
    /// The key columns are first.
    pub columns: &'static [Column],
    /// The number of key columns.
    pub key: usize,
    pub role: Role,
}

impl Table {
    /// The column names, separated by commas.
    #[must_use]
    pub fn column_list(&self) -> String {
        self.columns
            .iter()
            .map(|column| column.name)
            .collect::<Vec<_>>()
            .join(", ")
    }
}

/// A row of a table, implemented by [`table!`].
pub trait Row: Sized {
    /// The table of the row.
    const TABLE: Table;

    /// The values in the order of the columns.
    fn into_values(self) -> Vec<Value>;

    /// The row from its values. `None` when a value does not have its column's kind.
    fn from_values(values: Vec<Value>) -> Option<Self>;
}

/// The rows of one stream, by table.
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

    /// All rows by table.
    pub fn tables(&self) -> impl Iterator<Item = (&'static str, &[Vec<Value>])> {
        self.tables.iter().map(|(name, rows)| (*name, rows.as_slice()))
    }

    /// Sorts the rows of each table by key.
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
#[error("cannot read a row of `{0}`: rebuild the read model")]
pub struct ForeignRow(pub &'static str);

/// Whether `name` is in `list`. It is `const` for use in table definitions.
#[must_use]
pub(crate) const fn list_contains(name: &str, list: &[&str]) -> bool {
    let mut i = 0;
    while i < list.len() {
        if bytes_equal(name.as_bytes(), list[i].as_bytes()) {
            return true;
        }
        i += 1;
    }
    false
}

const fn bytes_equal(a: &[u8], b: &[u8]) -> bool {
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
