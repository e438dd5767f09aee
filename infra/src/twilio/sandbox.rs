//! Client of the sandbox's own API: places calls whose caller is typed by a user.
//!
//! Twilio has no equivalent, so this is used only if the sandbox is the telephone network. It has the same base URL as
//! the REST API. Its routes below `/sandbox` need no credentials, because it listens on loopback only.

use super::rest::SetupError;
use crate::outbound::read_at_most;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt as _};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

const CONNECT_TIMEOUT: Duration = Duration::from_secs(3);
/// Response timeout, except for event streams, which last as long as the call.
const RESPONSE_TIMEOUT: Duration = Duration::from_secs(10);
/// Limit of a response, and of an event of a stream, in bytes.
const MAX_RESPONSE_BYTES: usize = 1 << 20;

/// Client of the sandbox's own API. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SandboxControl {
    http: reqwest::Client,
    base: Url,
}

/// A call whose caller is typed by a user.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TextCall {
    /// The user who types; returned by [`SandboxControl::typist`].
    pub typist: String,
    pub caller: TextCaller,
    /// Called number, E.164.
    pub to: String,
}

/// Caller of a typed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TextCaller {
    /// A telephone that calls a number of the account.
    Phone {
        /// Caller's number, E.164.
        number: String,
        /// `CallerName`.
        name: String,
    },
    /// A browser that calls through the account's TwiML application, as with the Voice SDK.
    Browser {
        /// Client identity of the browser.
        identity: String,
        /// `AP...`; the account's first application if absent.
        application: Option<String>,
    },
}

/// Action of a typed caller.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Typed {
    /// Speaks this text.
    Say(String),
    /// Presses keys: 0 to 9, `*`, `#`.
    Digits(String),
    /// Hangs up; always `true`.
    HangUp(bool),
}

/// An event of a call, from the perspective of the person on the leg.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct LineRecord {
    /// RFC 3339, by the network's clock. Absent on the final event.
    #[serde(default)]
    pub at: Option<String>,
    #[serde(flatten)]
    pub content: LineContent,
}

/// Content of an event. Event types that do not concern the person on the leg are [`Self::Else`].
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum LineContent {
    /// The call changed to this status.
    Status {
        /// `ringing`, `in-progress`, `completed`, ...
        status: String,
    },
    /// The person spoke.
    Said { text: String },
    /// The person heard speech.
    Heard {
        /// `twiml` or `stream` (the service), `network`, or the leg of another person.
        from: String,
        text: String,
    },
    /// The service waits for input.
    Listening,
    /// The person pressed a key.
    Pressed { key: String },
    /// The person interrupted the service.
    Interrupted,
    /// A sound was played to the person.
    Played {},
    /// The state of the leg changed.
    Occasion {
        /// `connected`, `joined`, `held`, `unheld`, ...
        name: String,
    },
    /// The call ended; the final event.
    Over {
        /// Twilio's call status.
        status: String,
        /// `caller`, `twiml`, `api`, `peer`, `error`, `network`.
        #[serde(default)]
        ended_by: Option<String>,
    },
    /// Any other event.
    #[serde(other)]
    Else,
}

/// A sandbox request failed. Contains no speech.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// The sandbox is unreachable, or the connection broke.
    #[error("the sandbox does not answer")]
    Away,
    /// The sandbox rejected the request.
    #[error("the sandbox answered {status}: {why}")]
    Refused {
        /// HTTP status.
        status: u16,
        /// Reason given by the sandbox.
        why: String,
    },
    /// The response is not as expected: another version, or not a sandbox.
    #[error("the sandbox's response is malformed")]
    Malformed,
}

impl SandboxError {
    /// Whether the resource does not exist.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

impl TextCall {
    /// The call as a sandbox scenario.
    fn scenario(&self) -> Value {
        let caller = match &self.caller {
            TextCaller::Phone { number, name } => json!({ "from": number, "name": name, "to": self.to }),
            TextCaller::Browser { identity, application } => json!({
                "from": format!("client:{identity}"),
                "application": application,
                "parameters": { "To": self.to },
            }),
        };
        let mut scenario = json!({ "description": "a person types", "caller": caller });
        scenario["caller"]["typed"] = json!(true);
        scenario["caller"]["typist"] = json!(self.typist);
        scenario
    }
}

impl SandboxControl {
    /// Creates a client for the sandbox at `base`, the URL that replaces Twilio's.
    ///
    /// # Errors
    /// When the URL is invalid.
    pub fn new(base: &str) -> Result<Self, SetupError> {
        let base = Url::parse(base).map_err(|_| SetupError::Address)?;
        if base.cannot_be_a_base() {
            return Err(SetupError::Address);
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT_TIMEOUT)
            .build()
            .map_err(SetupError::Client)?;
        Ok(Self { http, base })
    }

