//! Detects events that other processes have committed.

use super::Recent;
use crate::db::Db;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::sync::Weak;
use std::time::Duration;

/// The channel on which `append_events` notifies.
const CHANNEL: &str = "call_ledger_events";
/// Interval at which the head is read even without a notification, which may be lost.
const LISTEN_POLL_INTERVAL: Duration = Duration::from_millis(500);
/// Interval at which a reader without notifications reads the head.
const POLL_INTERVAL: Duration = Duration::from_millis(100);

const HEAD: &str = "select coalesce(max(position), 0) from events";

/// Advances `recent` with the head of a PostgreSQL log until `recent` is dropped.
pub(crate) fn listen(pool: PgPool, recent: Weak<Recent>) {
    tokio::spawn(async move {
        let mut listener = None;
        while recent.strong_count() > 0 {
            if listener.is_none() {
                listener = connect(&pool).await;
            }
            match &mut listener {
                Some(open) => {
                    if let Ok(Err(_)) = tokio::time::timeout(LISTEN_POLL_INTERVAL, open.recv()).await {
                        listener = None;
                    }
                }
                None => tokio::time::sleep(LISTEN_POLL_INTERVAL).await,
            }
            if let Ok(head) = sqlx::query_scalar(HEAD).fetch_one(&pool).await
                && let Some(recent) = recent.upgrade()
            {
                recent.advance(head);
            }
        }
    });
}

async fn connect(pool: &PgPool) -> Option<PgListener> {
    let mut listener = PgListener::connect_with(pool).await.ok()?;
    listener.listen(CHANNEL).await.ok()?;
    Some(listener)
}

/// Advances `recent` with the head of a log that another process writes, until `recent` is dropped.
pub(crate) fn poll(db: Db, recent: Weak<Recent>) {
    tokio::spawn(async move {
        while recent.strong_count() > 0 {
            tokio::time::sleep(POLL_INTERVAL).await;
            let head = crate::on_db!(&db, c => sqlx::query_scalar(HEAD).fetch_one(c).await);
            if let (Ok(head), Some(recent)) = (head, recent.upgrade()) {
                recent.advance(head);
            }
        }
    });
}
