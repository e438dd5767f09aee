//! A read model's rows as text: what tests compare, and show when they differ.

use infra::db::Views;
use infra::on_db;
use projections::projectors;
use projections::rows::{Table, Value, read_row};
use std::collections::BTreeMap;

/// Rows by table, each `column=value column=value`, in the order of their keys. What is null is left out.
pub type Tables = BTreeMap<&'static str, Vec<String>>;

/// All rows of a read model, read by SQL from its current namespace.
///
/// # Panics
/// When there is no such model, or the database cannot be used.
pub async fn rows_of(views: &Views, model: &str) -> Tables {
    let projector = projectors()
        .into_iter()
        .find(|projector| projector.name() == model)
        .expect("a read model of this name");
    let db = views.current(projector.name()).await.expect("a namespace").db;
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
        all.insert(table.name, rows.iter().map(|row| shown(table, row)).collect());
    }
    all
}

fn shown(table: &Table, row: &[Value]) -> String {
    let fields = table.columns.iter().zip(row).filter_map(|(column, value)| match value {
        Value::Null => None,
        Value::Int(value) => Some(format!("{}={value}", column.name)),
        Value::Real(value) => Some(format!("{}={value}", column.name)),
        Value::Text(text) => Some(format!("{}={text}", column.name)),
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// Fails, naming the tables and the columns, when rows differ.
///
/// # Panics
/// When they do.
#[track_caller]
pub fn assert_same(left: &Tables, right: &Tables, what: &str) {
    let mut differences = Vec::new();
    for (table, rows) in left {
        let others = &right[table];
        if rows.len() != others.len() {
            differences.push(format!("{table}: {} rows, and {}", rows.len(), others.len()));
        }
        for (row, other) in rows.iter().zip(others).filter(|(row, other)| row != other) {
            let key = row.split(' ').next().unwrap_or_default();
            let gone: Vec<_> = row
                .split(' ')
                .filter(|field| !other.split(' ').any(|its| its == *field))
                .collect();
            let come: Vec<_> = other
                .split(' ')
                .filter(|field| !row.split(' ').any(|its| its == *field))
                .collect();
            differences.push(format!("{table} {key}: {} | {}", gone.join(" "), come.join(" ")));
        }
    }
    let count = differences.len();
    differences.truncate(20);
    assert!(count == 0, "{what}: {count} differences\n{}", differences.join("\n"));
}
