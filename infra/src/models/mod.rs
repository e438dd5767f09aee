//! [`Models`]: language models, speech to text and text to speech with OpenAI's API (also Ollama, vLLM), and language
//! models with Anthropic's API. The configured base addresses select the provider.
//!
//! Each surface (chat, transcription, speech) has a total time limit, a few attempts within it, and a circuit breaker for
//! each tenant and model: what one of them does must not silence another. What a server does not support is learned from
//! its refusals. Calls and prompts are not known here.

mod anthropic;
mod breaker;
mod chat;
mod dialect;
mod error;
mod language_tags;
mod lenient;
mod openai;
pub mod prices;
mod speech;
mod surface;
mod transcription;

pub use anthropic::ANTHROPIC;
pub use chat::{ChatAnswer, ChatRequest, Format, Message, Role};
pub use error::ModelError;
pub use lenient::{objects, without_thoughts};
pub use openai::OPENAI;
pub use speech::{Speech, SpeechRequest};
pub use transcription::{TranscriptSegment, Transcription, TranscriptionRequest};

use crate::config::{ChatProvider, ModelsConfig};
use crate::outbound::Backoff;
use crate::secret::Secret;
use dialect::{Dialect, Dialects};
use quick_cache::sync::Cache;
use reqwest::{Client, RequestBuilder};
use std::sync::Arc;
use std::time::Duration;
use surface::Surface;
use tokio::time::Instant;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Models whose last use is remembered.
const MAX_USED_MODELS: usize = 1_000;
/// A model that was used within this time is loaded. Servers unload a model after some minutes: Ollama after five.
const STAYS_LOADED: Duration = Duration::from_mins(2);
/// Timeout for loading a model.
const LOAD_TIMEOUT: Duration = Duration::from_mins(2);
/// Languages that are remembered as refused; the least used is tried again.
const MAX_REFUSED_LANGUAGES: usize = 1_000;

/// The address and credentials of a provider.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// The name in events, metrics and price lists: `openai`, `anthropic`, `openai-compatible`.
    pub provider: String,
    /// Without a trailing slash: `https://api.openai.com/v1`.
    pub base_url: String,
    pub api_key: Option<Secret>,
}

/// Options of [`Models`].
#[derive(Clone, Debug)]
pub struct ModelsOptions {
    /// The API of the language model.
    pub chat_provider: ChatProvider,
    pub chat_endpoint: Endpoint,
    /// The default language model.
    pub chat: String,
    /// The endpoint of the speech models, always with OpenAI's API.
    pub audio_endpoint: Endpoint,
    /// The speech-to-text model.
    pub transcription: String,
    /// The text-to-speech model, if there is one.
    pub speech: Option<String>,
    /// Retries.
    pub backoff: Backoff,
    /// Whether [`Models::warm_up`] sends a request.
    pub warm_up: bool,
}

