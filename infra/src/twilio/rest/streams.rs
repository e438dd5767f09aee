//! A call's sound over a WebSocket, one way: <https://www.twilio.com/docs/voice/api/stream-resource>.

use super::params::Params;
use super::send::Ask;
use super::{TwilioError, TwilioRest};
use reqwest::Method;
use serde::Deserialize;

/// A media stream, as Twilio knows it.
#[derive(Clone, Debug, Deserialize)]
pub struct Stream {
    /// `MZ...`
    pub sid: String,
    /// The leg whose sound it is.
    pub call_sid: String,
    /// The name that we gave it, by which it can be stopped.
    #[serde(default)]
    pub name: Option<String>,
    /// `in-progress`, `stopped`
    #[serde(default)]
    pub status: Option<String>,
}

/// A media stream that is to be started: both tracks, what comes from the leg and what it hears.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NewStream {
    /// Where Twilio connects: `wss://`, and without a query, which would not arrive
    /// (<https://www.twilio.com/docs/api/errors/31920>).
    pub url: String,
    /// Unique among the streams of the leg.
    pub name: String,
    /// Told in the `start` message, in the place of a query.
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
    /// Starts a stream of a leg's sound. The leg goes on as before, and so it does when the stream fails.
    ///
    /// # Errors
    /// [`TwilioError::is_not_in_progress`] while the leg is not answered, or when it has ended; else when Twilio refuses or
    /// does not answer. After an error that is not [`TwilioError::is_safe_to_retry`], it may have been started: another one
    /// needs another name.
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

    /// Stops a stream, by its `MZ...` or its name. That it is over is as good.
    ///
    /// # Errors
    /// When Twilio refuses or does not answer.
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
