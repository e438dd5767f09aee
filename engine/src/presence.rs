//! Presence: users seen in the last minutes, and users with an open live feed.
//!
//! Held in the memory of this process. Only `last_seen_at` is stored, at most once a minute per user.

use domain::Timestamp;
use infra::accounts::{Role, User};
use std::collections::HashMap;
use std::sync::Mutex;
use tokio::sync::broadcast;

/// A user without a live feed is offline this long after the last request, in seconds.
const OFFLINE_AFTER_S: i64 = 120;
/// Minimum time between two writes of a user's `last_seen_at`, in seconds.
const WRITE_INTERVAL_S: i64 = 60;

/// Maximum number of users asked at the same time to take a call over.
const MAX_TAKEOVER_REQUESTS: usize = 20;

/// The users who are online.
pub struct Presence {
    users: Mutex<HashMap<String, Seen>>,
    changes: broadcast::Sender<Change>,
}

/// An online user.
#[derive(Clone, Debug)]
pub struct Seen {
    pub user: User,
    /// Time of the last request.
    pub at: Timestamp,
    /// Number of open live feeds.
    pub feeds: usize,
    written: Timestamp,
}

/// A user opened the first live feed or closed the last one.
#[derive(Clone, Debug)]
pub struct Change {
    pub tenant: String,
    pub user_id: String,
    /// Whether the user has an open live feed now.
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
    /// Records a request of the user.
    pub fn record_seen(&self, user: &User, at: Timestamp) {
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

    /// Records that the user opened a live feed; it is closed when the guard is dropped.
    pub fn open_feed<'a>(&'a self, user: &User, at: Timestamp) -> Guard<'a> {
        self.record_seen(user, at);
        self.count(user, true);
        Guard {
            presence: self,
            user: user.clone(),
        }
    }

    fn count(&self, user: &User, opens: bool) {
        let mut users = self.lock();
        let Some(seen) = users.get_mut(&user.user_id) else {
            return;
        };
        let was_here = seen.feeds > 0;
        seen.feeds = if opens {
            seen.feeds + 1
        } else {
            seen.feeds.saturating_sub(1)
        };
        let here = seen.feeds > 0;
        drop(users);
        if was_here != here {
            // There may be no subscriber.
            let _ = self.changes.send(Change {
                tenant: user.tenant.clone(),
                user_id: user.user_id.clone(),
                here,
            });
        }
    }

    /// The online users of a tenant, by name.
    #[must_use]
    pub fn present(&self, tenant: &str, now: Timestamp) -> Vec<Seen> {
        let oldest = now.plus_seconds(-OFFLINE_AFTER_S);
        let mut users = self.lock();
        users.retain(|_, seen| seen.feeds > 0 || seen.at >= oldest);
        let mut present: Vec<Seen> = users
            .values()
            .filter(|seen| seen.user.tenant == tenant)
            .cloned()
            .collect();
        drop(users);
        present.sort_by(|a, b| (&a.user.name, &a.user.user_id).cmp(&(&b.user.name, &b.user.user_id)));
        present
    }

    /// The users of a tenant who have the live page open and whose role may take calls over, at most
    /// [`MAX_TAKEOVER_REQUESTS`].
    pub fn available(&self, tenant: &str, now: Timestamp, may_take_over: impl Fn(Role) -> bool) -> Vec<String> {
        let here = self.present(tenant, now).into_iter();
        here.filter(|seen| seen.feeds > 0 && may_take_over(seen.user.role))
            .take(MAX_TAKEOVER_REQUESTS)
            .map(|seen| seen.user.user_id)
            .collect()
    }

    /// Subscribes to changes.
    #[must_use]
    pub fn changes(&self) -> broadcast::Receiver<Change> {
        self.changes.subscribe()
    }

    /// Returns the users whose `last_seen_at` is due to be written, and marks them as written.
    pub fn take_due(&self) -> Vec<(String, Timestamp)> {
        let mut due = Vec::new();
        for seen in self.lock().values_mut() {
            if seen.at >= seen.written.plus_seconds(WRITE_INTERVAL_S) {
                seen.written = seen.at;
                due.push((seen.user.user_id.clone(), seen.at));
            }
        }
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, HashMap<String, Seen>> {
        // A panic while the lock was held leaves at worst a stale entry.
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
            .present("t", now)
            .into_iter()
            .map(|seen| seen.user.user_id)
            .collect()
    }

    #[test]
    fn recently_seen_users_of_the_tenant_are_present() {
        let presence = Presence::default();
        presence.record_seen(&user("b", "t"), Timestamp::from_seconds(0));
        presence.record_seen(&user("a", "t"), Timestamp::from_seconds(60));
        presence.record_seen(&user("x", "other"), Timestamp::from_seconds(60));
        assert_eq!(names(&presence, Timestamp::from_seconds(100)), ["a", "b"]);
        assert_eq!(names(&presence, Timestamp::from_seconds(130)), ["a"]);
    }

    #[test]
    fn open_feed_keeps_a_user_present_and_changes_are_sent_once() {
        let presence = Presence::default();
        let mut changes = presence.changes();
        let first = presence.open_feed(&user("a", "t"), Timestamp::default());
        let second = presence.open_feed(&user("a", "t"), Timestamp::default());
        assert_eq!(names(&presence, Timestamp::from_seconds(9_999)), ["a"]);
        drop(first);
        drop(second);
        assert!(changes.try_recv().expect("an opening change").here);
        assert!(!changes.try_recv().expect("a closing change").here);
        assert!(changes.try_recv().is_err());
        assert!(names(&presence, Timestamp::from_seconds(9_999)).is_empty());
    }
}
