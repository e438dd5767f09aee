//! Runs the sandbox (`call-ledger-sandbox`) as a child process and telephone network of this service.
//!
//! This happens when no telephone network is configured: neither a Twilio account nor `TWILIO_API_BASE`. The rest of
//! the program only knows the addresses of the network and the models. An operator who sets `TWILIO_API_BASE` or
//! `OPENAI_BASE_URL` chooses them; [`crate::App::start`], which tests use, starts no sandbox.

mod program;
mod supervisor;

use engine::sandbox_status::{SandboxStatus, SandboxStatusWatch};
use infra::config::Config;
use program::Program;
use std::net::SocketAddr;
use std::time::Duration;
use tokio::sync::watch;
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;

/// Our number in the sandbox, unless one is configured: 555-0100 to 555-0199 are reserved for fictional use
/// (<https://www.nanpa.com/numbering/555-line-numbers>).
const NUMBER: &str = "+15045550100";
/// SID of the TwiML application for browser calls, unless one is configured.
const APPLICATION: &str = "AP00000000000000000000000000000000";
/// Default port; another one is used if it is taken.
const PORT: u16 = 3200;
/// Timeout for the sandbox to exit before it is killed.
const EXIT_TIMEOUT: Duration = Duration::from_secs(5);

/// The sandbox process of this service, if it has one.
#[derive(Debug)]
pub struct Sandbox {
    status: SandboxStatusWatch,
    child: Option<(CancellationToken, JoinHandle<()>)>,
}

impl Sandbox {
    /// No sandbox process: Twilio or a separate sandbox is the telephone network.
    #[must_use]
    pub fn external(config: &Config) -> Self {
        Self::with_fixed_status(match (config.twilio.sandbox, &config.twilio.api_base) {
            (false, _) => SandboxStatus::NotNeeded,
            (true, Some(_)) => SandboxStatus::Elsewhere,
            (true, None) => SandboxStatus::Missing,
        })
    }

    /// Starts the sandbox if no telephone network is configured, and sets its address in the configuration. A failed
    /// start is logged and retried while the service runs.
    ///
    /// # Errors
    /// When its auth token cannot be read or created.
    pub async fn bring_along(config: &mut Config, service: SocketAddr) -> anyhow::Result<Self> {
        if !config.twilio.sandbox || config.twilio.api_base.is_some() {
            return Ok(Self::external(config));
        }
        let twilio = &mut config.twilio;
        let Some(path) = Program::find() else {
            return Ok(Self::with_fixed_status(SandboxStatus::Missing));
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
        let initial = if started.is_some() {
            SandboxStatus::Running
        } else {
            SandboxStatus::Restarting
        };
        let (sender, status) = watch::channel(initial);
        let stop = CancellationToken::new();
        let supervised = supervisor::run(program, base, started, sender, stop.clone());
        Ok(Self {
            status,
            child: Some((stop, tokio::spawn(supervised))),
        })
    }

    fn with_fixed_status(status: SandboxStatus) -> Self {
        Self {
            // The sender is dropped: the value does not change any more.
            status: watch::channel(status).1,
            child: None,
        }
    }

    /// Watches the status.
    #[must_use]
    pub fn status(&self) -> SandboxStatusWatch {
        self.status.clone()
    }

    /// Stops the sandbox process, if there is one.
    pub async fn stop(self) {
        if let Some((stop, supervised)) = self.child {
            stop.cancel();
            // A panic was logged by the panic hook; the child exits when its standard input closes.
            let _ = supervised.await;
        }
    }
}
