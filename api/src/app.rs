//! The service: starts from a configuration and a clock, and shuts down gracefully.

use crate::auth::Permission;
use crate::conference;
use crate::feed_cache::FeedCache;
use crate::health::metrics::recorder;
use crate::router::{router, webhook_router};
use crate::sandbox::Sandbox;
use crate::server;
use crate::signals::{Signal, Signals};
use crate::state::{AppState, Shared};
use crate::twilio::voice_response;
use anyhow::Context as _;
use axum::extract::FromRef as _;
use domain::agent::AgentSettings;
use domain::ledger::LedgerClock;
use engine::agents::create_default;
use engine::drain::Drain;
use engine::finish_calls::finish_calls;
use engine::pending_turns::PendingTurns;
use engine::ports::Interfaces;
use engine::sandbox_status::{SandboxStatus, SandboxStatusWatch};
use engine::{Engine, Queries, SharedEngine, dialogue, jobs, number_ownership};
use futures::future::BoxFuture;
use infra::accounts::{Accounts, Role};
use infra::blob::BlobStore;
use infra::clock::{Clock as _, SandboxClock, SharedClock, SystemClock};
use infra::config::Config;
use infra::db::ReadStores;
use infra::faults::Faults;
use infra::keys::{MasterKey, MasterKeySource};
use infra::leases::Leases;
use infra::ledger::{Ledger, LedgerOptions, clock_check};
use infra::models::{Models, ModelsOptions};
use infra::recording_links::RecordingLinks;
use infra::twilio::rest::{Credentials, TwilioRest};
use infra::twilio::sandbox::SandboxControl;
use infra::twilio::twiml::{Response, hangup};
use projections::{Following, ReadModels};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;
use tokio_util::task::AbortOnDropHandle;

/// File name of the master key in the data folder.
const MASTER_KEY_FILE: &str = "master.key";

/// Longest time for the check of the recordings at a start.
const RECORDINGS_TIMEOUT: Duration = Duration::from_secs(3);

/// The service.
pub struct App;

/// A running service.
pub struct Running {
    /// Listening address.
    pub addr: SocketAddr,
    /// Listening address of the webhooks alone, if one is configured.
    pub webhook_addr: Option<SocketAddr>,
    engine: SharedEngine,
    following: Following,
    server: JoinHandle<()>,
    jobs: Vec<JoinHandle<()>>,
    sandbox: Sandbox,
    /// Compares the machine's clock with the log and the monotonic clock.
    clock_watch: Option<AbortOnDropHandle<()>>,
}

impl App {
    /// Opens the databases, starts following the log, and listens.
    ///
    /// # Errors
    /// When a database cannot be opened, the master key is wrong, another process uses the data folder, or the address
    /// is in use.
    pub async fn start(config: Config, clock: SharedClock) -> anyhow::Result<Running> {
        let ledger = open_ledger(&config, &clock).await?;
        let (listener, addr) = listen(&config).await?;
        let sandbox = Sandbox::external(&config);
        // On the heap: a configuration is large, and is moved through several futures here.
        Box::pin(Self::start_on(listener, addr, config, clock, ledger, sandbox)).await
    }

    /// Like [`App::start`] with the configured clock, and starts the sandbox if no telephone network is configured: see
    /// [`crate::sandbox`].
    ///
    /// # Errors
    /// As [`App::start`], and when the sandbox's clock is configured and not reachable.
    pub async fn start_with_sandbox(mut config: Config) -> anyhow::Result<Running> {
        if config.clock == LedgerClock::Sandbox {
            return Box::pin(Self::start_with_sandbox_clock(config)).await;
        }
        let clock: SharedClock = Arc::new(SystemClock);
        // The ledger is opened first: a second service on the same data folder fails before it starts a sandbox.
        let ledger = open_ledger(&config, &clock).await?;
        let clock_watch = check_clock(&config, &ledger, &clock).await?;
        let (listener, addr) = listen(&config).await?;
        let sandbox = Sandbox::bring_along(&mut config, addr).await?;
        // On the heap: a configuration is large, and is moved through several futures here.
        let mut running = Box::pin(Self::start_on(listener, addr, config, clock, ledger, sandbox)).await?;
        running.clock_watch = Some(clock_watch);
        Ok(running)
    }

    /// The sandbox is started first, because the ledger takes its times from it.
    async fn start_with_sandbox_clock(mut config: Config) -> anyhow::Result<Running> {
        let (listener, addr) = listen(&config).await?;
        let sandbox = Sandbox::bring_along(&mut config, addr).await?;
        let clock = sandbox_clock(&config).await?;
        let ledger = open_ledger(&config, &(clock.clone() as SharedClock)).await?;
        clock.raise_to(ledger.last_recorded_at().await.context("reading the ledger")?);
        tracing::warn!(now = %clock.now(), "the sandbox's clock is used: times are not real");
        Box::pin(Self::start_on(listener, addr, config, clock, ledger, sandbox)).await
    }

