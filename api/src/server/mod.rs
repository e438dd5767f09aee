//! Serves HTTP/1.1 on a listener: limits on idle and slow connections, and a graceful end.
//!
//! `axum::serve` has neither timeouts nor limits, so that a client with enough silent connections would use up the
//! process's file descriptors and shut the telephone network out.

mod activity;
mod connections;
mod descriptors;

pub use descriptors::raise as raise_descriptors;

use activity::{Activity, Busy, Watched};
use axum::Router;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::ConnectInfo;
use axum::http::Request;
use connections::Connections;
use hyper::body::{Frame, Incoming, SizeHint};
use hyper::server::conn::http1;
use hyper_util::rt::{TokioIo, TokioTimer};
use infra::config::IpNet;
use std::convert::Infallible;
use std::future::Future;
use std::net::SocketAddr;
use std::pin::{Pin, pin};
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;
use tokio::net::{TcpListener, TcpStream};
use tokio_util::sync::CancellationToken;
use tokio_util::task::TaskTracker;
use tower::ServiceExt as _;

/// Delay after a failed `accept`, such as one without a free file descriptor.
const ACCEPT_RETRY_INTERVAL: Duration = Duration::from_millis(50);

/// What a listener accepts.
#[derive(Clone, Debug)]
pub struct Limits {
    /// Connections in total.
    pub max_connections: usize,
    /// Proxies, whose connections are those of many clients, and have no limit of their own.
    pub trusted_proxies: Vec<IpNet>,
}

/// Serves until `stop`; then accepts no more, and ends once all requests have been answered. A failed `accept` is
/// repeated.
pub async fn serve(listener: TcpListener, router: Router, limits: Limits, stop: impl Future<Output = ()> + Send) {
    let (tasks, stopping) = (TaskTracker::new(), CancellationToken::new());
    let connections = Arc::new(Connections::new(limits));
    let mut stop = pin!(stop);
    loop {
        let accepted = tokio::select! {
            accepted = listener.accept() => accepted,
            () = &mut stop => break,
        };
        match accepted {
            Ok((stream, peer)) => {
                let (router, connections, stopping) = (router.clone(), connections.clone(), stopping.clone());
                tasks.spawn(async move { connection(stream, peer, router, &connections, &stopping).await });
            }
            Err(error) => {
                tracing::warn!(%error, "connection not accepted");
                tokio::time::sleep(ACCEPT_RETRY_INTERVAL).await;
            }
        }
    }
    drop(listener);
    stopping.cancel();
    tasks.close();
    tasks.wait().await;
}

/// The body of a response. The connection is busy until all of it was taken.
struct Sending {
    body: Body,
    _busy: Busy,
}

impl HttpBody for Sending {
    type Data = Bytes;
    type Error = axum::Error;

    fn poll_frame(mut self: Pin<&mut Self>, cx: &mut Context<'_>) -> Poll<Option<Result<Frame<Bytes>, axum::Error>>> {
        Pin::new(&mut self.body).poll_frame(cx)
    }

    fn is_end_stream(&self) -> bool {
        self.body.is_end_stream()
    }

    fn size_hint(&self) -> SizeHint {
        self.body.size_hint()
    }
}

async fn connection(
    stream: TcpStream,
    peer: SocketAddr,
    router: Router,
    connections: &Arc<Connections>,
    stopping: &CancellationToken,
) {
    let activity = Arc::new(Activity::new());
    let Some(admitted) = connections.admit(peer.ip(), &activity) else {
        return;
    };
    // Answers are small and waited for.
    let _ = stream.set_nodelay(true);
    let io = TokioIo::new(Watched::new(stream, activity.clone()));
    let of_requests = activity.clone();
    let service = hyper::service::service_fn(move |request: Request<Incoming>| {
        let busy = of_requests.begin_request();
        let router = router.clone();
        async move {
            let mut request = request.map(Body::new);
            request.extensions_mut().insert(ConnectInfo(peer));
            let response = router.oneshot(request).await?;
            Ok::<_, Infallible>(response.map(|body| Sending { body, _busy: busy }))
        }
    });
    let served = http1::Builder::new()
        .timer(TokioTimer::new())
        // Slow headers are ended by the activity, whose limit does not include the time between two requests.
        .header_read_timeout(None)
        .serve_connection(io, service)
        .with_upgrades();
    let mut served = pin!(served);
    let ended = tokio::select! {
        ended = served.as_mut() => ended,
        reason = activity.expired() => {
            metrics::counter!("http_connections_closed_total", "reason" => reason).increment(1);
            return;
        }
        () = admitted.evicted() => {
            metrics::counter!("http_connections_closed_total", "reason" => "too_many").increment(1);
            return;
        }
        () = stopping.cancelled() => {
            served.as_mut().graceful_shutdown();
            served.await
        }
    };
    if let Err(error) = ended {
        tracing::debug!(%error, "connection ended with an error");
    }
}