    /// Places a call and returns its `CallSid`. With a `key` that was used before, it places no new call and returns
    /// the earlier one.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] with status 400 when the number or the application is not the account's.
    pub async fn place(&self, call: &TextCall, key: Option<&str>) -> Result<String, SandboxError> {
        #[derive(Deserialize)]
        struct Placed {
            sid: String,
        }
        let mut request = self.http.post(self.url(&["calls"])).json(&call.scenario());
        if let Some(key) = key {
            request = request.header("idempotency-key", key);
        }
        let placed: Placed = self.json(request).await?;
        Ok(placed.sid)
    }

    /// The user who types on a leg. `None` if the leg is not typed or does not exist.
    ///
    /// # Errors
    /// When the sandbox does not answer.
    pub async fn typist(&self, call_sid: &str) -> Result<Option<String>, SandboxError> {
        #[derive(Deserialize)]
        struct Shown {
            #[serde(default)]
            typist: Option<String>,
        }
        match self.json(self.http.get(self.url(&["calls", call_sid]))).await {
            Ok(Shown { typist }) => Ok(typist),
            Err(error) if error.is_not_found() => Ok(None),
            Err(error) => Err(error),
        }
    }

    /// Streams the events of a call from its start, then live. [`LineContent::Over`] is the final event; a stream that
    /// ends without it was interrupted.
    ///
    /// # Errors
    /// When the call does not exist, or the sandbox does not answer.
    pub async fn follow(
        &self,
        call_sid: &str,
    ) -> Result<BoxStream<'static, Result<LineRecord, SandboxError>>, SandboxError> {
        let request = self.http.get(self.url(&["calls", call_sid, "follow"])).send();
        // Only the response headers have a timeout; the stream may be idle for any time.
        let response = tokio::time::timeout(RESPONSE_TIMEOUT, request)
            .await
            .map_err(|_| SandboxError::Away)?;
        let response = accepted(response.map_err(|_| SandboxError::Away)?).await?;
        let parts = response.bytes_stream().boxed();
        Ok(stream::unfold(Some((parts, BytesMut::new())), next_moment).boxed())
    }

    /// Performs an action of the typed caller immediately.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] with status 409 when the call has ended.
    pub async fn type_for(&self, call_sid: &str, typed: &Typed) -> Result<(), SandboxError> {
        let request = self.http.post(self.url(&["calls", call_sid, "line"])).json(typed);
        let response = request
            .timeout(RESPONSE_TIMEOUT)
            .send()
            .await
            .map_err(|_| SandboxError::Away)?;
        accepted(response).await.map(drop)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // `new` checked that the URL can be a base.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("sandbox").extend(path);
        }
        url
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, SandboxError> {
        let response = request
            .timeout(RESPONSE_TIMEOUT)
            .send()
            .await
            .map_err(|_| SandboxError::Away)?;
        let body = read_at_most(accepted(response).await?, MAX_RESPONSE_BYTES)
            .await
            .map_err(|_| SandboxError::Malformed)?;
        serde_json::from_slice(&body).map_err(|_| SandboxError::Malformed)
    }
}

type Story = (BoxStream<'static, reqwest::Result<Bytes>>, BytesMut);

/// Reads the next event of a stream: one line of JSON.
async fn next_moment(story: Option<Story>) -> Option<(Result<LineRecord, SandboxError>, Option<Story>)> {
    let (mut parts, mut rest) = story?;
    loop {
        if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = rest.split_to(end + 1);
            let moment = serde_json::from_slice(&line).map_err(|_| SandboxError::Malformed);
            return Some((moment, Some((parts, rest))));
        }
        if rest.len() > MAX_RESPONSE_BYTES {
            return Some((Err(SandboxError::Malformed), None));
        }
        match parts.next().await? {
            Ok(part) => rest.extend_from_slice(&part),
            Err(_) => return Some((Err(SandboxError::Away), None)),
        }
    }
}

