//! Unidirectional media streams of a call: <https://www.twilio.com/docs/voice/api/stream-resource>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A media stream resource.
#[derive(Clone, Debug, Deserialize)]
pub struct Stream {
    /// `MZ...`
    pub sid: String,
    /// Streamed leg.
    pub call_sid: String,
    /// Name that can identify the stream instead of the SID.
    #[serde(default)]
    pub name: Option<String>,
    /// `in-progress`, `stopped`
    #[serde(default)]
    pub status: Option<String>,
}

/// Parameters of a new media stream, which carries both tracks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStream {
    /// URL that Twilio connects to: `wss://`, without a query, which is not supported
    /// (<https://www.twilio.com/docs/api/errors/31920>).
    pub url: String,
    /// Unique among the streams of the leg.
    pub name: String,
    /// Custom parameter in the `start` message; replaces the query.
    pub parameter: (&'static str, String),
}

impl NewStream {
    fn params(&self) -> Params {
        Params::new()
            .with("Url", &self.url)
            .with("Name", &self.name)
            .with("Track", "both_tracks")
            .with("Parameter1.Name", self.parameter.0)
            .with("Parameter1.Value", &self.parameter.1)
    }
}

impl TwilioRest {
    /// Starts a media stream of a leg. The leg is not affected, even if the stream fails.
    ///
    /// # Errors
    /// [`TwilioError::is_not_in_progress`] when the leg is not answered or has ended; otherwise when Twilio rejects the
    /// request or does not answer. After an error that is not [`TwilioError::is_safe_to_retry`], the stream may have
    /// started, so another one needs a different name.
    pub async fn start_stream(&self, call_sid: &str, stream: &NewStream) -> Result<Stream, TwilioError> {
        self.json(Ask {
            resource: "stream",
            method: Method::POST,
            path: &["Calls", call_sid, "Streams.json"],
            params: stream.params(),
            call_sid: Some(call_sid),
        })
        .await
    }

    /// Stops a stream by SID or name. Succeeds if it has already ended.
    ///
    /// # Errors
    /// When Twilio rejects the request or does not answer.
    pub async fn stop_stream(&self, call_sid: &str, stream: &str) -> Result<(), TwilioError> {
        let stopped = self
            .json::<Stream>(Ask {
                resource: "stream",
                method: Method::POST,
                path: &["Calls", call_sid, "Streams", &format!("{stream}.json")],
                params: Params::new().with("Status", "stopped"),
                call_sid: Some(call_sid),
            })
            .await;
        match stopped {
            Err(error) if !error.is_already_over() => Err(error),
            _ => Ok(()),
        }
    }
}
