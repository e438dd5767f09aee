//! A TCP proxy between a service and its database that simulates outages. The database itself cannot be stopped,
//! because other tests use the same server.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// State of the proxied link.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Link {
    Up,
    /// Connections are closed, and new ones are closed at once.
    Cut,
    /// Connections stay open and no data passes, as when a network drops packets.
    Stalled,
}

/// A TCP proxy. Stops on drop.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    link: watch::Sender<Link>,
    lost_generation: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// Starts a proxy to `host:port`.
    ///
    /// # Panics
    /// If no port is available.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (link, seen) = watch::channel(Link::Up);
        let lost_generation = watch::Sender::new(0);
        let lost = lost_generation.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(forward(near, target.clone(), seen.clone(), lost.subscribe()));
            }
        });
        Self {
            address,
            link,
            lost_generation,
            task,
        }
    }

    /// The URL with the proxy's host and port.
    ///
    /// # Panics
    /// If it is not a URL with a host and a port.
    #[must_use]
    pub fn proxied_url(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).expect("a URL");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(self.address.port())).expect("a port");
        url.into()
    }

    /// Closes every connection and rejects new ones.
    pub fn cut(&self) {
        self.link.send_replace(Link::Cut);
    }

    /// Stops passing data without closing connections.
    pub fn stall(&self) {
        self.link.send_replace(Link::Stalled);
    }

    /// Stalls the existing connections permanently; new ones work. This happens when a server is replaced without
    /// closing its connections.
    pub fn lose_connections(&self) {
        self.lost_generation.send_modify(|times| *times += 1);
    }

    /// Restores normal operation.
    pub fn restore(&self) {
        self.link.send_replace(Link::Up);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(
    near: TcpStream,
    target: String,
    link: watch::Receiver<Link>,
    mut lost_generation: watch::Receiver<u64>,
) {
    // A new connection during a stall waits too.
    let mut link_state = link.clone();
    if !matches!(
        link_state.wait_for(|link| *link != Link::Stalled).await.as_deref(),
        Ok(Link::Up)
    ) {
        return;
    }
    let Ok(far) = TcpStream::connect(target).await else {
        return;
    };
    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
    let carried = async {
        tokio::select! {
            () = pump(from_near, to_far, link.clone()) => {}
            () = pump(from_far, to_near, link.clone()) => {}
        }
    };
    tokio::pin!(carried);
    let is_lost = tokio::select! {
        _ = link_state.wait_for(|link| *link == Link::Cut) => false,
        () = &mut carried => false,
        lost = lost_generation.changed() => lost.is_ok(),
    };
    if is_lost {
        // Both ends stay open, and no data passes.
        let _ = link_state.wait_for(|_| false).await;
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut link: watch::Receiver<Link>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let resumed = link.wait_for(|link| *link != Link::Stalled).await.is_ok();
        if !resumed || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