async fn accepted(response: Response) -> Result<Response, SandboxError> {
    #[derive(Deserialize)]
    struct Refusal {
        error: String,
    }
    let status = response.status();
    if status.is_success() {
        return Ok(response);
    }
    if status >= StatusCode::INTERNAL_SERVER_ERROR {
        return Err(SandboxError::Away);
    }
    let body = read_at_most(response, MAX_RESPONSE_BYTES).await.ok();
    let refusal = body.and_then(|body| serde_json::from_slice::<Refusal>(&body).ok());
    Err(SandboxError::Refused {
        status: status.as_u16(),
        why: refusal.map_or_else(|| "no reason given".to_owned(), |refusal| refusal.error),
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use wiremock::matchers::{body_json, header, method, path};
    use wiremock::{Mock, MockServer, ResponseTemplate};

    fn call() -> TextCall {
        TextCall {
            typist: "user_1".to_owned(),
            caller: TextCaller::Browser {
                identity: "user_1".to_owned(),
                application: None,
            },
            to: "+15045550123".to_owned(),
        }
    }

    #[tokio::test]
    async fn browser_call_passes_the_number_as_parameter() {
        let sandbox = MockServer::start().await;
        let scenario = json!({ "description": "a person types", "caller": {
            "from": "client:user_1", "application": null, "parameters": { "To": "+15045550123" },
            "typed": true, "typist": "user_1",
        }});
        Mock::given(method("POST"))
            .and(path("/sandbox/calls"))
            .and(header("idempotency-key", "k"))
            .and(body_json(scenario))
            .respond_with(ResponseTemplate::new(201).set_body_json(json!({ "sid": "CA1" })))
            .mount(&sandbox)
            .await;
        let control = SandboxControl::new(&sandbox.uri()).expect("a client");
        assert_eq!(control.place(&call(), Some("k")).await, Ok("CA1".to_owned()));
    }

    #[tokio::test]
    async fn events_are_streamed_and_unknown_types_are_else() {
        let story = concat!(
            r#"{"at":"2026-03-27T14:00:00.000Z","what":"status","status":"ringing"}"#,
            "\n",
            r#"{"at":"2026-03-27T14:00:01.000Z","what":"asked","why":"document","url":"http://a","status":200,"took_ms":3}"#,
            "\n",
            r#"{"at":"2026-03-27T14:00:02.000Z","what":"listening"}"#,
            "\n",
            r#"{"what":"over","sid":"CA1","status":"completed","ended_by":"caller"}"#,
            "\n",
        );
        let sandbox = MockServer::start().await;
        Mock::given(path("/sandbox/calls/CA1/follow"))
            .respond_with(ResponseTemplate::new(200).set_body_string(story))
            .mount(&sandbox)
            .await;
        let control = SandboxControl::new(&sandbox.uri()).expect("a client");
        let moments: Vec<LineContent> = control
            .follow("CA1")
            .await
            .expect("a story")
            .map(|moment| moment.expect("a record").content)
            .collect()
            .await;
        let over = LineContent::Over {
            status: "completed".to_owned(),
            ended_by: Some("caller".to_owned()),
        };
        let ringing = LineContent::Status {
            status: "ringing".to_owned(),
        };
        assert_eq!(moments, [ringing, LineContent::Else, LineContent::Listening, over]);
    }

    #[tokio::test]
    async fn rejection_keeps_the_reason_and_unreachable_sandbox_is_away() {
        let sandbox = MockServer::start().await;
        Mock::given(path("/sandbox/calls"))
            .respond_with(
                ResponseTemplate::new(400).set_body_json(json!({ "error": "the account has no such number" })),
            )
            .mount(&sandbox)
            .await;
        let control = SandboxControl::new(&sandbox.uri()).expect("a client");
        let refused = SandboxError::Refused {
            status: 400,
            why: "the account has no such number".to_owned(),
        };
        assert_eq!(control.place(&call(), None).await, Err(refused));
        assert_eq!(control.typist("CA1").await, Ok(None), "unknown path");
        let unreachable = SandboxControl::new("http://127.0.0.1:9").expect("a client");
        assert_eq!(unreachable.place(&call(), None).await, Err(SandboxError::Away));
    }

    #[test]
    fn typed_actions_serialize_to_the_sandbox_format() {
        let written = |typed: Typed| serde_json::to_value(typed).expect("JSON");
        assert_eq!(written(Typed::Say("hello".to_owned())), json!({ "say": "hello" }));
        assert_eq!(written(Typed::Digits("1#".to_owned())), json!({ "digits": "1#" }));
        assert_eq!(written(Typed::HangUp(true)), json!({ "hang_up": true }));
    }
}
