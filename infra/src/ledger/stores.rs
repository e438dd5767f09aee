//! Checks before a start that the log, its key store and its accounts belong together, and that none of them is missing
//! while another has content. A missing store is never made anew beside a log that has events: what is written then
//! makes it impossible to put the right store back.

use super::Ledger;
use crate::db::belonging::{self, ExistingStore};
use crate::db::{DatabaseUrl, Db, DbError};
use crate::event_store::{Position, RawEvent, StoreError, StreamId, read_head, read_raw};
use crate::keys::{KeyStore, SealedIn};
use domain::Timestamp;
use domain::ledger::LedgerEvent;
use std::collections::BTreeSet;
use std::time::Duration;

/// How often stores that do not fit are looked at again: another process may be creating them.
const LOOKS: usize = 4;
const LOOK_INTERVAL: Duration = Duration::from_millis(250);
/// Events at the end of the log whose keys must exist.
const MAX_CHECKED_EVENTS: i64 = 500;
/// A key that was created this long after the last event is not one of the log's: at a kill, the event after it was not
/// written.
const MAX_KEY_AHEAD: i64 = 60;

/// What is missing or does not belong to the log.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum StoreMismatch {
    #[error(
        "the log is missing or empty, but the {store} belongs to the ledger {ledger}: restore the log from its backup, or use an empty data folder or database for a new ledger. Nothing was created"
    )]
    LogMissing { store: &'static str, ledger: String },
    #[error(
        "the {store} is missing or empty, but the log has {events} events: restore the {store} from its backup. A new one would make the log's values unreadable or open it to strangers. Nothing was created"
    )]
    StoreMissing { store: &'static str, events: Position },
    #[error(
        "the {store} belongs to the ledger {found}, but the log is the ledger {log}: use the {store} of this log, or the log of this {store}"
    )]
    Foreign {
        store: &'static str,
        found: String,
        log: String,
    },
    #[error(
        "the key store does not open the log: it has no key for {streams} of the streams at the end of the log (the last one at position {position}). It is from an older backup than the log, or belongs to another one: restore the right key store"
    )]
    KeysMissing { streams: usize, position: Position },
    #[error(
        "the accounts database has no user, but users have acted in the log: it is missing or incomplete. Restore it from its backup, or add an admin with `call-ledger users add`. Until then, strangers could register as the first user"
    )]
    AccountsLost,
}

/// The log as it is before a start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FoundLog {
    /// `None`: the first event is not an identity.
    pub ledger: Option<String>,
    /// 0: missing or empty.
    pub head: Position,
}

/// The key store as it is before a start.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub(super) struct FoundKeys {
    /// The log that it belongs to.
    pub ledger: Option<String>,
    pub has_keys: bool,
    /// Whether a master key has been accepted.
    pub has_master_key: bool,
}

/// The position of the identity, the only event that a log has before its other stores are created.
const IDENTITY_POSITION: Position = 1;

/// Whether the stores fit, as far as their marks say.
fn check(log: &FoundLog, keys: &FoundKeys) -> Result<(), StoreMismatch> {
    const STORE: &str = "key store";
    match (&log.ledger, &keys.ledger) {
        (_, Some(ledger)) if log.head == 0 => Err(StoreMismatch::LogMissing {
            store: STORE,
            ledger: ledger.clone(),
        }),
        (Some(log), Some(found)) if log != found => Err(StoreMismatch::Foreign {
            store: STORE,
            found: found.clone(),
            log: log.clone(),
        }),
        (_, None) if log.head > IDENTITY_POSITION && !keys.has_keys => Err(StoreMismatch::StoreMissing {
            store: STORE,
            events: log.head,
        }),
        (_, None) if log.head == 0 && keys.has_keys => Err(StoreMismatch::LogMissing {
            store: STORE,
            ledger: "of an earlier version".to_owned(),
        }),
        _ => Ok(()),
    }
}

