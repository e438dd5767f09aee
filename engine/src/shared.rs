//! [`Engine`]: what the dialogue, the takeover and the jobs share.

use crate::audio_tap::AudioTaps;
use crate::drain::Drain;
use crate::number_routing::NumberRouting;
use crate::pending_turns::PendingTurns;
use crate::ports::Interfaces;
use crate::presence::Presence;
use crate::sandbox_status::SandboxStatusWatch;
use infra::accounts::Accounts;
use infra::blob::BlobStore;
use infra::clock::SharedClock;
use infra::config::Config;
use infra::faults::Faults;
use infra::leases::Leases;
use infra::ledger::Ledger;
use infra::models::Models;
use infra::twilio::rest::TwilioRest;
use projections::ReadModels;
use projections::agents::queries::Agents;
use projections::call_log::CallLog;
use projections::contacts::queries::Contacts;
use projections::dashboard::queries::Dashboard;
use projections::live_calls::queries::LiveCalls;
use projections::persona_feedback::queries::Feedback;
use projections::work::Work;
use std::sync::Arc;

/// The engine. Cheap to clone.
pub type SharedEngine = Arc<Engine>;

/// What the dialogue, the takeover and the jobs share.
pub struct Engine {
    pub config: Arc<Config>,
    pub clock: SharedClock,
    pub ledger: Ledger,
    /// The read models: their status and rebuilds.
    pub models: ReadModels,
    pub read: Queries,
    /// Users, login sessions and API tokens.
    pub accounts: Accounts,
    /// Twilio's REST API, or the sandbox.
    pub twilio: TwilioRest,
    /// Status of the sandbox process.
    pub sandbox: SandboxStatusWatch,
    /// Language and speech models.
    pub language_models: Models,
    /// Stored recordings.
    pub blobs: BlobStore,
    /// What an operator has to mend.
    pub faults: Faults,
    /// Which process runs which kind of job.
    pub leases: Leases,
    pub number_routing: Arc<NumberRouting>,
    /// Which users are online.
    pub presence: Arc<Presence>,
    /// Audio of calls that have a listener in this process.
    pub audio_taps: Arc<AudioTaps>,
    /// Answers that this process is preparing for callers who wait.
    pub pending_turns: PendingTurns,
    pub drain: Drain,
    pub interfaces: Arc<dyn Interfaces>,
}

impl Engine {
    /// Whether new calls may start here: the service does not stop, or other processes continue its calls.
    #[must_use]
    pub fn takes_calls(&self) -> bool {
        !self.drain.is_finishing_calls() || self.presence.other_processes() > 0
    }
}

/// Queries by read model.
pub struct Queries {
    pub call_log: CallLog,
    pub dashboard: Dashboard,
    pub live_calls: LiveCalls,
    /// Grades and corrections.
    pub feedback: Feedback,
    pub contacts: Contacts,
    /// Agents and their numbers.
    pub agents: Agents,
    /// Pending work of the jobs.
    pub work: Work,
}

impl Queries {
    /// The queries of these read models.
    #[must_use]
    pub fn of(models: &ReadModels) -> Self {
        Self {
            call_log: models.call_log(),
            dashboard: models.dashboard(),
            live_calls: models.live_calls(),
            feedback: models.feedback(),
            contacts: models.contacts(),
            agents: models.agents(),
            work: models.work(),
        }
    }
}
