//! Configuration from flags, environment variables, a TOML file and defaults, in this order of precedence.
//!
//! [`Settings`] are the values as given; [`Config`] is resolved from them and checked. The rest of the program uses
//! only `Config` and reads no setting itself.

mod chat_provider;
mod models;
mod settings;

pub use chat_provider::ChatProvider;
pub use ipnet::IpNet;
pub use models::{AnthropicConfig, ModelsConfig};
pub use settings::Settings;

use crate::blob::{PathStyle, S3Options};
use crate::clock::random_bytes;
use crate::db::{DatabaseUrl, DbError};
use crate::secret::Secret;
use crate::telemetry::LogFormat;
use crate::twilio::callbacks::is_sid;
use crate::twilio::signature::websocket_url;
use crate::twilio::signing_keys::{SigningKey, SigningKeys};
use domain::ledger::LedgerClock;
use std::io::{self, IsTerminal as _, Write as _};
use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::Duration;
use url::Url;

/// The TOML file that is read if it exists and no other is given.
pub const DEFAULT_FILE: &str = "call-ledger.toml";
/// The default address of `call-ledger-sandbox serve`.
const SANDBOX_ADDRESS: &str = "http://127.0.0.1:3200";
const SANDBOX_TOKEN_FILE: &str = "sandbox-auth-token";

/// The resolved configuration.
#[derive(Clone, Debug)]
pub struct Config {
    pub listen: SocketAddr,
    /// Another address, for webhooks alone.
    pub webhook_listen: Option<SocketAddr>,
    /// The public base URL of the service. [`Config::callback_url`] removes a trailing slash.
    pub public_url: Url,
    /// The base URL at which Twilio reaches this process with media streams: see [`Config::stream_url`].
    pub media_url: Url,
    /// Reverse proxies whose `X-Forwarded-For` is used.
    pub trusted_proxies: Vec<IpNet>,
    /// The folder for all files.
    pub data_dir: PathBuf,
    pub ledger_database: DatabaseUrl,
    pub read_models_database: DatabaseUrl,
    pub keys_database: DatabaseUrl,
    pub accounts_database: DatabaseUrl,
    /// `None` if the master key is in its file.
    pub master_key: Option<Secret>,
    pub recordings_url: String,
    /// Where an S3-compatible store other than Amazon's is.
    pub s3: S3Options,
    pub twilio: TwilioConfig,
    pub models: ModelsConfig,
    /// The clock that times are taken from. [`LedgerClock::Sandbox`] only if the sandbox is used.
    pub clock: LedgerClock,
    /// Start although the machine's clock is behind the last event (`--accept-clock`).
    pub accept_clock: bool,
    /// Lifetime of a login session.
    pub session_length: Duration,
    /// Longest time for calls in progress to end after SIGTERM; zero: they are not waited for.
    pub drain_calls: Duration,
    /// Time between the end of the calls and the last accepted connection.
    pub drain_grace: Duration,
    /// Longest time for requests in flight to finish.
    pub drain_timeout: Duration,
    pub log_format: LogFormat,
    /// A filter: `info`, `api=debug,info`.
    pub log_level: String,
}

/// The Twilio account, or the sandbox.
#[derive(Clone, Debug)]
pub struct TwilioConfig {
    /// Whether the sandbox is used instead of Twilio.
    pub sandbox: bool,
    pub account_sid: String,
    /// Signs webhooks. `None` only in the sandbox: see [`Config::auth_token`].
    pub auth_token: Option<Secret>,
    /// Also accepted on webhooks, during a rotation of the auth token.
    pub auth_token_previous: Option<Secret>,
    /// Subaccounts and their auth tokens.
    pub subaccounts: Vec<(String, Secret)>,
    /// Signs access tokens of the browser softphone.
    pub api_key: Option<String>,
    pub api_secret: Option<Secret>,
    /// The TwiML application of the browser softphone.
    pub twiml_app_sid: Option<String>,
    /// The caller ID of outbound calls, E.164.
    pub phone_number: Option<String>,
    /// The number that the AI answers, E.164.
    pub inbound_phone_number: Option<String>,
    /// Overrides the address of the REST API: see [`Config::twilio_base`].
    pub api_base: Option<String>,
}

