//! Listening in during the AI phase, before there is a conference: a Twilio media stream brings the audio of the call's
//! first leg, and this module forwards it to every listener.
//!
//! | module | responsibility |
//! |---|---|
//! | [`tap`] | the audio of one call in this process: its listeners, and forwarding to them |
//! | [`stream`] | starts the media stream with the first listener, restarts a broken one, stops it after the last |
//!
//! Each process starts its own media stream, under a unique name, for its own listeners. Twilio sends the name back, so
//! a socket that a load balancer routes to another process is recognized there and the stream is started again. All
//! state is in memory. When a process is killed its sockets close, Twilio ends the streams, and listeners reconnect. A
//! failure here affects the stream only, never the call.
//!
//! Permission to listen, and the `ListenerJoined` event, are handled elsewhere; so is listening to a team member, who
//! is heard through the conference, by telephone.

mod stream;
mod tap;

pub use stream::NAME as STREAM_NAME;
pub use tap::{Listener, MediaSocket, Stage};

use crate::error::ApiError;
use crate::state::AppState;
use domain::call::Call;
use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
use tap::{AudioTap, PendingStream};
use tokio_util::task::TaskTracker;
use tokio_util::task::task_tracker::TaskTrackerToken;

/// The taps of all calls that have a listener in this process.
#[derive(Default)]
pub struct AudioTaps {
    /// By call ID.
    taps: Mutex<HashMap<String, Arc<AudioTap>>>,
    /// Requested streams, by stream name.
    pending: Mutex<HashMap<String, Arc<PendingStream>>>,
    /// Open listener sockets: the HTTP server does not wait for upgraded connections.
    sockets: TaskTracker,
}

/// Returns the call SID of the leg that a listener hears.
///
/// # Errors
/// 409 when the call has ended, has not started, or is in the conference.
pub fn audible_leg(call: &Call) -> Result<String, ApiError> {
    let conflict = |reason: &str| Err(ApiError::Conflict(reason.to_owned()));
    if call.is_over() {
        return conflict("the call has ended");
    }
    if call.people.taken_over_by.is_some() || call.caller_in_conference().is_some() {
        return conflict("a team member has the call: listen through the conference, by telephone");
    }
    match call.start() {
        Some(start) if !start.call_sid.is_empty() => Ok(start.call_sid),
        _ => conflict("the call has not started"),
    }
}

/// Adds a listener to a call. The listener is removed when the result is dropped.
#[must_use]
pub fn listen(state: &AppState, call_id: &str, user: &str) -> Listener {
    let mut taps = lock(&state.audio_taps.taps);
    let tap = taps.entry(call_id.to_owned()).or_insert_with(|| {
        let tap = Arc::new(AudioTap::new(call_id));
        tokio::spawn(stream::run(state.clone(), tap.clone()));
        tap
    });
    Listener::new(state.clone(), tap.clone(), user)
}

impl AudioTaps {
    /// Accepts the socket of a stream that this process requested, with this name and leg. `None` for any other stream,
    /// and for a second socket of the same stream.
    #[must_use]
    pub fn accept(&self, name: &str, call_sid: &str) -> Option<MediaSocket> {
        let pending = lock(&self.pending).get(name).cloned()?;
        MediaSocket::new(pending, call_sid)
    }

    /// Counts a listener socket as open until the token is dropped.
    pub fn track_socket(&self) -> TaskTrackerToken {
        self.sockets.token()
    }

    /// Waits at shutdown until all listener sockets are closed and their `LeaveListener` commands are recorded.
    pub async fn wait_closed(&self) {
        self.sockets.close();
        self.sockets.wait().await;
    }

    /// Removes a listener, and the tap with its last listener.
    fn remove_listener(&self, tap: &Arc<AudioTap>, user: &str) {
        let mut taps = lock(&self.taps);
        if tap.remove_listener(user) {
            taps.remove(tap.call_id());
        }
    }

    fn register(&self, name: &str, pending: Arc<PendingStream>) {
        lock(&self.pending).insert(name.to_owned(), pending);
    }

    fn unregister(&self, name: &str) {
        lock(&self.pending).remove(name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
