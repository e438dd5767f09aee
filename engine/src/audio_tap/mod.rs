//! The audio of calls that have a listener in this process. [`crate::listening`] brings it, as a media stream; this module
//! forwards it to every listener.
//!
//! All state is in memory. When a process is killed its sockets close, Twilio ends the streams, and listeners reconnect.

mod tap;

pub use tap::{Listener, MediaSocket, Stage};

use std::collections::HashMap;
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};
pub(crate) use tap::{AudioTap, PendingStream, Socket};
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

impl AudioTaps {
    /// Adds a listener to a call; they are removed when the result is dropped. The call's first listener opens a tap, and
    /// `start` starts its stream.
    pub(crate) fn add_listener(
        self: &Arc<Self>,
        call_id: &str,
        user: &str,
        start: impl FnOnce(Arc<AudioTap>),
    ) -> Listener {
        let mut taps = lock(&self.taps);
        let tap = taps.entry(call_id.to_owned()).or_insert_with(|| {
            let tap = Arc::new(AudioTap::new(call_id));
            start(tap.clone());
            tap
        });
        Listener::new(self.clone(), tap.clone(), user)
    }

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

    pub(crate) fn register(&self, name: &str, pending: Arc<PendingStream>) {
        lock(&self.pending).insert(name.to_owned(), pending);
    }

    pub(crate) fn unregister(&self, name: &str) {
        lock(&self.pending).remove(name);
    }
}

fn lock<T>(mutex: &Mutex<T>) -> MutexGuard<'_, T> {
    mutex.lock().unwrap_or_else(PoisonError::into_inner)
}
