//! Hearing of what other processes commit.

use super::Recent;
use crate::db::Db;
use sqlx::PgPool;
use sqlx::postgres::PgListener;
use std::sync::Weak;
use std::time::Duration;

/// The channel on which `append_events` notifies.
const CHANNEL: &str = "call_ledger_events";
/// A notification can be lost; a look this often is not.
const LOOK: Duration = Duration::from_millis(500);
/// A reader without notifications looks this often.
const POLL: Duration = Duration::from_millis(100);

const HEAD: &str = "select coalesce(max(position), 0) from events";

/// Keeps `recent` informed of PostgreSQL's log until nobody holds it any more.
pub(crate) fn listen(pool: PgPool, recent: Weak<Recent>) {
    tokio::spawn(async move {
        let mut listener = None;
        while recent.strong_count() > 0 {
            if listener.is_none() {
                listener = connect(&pool).await;
            }
            match &mut listener {
                Some(open) => {
                    if let Ok(Err(_)) = tokio::time::timeout(LOOK, open.recv()).await {
                        listener = None;
                    }
                }
                None => tokio::time::sleep(LOOK).await,
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

/// Keeps `recent` informed of a log that another process writes, until nobody holds it any more.
pub(crate) fn poll(db: Db, recent: Weak<Recent>) {
    tokio::spawn(async move {
        while recent.strong_count() > 0 {
            tokio::time::sleep(POLL).await;
            let head = crate::on_db!(&db, c => sqlx::query_scalar(HEAD).fetch_one(c).await);
            if let (Ok(head), Some(recent)) = (head, recent.upgrade()) {
                recent.advance(head);
            }
        }
    });
}
