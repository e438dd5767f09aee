//! The tests' own PostgreSQL server: every test has its own database.

use harness::postgres::postgres;
use sqlx::{Connection as _, PgConnection};

#[tokio::test]
async fn each_test_gets_its_own_database() {
    let (first, second) = tokio::join!(postgres(), postgres());
    assert_ne!(first.url(), second.url());
    let mut connection = PgConnection::connect(first.url()).await.unwrap();
    sqlx::query("create table only_here (id bigint)")
        .execute(&mut connection)
        .await
        .unwrap();
    let mut other = PgConnection::connect(second.url()).await.unwrap();
    let found: Option<String> = sqlx::query_scalar("select cast(to_regclass('only_here') as text)")
        .fetch_one(&mut other)
        .await
        .unwrap();
    assert_eq!(found, None);
}

#[tokio::test]
async fn server_commits_synchronously_and_accepts_many_connections() {
    let database = postgres().await;
    let mut connection = PgConnection::connect(database.url()).await.unwrap();
    for (setting, expected) in [("synchronous_commit", "on"), ("max_connections", "300")] {
        let value: String = sqlx::query_scalar("select current_setting($1)")
            .bind(setting)
            .fetch_one(&mut connection)
            .await
            .unwrap();
        assert_eq!(value, expected, "{setting}");
    }
}

#[tokio::test]
async fn database_is_dropped_even_while_a_client_is_connected() {
    let kept = postgres().await;
    let gone = postgres().await;
    let name = gone.url().rsplit('/').next().unwrap().to_owned();
    let straggler = PgConnection::connect(gone.url()).await.unwrap();
    drop(gone);
    let mut connection = PgConnection::connect(kept.url()).await.unwrap();
    let found: i64 = sqlx::query_scalar("select count(*) from pg_database where datname = $1")
        .bind(name)
        .fetch_one(&mut connection)
        .await
        .unwrap();
    assert_eq!(found, 0);
    drop(straggler);
}
