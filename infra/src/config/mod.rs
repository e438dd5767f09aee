//! Configuration: flags, then environment, then a TOML file, then defaults.
//!
//! [`Settings`] is what a person said; [`Config`] is what follows from it, checked. Reading a setting anywhere else, at
//! any other time, is not done: the rest of the program sees only `Config`.

mod models;
mod secret;
mod settings;

pub use models::{AnthropicConfig, ChatProvider, ModelsConfig};
pub use secret::Secret;
pub use ipnet::IpNet;
pub use settings::Settings;

use crate::clock::random_bytes;
use crate::db::{DatabaseUrl, DbError};
use crate::telemetry::LogFormat;
use crate::twilio::signature::websocket_url;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::time::Duration;
use url::Url;

/// The TOML file that is read when it exists and no other was named.
pub const DEFAULT_FILE: &str = "call-ledger.toml";
/// Where `call-ledger-sandbox serve` listens unless it is told otherwise.
const SANDBOX: &str = "http://127.0.0.1:3200";
const SANDBOX_TOKEN_FILE: &str = "sandbox-auth-token";

/// How the service shall run.
#[derive(Clone, Debug)]
pub struct Config {
    /// Where to listen.
    pub listen: SocketAddr,
    /// How the world reaches us. Without a trailing slash when used with [`Config::callback_url`].
    pub public_url: Url,
    /// How Twilio reaches this very process with a call's sound: see [`Config::stream_url`].
    pub media_url: Url,
    /// Reverse proxies whose `X-Forwarded-For` is used.
    pub trusted_proxies: Vec<IpNet>,
    /// Folder for everything that is a file.
    pub data_dir: PathBuf,
    /// Where the events are.
    pub ledger_database: DatabaseUrl,
    /// Where the read models are.
    pub read_models_database: DatabaseUrl,
    /// Where the data keys are.
    pub keys_database: DatabaseUrl,
    /// Where users and sessions are.
    pub accounts_database: DatabaseUrl,
    /// The master key, unless it is in its file.
    pub master_key: Option<Secret>,
    /// Where recordings are.
    pub recordings_url: String,
    /// An S3-compatible store that is not Amazon's.
    pub s3_endpoint: Option<String>,
    /// The telephone network.
    pub twilio: TwilioConfig,
    /// The models.
    pub models: ModelsConfig,
    /// How long a session lasts.
    pub session_length: Duration,
    /// Between the order to stop and the last accepted connection.
    pub drain_grace: Duration,
    /// How long requests in flight may take to finish.
    pub drain_timeout: Duration,
    /// How to log.
    pub log_format: LogFormat,
    /// What to log.
    pub log_level: String,
}

/// The telephone network.
#[derive(Clone, Debug)]
pub struct TwilioConfig {
    /// True while the sandbox stands in Twilio's place.
    pub sandbox: bool,
    /// Whose account.
    pub account_sid: String,
    /// Signs webhooks. Absent only in the sandbox: see [`Config::auth_token`].
    pub auth_token: Option<Secret>,
    /// For browser tokens.
    pub api_key: Option<String>,
    /// For browser tokens.
    pub api_secret: Option<Secret>,
    /// The softphone's application.
    pub twiml_app_sid: Option<String>,
    /// Our number on outbound calls.
    pub phone_number: Option<String>,
    /// Our number that the AI answers.
    pub inbound_phone_number: Option<String>,
    /// The REST API; `None` is the sandbox.
    pub api_base: Option<String>,
}

/// Why a configuration cannot be used. Never repeats a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    /// The file cannot be read.
    #[error("cannot read the configuration file {path}")]
    File {
        /// Which.
        path: PathBuf,
        /// Why.
        source: io::Error,
    },
    /// The file is not what it should be.
    #[error("the configuration file {path} is not understood: {message}")]
    Toml {
        /// Which.
        path: PathBuf,
        /// Why, without the text of the file.
        message: String,
    },
    /// A setting makes no sense.
    #[error("{variable} {problem}")]
    Setting {
        /// Which.
        variable: &'static str,
        /// What is wrong with it.
        problem: String,
    },
    /// A variable that has a new name is still set: ignoring it could open the wrong database.
    #[error("{old} is set, but it is now called {new}: rename it, or unset it")]
    Renamed { old: &'static str, new: &'static str },
    /// A database's address makes no sense.
    #[error("{variable} is not usable")]
    Database {
        /// Which.
        variable: &'static str,
        /// Why.
        source: DbError,
    },
}

