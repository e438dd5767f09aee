//! Documents: asking for them, reading them, executing them one after the other.

use super::voice::Listening;
use super::{Ending, Flow, Happening, Line, Source, Stop};
use crate::audio::Voice;
use crate::network::courier::{self, Answer, Errand};
use crate::network::exchange::{Address, Sound, What};
use crate::network::person::Occasion;
use crate::network::twiml::{self, Document, Hook, Target, Verb};
use crate::twilio::params::CallStatus;
use std::sync::Arc;
use url::Url;

/// A document, and where it came from: relative addresses in it are resolved against that.
pub(super) struct Page {
    pub document: Document,
    /// None for a document that came with a request.
    pub address: Option<Address>,
}

impl Page {
    /// An address in the document, absolute.
    pub fn resolve(&self, hook: &Hook) -> Result<Address, Stop> {
        let base = self.address.as_ref().and_then(|address| Url::parse(&address.url).ok());
        let url = match base {
            Some(base) => base.join(&hook.url),
            None => Url::parse(&hook.url),
        };
        match url {
            Ok(url) if matches!(url.scheme(), "http" | "https") => Ok(Address {
                url: url.into(),
                get: hook.get,
            }),
            _ => Err(Stop::Failed {
                code: 11100,
                message: "an address in the document is no absolute URL, and there is none to resolve it with".into(),
                url: self.address.as_ref().map(|address| address.url.clone()),
            }),
        }
    }

    /// The address of an action; the document's own if none is written.
    pub fn action(&self, action: Option<&Hook>, get: bool) -> Result<Address, Stop> {
        match (action, &self.address) {
            (Some(hook), _) => self.resolve(hook),
            (None, Some(own)) => Ok(Address {
                // Overrides belong to the request that the document answered.
                url: own.url.clone(),
                get,
            }),
            (None, None) => Err(Stop::Failed {
                code: 11100,
                message: "a document that came with a request needs an action with an absolute URL".into(),
                url: None,
            }),
        }
    }
}

impl Line {
    /// Executes documents until the call is over.
    pub(super) async fn program(&mut self, first: Source) -> Ending {
        let mut source = first;
        let mut failed = None;
        loop {
            let outcome = match self.page(source).await {
                Ok(page) => self.perform(&page).await,
                Err(stop) => Err(stop),
            };
            match outcome {
                Ok(Flow::Next | Flow::Over) => return Ending::completed("twiml"),
                Ok(Flow::Go(next)) | Err(Stop::Redirected(next)) => source = next,
                Err(Stop::Ended(ending)) => return ending,
                Err(Stop::Failed { code, message, url }) => {
                    self.erred(code, message);
                    match self.fallback.clone().filter(|_| failed.is_none()) {
                        Some(address) => {
                            failed = Some(code);
                            let mut extra = vec![("ErrorCode".to_owned(), code.to_string())];
                            extra.extend(url.map(|url| ("ErrorUrl".to_owned(), url)));
                            source = Source::Ask { address, extra };
                        }
                        None => return self.apologizes().await,
                    }
                }
            }
        }
    }

