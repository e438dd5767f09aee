//! Simulated language, transcription and speech models that need no account: the HTTP surfaces of `OpenAI` and
//! Anthropic.
//!
//! Transcriptions are decoded from the audio ([`crate::audio`]), speech is encoded into audio, and answers are built from
//! the conversation in the request ([`reply`]), or from the script of a call that the sandbox plays
//! ([`Models::add_script`]): the same request gets the same answer. [`Fault`] injects delays and provider failures.
//!
//! The models know nothing but the prompt. Tools are called only when a request forces one; images, files and multiple
//! choices are rejected with a reason.

mod answer;
mod anthropic;
mod conversation;
mod error;
mod faults;
mod journal;
mod middleware;
mod openai;
mod reply;
mod scripts;
mod server;
mod structured;
mod surface;
mod tokens;
mod words;

pub use faults::{Fault, FaultKind};
pub use journal::Request;
pub use server::Server;
pub use surface::{SANDBOX, Surface};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use chrono::Utc;
use serde_json::{Map, Value};
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// Maximum request body in bytes: `OpenAI` accepts files up to 25 MiB
/// (<https://platform.openai.com/docs/guides/speech-to-text>), plus 1 MiB for the form around the file.
const MAX_BODY_BYTES: usize = (25 << 20) + (1 << 20);

/// Configuration of the models.
#[derive(Clone, Default)]
pub struct Settings {
    /// Accepted API keys. If empty, requests with any key or no key are accepted.
    pub keys: Vec<String>,
    /// Delay before every answer.
    pub delay: Duration,
    /// Delay before every further word of a streamed answer.
    pub word_delay: Duration,
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("keys", &self.keys.len())
            .field("delay", &self.delay)
            .field("word_delay", &self.word_delay)
            .finish()
    }
}

/// The models of one sandbox. Clones share state.
#[derive(Clone, Debug)]
pub struct Models(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    faults: faults::Faults,
    journal: journal::Journal,
    scripts: scripts::Scripts,
    served: AtomicU64,
    stop: CancellationToken,
}

impl Default for Models {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Models {
    /// Creates models with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            faults: faults::Faults::default(),
            journal: journal::Journal::default(),
            scripts: scripts::Scripts::default(),
            served: AtomicU64::new(0),
            stop: CancellationToken::new(),
        }))
    }

    /// Adds a fault after the pending ones.
    pub fn add_fault(&self, fault: Fault) {
        self.0.faults.add(fault);
    }

    /// Removes one fault like this, if there is one.
    pub fn remove_fault(&self, fault: &Fault) {
        self.0.faults.remove(fault);
    }

    /// Removes all faults.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// Adds the summary of a conversation in which the caller says these utterances: values by property name, such as
    /// `outcome` and `next_action`.
    pub fn add_script<'a>(&self, said: impl IntoIterator<Item = &'a str>, summary: &Map<String, Value>) {
        self.0.scripts.add(said, summary);
    }

    /// The last 1,000 requests that reached a model, oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.0.journal.read()
    }

    /// Ends responses that hang or stall because of a fault. A server of the [`router`] calls this before it shuts
    /// down.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    async fn stopped(&self) {
        self.0.stop.cancelled().await;
    }

    fn inner(&self) -> &Inner {
        &self.0
    }

    /// Next identifier: unique in this sandbox, and deterministic for the same sequence of requests.
    fn next_id(&self, prefix: &str) -> String {
        format!("{prefix}-{:08}", self.0.served.fetch_add(1, Ordering::Relaxed))
    }
}

/// Unix time in seconds.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox stands in for external services, which use wall-clock time"
)]
fn now() -> i64 {
    Utc::now().timestamp()
}

/// Routes of the model surfaces, and of the test controls below `/sandbox/models`.
pub fn router(models: Models) -> Router {
    let surfaces = Router::new()
        .route("/v1/chat/completions", post(openai::chat::create))
        .route("/v1/audio/transcriptions", post(openai::transcriptions::create))
        .route("/v1/audio/speech", post(openai::speech::create))
        .route("/v1/models", get(openai::list::all))
        .route("/v1/models/{model}", get(openai::list::one))
        .route("/v1/messages", post(anthropic::messages::create))
        .layer(axum::middleware::from_fn_with_state(models.clone(), middleware::handle))
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES));
    let controls = Router::new()
        .route(
            "/sandbox/models/faults",
            get(faults::list).post(faults::add).delete(faults::clear),
        )
        .route("/sandbox/models/requests", get(journal::list).delete(journal::clear));
    surfaces.merge(controls).with_state(models)
}