impl Settings {
    /// These settings, completed from the named TOML file, or from [`DEFAULT_FILE`] when it is there.
    ///
    /// # Errors
    /// When a variable is set that has a new name, the named file cannot be read, or a file has unknown keys or values.
    pub fn with_file(self, named: Option<&Path>) -> Result<Self, ConfigError> {
        refuse_renamed(|variable| std::env::var_os(variable).is_some_and(|value| !value.is_empty()))?;
        let path = named.unwrap_or(Path::new(DEFAULT_FILE));
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) if named.is_none() && error.kind() == io::ErrorKind::NotFound => return Ok(self),
            Err(source) => {
                return Err(ConfigError::File {
                    path: path.into(),
                    source,
                });
            }
        };
        // `message` alone: the full error would quote the line, which may hold a secret.
        let file: Self = toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.into(),
            message: error.message().to_owned(),
        })?;
        Ok(self.or(file))
    }
}

impl Config {
    /// What follows from the settings.
    ///
    /// # Errors
    /// When a setting makes no sense, or half of a pair is missing.
    pub fn resolve(settings: Settings) -> Result<Self, ConfigError> {
        // Empty texts become absent ones.
        let s = settings.or(Settings::default());
        let twilio = twilio(&s)?;
        let models = ModelsConfig::resolve(&s)?;
        let port = s.port.unwrap_or(3000);
        let host = match s.listen.as_deref() {
            Some(text) => text
                .parse::<IpAddr>()
                .map_err(|_| setting("LISTEN", "is not an IP address"))?,
            None if twilio.sandbox => IpAddr::from([127, 0, 0, 1]),
            None => IpAddr::from([0, 0, 0, 0]),
        };
        let data_dir = s.data_dir.unwrap_or_else(|| "./data".into());
        let embedded = DatabaseUrl::Folder(data_dir.clone());
        let ledger = database("LEDGER_DATABASE_URL", s.ledger_database_url.as_ref(), &embedded)?;
        let own_address = format!("http://localhost:{port}");
        let public_url = address("PUBLIC_URL", s.public_url.as_deref().unwrap_or(&own_address))?;
        let media_url = s.media_url.as_deref().map(|text| address("MEDIA_URL", text));
        Ok(Self {
            listen: SocketAddr::new(host, port),
            media_url: media_url.unwrap_or_else(|| Ok(public_url.clone()))?,
            public_url,
            trusted_proxies: trusted_proxies(s.trusted_proxies.as_deref().unwrap_or_default())?,
            read_models_database: database("READ_MODELS_DATABASE_URL", s.read_models_database_url.as_ref(), &ledger)?,
            keys_database: database("KEYS_DATABASE_URL", s.keys_database_url.as_ref(), &ledger)?,
            accounts_database: database("ACCOUNTS_DATABASE_URL", s.accounts_database_url.as_ref(), &ledger)?,
            ledger_database: ledger,
            master_key: s.ledger_master_key,
            recordings_url: s
                .recordings_url
                .unwrap_or_else(|| format!("file://{}", data_dir.join("recordings").display())),
            s3_endpoint: s.s3_endpoint,
            twilio,
            models,
            session_length: Duration::from_secs(s.session_hours.unwrap_or(168).saturating_mul(3600)),
            drain_grace: Duration::from_secs(s.drain_grace_seconds.unwrap_or(3)),
            drain_timeout: Duration::from_secs(s.drain_timeout_seconds.unwrap_or(20)),
            log_format: s.log_format.unwrap_or_else(default_log_format),
            log_level: s.log_level.unwrap_or_else(|| "info".into()),
            data_dir,
        })
    }

    /// The public address of a path of ours, as Twilio is told it: `callback_url("/twilio/voicemail")`.
    #[must_use]
    pub fn callback_url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// The address of a WebSocket door of this process, as Twilio is told it and as it signs it.
    #[must_use]
    pub fn stream_url(&self, path_and_query: &str) -> String {
        let address = websocket_url(self.media_url.as_str().trim_end_matches('/'));
        format!("{address}{path_and_query}")
    }

    /// Where Twilio's REST API is: Twilio's own address, the one that was set, or the sandbox's.
    #[must_use]
    pub fn twilio_base(&self) -> &str {
        match &self.twilio.api_base {
            Some(base) => base,
            None if self.twilio.sandbox => SANDBOX,
            None => crate::twilio::rest::TWILIO,
        }
    }

    /// Where the scripted models are that answer while no others are set: beside the sandbox's telephone network.
    #[must_use]
    pub fn sandbox_models(&self) -> String {
        let base = self.twilio.api_base.as_deref().filter(|_| self.twilio.sandbox);
        format!("{}/v1", base.unwrap_or(SANDBOX).trim_end_matches('/'))
    }

