//! Keeping the sandbox alive: started again when it ends, with growing waits, always at the same address.

use super::program::{Program, Started};
use super::{END, PORT, Standing};
use std::net::{Ipv4Addr, SocketAddr};
use std::time::{Duration, Instant};
use tokio::sync::watch;
use tokio_util::sync::CancellationToken;
use url::Url;

const SHORTEST_WAIT: Duration = Duration::from_millis(250);
const LONGEST_WAIT: Duration = Duration::from_secs(30);
/// Who has lived for so long may be started again at once.
const STEADY: Duration = Duration::from_mins(1);

/// Where the sandbox listens, each time it is started.
#[derive(Clone, Copy)]
pub(super) struct Base(u16);

impl Base {
    pub fn url(self) -> String {
        format!("http://{}", SocketAddr::from((Ipv4Addr::LOCALHOST, self.0)))
    }
}

/// Starts it for the first time: on its usual port, or on any other if somebody has that one. Its address is fixed then.
pub(super) async fn first(program: &Program) -> (Option<Started>, Base) {
    let usual = tokio::net::TcpListener::bind((Ipv4Addr::LOCALHOST, PORT)).await;
    let usual = usual.map_or(0, |_| PORT);
    let mut started = program.start(usual).await;
    if usual != 0 && started.is_err() {
        // Somebody else may have been quicker.
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
                "the sandbox does not start: there is no telephone network"
            );
            (None, Base(PORT))
        }
    }
}

/// Starts it again whenever it has ended, until it is told to stop.
pub(super) async fn keep(
    program: Program,
    base: Base,
    mut started: Option<Started>,
    tell: watch::Sender<Standing>,
    stop: CancellationToken,
) {
    let mut wait = SHORTEST_WAIT;
    loop {
        if let Some(mut running) = started.take() {
            let since = Instant::now();
            tokio::select! {
                ended = running.child.wait() => {
                    let ended = ended.map_or_else(|error| error.to_string(), |status| status.to_string());
                    tracing::warn!(%ended, "the sandbox ended: its calls are gone, and it is started again");
                }
                () = stop.cancelled() => return end(running).await,
            }
            tell.send_replace(Standing::Restarting);
            if since.elapsed() > STEADY {
                wait = SHORTEST_WAIT;
            }
        }
        tokio::select! {
            () = tokio::time::sleep(wait) => {}
            () = stop.cancelled() => return,
        }
        wait = (wait * 2).min(LONGEST_WAIT);
        tokio::select! {
            again = program.start(base.0) => match again {
                Ok(again) => {
                    tell.send_replace(Standing::Running);
                    started = Some(again);
                }
                Err(error) => tracing::warn!(error = format!("{error:#}"), "the sandbox does not start; trying again"),
            },
            () = stop.cancelled() => return,
        }
    }
}

/// Lets it end by itself, and ends it if it does not.
async fn end(mut running: Started) {
    drop(running.held.take());
    if tokio::time::timeout(END, running.child.wait()).await.is_err() {
        tracing::warn!("the sandbox does not end by itself");
        // It is killed when it is dropped, too.
        let _ = running.child.kill().await;
    }
}
