//! The service in the test's own process, with a clock that the test controls, on either database.

use crate::service::{AUTH_TOKEN, Client, PUBLIC_URL, UNREACHABLE_URL};
use crate::test_stores::TestStores;
use api::Running;
use domain::Timestamp;
use infra::clock::TestClock;
use infra::config::{Config, Settings};
use infra::db::{DatabaseUrl, ReadStores};
use infra::secret::Secret;
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// Time for a read model to reach the head of the log in a debug build on a busy machine.
const SETTLE_TIMEOUT: Duration = Duration::from_secs(30);

/// A service running in this process.
pub struct App {
    pub running: Running,
    pub clock: Arc<TestClock>,
    /// Direct access to the rows of the read models.
    pub read_stores: ReadStores,
    stores: TestStores,
    _files: TempDir,
}

impl App {
    /// Starts a service on these stores, with its clock at `now`.
    ///
    /// # Panics
    /// If the service does not start.
    pub async fn start(stores: TestStores, now: Timestamp) -> Self {
        let files = crate::scratch::data_dir();
        let clock = TestClock::at(now);
        let (data_dir, database) = match &stores.url {
            DatabaseUrl::Folder(folder) => (folder.clone(), None),
            DatabaseUrl::Postgres(url) => (files.path().to_owned(), Some(Secret::new(url.as_str()))),
        };
        let settings = Settings {
            port: Some(0),
            data_dir: Some(data_dir),
            ledger_database_url: database,
            public_url: Some(PUBLIC_URL.to_owned()),
            twilio_auth_token: Some(Secret::new(AUTH_TOKEN)),
            twilio_phone_number: Some("+15045550199".to_owned()),
            twilio_api_base: Some(UNREACHABLE_URL.to_owned()),
            ..Settings::default()
        };
        let config = Config::resolve(settings).expect("a valid configuration");
        let running = api::App::start(config, clock.clone())
            .await
            .expect("the service starts");
        Self {
            running,
            clock,
            read_stores: ReadStores::open(&stores.url).await.expect("the read models"),
            stores,
            _files: files,
        }
    }

    /// A client without a login session.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.running.addr.port())
    }

    /// The base URL of the service.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.running.addr)
    }

    /// The last position of the log.
    ///
    /// # Panics
    /// If the ledger cannot be read.
    pub async fn head(&self) -> i64 {
        self.running.engine().ledger.head().await.expect("a head")
    }

    /// Waits until every read model has reached the head of the log.
    ///
    /// # Panics
    /// On timeout.
    pub async fn wait_for_read_models(&self) {
        let (engine, head) = (self.running.engine(), self.head().await);
        for projector in engine.models.projectors() {
            let reached = engine.models.wait(projector.name(), head, SETTLE_TIMEOUT).await;
            assert!(reached, "{} did not reach the head of the log", projector.name());
        }
    }

    /// The stores of the service.
    #[must_use]
    pub const fn stores(&self) -> &TestStores {
        &self.stores
    }
}
