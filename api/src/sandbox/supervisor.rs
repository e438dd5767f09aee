//! Restarts the sandbox when it exits, with exponential backoff, always at the same address.

use super::program::{Program, Started};
use super::{EXIT_TIMEOUT, PORT};
use engine::sandbox_status::SandboxStatus;
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

const INITIAL_RETRY_DELAY: Duration = Duration::from_millis(250);
const MAX_RETRY_DELAY: Duration = Duration::from_secs(30);
/// Run time after which the delay is reset.
const STABLE_AFTER: Duration = Duration::from_mins(1);

/// Loopback port of the sandbox, the same for every start.
#[derive(Clone, Copy)]
pub(super) struct Base(u16);

impl Base {
    pub fn url(self) -> String {
        format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, self.0)))
    }
}

/// Starts the sandbox for the first time: on its default port, or on any other if that is taken. The port is then
/// fixed.
pub(super) async fn first(program: &Program) -> (Option<Started>, Base) {
    let listener = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await;
    let port = listener.map_or(0, |_| PORT);
    let mut started = program.start(port).await;
    if port != 0 && started.is_err() {
        // Another process may have taken the port in between.
        started = program.start(0).await;
    }
    match started {
        Ok(started) => {
            let port = Url::parse(&started.url).ok().and_then(|url| url.port());
            (Some(started), Base(port.unwrap_or(PORT)))
        }
        Err(error) => {
            tracing::error!(
                error = format!("{error:#}"),
                "sandbox start failed, no telephone network"
            );
            (None, Base(PORT))
        }
    }
}

/// Restarts the sandbox whenever it exits, until `stop` is canceled.
pub(super) async fn run(
    program: Program,
    base: Base,
    mut started: Option<Started>,
    status: watch::Sender<SandboxStatus>,
    stop: CancellationToken,
) {
    let mut delay = INITIAL_RETRY_DELAY;
    loop {
        if let Some(mut running) = started.take() {
            let since = Instant::now();
            tokio::select! {
                exit_status = running.child.wait() => {
                    let exit_status = exit_status.map_or_else(|error| error.to_string(), |exit| exit.to_string());
                    tracing::warn!(%exit_status, "sandbox exited, restarting");
                }
                () = stop.cancelled() => return stop_child(running).await,
            }
            status.send_replace(SandboxStatus::Restarting);
            if since.elapsed() > STABLE_AFTER {
                delay = INITIAL_RETRY_DELAY;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(delay) => {}
            () = stop.cancelled() => return,
        }
        delay = (delay * 2).min(MAX_RETRY_DELAY);
        tokio::select! {
            again = program.start(base.0) => match again {
                Ok(again) => {
                    status.send_replace(SandboxStatus::Running);
                    started = Some(again);
                }
                Err(error) => tracing::warn!(error = format!("{error:#}"), "sandbox restart failed, retrying"),
            },
            () = stop.cancelled() => return,
        }
    }
}

/// Closes the sandbox's standard input so that it exits, and kills it after a timeout.
async fn stop_child(mut running: Started) {
    drop(running.held.take());
    if tokio::time::timeout(EXIT_TIMEOUT, running.child.wait()).await.is_err() {
        tracing::warn!("sandbox did not exit in time, killing it");
        // It is killed on drop as well.
        let _ = running.child.kill().await;
    }
}