/// Looks at log and key store, and returns both if they fit.
pub(super) async fn look(
    database: &DatabaseUrl,
    keys: &DatabaseUrl,
) -> Result<Result<(FoundLog, FoundKeys), StoreMismatch>, DbError> {
    let mut looks = 0;
    loop {
        // The key store first: its mark is written after the log's identity.
        let found_keys = find_keys(keys).await?;
        let found_log = find_log(database).await?;
        match check(&found_log, &found_keys) {
            Ok(()) => return Ok(Ok((found_log, found_keys))),
            Err(mismatch) => {
                looks += 1;
                if looks == LOOKS || matches!(database, DatabaseUrl::Folder(_)) {
                    return Ok(Err(mismatch));
                }
            }
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    }
}

async fn find_log(url: &DatabaseUrl) -> Result<FoundLog, DbError> {
    let Some(store) = ExistingStore::find(url, crate::event_store::NAME).await? else {
        return Ok(FoundLog::default());
    };
    if !store.has_rows("events").await? {
        store.close().await;
        return Ok(FoundLog::default());
    }
    let first = read_raw(&store.db, 0, 1).await?;
    let head = read_head(&store.db).await?;
    store.close().await;
    Ok(FoundLog {
        ledger: first.first().and_then(identity_in),
        head,
    })
}

/// The identity in the first event. Its stream holds no personal value, so nothing has to be unsealed.
fn identity_in(first: &RawEvent) -> Option<String> {
    match serde_json::from_str(&first.payload) {
        Ok(LedgerEvent::LedgerCreated { identity, .. }) if first.stream == StreamId::ledger() => Some(identity),
        _ => None,
    }
}

async fn find_keys(url: &DatabaseUrl) -> Result<FoundKeys, DbError> {
    let Some(store) = ExistingStore::find(url, crate::keys::NAME).await? else {
        return Ok(FoundKeys::default());
    };
    let found = FoundKeys {
        has_keys: store.has_rows("data_keys").await?,
        has_master_key: store.has_rows("master_keys").await?,
        ledger: store.ledger.clone(),
    };
    store.close().await;
    Ok(found)
}

/// Checks that the end of the log has its keys, and marks the key store as the log's.
pub(super) async fn bind_keys(ledger: &Ledger, identity: &str) -> Result<Result<(), StoreMismatch>, StoreError> {
    let store = &ledger.0.store;
    let head = store.head().await?;
    // Not through the store, which refuses to read across a missing position: that is reported, and does not stop a start.
    let last = match read_raw(store.readers(), (head - MAX_CHECKED_EVENTS).max(0), MAX_CHECKED_EVENTS).await {
        Ok(last) => last,
        Err(error) if crate::db::is_unavailable(&error) => return Err(error.into()),
        Err(error) => {
            tracing::error!(
                error = &error as &dyn std::error::Error,
                "the end of the log cannot be read, its keys are not checked"
            );
            Vec::new()
        }
    };
    let sealed: Vec<&RawEvent> = last
        .iter()
        .filter(|event| event.payload.is_sealed() || event.metadata.is_sealed())
        .collect();
    let streams: BTreeSet<&StreamId> = sealed.iter().map(|event| &event.stream).collect();
    let missing = ledger.0.keys.without_row(streams.into_iter()).await?;
    let at = sealed.iter().rfind(|event| missing.contains(&event.stream));
    if let Some(event) = at {
        return Ok(Err(StoreMismatch::KeysMissing {
            streams: missing.len(),
            position: event.position,
        }));
    }
    let found = ledger.0.keys.mark(identity).await?;
    if found != identity {
        return Ok(Err(StoreMismatch::Foreign {
            store: "key store",
            found,
            log: identity.to_owned(),
        }));
    }
    warn_if_log_is_older(
        &ledger.0.keys,
        last.last().map(RawEvent::recorded_at).unwrap_or_default(),
    )
    .await?;
    Ok(Ok(()))
}

/// A key store that was used after the last event of the log: the log may have lost its end.
async fn warn_if_log_is_older(keys: &KeyStore, last_event: Timestamp) -> Result<(), StoreError> {
    if let Some(newest) = keys.newest_key_at().await?
        && newest > last_event.plus_seconds(MAX_KEY_AHEAD)
    {
        tracing::error!(
            last_event = %last_event, newest_key = %newest,
            "the log ends before the newest key of the key store was made: the log may be from an older backup than the \
             keys, or has lost its last events. Later calls are not in it"
        );
    }
    Ok(())
}

/// Opens no store: checks accounts that are about to be opened beside a log. `Ok(true)`: they may be used, and marked as
/// the log's.
pub(crate) async fn check_accounts(ledger: &Ledger, url: &DatabaseUrl, name: &str) -> Result<(), AccountsCheckError> {
    const STORE: &str = "accounts database";
    let mut looks = 0;
    let mismatch = loop {
        let found = ExistingStore::find(url, name).await?;
        let (exists, has_users, belongs_to) = match found {
            None => (false, false, None),
            Some(store) => {
                let (tables, users) = (
                    belonging::has_table(&store.db, "users").await,
                    store.has_rows("users").await?,
                );
                let belongs_to = store.ledger.clone();
                store.close().await;
                (tables.map_err(DbError::from)?, users, belongs_to)
            }
        };
        let head = ledger.head().await?;
        let log = ledger
            .identity()
            .map(|identity| identity.id.clone())
            .unwrap_or_default();
        let mismatch = match belongs_to {
            Some(found) if found != log => StoreMismatch::Foreign {
                store: STORE,
                found,
                log,
            },
            _ if has_users || head <= IDENTITY_POSITION => return Ok(()),
            Some(_) if !ledger.has_actions_of_users().await? => return Ok(()),
            Some(_) => StoreMismatch::AccountsLost,
            None if exists && !ledger.has_actions_of_users().await? => return Ok(()),
            None => StoreMismatch::StoreMissing {
                store: STORE,
                events: head,
            },
        };
        looks += 1;
        if looks == LOOKS || matches!(url, DatabaseUrl::Folder(_)) {
            break mismatch;
        }
        tokio::time::sleep(LOOK_INTERVAL).await;
    };
    Err(mismatch.into())
}

/// Marks accounts as those of a log.
pub(crate) async fn mark_accounts(ledger: &Ledger, db: &Db) -> Result<(), AccountsCheckError> {
    let Some(log) = ledger.identity() else { return Ok(()) };
    let found = belonging::mark(db, &log.id).await?;
    if found == log.id {
        return Ok(());
    }
    Err(StoreMismatch::Foreign {
        store: "accounts database",
        found,
        log: log.id.clone(),
    }
    .into())
}

/// Why accounts cannot be used with a log.
#[derive(Debug, thiserror::Error)]
pub enum AccountsCheckError {
    #[error(transparent)]
    Mismatch(#[from] StoreMismatch),
    #[error(transparent)]
    Db(#[from] DbError),
    #[error(transparent)]
    Store(#[from] StoreError),
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(ledger: &str, head: Position) -> FoundLog {
        FoundLog {
            ledger: (head > 0).then(|| ledger.to_owned()),
            head,
        }
    }

    fn keys(ledger: Option<&str>, has_keys: bool) -> FoundKeys {
        FoundKeys {
            ledger: ledger.map(str::to_owned),
            has_keys,
            has_master_key: has_keys,
        }
    }

    /// Every combination of log and key store: only those that one start can leave behind are accepted.
    #[test]
    fn stores_that_do_not_belong_together_are_refused() {
        for head in [0, 1, 2, 1_000] {
            for ledger in [None, Some("a"), Some("b")] {
                for has_keys in [false, true] {
                    let fits = match (head, ledger, has_keys) {
                        // A first start, and one that was killed before it marked the key store. A key store without a mark
                        // is of an earlier version, and is compared with the end of the log.
                        (0 | 1, None, false) | (1.., Some("a"), _) | (1.., None, true) => true,
                        _ => false,
                    };
                    let checked = check(&log("a", head), &keys(ledger, has_keys));
                    assert_eq!(checked.is_ok(), fits, "{head} {ledger:?} {has_keys}: {checked:?}");
                }
            }
        }
    }
}
