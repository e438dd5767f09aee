//! The sandbox as this service's own telephone network: `call-ledger-sandbox`, run beside it as a child.
//!
//! That is so where nothing is configured: no Twilio account, no address in its place. The rest of the program knows
//! nothing of it: it reaches the network and the models by their addresses, whoever set them. Who sets `TWILIO_API_BASE` or
//! `OPENAI_BASE_URL` decides for themselves; so does who starts the service by [`crate::App::start`], as tests do.

mod program;
mod supervisor;

use infra::config::Config;
use program::Program;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Our number in the sandbox, unless one is configured: 555-0100 to 555-0199 are kept for stories
/// (<https://www.nanpa.com/numbering/555-line-numbers>).
const NUMBER: &str = "+15045550100";
/// The application of the browser's telephone in the sandbox, unless one is configured.
const APPLICATION: &str = "AP00000000000000000000000000000000";
/// Where it listens, if nobody else does.
const PORT: u16 = 3200;
/// How long the sandbox may take to end once it was told to.
const END: Duration = Duration::from_secs(5);

/// How the sandbox stands to this service.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Standing {
    /// Twilio is the telephone network.
    NotNeeded,
    /// Somebody else runs it, at `TWILIO_API_BASE`.
    Elsewhere,
    /// Its program does not lie beside this one: unless somebody runs it by hand, there is no telephone network.
    Missing,
    /// It runs.
    Running,
    /// It ended, and is being started again.
    Restarting,
}

impl Standing {
    /// The word for it; none where there is no sandbox.
    #[must_use]
    pub const fn as_str(self) -> Option<&'static str> {
        match self {
            Self::NotNeeded => None,
            Self::Elsewhere => Some("elsewhere"),
            Self::Missing => Some("missing"),
            Self::Running => Some("running"),
            Self::Restarting => Some("restarting"),
        }
    }
}

/// How the sandbox stands, as it changes.
pub type Standings = watch::Receiver<Standing>;

/// The sandbox, as far as it is ours.
#[derive(Debug)]
pub struct Sandbox {
    standing: Standings,
    child: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Sandbox {
    /// None of ours: what stands in Twilio's place, if anything does, is another's business.
    #[must_use]
    pub fn none(config: &Config) -> Self {
        Self::standing_still(match (config.twilio.sandbox, &config.twilio.api_base) {
            (false, _) => Standing::NotNeeded,
            (true, Some(_)) => Standing::Elsewhere,
            (true, None) => Standing::Missing,
        })
    }

    /// Ours, where nobody else is configured: started, and entered into the configuration. What cannot be had is told in
    /// the log, and the service goes on without.
    ///
    /// # Errors
    /// When there is no token for it.
    pub async fn bring_along(config: &mut Config, service: SocketAddr) -> anyhow::Result<Self> {
        if !config.twilio.sandbox || config.twilio.api_base.is_some() {
            return Ok(Self::none(config));
        }
        let twilio = &mut config.twilio;
        let Some(path) = Program::beside_us() else {
            return Ok(Self::standing_still(Standing::Missing));
        };
        let inbound = twilio
            .inbound_phone_number
            .get_or_insert_with(|| NUMBER.to_owned())
            .clone();
        let outbound = twilio.phone_number.get_or_insert_with(|| inbound.clone()).clone();
        let application = twilio
            .twiml_app_sid
            .get_or_insert_with(|| APPLICATION.to_owned())
            .clone();
        let program = Program {
            path,
            service,
            token: config.auth_token()?,
            account_sid: config.twilio.account_sid.clone(),
            public_url: config.callback_url(""),
            numbers: if inbound == outbound {
                vec![inbound]
            } else {
                vec![inbound, outbound]
            },
            application,
        };
        let (started, base) = supervisor::first(&program).await;
        config.twilio.api_base = Some(base.url());
        let standing = if started.is_some() {
            Standing::Running
        } else {
            Standing::Restarting
        };
        let (tell, standing) = watch::channel(standing);
        let stop = CancellationToken::new();
        let supervised = supervisor::keep(program, base, started, tell, stop.clone());
        Ok(Self {
            standing,
            child: Some((stop, tokio::spawn(supervised))),
        })
    }

    fn standing_still(standing: Standing) -> Self {
        Self {
            // Nobody tells anything else any more: the last value stays.
            standing: watch::channel(standing).1,
            child: None,
        }
    }

    /// How it stands, and how that changes.
    #[must_use]
    pub fn standing(&self) -> Standings {
        self.standing.clone()
    }

    /// Ends it, if it is ours.
    pub async fn stop(self) {
        if let Some((stop, supervised)) = self.child {
            stop.cancel();
            // One that panicked has said so already; its child ended with its standard input.
            let _ = supervised.await;
        }
    }
}
