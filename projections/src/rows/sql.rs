//! The SQL statements of a table, generated from its columns.
//!
//! One statement writes many rows. The number of rows is a power of two, so that there are few texts, each prepared
//! once. A text lives as long as the program.
//!
//! Both engines get the same text except for parameters: SQLite finds a named parameter (`$1`) by a linear search for
//! each bound value, which for thousands of values takes far longer than the write itself.

use super::{Role, Table};
use infra::db::Engine;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{LazyLock, RwLock};

/// What a statement does with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Inserts rows. An existing row is an error.
    Insert,
    /// Inserts rows or overwrites existing ones.
    Upsert,
    /// Adds to counters.
    Add,
    /// Deletes counters whose amounts are all zero, by key.
    Sweep,
    /// Deletes rows by key.
    Delete,
    /// Reads the rows of the given streams.
    Load,
    /// Reads all rows in the order of their keys.
    Walk,
}

/// Most values in one statement. SQLite accepts 32,766 and PostgreSQL 65,535, but a buffer for that many is too large
/// for the allocator to reuse: the operating system provides zeroed memory each time.
const MAX_VALUES: usize = 8_000;
/// Most rows in one statement: more are not faster.
const MAX_ROWS: usize = 256;

/// The numbers of rows for which statements of `verb` on `table` exist, largest first.
pub fn sizes(table: &Table, verb: Verb) -> impl Iterator<Item = usize> {
    let max = match verb {
        Verb::Insert | Verb::Upsert | Verb::Add => MAX_ROWS.min(MAX_VALUES / table.columns.len()),
        Verb::Load => MAX_ROWS,
        Verb::Sweep | Verb::Delete | Verb::Walk => 1,
    };
    let largest = usize::BITS - 1 - max.max(1).leading_zeros();
    (0..=largest).rev().map(|power| 1_usize << power)
}

/// The statement of `verb` for `rows` rows of `table`. Its parameters are in the order of the values.
pub fn statement(engine: Engine, table: &Table, verb: Verb, rows: usize) -> &'static str {
    type Texts = HashMap<(bool, &'static str, Verb, usize), &'static str>;
    static TEXTS: LazyLock<RwLock<Texts>> = LazyLock::new(RwLock::default);
    let key = (engine == Engine::Sqlite, table.name, verb, rows);
    if let Some(text) = TEXTS
        .read()
        .unwrap_or_else(std::sync::PoisonError::into_inner)
        .get(&key)
    {
        return text;
    }
    let mut texts = TEXTS.write().unwrap_or_else(std::sync::PoisonError::into_inner);
    texts
        .entry(key)
        .or_insert_with(|| Box::leak(compose(engine, table, verb, rows).into_boxed_str()))
}

/// Every kind of statement that runs on a table, for one and for two rows, with parameters that both engines accept.
#[must_use]
pub fn statements_of(table: &Table) -> Vec<&'static str> {
    let verbs: &[Verb] = match table.role {
        Role::OwnedBy(_) | Role::OwnedByAny => &[Verb::Insert, Verb::Upsert, Verb::Delete, Verb::Load, Verb::Walk],
        Role::Counters => &[Verb::Add, Verb::Sweep, Verb::Walk],
    };
    let mut texts = Vec::new();
    for verb in verbs {
        let sizes: Vec<_> = sizes(table, *verb).filter(|rows| *rows <= 2).collect();
        texts.extend(
            sizes
                .into_iter()
                .map(|rows| statement(Engine::Postgres, table, *verb, rows)),
        );
    }
    texts
}

fn compose(engine: Engine, table: &Table, verb: Verb, rows: usize) -> String {
    let (name, columns) = (table.name, table.column_list());
    match verb {
        Verb::Insert => format!(
            "insert into {name} ({columns}) values {}",
            placeholders(engine, table.columns.len(), rows)
        ),
        Verb::Upsert => {
            let changes = changes(table, |column| format!("{column} = excluded.{column}"));
            let values = placeholders(engine, table.columns.len(), rows);
            let action = if changes.is_empty() {
                "do nothing".to_owned()
            } else {
                format!("do update set {changes}")
            };
            format!(
                "insert into {name} ({columns}) values {values} on conflict ({}) {action}",
                key_list(table)
            )
        }
        Verb::Add => {
            let changes = changes(table, |column| {
                format!("{column} = {name}.{column} + excluded.{column}")
            });
            let values = placeholders(engine, table.columns.len(), rows);
            format!(
                "insert into {name} ({columns}) values {values} on conflict ({}) do update set {changes}",
                key_list(table)
            )
        }
        Verb::Sweep => {
            let zero: String = table.columns[table.key..]
                .iter()
                .fold(String::new(), |mut text, column| {
                    let _ = write!(text, " and {} = 0", column.name);
                    text
                });
            format!("delete from {name} where {}{zero}", key_match(engine, table))
        }
        Verb::Delete => format!("delete from {name} where {}", key_match(engine, table)),
        Verb::Load => {
            let owner = table.columns[0].name;
            let list = (1..=rows).map(|n| parameter(engine, n)).collect::<Vec<_>>().join(", ");
            format!("select {columns} from {name} where {owner} in ({list})")
        }
        Verb::Walk => format!("select {columns} from {name} order by {}", key_list(table)),
    }
}

fn key_list(table: &Table) -> String {
    table.columns[..table.key]
        .iter()
        .map(|column| column.name)
        .collect::<Vec<_>>()
        .join(", ")
}

/// The `n`th parameter of a statement whose parameters are in order.
fn parameter(engine: Engine, n: usize) -> String {
    match engine {
        Engine::Sqlite => "?".to_owned(),
        Engine::Postgres => format!("${n}"),
    }
}

fn key_match(engine: Engine, table: &Table) -> String {
    let terms = table.columns[..table.key].iter().enumerate();
    terms
        .map(|(i, column)| format!("{} = {}", column.name, parameter(engine, i + 1)))
        .collect::<Vec<_>>()
        .join(" and ")
}

fn changes(table: &Table, change: impl Fn(&str) -> String) -> String {
    table.columns[table.key..]
        .iter()
        .map(|column| change(column.name))
        .collect::<Vec<_>>()
        .join(", ")
}

fn placeholders(engine: Engine, columns: usize, rows: usize) -> String {
    let mut text = String::with_capacity(columns * rows * 6);
    for row in 0..rows {
        text.push_str(if row == 0 { "(" } else { ", (" });
        for column in 0..columns {
            let separator = if column == 0 { "" } else { ", " };
            let _ = write!(text, "{separator}{}", parameter(engine, row * columns + column + 1));
        }
        text.push(')');
    }
    text
}