/// The models. Cheap to clone; all clones share connections and circuit breakers.
#[derive(Clone, Debug)]
pub struct Models(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: ModelsOptions,
    chat: Surface,
    dialects: Dialects,
    /// When a language model last answered or was asked to load, by its name.
    used: Cache<String, Instant>,
    transcription: Surface,
    /// Languages that a model has refused, by model and code.
    refused_languages: Cache<(String, &'static str), ()>,
    speech: Surface,
}

impl ModelsOptions {
    /// Options from the configuration. `fallback` is the address of the sandbox's scripted models, used while neither a
    /// key nor an address is configured.
    #[must_use]
    pub fn from_config(config: &ModelsConfig, fallback: &str) -> Self {
        let openai = match (&config.base_url, &config.api_key) {
            (Some(base_url), _) => base_url.as_str(),
            (None, Some(_)) => OPENAI,
            (None, None) => fallback,
        };
        let openai = Endpoint {
            provider: if openai::is_openai(openai) {
                "openai".into()
            } else {
                "openai-compatible".into()
            },
            base_url: openai.trim_end_matches('/').into(),
            api_key: config.api_key.clone(),
        };
        let (chat_endpoint, chat) = match config.chat_provider {
            ChatProvider::OpenAi => (openai.clone(), config.chat.clone()),
            ChatProvider::Anthropic => {
                let base_url = config.anthropic.base_url.as_deref().unwrap_or(ANTHROPIC);
                let anthropic = Endpoint {
                    provider: "anthropic".into(),
                    base_url: base_url.trim_end_matches('/').into(),
                    api_key: config.anthropic.api_key.clone(),
                };
                (anthropic, config.anthropic.chat.clone())
            }
        };
        Self {
            chat_provider: config.chat_provider,
            chat_endpoint,
            chat,
            audio_endpoint: openai,
            transcription: config.transcription.clone(),
            speech: config.speech.clone(),
            backoff: Backoff::default(),
            warm_up: config.warm_up,
        }
    }
}

impl ModelsOptions {
    fn chat_body(&self, request: &ChatRequest, model: &str, dialect: Dialect) -> serde_json::Value {
        match self.chat_provider {
            ChatProvider::OpenAi => openai::body(request, model, &self.chat_endpoint.base_url, dialect),
            ChatProvider::Anthropic => anthropic::body(request, model, dialect),
        }
    }
}

impl Models {
    /// Creates the clients. Sends no request.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(options: ModelsOptions) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .user_agent(concat!("call-ledger/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT_TIMEOUT)
            .build()?;
        let surface = |endpoint: &Endpoint, name| Surface::new(&endpoint.provider, name, http.clone(), options.backoff);
        Ok(Self(Arc::new(Inner {
            chat: surface(&options.chat_endpoint, "chat"),
            dialects: Dialects::default(),
            used: Cache::new(MAX_USED_MODELS),
            transcription: surface(&options.audio_endpoint, "transcription"),
            refused_languages: Cache::new(MAX_REFUSED_LANGUAGES),
            speech: surface(&options.audio_endpoint, "speech"),
            options,
        })))
    }

    /// The provider of the language model, for events: `openai`.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0.chat.provider()
    }

    /// The provider of the speech models, for events: `openai`.
    #[must_use]
    pub fn audio_provider(&self) -> &str {
        self.0.transcription.provider()
    }

    /// Has the server load a language model, and opens the connection to it, so that the first caller does not wait for that.
    /// Sends the smallest request, unless the model was used just now. `model`: `None` for the configured one.
    pub async fn warm_up(&self, model: Option<&str>) {
        let Inner { options, used, .. } = &*self.0;
        let name = model.unwrap_or(&options.chat);
        if !options.warm_up || used.get(name).is_some_and(|at| at.elapsed() < STAYS_LOADED) {
            return;
        }
        // Several callers at once load it once.
        used.insert(name.to_owned(), Instant::now());
        // Of no tenant: a model that takes long to load stops no tenant's requests.
        let request = ChatRequest {
            model: model.map(str::to_owned),
            ..ChatRequest::new("", vec![Message::user("Hello.")], 1, LOAD_TIMEOUT)
        };
        match self.chat(&request).await {
            // One token may be no text.
            Ok(_) | Err(ModelError::Malformed(_)) => tracing::debug!(model = name, "model loaded"),
            Err(error) => tracing::warn!(model = name, %error, "model not loaded"),
        }
    }

    /// Sends a chat request, in the dialect that the server understands.
    ///
    /// # Errors
    /// [`ModelError`], within the request's time limit.
    pub async fn chat(&self, request: &ChatRequest) -> Result<ChatAnswer, ModelError> {
        let Inner {
            options,
            dialects,
            used,
            ..
        } = &*self.0;
        let model = request.model.as_deref().unwrap_or(&options.chat);
        let started = Instant::now();
        let mut dialect = dialects.of(model);
        let mut body = options.chat_body(request, model, dialect);
        let mut refused = None;
        loop {
            let time_left = request.timeout.saturating_sub(started.elapsed());
            let error = match self.post_chat(request, model, &body, time_left).await {
                Ok(answer) => {
                    if refused.is_some() {
                        dialects.learn(model, dialect);
                    }
                    used.insert(model.to_owned(), Instant::now());
                    return Ok(ChatAnswer {
                        latency: started.elapsed(),
                        ..answer
                    });
                }
                Err(error) if error.may_be_dialect() => refused.get_or_insert(error).clone(),
                Err(error) => return Err(error),
            };
            // What was refused is not sent again: not every request differs in every dialect.
            loop {
                dialect = dialect.simpler().ok_or_else(|| error.clone())?;
                let simpler = options.chat_body(request, model, dialect);
                if simpler != body {
                    body = simpler;
                    break;
                }
            }
            tracing::info!(model, %error, ?dialect, "model request refused, will try a simpler one");
        }
    }

    async fn post_chat(
        &self,
        request: &ChatRequest,
        model: &str,
        body: &serde_json::Value,
        time_left: Duration,
    ) -> Result<ChatAnswer, ModelError> {
        let Inner { options, chat, .. } = &*self.0;
        let path = match options.chat_provider {
            ChatProvider::OpenAi => "/chat/completions",
            ChatProvider::Anthropic => "/v1/messages",
        };
        let build = |http: &Client| {
            let post = http
                .post(format!("{}{path}", options.chat_endpoint.base_url))
                .json(body);
            match options.chat_provider {
                ChatProvider::OpenAi => bearer(post, &options.chat_endpoint),
                ChatProvider::Anthropic => anthropic_key(post, &options.chat_endpoint),
            }
        };
        let read = |answer| {
            match options.chat_provider {
                ChatProvider::OpenAi => openai::read(&answer),
                ChatProvider::Anthropic => anthropic::read(&answer),
            }?
            .checked()
        };
        let scope = (request.tenant.as_str(), model);
        let (answer, latency) = chat.request(scope, time_left, build, read).await?;
        Ok(ChatAnswer {
            text: answer.text,
            model: answer.model.unwrap_or_else(|| model.to_owned()),
            tokens: answer.tokens,
            latency,
            truncated: answer.truncated,
        })
    }

    /// Whether the transcription model says when its words were spoken.
    #[must_use]
    pub fn transcribes_with_times(&self) -> bool {
        transcription::has_times(&self.0.options.transcription)
    }

    /// Transcribes a recording. A language that the provider refuses is left out, and remembered.
    ///
    /// # Errors
    /// [`ModelError`], within the request's time limit.
    pub async fn transcribe(&self, request: &TranscriptionRequest) -> Result<Transcription, ModelError> {
        let Inner {
            options,
            refused_languages,
            ..
        } = &*self.0;
        let model = options.transcription.as_str();
        let is_openai = openai::is_openai(&options.audio_endpoint.base_url);
        let language = request
            .language
            .as_deref()
            .and_then(|tag| language_tags::code(tag, is_openai));
        let language = language.filter(|code| refused_languages.get(&(model.to_owned(), *code)).is_none());
        let started = Instant::now();
        match (self.post_recording(request, language, request.timeout).await, language) {
            (Err(error), Some(code)) if error.may_be_dialect() => {
                let time_left = request.timeout.saturating_sub(started.elapsed());
                // If the request is refused again, the language is not why.
                let transcription = self.post_recording(request, None, time_left).await.map_err(|_| error)?;
                tracing::info!(model, language = code, "language refused, transcribed without it");
                refused_languages.insert((model.to_owned(), code), ());
                Ok(transcription)
            }
            (result, _) => result,
        }
    }

    async fn post_recording(
        &self,
        request: &TranscriptionRequest,
        language: Option<&str>,
        time_left: Duration,
    ) -> Result<Transcription, ModelError> {
        let Inner {
            options, transcription, ..
        } = &*self.0;
        let model = options.transcription.as_str();
        // Each attempt needs its own form. An error is returned before the first attempt.
        transcription::form(request, model, language)?;
        let build = |http: &Client| {
            let url = format!("{}/audio/transcriptions", options.audio_endpoint.base_url);
            let post = bearer(http.post(url), &options.audio_endpoint);
            match transcription::form(request, model, language) {
                Ok(form) => post.multipart(form),
                Err(_) => post,
            }
        };
        let read = |answer| transcription::read(&answer, model);
        let scope = (request.tenant.as_str(), model);
        Ok(transcription.request(scope, time_left, build, read).await?.0)
    }

    /// Converts text to speech.
    ///
    /// # Errors
    /// [`ModelError`], within the request's time limit.
    pub async fn speak(&self, request: &SpeechRequest) -> Result<Speech, ModelError> {
        let Inner { options, speech, .. } = &*self.0;
        let model = options.speech.as_deref().ok_or(ModelError::NotConfigured)?;
        let body = speech::body(request, model);
        let build = |http: &Client| {
            let url = format!("{}/audio/speech", options.audio_endpoint.base_url);
            bearer(http.post(url), &options.audio_endpoint).json(&body)
        };
        let read = |answer| speech::read(answer, model);
        Ok(speech
            .request((&request.tenant, model), request.timeout, build, read)
            .await?
            .0)
    }
}

fn bearer(request: RequestBuilder, endpoint: &Endpoint) -> RequestBuilder {
    match &endpoint.api_key {
        Some(key) => request.bearer_auth(key.expose()),
        None => request,
    }
}

fn anthropic_key(request: RequestBuilder, endpoint: &Endpoint) -> RequestBuilder {
    let request = request.header("anthropic-version", anthropic::VERSION);
    match &endpoint.api_key {
        Some(key) => request.header("x-api-key", key.expose()),
        None => request,
    }
}