/// Why a configuration is invalid. Never contains a secret.
#[derive(Debug, thiserror::Error)]
pub enum ConfigError {
    #[error("cannot read the configuration file {path}")]
    File { path: PathBuf, source: io::Error },
    /// The file has an unknown key or an invalid value.
    #[error("the configuration file {path} is invalid: {message}")]
    Toml {
        path: PathBuf,
        /// Without the text of the file, which may contain secrets.
        message: String,
    },
    #[error("{variable} {problem}")]
    Setting { variable: &'static str, problem: String },
    /// A variable that was renamed is still set. Ignoring it could open the wrong database.
    #[error("{old} is set, but it is now called {new}: rename it, or unset it")]
    Renamed { old: &'static str, new: &'static str },
    #[error("{variable} is not a valid database address")]
    Database { variable: &'static str, source: DbError },
}

impl Settings {
    /// These settings, completed from the given TOML file, or from [`DEFAULT_FILE`] if it exists.
    ///
    /// # Errors
    /// When a renamed variable is still set, the given file cannot be read, or a file has unknown keys or invalid
    /// values.
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
        // Only `message`: the full error quotes the line, which may contain a secret.
        let file: Self = toml::from_str(&text).map_err(|error| ConfigError::Toml {
            path: path.into(),
            message: error.message().to_owned(),
        })?;
        Ok(self.or(file))
    }
}

impl Config {
    /// Resolves and checks the settings.
    ///
    /// # Errors
    /// When a setting is invalid, or one of two settings that belong together is missing.
    pub fn resolve(settings: Settings) -> Result<Self, ConfigError> {
        // Drops empty values.
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
            webhook_listen: s.webhook_listen.as_deref().map(webhook_listen).transpose()?,
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
            s3: S3Options {
                endpoint: s.s3_endpoint,
                path_style: path_style(s.s3_path_style.as_deref())?,
            },
            clock: clock(s.clock.as_deref(), &twilio)?,
            twilio,
            models,
            accept_clock: false,
            session_length: Duration::from_secs(s.session_hours.unwrap_or(168).saturating_mul(3600)),
            drain_calls: Duration::from_secs(s.drain_calls_seconds.unwrap_or(600)),
            drain_grace: Duration::from_secs(s.drain_grace_seconds.unwrap_or(1)),
            drain_timeout: Duration::from_secs(s.drain_timeout_seconds.unwrap_or(20)),
            log_format: s.log_format.unwrap_or_else(default_log_format),
            log_level: s.log_level.unwrap_or_else(|| "info".into()),
            data_dir,
        })
    }

    /// The public URL of a path, as given to Twilio: `callback_url("/twilio/voicemail")`.
    #[must_use]
    pub fn callback_url(&self, path_and_query: &str) -> String {
        format!("{}{path_and_query}", self.public_url.as_str().trim_end_matches('/'))
    }

    /// The URL of a WebSocket endpoint of this process, as given to Twilio and as signed by it.
    #[must_use]
    pub fn stream_url(&self, path_and_query: &str) -> String {
        let address = websocket_url(self.media_url.as_str().trim_end_matches('/'));
        format!("{address}{path_and_query}")
    }

    /// The address of Twilio's REST API: the configured one, the sandbox's, or Twilio's own.
    #[must_use]
    pub fn twilio_base(&self) -> &str {
        match &self.twilio.api_base {
            Some(base) => base,
            None if self.twilio.sandbox => SANDBOX_ADDRESS,
            None => crate::twilio::rest::TWILIO,
        }
    }

    /// The address of the sandbox's scripted models, which are used while no other models are configured.
    #[must_use]
    pub fn sandbox_models(&self) -> String {
        let base = self.twilio.api_base.as_deref().filter(|_| self.twilio.sandbox);
        format!("{}/v1", base.unwrap_or(SANDBOX_ADDRESS).trim_end_matches('/'))
    }

    /// Whether the public URL is `https`, so that the session cookie is `Secure`.
    #[must_use]
    pub fn is_https(&self) -> bool {
        self.public_url.scheme() == "https"
    }

    /// The token that signs webhooks. In the sandbox, unless it is set, it is generated on first start and stored in a
    /// file that only its owner can read: with a well-known token, any web page opened on this machine could post
    /// webhooks.
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

impl Config {
    /// The tokens by which requests of Twilio are verified, given [`Config::auth_token`]. Of the sandbox, requests of any
    /// account are accepted.
    #[must_use]
    pub fn signing_keys(&self, auth_token: Secret) -> SigningKeys {
        let twilio = &self.twilio;
        let own: Arc<[String]> = if twilio.sandbox {
            Arc::default()
        } else {
            Arc::from([twilio.account_sid.clone()])
        };
        let current = SigningKey::new("current", auth_token, own.clone());
        let previous = twilio.auth_token_previous.clone();
        let previous = previous.map(|token| SigningKey::new("previous", token, own));
        let subaccounts = twilio.subaccounts.iter();
        let subaccounts = subaccounts.map(|(sid, token)| SigningKey::new("subaccount", token.clone(), [sid.clone()]));
        let keys: Vec<_> = [current].into_iter().chain(previous).chain(subaccounts).collect();
        SigningKeys::new(keys)
    }
}

