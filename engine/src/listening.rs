//! Listening in during the AI phase, before there is a conference: a Twilio media stream brings the audio of the call's
//! first leg. It is started with the first listener, restarted when it breaks, and stopped after the last.
//!
//! Each process starts its own stream, for its own listeners. Each request uses a new stream name, which Twilio sends
//! back. A stream whose start was not confirmed can therefore be stopped by name, a late socket of it is not mistaken for
//! another one, and a socket that a load balancer routes to another process is recognized there and the stream is started
//! again. A failure here affects the stream only, never the call.
//!
//! Permission to listen, and the `ListenerJoined` event, are handled elsewhere; so is listening to a team member, who is
//! heard through the conference, by telephone.

use crate::audio_tap::{AudioTap, Listener, PendingStream, Socket, Stage};
use crate::{Engine, SharedEngine};
use domain::call::{Call, CallCommand, CallError};
use infra::clock::new_id;
use infra::event_store::Metadata;
use infra::ledger::LedgerError;
use infra::twilio::rest::{NewStream, TwilioError};
use std::sync::Arc;
use std::time::Duration;
use tokio::time::timeout;

/// Custom parameter in which Twilio returns the stream name.
pub const STREAM_NAME: &str = "name";
/// How long Twilio may take to open the socket. A socket that is routed to another process never arrives here.
const SOCKET_TIMEOUT: Duration = Duration::from_secs(3);
/// Maximum number of consecutive attempts without audio.
const MAX_ATTEMPTS: u32 = 6;
/// Delay after the first attempt; it doubles with each attempt.
const INITIAL_RETRY_DELAY: Duration = Duration::from_millis(500);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(4);

/// Result of one attempt.
enum Outcome {
    /// The last listener has left.
    NoListeners,
    /// The call has ended, or a team member has it.
    NotAudible,
    /// The socket was opened and then closed.
    Closed,
    /// No socket was opened.
    NoSocket,
}

/// Why a call has no leg that a listener could hear.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NotAudible(&'static str);

/// Returns the call SID of the leg that a listener hears.
///
/// # Errors
/// When the call has ended, has not started, or is in the conference.
pub fn audible_leg(call: &Call) -> Result<String, NotAudible> {
    let conflict = |reason| Err(NotAudible(reason));
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

/// Why a user no longer hears a call.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ListeningEnd {
    CallEnded,
    /// A team member has the call; listening continues through the conference.
    TakenOver,
    /// The listener left.
    Left,
}

/// Why this user no longer hears the call; `None` while they do.
#[must_use]
pub fn listening_end(call: &Call, user: &str) -> Option<ListeningEnd> {
    if call.is_over() {
        Some(ListeningEnd::CallEnded)
    } else if audible_leg(call).is_err() {
        Some(ListeningEnd::TakenOver)
    } else if !call.is_listener(user) {
        Some(ListeningEnd::Left)
    } else {
        None
    }
}

/// Records that a listener left whose last socket has ended, unless they also listen by telephone.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn leave(
    engine: &Engine,
    call_id: &str,
    user: String,
    metadata: Metadata,
) -> Result<(), LedgerError<CallError>> {
    let known = engine.ledger.state::<Call>(call_id).await?;
    if known.is_some_and(|(call, _)| call.listens_out_of_reach(&user)) {
        let at = engine.clock.now();
        let left = CallCommand::LeaveListener { at, user };
        engine.ledger.execute::<Call>(call_id, left, metadata).await?;
    }
    Ok(())
}

/// Adds a listener to a call. The listener is removed when the result is dropped.
#[must_use]
pub fn listen(engine: &SharedEngine, call_id: &str, user: &str) -> Listener {
    engine.audio_taps.add_listener(call_id, user, |tap| {
        tokio::spawn(run(engine.clone(), tap));
    })
}

/// Keeps the media stream of a call running while it has listeners.
async fn run(engine: SharedEngine, tap: Arc<AudioTap>) {
    let mut failures = 0;
    loop {
        let before = tap.chunks();
        let outcome = attempt(&engine, &tap).await;
        if tap.chunks() > before {
            failures = 0;
        }
        failures += 1;
        match outcome {
            Outcome::NoListeners => return,
            Outcome::Closed | Outcome::NoSocket if failures < MAX_ATTEMPTS => {
                tracing::info!(call_id = tap.call_id(), failures, "media stream restarting");
                metrics::counter!("sound_streams_repeated_total").increment(1);
            }
            // Listeners learn the reason from the log.
            Outcome::NotAudible if failures < MAX_ATTEMPTS => {}
            _ => {
                tracing::warn!(call_id = tap.call_id(), "media stream failed");
                metrics::counter!("sound_streams_failed_total").increment(1);
                tap.set_stage(Stage::Failed);
                return;
            }
        }
        let delay = INITIAL_RETRY_DELAY
            .saturating_mul(1 << (failures - 1).min(8))
            .min(MAX_RETRY_DELAY);
        if timeout(delay, tap.no_listeners()).await.is_ok() {
            return;
        }
    }
}

async fn attempt(engine: &Engine, tap: &Arc<AudioTap>) -> Outcome {
    let call_sid = match engine.ledger.state::<Call>(tap.call_id()).await {
        Ok(Some((call, _))) => match audible_leg(&call) {
            Ok(call_sid) => call_sid,
            Err(_) => return Outcome::NotAudible,
        },
        Ok(None) => return Outcome::NotAudible,
        Err(error) => {
            tracing::warn!(call_id = tap.call_id(), %error, "media stream not started: ledger unavailable");
            return Outcome::NoSocket;
        }
    };
    let name = new_id("listen");
    let stream = NewStream {
        url: engine.config.stream_url("/twilio/media"),
        parameter: (STREAM_NAME, name.clone()),
        name,
    };
    let pending = Arc::new(PendingStream::new(tap.clone(), call_sid.clone()));
    engine.audio_taps.register(&stream.name, pending.clone());
    let outcome = match engine.twilio.start_stream(&call_sid, &stream).await {
        Ok(_) => wait_for_socket(tap, &pending).await,
        // The call is not answered yet, or has just ended.
        Err(error) if error.is_already_over() => Outcome::NotAudible,
        Err(error) => {
            tracing::warn!(call_id = tap.call_id(), %error, "media stream not started");
            if may_have_started(&error) {
                wait_for_socket(tap, &pending).await
            } else {
                Outcome::NoSocket
            }
        }
    };
    if !matches!(outcome, Outcome::Closed | Outcome::NotAudible)
        && let Err(error) = engine.twilio.stop_stream(&call_sid, &stream.name).await
    {
        // Closing the socket ends the stream as well.
        tracing::warn!(call_id = tap.call_id(), %error, "media stream not stopped");
    }
    engine.audio_taps.unregister(&stream.name);
    pending.end();
    outcome
}

const fn may_have_started(error: &TwilioError) -> bool {
    matches!(
        error,
        TwilioError::Unavailable { ambiguous: true, .. } | TwilioError::Malformed(_)
    )
}

/// Waits until the socket has opened and closed.
async fn wait_for_socket(tap: &AudioTap, pending: &PendingStream) -> Outcome {
    let socket = async {
        match timeout(SOCKET_TIMEOUT, pending.reached(Socket::Open)).await {
            Ok(()) => {
                pending.reached(Socket::Closed).await;
                Outcome::Closed
            }
            Err(_elapsed) => Outcome::NoSocket,
        }
    };
    tokio::select! {
        () = tap.no_listeners() => Outcome::NoListeners,
        outcome = socket => outcome,
    }
}
