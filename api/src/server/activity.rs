//! [`Activity`]: what a connection does, and when that has lasted too long.

use std::io;
use std::pin::Pin;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::{Duration, Instant};
use tokio::io::{AsyncRead, AsyncWrite, ReadBuf};

/// Maximum time from the first byte of a request, or from the start of a connection, to the end of the headers.
const HEADER_TIMEOUT: Duration = Duration::from_secs(10);
/// Maximum time between two requests. Longer than load balancers keep connections open (60 s), which would otherwise send
/// a request into a closed connection.
const IDLE_TIMEOUT: Duration = Duration::from_secs(75);
/// Maximum time for which a client accepts nothing of a response.
const WRITE_TIMEOUT: Duration = Duration::from_secs(30);
/// Time between two looks at a connection that handles a request.
const BUSY_POLL_INTERVAL: Duration = Duration::from_secs(1);

/// What a connection does.
#[derive(Debug)]
pub struct Activity(Mutex<State>);

#[derive(Clone, Copy, Debug)]
struct State {
    stage: Stage,
    since: Instant,
    /// Since when the client has accepted nothing of what is to be sent.
    blocked_since: Option<Instant>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Stage {
    /// Between two requests.
    Idle,
    /// The headers of a request are expected.
    Header,
    /// A request is handled, or its response is sent.
    Busy,
}

impl Activity {
    /// A connection that has sent nothing yet.
    pub fn new() -> Self {
        Self(Mutex::new(State {
            stage: Stage::Header,
            since: Instant::now(),
            blocked_since: None,
        }))
    }

    fn change(&self, change: impl FnOnce(&mut State)) {
        change(&mut self.0.lock().unwrap_or_else(PoisonError::into_inner));
    }

    fn enter(&self, stage: Stage) {
        self.change(|state| {
            state.stage = stage;
            state.since = Instant::now();
        });
    }

    fn state(&self) -> State {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A request has arrived. Its response is sent once the guard is dropped.
    pub fn begin_request(self: &Arc<Self>) -> Busy {
        self.enter(Stage::Busy);
        Busy(self.clone())
    }

    /// Since when no request is handled; `None` while one is.
    pub fn unused_since(&self) -> Option<Instant> {
        let state = self.state();
        (state.stage != Stage::Busy).then_some(state.since)
    }

    /// Waits until the connection has to be closed, and returns why.
    pub async fn expired(&self) -> &'static str {
        loop {
            let state = self.state();
            if state.blocked_since.is_some_and(|since| since.elapsed() > WRITE_TIMEOUT) {
                return "slow_reader";
            }
            let (limit, reason) = match state.stage {
                Stage::Busy => {
                    tokio::time::sleep(BUSY_POLL_INTERVAL).await;
                    continue;
                }
                Stage::Header => (HEADER_TIMEOUT, "slow_header"),
                Stage::Idle => (IDLE_TIMEOUT, "idle"),
            };
            let left = limit.saturating_sub(state.since.elapsed());
            if left.is_zero() {
                return reason;
            }
            // A first byte shortens the limit, so a long wait is divided.
            tokio::time::sleep(left.min(BUSY_POLL_INTERVAL)).await;
        }
    }
}

/// A request is handled, or its response is sent.
#[derive(Debug)]
pub struct Busy(Arc<Activity>);

impl Drop for Busy {
    fn drop(&mut self) {
        self.0.enter(Stage::Idle);
    }
}

/// A stream whose reads and writes are noted.
#[derive(Debug)]
pub struct Watched<S> {
    stream: S,
    activity: Arc<Activity>,
}

impl<S> Watched<S> {
    /// Notes the activity of this stream.
    pub const fn new(stream: S, activity: Arc<Activity>) -> Self {
        Self { stream, activity }
    }

    fn wrote<T>(&self, written: Poll<T>) -> Poll<T> {
        self.activity.change(|state| match &written {
            Poll::Ready(_) => state.blocked_since = None,
            Poll::Pending => {
                state.blocked_since.get_or_insert_with(Instant::now);
            }
        });
        written
    }
}

impl<S: AsyncRead + Unpin> AsyncRead for Watched<S> {
    fn poll_read(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &mut ReadBuf<'_>) -> Poll<io::Result<()>> {
        let before = buffer.filled().len();
        let read = Pin::new(&mut self.stream).poll_read(cx, buffer);
        if buffer.filled().len() > before {
            self.activity.change(|state| {
                if state.stage == Stage::Idle {
                    state.stage = Stage::Header;
                    state.since = Instant::now();
                }
            });
        }
        read
    }
}

impl<S: AsyncWrite + Unpin> AsyncWrite for Watched<S> {
    fn poll_write(mut self: Pin<&mut Self>, cx: &mut Context<'_>, buffer: &[u8]) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write(cx, buffer);
        self.wrote(written)
    }

    fn poll_flush(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        let flushed = Pin::new(&mut self.stream).poll_flush(cx);
        self.wrote(flushed)
    }

    fn poll_shutdown(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<io::Result<()>> {
        Pin::new(&mut self.stream).poll_shutdown(cx)
    }

    fn poll_write_vectored(
        mut self: Pin<&mut Self>,
        cx: &mut Context<'_>,
        buffers: &[io::IoSlice<'_>],
    ) -> Poll<io::Result<usize>> {
        let written = Pin::new(&mut self.stream).poll_write_vectored(cx, buffers);
        self.wrote(written)
    }

    fn is_write_vectored(&self) -> bool {
        self.stream.is_write_vectored()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn first_byte_of_a_request_begins_its_header() {
        let activity = Arc::new(Activity::new());
        drop(activity.begin_request());
        assert_eq!(activity.state().stage, Stage::Idle);
        let mut stream = Watched::new(&b"GET"[..], activity.clone());
        let mut byte = [0];
        tokio::io::AsyncReadExt::read(&mut stream, &mut byte)
            .await
            .expect("read");
        assert_eq!(activity.state().stage, Stage::Header);
        let busy = activity.begin_request();
        assert_eq!(activity.unused_since(), None);
        tokio::io::AsyncReadExt::read(&mut stream, &mut byte)
            .await
            .expect("a body");
        assert_eq!(activity.state().stage, Stage::Busy);
        drop(busy);
        assert!(activity.unused_since().is_some());
    }
}
