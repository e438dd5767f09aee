//! The queues of jobs: by kind and tenant, each in its own order.

use super::TestEnv;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::on_db;
use projections::work::Kind;

on_both_engines!(queues_are_listed_by_kind_and_tenant_and_read_in_their_order);

const NOW: i64 = 1_000;

async fn queues_are_listed_by_kind_and_tenant_and_read_in_their_order(stores: TestStores) {
    let env = TestEnv::open(&stores).await;
    let work = env.models.work();
    assert_eq!(work.queues().await.unwrap(), []);

    let db = env.read_stores.current("work").await.unwrap().db;
    // Stream, kind, tenant, state, priority, not before.
    for (stream, kind, tenant, state, priority, not_before) in [
        ("CA1", "transcribe", "acme", "due", 0, 0),
        ("CA2", "transcribe", "acme", "due", 0, NOW + 1),
        ("CA3", "transcribe", "bolt", "due", 0, 500),
        ("CA4", "transcribe", "bolt", "due", 0, 400),
        ("CA5", "transcribe", "bolt", "due", 1, 600),
        ("CA6", "transcribe", "cold", "due", 0, NOW + 1),
        ("CA7", "transcribe", "none", "placed", 0, 0),
        ("CA8", "archive_recording", "bolt", "due", 0, 0),
        ("CA9", "kind_of_another_version", "bolt", "due", 0, 0),
    ] {
        let text = "insert into work_items
            (stream, kind, item, aggregate_type, tenant, state, priority, not_before, attempts, detail)
            values ($1, $2, '', 'call', $3, $4, $5, $6, 0, '{}')";
        on_db!(&db, c => sqlx::query(text)
            .bind(stream)
            .bind(kind)
            .bind(tenant)
            .bind(state)
            .bind(priority)
            .bind(not_before)
            .execute(c)
            .await
            .map(|_| ()))
        .unwrap();
    }
    let expected = [
        (Kind::ArchiveRecording, "bolt".to_owned()),
        (Kind::Transcribe, "acme".to_owned()),
        (Kind::Transcribe, "bolt".to_owned()),
        (Kind::Transcribe, "cold".to_owned()),
    ];
    assert_eq!(work.queues().await.unwrap(), expected);

    for (tenant, limit, streams) in [
        ("acme", 10, vec!["CA1"]),
        ("bolt", 10, vec!["CA5", "CA4", "CA3"]),
        ("bolt", 2, vec!["CA5", "CA4"]),
        ("cold", 10, vec![]),
        ("none", 10, vec![]),
    ] {
        let items = work.due_of_tenant(Kind::Transcribe, tenant, NOW, limit).await.unwrap();
        let found: Vec<_> = items.iter().map(|item| item.stream.as_str()).collect();
        assert_eq!(found, streams, "{tenant}");
    }
}
