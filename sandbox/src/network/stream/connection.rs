//! The connection of a stream: opens its WebSocket, and runs its tasks.

use super::frames::Frames;
use super::lifecycle::{self, PendingStream, StreamOptions};
use super::message::About;
use super::receiver::{self, Receiver};
use super::sender::Sender;
use crate::network::switch::{Switch, Track};
use crate::network::twiml;
use crate::network::webhook::Failure;
use crate::network::webhook_client::Socket;
use chrono::{DateTime, Utc};
use futures::StreamExt as _;
use std::sync::Arc;
use tokio_util::sync::CancellationToken;

/// Opens the WebSocket of a stream. The clock runs in real time meanwhile.
///
/// # Errors
/// [`Failure`], with Twilio's error code.
pub async fn connect(net: Arc<Switch>, url: String) -> Result<Socket, Failure> {
    let opened = async {
        let _held = net.clock.hold();
        net.clock.agreed().await;
        net.webhook_client.open_socket(&url).await
    };
    tokio::select! {
        socket = opened => socket,
        () = net.stop.cancelled() => Err(Failure {
            code: 31921,
            message: "Stream - WebSocket - Close Error: the network was stopped".to_owned(),
        }),
    }
}

/// Starts a stream in the background. Returns its SID, or `None` as [`lifecycle::open`].
pub fn start(net: &Arc<Switch>, call_sid: &str, options: StreamOptions, at: DateTime<Utc>) -> Option<String> {
    let pending = lifecycle::open(net, call_sid, options, at)?;
    let sid = pending.sid.clone();
    let net = Arc::clone(net);
    net.tasks.clone().spawn(async move {
        match connect(Arc::clone(&net), pending.options.url.clone()).await {
            Ok(socket) => run(&net, pending, socket, net.clock.now()),
            Err(failure) => lifecycle::fail(&net, &pending.sid, &failure, net.clock.now()),
        }
    });
    Some(sid)
}

/// Runs a connected stream. Does nothing if it was stopped meanwhile.
pub fn run(net: &Arc<Switch>, pending: PendingStream, socket: Socket, at: DateTime<Utc>) {
    let PendingStream {
        sid,
        call_sid,
        options,
        commands,
    } = pending;
    if !lifecycle::mark_started(net, &sid, at) {
        return;
    }
    let tracks = match options.track {
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
    let closed = CancellationToken::new();
    let sender = Sender::new(
        Arc::clone(net),
        about,
        sink,
        commands,
        Frames::new(call_sid.clone(), at, tracks),
        closed.clone(),
    );
    let receiver = Receiver {
        net: Arc::clone(net),
        call_sid,
        stream_sid: sid,
        is_bidirectional: options.is_bidirectional,
        closed,
    };
    net.tasks.spawn(sender.run(options.parameters));
    net.tasks.spawn(receiver::run(receiver, source));
}
