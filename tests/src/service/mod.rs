//! The service as a separate process of the real binary, on either database. Tests use it over HTTP, kill it, and
//! restart it on the same data.

mod client;

pub use client::{ADMIN, Answer, Client, PASSWORD, Socket};

use crate::binaries;
use crate::ports::free_port;
use crate::test_stores::TestStores;
use infra::db::DatabaseUrl;
use std::fs::File;
use std::path::PathBuf;
use std::process::{Child, Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

/// Twilio auth token of every service under test.
pub const AUTH_TOKEN: &str = "0123456789abcdef0123456789abcdef";

/// Public URL of every service under test; the same after a restart on any port.
pub const PUBLIC_URL: &str = "http://calls.example";

/// A URL without a server, for tests without a telephone network and models.
pub const UNREACHABLE_URL: &str = "http://127.0.0.1:9";

/// Time for a debug build to become ready on a busy machine.
const READY_TIMEOUT: Duration = Duration::from_mins(1);

/// The data of a service: stores and master key. On PostgreSQL several services may share it.
pub struct Home {
    stores: TestStores,
    master_key: String,
    files: TempDir,
}

impl Home {
    /// Creates a home on these stores.
    #[must_use]
    pub fn new(stores: TestStores) -> Self {
        let master_key = rand::random::<[u8; 32]>()
            .iter()
            .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
        Self {
            stores,
            master_key,
            files: crate::scratch::data_dir(),
        }
    }

    /// Starts a service and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start(&self) -> Service {
        self.start_with(&[]).await
    }

    /// Like [`Self::start`], with additional environment variables.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_with(&self, settings: &[(&str, &str)]) -> Service {
        self.start_on(free_port().expect("a free port"), settings).await
    }

    /// Like [`Self::start_with`], on the given port.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_on(&self, port: u16, settings: &[(&str, &str)]) -> Service {
        self.ready(self.spawn_on(port, settings)).await
    }

    async fn ready(&self, mut service: Service) -> Service {
        let deadline = Instant::now() + READY_TIMEOUT;
        while !service.is_ready().await {
            let ended = service.process.try_wait().expect("the process can be waited for");
            assert!(
                ended.is_none(),
                "the service exited ({ended:?}); its log:\n{}",
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

    /// Starts a service without waiting, for services that are expected to fail.
    ///
    /// # Panics
    /// If the binary cannot be run.
    #[must_use]
    pub fn spawn(&self, settings: &[(&str, &str)]) -> Service {
        self.spawn_on(free_port().expect("a free port"), settings)
    }

    /// Like [`Self::spawn`], on the given port.
    ///
    /// # Panics
    /// If the binary cannot be run.
    #[must_use]
    pub fn spawn_on(&self, port: u16, settings: &[(&str, &str)]) -> Service {
        self.run(self.command("serve", settings), port)
    }

    /// Starts a service with these arguments and waits until it is ready.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_with_arguments(&self, arguments: &[&str], settings: &[(&str, &str)]) -> Service {
        let mut command = self.command("serve", settings);
        command.args(arguments);
        self.ready(self.run(command, free_port().expect("a free port"))).await
    }

    /// Starts a service that cannot write any file beyond this size, and waits until it is ready. A write beyond it fails,
    /// as on a disk that is full.
    ///
    /// # Panics
    /// If it does not become ready, with its log.
    pub async fn start_with_file_limit(&self, bytes: u64, settings: &[(&str, &str)]) -> Service {
        let serve = self.command("serve", settings);
        // The signal of such a write is ignored, so that the write returns an error.
        let script = format!("trap '' XFSZ; ulimit -S -f {}; exec \"$0\" serve", bytes / 512);
        let mut command = Command::new("sh");
        command.args(["-c", &script]).arg(binaries::call_ledger()).env_clear();
        command.current_dir(self.files.path());
        for (name, value) in serve.get_envs() {
            command.env(name, value.unwrap_or_default());
        }
        self.ready(self.run(command, free_port().expect("a free port"))).await
    }

    fn run(&self, mut command: Command, port: u16) -> Service {
        let log = self.files.path().join(format!("{port}.log"));
        let file = File::create(&log).expect("a log file");
        let process = command
            .env("PORT", port.to_string())
            .stdin(Stdio::null())
            .stdout(file.try_clone().expect("a log file"))
            .stderr(file)
            .spawn()
            .expect("call-ledger runs");
        Service { process, port, log }
    }

    /// `call-ledger <verb>` with the settings of this home.
    #[must_use]
    pub fn command(&self, verb: &str, settings: &[(&str, &str)]) -> Command {
        let mut command = Command::new(binaries::call_ledger());
        command
            .arg(verb)
            // A developer's call-ledger.toml must not apply.
            .current_dir(self.files.path())
            .env_clear()
            .env("TWILIO_AUTH_TOKEN", AUTH_TOKEN)
            .env("PUBLIC_URL", PUBLIC_URL)
            .env("LEDGER_MASTER_KEY", &self.master_key)
            .env("TWILIO_API_BASE", UNREACHABLE_URL)
            .env("DRAIN_GRACE_SECONDS", "0")
            .env("DRAIN_CALLS_SECONDS", "0")
            .env("LOG_FORMAT", "json");
        match &self.stores.url {
            DatabaseUrl::Folder(folder) => command.env("DATA_DIR", folder),
            DatabaseUrl::Postgres(url) => command
                .env("DATA_DIR", self.files.path())
                .env("LEDGER_DATABASE_URL", url),
        };
        command.envs(settings.iter().copied());
        command
    }

    /// The stores of this home.
    #[must_use]
    pub const fn stores(&self) -> &TestStores {
        &self.stores
    }
}

/// A running service. Killed on drop.
pub struct Service {
    process: Child,
    port: u16,
    log: PathBuf,
}

impl Service {
    /// `host:port`, for raw requests and `WebSockets`.
    #[must_use]
    pub fn address(&self) -> String {
        format!("127.0.0.1:{}", self.port)
    }

    /// A client without a login session.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.port)
    }

    /// Its log so far.
    #[must_use]
    pub fn log(&self) -> String {
        std::fs::read_to_string(&self.log).unwrap_or_default()
    }

    /// Polls until the condition is met.
    ///
    /// # Panics
    /// On timeout, with the service's log.
    pub async fn until(&self, what: &str, mut is_so: impl AsyncFnMut() -> bool) {
        let deadline = Instant::now() + Duration::from_mins(1);
        while !is_so().await {
            assert!(Instant::now() < deadline, "timeout: {what}\n{}", self.log());
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
    }

    /// Waits until the log contains these words.
    ///
    /// # Panics
    /// As [`Self::until`].
    pub async fn until_logged(&self, words: &str) {
        self.until(words, async || self.log().contains(words)).await;
    }

    /// Whether `/health/ready` answers 200.
    pub async fn is_ready(&self) -> bool {
        self.client()
            .get("/health/ready")
            .await
            .is_some_and(|answer| answer.status == 200)
    }

    /// The identifier of the process.
    #[must_use]
    pub fn pid(&self) -> u32 {
        self.process.id()
    }

    /// Kills the process.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill(mut self) {
        self.process.kill().expect("the process can be killed");
        self.process.wait().expect("the process can be waited for");
    }

    /// Kills the process and keeps its log readable.
    ///
    /// # Panics
    /// If it cannot be killed.
    pub fn kill_in_place(&mut self) {
        self.process.kill().expect("the process can be killed");
        self.process.wait().expect("the process can be waited for");
    }

    /// Sends SIGTERM.
    pub fn terminate(&self) {
        crate::postgres::signal("TERM", self.process.id());
    }

    /// Sends SIGTERM and waits for the exit code.
    ///
    /// # Panics
    /// If it does not exit within 30 seconds.
    pub async fn stop(mut self) -> Option<i32> {
        self.terminate();
        self.exit_code().await
    }

    /// Waits for the exit code.
    ///
    /// # Panics
    /// If it does not exit within 30 seconds.
    pub async fn exit_code(&mut self) -> Option<i32> {
        for _ in 0..600 {
            if let Some(status) = self.process.try_wait().expect("the process can be waited for") {
                return status.code();
            }
            tokio::time::sleep(Duration::from_millis(50)).await;
        }
        panic!("the service did not exit; its log:\n{}", self.log())
    }
}

impl Drop for Service {
    fn drop(&mut self) {
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}
