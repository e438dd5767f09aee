//! The live feed: WebSocket `/ws?after=<position>`.
//!
//! Every event of the reader's tenant, in position order, nothing skipped: each reader follows the log by itself from the
//! position it names, and a connection that was lost goes on from the last one it saw. A reader that is too slow to take
//! what it is sent is told to resume and is closed. Presence and rebuild progress come over the same socket, without a
//! position: whoever missed some of those has missed nothing.

mod rendered;
mod socket;

pub use rendered::Rendered;
pub use socket::{CHECK, Closing, PATIENCE, PING, read, still_signed_in};

use crate::auth::{Permission, SignedIn};
use crate::error::ApiError;
use crate::presence::Change;
use crate::read_models::status::RebuildProgress;
use crate::state::AppState;
use crate::web::Parameters;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use futures::SinkExt as _;
use futures::stream::{SelectAll, StreamExt as _};
use infra::event_store::{Position, Recorded};
use projections::runner::RebuildStatus;
use rendered::may_see;
use serde::Deserialize;
use serde_json::{Value, json};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;

/// How often a rebuild's progress is told.
const PROGRESS: Duration = Duration::from_millis(500);
/// The longest message that a reader may send: it has nothing to say.
const LONGEST_MESSAGE: usize = 1024;

/// Where to begin.
#[derive(Deserialize)]
#[serde(deny_unknown_fields)]
pub struct After {
    /// The last position that the reader saw; absent: from now on.
    after: Option<Position>,
}

/// Opens a live feed.
pub async fn live(
    State(state): State<AppState>,
    signed_in: SignedIn,
    Parameters(after): Parameters<After>,
    upgrade: WebSocketUpgrade,
) -> Result<Response, ApiError> {
    signed_in.may(Permission::ViewCalls)?;
    let head = state.ledger.head().await?;
    let after = after.after.unwrap_or(head);
    if !(0..=head).contains(&after) {
        return Err(ApiError::parameter("after", format!("must be from 0 to {head}")));
    }
    Ok(upgrade
        .max_message_size(LONGEST_MESSAGE)
        .on_upgrade(move |socket| async move {
            Feed {
                state,
                signed_in,
                socket,
                position: after,
            }
            .run()
            .await;
        }))
}

struct Feed {
    state: AppState,
    signed_in: SignedIn,
    socket: WebSocket,
    position: Position,
}

/// Why a feed ends.
enum End {
    /// The reader went, or the connection broke.
    Gone,
    /// The reader is told why.
    Told(Closing),
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Told(closing)
    }
}

impl Feed {
    async fn run(mut self) {
        let state = self.state.clone();
        // In this order: the reader is told of their own coming as well, and misses nobody's.
        let changes = state.presence.changes();
        let here = state.presence.enter(&self.signed_in.user, state.clock.now());
        metrics::gauge!("live_feeds").increment(1.0);
        let end = self.follow(changes).await;
        metrics::gauge!("live_feeds").decrement(1.0);
        drop(here);
        if let End::Told(closing) = end {
            let _ = tokio::time::timeout(PATIENCE, self.socket.send(closing.message())).await;
        }
    }

    async fn follow(&mut self, mut presence: broadcast::Receiver<Change>) -> End {
        let mut log = self.state.ledger.subscribe(self.position);
        let stop = CancellationToken::new();
        let _stop_rebuilds = stop.clone().drop_guard();
        let mut rebuilds = rebuilds(&self.state, &stop);
        let mut ping = tokio::time::interval(PING);
        let mut check = tokio::time::interval(CHECK);
        check.reset();
        let drain = self.state.drain.clone();
        loop {
            let sent = tokio::select! {
                () = drain.closing() => return Closing::RESTART.into(),
                // Read outside the race: reading that is cancelled whenever something else happens may get nowhere.
                ready = log.ready() => match read(&mut log, ready).await {
                    Ok(events) => self.tell(&events).await,
                    Err(error) => {
                        tracing::warn!(%error, "a live feed waits for the ledger");
                        return Closing::resume("the ledger cannot be read: come again from your position").into();
                    }
                },
                change = presence.recv() => match change {
                    Ok(change) if change.tenant == self.signed_in.tenant() => {
                        self.send(&json!({ "type": "presence", "user_id": change.user_id, "here": change.here })).await
                    }
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => Ok(()),
                    Err(broadcast::error::RecvError::Closed) => return End::Gone,
                },
                Some((model, status)) = rebuilds.next() => {
                    let progress = status.map(RebuildProgress::from);
                    self.send(&json!({ "type": "rebuild", "name": model, "progress": progress })).await
                },
                _ = ping.tick() => self.put(Message::Ping(Vec::new().into())).await,
                _ = check.tick() => still_signed_in(&self.state, &self.signed_in).await.map_err(End::from),
                said = self.socket.recv() => match said {
                    // Readers have nothing to say; pongs are answered by the library.
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Gone,
                    Some(Ok(_)) => Ok(()),
                },
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    /// Sends the events that the reader may see, in order: all of them, then one flush.
    async fn tell(&mut self, events: &[Arc<Recorded>]) -> Result<(), End> {
        let messages: Vec<Utf8Bytes> = events
            .iter()
            .filter(|event| {
                event.metadata.tenant.as_str() == self.signed_in.tenant() && may_see(&self.signed_in, event)
            })
            .filter_map(|event| self.state.rendered.message(event))
            .collect();
        let sending = async {
            for message in messages {
                self.socket.feed(Message::Text(message)).await?;
            }
            self.socket.flush().await
        };
        in_time(sending).await?;
        self.position = events.last().map_or(self.position, |last| last.position);
        Ok(())
    }

    async fn send(&mut self, message: &Value) -> Result<(), End> {
        self.put(Message::Text(message.to_string().into())).await
    }

    async fn put(&mut self, message: Message) -> Result<(), End> {
        in_time(self.socket.send(message)).await
    }
}

/// Sending, unless the reader is too slow to take it.
async fn in_time(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
    match tokio::time::timeout(PATIENCE, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Gone),
        Err(_) => {
            metrics::counter!("live_feeds_too_slow_total").increment(1);
            Err(Closing::resume("too slow: come again from your position").into())
        }
    }
}

type Rebuild = (&'static str, Option<RebuildStatus>);

/// The progress of every model's rebuilds, each at most twice a second and its end for certain.
fn rebuilds(state: &AppState, stop: &CancellationToken) -> SelectAll<futures::stream::BoxStream<'static, Rebuild>> {
    let mut all = SelectAll::new();
    for projector in state.models.projectors() {
        let name = projector.name();
        let Some(mut progress) = state.models.progress().watch_rebuild(name) else {
            continue;
        };
        progress.mark_unchanged();
        let stream = futures::stream::unfold((progress, stop.clone()), move |(mut progress, stop)| async move {
            tokio::select! {
                () = stop.cancelled() => None,
                changed = progress.changed() => {
                    changed.ok()?;
                    let status = progress.borrow_and_update().clone();
                    if status.is_some() {
                        tokio::time::sleep(PROGRESS).await;
                    }
                    Some(((name, status), (progress, stop)))
                }
            }
        });
        all.push(stream.boxed());
    }
    all
}
