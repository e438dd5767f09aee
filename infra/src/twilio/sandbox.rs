//! What the sandbox can beside what Twilio can: somebody is had to call, and a person types for them.
//!
//! Twilio has nothing of the kind, so this is asked only where the sandbox is the telephone network. It is reached by the
//! same base address; its doors below `/sandbox` ask for no password, because it listens on loopback alone.

use super::rest::SetupError;
use crate::outbound::read_at_most;
use bytes::{Bytes, BytesMut};
use futures::stream::{self, BoxStream, StreamExt as _};
use reqwest::{Response, StatusCode};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use std::time::Duration;
use url::Url;

const CONNECT: Duration = Duration::from_secs(3);
/// For an answer that is no story: a call's story lasts as long as the call.
const ANSWER: Duration = Duration::from_secs(10);
/// No answer, and no moment of a story, is longer.
const LONGEST: usize = 1 << 20;

/// A client of the sandbox's own doors. Cheap to clone.
#[derive(Clone, Debug)]
pub struct SandboxDoors {
    http: reqwest::Client,
    base: Url,
}

/// A call that somebody is had to make, and for whom a person types.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct TypedCall {
    /// Who types; told again by [`SandboxDoors::typist`].
    pub typist: String,
    /// Who calls.
    pub caller: TypedCaller,
    /// The number that they call, E.164.
    pub to: String,
}

/// Who makes a typed call.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum TypedCaller {
    /// A telephone calls a number of the account.
    Phone {
        /// Its number, E.164.
        number: String,
        /// Their name, as the network tells it (`CallerName`).
        name: String,
    },
    /// A browser calls through the account's TwiML application, as the Voice SDK does.
    Browser {
        /// Its user.
        identity: String,
        /// `AP...`; the account's first one if it is not said.
        application: Option<String>,
    },
}

/// What a person does at a telephone for which they type.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Typed {
    /// Says this.
    Say(String),
    /// Presses these keys: 0 to 9, `*`, `#`.
    Digits(String),
    /// Puts the receiver down; always `true`.
    HangUp(bool),
}

/// A moment of a call's story, as the person on the leg lives through it.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
pub struct Moment {
    /// When, by the network's clock: RFC 3339. The end has none.
    #[serde(default)]
    pub at: Option<String>,
    /// What.
    #[serde(flatten)]
    pub told: Told,
}

/// What a moment tells. Whatever else the sandbox tells is of no interest to who is on the telephone.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(tag = "what", rename_all = "snake_case")]
pub enum Told {
    /// The call is in this state: Twilio's word.
    Status {
        /// `ringing`, `in-progress`, `completed`, ...
        status: String,
    },
    /// They said this.
    Said {
        /// The words.
        text: String,
    },
    /// They heard this.
    Heard {
        /// `twiml` (the service), `stream` (likewise), `network`, or the leg of another person.
        from: String,
        /// The words.
        text: String,
    },
    /// They are waited for.
    Listening,
    /// They pressed a key.
    Pressed {
        /// Which.
        key: String,
    },
    /// They cut short what was said to them.
    Interrupted,
    /// Something was played to them.
    Played {},
    /// Something happened around them.
    Occasion {
        /// `connected`, `joined`, `held`, `unheld`, ...
        name: String,
    },
    /// The call is over: the last moment.
    Over {
        /// Twilio's word.
        status: String,
        /// `caller`, `twiml`, `api`, `peer`, `error`, `network`.
        #[serde(default)]
        ended_by: Option<String>,
    },
    /// Anything else.
    #[serde(other)]
    Else,
}

/// Why the sandbox did not do what it was asked. Holds nothing that was said.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum SandboxError {
    /// It is not there, or broke off.
    #[error("the sandbox does not answer")]
    Away,
    /// It refused.
    #[error("the sandbox answered {status}: {why}")]
    Refused {
        /// HTTP's status.
        status: u16,
        /// The sandbox's words.
        why: String,
    },
    /// What it says is not as expected: another version, or no sandbox.
    #[error("what answers in the sandbox's place is not the sandbox")]
    Malformed,
}

impl SandboxError {
    /// Whether what was asked about is not there.
    #[must_use]
    pub const fn is_not_found(&self) -> bool {
        matches!(self, Self::Refused { status: 404, .. })
    }
}