    async fn start_on(
        listener: TcpListener,
        addr: SocketAddr,
        config: Config,
        clock: SharedClock,
        ledger: Ledger,
        sandbox: Sandbox,
    ) -> anyhow::Result<Running> {
        let state = Box::pin(open(config, clock, ledger, sandbox.status())).await?;
        let engine = SharedEngine::from_ref(&state);
        create_default(&engine.ledger, engine.clock.now())
            .await
            .context("creating the default agent")?;
        tokio::task::spawn_blocking(dialogue::warm_up);
        let language_models = engine.language_models.clone();
        tokio::spawn(async move { language_models.warm_up(None).await });
        let following = engine.models.follow();
        number_ownership::claim_configured(&engine)
            .await
            .context("claiming the configured numbers")?;
        let limits = server::Limits {
            max_connections: server::raise_descriptors(),
            trusted_proxies: engine.config.trusted_proxies.clone(),
        };
        let webhooks = match engine.config.webhook_listen {
            Some(address) => Some((bind(address).await?.0, webhook_router(state.clone()))),
            None => None,
        };
        let webhook_addr = webhooks.as_ref().map(|(listener, _)| listener.local_addr()).transpose();
        let webhook_addr = webhook_addr.context("reading the address of the webhook listener")?;
        let router = router(state);
        let drain = engine.drain.clone();
        let server = tokio::spawn(async move {
            let closing = || {
                let drain = drain.clone();
                async move { drain.closing().await }
            };
            let main = server::serve(listener, router, limits.clone(), closing());
            match webhooks {
                Some((listener, router)) => {
                    tokio::join!(main, server::serve(listener, router, limits, closing()));
                }
                None => main.await,
            }
        });
        let jobs = jobs::spawn(&engine);
        Ok(Running {
            addr,
            webhook_addr,
            engine,
            following,
            server,
            jobs,
            sandbox,
            clock_watch: None,
        })
    }
}

async fn listen(config: &Config) -> anyhow::Result<(TcpListener, SocketAddr)> {
    bind(config.listen).await
}

async fn bind(address: SocketAddr) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(address).await.map_err(|error| {
        let in_use = error.kind() == std::io::ErrorKind::AddrInUse;
        let hint = if in_use {
            ": another program listens there; stop it, or set PORT or LISTEN"
        } else {
            ""
        };
        anyhow::Error::new(error).context(format!("cannot listen on {address}{hint}"))
    })?;
    let addr = listener.local_addr().context("reading the listening address")?;
    Ok((listener, addr))
}

/// The clock of the configured sandbox.
///
/// # Errors
/// When no sandbox serves its clock at the configured address.
pub async fn sandbox_clock(config: &Config) -> anyhow::Result<Arc<SandboxClock>> {
    let followed = SandboxClock::follow(config.twilio_base()).await;
    followed.context("CLOCK is sandbox, but the sandbox's clock cannot be used: start the sandbox, or unset CLOCK")
}

/// Refuses a clock that is behind the log, unless it is accepted, and watches it from here on.
async fn check_clock(config: &Config, ledger: &Ledger, clock: &SharedClock) -> anyhow::Result<AbortOnDropHandle<()>> {
    let last_event = ledger.last_recorded_at().await.context("reading the ledger")?;
    match clock_check::check_start(clock.now(), last_event) {
        Err(behind) if config.accept_clock => tracing::error!(%behind, "the clock was accepted"),
        checked => checked?,
    }
    Ok(clock_check::watch(ledger.clone(), clock.clone()))
}

async fn open_ledger(config: &Config, clock: &SharedClock) -> anyhow::Result<Ledger> {
    // Installed first, so that everything below is counted.
    recorder();
    Ledger::open(ledger_options(config, clock.clone())?)
        .await
        .context("opening the ledger")
}

/// The master key: from the configuration, otherwise from its file.
///
/// # Errors
/// When the key is invalid, or the file cannot be read.
pub fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    let source = master_key_source(config)?;
    source.load(false).context("the master key")
}

fn master_key_source(config: &Config) -> anyhow::Result<MasterKeySource> {
    match &config.master_key {
        Some(key) => Ok(MasterKeySource::Key(key.expose().parse().context("LEDGER_MASTER_KEY")?)),
        None => Ok(MasterKeySource::File(master_key_file(config))),
    }
}

