//! A read model's rows as text, for comparison and for failure messages.

use infra::db::ReadStores;
use infra::on_db;
use projections::projectors;
use projections::rows::{Table, Value, read_row};
use std::collections::BTreeMap;

/// Rows by table, each `column=value column=value`, in key order. Null columns are omitted.
pub type Tables = BTreeMap<&'static str, Vec<String>>;

/// All rows of a read model, read from its current namespace.
///
/// # Panics
/// If the model does not exist, or the database fails.
pub async fn rows_of(read_stores: &ReadStores, model: &str) -> Tables {
    let projector = projectors()
        .into_iter()
        .find(|projector| projector.name() == model)
        .expect("a read model with this name");
    let db = read_stores.current(projector.name()).await.expect("a namespace").db;
    let mut all = Tables::new();
    for table in projector.tables() {
        let key: Vec<_> = table.columns[..table.key].iter().map(|column| column.name).collect();
        let text = format!(
            "select {} from {} order by {}",
            table.column_list(),
            table.name,
            key.join(", ")
        );
        let rows: Vec<Vec<Value>> = on_db!(&db, c => {
            let rows = sqlx::query(&text).fetch_all(c).await.expect("rows");
            rows.iter().map(|row| read_row(row, table.columns).expect("a row")).collect()
        });
        all.insert(table.name, rows.iter().map(|row| format_row(table, row)).collect());
    }
    all
}

fn format_row(table: &Table, row: &[Value]) -> String {
    let fields = table.columns.iter().zip(row).filter_map(|(column, value)| match value {
        Value::Null => None,
        Value::Int(value) => Some(format!("{}={value}", column.name)),
        Value::Real(value) => Some(format!("{}={value}", column.name)),
        Value::Text(text) => Some(format!("{}={text}", column.name)),
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// Asserts that the rows are equal.
///
/// # Panics
/// If they differ, with the tables, keys and fields that differ.
#[track_caller]
pub fn assert_same(left: &Tables, right: &Tables, what: &str) {
    let mut differences = Vec::new();
    for (table, rows) in left {
        let others = &right[table];
        if rows.len() != others.len() {
            differences.push(format!(
                "{table}: {} rows on the left, {} on the right",
                rows.len(),
                others.len()
            ));
        }
        for (row, other) in rows.iter().zip(others).filter(|(row, other)| row != other) {
            let key = row.split(' ').next().unwrap_or_default();
            let only_left: Vec<_> = row
                .split(' ')
                .filter(|field| !other.split(' ').any(|its| its == *field))
                .collect();
            let only_right: Vec<_> = other
                .split(' ')
                .filter(|field| !row.split(' ').any(|its| its == *field))
                .collect();
            differences.push(format!(
                "{table} {key}: {} | {}",
                only_left.join(" "),
                only_right.join(" ")
            ));
        }
    }
    let count = differences.len();
    differences.truncate(20);
    assert!(count == 0, "{what}: {count} differences\n{}", differences.join("\n"));
}
