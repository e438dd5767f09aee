//! The service: started from a configuration and a clock, stopped without hurting anybody.

use crate::agents::DEFAULT;
use crate::dialogue;
use crate::number_routing::NumberRouting;
use crate::drain::Drain;
use crate::health::metrics::recorder;
use crate::audio_tap::AudioTaps;
use crate::live::FeedCache;
use crate::presence::Presence;
use crate::jobs;
use crate::read_models::rebuild::Rebuilds;
use crate::router::router;
use crate::sandbox::{Sandbox, Standing, Standings};
use crate::state::{AppState, Read, Shared};
use crate::web::limits::Limits;
use anyhow::Context as _;
use domain::agent::event::AgentSettings;
use domain::agent::{Agent, AgentCommand, AgentError};
use infra::blob::BlobStore;
use infra::clock::{SharedClock, SystemClock};
use infra::config::Config;
use infra::db::ReadStores;
use infra::event_store::{Actor, Metadata};
use infra::keys::MasterKey;
use infra::leases::Leases;
use infra::ledger::{Ledger, LedgerError, LedgerOptions};
use infra::recording_links::RecordingLinks;
use infra::models::{Models, ModelsOptions};
use infra::accounts::Accounts;
use infra::twilio::rest::{Credentials, TwilioRest};
use infra::twilio::sandbox::SandboxDoors;
use projections::{Following, ReadModels};
use std::net::SocketAddr;
use std::sync::Arc;
use std::time::Duration;
use tokio::net::TcpListener;
use tokio::task::JoinHandle;

/// The file of the master key, in the data folder.
const MASTER_KEY_FILE: &str = "master.key";

/// The service.
pub struct App;

/// A service that runs.
pub struct Running {
    /// Where it listens.
    pub addr: SocketAddr,
    state: AppState,
    following: Following,
    server: JoinHandle<std::io::Result<()>>,
    jobs: Vec<JoinHandle<()>>,
    sandbox: Sandbox,
}

impl App {
    /// Opens the databases, begins to follow the log, and listens.
    ///
    /// # Errors
    /// When a database cannot be opened, the master key is the wrong one, another process uses the data folder, or the
    /// address is taken.
    pub async fn start(config: Config, clock: SharedClock) -> anyhow::Result<Running> {
        let ledger = open_ledger(&config, &clock).await?;
        let (listener, addr) = listen(&config).await?;
        let sandbox = Sandbox::none(&config);
        // On the heap: a configuration is large, and is moved through several futures here.
        Box::pin(Self::start_on(listener, addr, config, clock, ledger, sandbox)).await
    }

    /// The same with a telephone network of its own, where none is configured: see [`crate::sandbox`].
    ///
    /// # Errors
    /// As [`App::start`].
    pub async fn start_with_sandbox(mut config: Config, clock: SharedClock) -> anyhow::Result<Running> {
        // First the ledger: whoever is the second in a data folder does not get as far as to start anything.
        let ledger = open_ledger(&config, &clock).await?;
        let (listener, addr) = listen(&config).await?;
        let sandbox = Sandbox::bring_along(&mut config, addr).await?;
        // On the heap: a configuration is large, and is moved through several futures here.
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
        let state = open(config, clock, ledger, sandbox.standing()).await?;
        make_default_agent(&state).await?;
        tokio::task::spawn_blocking(dialogue::warm_up);
        let following = state.models.follow();
        let service = router(state.clone()).into_make_service_with_connect_info::<SocketAddr>();
        let drain = state.drain.clone();
        let server = tokio::spawn(async move {
            axum::serve(listener, service)
                .with_graceful_shutdown(async move { drain.closing().await })
                .await
        });
        let jobs = jobs::spawn(&state);
        Ok(Running {
            addr,
            state,
            following,
            server,
            jobs,
            sandbox,
        })
    }
}

async fn listen(config: &Config) -> anyhow::Result<(TcpListener, SocketAddr)> {
    let listener = TcpListener::bind(config.listen).await;
    let listener = listener.with_context(|| format!("cannot listen on {}", config.listen))?;
    let addr = listener.local_addr().context("reading the address that was given")?;
    Ok((listener, addr))
}