impl TypedCall {
    /// The call as a scenario of the sandbox's.
    fn scenario(&self) -> Value {
        let caller = match &self.caller {
            TypedCaller::Phone { number, name } => json!({ "from": number, "name": name, "to": self.to }),
            TypedCaller::Browser { identity, application } => json!({
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

impl SandboxDoors {
    /// The doors of the sandbox at `base`, which is what it has instead of Twilio's address.
    ///
    /// # Errors
    /// When the address cannot be used.
    pub fn new(base: &str) -> Result<Self, SetupError> {
        let base = Url::parse(base).map_err(|_| SetupError::Address)?;
        if base.cannot_be_a_base() {
            return Err(SetupError::Address);
        }
        let http = reqwest::Client::builder()
            .connect_timeout(CONNECT)
            .build()
            .map_err(SetupError::Client)?;
        Ok(Self { http, base })
    }

    /// Has somebody call; gives the call's identifier (`CA...`). A key that was used before places nothing, and gives the
    /// call that was placed then.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] with status 400 when the number or the application is not the account's.
    pub async fn place(&self, call: &TypedCall, key: Option<&str>) -> Result<String, SandboxError> {
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

    /// Who types on a leg; `None` when nobody does, or there is no such leg.
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

    /// A call's story from its beginning, and on as it happens. [`Told::Over`] is its last moment; a story that ends
    /// without it has broken off.
    ///
    /// # Errors
    /// When there is no such call, or the sandbox does not answer.
    pub async fn follow(
        &self,
        call_sid: &str,
    ) -> Result<BoxStream<'static, Result<Moment, SandboxError>>, SandboxError> {
        let request = self.http.get(self.url(&["calls", call_sid, "follow"])).send();
        // The story itself may be quiet for as long as people are.
        let response = tokio::time::timeout(ANSWER, request)
            .await
            .map_err(|_| SandboxError::Away)?;
        let response = accepted(response.map_err(|_| SandboxError::Away)?).await?;
        let parts = response.bytes_stream().boxed();
        Ok(stream::unfold(Some((parts, BytesMut::new())), next_moment).boxed())
    }

    /// Does something for the person on a leg, at once.
    ///
    /// # Errors
    /// [`SandboxError::Refused`] with status 409 when the call is over.
    pub async fn type_for(&self, call_sid: &str, typed: &Typed) -> Result<(), SandboxError> {
        let request = self.http.post(self.url(&["calls", call_sid, "line"])).json(typed);
        let response = request.timeout(ANSWER).send().await.map_err(|_| SandboxError::Away)?;
        accepted(response).await.map(drop)
    }

    fn url(&self, path: &[&str]) -> Url {
        let mut url = self.base.clone();
        // Checked when it was made: it can be a base.
        if let Ok(mut segments) = url.path_segments_mut() {
            segments.pop_if_empty().push("sandbox").extend(path);
        }
        url
    }

    async fn json<T: serde::de::DeserializeOwned>(&self, request: reqwest::RequestBuilder) -> Result<T, SandboxError> {
        let response = request.timeout(ANSWER).send().await.map_err(|_| SandboxError::Away)?;
        let body = read_at_most(accepted(response).await?, LONGEST)
            .await
            .map_err(|_| SandboxError::Malformed)?;
        serde_json::from_slice(&body).map_err(|_| SandboxError::Malformed)
    }
}

type Story = (BoxStream<'static, reqwest::Result<Bytes>>, BytesMut);

/// The next moment of a story: a line of JSON.
async fn next_moment(story: Option<Story>) -> Option<(Result<Moment, SandboxError>, Option<Story>)> {
    let (mut parts, mut rest) = story?;
    loop {
        if let Some(end) = rest.iter().position(|byte| *byte == b'\n') {
            let line = rest.split_to(end + 1);
            let moment = serde_json::from_slice(&line).map_err(|_| SandboxError::Malformed);
            return Some((moment, Some((parts, rest))));
        }
        if rest.len() > LONGEST {
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
    let body = read_at_most(response, LONGEST).await.ok();
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

    fn call() -> TypedCall {
        TypedCall {
            typist: "user_1".to_owned(),
            caller: TypedCaller::Browser {
                identity: "user_1".to_owned(),
                application: None,
            },
            to: "+15045550123".to_owned(),
        }
    }

    #[tokio::test]
    async fn a_browser_calls_with_the_number_among_its_parameters() {
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
        let doors = SandboxDoors::new(&sandbox.uri()).expect("doors");
        assert_eq!(doors.place(&call(), Some("k")).await, Ok("CA1".to_owned()));
    }

    #[tokio::test]
    async fn a_story_is_told_moment_by_moment_and_what_is_of_no_interest_is_told_as_such() {
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
        let doors = SandboxDoors::new(&sandbox.uri()).expect("doors");
        let moments: Vec<Told> = doors
            .follow("CA1")
            .await
            .expect("a story")
            .map(|moment| moment.expect("a moment").told)
            .collect()
            .await;
        let over = Told::Over {
            status: "completed".to_owned(),
            ended_by: Some("caller".to_owned()),
        };
        let ringing = Told::Status {
            status: "ringing".to_owned(),
        };
        assert_eq!(moments, [ringing, Told::Else, Told::Listening, over]);
    }

    #[tokio::test]
    async fn a_refusal_keeps_the_sandboxs_words_and_nobody_there_is_away() {
        let sandbox = MockServer::start().await;
        Mock::given(path("/sandbox/calls"))
            .respond_with(
                ResponseTemplate::new(400).set_body_json(json!({ "error": "the account has no such number" })),
            )
            .mount(&sandbox)
            .await;
        let doors = SandboxDoors::new(&sandbox.uri()).expect("doors");
        let refused = SandboxError::Refused {
            status: 400,
            why: "the account has no such number".to_owned(),
        };
        assert_eq!(doors.place(&call(), None).await, Err(refused));
        assert_eq!(doors.typist("CA1").await, Ok(None), "the server knows no such address");
        let nobody = SandboxDoors::new("http://127.0.0.1:9").expect("doors");
        assert_eq!(nobody.place(&call(), None).await, Err(SandboxError::Away));
    }

    #[test]
    fn what_is_typed_is_written_as_the_sandbox_reads_it() {
        let written = |typed: Typed| serde_json::to_value(typed).expect("JSON");
        assert_eq!(written(Typed::Say("hello".to_owned())), json!({ "say": "hello" }));
        assert_eq!(written(Typed::Digits("1#".to_owned())), json!({ "digits": "1#" }));
        assert_eq!(written(Typed::HangUp(true)), json!({ "hang_up": true }));
    }
}
