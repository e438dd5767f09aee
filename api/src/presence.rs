//! Who is here: users seen in the last minutes, and those with an open live feed.
//!
//! Kept in memory, for this process; nothing durable follows from it but `last_seen_at`, written at most once a minute.

use domain::Timestamp;
use infra::accounts::User;
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::broadcast;

/// A user who was not seen for so long is gone.
const GONE_AFTER_S: i64 = 120;
/// How often `last_seen_at` is written, at most.
const WRITE_EACH_S: i64 = 60;

/// Who is here.
pub struct Presence {
    users: Mutex<HashMap<String, Seen>>,
    changes: broadcast::Sender<Change>,
}

/// A user who is here.
#[derive(Clone, Debug)]
pub struct Seen {
    /// Who.
    pub user: User,
    /// When last.
    pub at: Timestamp,
    /// How many live feeds they have open.
    pub feeds: usize,
    written: Timestamp,
}

/// Somebody came or went.
#[derive(Clone, Debug)]
pub struct Change {
    /// Whose colleagues are told.
    pub tenant: String,
    /// Who.
    pub user_id: String,
    /// Whether they have a live feed open now.
    pub here: bool,
}

impl Default for Presence {
    fn default() -> Self {
        Self {
            users: Mutex::default(),
            changes: broadcast::channel(256).0,
        }
    }
}

impl Presence {
    /// The user asked for something.
    pub fn saw(&self, user: &User, at: Timestamp) {
        let mut users = self.lock();
        let seen = users.entry(user.user_id.clone()).or_insert_with(|| Seen {
            user: user.clone(),
            at,
            feeds: 0,
            written: Timestamp::default(),
        });
        seen.user = user.clone();
        seen.at = at;
    }

    /// The user opened a live feed; it is closed when the guard is dropped.
    pub fn enter<'a>(&'a self, user: &User, at: Timestamp) -> Guard<'a> {
        self.saw(user, at);
        self.count(user, true);
        Guard {
            presence: self,
            user: user.clone(),
        }
    }

    fn count(&self, user: &User, enters: bool) {
        let mut users = self.lock();
        let Some(seen) = users.get_mut(&user.user_id) else {
            return;
        };
        let was_here = seen.feeds > 0;
        seen.feeds = if enters {
            seen.feeds + 1
        } else {
            seen.feeds.saturating_sub(1)
        };
        let here = seen.feeds > 0;
        drop(users);
        if was_here != here {
            // Nobody listening is not an error.
            let _ = self.changes.send(Change {
                tenant: user.tenant.clone(),
                user_id: user.user_id.clone(),
                here,
            });
        }
    }

    /// Who of a tenant is here, by name.
    #[must_use]
    pub fn here(&self, tenant: &str, now: Timestamp) -> Vec<Seen> {
        let oldest = now.plus_seconds(-GONE_AFTER_S);
        let mut users = self.lock();
        users.retain(|_, seen| seen.feeds > 0 || seen.at >= oldest);
        let mut here: Vec<Seen> = users
            .values()
            .filter(|seen| seen.user.tenant == tenant)
            .cloned()
            .collect();
        drop(users);
        here.sort_by(|a, b| (&a.user.name, &a.user.user_id).cmp(&(&b.user.name, &b.user.user_id)));
        here
    }

    /// Comings and goings from now on.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Who is to be written down as seen, and when they were.
    pub fn to_write(&self) -> Vec<(String, Timestamp)> {
        let mut due = Vec::new();
        for seen in self.lock().values_mut() {
            if seen.at >= seen.written.plus_seconds(WRITE_EACH_S) {
                seen.written = seen.at;
                due.push((seen.user.user_id.clone(), seen.at));
            }
        }
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Seen>> {
        // A panic in between leaves at worst a stale entry.
        self.users.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
    }
}

/// An open live feed.
pub struct Guard<'a> {
    presence: &'a Presence,
    user: User,
}

impl Drop for Guard<'_> {
    fn drop(&mut self) {
        self.presence.count(&self.user, false);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use infra::accounts::Role;

    fn user(id: &str, tenant: &str) -> User {
        User {
            user_id: id.into(),
            tenant: tenant.into(),
            email: String::new(),
            name: id.into(),
            role: Role::Agent,
            password_hash: String::new(),
            active: true,
            created_at: 0,
            last_seen_at: None,
        }
    }

    fn names(presence: &Presence, now: Timestamp) -> Vec<String> {
        presence
            .here("t", now)
            .into_iter()
            .map(|seen| seen.user.user_id)
            .collect()
    }

    #[test]
    fn who_was_seen_lately_is_here_and_colleagues_of_others_are_not() {
        let presence = Presence::default();
        presence.saw(&user("b", "t"), Timestamp::from_seconds(0));
        presence.saw(&user("a", "t"), Timestamp::from_seconds(60));
        presence.saw(&user("x", "other"), Timestamp::from_seconds(60));
        assert_eq!(names(&presence, Timestamp::from_seconds(100)), ["a", "b"]);
        assert_eq!(names(&presence, Timestamp::from_seconds(130)), ["a"]);
    }

    #[test]
    fn who_has_a_feed_open_stays_and_each_coming_and_going_is_told_once() {
        let presence = Presence::default();
        let mut changes = presence.changes();
        let first = presence.enter(&user("a", "t"), Timestamp::default());
        let second = presence.enter(&user("a", "t"), Timestamp::default());
        assert_eq!(names(&presence, Timestamp::from_seconds(9_999)), ["a"]);
        drop(first);
        drop(second);
        assert!(changes.try_recv().expect("came").here);
        assert!(!changes.try_recv().expect("went").here);
        assert!(changes.try_recv().is_err());
        assert!(names(&presence, Timestamp::from_seconds(9_999)).is_empty());
    }
}
