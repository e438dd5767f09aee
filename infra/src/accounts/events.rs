//! Events of users on their way to the log.
//!
//! The transaction that changes an account also stores what it did. The service appends the stored events to the log and
//! then deletes them, so a kill at any moment neither loses nor repeats one: the event's id is its command key there.

use super::Accounts;
use crate::clock::new_id;
use crate::db::Tx;
use crate::event_store::Actor;
use crate::on_db;
use domain::Timestamp;
use domain::user::UserEvent;
use std::net::IpAddr;

/// Length of the window in which wrong passwords are counted as one event.
const WINDOW_S: u64 = 60;
const WINDOW_MICROS: i64 = 60_000_000;

/// Who changes an account, and in which request.
#[derive(Clone, Debug)]
pub struct Origin {
    pub actor: Actor,
    /// The same for all events that one request caused.
    pub correlation_id: String,
}

impl Origin {
    /// An action outside a request.
    #[must_use]
    pub fn of(actor: Actor) -> Self {
        Self {
            actor,
            correlation_id: new_id("request"),
        }
    }

    /// The actor, for the `by` field of events: the id of a user, or the actor's text.
    pub(super) fn by(&self) -> String {
        match &self.actor {
            Actor::User(id) => id.clone(),
            actor => actor.to_string(),
        }
    }
}

/// An event that is not in the log yet.
#[derive(Clone, Debug, sqlx::FromRow)]
pub struct PendingEvent {
    /// Its command key in the log.
    pub event_id: String,
    pub tenant: String,
    pub user_id: String,
    /// An [`Actor`], as text.
    pub actor: String,
    pub correlation_id: String,
    /// A [`UserEvent`], as JSON.
    pub event: String,
}

#[derive(sqlx::FromRow)]
struct FailedSignIns {
    user_id: String,
    tenant: String,
    address: String,
    minute: i64,
    attempts: i64,
}

const INSERT: &str =
    "insert into user_events (event_id, tenant, user_id, actor, correlation_id, event) values ($1, $2, $3, $4, $5, $6)";
const PENDING: &str =
    "select event_id, tenant, user_id, actor, correlation_id, event from user_events order by number limit $1";
const FORGET: &str = "delete from user_events where event_id = $1";
const FAILED: &str = "insert into failed_sign_ins (user_id, address, minute, attempts) values ($1, $2, $3, 1) on conflict (user_id, address, minute) do update set attempts = failed_sign_ins.attempts + 1";
const ENDED: &str = "select f.user_id, u.tenant, f.address, f.minute, f.attempts from failed_sign_ins f join users u on u.user_id = f.user_id where f.minute < $1 order by f.minute, f.user_id, f.address";
const DELETE_ENDED: &str = "delete from failed_sign_ins where user_id = $1 and address = $2 and minute = $3";

const FORGET_OF_USER: &str = "delete from user_events where user_id = $1";
const DELETE_FAILED_OF_USER: &str = "delete from failed_sign_ins where user_id = $1";

pub(super) const STATEMENTS: &[&str] = &[
    INSERT,
    PENDING,
    FORGET,
    FAILED,
    ENDED,
    DELETE_ENDED,
    FORGET_OF_USER,
    DELETE_FAILED_OF_USER,
];

impl Accounts {
    /// The oldest events that are not in the log yet.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn pending_events(&self, limit: i64) -> Result<Vec<PendingEvent>, sqlx::Error> {
        on_db!(&self.db, c => sqlx::query_as(PENDING).bind(limit).fetch_all(c).await)
    }

    /// Deletes an event that is in the log.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn forget_event(&self, event_id: &str) -> Result<(), sqlx::Error> {
        on_db!(&self.db, c => sqlx::query(FORGET).bind(event_id).execute(c).await.map(|_| ()))
    }

    /// Counts a wrong password.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn count_failed_sign_in(&self, user_id: &str, address: IpAddr, at: Timestamp) -> Result<(), sqlx::Error> {
        let minute = at.as_micros().div_euclid(WINDOW_MICROS);
        on_db!(&self.db, c => sqlx::query(FAILED)
            .bind(user_id).bind(address.to_string()).bind(minute).execute(c).await.map(|_| ()))
    }

    /// Turns the wrong passwords of the minutes that have ended into events, one for each user, address and minute.
    ///
    /// # Errors
    /// When the database cannot be used.
    pub async fn record_failed_sign_ins(&self, now: Timestamp) -> Result<(), sqlx::Error> {
        let minute = now.as_micros().div_euclid(WINDOW_MICROS);
        let ended: Vec<FailedSignIns> = on_db!(&self.db, c => sqlx::query_as(ENDED).bind(minute).fetch_all(c).await)?;
        for failed in ended {
            let mut tx = self.db.begin().await?;
            let deleted = on_db!(&mut tx, c => sqlx::query(DELETE_ENDED)
                .bind(&failed.user_id).bind(&failed.address).bind(failed.minute)
                .execute(&mut **c).await.map(|done| done.rows_affected()))?;
            // Another process was faster.
            if deleted == 0 {
                continue;
            }
            let event = UserEvent::SignInFailed {
                at: Timestamp(failed.minute.saturating_mul(WINDOW_MICROS)),
                count: u64::try_from(failed.attempts).unwrap_or_default(),
                window_s: WINDOW_S,
                address: failed.address.as_str().into(),
            };
            let origin = Origin::of(Actor::Process("sign_in".to_owned()));
            let user = (failed.tenant.as_str(), failed.user_id.as_str());
            record(&mut tx, user, &origin, &event).await?;
            tx.commit().await?;
        }
        Ok(())
    }
}

/// Stores what the transaction does to a user: tenant and id.
pub(super) async fn record(
    tx: &mut Tx,
    (tenant, user_id): (&str, &str),
    origin: &Origin,
    event: &UserEvent,
) -> Result<(), sqlx::Error> {
    let json = serde_json::to_string(event).map_err(|error| sqlx::Error::Encode(error.into()))?;
    on_db!(tx: Tx, c => sqlx::query(INSERT)
        .bind(new_id("account_event")).bind(tenant).bind(user_id).bind(origin.actor.to_string())
        .bind(&origin.correlation_id).bind(json).execute(&mut **c).await.map(|_| ()))
}

/// Deletes what is not in the log yet: of a user who is erased.
pub(super) async fn forget_events_of(tx: &mut Tx, user_id: &str) -> Result<(), sqlx::Error> {
    for delete in [FORGET_OF_USER, DELETE_FAILED_OF_USER] {
        on_db!(tx: Tx, c => sqlx::query(delete).bind(user_id).execute(&mut **c).await.map(|_| ()))?;
    }
    Ok(())
}
