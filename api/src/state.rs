//! The state that all handlers share.

use crate::audio_tap::AudioTaps;
use crate::drain::Drain;
use crate::error::ApiError;
use crate::live::FeedCache;
use crate::number_routing::NumberRouting;
use crate::presence::Presence;
use crate::read_models::rebuild::Rebuilds;
use crate::sandbox::SandboxStatusWatch;
use crate::web::limits::Limits;
use domain::Decide;
use infra::accounts::Accounts;
use infra::blob::BlobStore;
use infra::clock::SharedClock;
use infra::config::{Config, Secret};
use infra::leases::Leases;
use infra::ledger::{Executed, Ledger, Outcome};
use infra::models::Models;
use infra::recording_links::RecordingLinks;
use infra::twilio::rest::TwilioRest;
use infra::twilio::sandbox::SandboxControl;
use metrics_exporter_prometheus::PrometheusHandle;
use projections::ReadModels;
use projections::agents::queries::Agents;
use projections::call_log::CallLog;
use projections::contacts::queries::Contacts;
use projections::dashboard::queries::Dashboard;
use projections::live_calls::queries::LiveCalls;
use projections::persona_feedback::queries::Feedback;
use projections::work::Work;
use std::sync::Arc;

/// The shared state. Cheap to clone.
pub type AppState = Arc<Shared>;

/// The state that all handlers share.
pub struct Shared {
    pub config: Config,
    pub clock: SharedClock,
    pub ledger: Ledger,
    /// The read models: their status and rebuilds.
    pub models: ReadModels,
    /// Queries of the read models.
    pub read: Read,
    /// Users, login sessions and API tokens.
    pub accounts: Accounts,
    /// Verifies the signatures of Twilio's requests.
    pub twilio_token: Secret,
    /// Twilio's REST API, or the sandbox.
    pub twilio: TwilioRest,
    /// The sandbox's own API, used only when it is the telephone network.
    pub sandbox_control: SandboxControl,
    /// Status of the sandbox process.
    pub sandbox: SandboxStatusWatch,
    /// Language and speech models.
    pub language_models: Models,
    /// Stored recordings.
    pub blobs: BlobStore,
    /// Signed links to recordings.
    pub recording_links: RecordingLinks,
    /// Which process runs which kind of job.
    pub leases: Leases,
    pub number_routing: NumberRouting,
    /// Rate limits.
    pub limits: Limits,
    /// Which users are online.
    pub presence: Presence,
    /// Rebuilds of this process and their results.
    pub rebuilds: Rebuilds,
    /// Serialized messages of the live feed.
    pub feed_cache: FeedCache,
    /// Audio of calls that have a listener in this process.
    pub audio_taps: AudioTaps,
    pub drain: Drain,
    /// The figures of `/metrics`.
    pub metrics: PrometheusHandle,
}

/// Queries by read model.
pub struct Read {
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

impl Read {
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

impl Shared {
    /// The ID that a creating command assigned: the new one, or for a repeated command the one assigned the first time.
    ///
    /// # Errors
    /// When the ledger cannot be read.
    pub async fn stream_of_first<A: Decide>(&self, executed: &Executed<A>, new: String) -> Result<String, ApiError> {
        if executed.outcome != Outcome::Duplicate {
            return Ok(new);
        }
        let events = self.ledger.read_all(executed.position - 1, 1).await?;
        let first = events.first().filter(|event| event.position == executed.position);
        let first = first
            .filter(|event| event.stream.aggregate_type == A::TYPE)
            .ok_or(ApiError::KeyReused)?;
        Ok(first.stream.aggregate_id.clone())
    }
}
