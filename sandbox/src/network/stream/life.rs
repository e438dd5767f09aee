//! The life of a stream: put on the books, connected, running, over; and what is told of it, by callback and to those
//! who follow the call.

use super::Order;
use super::frames::Frames;
use super::message::About;
use super::receiver::{self, Receiver};
use super::sender::Sender;
use crate::network::courier::{self, Errand, Failure, Socket};
use crate::network::exchange::{Address, Exchange, Stream, Track, What};
use crate::network::line::Control;
use crate::network::twiml;
use crate::twilio::params::Params;
use chrono::{DateTime, SecondsFormat, Utc};
use futures::StreamExt as _;
use std::collections::BTreeMap;
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::CancellationToken;

/// A stream to be started.
#[derive(Debug, Clone)]
pub struct Wanted {
    /// `wss://`, absolute.
    pub url: String,
    /// By which it can be stopped.
    pub name: Option<String>,
    /// What is sent.
    pub track: twiml::Track,
    /// Told in the `start` message.
    pub parameters: BTreeMap<String, String>,
    /// Who is told of it.
    pub listener: Option<Address>,
    /// Whether the service may answer in it.
    pub is_bidirectional: bool,
}

/// A stream that is on the books and has no socket yet.
#[derive(Debug)]
pub struct Opened {
    /// `MZ...`
    pub sid: String,
    call_sid: String,
    wanted: Wanted,
    orders: mpsc::UnboundedReceiver<Order>,
}

/// Puts a stream on the books. `None` if one of that name runs on the leg
/// (<https://www.twilio.com/docs/voice/twiml/stream#name>).
pub fn open(net: &Arc<Exchange>, call_sid: &str, wanted: Wanted, at: DateTime<Utc>) -> Option<Opened> {
    let (orders, from_orders) = mpsc::unbounded_channel();
    let sid = net.sid("MZ");
    let mut state = net.state();
    let is_taken = |known: &&Stream| known.call_sid == call_sid && known.is_running && known.name == wanted.name;
    if wanted.name.is_some() && state.streams.iter().any(|known| is_taken(&known)) {
        return None;
    }
    state.streams.push(Stream {
        sid: sid.clone(),
        call_sid: call_sid.to_owned(),
        name: wanted.name.clone(),
        is_bidirectional: wanted.is_bidirectional,
        is_started: false,
        is_running: true,
        updated: at,
        listener: wanted.listener.clone(),
        orders,
    });
    Some(Opened {
        sid,
        call_sid: call_sid.to_owned(),
        wanted,
        orders: from_orders,
    })
}

/// Opens the socket of a stream.
///
/// # Errors
/// [`Failure`], with Twilio's number.
pub async fn connect(net: Arc<Exchange>, url: String) -> Result<Socket, Failure> {
    tokio::select! {
        socket = courier::open(&net, &url) => socket,
        () = net.stop.cancelled() => Err(Failure {
            code: 31921,
            message: "Stream - WebSocket - Close Error: the network was stopped".to_owned(),
        }),
    }
}

/// Starts a stream on a leg while the leg goes on. Gives its identifier; `None` as [`open`].
pub fn start(net: &Arc<Exchange>, call_sid: &str, wanted: Wanted, at: DateTime<Utc>) -> Option<String> {
    let opened = open(net, call_sid, wanted, at)?;
    let sid = opened.sid.clone();
    let net = Arc::clone(net);
    net.tasks.clone().spawn(async move {
        match connect(Arc::clone(&net), opened.wanted.url.clone()).await {
            Ok(socket) => run(&net, opened, socket, net.clock.now()),
            Err(failure) => fail(&net, &opened.sid, &failure, net.clock.now()),
        }
    });
    Some(sid)
}

