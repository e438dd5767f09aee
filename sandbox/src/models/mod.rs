//! Language, transcription and speech models that need no account: the HTTP surfaces of `OpenAI` and Anthropic, answered
//! by [`rules`].
//!
//! What they hear is read from the sound ([`crate::audio`]), what they say is made into sound, and what they answer
//! follows from the conversation that they are given: the same question gets the same answer, every time. They can be
//! made slow, and broken in every way in which a provider breaks ([`Fault`]).
//!
//! They deliberately understand nothing: who needs another answer writes another rule. Tools are called only when a
//! request forces one; images, files and several choices at once are refused with the reason.

mod answer;
mod anthropic;
mod conversation;
mod door;
mod error;
mod faults;
mod journal;
mod openai;
pub mod rules;
mod server;
mod structured;
mod surface;
mod tokens;

pub use faults::{Fault, FaultKind};
pub use journal::Request;
pub use server::Server;
pub use surface::{SANDBOX, Surface};

use axum::Router;
use axum::extract::DefaultBodyLimit;
use axum::routing::{get, post};
use chrono::Utc;
use rules::Rules;
use std::fmt;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;
use tokio_util::sync::CancellationToken;

/// The largest body: `OpenAI` takes files up to 25 MiB
/// (<https://platform.openai.com/docs/guides/speech-to-text>), and around the file there is a form.
const LARGEST: usize = (25 << 20) + (1 << 20);

/// How the models are.
#[derive(Clone, Default)]
pub struct Settings {
    /// Keys that are taken. None: every request is, with any key or without one.
    pub keys: Vec<String>,
    /// How long they think before every answer.
    pub delay: Duration,
    /// How long they take for every further word of a streamed answer.
    pub word_delay: Duration,
    /// What they answer.
    pub rules: Rules,
}

impl fmt::Debug for Settings {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.debug_struct("Settings")
            .field("keys", &self.keys.len())
            .field("delay", &self.delay)
            .field("word_delay", &self.word_delay)
            .finish_non_exhaustive()
    }
}

/// The models of one sandbox. Clones are the same models.
#[derive(Clone, Debug)]
pub struct Models(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    settings: Settings,
    faults: faults::Faults,
    journal: journal::Journal,
    served: AtomicU64,
    stop: CancellationToken,
}

impl Default for Models {
    fn default() -> Self {
        Self::new(Settings::default())
    }
}

impl Models {
    /// Models with these settings.
    #[must_use]
    pub fn new(settings: Settings) -> Self {
        Self(Arc::new(Inner {
            settings,
            faults: faults::Faults::default(),
            journal: journal::Journal::default(),
            served: AtomicU64::new(0),
            stop: CancellationToken::new(),
        }))
    }

    /// Orders a fault, after those that were ordered before.
    pub fn add_fault(&self, fault: Fault) {
        self.0.faults.add(fault);
    }

    /// Takes all faults away.
    pub fn clear_faults(&self) {
        self.0.faults.clear();
    }

    /// The last thousand requests that reached a model, the oldest first.
    #[must_use]
    pub fn requests(&self) -> Vec<Request> {
        self.0.journal.read()
    }

    /// Ends what hangs or stalls on demand. Whoever serves the [`router`] calls it before they shut down.
    pub fn stop(&self) {
        self.0.stop.cancel();
    }

    async fn stopped(&self) {
        self.0.stop.cancelled().await;
    }

    fn inner(&self) -> &Inner {
        &self.0
    }

    /// An identifier that nothing else here has: the same after the same requests.
    fn next_id(&self, prefix: &str) -> String {
        format!("{prefix}-{:08}", self.0.served.fetch_add(1, Ordering::Relaxed))
    }
}

/// Seconds since 1970.
#[expect(
    clippy::disallowed_methods,
    reason = "the sandbox is the outside world: its time is the world's"
)]
fn now() -> i64 {
    Utc::now().timestamp()
}

/// Everything that is served: the models' surfaces and, below `/sandbox/models`, what tests need.
pub fn router(models: Models) -> Router {
    let surfaces = Router::new()
        .route("/v1/chat/completions", post(openai::chat::create))
        .route("/v1/audio/transcriptions", post(openai::transcriptions::create))
        .route("/v1/audio/speech", post(openai::speech::create))
        .route("/v1/models", get(openai::list::all))
        .route("/v1/models/{model}", get(openai::list::one))
        .route("/v1/messages", post(anthropic::messages::create))
        .layer(axum::middleware::from_fn_with_state(models.clone(), door::pass))
        .layer(DefaultBodyLimit::max(LARGEST));
    let controls = Router::new()
        .route(
            "/sandbox/models/faults",
            get(faults::list).post(faults::order).delete(faults::clear),
        )
        .route("/sandbox/models/requests", get(journal::list).delete(journal::clear));
    surfaces.merge(controls).with_state(models)
}
