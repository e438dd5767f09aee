//! The service in the test's own process: with a clock that the test moves, on either engine.

use crate::place::Place;
use crate::service::{AUTH_TOKEN, Client, NOBODY, PUBLIC_URL};
use api::Running;
use domain::Timestamp;
use infra::clock::TestClock;
use infra::config::{Config, Secret, Settings};
use infra::db::{DatabaseUrl, Views};
use std::sync::Arc;
use std::time::Duration;
use tempfile::TempDir;

/// How long a read model may take to follow; a debug build on a busy machine is slow.
const SETTLED_WITHIN: Duration = Duration::from_secs(30);

/// A service in this process.
pub struct App {
    /// What runs.
    pub running: Running,
    /// What it takes for the time.
    pub clock: Arc<TestClock>,
    /// Its read models, for whoever looks behind the doors.
    pub views: Views,
    place: Place,
    _files: TempDir,
}

impl App {
    /// A service at this place, at this time.
    ///
    /// # Panics
    /// When it does not start.
    pub async fn start(place: Place, now: Timestamp) -> Self {
        let files = crate::scratch::data_dir();
        let clock = TestClock::at(now);
        let (data_dir, database) = match &place.url {
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
            twilio_api_base: Some(NOBODY.to_owned()),
            ..Settings::default()
        };
        let config = Config::resolve(settings).expect("a configuration");
        let running = api::App::start(config, clock.clone())
            .await
            .expect("the service starts");
        Self {
            running,
            clock,
            views: Views::open(&place.url).await.expect("the read models"),
            place,
            _files: files,
        }
    }

    /// Somebody who talks to it; not signed in.
    #[must_use]
    pub fn client(&self) -> Client {
        Client::new(self.running.addr.port())
    }

    /// The same by address.
    #[must_use]
    pub fn url(&self) -> String {
        format!("http://{}", self.running.addr)
    }

    /// The last position of the log.
    ///
    /// # Panics
    /// When the ledger cannot be read.
    pub async fn head(&self) -> i64 {
        self.running.state().ledger.head().await.expect("a head")
    }

    /// Waits until every read model has what the ledger has.
    ///
    /// # Panics
    /// When one is late.
    pub async fn settled(&self) {
        let (state, head) = (self.running.state(), self.head().await);
        for projector in state.models.projectors() {
            let reached = state.models.wait(projector.name(), head, SETTLED_WITHIN).await;
            assert!(reached, "{} is late", projector.name());
        }
    }

    /// The database behind it.
    #[must_use]
    pub const fn place(&self) -> &Place {
        &self.place
    }
}