/// Lets a stream run from now on. Nothing happens if it was stopped in the meantime.
pub fn run(net: &Arc<Exchange>, opened: Opened, socket: Socket, at: DateTime<Utc>) {
    let Opened {
        sid,
        call_sid,
        wanted,
        orders,
    } = opened;
    let started = {
        let mut state = net.state();
        let stream = state.streams.iter_mut().rev().find(|known| known.sid == sid);
        stream.filter(|stream| stream.is_running).map(|stream| {
            stream.is_started = true;
            stream.clone()
        })
    };
    let Some(stream) = started else { return };
    tell(net, &stream, "stream-started", None, at);
    let tracks = match wanted.track {
        twiml::Track::Inbound => vec![Track::Inbound],
        twiml::Track::Outbound => vec![Track::Outbound],
        twiml::Track::Both => vec![Track::Inbound, Track::Outbound],
    };
    let about = About {
        stream: sid.clone(),
        call: call_sid.clone(),
        account: net.options.account_sid.clone(),
    };
    let (sink, source) = socket.split();
    let gone = CancellationToken::new();
    let sender = Sender::new(
        Arc::clone(net),
        about,
        sink,
        orders,
        Frames::new(call_sid.clone(), at, tracks),
        gone.clone(),
    );
    let receiver = Receiver {
        net: Arc::clone(net),
        call_sid,
        stream_sid: sid,
        is_bidirectional: wanted.is_bidirectional,
        gone,
    };
    net.tasks.spawn(sender.run(wanted.parameters));
    net.tasks.spawn(receiver::run(receiver, source));
}

/// A stream of a leg that runs, by its identifier or its name.
pub fn find(net: &Exchange, call_sid: &str, sid_or_name: &str) -> Option<Stream> {
    let state = net.state();
    let mut known = state.streams.iter().rev();
    known
        .find(|stream| stream.call_sid == call_sid && stream.is_running && stream.is_called(sid_or_name))
        .cloned()
}

/// Stops a stream from this end: `stop` is sent, and the socket closed. Nothing happens if it is over; nobody hears of one
/// that was not started yet.
pub fn stop(net: &Arc<Exchange>, sid: &str, at: DateTime<Utc>) {
    if let Some(stream) = ends(net, sid, at).filter(|stream| stream.is_started) {
        // A task that has just ended no longer listens.
        let _ = stream.orders.send(Order::Stop { at });
        tell(net, &stream, "stream-stopped", None, at);
    }
}

/// Stops every stream of a leg.
pub fn stop_all(net: &Arc<Exchange>, call_sid: &str, at: DateTime<Utc>) {
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

/// The service has ended a stream. Nothing happens if it is over.
pub(super) fn over(net: &Arc<Exchange>, sid: &str, at: DateTime<Utc>) {
    if let Some(stream) = ends(net, sid, at) {
        tell(net, &stream, "stream-stopped", None, at);
        leave(net, &stream);
    }
}

/// A stream cannot be started, or breaks. Nothing happens if it is over.
pub fn fail(net: &Arc<Exchange>, sid: &str, failure: &Failure, at: DateTime<Utc>) {
    if let Some(stream) = ends(net, sid, at) {
        erred(net, &stream.call_sid, failure, at);
        tell(net, &stream, "stream-error", Some(failure), at);
        leave(net, &stream);
    }
}

/// Tells a leg that its stream has no other end any more.
fn leave(net: &Exchange, stream: &Stream) {
    if let Some(call) = net.state().call(&stream.call_sid) {
        call.send(Control::Stream {
            stream: stream.sid.clone(),
            said: None,
        });
    }
}

/// Keeps what is wrong with a stream, for REST and for who looks at the call.
pub fn erred(net: &Exchange, call_sid: &str, failure: &Failure, at: DateTime<Utc>) {
    let Failure { code, message } = failure.clone();
    tracing::warn!(%call_sid, code, "a media stream goes wrong: {message}");
    if let Some(call) = net.state().call_mut(call_sid) {
        call.errors.push((code, message.clone()));
    }
    net.note(call_sid, at, What::Error { code, message });
}

fn ends(net: &Exchange, sid: &str, at: DateTime<Utc>) -> Option<Stream> {
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
fn tell(net: &Arc<Exchange>, stream: &Stream, event: &'static str, error: Option<&Failure>, at: DateTime<Utc>) {
    let sid = stream.sid.clone();
    net.note(&stream.call_sid, at, What::Stream { sid, event });
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
    let errand = Errand {
        call_sid: stream.call_sid.clone(),
        why: "stream",
        address,
        params: params.into_pairs(),
        token: net.token(),
    };
    net.tell(&stream.sid, errand);
}
