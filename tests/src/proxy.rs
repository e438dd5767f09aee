//! A wire between a service and its database that can be cut and mended: how a database is away without being stopped,
//! for other tests use the same server.

use std::net::SocketAddr;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::sync::watch;
use tokio::task::JoinHandle;

/// How the wire is.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Wire {
    Sound,
    /// Connections break, and new ones are closed at once.
    Cut,
    /// Connections stay, and nothing gets through: as when a network swallows packets.
    Silent,
}

/// The wire. Gone when it is dropped.
#[derive(Debug)]
pub struct Proxy {
    address: SocketAddr,
    wire: watch::Sender<Wire>,
    swallowed: watch::Sender<u64>,
    task: JoinHandle<()>,
}

impl Proxy {
    /// A wire to this address: `host:port`.
    ///
    /// # Panics
    /// When there is no port to listen on.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let (wire, seen) = watch::channel(Wire::Sound);
        let swallowed = watch::Sender::new(0);
        let lost = swallowed.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                tokio::spawn(carry(near, target.clone(), seen.clone(), lost.subscribe()));
            }
        });
        Self {
            address,
            wire,
            swallowed,
            task,
        }
    }

    /// The same address, by way of this wire.
    ///
    /// # Panics
    /// When it is no URL with a host and a port.
    #[must_use]
    pub fn instead(&self, url: &str) -> String {
        let mut url = url::Url::parse(url).expect("a URL");
        url.set_host(Some("127.0.0.1")).expect("a host");
        url.set_port(Some(self.address.port())).expect("a port");
        url.into()
    }

    /// Breaks every connection and takes no other.
    pub fn cut(&self) {
        self.wire.send_replace(Wire::Cut);
    }

    /// Lets nothing through, and breaks nothing.
    pub fn silence(&self) {
        self.wire.send_replace(Wire::Silent);
    }

    /// Every connection that there is falls silent for ever, and new ones are sound: as when a server is replaced by
    /// another one, and the first has no time to say good-bye.
    pub fn swallow(&self) {
        self.swallowed.send_modify(|times| *times += 1);
    }

    /// All is well again.
    pub fn mend(&self) {
        self.wire.send_replace(Wire::Sound);
    }
}

impl Drop for Proxy {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn carry(near: TcpStream, target: String, wire: watch::Receiver<Wire>, mut swallowed: watch::Receiver<u64>) {
    // Whoever comes while nothing gets through waits like everybody else.
    let mut found = wire.clone();
    if !matches!(
        found.wait_for(|wire| *wire != Wire::Silent).await.as_deref(),
        Ok(Wire::Sound)
    ) {
        return;
    }
    let Ok(far) = TcpStream::connect(target).await else {
        return;
    };
    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
    let carried = async {
        tokio::select! {
            () = pump(from_near, to_far, wire.clone()) => {}
            () = pump(from_far, to_near, wire.clone()) => {}
        }
    };
    tokio::pin!(carried);
    let is_lost = tokio::select! {
        _ = found.wait_for(|wire| *wire == Wire::Cut) => false,
        () = &mut carried => false,
        lost = swallowed.changed() => lost.is_ok(),
    };
    if is_lost {
        // Both ends stay open, and nobody carries anything any more.
        let _ = found.wait_for(|_| false).await;
    }
}

async fn pump(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, mut wire: watch::Receiver<Wire>) {
    let mut buffer = vec![0; 16 * 1024];
    while let Ok(count @ 1..) = from.read(&mut buffer).await {
        let mended = wire.wait_for(|wire| *wire != Wire::Silent).await.is_ok();
        if !mended || to.write_all(&buffer[..count]).await.is_err() {
            return;
        }
    }
}
