//! [`SandboxStatus`].

/// Status of the sandbox, the telephone network of an installation without a Twilio account.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SandboxStatus {
    /// Twilio is the telephone network.
    NotNeeded,
    /// It runs separately, at `TWILIO_API_BASE`.
    Elsewhere,
    /// Its program was not found next to this one, so there is no telephone network unless it is started separately.
    Missing,
    Running,
    /// It exited and is being restarted.
    Restarting,
}

impl SandboxStatus {
    /// The name of the status; `None` if there is no sandbox.
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

/// Watches the status of the sandbox.
pub type SandboxStatusWatch = tokio::sync::watch::Receiver<SandboxStatus>;