fn setting(variable: &'static str, problem: impl Into<String>) -> ConfigError {
    ConfigError::Setting {
        variable,
        problem: problem.into(),
    }
}

/// Renamed environment variables: old and new name.
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
            let problem = format!("has `{text}`, which is neither an IP address nor a network such as 10.0.0.0/8");
            setting("TRUSTED_PROXIES", problem)
        })
    };
    text.split(',')
        .map(str::trim)
        .filter(|text| !text.is_empty())
        .map(network)
        .collect()
}

fn database(variable: &'static str, text: Option<&Secret>, default: &DatabaseUrl) -> Result<DatabaseUrl, ConfigError> {
    text.map_or_else(
        || Ok(default.clone()),
        |text| {
            text.expose()
                .parse()
                .map_err(|source| ConfigError::Database { variable, source })
        },
    )
}

/// A base URL of this service.
fn address(variable: &'static str, text: &str) -> Result<Url, ConfigError> {
    let url = Url::parse(text).map_err(|error| setting(variable, format!("is not a URL: {error}")))?;
    if !matches!(url.scheme(), "http" | "https") || url.host().is_none() {
        return Err(setting(variable, "must start with http:// or https://"));
    }
    if url.query().is_some() || url.fragment().is_some() || !url.username().is_empty() || url.password().is_some() {
        return Err(setting(
            variable,
            "must not have a query, a fragment, a user name or a password",
        ));
    }
    Ok(url)
}

fn clock(clock: Option<&str>, twilio: &TwilioConfig) -> Result<LedgerClock, ConfigError> {
    let clock = clock.map_or(Ok(LedgerClock::System), str::parse);
    match clock.map_err(|_| setting("CLOCK", "must be system or sandbox"))? {
        LedgerClock::Sandbox if !twilio.sandbox => Err(setting(
            "CLOCK",
            "must not be sandbox when TWILIO_ACCOUNT_SID is set: real calls need real time",
        )),
        clock => Ok(clock),
    }
}

fn twilio(s: &Settings) -> Result<TwilioConfig, ConfigError> {
    let sandbox = s.twilio_account_sid.is_none();
    if !sandbox && s.twilio_auth_token.is_none() {
        return Err(setting(
            "TWILIO_AUTH_TOKEN",
            "is required when TWILIO_ACCOUNT_SID is set",
        ));
    }
    if s.twilio_api_key.is_some() != s.twilio_api_secret.is_some() {
        return Err(setting("TWILIO_API_KEY", "and TWILIO_API_SECRET must be set together"));
    }
    Ok(TwilioConfig {
        sandbox,
        account_sid: s
            .twilio_account_sid
            .clone()
            .unwrap_or_else(|| format!("AC{}", "0".repeat(32))),
        auth_token: s.twilio_auth_token.clone(),
        auth_token_previous: s.twilio_auth_token_previous.clone(),
        subaccounts: subaccounts(s.twilio_subaccounts.as_ref())?,
        api_key: s.twilio_api_key.clone(),
        api_secret: s.twilio_api_secret.clone(),
        twiml_app_sid: s.twilio_twiml_app_sid.clone(),
        phone_number: s.twilio_phone_number.clone(),
        inbound_phone_number: s.twilio_inbound_phone_number.clone(),
        api_base: s.twilio_api_base.clone(),
    })
}

fn subaccounts(text: Option<&Secret>) -> Result<Vec<(String, Secret)>, ConfigError> {
    let entries = text.map(Secret::expose).unwrap_or_default().split(',').map(str::trim);
    let subaccount = |entry: &str| match entry.split_once(':') {
        Some((sid, token)) if is_sid(sid, "AC") && !token.is_empty() => Ok((sid.to_owned(), Secret::new(token))),
        _ => Err(setting(
            "TWILIO_SUBACCOUNTS",
            "must be a list of `AC` and 32 hexadecimal digits, a colon and an auth token, separated by commas",
        )),
    };
    entries.filter(|entry| !entry.is_empty()).map(subaccount).collect()
}

fn path_style(text: Option<&str>) -> Result<PathStyle, ConfigError> {
    let style = text.map_or(Ok(PathStyle::Auto), str::parse);
    style.map_err(|()| setting("S3_PATH_STYLE", "must be auto, true or false"))
}

fn webhook_listen(text: &str) -> Result<SocketAddr, ConfigError> {
    text.parse().map_err(|_| {
        setting(
            "WEBHOOK_LISTEN",
            "must be an IP address and a port, such as 0.0.0.0:3001",
        )
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
