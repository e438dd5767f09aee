//! What every handler shares.

use crate::number_routing::NumberRouting;
use crate::drain::Drain;
use crate::error::ApiError;
use crate::audio_tap::AudioTaps;
use crate::live::FeedCache;
use crate::presence::Presence;
use crate::read_models::rebuild::Rebuilds;
use crate::sandbox::Standings;
use crate::web::limits::Limits;
use domain::Decide;
use infra::blob::BlobStore;
use infra::clock::SharedClock;
use infra::config::{Config, Secret};
use infra::leases::Leases;
use infra::ledger::{Executed, Ledger, Outcome};
use infra::recording_links::RecordingLinks;
use infra::models::Models;
use infra::accounts::Accounts;
use infra::twilio::rest::TwilioRest;
use infra::twilio::sandbox::SandboxDoors;
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

/// What every handler shares. Cheap to clone.
pub type AppState = Arc<Shared>;

/// What every handler shares.
pub struct Shared {
    /// How the service runs.
    pub config: Config,
    /// Where the time comes from.
    pub clock: SharedClock,
    /// Commands in, events out.
    pub ledger: Ledger,
    /// The read models, their status and their rebuilding.
    pub models: ReadModels,
    /// Questions to the read models.
    pub read: Read,
    /// Users and sessions.
    pub accounts: Accounts,
    /// Signs Twilio's requests.
    pub twilio_token: Secret,
    /// Twilio's REST API, or who stands in its place.
    pub twilio: TwilioRest,
    /// What the sandbox can beside: asked only where it is the telephone network.
    pub sandbox_doors: SandboxDoors,
    /// Whether it is there.
    pub sandbox: Standings,
    /// Language and speech models.
    pub language_models: Models,
    /// Recordings.
    pub blobs: BlobStore,
    /// Links to recordings.
    pub recording_links: RecordingLinks,
    /// Which process does which kind of work.
    pub leases: Leases,
    /// Which agent answers which number.
    pub number_routing: NumberRouting,
    /// How often somebody may knock.
    pub limits: Limits,
    /// Who is here.
    pub presence: Presence,
    /// What rebuilds came to.
    pub rebuilds: Rebuilds,
    /// Events as the live feed tells them.
    pub feed_cache: FeedCache,
    /// The sound of calls to which somebody listens here.
    pub audio_taps: AudioTaps,
    /// How far the service has come in stopping.
    pub drain: Drain,
    /// The figures that `/metrics` tells.
    pub metrics: PrometheusHandle,
}

/// Questions to the read models, by model.
pub struct Read {
    /// Calls.
    pub call_log: CallLog,
    /// Figures.
    pub dashboard: Dashboard,
    /// Calls that go on.
    pub live_calls: LiveCalls,
    /// Judgements and corrections.
    pub feedback: Feedback,
    /// People we know.
    pub contacts: Contacts,
    /// Agents and their numbers.
    pub agents: Agents,
    /// What is left to do.
    pub work: Work,
}

impl Read {
    /// The ways to ask these read models.
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
    /// The identifier of what a creating command made: the new one, or when the command is a repetition the one that
    /// was made the first time.
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