async fn open_ledger(config: &Config, clock: &SharedClock) -> anyhow::Result<Ledger> {
    // First of all, so that whatever begins below is counted.
    recorder();
    Ledger::open(ledger_options(config, clock.clone())?)
        .await
        .context("opening the ledger")
}

/// The master key: from the configuration, else from its file, which is made on the first start.
///
/// # Errors
/// When it is no key, or the file cannot be used.
pub fn master_key(config: &Config) -> anyhow::Result<MasterKey> {
    if let Some(key) = &config.master_key {
        return key.expose().parse().context("LEDGER_MASTER_KEY");
    }
    let file = master_key_file(config);
    MasterKey::from_file(&file).with_context(|| format!("the master key in {}", file.display()))
}

/// Where the master key is, unless the configuration holds it.
#[must_use]
pub fn master_key_file(config: &Config) -> std::path::PathBuf {
    config.data_dir.join(MASTER_KEY_FILE)
}

/// How the ledger is opened.
///
/// # Errors
/// When there is no usable master key.
pub fn ledger_options(config: &Config, clock: SharedClock) -> anyhow::Result<LedgerOptions> {
    Ok(LedgerOptions {
        database: config.ledger_database.clone(),
        keys: config.keys_database.clone(),
        master_key: master_key(config)?,
        clock,
    })
}

async fn open(config: Config, clock: SharedClock, ledger: Ledger, sandbox: Standings) -> anyhow::Result<AppState> {
    let views = ReadStores::open(&config.read_models_database)
        .await
        .context("opening the read models")?;
    let models = ReadModels::open(views, ledger.clone(), clock.clone())
        .await
        .context("opening the read models")?;
    let accounts = Accounts::open(&config.accounts_database)
        .await
        .context("opening users and sessions")?;
    let twilio_token = config
        .auth_token()
        .context("reading or making the sandbox's auth token")?;
    let credentials = Credentials::AuthToken(twilio_token.clone());
    let twilio = TwilioRest::new(config.twilio_base(), config.twilio.account_sid.as_str(), credentials)?;
    let sandbox_doors = SandboxDoors::new(config.twilio_base())?;
    let language_models = ModelsOptions::from_config(&config.models, &config.sandbox_models());
    let language_models = Models::new(language_models).context("setting up the models")?;
    let blobs = BlobStore::open(&config.recordings_url, config.s3_endpoint.as_deref())
        .await
        .context("RECORDINGS_URL")?;
    let recording_links = RecordingLinks::new(&twilio_token);
    let leases = Leases::open(&config.ledger_database, clock.clone())
        .await
        .context("opening the leases")?;
    Ok(Arc::new(Shared {
        read: Read::of(&models),
        config,
        clock,
        ledger,
        models,
        accounts,
        twilio_token,
        twilio,
        sandbox_doors,
        sandbox,
        language_models,
        blobs,
        recording_links,
        leases,
        number_routing: NumberRouting::default(),
        limits: Limits::default(),
        presence: Presence::default(),
        rebuilds: Rebuilds::default(),
        feed_cache: FeedCache::default(),
        audio_taps: AudioTaps::default(),
        drain: Drain::default(),
        metrics: recorder(),
    }))
}

/// The agent that answers numbers nobody assigned. Made once, at the first start; people change it after.
async fn make_default_agent(state: &AppState) -> anyhow::Result<()> {
    let settings = AgentSettings {
        name: Some("Front desk".to_owned()),
        prompt: Some("You answer the telephone for a small business. Be brief, warm and honest.".to_owned()),
        greeting: Some("Hello, and thank you for calling.".to_owned()),
        language: Some("en-US".to_owned()),
        ..AgentSettings::default()
    };
    let command = AgentCommand::Create {
        at: state.clock.now(),
        settings,
        by: "process:setup".to_owned(),
    };
    let metadata =
        Metadata::new("default", Actor::Process("setup".to_owned()), "setup").with_key("setup:default-agent");
    match state.ledger.execute::<Agent>(DEFAULT, command, metadata).await {
        Ok(_) | Err(LedgerError::Rejected(AgentError::AlreadyExists)) => Ok(()),
        Err(error) => Err(error).context("making the default agent"),
    }
}

