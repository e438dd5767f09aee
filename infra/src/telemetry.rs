//! Logs: one line an event, for people or for machines, always to standard error.
//!
//! Standard output belongs to the command line's answers. A log line never holds a personal value: those are inside
//! `domain::Personal`, whose `Debug` shows nothing, and what is logged is picked field by field at the doors.

use serde::Deserialize;
use std::str::FromStr;
use tracing_subscriber::EnvFilter;

/// What a log line looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum LogFormat {
    /// For people.
    Pretty,
    /// For machines.
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
    /// Neither `pretty` nor `json`.
    #[error("a log format is `pretty` or `json`")]
    Format,
    /// The filter cannot be read.
    #[error("the log level is not understood")]
    Filter(#[from] tracing_subscriber::filter::ParseError),
    /// Something else in this process logs already.
    #[error("logging is set up already")]
    Already(#[source] Box<dyn std::error::Error + Send + Sync>),
}

/// Sets up logging for the whole process. `level` is a filter: `info`, or `api=debug,info`.
///
/// # Errors
/// When the filter cannot be read, or logging was set up before.
pub fn init(format: LogFormat, level: &str) -> Result<(), TelemetryError> {
    // The SQL library logs slow statements with their text; statements carry no values, but they are noise at `info`.
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
    fn only_two_formats_are_known() {
        assert_eq!("json".parse::<LogFormat>().expect("known"), LogFormat::Json);
        assert!("xml".parse::<LogFormat>().is_err());
    }
}
