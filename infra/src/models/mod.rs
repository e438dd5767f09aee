//! Models: language, speech to text, text to speech; of OpenAI and whoever speaks as OpenAI does (Ollama, vLLM), and
//! language of Anthropic's too. Base addresses alone decide who answers.
//!
//! Each surface has a time limit for everything, a few attempts within it, and a circuit breaker. What a model says is
//! not judged here, beyond being an answer at all; nor is anything known of calls or of prompts.

mod anthropic;
mod breaker;
mod chat;
mod error;
mod openai;
pub mod prices;
mod speech;
mod surface;
mod transcription;

pub use anthropic::ANTHROPIC;
pub use chat::{ChatAnswer, ChatRequest, Format, Message, Role};
pub use error::ModelError;
pub use openai::OPENAI;
pub use speech::{Speech, SpeechRequest};
pub use transcription::{TranscriptSegment, Transcription, TranscriptionRequest};

use crate::config::{ChatProvider, ModelsConfig, Secret};
use crate::outbound::Backoff;
use reqwest::{Client, RequestBuilder};
use std::sync::Arc;
use std::time::Duration;
use surface::Surface;

const CONNECT: Duration = Duration::from_secs(3);

/// Where a provider is, and what lets us in.
#[derive(Clone, Debug)]
pub struct Endpoint {
    /// Its name in events, figures and price lists: `openai`, `anthropic`, `openai-compatible`.
    pub provider: String,
    /// Its address, without a slash at the end: `https://api.openai.com/v1`.
    pub base_url: String,
    /// The key, where it wants one.
    pub api_key: Option<Secret>,
}

/// Which models answer.
#[derive(Clone, Debug)]
pub struct ModelsOptions {
    /// How the language model is spoken to.
    pub chat_provider: ChatProvider,
    /// Where the language model is.
    pub chat_endpoint: Endpoint,
    /// Its name, unless a request names another.
    pub chat: String,
    /// Where the speech models are; always spoken to as OpenAI's.
    pub audio_endpoint: Endpoint,
    /// Speech to text.
    pub transcription: String,
    /// Text to speech.
    pub speech: String,
    /// How often to ask, and how long to wait in between.
    pub backoff: Backoff,
}

/// The models. Cheap to clone; all clones share connections and circuit breakers.
#[derive(Clone, Debug)]
pub struct Models(Arc<Inner>);

#[derive(Debug)]
struct Inner {
    options: ModelsOptions,
    chat: Surface,
    transcription: Surface,
    speech: Surface,
}

impl ModelsOptions {
    /// From what is configured. `fallback` answers in OpenAI's place while neither a key nor an address is set: the
    /// sandbox's scripted models.
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
        }
    }
}

impl Models {
    /// The models that these options name. Asks none of them anything.
    ///
    /// # Errors
    /// When TLS cannot be set up.
    pub fn new(options: ModelsOptions) -> Result<Self, reqwest::Error> {
        let http = Client::builder()
            .user_agent(concat!("call-ledger/", env!("CARGO_PKG_VERSION")))
            .connect_timeout(CONNECT)
            .build()?;
        let surface = |endpoint: &Endpoint, name| Surface::new(&endpoint.provider, name, http.clone(), options.backoff);
        Ok(Self(Arc::new(Inner {
            chat: surface(&options.chat_endpoint, "chat"),
            transcription: surface(&options.audio_endpoint, "transcription"),
            speech: surface(&options.audio_endpoint, "speech"),
            options,
        })))
    }

    /// Who provides the language model, for events: `openai`.
    #[must_use]
    pub fn provider(&self) -> &str {
        self.0.chat.provider()
    }

    /// Who provides the speech models, for events: `openai`.
    #[must_use]
    pub fn audio_provider(&self) -> &str {
        self.0.transcription.provider()
    }

    /// Asks the language model.
    ///
    /// # Errors
    /// [`ModelError`]; within the request's time limit.
    pub async fn chat(&self, request: &ChatRequest) -> Result<ChatAnswer, ModelError> {
        let Inner { options, chat, .. } = &*self.0;
        let model = request.model.as_deref().unwrap_or(&options.chat);
        let (path, body) = match options.chat_provider {
            ChatProvider::OpenAi => (
                "/chat/completions",
                openai::body(request, model, &options.chat_endpoint.base_url),
            ),
            ChatProvider::Anthropic => ("/v1/messages", anthropic::body(request, model)),
        };
        let build = |http: &Client| {
            let post = http
                .post(format!("{}{path}", options.chat_endpoint.base_url))
                .json(&body);
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
            .checked(&request.format)
        };
        let (written, latency) = chat.ask(request.timeout, build, read).await?;
        Ok(ChatAnswer {
            text: written.text,
            model: written.model.unwrap_or_else(|| model.to_owned()),
            tokens: written.tokens,
            latency,
            truncated: written.truncated,
        })
    }

    /// Writes a recording down.
    ///
    /// # Errors
    /// [`ModelError`]; within the request's time limit.
    pub async fn transcribe(&self, request: &TranscriptionRequest) -> Result<Transcription, ModelError> {
        let Inner {
            options, transcription, ..
        } = &*self.0;
        let model = options.transcription.as_str();
        // Each attempt needs a form of its own; whether one can be made is known before the first.
        transcription::form(request, model)?;
        let build = |http: &Client| {
            let url = format!("{}/audio/transcriptions", options.audio_endpoint.base_url);
            let post = bearer(http.post(url), &options.audio_endpoint);
            match transcription::form(request, model) {
                Ok(form) => post.multipart(form),
                Err(_) => post,
            }
        };
        let read = |answer| transcription::read(&answer, model);
        Ok(transcription.ask(request.timeout, build, read).await?.0)
    }

    /// Speaks.
    ///
    /// # Errors
    /// [`ModelError`]; within the request's time limit.
    pub async fn speak(&self, request: &SpeechRequest) -> Result<Speech, ModelError> {
        let Inner { options, speech, .. } = &*self.0;
        let body = speech::body(request, &options.speech);
        let build = |http: &Client| {
            let url = format!("{}/audio/speech", options.audio_endpoint.base_url);
            bearer(http.post(url), &options.audio_endpoint).json(&body)
        };
        let read = |answer| speech::read(answer, &options.speech);
        Ok(speech.ask(request.timeout, build, read).await?.0)
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
