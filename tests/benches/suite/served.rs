//! The service in this process, and an HTTP connection with minimal overhead, so that the service dominates the
//! measurement.

use anyhow::Context as _;
use api::{App, Running};
use harness::scratch::data_dir;
use infra::clock::SystemClock;
use infra::config::{Config, Settings};
use infra::secret::Secret;
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;
use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
use tokio::net::TcpStream;

pub const PUBLIC_URL: &str = "http://calls.example";
/// The Twilio auth token.
pub const TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// A running service on SQLite, in a folder that is removed on drop.
pub struct Served {
    running: Running,
    _folder: TempDir,
}

impl Served {
    pub async fn start() -> anyhow::Result<Self> {
        Self::start_with(|_| {}).await
    }

    /// Like [`Self::start`], with changed settings.
    pub async fn start_with(change: impl FnOnce(&mut Settings)) -> anyhow::Result<Self> {
        Self::start_in(data_dir(), change).await
    }

    /// Like [`Self::start_with`], in an existing data folder.
    pub async fn start_in(folder: TempDir, change: impl FnOnce(&mut Settings)) -> anyhow::Result<Self> {
        let mut settings = Settings {
            data_dir: Some(folder.path().into()),
            port: Some(0),
            public_url: Some(PUBLIC_URL.into()),
            twilio_auth_token: Some(Secret::new(TOKEN)),
            // No server listens there: no telephone network and no models.
            twilio_api_base: Some("http://127.0.0.1:9".into()),
            ..Settings::default()
        };
        change(&mut settings);
        let running = App::start(Config::resolve(settings)?, Arc::new(SystemClock)).await?;
        Ok(Self {
            running,
            _folder: folder,
        })
    }

    pub const fn address(&self) -> SocketAddr {
        self.running.addr
    }

    /// The last position of the log.
    pub async fn head(&self) -> anyhow::Result<i64> {
        Ok(self.running.engine().ledger.head().await?)
    }

    pub async fn stop(self) -> anyhow::Result<()> {
        self.running.shutdown(Duration::ZERO).await
    }
}

/// A keep-alive HTTP connection: one raw request at a time.
pub struct Connection {
    stream: TcpStream,
    received: Vec<u8>,
}

impl Connection {
    pub async fn open(address: SocketAddr) -> anyhow::Result<Self> {
        let stream = TcpStream::connect(address).await?;
        stream.set_nodelay(true)?;
        Ok(Self {
            stream,
            received: Vec::with_capacity(4_096),
        })
    }

    /// Sends a request and asserts the status of the response.
    pub async fn expect(&mut self, request: &[u8], status: u16) {
        let answered = self.send(request).await.expect("an answer");
        assert_eq!(answered, status, "{}", String::from_utf8_lossy(&self.received));
    }

    async fn send(&mut self, request: &[u8]) -> anyhow::Result<u16> {
        self.received.clear();
        self.stream.write_all(request).await?;
        loop {
            anyhow::ensure!(
                self.stream.read_buf(&mut self.received).await? > 0,
                "the server closed the connection"
            );
            let Some(end) = self.received.windows(4).position(|four| four == b"\r\n\r\n") else {
                continue;
            };
            let head = std::str::from_utf8(&self.received[..end])?;
            let length: usize = head
                .lines()
                .find_map(|line| line.strip_prefix("content-length: "))
                .context("a response without a content length")?
                .parse()?;
            if self.received.len() >= end + 4 + length {
                return Ok(head.get(9..12).context("a status")?.parse()?);
            }
        }
    }
}
