//! Lifecycle of a stream: registered, started, ended; with its callbacks and timeline events.

use crate::network::delivery;
use crate::network::switch::{Control, Stream, StreamCommand, Switch, TimelineEvent};
use crate::network::twiml;
use crate::network::webhook::{Address, Failure, WebhookRequest};
use crate::twilio::params::Params;
use chrono::{DateTime, SecondsFormat, Utc};
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;

/// Options of a stream.
#[derive(Debug, Clone)]
pub struct StreamOptions {
    /// Absolute `wss://` URL.
    pub url: String,
    /// Name for `<Stop>`.
    pub name: Option<String>,
    pub track: twiml::Track,
    /// Sent in the `start` message.
    pub parameters: BTreeMap<String, String>,
    pub listener: Option<Address>,
    /// Whether the service may send audio.
    pub is_bidirectional: bool,
}

/// A registered stream without a WebSocket.
#[derive(Debug)]
pub struct PendingStream {
    /// `MZ...`
    pub sid: String,
    pub(super) call_sid: String,
    pub(super) options: StreamOptions,
    pub(super) commands: mpsc::UnboundedReceiver<StreamCommand>,
}

/// Registers a stream. `None` if a stream of that name runs on the leg
/// (<https://www.twilio.com/docs/voice/twiml/stream#name>).
pub fn open(net: &Arc<Switch>, call_sid: &str, options: StreamOptions, at: DateTime<Utc>) -> Option<PendingStream> {
    let (commands, from_commands) = mpsc::unbounded_channel();
    let sid = net.sid("MZ");
    let mut state = net.state();
    let is_taken = |known: &&Stream| known.call_sid == call_sid && known.is_running && known.name == options.name;
    if options.name.is_some() && state.streams.iter().any(|known| is_taken(&known)) {
        return None;
    }
    state.streams.push(Stream {
        sid: sid.clone(),
        call_sid: call_sid.to_owned(),
        name: options.name.clone(),
        is_bidirectional: options.is_bidirectional,
        is_started: false,
        is_running: true,
        updated: at,
        listener: options.listener.clone(),
        commands,
    });
    Some(PendingStream {
        sid,
        call_sid: call_sid.to_owned(),
        options,
        commands: from_commands,
    })
}

/// Marks a stream as started. Returns whether it is running, that is, was not stopped meanwhile.
pub(super) fn mark_started(net: &Arc<Switch>, sid: &str, at: DateTime<Utc>) -> bool {
    let started = {
        let mut state = net.state();
        let stream = state.streams.iter_mut().rev().find(|known| known.sid == sid);
        stream.filter(|stream| stream.is_running).map(|stream| {
            stream.is_started = true;
            stream.clone()
        })
    };
    let Some(stream) = started else { return false };
    notify(net, &stream, "stream-started", None, at);
    true
}

/// A running stream of a leg, by SID or name.
pub fn find(net: &Switch, call_sid: &str, sid_or_name: &str) -> Option<Stream> {
    let state = net.state();
    let mut known = state.streams.iter().rev();
    known
        .find(|stream| stream.call_sid == call_sid && stream.is_running && stream.is_called(sid_or_name))
        .cloned()
}

/// Stops a stream from this side: sends `stop` and closes the WebSocket. Does nothing if it has ended; sends no
/// callback if it never started.
pub fn stop(net: &Arc<Switch>, sid: &str, at: DateTime<Utc>) {
    if let Some(stream) = mark_ended(net, sid, at).filter(|stream| stream.is_started) {
        // A task that has just ended no longer receives.
        let _ = stream.commands.send(StreamCommand::Stop { at });
        notify(net, &stream, "stream-stopped", None, at);
    }
}

/// Stops all streams of a leg.
pub fn stop_all(net: &Arc<Switch>, call_sid: &str, at: DateTime<Utc>) {
    let running: Vec<String> = net
        .state()
        .streams
        .iter()
        .filter(|stream| stream.call_sid == call_sid && stream.is_running)
        .map(|stream| stream.sid.clone())
        .collect();
    for sid in running {
        stop(net, &sid, at);
    }
}

/// Ends a stream that the service closed. Does nothing if it has ended.
pub(super) fn end(net: &Arc<Switch>, sid: &str, at: DateTime<Utc>) {
    if let Some(stream) = mark_ended(net, sid, at) {
        notify(net, &stream, "stream-stopped", None, at);
        notify_leg(net, &stream);
    }
}

/// Ends a stream that failed or could not be started. Does nothing if it has ended.
pub fn fail(net: &Arc<Switch>, sid: &str, failure: &Failure, at: DateTime<Utc>) {
    if let Some(stream) = mark_ended(net, sid, at) {
        log_error(net, &stream.call_sid, failure, at);
        notify(net, &stream, "stream-error", Some(failure), at);
        notify_leg(net, &stream);
    }
}

/// Notifies the leg that its stream has ended.
fn notify_leg(net: &Switch, stream: &Stream) {
    if let Some(call) = net.state().call(&stream.call_sid) {
        call.send(Control::Stream {
            stream: stream.sid.clone(),
            message: None,
        });
    }
}

/// Logs a stream error for REST and for followers of the call.
pub fn log_error(net: &Switch, call_sid: &str, failure: &Failure, at: DateTime<Utc>) {
    let Failure { code, message } = failure.clone();
    tracing::warn!(%call_sid, code, error = %message, "media stream failed");
    if let Some(call) = net.state().call_mut(call_sid) {
        call.errors.push((code, message.clone()));
    }
    net.log_event(call_sid, at, TimelineEvent::Error { code, message });
}

fn mark_ended(net: &Switch, sid: &str, at: DateTime<Utc>) -> Option<Stream> {
    let mut state = net.state();
    let stream = state.streams.iter_mut().rev().find(|known| known.sid == sid)?;
    if !stream.is_running {
        return None;
    }
    stream.is_running = false;
    stream.updated = at;
    Some(stream.clone())
}

/// <https://www.twilio.com/docs/voice/twiml/stream#statuscallback>
fn notify(net: &Arc<Switch>, stream: &Stream, event: &'static str, error: Option<&Failure>, at: DateTime<Utc>) {
    let sid = stream.sid.clone();
    net.log_event(&stream.call_sid, at, TimelineEvent::Stream { sid, event });
    let Some(address) = stream.listener.clone() else { return };
    let mut params = Params::default()
        .with("AccountSid", &net.options.account_sid)
        .with("CallSid", &stream.call_sid)
        .with("StreamSid", &stream.sid)
        .with("StreamName", stream.name.as_ref().unwrap_or(&stream.sid))
        .with("StreamEvent", event)
        .with("Timestamp", at.to_rfc3339_opts(SecondsFormat::Millis, true));
    if let Some(Failure { code, message }) = error {
        params = params.with("StreamError", format!("{code}: {message}"));
    }
    let webhook = WebhookRequest {
        call_sid: stream.call_sid.clone(),
        why: "stream",
        address,
        params: params.into_pairs(),
        token: net.token(),
    };
    delivery::queue_callback(net, &stream.sid, webhook);
}
