//! The network's clock: reading, setting and following it.
//!
//! `GET /sandbox/clock` answers a [`PaceReading`]; with `?after=<revision>` it waits for a later revision. `PUT` takes
//! `{"speed": 10}`, `{"advance_s": 3600}` or both. `/sandbox/clock/follow` is a WebSocket: each message is a
//! [`PaceReading`], sent at once and at every change; the follower answers `{"revision": 7, "now": "<RFC 3339>"}` with
//! the latest time that it has returned, and the network moves up to it.

use super::Refusal;
use crate::network::clock::{Follower, PaceReading};
use crate::network::switch::Switch;
use axum::Json;
use axum::extract::ws::{Message, WebSocket, WebSocketUpgrade};
use axum::extract::{Query, State};
use axum::response::Response;
use chrono::{DateTime, Utc};
use serde::Deserialize;
use std::sync::Arc;
use std::time::Duration;

/// Longest wait for a later revision.
const LONG_POLL_TIMEOUT: Duration = Duration::from_secs(30);

#[derive(Deserialize)]
pub(super) struct After {
    /// Wait for a revision above this one.
    after: Option<u64>,
}

/// A change of the clock.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Change {
    /// Clock speed relative to real time; above zero.
    speed: Option<f64>,
    /// Seconds by which the clock jumps forward.
    advance_s: Option<f64>,
}

#[derive(Deserialize)]
struct Acknowledgment {
    revision: u64,
    now: DateTime<Utc>,
}

pub(super) async fn show(State(net): State<Arc<Switch>>, Query(After { after }): Query<After>) -> Json<PaceReading> {
    if let Some(revision) = after {
        tokio::select! {
            () = net.clock.changed_since(revision, LONG_POLL_TIMEOUT) => {}
            () = net.stop.cancelled() => {}
        }
    }
    Json(net.clock.pace())
}

pub(super) async fn set(
    State(net): State<Arc<Switch>>,
    Json(change): Json<Change>,
) -> Result<Json<PaceReading>, Refusal> {
    if change.speed.is_some_and(|speed| !speed.is_finite() || speed <= 0.0) {
        return Err(Refusal::bad("speed must be above zero"));
    }
    let advance = change.advance_s.map(Duration::try_from_secs_f64).transpose();
    let advance = advance.map_err(|error| Refusal::bad(format!("advance_s: {error}")))?;
    if let Some(speed) = change.speed {
        net.clock.set_speed(speed);
    }
    if let Some(span) = advance {
        net.clock.advance(span);
    }
    Ok(Json(net.clock.pace()))
}

pub(super) async fn follow(State(net): State<Arc<Switch>>, upgrade: WebSocketUpgrade) -> Response {
    upgrade.on_upgrade(async move |mut socket| {
        let mut follower = net.clock.follow();
        tokio::select! {
            // It ends when the follower goes away.
            _ = serve(&mut follower, &mut socket) => {}
            () = net.stop.cancelled() => {}
        }
    })
}

async fn serve(follower: &mut Follower, socket: &mut WebSocket) -> Result<(), axum::Error> {
    loop {
        let reading = serde_json::to_string(&follower.pace()).map_err(axum::Error::new)?;
        socket.send(Message::Text(reading.into())).await?;
        loop {
            tokio::select! {
                changed = follower.changed() => if changed { break } else { return Ok(()) },
                message = socket.recv() => match message.transpose()? {
                    Some(Message::Text(text)) => match serde_json::from_str(&text) {
                        Ok(Acknowledgment { revision, now }) => follower.acknowledge(revision, now),
                        Err(error) => tracing::warn!(%error, "malformed acknowledgment of the clock ignored"),
                    },
                    Some(Message::Close(_)) | None => return Ok(()),
                    Some(_) => {}
                },
            }
        }
    }
}
