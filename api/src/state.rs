//! [`AppState`]: what the handlers share. A handler receives only the parts that it names, such as `State<Ledger>`.

use crate::feed_cache::FeedCache;
use crate::limits::Limits;
use axum::extract::FromRef;
use engine::SharedEngine;
use engine::audio_tap::AudioTaps;
use engine::drain::Drain;
use engine::number_routing::NumberRouting;
use engine::presence::Presence;
use engine::sandbox_status::SandboxStatusWatch;
use infra::accounts::Accounts;
use infra::blob::BlobStore;
use infra::clock::SharedClock;
use infra::config::Config;
use infra::faults::Faults;
use infra::ledger::Ledger;
use infra::models::Models;
use infra::recording_links::RecordingLinks;
use infra::twilio::sandbox::SandboxControl;
use infra::twilio::signing_keys::SigningKeys;
use metrics_exporter_prometheus::PrometheusHandle;
use projections::ReadModels;
use projections::agents::queries::Agents;
use projections::call_log::CallLog;
use projections::contacts::queries::Contacts;
use projections::dashboard::queries::Dashboard;
use projections::live_calls::queries::LiveCalls;
use projections::persona_feedback::queries::Feedback;
use projections::runner::Progress;
use projections::work::Work;
use std::sync::Arc;

/// What the handlers share. Cheap to clone.
#[derive(Clone)]
pub struct AppState(Arc<Shared>);

/// The engine, and what only HTTP needs.
pub struct Shared {
    pub engine: SharedEngine,
    /// What verifies the signatures of Twilio's requests.
    pub signing_keys: SigningKeys,
    /// The sandbox's own API, used only when it is the telephone network.
    pub sandbox_control: SandboxControl,
    /// Signed links to recordings.
    pub recording_links: Arc<RecordingLinks>,
    /// Rate limits.
    pub limits: Arc<Limits>,
    /// Serialized messages of the live feed.
    pub feed_cache: Arc<FeedCache>,
    /// The figures of `/metrics`.
    pub metrics: PrometheusHandle,
}

impl AppState {
    /// The state with these parts.
    #[must_use]
    pub fn new(shared: Shared) -> Self {
        Self(Arc::new(shared))
    }
}

/// Lets handlers receive parts of the state: the type of each part, and where it is.
macro_rules! parts {
    ($( $part:ty = $($field:ident).+ ),* $(,)?) => {
        $(
            impl FromRef<AppState> for $part {
                fn from_ref(state: &AppState) -> Self {
                    state.0.$($field).+.clone()
                }
            }
        )*
    };
}

parts! {
    SharedEngine = engine,
    Arc<Config> = engine.config,
    SharedClock = engine.clock,
    Ledger = engine.ledger,
    ReadModels = engine.models,
    Accounts = engine.accounts,
    BlobStore = engine.blobs,
    Faults = engine.faults,
    Arc<Presence> = engine.presence,
    Drain = engine.drain,
    Arc<AudioTaps> = engine.audio_taps,
    Arc<NumberRouting> = engine.number_routing,
    Models = engine.language_models,
    SandboxStatusWatch = engine.sandbox,
    Agents = engine.read.agents,
    CallLog = engine.read.call_log,
    Contacts = engine.read.contacts,
    Dashboard = engine.read.dashboard,
    Feedback = engine.read.feedback,
    LiveCalls = engine.read.live_calls,
    Work = engine.read.work,
    SigningKeys = signing_keys,
    SandboxControl = sandbox_control,
    Arc<RecordingLinks> = recording_links,
    Arc<Limits> = limits,
    Arc<FeedCache> = feed_cache,
    PrometheusHandle = metrics,
}

/// Implements `FromRef` for a struct whose fields are parts of the state.
macro_rules! composed_of_parts {
    ($name:ident { $($field:ident),* $(,)? }) => {
        impl axum::extract::FromRef<$crate::state::AppState> for $name {
            fn from_ref(state: &$crate::state::AppState) -> Self {
                Self { $($field: axum::extract::FromRef::from_ref(state)),* }
            }
        }
    };
}
pub(crate) use composed_of_parts;

impl FromRef<AppState> for Progress {
    fn from_ref(state: &AppState) -> Self {
        state.0.engine.models.progress().clone()
    }
}
