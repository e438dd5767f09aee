//! A TCP proxy in front of PostgreSQL that counts the statements that its clients execute.

use std::io;
use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::tcp::{OwnedReadHalf, OwnedWriteHalf};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinHandle;

/// `Execute` of the extended protocol, and `Query` of the simple one: one of them for each statement.
const EXECUTES: [u8; 2] = [b'E', b'Q'];
/// The request for encryption, which is no typed message. A test server refuses it.
const SSL_REQUEST: i32 = 80_877_103;

/// The proxy. Stops on drop.
#[derive(Debug)]
pub struct StatementCounter {
    address: SocketAddr,
    executed: Arc<AtomicU64>,
    task: JoinHandle<()>,
}

impl StatementCounter {
    /// Starts a proxy to `host:port`.
    ///
    /// # Panics
    /// If no port is available.
    pub async fn to(target: String) -> Self {
        let listener = TcpListener::bind(("127.0.0.1", 0)).await.expect("a free port");
        let address = listener.local_addr().expect("an address");
        let executed = Arc::new(AtomicU64::new(0));
        let count = executed.clone();
        let task = tokio::spawn(async move {
            while let Ok((near, _)) = listener.accept().await {
                let (target, count) = (target.clone(), count.clone());
                tokio::spawn(async move {
                    let far = TcpStream::connect(target).await?;
                    let ((from_near, to_near), (from_far, to_far)) = (near.into_split(), far.into_split());
                    tokio::select! {
                        ended = forward_counting(from_near, to_far, &count) => ended,
                        ended = forward(from_far, to_near) => ended,
                    }
                });
            }
        });
        Self {
            address,
            executed,
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

    /// Number of statements executed so far.
    #[must_use]
    pub fn executed(&self) -> u64 {
        self.executed.load(Ordering::SeqCst)
    }
}

impl Drop for StatementCounter {
    fn drop(&mut self) {
        self.task.abort();
    }
}

async fn forward(mut from: OwnedReadHalf, mut to: OwnedWriteHalf) -> io::Result<()> {
    tokio::io::copy(&mut from, &mut to).await.map(|_| ())
}

/// Forwards the messages of a client: those of the start have no type, all others do.
async fn forward_counting(mut from: OwnedReadHalf, mut to: OwnedWriteHalf, executed: &AtomicU64) -> io::Result<()> {
    loop {
        let body = forward_body(&mut from, &mut to).await?;
        if body.first_chunk() != Some(&SSL_REQUEST.to_be_bytes()) {
            break;
        }
    }
    loop {
        let kind = from.read_u8().await?;
        if EXECUTES.contains(&kind) {
            executed.fetch_add(1, Ordering::SeqCst);
        }
        to.write_u8(kind).await?;
        forward_body(&mut from, &mut to).await?;
    }
}

/// Forwards the length of a message, which counts itself, and the message.
async fn forward_body(from: &mut OwnedReadHalf, to: &mut OwnedWriteHalf) -> io::Result<Vec<u8>> {
    let length = from.read_u32().await?;
    let size = usize::try_from(length).map_err(io::Error::other)?.saturating_sub(4);
    let mut body = vec![0; size];
    from.read_exact(&mut body).await?;
    to.write_u32(length).await?;
    to.write_all(&body).await?;
    Ok(body)
}