    /// Keeps an error, for REST and for who looks at the call.
    pub(super) fn erred(&mut self, code: u32, message: String) {
        tracing::warn!(call_sid = %self.sid, code, "a document cannot be executed: {message}");
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.errors.push((code, message.clone()));
        }
        self.net.note(&self.sid, self.at, What::Error { code, message });
    }

    /// What a caller hears when a document cannot be executed.
    async fn apologizes(&mut self) -> Ending {
        self.answer();
        let text = "We are sorry. An application error has occurred. Goodbye.";
        let from = "network".to_owned();
        let said = What::Heard {
            from,
            text: text.to_owned(),
        };
        self.net.note(&self.sid, self.at, said);
        let words = Sound::Words {
            text: text.to_owned(),
            voice: Voice::Ai,
        };
        match self.sound(words, Some(text), Listening::default()).await {
            Err(Stop::Ended(ending)) => ending,
            _ => Ending::completed("error"),
        }
    }

    async fn page(&mut self, source: Source) -> Result<Page, Stop> {
        let (address, extra) = match source {
            Source::Twiml(text) => {
                let document = twiml::parse(&text).map_err(|error| Stop::refused(error, None))?;
                return Ok(Page {
                    document,
                    address: None,
                });
            }
            Source::Ask { address, extra } => (address, extra),
        };
        let answer = self.ask("document", &address, extra).await?;
        let document = Self::read(&answer, &address)?;
        Ok(Page {
            document,
            address: Some(address),
        })
    }

    /// Asks the service for something that is executed.
    pub(super) async fn ask(
        &mut self,
        why: &'static str,
        address: &Address,
        extra: Vec<(String, String)>,
    ) -> Result<Answer, Stop> {
        let mut params = self.standard();
        params.append(&mut self.custom);
        params.extend(extra);
        let errand = Errand {
            call_sid: self.sid.clone(),
            why,
            address: address.clone(),
            params,
            token: self.net.token(),
        };
        self.errand(errand).await
    }

    /// Carries out one errand while the call goes on.
    pub(super) async fn errand(&mut self, errand: Errand) -> Result<Answer, Stop> {
        let net = Arc::clone(&self.net);
        let url = errand.address.url.clone();
        self.meanwhile(async move { courier::carry(&net, &errand).await })
            .await?
            .map_err(|failure| Stop::failed(failure, &url))
    }

    /// <https://www.twilio.com/docs/voice/twiml#twilio-understands-mime-types>
    pub(super) fn read(answer: &Answer, address: &Address) -> Result<Document, Stop> {
        let url = Some(address.url.as_str());
        match answer.content_type.as_str() {
            "text/xml" | "application/xml" | "text/html" => {
                let text = std::str::from_utf8(&answer.body).map_err(|_| Stop::Failed {
                    code: 12100,
                    message: "not UTF-8".to_owned(),
                    url: url.map(str::to_owned),
                })?;
                twiml::parse(text).map_err(|error| Stop::refused(error, url))
            }
            // A file is played.
            kind if kind.starts_with("audio/") => Ok(Document {
                verbs: vec![Verb::Play(twiml::Play::File {
                    url: address.url.clone(),
                    times: 1,
                })],
            }),
            kind => Err(Stop::Failed {
                code: 12300,
                message: format!("a document of type {kind:?}"),
                url: url.map(str::to_owned),
            }),
        }
    }

    /// Waits for something that takes the world's time, while the call goes on: somebody may hang up meanwhile. The work is
    /// then finished all the same, for the service has begun to answer.
    pub(super) async fn meanwhile<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Stop> {
        let mut work = self.net.tasks.spawn(work);
        let mut later = Vec::new();
        let done = loop {
            tokio::select! {
                biased;
                done = &mut work => break done,
                happening = self.pass(None) => match happening? {
                    Happening::Elapsed
                    | Happening::Speaks { .. }
                    | Happening::Presses(_)
                    | Happening::Stream { .. } => {}
                    // News of other legs and of the conference keep.
                    news => later.push(news),
                }
            }
        };
        self.pending.extend(later);
        self.catches_up();
        done.map_err(|_| Stop::Ended(Ending::completed("network")))
    }

    async fn perform(&mut self, page: &Page) -> Result<Flow, Stop> {
        for verb in &page.document.verbs {
            match self.verb(verb, page).await? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    async fn verb(&mut self, verb: &Verb, page: &Page) -> Result<Flow, Stop> {
        let waits_unanswered = match verb {
            Verb::Reject { .. } | Verb::Redirect(_) | Verb::Pause(_) => true,
            Verb::Dial(dial) => dial.answer_on_bridge && matches!(dial.target, Target::Parties(_)),
            _ => false,
        };
        if !waits_unanswered {
            self.answer();
        }
        match verb {
            Verb::Say(_) | Verb::Play(_) | Verb::Pause(_) => {
                self.prompt(verb, page, Listening::default()).await?;
                Ok(Flow::Next)
            }
            Verb::Gather(gather) => self.gather(gather, page).await,
            Verb::Record(record) => self.record(record, page).await,
            Verb::Dial(dial) => self.dial(dial, page).await,
            Verb::Redirect(hook) => {
                let address = page.resolve(hook)?;
                Ok(Flow::Go(Source::Ask { address, extra: vec![] }))
            }
            Verb::Hangup => Ok(Flow::Over),
            Verb::Reject { busy } => {
                let status = if *busy { CallStatus::Busy } else { CallStatus::NoAnswer };
                if self.is_answered() {
                    return Ok(Flow::Over);
                }
                Err(Stop::Ended(Ending { status, by: "twiml" }))
            }
            Verb::Start(stream) => self.starts(stream, page),
            Verb::Stop { name } => Ok(self.stops(name)),
            Verb::Connect { stream, action } => self.connect(stream, action.as_ref(), page).await,
        }
    }

    /// Answers the call, if nobody has.
    pub(super) fn answer(&mut self) {
        if self.is_answered() {
            return;
        }
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.answered = Some(self.at);
        }
        self.progresses(CallStatus::InProgress);
        self.occasion(Occasion::Answered);
    }

    fn is_answered(&self) -> bool {
        self.net
            .state()
            .call(&self.sid)
            .is_some_and(|call| call.answered.is_some())
    }
}
