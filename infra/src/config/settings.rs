//! The settings, each with its flag, environment variable and TOML key, from one list.

use super::ChatProvider;
use crate::secret::Secret;
use crate::telemetry::LogFormat;
use serde::Deserialize;
use std::path::PathBuf;

/// Whether a setting has a value. An empty text counts as absent, because a compose file passes an unset variable as
/// `TWILIO_AUTH_TOKEN=`.
trait IsSet {
    fn is_set(&self) -> bool {
        true
    }
}
impl IsSet for u16 {}
impl IsSet for u64 {}
impl IsSet for bool {}
impl IsSet for LogFormat {}
impl IsSet for ChatProvider {}
impl IsSet for String {
    fn is_set(&self) -> bool {
        !self.is_empty()
    }
}
impl IsSet for PathBuf {
    fn is_set(&self) -> bool {
        !self.as_os_str().is_empty()
    }
}
impl IsSet for Secret {
    fn is_set(&self) -> bool {
        !self.expose().is_empty()
    }
}

macro_rules! settings {
    ($( $(#[$doc:meta])* $field:ident : $ty:ty = $variable:literal ),* $(,)?) => {
        /// All settings. Each field is a flag (`--data-dir`), an environment variable (`DATA_DIR`) and a
        /// key of the TOML file (`data_dir`).
        #[expect(clippy::doc_markdown, reason = "the docs are shown as help texts, not as Markdown")]
        #[derive(Clone, Debug, Default, Deserialize, clap::Args)]
        #[serde(default, deny_unknown_fields)]
        pub struct Settings {
            $( $(#[$doc])* #[arg(long, env = $variable, hide_env_values = true)] pub $field: Option<$ty> ),*
        }

        impl Settings {
            /// The environment variables, in the order of the help.
            pub const VARIABLES: &[&str] = &[$( $variable ),*];

            /// These settings, completed from `others`.
            #[must_use]
            pub fn or(self, others: Self) -> Self {
                Self { $( $field: self.$field.filter(IsSet::is_set).or(others.$field.filter(IsSet::is_set)) ),* }
            }
        }
    };
}

settings! {
    /// Port to listen on [default: 3000]
    port: u16 = "PORT",
    /// IP address to listen on [default: 127.0.0.1 with the sandbox, else 0.0.0.0]
    listen: String = "LISTEN",
    /// Another address, as `<IP address>:<port>`, for the webhooks of the telephone network and health alone [default:
    /// none]
    webhook_listen: String = "WEBHOOK_LISTEN",
    /// Public base URL of this service, part of Twilio's webhook signatures [default: `http://localhost:<PORT>`]
    public_url: String = "PUBLIC_URL",
    /// Base URL at which Twilio reaches this process with media streams, if several processes share PUBLIC_URL
    /// [default: PUBLIC_URL]
    media_url: String = "MEDIA_URL",
    /// IP addresses or networks of reverse proxies, separated by commas (`10.0.0.0/8, 127.0.0.1`); for requests from
    /// them, rate limits use X-Forwarded-For [default: none]
    trusted_proxies: String = "TRUSTED_PROXIES",
    /// Folder for SQLite files, recordings and generated keys [default: ./data]
    data_dir: PathBuf = "DATA_DIR",
    /// Database of the events: `sqlite:<folder>` or `postgres://...` [default: SQLite in DATA_DIR]
    ledger_database_url: Secret = "LEDGER_DATABASE_URL",
    /// Database of the read models [default: LEDGER_DATABASE_URL]
    read_models_database_url: Secret = "READ_MODELS_DATABASE_URL",
    /// Database of the data keys [default: LEDGER_DATABASE_URL]
    keys_database_url: Secret = "KEYS_DATABASE_URL",
    /// Database of users and login sessions [default: LEDGER_DATABASE_URL]
    accounts_database_url: Secret = "ACCOUNTS_DATABASE_URL",
    /// Master key that wraps all data keys, 32 bytes as base64 [default: a file in DATA_DIR, generated on first start]
    ledger_master_key: Secret = "LEDGER_MASTER_KEY",
    /// Store of recordings: `file://...` or `s3://bucket/prefix` with the usual AWS variables [default:
    /// file://<DATA_DIR>/recordings]
    recordings_url: String = "RECORDINGS_URL",
    /// Address of an S3-compatible store other than Amazon's
    s3_endpoint: String = "S3_ENDPOINT",
    /// Whether buckets are addressed in the path of the URL: `auto`, `true` or `false` (in the host) [default: auto]
    s3_path_style: String = "S3_PATH_STYLE",
    /// Twilio account; without it the sandbox is used
    twilio_account_sid: String = "TWILIO_ACCOUNT_SID",
    /// Twilio auth token, which signs webhooks [default with the sandbox: a file in DATA_DIR, generated on first start]
    twilio_auth_token: Secret = "TWILIO_AUTH_TOKEN",
    /// The auth token before a rotation, or the next one: requests signed with it are accepted as well
    twilio_auth_token_previous: Secret = "TWILIO_AUTH_TOKEN_PREVIOUS",
    /// Subaccounts whose requests are accepted, as `AC...:auth token`, separated by commas
    twilio_subaccounts: Secret = "TWILIO_SUBACCOUNTS",
    /// Twilio API key, for access tokens of the browser softphone
    twilio_api_key: String = "TWILIO_API_KEY",
    /// Secret of the Twilio API key
    twilio_api_secret: Secret = "TWILIO_API_SECRET",
    /// TwiML application of the browser softphone
    twilio_twiml_app_sid: String = "TWILIO_TWIML_APP_SID",
    /// Caller ID of outbound calls, E.164
    twilio_phone_number: String = "TWILIO_PHONE_NUMBER",
    /// Number that the AI answers, E.164
    twilio_inbound_phone_number: String = "TWILIO_INBOUND_PHONE_NUMBER",
    /// Address of Twilio's REST API [default: `https://api.twilio.com`, or the sandbox]
    twilio_api_base: String = "TWILIO_API_BASE",
    /// Key of the OpenAI-compatible service; without it the sandbox's scripted models are used
    openai_api_key: Secret = "OPENAI_API_KEY",
    /// Address of an OpenAI-compatible service [default: `https://api.openai.com/v1`, or the sandbox]
    openai_base_url: String = "OPENAI_BASE_URL",
    /// Language model [default: gpt-4o-mini]
    openai_chat_model: String = "OPENAI_CHAT_MODEL",
    /// Speech-to-text model [default: gpt-transcribe]
    openai_transcription_model: String = "OPENAI_TRANSCRIPTION_MODEL",
    /// Text-to-speech model [default: none]
    openai_speech_model: String = "OPENAI_SPEECH_MODEL",
    /// API of the language model: `openai` (or compatible) or `anthropic` [default: anthropic if only its key is set,
    /// else openai]
    chat_provider: ChatProvider = "CHAT_PROVIDER",
    /// Key of Anthropic's language models
    anthropic_api_key: Secret = "ANTHROPIC_API_KEY",
    /// Address of an Anthropic-compatible service [default: `https://api.anthropic.com`]
    anthropic_base_url: String = "ANTHROPIC_BASE_URL",
    /// Anthropic's language model [default: claude-haiku-5-5]
    anthropic_chat_model: String = "ANTHROPIC_CHAT_MODEL",
    /// Whether the language model is asked to load when the service starts and when a call comes in, by a request of one
    /// token [default: true, but not with the sandbox's models]
    model_warm_up: bool = "MODEL_WARM_UP",
    /// Clock of the service: `system`, or `sandbox` to share the sandbox's virtual clock, for tests only [default: system]
    clock: String = "CLOCK",
    /// Lifetime of a login session, in hours [default: 168]
    session_hours: u64 = "SESSION_HOURS",
    /// Seconds for calls in progress to end after SIGTERM; 0: they are not waited for [default: 600]
    drain_calls_seconds: u64 = "DRAIN_CALLS_SECONDS",
    /// Seconds between the end of the calls and the last accepted connection, so that load balancers notice [default: 1]
    drain_grace_seconds: u64 = "DRAIN_GRACE_SECONDS",
    /// Seconds for requests in flight to finish [default: 20]
    drain_timeout_seconds: u64 = "DRAIN_TIMEOUT_SECONDS",
    /// Log format: `pretty` or `json` [default: pretty on a terminal, else json]
    log_format: LogFormat = "LOG_FORMAT",
    /// Log filter: `info`, `debug`, `api=debug,info` [default: info]
    log_level: String = "LOG_LEVEL",
}
