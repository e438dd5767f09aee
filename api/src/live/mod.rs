//! The live feed: WebSocket `/ws?after=<position>`.
//!
//! A reader receives every event of its tenant that it may see, in position order and without gaps: each reader follows
//! the log from the position it names, and after a lost connection resumes from the last position it saw. The socket of
//! a reader that is too slow is closed with a request to resume. Presence and rebuild progress use the same socket,
//! without a position: they are not replayed.

mod message;
mod socket;

pub use message::{Notice, render};
pub use socket::{Closing, PING_INTERVAL, SEND_TIMEOUT, SESSION_CHECK_INTERVAL, read, still_signed_in};

use crate::auth::session::Authentication;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::feed_cache::FeedCache;
use crate::limits::{Limits, OpenSocket};
use crate::read_models::status::RebuildProgress;
use crate::state::composed_of_parts;
use crate::web::Parameters;
use axum::extract::State;
use axum::extract::ws::{Message, Utf8Bytes, WebSocket, WebSocketUpgrade};
use axum::response::Response;
use engine::drain::Drain;
use engine::presence::{Change, Presence};
use futures::SinkExt as _;
use futures::stream::{SelectAll, StreamExt as _};
use infra::clock::SharedClock;
use infra::event_store::{Position, Recorded};
use infra::ledger::Ledger;
use message::{FeedMessage, may_see};
use projections::ReadModels;
use projections::runner::RebuildStatus;
use serde::{Deserialize, Serialize};
use std::sync::Arc;
use std::time::Duration;
use tokio::sync::broadcast;
use tokio_util::sync::CancellationToken;
use utoipa::IntoParams;

/// Time between two progress messages of a rebuild.
const REBUILD_PROGRESS_INTERVAL: Duration = Duration::from_millis(500);
/// Maximum size of a message from the reader, in bytes; readers send nothing but control frames.
const MAX_MESSAGE_BYTES: usize = 1024;

/// Query parameters of the feed.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct After {
    /// The last position that the reader saw; absent: only new events.
    #[param(value_type = Option<i64>)]
    after: Option<Position>,
}

/// What a live feed uses.
#[derive(Clone)]
pub struct FeedState {
    clock: SharedClock,
    ledger: Ledger,
    models: ReadModels,
    presence: Arc<Presence>,
    feed_cache: Arc<FeedCache>,
    authentication: Authentication,
    limits: Arc<Limits>,
    drain: Drain,
}

composed_of_parts!(FeedState {
    clock,
    ledger,
    models,
    presence,
    feed_cache,
    authentication,
    limits,
    drain
});

/// The live feed, a WebSocket: every event that the user may see, in position order and without gaps; presence and
/// rebuild progress. After close code 4000, connect again with the last position; after 4001, sign in again.
#[utoipa::path(
    get, path = "/ws", operation_id = "live_feed", tag = "live", params(After),
    responses(
        (status = SWITCHING_PROTOCOLS, body = FeedMessage, description = "The connection is open. Each message is a JSON text"),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
        (status = TOO_MANY_REQUESTS, body = Problem, description = "The user has too many open sockets"),
    )
)]
pub async fn live(
    State(state): State<FeedState>,
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
    let open = state.limits.open_socket(&signed_in.user.user_id)?;
    Ok(upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |socket| async move {
            Feed {
                state,
                signed_in,
                socket,
                position: after,
                _open: open,
            }
            .run()
            .await;
        }))
}

struct Feed {
    state: FeedState,
    signed_in: SignedIn,
    socket: WebSocket,
    position: Position,
    _open: OpenSocket,
}

/// Why a feed ends.
enum End {
    /// The reader disconnected, or the connection broke.
    Disconnected,
    /// The service closes the socket with a code.
    Closed(Closing),
}

impl From<Closing> for End {
    fn from(closing: Closing) -> Self {
        Self::Closed(closing)
    }
}

impl Feed {
    async fn run(mut self) {
        let state = self.state.clone();
        // Subscribe before entering, so that the reader also receives its own presence change.
        let changes = state.presence.changes();
        let presence = state.presence.open_feed(&self.signed_in.user, state.clock.now());
        metrics::gauge!("live_feeds").increment(1.0);
        let end = self.follow(changes).await;
        metrics::gauge!("live_feeds").decrement(1.0);
        drop(presence);
        if let End::Closed(closing) = end {
            let _ = tokio::time::timeout(SEND_TIMEOUT, self.socket.send(closing.message())).await;
        }
    }