/// Path of the master key file, used unless the configuration holds the key.
#[must_use]
pub fn master_key_file(config: &Config) -> std::path::PathBuf {
    config.data_dir.join(MASTER_KEY_FILE)
}

/// The options to open the ledger with.
///
/// # Errors
/// When there is no usable master key.
pub fn ledger_options(config: &Config, clock: SharedClock) -> anyhow::Result<LedgerOptions> {
    Ok(LedgerOptions {
        database: config.ledger_database.clone(),
        keys: config.keys_database.clone(),
        master_key: master_key_source(config)?,
        clock,
    })
}

async fn open(
    config: Config,
    clock: SharedClock,
    ledger: Ledger,
    sandbox: SandboxStatusWatch,
) -> anyhow::Result<AppState> {
    let views = ReadStores::open(&config.read_models_database)
        .await
        .context("opening the read models")?;
    let models = ReadModels::open(views, ledger.clone(), clock.clone())
        .await
        .context("opening the read models")?;
    let accounts = Accounts::open_beside(&config.accounts_database, &ledger)
        .await
        .context("opening the accounts database")?;
    let twilio_token = config
        .auth_token()
        .context("reading or creating the sandbox's auth token")?;
    let credentials = Credentials::AuthToken(twilio_token.clone());
    let faults = Faults::new(clock.clone());
    let twilio = TwilioRest::new(config.twilio_base(), config.twilio.account_sid.as_str(), credentials)?
        .reporting_to(faults.clone());
    let sandbox_control = SandboxControl::new(config.twilio_base())?;
    let language_models = ModelsOptions::from_config(&config.models, &config.sandbox_models());
    let language_models = Models::new(language_models).context("setting up the models")?;
    let blobs = BlobStore::open(&config.recordings_url, config.s3.clone())
        .await
        .context("RECORDINGS_URL")?
        .reporting_to(faults.clone());
    check_recordings(&blobs, &ledger).await?;
    let recording_links = RecordingLinks::new(&twilio_token);
    let signing_keys = config.signing_keys(twilio_token);
    let leases = Leases::open(&config.ledger_database)
        .await
        .context("opening the leases")?;
    let feed_cache = Arc::new(FeedCache::default());
    let config = Arc::new(config);
    let interfaces = Arc::new(HttpInterfaces {
        config: config.clone(),
        feed_cache: feed_cache.clone(),
    });
    let engine = Engine {
        read: Queries::of(&models),
        config,
        clock,
        ledger,
        models,
        accounts,
        twilio,
        sandbox,
        language_models,
        blobs,
        faults,
        leases,
        number_routing: Arc::default(),
        presence: Arc::default(),
        audio_taps: Arc::default(),
        pending_turns: PendingTurns::default(),
        drain: Drain::default(),
        interfaces,
    };
    Ok(AppState::new(Shared {
        engine: Arc::new(engine),
        signing_keys,
        sandbox_control,
        recording_links: Arc::new(recording_links),
        limits: Arc::default(),
        feed_cache,
        metrics: recorder(),
    }))
}

/// Refuses recordings of another log: erasing a call would delete those of a stranger. A store that cannot be reached is
/// not checked: calls are recorded without it.
async fn check_recordings(blobs: &BlobStore, ledger: &Ledger) -> anyhow::Result<()> {
    let Some(log) = ledger.identity().map(|identity| identity.id.as_str()) else {
        return Ok(());
    };
    match tokio::time::timeout(RECORDINGS_TIMEOUT, blobs.mark(log)).await {
        Ok(Ok(found)) if found != log => anyhow::bail!(
            "the recordings in RECORDINGS_URL belong to the ledger {found}, but the log is the ledger {log}: use the \
            folder or bucket of this log"
        ),
        Ok(Ok(_)) => {}
        Ok(Err(error)) => tracing::warn!(%error, "recordings not checked, their store cannot be used"),
        Err(_) => tracing::warn!("recordings not checked, their store does not answer"),
    }
    Ok(())
}

/// The interfaces, as the engine knows them.
struct HttpInterfaces {
    config: Arc<Config>,
    feed_cache: Arc<FeedCache>,
}

impl Interfaces for HttpInterfaces {
    fn join_conference(&self, call_id: &str) -> String {
        conference::join(&self.config, call_id).to_xml()
    }

    fn farewell(&self, settings: &AgentSettings, words: &str) -> String {
        Response::new()
            .then(voice_response::spoken(words, settings))
            .then(hangup())
            .to_xml()
    }

    fn may_handle_calls(&self, role: Role) -> bool {
        Permission::HandleCalls.is_granted_to(role)
    }