impl Running {
    /// What the handlers share: for tests that look behind the doors.
    #[must_use]
    pub fn state(&self) -> &AppState {
        &self.state
    }

    /// How far it has come in stopping; orders it to stop.
    #[must_use]
    pub fn drain(&self) -> &Drain {
        &self.state.drain
    }

    /// Stops: not ready at once, no more connections after `grace`, and what is in flight may finish.
    ///
    /// # Errors
    /// When the server failed.
    pub async fn shutdown(self, grace: Duration) -> anyhow::Result<()> {
        self.state.drain.order();
        tokio::time::sleep(grace).await;
        self.state.drain.close();
        let abort = self.server.abort_handle();
        let served = tokio::time::timeout(self.state.config.drain_timeout, self.server).await;
        let served = if let Ok(served) = served {
            served.context("the server panicked")?.context("the server failed")
        } else {
            abort.abort();
            tracing::warn!("some requests did not finish in time");
            Ok(())
        };
        let listening = self.state.audio_taps.wait_closed();
        if tokio::time::timeout(self.state.config.drain_timeout, listening)
            .await
            .is_err()
        {
            tracing::warn!("some listeners did not go in time");
        }
        for job in self.jobs {
            // One that panicked has said so already.
            let _ = job.await;
        }
        self.sandbox.stop().await;
        if let Err(error) = self.state.leases.release().await {
            tracing::debug!(%error, "the leases expire by themselves");
        }
        self.following.stop().await;
        self.state.accounts.close().await;
        if let Err(error) = self.state.ledger.checkpoint().await {
            tracing::warn!(%error, "the write-ahead logs stay beside their files");
        }
        served
    }

    /// Waits until the server ends by itself, which it does only by a failure.
    async fn failed(&mut self) -> anyhow::Result<()> {
        (&mut self.server)
            .await
            .context("the server panicked")?
            .context("the server failed")
    }
}

/// Runs the service until it is told to stop (`SIGTERM`: with grace; `SIGINT`: without).
///
/// # Errors
/// When it cannot start, or its server fails.
pub async fn run(config: Config) -> anyhow::Result<()> {
    let grace = config.drain_grace;
    let mut running = Box::pin(App::start_with_sandbox(config, Arc::new(SystemClock))).await?;
    welcome(&running);
    let grace = tokio::select! {
        ended = running.failed() => return ended,
        signal = signals() => match signal? {
            Signal::Terminate => grace,
            Signal::Interrupt => Duration::ZERO,
        },
    };
    tracing::info!("draining");
    tokio::select! {
        stopped = running.shutdown(grace) => stopped?,
        _ = signals() => tracing::warn!("told twice to stop: going at once"),
    }
    tracing::info!("stopped");
    Ok(())
}

fn welcome(running: &Running) {
    let config = &running.state.config;
    if config.twilio.sandbox {
        tracing::warn!("no Twilio credentials: the sandbox is the telephone network, no real call is made or taken");
    }
    if *running.state.sandbox.borrow() == Standing::Missing {
        tracing::warn!(
            "call-ledger-sandbox does not lie beside this program, so there is no telephone network: nobody can call, and \
             no agent can be tried. Build it (`cargo build --package call-ledger-sandbox`), or run it and set TWILIO_API_BASE"
        );
    }
    tracing::info!(
        address = %running.addr, public_url = %config.public_url, ledger = %config.ledger_database,
        "call-ledger {} is ready", env!("CARGO_PKG_VERSION")
    );
}

#[derive(Clone, Copy)]
enum Signal {
    Terminate,
    Interrupt,
}

#[cfg(unix)]
async fn signals() -> anyhow::Result<Signal> {
    use tokio::signal::unix::{SignalKind, signal};
    let mut terminate = signal(SignalKind::terminate()).context("listening for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("listening for SIGINT")?;
    Ok(tokio::select! {
        _ = terminate.recv() => Signal::Terminate,
        _ = interrupt.recv() => Signal::Interrupt,
    })
}

#[cfg(not(unix))]
async fn signals() -> anyhow::Result<Signal> {
    tokio::signal::ctrl_c().await.context("listening for Ctrl-C")?;
    Ok(Signal::Interrupt)
}
