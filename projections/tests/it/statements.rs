//! Every statement matches the tables that the migrations create.

use crate::support::TestEnv;
use domain::call::view::Filter;
use infra::db::Db;
use projections::rows::{Kind, Role};
use projections::{projectors, statements};
use sqlx::{Executor, Row};

#[tokio::test]
async fn every_statement_is_accepted_by_the_database() {
    let env = TestEnv::new().await;
    for (model, statement) in statements() {
        let Db::Sqlite(pool) = env.db(model).await else {
            unreachable!("a folder has SQLite files")
        };
        if let Err(error) = pool.prepare(statement).await {
            panic!("{model}: {statement}: {error}");
        }
    }
}

#[tokio::test]
async fn tables_have_exactly_the_columns_of_their_rows() {
    let env = TestEnv::new().await;
    for projector in projectors() {
        let Db::Sqlite(pool) = env.db(projector.name()).await else {
            unreachable!("a folder has SQLite files")
        };
        for table in projector.tables() {
            let found = sqlx::query("select name, type, pk from pragma_table_info($1)")
                .bind(table.name)
                .fetch_all(&pool)
                .await
                .expect("the table's columns");
            let found: Vec<(String, String, bool)> = found
                .iter()
                .map(|row| (row.get(0), row.get(1), row.get::<i64, _>(2) > 0))
                .collect();
            let expected: Vec<(String, String, bool)> = (0..)
                .zip(table.columns)
                .map(|(n, column)| {
                    let kind = match column.kind {
                        Kind::Int => "INTEGER",
                        Kind::Real => "REAL",
                        Kind::Text => "TEXT",
                    };
                    (column.name.to_owned(), kind.to_owned(), n < table.key)
                })
                .collect();
            assert_eq!(found, expected, "{}", table.name);
        }
    }
}

#[tokio::test]
async fn every_list_of_calls_is_read_from_its_own_index() {
    let env = TestEnv::new().await;
    let Db::Sqlite(pool) = env.db("call_log").await else {
        unreachable!("a folder has SQLite files")
    };
    let mut lists = 0;
    for (_, statement) in statements() {
        let Some((_, condition)) = statement.split_once("from calls c where c.tenant = $1 and c.in_") else {
            continue;
        };
        let (filter, _) = condition.split_once(' ').expect("a condition");
        let agent = if statement.contains("c.agent = $5") {
            "_agent"
        } else {
            ""
        };
        let grade = if statement.contains("c.grade = $6") {
            "_grade"
        } else {
            ""
        };
        // A call pending review has no grade, so this list is never asked for.
        let grade = if filter == "pending_review" { "" } else { grade };
        let plan = sqlx::query(&format!("explain query plan {statement}"))
            .fetch_all(&pool)
            .await
            .expect("a plan");
        let plan: Vec<String> = plan.iter().map(|step| step.get("detail")).collect();
        let index = format!("calls_{filter}{agent}{grade} (");
        assert!(plan.iter().any(|step| step.contains(&index)), "{statement}: {plan:#?}");
        if !statement.contains("call_search") {
            assert!(
                !plan.iter().any(|step| step.contains("TEMP B-TREE")),
                "{statement}: {plan:#?}"
            );
        }
        lists += 1;
    }
    assert!(lists >= Filter::ALL.len() * 8, "{lists}");
}

#[test]
fn table_names_are_unique() {
    let mut names: Vec<_> = projectors()
        .iter()
        .flat_map(|p| p.tables().iter().map(|t| t.name))
        .collect();
    names.sort_unstable();
    let count = names.len();
    names.dedup();
    assert_eq!(names.len(), count);
}

#[test]
fn counter_tables_have_no_personal_columns() {
    for projector in projectors() {
        for table in projector.tables().iter().filter(|table| table.role == Role::Counters) {
            assert!(table.columns.iter().all(|column| !column.personal), "{}", table.name);
        }
    }
}