    /// Whether browsers reach us by `https`: then the session cookie is `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The token that signs webhooks. In the sandbox, unless one is set, it is made on first start and kept in a file
    /// that only its owner can read: a well-known token would let any page in a browser on this machine post calls.
    ///
    /// # Errors
    /// When the file cannot be read or written.
    pub fn auth_token(&self) -> io::Result<Secret> {
        self.twilio
            .auth_token
            .clone()
            .map_or_else(|| sandbox_token(&self.data_dir), Ok)
    }
}

fn setting(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Setting {
        variable,
        problem: problem.into(),
    }
}

/// Environment variables of earlier builds, and their names today.
const RENAMED: [(&str, &str); 3] = [
    ("VIEWS_DATABASE_URL", "READ_MODELS_DATABASE_URL"),
    ("PEOPLE_DATABASE_URL", "ACCOUNTS_DATABASE_URL"),
    ("TRUST_PROXY", "TRUSTED_PROXIES"),
];

fn refuse_renamed(is_set: impl Fn(&str) -> bool) -> Result<(), ConfigError> {
    match RENAMED.into_iter().find(|(old, _)| is_set(old)) {
        Some((old, new)) => Err(ConfigError::Renamed { old, new }),
        None => Ok(()),
    }
}

fn trusted_proxies(text: &str) -> Result<Vec<IpNet>, ConfigError> {
    let network = |text: &str| {
        let address = || text.parse::<IpAddr>().map(IpNet::from);
        text.parse().or_else(|_| address()).map_err(|_| {
            let problem = format!("`{text}` is neither an address nor a network such as 10.0.0.0/8");
            setting("TRUSTED_PROXIES", problem)
        })
    };
    text.split(',').map(str::trim).filter(|text| !text.is_empty()).map(network).collect()
}

fn database(
    variable: &'static str,
    text: Option<&Secret>,
    otherwise: &DatabaseUrl,
) -> Result<DatabaseUrl, ConfigError> {
    text.map_or_else(
        || Ok(otherwise.clone()),
        |text| {
            text.expose()
                .parse()
                .map_err(|source| ConfigError::Database { variable, source })
        },
    )
}

/// An address of ours.
fn address(variable: &'static str, text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| setting(variable, format!("is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(setting(variable, "must begin with http:// or https://"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(setting(variable, "must not carry a query, a fragment or a password"));
    }
    Ok(url)
}

fn twilio(s: &Settings) -> Result<TwilioConfig, ConfigError> {
    let sandbox = s.twilio_account_sid.is_none();
    if !sandbox && s.twilio_auth_token.is_none() {
        return Err(setting(
            "TWILIO_AUTH_TOKEN",
            "is missing, and TWILIO_ACCOUNT_SID is set",
        ));
    }
    if s.twilio_api_key.is_some() != s.twilio_api_secret.is_some() {
        return Err(setting(
            "TWILIO_API_KEY",
            "and TWILIO_API_SECRET go together: one of them is missing",
        ));
    }
    Ok(TwilioConfig {
        sandbox,
        account_sid: s
            .twilio_account_sid
            .clone()
            .unwrap_or_else(|| format!("AC{}", "0".repeat(32))),
        auth_token: s.twilio_auth_token.clone(),
        api_key: s.twilio_api_key.clone(),
        api_secret: s.twilio_api_secret.clone(),
        twiml_app_sid: s.twilio_twiml_app_sid.clone(),
        phone_number: s.twilio_phone_number.clone(),
        inbound_phone_number: s.twilio_inbound_phone_number.clone(),
        api_base: s.twilio_api_base.clone(),
    })
}

fn default_log_format() -> LogFormat {
    if io::stderr().is_terminal() {
        LogFormat::Pretty
    } else {
        LogFormat::Json
    }
}

fn sandbox_token(data_dir: &Path) -> io::Result<Secret> {
    let path = data_dir.join(SANDBOX_TOKEN_FILE);
    match std::fs::read_to_string(&path) {
        Ok(text) if !text.trim().is_empty() => return Ok(Secret::new(text.trim())),
        Err(error) if error.kind() != io::ErrorKind::NotFound => return Err(error),
        _ => {}
    }
    crate::db::make_folder(data_dir)?;
    let token = format!("{:032x}", u128::from_be_bytes(random_bytes()));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    options.open(&path)?.write_all(token.as_bytes())?;
    Ok(Secret::new(token))
}

#[cfg(test)]
mod tests;
