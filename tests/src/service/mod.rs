//! The service as the world meets it: the real binary in a process of its own, on either engine, to be talked to over
//! HTTP, killed, and started again on the same data.

mod client;

pub use client::{ADMIN, Answer, Client, PASSWORD, Socket};

use crate::binaries;
use crate::place::Place;
use crate::ports::free_port;
use infra::db::DatabaseUrl;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// The auth token of every service under test.
pub const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// How the world is told to reach every service under test. The same after a restart, on whatever port.
pub const PUBLIC_URL: &str = "http://calls.example";

/// An address where nobody listens: for tests that want no telephone network and no models.
pub const NOBODY: &str = "http://127.0.0.1:9";

/// How long a service may take to become ready; a debug build on a busy machine is slow.
const READY_WITHIN: Duration = Duration::from_mins(1);

/// Where services live: one database, one master key. Several services may share a home on PostgreSQL.
pub struct Home {
    place: Place,
    master_key: String,
    files: TempDir,
}

impl Home {
    /// A home at this place.
    #[must_use]
    pub fn new(place: Place) -> Self {
        let master_key = rand::random::<[u8; 32]>()
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        Self {
            place,
            master_key,
            files: crate::scratch::data_dir(),
        }
    }

    /// Starts a service here, and waits until it is ready.
    ///
    /// # Panics
    /// When it does not become ready, with its log.
    pub async fn start(&self) -> Service {
        self.start_with(&[]).await
    }

    /// The same with more settings, as environment variables.
    ///
    /// # Panics
    /// When it does not become ready, with its log.
    pub async fn start_with(&self, settings: &[(&str, &str)]) -> Service {
        self.start_on(free_port().expect("a free port"), settings).await
    }

    /// The same on a port of the caller's choice: where others expect it.
    ///
    /// # Panics
    /// When it does not become ready, with its log.
    pub async fn start_on(&self, port: u16, settings: &[(&str, &str)]) -> Service {
        let mut service = self.spawn_on(port, settings);
        let deadline = Instant::now() + READY_WITHIN;
        while !service.is_ready().await {
            let ended = service.process.try_wait().expect("a process to wait for");
            assert!(
                ended.is_none(),
                "the service ended ({ended:?}); its log:\n{}",
                service.log()
            );
            assert!(
                Instant::now() < deadline,
                "the service is not ready; its log:\n{}",
                service.log()
            );
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        service
    }

    /// Starts a service here without waiting: for those that are expected to refuse.
    ///
    /// # Panics
    /// When the binary cannot be run.
    #[must_use]
    pub fn spawn(&self, settings: &[(&str, &str)]) -> Service {
        self.spawn_on(free_port().expect("a free port"), settings)
    }

    fn spawn_on(&self, port: u16, settings: &[(&str, &str)]) -> Service {
        let log = self.files.path().join(format!("{port}.log"));
        let file = File::create(&log).expect("a log file");
        let process = self
            .command("serve", settings)
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a log file"))
            .stderr(file)
            .spawn()
            .expect("call-ledger runs");
        Service { process, port, log }
    }

    /// `call-ledger <verb>` with this home's settings, for the command line's other verbs.
    #[must_use]
    pub fn command(&self, verb: &str, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(binaries::call_ledger());
        command
            .arg(verb)
            // A call-ledger.toml of the developer's own is none of the test's.
            .current_dir(self.files.path())
            .env_clear()
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .env("PUBLIC_URL", PUBLIC_URL)
            .env("LEDGER_MASTER_KEY", &self.master_key)
            .env("TWILIO_API_BASE", NOBODY)
            .env("DRAIN_GRACE_SECONDS", "0")
            .env("LOG_FORMAT", "json");
        match &self.place.url {
            DatabaseUrl::Folder(folder) => command.env("DATA_DIR", folder),
            DatabaseUrl::Postgres(url) => command
                .env("DATA_DIR", self.files.path())
                .env("LEDGER_DATABASE_URL", url),
        };
        command.envs(settings.iter().copied());
        command
    }

    /// The database behind it.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }
}

/// A running service. Killed when it is dropped.
pub struct Service {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Service {
    /// Where it listens: for what the client does not do, a WebSocket or a raw request.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// Somebody who talks to it; not signed in.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// What it has logged so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Whether it takes traffic.
    pub async fn is_ready(&self) -> bool {
        self.client()
            .get("/health/ready")
            .await
            .is_some_and(|answer| answer.status == 200)
    }

    /// Kills it without a warning.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill(mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("a process to wait for");
    }

    /// The same for one that is still held: what is left of it is its log.
    ///
    /// # Panics
    /// When it cannot be killed.
    pub fn kill_in_place(&mut self) {
        self.process.kill().expect("a process to kill");
        self.process.wait().expect("a process to wait for");
    }

    /// Asks it to stop, and waits for its exit code.
    ///
    /// # Panics
    /// When it does not stop within half a minute.
    pub async fn stop(mut self) -> Option<i32> {
        crate::postgres::signal("TERM", self.process.id());
        self.exit_code().await
    }

    /// Waits for it to end by itself, and gives its exit code.
    ///
    /// # Panics
    /// When it does not end within half a minute.
    pub async fn exit_code(&mut self) -> Option<i32> {
        for _ in 0..600 {
            if let Some(status) = self.process.try_wait().expect("a process to wait for") {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the service does not end; its log:\n{}", self.log())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
