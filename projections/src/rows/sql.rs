//! The statements of a table, made from its columns.
//!
//! Many rows go in one statement. Its length comes in few sizes (powers of two), so that the texts are few, prepared
//! once and kept: a text lives as long as the program.
//!
//! The engines get the same text but for how a parameter is written: SQLite looks a parameter that has a name (`$1`) up
//! from the first one on, for each one that is bound, which for thousands of them takes far longer than the writing.

use super::{Role, Table};
use infra::db::Engine;
use std::collections::HashMap;
use std::fmt::Write;
use std::sync::{LazyLock, RwLock};

/// What a statement does with rows.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Verb {
    /// Writes rows that are not there; one that is there is an error.
    Insert,
    /// Writes rows, over those that are there.
    Upsert,
    /// Adds to counters.
    Add,
    /// Removes counters that have come to nothing, by key.
    Sweep,
    /// Removes rows by key.
    Delete,
    /// Reads the rows of streams.
    Load,
    /// Reads all rows by key.
    Walk,
}

/// Most values of one statement. SQLite takes 32,766 and PostgreSQL 65,535, but what holds so many is too large for an
/// allocator to keep, and is had from the operating system, zeroed, each time.
const MOST_VALUES: usize = 8_000;
/// Most rows of one statement: beyond, nothing is gained.
const MOST_ROWS: usize = 256;

/// The sizes in which `verb` takes rows of `table`, largest first.
pub fn sizes(table: &Table, verb: Verb) -> impl Iterator<Item = usize> {
    let most = match verb {
        Verb::Insert | Verb::Upsert | Verb::Add => MOST_ROWS.min(MOST_VALUES / table.columns.len()),
        Verb::Load => MOST_ROWS,
        Verb::Sweep | Verb::Delete | Verb::Walk => 1,
    };
    let largest = usize::BITS - 1 - most.max(1).leading_zeros();
    (0..=largest).rev().map(|power| 1_usize << power)
}

/// The statement by which `verb` takes `rows` rows of `table`. Its parameters come in the order of the values.
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

/// Every kind of statement that is ever run on a table, in its smallest and a larger size, as both engines understand it.
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

/// How the `n`th parameter is written, when all are written in order.
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
