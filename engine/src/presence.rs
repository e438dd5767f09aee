//! Presence: users seen in the last minutes, and users with an open live feed.
//!
//! Each process holds its own users in memory, and those of the other processes as [`crate::jobs`] reads them from the
//! accounts' database, every second. `last_seen_at` is stored at most once a minute per user.

use domain::Timestamp;
use infra::accounts::{OnlineUser, Role, User};
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
    known: Mutex<Known>,
    changes: broadcast::Sender<Change>,
}

#[derive(Default)]
struct Known {
    /// Users of this process, by identifier.
    users: HashMap<String, Seen>,
    /// Users of other processes, by identifier.
    elsewhere: HashMap<String, Seen>,
    /// Number of other processes that run and take calls.
    processes: usize,
}

impl Known {
    /// Whether the user has an open live feed at any process.
    fn is_here(&self, user_id: &str) -> bool {
        [&self.users, &self.elsewhere]
            .iter()
            .filter_map(|users| users.get(user_id))
            .any(|seen| seen.feeds > 0)
    }
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

impl Seen {
    /// A user who is online at another process.
    #[must_use]
    pub const fn elsewhere(user: User, online: &OnlineUser) -> Self {
        Self {
            user,
            at: online.at,
            feeds: online.feeds,
            written: online.at,
        }
    }

    fn is_online(&self, now: Timestamp) -> bool {
        self.feeds > 0 || self.at >= now.plus_seconds(-OFFLINE_AFTER_S)
    }

    fn join(&mut self, other: &Self) {
        self.at = self.at.max(other.at);
        self.feeds += other.feeds;
    }
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
            known: Mutex::default(),
            changes: broadcast::channel(256).0,
        }
    }
}

impl Presence {
    /// Records a request of the user.
    pub fn record_seen(&self, user: &User, at: Timestamp) {
        let mut known = self.lock();
        let seen = known.users.entry(user.user_id.clone()).or_insert_with(|| Seen {
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
        let mut known = self.lock();
        let was_here = known.is_here(&user.user_id);
        let Some(seen) = known.users.get_mut(&user.user_id) else {
            return;
        };
        seen.feeds = if opens {
            seen.feeds + 1
        } else {
            seen.feeds.saturating_sub(1)
        };
        let here = known.is_here(&user.user_id);
        drop(known);
        if was_here != here {
            self.announce(user, here);
        }
    }

    fn announce(&self, user: &User, here: bool) {
        // There may be no subscriber.
        let _ = self.changes.send(Change {
            tenant: user.tenant.clone(),
            user_id: user.user_id.clone(),
            here,
        });
    }

    /// Number of other processes that share the database, run and take calls.
    #[must_use]
    pub fn other_processes(&self) -> usize {
        self.lock().processes
    }

    /// Sets that number.
    pub fn set_other_processes(&self, processes: usize) {
        self.lock().processes = processes;
    }

    /// Replaces the users who are online at other processes. A user may be online at several.
    pub fn set_elsewhere(&self, online: Vec<Seen>) {
        let mut elsewhere: HashMap<String, Seen> = HashMap::new();
        for seen in online {
            match elsewhere.get_mut(&seen.user.user_id) {
                Some(known) => known.join(&seen),
                None => drop(elsewhere.insert(seen.user.user_id.clone(), seen)),
            }
        }
        let mut known = self.lock();
        let known_before = [&known.elsewhere, &elsewhere];
        let users = known_before
            .into_iter()
            .flat_map(HashMap::values)
            .map(|seen| &seen.user);
        let before: HashMap<String, (User, bool)> = users
            .map(|user| (user.user_id.clone(), (user.clone(), known.is_here(&user.user_id))))
            .collect();
        known.elsewhere = elsewhere;
        let now = before.into_values().map(|(user, was_here)| {
            let here = known.is_here(&user.user_id);
            (user, was_here, here)
        });
        let changed: Vec<_> = now.filter(|(_, was_here, here)| was_here != here).collect();
        drop(known);
        for (user, _, here) in changed {
            self.announce(&user, here);
        }
    }

    /// The users who are online at this process, for the other ones.
    #[must_use]
    pub fn online_here(&self, now: Timestamp) -> Vec<OnlineUser> {
        let mut known = self.lock();
        known.users.retain(|_, seen| seen.is_online(now));
        let online = known.users.values().map(|seen| OnlineUser {
            user_id: seen.user.user_id.clone(),
            at: seen.at,
            feeds: seen.feeds,
        });
        online.collect()
    }

    /// The online users of a tenant at every process, by name.
    #[must_use]
    pub fn present(&self, tenant: &str, now: Timestamp) -> Vec<Seen> {
        let mut known = self.lock();
        known.users.retain(|_, seen| seen.is_online(now));
        let mut all = known.users.clone();
        for (id, seen) in &known.elsewhere {
            match all.get_mut(id) {
                Some(here) => here.join(seen),
                None => drop(all.insert(id.clone(), seen.clone())),
            }
        }
        drop(known);
        let is_present = |seen: &Seen| seen.user.tenant == tenant && seen.is_online(now);
        let mut present: Vec<Seen> = all.into_values().filter(is_present).collect();
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
        for seen in self.lock().users.values_mut() {
            if seen.at >= seen.written.plus_seconds(WRITE_INTERVAL_S) {
                seen.written = seen.at;
                due.push((seen.user.user_id.clone(), seen.at));
            }
        }
        due
    }

    fn lock(&self) -> std::sync::MutexGuard<'_, Known> {
        // A panic while the lock was held leaves at worst a stale entry.
        self.known.lock().unwrap_or_else(std::sync::PoisonError::into_inner)
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
            operator: false,
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

    fn at_another_process(id: &str, feeds: usize) -> Seen {
        let online = OnlineUser {
            user_id: id.into(),
            at: Timestamp::from_seconds(50),
            feeds,
        };
        Seen::elsewhere(user(id, "t"), &online)
    }

    #[test]
    fn user_with_feeds_at_two_processes_leaves_with_the_last_one() {
        let presence = Presence::default();
        let mut changes = presence.changes();
        let feed = presence.open_feed(&user("a", "t"), Timestamp::default());
        assert!(changes.try_recv().expect("a change").here);
        presence.set_elsewhere(vec![at_another_process("a", 1), at_another_process("a", 1)]);
        drop(feed);
        assert!(changes.try_recv().is_err(), "still online elsewhere");
        assert_eq!(presence.available("t", Timestamp::from_seconds(60), |_| true), ["a"]);
        presence.set_elsewhere(vec![]);
        assert!(!changes.try_recv().expect("a change").here);
        assert!(changes.try_recv().is_err());
    }

    #[test]
    fn user_of_another_process_is_present_and_not_reported_to_others_again() {
        let presence = Presence::default();
        presence.set_elsewhere(vec![at_another_process("b", 0)]);
        let now = Timestamp::from_seconds(60);
        assert_eq!(names(&presence, now), ["b"]);
        assert!(presence.available("t", now, |_| true).is_empty(), "no open feed");
        assert!(presence.online_here(now).is_empty());
        assert!(names(&presence, Timestamp::from_seconds(9_999)).is_empty());
    }
}
