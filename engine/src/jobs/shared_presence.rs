//! Shares with the other processes who is online at this one, and reads who is online at them.

use crate::SharedEngine;
use crate::presence::Seen;
use infra::accounts::{Accounts, DatabaseError, ProcessPresence, User};
use infra::clock::new_id;
use std::collections::HashMap;
use std::time::{Duration, Instant};

const INTERVAL: Duration = Duration::from_secs(1);
/// A process whose row has not changed for this long has stopped.
const STOPPED_AFTER: Duration = Duration::from_secs(10);
/// Its row is removed after this time.
const REMOVED_AFTER: Duration = Duration::from_mins(1);
/// How long a user's name and role are used before they are read again.
const USER_VALID: Duration = Duration::from_secs(30);

/// Runs until the service stops. Does nothing when no other process can share the accounts.
pub async fn run(engine: SharedEngine) {
    if !engine.accounts.is_shared() {
        return;
    }
    let mut others = Others {
        process: new_id("process"),
        beats: HashMap::new(),
        users: HashMap::new(),
    };
    let mut exchanged_at = Instant::now();
    for beat in 0.. {
        let is_stopping = engine.drain.is_finishing_calls();
        let written = if is_stopping {
            // The others must not wait for this process, nor stop because of it.
            engine.accounts.remove_presence(&others.process).await
        } else {
            let online = engine.presence.online_here(engine.clock.now());
            engine.accounts.put_presence(&others.process, beat, &online).await
        };
        let exchanged = match written {
            Ok(()) => others.online(&engine.accounts).await,
            Err(error) => Err(error),
        };
        match exchanged {
            Ok(online) => {
                engine.presence.set_elsewhere(online);
                engine.presence.set_other_processes(others.running());
                exchanged_at = Instant::now();
            }
            Err(error) => {
                tracing::debug!(%error, "presence not shared");
                if exchanged_at.elapsed() > STOPPED_AFTER {
                    engine.presence.set_elsewhere(Vec::new());
                    engine.presence.set_other_processes(0);
                }
            }
        }
        tokio::select! {
            () = engine.drain.closing() => break,
            () = engine.drain.finishing_calls(), if !is_stopping => {}
            () = tokio::time::sleep(INTERVAL) => {}
        }
    }
    if let Err(error) = engine.accounts.remove_presence(&others.process).await {
        tracing::debug!(%error, "presence not removed, it will expire");
    }
}

/// The last beat of a process.
struct Beat {
    number: i64,
    /// When it was first seen.
    since: Instant,
    /// Whether an earlier beat was seen. Otherwise the row may be of a process that stopped long ago.
    is_alive: bool,
}

struct Others {
    /// The name of this process.
    process: String,
    /// By process.
    beats: HashMap<String, Beat>,
    /// Users as they were read last.
    users: HashMap<String, (User, Instant)>,
}

impl Others {
    /// The users who are online at processes that run.
    async fn online(&mut self, accounts: &Accounts) -> Result<Vec<Seen>, DatabaseError> {
        let rows = accounts.presence_elsewhere(&self.process).await?;
        self.beats
            .retain(|process, _| rows.iter().any(|row| row.process == *process));
        let mut online = Vec::new();
        for row in rows {
            let (silent, is_alive) = self.note(&row);
            if silent > REMOVED_AFTER {
                accounts.remove_presence(&row.process).await?;
            }
            if !is_alive || silent > STOPPED_AFTER {
                continue;
            }
            for user in row.online {
                if let Some(known) = self.user(accounts, &user.user_id).await? {
                    online.push(Seen::elsewhere(known, &user));
                }
            }
        }
        Ok(online)
    }

    /// Number of other processes that run.
    fn running(&self) -> usize {
        let runs = |beat: &&Beat| beat.is_alive && beat.since.elapsed() <= STOPPED_AFTER;
        self.beats.values().filter(runs).count()
    }

    /// Notes the beat of a process. Returns how long it has not changed, and whether it ever did.
    fn note(&mut self, row: &ProcessPresence) -> (Duration, bool) {
        let new = |is_alive| Beat {
            number: row.beat,
            since: Instant::now(),
            is_alive,
        };
        let known = self.beats.entry(row.process.clone()).or_insert_with(|| new(false));
        if known.number != row.beat {
            *known = new(true);
        }
        (known.since.elapsed(), known.is_alive)
    }

    /// The user, unless they are inactive.
    async fn user(&mut self, accounts: &Accounts, id: &str) -> Result<Option<User>, DatabaseError> {
        if let Some((user, read)) = self.users.get(id)
            && read.elapsed() < USER_VALID
        {
            return Ok(Some(user.clone()));
        }
        self.users.remove(id);
        let user = accounts.user(id).await?.filter(|user| user.active);
        if let Some(user) = &user {
            self.users.insert(id.to_owned(), (user.clone(), Instant::now()));
        }
        Ok(user)
    }
}
