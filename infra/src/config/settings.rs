//! What a person may set, and by which flag, variable or key of the TOML file. One list serves all three.

use super::{ChatProvider, Secret};
use crate::telemetry::LogFormat;
use serde::Deserialize;
use std::path::PathBuf;

/// Whether a setting says anything. An empty text does not: `TWILIO_AUTH_TOKEN=` is how a compose file leaves it out.
trait Given {
    fn given(&self) -> bool {
        true
    }
}
impl Given for u16 {}
impl Given for u64 {}
impl Given for LogFormat {}
impl Given for ChatProvider {}
impl Given for String {
    fn given(&self) -> bool {
        !self.is_empty()
    }
}
impl Given for PathBuf {
    fn given(&self) -> bool {
        !self.as_os_str().is_empty()
    }
}
impl Given for Secret {
    fn given(&self) -> bool {
        !self.expose().is_empty()
    }
}

macro_rules! settings {
    ($( $(#[$doc:meta])* $field:ident : $ty:ty = $variable:literal ),* $(,)?) => {
        /// Everything that can be set. Each field is a flag (`--data-dir`), an environment variable (`DATA_DIR`) and a
        /// key of the TOML file (`data_dir`).
        #[expect(clippy::doc_markdown, reason = "these words are shown as help, not as Markdown")]
        #[derive(Clone, Debug, Default, Deserialize, clap::Args)]
        #[serde(default, deny_unknown_fields)]
        pub struct Settings {
            $( $(#[$doc])* #[arg(long, env = $variable, hide_env_values = true)] pub $field: Option<$ty> ),*
        }

        impl Settings {
            /// The environment variables, in the order of the help.
            pub const VARIABLES: &[&str] = &[$( $variable ),*];

            /// These settings, and where they say nothing, the others.
            #[must_use]
            pub fn or(self, others: Self) -> Self {
                Self { $( $field: self.$field.filter(Given::given).or(others.$field.filter(Given::given)) ),* }
            }
        }
    };
}

settings! {
    /// Port to listen on [default: 3000]
    port: u16 = "PORT",
    /// Address to listen on [default: 127.0.0.1 while the sandbox is the telephone network, else 0.0.0.0]
    listen: String = "LISTEN",
    /// How the world reaches this service; Twilio signs over it [default: `http://localhost:<PORT>`]
    public_url: String = "PUBLIC_URL",
    /// How Twilio brings this very process the sound that somebody listens to, where several share PUBLIC_URL [default: as PUBLIC_URL]
    media_url: String = "MEDIA_URL",
    /// Addresses or networks of reverse proxies, separated by commas (`10.0.0.0/8, 127.0.0.1`): rate limits count by the X-Forwarded-For of requests from these [default: none]
    trusted_proxies: String = "TRUSTED_PROXIES",
    /// Folder for SQLite files, recordings and generated keys [default: ./data]
    data_dir: PathBuf = "DATA_DIR",
    /// Where the events are: `sqlite:<folder>` or `postgres://...` [default: SQLite in DATA_DIR]
    ledger_database_url: Secret = "LEDGER_DATABASE_URL",
    /// Where the read models are [default: as LEDGER_DATABASE_URL]
    read_models_database_url: Secret = "READ_MODELS_DATABASE_URL",
    /// Where the data keys are [default: as LEDGER_DATABASE_URL]
    keys_database_url: Secret = "KEYS_DATABASE_URL",
    /// Where users and sessions are [default: as LEDGER_DATABASE_URL]
    accounts_database_url: Secret = "ACCOUNTS_DATABASE_URL",
    /// The key that wraps all data keys, base64 of 32 bytes [default: a file in DATA_DIR, made on first start]
    ledger_master_key: Secret = "LEDGER_MASTER_KEY",
    /// Where recordings are: `file://...` or `s3://bucket/prefix` with the usual AWS variables [default: file://<DATA_DIR>/recordings]
    recordings_url: String = "RECORDINGS_URL",
    /// Address of an S3-compatible store that is not Amazon's
    s3_endpoint: String = "S3_ENDPOINT",
    /// Twilio account; without it the sandbox is the telephone network
    twilio_account_sid: String = "TWILIO_ACCOUNT_SID",
    /// Twilio auth token: signs webhooks [default: in the sandbox, a file in DATA_DIR made on first start]
    twilio_auth_token: Secret = "TWILIO_AUTH_TOKEN",
    /// Twilio API key, for browser tokens
    twilio_api_key: String = "TWILIO_API_KEY",
    /// Secret of the Twilio API key
    twilio_api_secret: Secret = "TWILIO_API_SECRET",
    /// TwiML application of the browser softphone
    twilio_twiml_app_sid: String = "TWILIO_TWIML_APP_SID",
    /// Our number that is shown on outbound calls, E.164
    twilio_phone_number: String = "TWILIO_PHONE_NUMBER",
    /// Our number that the AI answers, E.164
    twilio_inbound_phone_number: String = "TWILIO_INBOUND_PHONE_NUMBER",
    /// Address of Twilio's REST API [default: `https://api.twilio.com`, or the sandbox]
    twilio_api_base: String = "TWILIO_API_BASE",
    /// Key of the language-model service; without it the sandbox's scripted models answer
    openai_api_key: Secret = "OPENAI_API_KEY",
    /// Address of an OpenAI-compatible service [default: `https://api.openai.com/v1`, or the sandbox]
    openai_base_url: String = "OPENAI_BASE_URL",
    /// Language model [default: gpt-4o-mini]
    openai_chat_model: String = "OPENAI_CHAT_MODEL",
    /// Speech-to-text model [default: whisper-1]
    openai_transcription_model: String = "OPENAI_TRANSCRIPTION_MODEL",
    /// Text-to-speech model [default: tts-1]
    openai_speech_model: String = "OPENAI_SPEECH_MODEL",
    /// Whose language model answers: `openai` (and all that speak as OpenAI does) or `anthropic` [default: anthropic if its key alone is set, else openai]
    chat_provider: ChatProvider = "CHAT_PROVIDER",
    /// Key of Anthropic's language models
    anthropic_api_key: Secret = "ANTHROPIC_API_KEY",
    /// Address of an Anthropic-compatible service [default: `https://api.anthropic.com`]
    anthropic_base_url: String = "ANTHROPIC_BASE_URL",
    /// Anthropic's language model [default: claude-haiku-5-5]
    anthropic_chat_model: String = "ANTHROPIC_CHAT_MODEL",
    /// How long a session lasts, in hours [default: 168]
    session_hours: u64 = "SESSION_HOURS",
    /// Between SIGTERM and the last accepted connection, in seconds: time for load balancers to notice [default: 3]
    drain_grace_seconds: u64 = "DRAIN_GRACE_SECONDS",
    /// How long requests in flight may take to finish, in seconds [default: 20]
    drain_timeout_seconds: u64 = "DRAIN_TIMEOUT_SECONDS",
    /// `pretty` or `json` [default: pretty on a terminal, else json]
    log_format: LogFormat = "LOG_FORMAT",
    /// What is logged: `info`, `debug`, `api=debug,info` [default: info]
    log_level: String = "LOG_LEVEL",
}
