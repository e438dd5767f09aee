//! Logging: one line per event, as text or JSON, always to standard error.
//!
//! Standard output is for the output of CLI commands. A log line never contains a personal value: those are in
//! `domain::Personal`, whose `Debug` shows nothing, and request handlers log selected fields only.

use serde::Deserialize;
use std::str::FromStr;
use tracing_subscriber::EnvFilter;

/// The format of a log line.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// Text for terminals.
    Pretty,
    /// One JSON object per line.
    Json,
}

impl FromStr for LogFormat {
    type Err = TelemetryError;

    fn from_str(text: &str) -> Result<Self, TelemetryError> {
        match text {
            "pretty" => Ok(Self::Pretty),
            "json" => Ok(Self::Json),
            _ => Err(TelemetryError::Format),
        }
    }
}

/// Why logging cannot be set up.
#[derive(Debug, thiserror::Error)]
pub enum TelemetryError {
    #[error("the log format must be `pretty` or `json`")]
    Format,
    #[error("the log level is not a valid filter")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// A logger was already installed in this process.
    #[error("logging is already set up")]
    Already(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Sets up logging for the whole process. `level` is a filter: `info`, or `api=debug,info`.
///
/// # Errors
/// When the filter is invalid, or logging is already set up.
pub fn init(format: LogFormat, level: &str) -> Result<(), TelemetryError> {
    // sqlx logs the text of slow statements. It contains no values, but is noise at `info`.
    let filter = EnvFilter::try_new(format!("sqlx=warn,hyper=warn,{level}"))?;
    let lines = tracing_subscriber::fmt()
        .with_env_filter(filter)
        .with_writer(std::io::stderr);
    match format {
        LogFormat::Pretty => lines.compact().try_init(),
        LogFormat::Json => lines
            .json()
            .flatten_event(true)
            .with_current_span(true)
            .with_span_list(false)
            .try_init(),
    }
    .map_err(TelemetryError::Already)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn unknown_log_format_is_refused() {
        assert_eq!("json".parse::<LogFormat>().expect("known"), LogFormat::Json);
        assert!("xml".parse::<LogFormat>().is_err());
    }
}