    fn forget_erased(&self) {
        self.feed_cache.clear();
    }
}

impl Running {
    /// The engine, for tests.
    #[must_use]
    pub const fn engine(&self) -> &SharedEngine {
        &self.engine
    }

    /// The shutdown state; also begins the shutdown.
    #[must_use]
    pub fn drain(&self) -> &Drain {
        &self.engine.drain
    }

    /// Shuts down after the calls in progress: see [`finish_calls`]. Then as [`Self::shutdown`].
    ///
    /// # Errors
    /// When the server failed.
    pub async fn finish_calls_and_shut_down(self, grace: Duration) -> anyhow::Result<()> {
        self.engine.drain.finish_calls();
        finish_calls(&self.engine).await;
        self.shutdown(grace).await
    }

    /// Shuts down: not ready immediately, no new connections after `grace`, then requests in flight finish.
    ///
    /// # Errors
    /// When the server failed.
    pub async fn shutdown(self, grace: Duration) -> anyhow::Result<()> {
        self.engine.drain.begin();
        tokio::time::sleep(grace).await;
        self.engine.drain.close();
        let abort = self.server.abort_handle();
        let served = tokio::time::timeout(self.engine.config.drain_timeout, self.server).await;
        let served = if let Ok(served) = served {
            served.context("the server panicked")
        } else {
            abort.abort();
            tracing::warn!("requests aborted: drain timeout exceeded");
            Ok(())
        };
        let listeners = self.engine.audio_taps.wait_closed();
        if tokio::time::timeout(self.engine.config.drain_timeout, listeners)
            .await
            .is_err()
        {
            tracing::warn!("listeners not closed: drain timeout exceeded");
        }
        for job in self.jobs {
            // A panic was logged by the panic hook.
            let _ = job.await;
        }
        self.sandbox.stop().await;
        drop(self.clock_watch);
        if let Err(error) = self.engine.leases.release().await {
            tracing::debug!(%error, "leases not released, they will expire");
        }
        self.following.stop().await;
        self.engine.accounts.close().await;
        if let Err(error) = self.engine.ledger.checkpoint().await {
            tracing::warn!(%error, "write-ahead log not checkpointed");
        }
        served
    }

    /// Waits until the server fails; it does not end otherwise.
    async fn failed(&mut self) -> anyhow::Result<()> {
        (&mut self.server).await.context("the server panicked")
    }
}

/// Runs the service until `SIGTERM` (after the calls in progress) or `SIGINT` (at once), either of which also ends a start.
///
/// # Errors
/// When it cannot start, or its server fails.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let grace = config.drain_grace;
    let mut signals = Signals::listen()?;
    tracing::info!("call-ledger {} is starting", env!("CARGO_PKG_VERSION"));
    let mut running = tokio::select! {
        started = Box::pin(App::start_with_sandbox(config)) => started?,
        // What was begun is abandoned, as when the process is killed. There is nothing to drain yet.
        _ = signals.next() => {
            tracing::info!("stopped during the start");
            return Ok(());
        }
    };
    log_start(&running);
    let signal = tokio::select! {
        ended = running.failed() => return ended,
        signal = signals.next() => signal,
    };
    tracing::info!("draining");
    tokio::select! {
        stopped = stop(running, signal, grace) => stopped?,
        _ = signals.next() => tracing::warn!("second signal: stopping immediately"),
    }
    tracing::info!("stopped");
    Ok(())
}

/// Stops as this signal asks. Boxed, because the future is large.
fn stop(running: Running, signal: Signal, grace: Duration) -> BoxFuture<'static, anyhow::Result<()>> {
    Box::pin(async move {
        match signal {
            Signal::Terminate => running.finish_calls_and_shut_down(grace).await,
            Signal::Interrupt => running.shutdown(Duration::ZERO).await,
        }
    })
}

fn log_start(running: &Running) {
    let config = &running.engine.config;
    if config.twilio.sandbox {
        tracing::warn!("no Twilio credentials: the sandbox is the telephone network, no real calls");
    }
    if *running.engine.sandbox.borrow() == SandboxStatus::Missing {
        tracing::warn!(
            "call-ledger-sandbox not found next to this program: there is no telephone network and no calls are possible. \
            Build it (`cargo build --package call-ledger-sandbox`), or run it separately and set TWILIO_API_BASE"
        );
    }
    tracing::info!(
        address = %running.addr, webhooks = ?running.webhook_addr, public_url = %config.public_url, ledger = %config.ledger_database,
        "call-ledger {} is ready", env!("CARGO_PKG_VERSION")
    );
}
