//! Listening in while no conference is there to hear: the sound of a call's first leg, brought by a media stream of Twilio's
//! and handed to everybody who listens.
//!
//! | module | answers for |
//! |---|---|
//! | [`line`] | one call's sound in this process: who wants it, and handing it on |
//! | [`life`] | starting the stream with the first listener, again when it breaks, stopping it after the last |
//!
//! Each process starts a stream of its own, named by itself, for those who listen here: Twilio brings the name along, so
//! that a socket that a balancer leads to another process is known to be lost, and asked for anew. Everything here lives in
//! memory. A process that is killed takes its sockets with it, Twilio ends such streams by itself, and whoever listened
//! comes again. Nothing here can disturb the call: what fails is the stream.
//!
//! Not here: who may listen, and that they do, which is in the log (`ListenerJoined`); and how they hear a person of ours,
//! which is by telephone, in the conference.

mod life;
mod line;

pub use life::NAME as STREAM_NAME;
pub use line::{Arrived, Listener, Stage};

use crate::error::ApiError;
use crate::state::AppState;
use domain::call::Call;
use line::{Awaited, Line};
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The sound of every call to which somebody listens here.
#[derive(Default)]
pub struct Listening {
    /// By call.
    lines: Mutex<HashMap<String, Arc<Line>>>,
    /// Streams that were asked for, by the name that we gave them.
    awaited: Mutex<HashMap<String, Arc<Awaited>>>,
    /// The doors at which somebody listens: the server does not wait for upgraded connections.
    doors: TaskTracker,
}

/// The leg to which one listens.
///
/// # Errors
/// 409 when nobody speaks, or a person of ours does: that is heard in the conference.
pub fn audible(call: &Call) -> Result<String, ApiError> {
    let conflict = |why: &str| Err(ApiError::Conflict(why.to_owned()));
    if call.is_over() {
        return conflict("the call is over already");
    }
    if call.people.taken_over_by.is_some() || call.caller_in_conference().is_some() {
        return conflict("a person speaks with the caller: whoever listens hears the conference, by telephone");
    }
    match call.start() {
        Some(start) if !start.call_sid.is_empty() => Ok(start.call_sid),
        _ => conflict("nobody speaks yet"),
    }
}

/// Lets a user listen to a call for as long as what is returned is kept.
#[must_use]
pub fn listen(state: &AppState, call_id: &str, user: &str) -> Listener {
    let mut lines = lock(&state.listening.lines);
    let line = lines.entry(call_id.to_owned()).or_insert_with(|| {
        let line = Arc::new(Line::new(call_id));
        tokio::spawn(life::keep(state.clone(), line.clone()));
        line
    });
    Listener::new(state.clone(), line.clone(), user)
}

impl Listening {
    /// The socket of a stream that this process asked for, under this name and of this leg. None for any other one, and for
    /// a second one.
    #[must_use]
    pub fn arrive(&self, name: &str, call_sid: &str) -> Option<Arrived> {
        let awaited = lock(&self.awaited).get(name).cloned()?;
        Arrived::new(awaited, call_sid)
    }

    /// Somebody listens at a door for as long as this is kept.
    pub fn door(&self) -> TaskTrackerToken {
        self.doors.token()
    }

    /// Waits until nobody listens at any door, and that they left is in the log. For a service that stops.
    pub async fn over(&self) {
        self.doors.close();
        self.doors.wait().await;
    }

    /// A listener has gone. After the last one, whoever comes next begins anew.
    fn left(&self, line: &Arc<Line>, user: &str) {
        let mut lines = lock(&self.lines);
        if line.left(user) {
            lines.remove(line.call_id());
        }
    }

    fn expect(&self, name: &str, awaited: Arc<Awaited>) {
        lock(&self.awaited).insert(name.to_owned(), awaited);
    }

    fn forget(&self, name: &str) {
        lock(&self.awaited).remove(name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