    async fn follow(&mut self, mut presence: broadcast::Receiver<Change>) -> End {
        let mut log = self.state.ledger.subscribe(self.position);
        let stop = CancellationToken::new();
        let _stop_rebuilds = stop.clone().drop_guard();
        let mut rebuilds = rebuilds(&self.state.models, &stop);
        let mut ping = tokio::time::interval(PING_INTERVAL);
        let mut check = tokio::time::interval(SESSION_CHECK_INTERVAL);
        check.reset();
        let drain = self.state.drain.clone();
        loop {
            let sent = tokio::select! {
                () = drain.closing() => return Closing::RESTART.into(),
                // Read outside of `select!`: a read that is canceled by every other event might never finish.
                ready = log.ready() => match read(&mut log, ready, &self.state.ledger).await {
                    Ok(events) => self.send_events(&events).await,
                    Err(error) => {
                        tracing::warn!(%error, "live feed closed: ledger unavailable");
                        return Closing::resume("ledger unavailable: reconnect from your last position").into();
                    }
                },
                change = presence.recv() => match change {
                    Ok(change) if change.tenant == self.signed_in.tenant() => {
                        self.send(&Notice::Presence { user_id: change.user_id, here: change.here }).await
                    }
                    Ok(_) | Err(broadcast::error::RecvError::Lagged(_)) => Ok(()),
                    Err(broadcast::error::RecvError::Closed) => return End::Disconnected,
                },
                Some((name, status)) = rebuilds.next() => {
                    self.send(&Notice::Rebuild { name, progress: status.map(RebuildProgress::from) }).await
                },
                _ = ping.tick() => self.send_message(Message::Ping(Vec::new().into())).await,
                _ = check.tick() => still_signed_in(&self.state.authentication, &self.signed_in).await.map_err(End::from),
                received = self.socket.recv() => match received {
                    // Other messages are ignored; the library answers pings.
                    Some(Ok(Message::Close(_)) | Err(_)) | None => return End::Disconnected,
                    Some(Ok(_)) => Ok(()),
                },
            };
            if let Err(end) = sent {
                return end;
            }
        }
    }

    /// Sends the events that the reader may see, in order, with one flush.
    async fn send_events(&mut self, events: &[Arc<Recorded>]) -> Result<(), End> {
        let is_own = |event: &&Arc<Recorded>| {
            event.metadata.tenant.as_str() == self.signed_in.tenant() && may_see(&self.signed_in, event)
        };
        let messages: Vec<Utf8Bytes> = events
            .iter()
            .filter(is_own)
            .filter_map(|event| self.state.feed_cache.message(event, render))
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

    async fn send(&mut self, message: &impl Serialize) -> Result<(), End> {
        let text = serde_json::to_string(message).expect("texts and numbers serialize");
        self.send_message(Message::Text(text.into())).await
    }

    async fn send_message(&mut self, message: Message) -> Result<(), End> {
        in_time(self.socket.send(message)).await
    }
}

/// Waits for a send, up to [`SEND_TIMEOUT`].
async fn in_time(sending: impl Future<Output = Result<(), axum::Error>>) -> Result<(), End> {
    match tokio::time::timeout(SEND_TIMEOUT, sending).await {
        Ok(Ok(())) => Ok(()),
        Ok(Err(_)) => Err(End::Disconnected),
        Err(_) => {
            metrics::counter!("live_feeds_too_slow_total").increment(1);
            Err(Closing::resume("too slow: reconnect from your last position").into())
        }
    }
}

type Rebuild = (&'static str, Option<RebuildStatus>);

/// Rebuild progress of every read model: throttled, but the end of a rebuild is always included.
fn rebuilds(models: &ReadModels, stop: &CancellationToken) -> SelectAll<futures::stream::BoxStream<'static, Rebuild>> {
    let mut all = SelectAll::new();
    for projector in models.projectors() {
        let name = projector.name();
        let Some(mut progress) = models.progress().watch_rebuild(name) else {
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
                        tokio::time::sleep(REBUILD_PROGRESS_INTERVAL).await;
                    }
                    Some(((name, status), (progress, stop)))
                }
            }
        });
        all.push(stream.boxed());
    }
    all
}
