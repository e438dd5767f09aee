//! The state that all handlers share.

use crate::error::ApiError;
use crate::feed_cache::FeedCache;
use crate::limits::Limits;
use domain::Decide;
use engine::SharedEngine;
use infra::ledger::{Executed, Outcome};
use infra::recording_links::RecordingLinks;
use infra::secret::Secret;
use infra::twilio::sandbox::SandboxControl;
use metrics_exporter_prometheus::PrometheusHandle;
use std::ops::Deref;
use std::sync::Arc;

/// The shared state. Cheap to clone.
pub type AppState = Arc<Shared>;

/// The state that all handlers share: the engine, and what only HTTP needs.
pub struct Shared {
    pub engine: SharedEngine,
    /// Verifies the signatures of Twilio's requests.
    pub twilio_token: Secret,
    /// The sandbox's own API, used only when it is the telephone network.
    pub sandbox_control: SandboxControl,
    /// Signed links to recordings.
    pub recording_links: RecordingLinks,
    /// Rate limits.
    pub limits: Limits,
    /// Serialized messages of the live feed.
    pub feed_cache: Arc<FeedCache>,
    /// The figures of `/metrics`.
    pub metrics: PrometheusHandle,
}

impl Deref for Shared {
    type Target = engine::Engine;

    fn deref(&self) -> &Self::Target {
        &self.engine
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
