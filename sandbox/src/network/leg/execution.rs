//! Executes TwiML documents.

use super::document::LoadedDocument;
use super::playback::BargeIn;
use super::{Flow, Interrupt, Leg, LegEvent};
use crate::network::delivery;
use crate::network::party::PartyEvent;
use crate::network::switch::{Ending, Sound, Source, TimelineEvent};
use crate::network::twiml::{Prompt, Target, Verb};
use crate::network::webhook::{Answer, WebhookRequest};
use crate::twilio::params::CallStatus;
use audio::Voice;
use std::sync::Arc;

impl Leg {
    /// Executes documents until the call ends.
    pub(super) async fn run_documents(&mut self, first: Source) -> Ending {
        let mut source = first;
        let mut failed = None;
        loop {
            let outcome = match self.load(source).await {
                Ok(doc) => self.execute(&doc).await,
                Err(interrupt) => Err(interrupt),
            };
            match outcome {
                Ok(Flow::Next | Flow::Over) => return Ending::completed("twiml"),
                Ok(Flow::Go(next)) | Err(Interrupt::Redirected(next)) => source = next,
                Err(Interrupt::Ended(ending)) => return ending,
                Err(Interrupt::Failed { code, message, url }) => {
                    self.log_error(code, message);
                    match self.fallback.clone().filter(|_| failed.is_none()) {
                        Some(address) => {
                            failed = Some(code);
                            let mut extra = vec![("ErrorCode".to_owned(), code.to_string())];
                            extra.extend(url.map(|url| ("ErrorUrl".to_owned(), url)));
                            source = Source::Ask { address, extra };
                        }
                        None => return self.play_error_message().await,
                    }
                }
            }
        }
    }

    /// Logs an error for REST and for followers of the call.
    pub(super) fn log_error(&mut self, code: u32, message: String) {
        tracing::warn!(call_sid = %self.sid, code, error = %message, "document failed");
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.errors.push((code, message.clone()));
        }
        self.net
            .log_event(&self.sid, self.at, TimelineEvent::Error { code, message });
    }

    /// Plays Twilio's error message to the caller.
    async fn play_error_message(&mut self) -> Ending {
        self.answer();
        let text = "We are sorry. An application error has occurred. Goodbye.";
        let from = "network".to_owned();
        let heard = TimelineEvent::Heard {
            from,
            text: text.to_owned(),
        };
        self.net.log_event(&self.sid, self.at, heard);
        let words = Sound::Words {
            text: text.to_owned(),
            voice: Voice::Ai,
        };
        match self.sound(words, Some(text), BargeIn::default()).await {
            Err(Interrupt::Ended(ending)) => ending,
            _ => Ending::completed("error"),
        }
    }

    /// Sends a webhook while the leg continues.
    pub(super) async fn send_webhook(&mut self, webhook: WebhookRequest) -> Result<Answer, Interrupt> {
        let net = Arc::clone(&self.net);
        let url = webhook.address.url.clone();
        self.await_work(async move { delivery::send(&net, &webhook).await })
            .await?
            .map_err(|failure| Interrupt::failed(failure, &url))
    }

    /// Runs `work` while the leg continues; the party may hang up meanwhile. The work then completes in the background,
    /// because the service has already begun to answer.
    pub(super) async fn await_work<T: Send + 'static>(
        &mut self,
        work: impl Future<Output = T> + Send + 'static,
    ) -> Result<T, Interrupt> {
        let mut work = self.net.tasks.spawn(work);
        let mut later = Vec::new();
        let done = loop {
            tokio::select! {
                biased;
                done = &mut work => break done,
                event = self.next_event(None) => match event? {
                    LegEvent::Elapsed
                    | LegEvent::Speaks { .. }
                    | LegEvent::Presses(_)
                    | LegEvent::Stream { .. } => {}
                    // Events of other legs and of the conference are handled later.
                    event => later.push(event),
                }
            }
        };
        self.pending.extend(later);
        self.sync_clock();
        done.map_err(|_| Interrupt::Ended(Ending::completed("network")))
    }

    async fn execute(&mut self, doc: &LoadedDocument) -> Result<Flow, Interrupt> {
        for verb in &doc.document.verbs {
            match self.execute_verb(verb, doc).await? {
                Flow::Next => {}
                flow => return Ok(flow),
            }
        }
        Ok(Flow::Next)
    }

    async fn execute_verb(&mut self, verb: &Verb, doc: &LoadedDocument) -> Result<Flow, Interrupt> {
        let waits_unanswered = match verb {
            Verb::Reject { .. } | Verb::Redirect(_) | Verb::Prompt(Prompt::Pause(_)) => true,
            Verb::Dial(dial) => dial.answer_on_bridge && matches!(dial.target, Target::Parties(_)),
            _ => false,
        };
        if !waits_unanswered {
            self.answer();
        }
        match verb {
            Verb::Prompt(prompt) => {
                self.prompt(prompt, doc, BargeIn::default()).await?;
                Ok(Flow::Next)
            }
            Verb::Gather(gather) => self.gather(gather, doc).await,
            Verb::Record(record) => self.record(record, doc).await,
            Verb::Dial(dial) => self.dial(dial, doc).await,
            Verb::Redirect(hook) => {
                let address = doc.resolve(hook)?;
                Ok(Flow::Go(Source::Ask { address, extra: vec![] }))
            }
            Verb::Hangup => Ok(Flow::Over),
            Verb::Reject { busy } => {
                let status = if *busy { CallStatus::Busy } else { CallStatus::NoAnswer };
                if self.is_answered() {
                    return Ok(Flow::Over);
                }
                Err(Interrupt::Ended(Ending { status, by: "twiml" }))
            }
            Verb::Start(stream) => self.start_stream(stream, doc),
            Verb::Stop { name } => Ok(self.stop_stream(name)),
            Verb::Connect { stream, action } => self.connect(stream, action.as_ref(), doc).await,
        }
    }

    /// Answers the call, unless it is answered.
    pub(super) fn answer(&mut self) {
        if self.is_answered() {
            return;
        }
        if let Some(call) = self.net.state().call_mut(&self.sid) {
            call.answered = Some(self.at);
        }
        self.set_status(CallStatus::InProgress);
        self.party_event(PartyEvent::Answered);
    }

    fn is_answered(&self) -> bool {
        self.net
            .state()
            .call(&self.sid)
            .is_some_and(|call| call.answered.is_some())
    }
}
