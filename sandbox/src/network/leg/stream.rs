//! `<Start>`, `<Stop>` and `<Connect>` with `<Stream>`: sends the leg's audio to the service and plays the service's
//! audio.

use super::document::LoadedDocument;
use super::{Flow, Interrupt, Leg, LegEvent};
use crate::network::stream::{self, DecodedSpeech, Player, StreamOptions};
use crate::network::switch::{ServiceMessage, Source, StreamCommand, TimelineEvent};
use crate::network::twiml::{self, Hook, stream_address_fault};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// Silence after which a connected party speaks first.
const FIRST_TURN_DELAY: TimeDelta = TimeDelta::seconds(3);

/// A bidirectional stream.
struct StreamSession {
    sid: String,
    commands: mpsc::UnboundedSender<StreamCommand>,
    player: Player,
    /// End of the party's current speech.
    turn: Option<DateTime<Utc>>,
    /// The clock runs in real time until the service answers.
    hold: Option<DropGuard>,
}

impl Leg {
    /// Starts a stream and continues with the document.
    pub(super) fn start_stream(&mut self, stream: &twiml::Stream, doc: &LoadedDocument) -> Result<Flow, Interrupt> {
        let options = Self::stream_options(stream, doc, false)?;
        match stream::start(&self.net, &self.sid, options, self.at) {
            Some(_) => Ok(Flow::Next),
            None => Err(name_taken()),
        }
    }

    /// Stops a stream; ignored if there is none of this name.
    pub(super) fn stop_stream(&mut self, name: &str) -> Flow {
        if let Some(known) = stream::find(&self.net, &self.sid, name) {
            stream::stop(&self.net, &known.sid, self.at);
        }
        Flow::Next
    }

    /// Connects a bidirectional stream. The document continues when it has ended or failed.
    pub(super) async fn connect(
        &mut self,
        noun: &twiml::Stream,
        action: Option<&Hook>,
        doc: &LoadedDocument,
    ) -> Result<Flow, Interrupt> {
        let options = Self::stream_options(noun, doc, true)?;
        let url = options.url.clone();
        let pending = stream::open(&self.net, &self.sid, options, self.at).ok_or_else(name_taken)?;
        let sid = pending.sid.clone();
        let socket = self.await_work(stream::connect(Arc::clone(&self.net), url)).await;
        if socket.is_err() {
            stream::stop(&self.net, &sid, self.at);
        }
        let socket = socket?;
        let known = stream::find(&self.net, &self.sid, &sid);
        match (socket, known) {
            (Ok(socket), Some(known)) => {
                stream::run(&self.net, pending, socket, self.at);
                let mut session = StreamSession {
                    sid,
                    commands: known.commands,
                    player: Player::default(),
                    turn: None,
                    hold: None,
                };
                let outcome = self.run_session(&mut session).await;
                let (_, heard) = session.player.clear(&self.net, self.at);
                self.hear_stream(heard);
                self.party.end_turn();
                stream::stop(&self.net, &session.sid, self.at);
                outcome?;
            }
            (Err(failure), _) => stream::fail(&self.net, &sid, &failure, self.at),
            (Ok(_), None) => {}
        }
        Ok(match action {
            None => Flow::Next,
            Some(action) => Flow::Go(Source::Ask {
                address: doc.resolve(action)?,
                extra: vec![],
            }),
        })
    }

    /// Runs until the service ends the stream. An `Err` means that the leg does something else next.
    async fn run_session(&mut self, session: &mut StreamSession) -> Result<(), Interrupt> {
        self.party.give_turn(self.at + FIRST_TURN_DELAY);
        session.hold = Some(self.hold_for_service());
        loop {
            let due = [session.player.due(), session.turn].into_iter().flatten().min();
            match self.next_event(due).await? {
                LegEvent::Stream { stream, message } if stream == session.sid => match message {
                    Some(message) => self.handle_service_message(session, message),
                    None => return Ok(()),
                },
                LegEvent::Presses(key) => {
                    session.command(StreamCommand::Dtmf { key, at: self.at });
                    session.hold = Some(self.hold_for_service());
                }
                LegEvent::Speaks { until, .. } => {
                    session.hold = None;
                    session.turn = Some(until);
                }
                _ => {}
            }
            if session.turn.is_some_and(|turn| turn <= self.at) {
                session.turn = None;
                session.hold = Some(self.hold_for_service());
            }
            for (name, at) in session.player.played(self.at) {
                session.command(StreamCommand::Mark { name, at });
            }
            let heard = session.player.heard(self.at);
            self.hear_stream(heard);
        }
    }

    fn handle_service_message(&mut self, session: &mut StreamSession, message: ServiceMessage) {
        match message {
            ServiceMessage::Media(sound) => {
                session.hold = None;
                session.player.media(&self.net, &self.sid, &sound, self.at);
            }
            ServiceMessage::Mark(name) => session.player.mark(name, self.at),
            ServiceMessage::Clear => {
                let (marks, heard) = session.player.clear(&self.net, self.at);
                self.hear_stream(heard);
                for name in marks {
                    session.command(StreamCommand::Mark { name, at: self.at });
                }
            }
        }
    }

    /// Reports decoded speech to the party.
    fn hear_stream(&mut self, heard: Vec<DecodedSpeech>) {
        for heard in heard {
            if heard.is_new {
                self.party.speech_started(&heard.text, heard.start, heard.until);
            } else {
                self.party.speech_updated(&heard.text, heard.until);
            }
            if heard.is_over && !heard.text.is_empty() {
                let from = "stream".to_owned();
                let text = heard.text;
                self.net
                    .log_event(&self.sid, heard.start, TimelineEvent::Heard { from, text });
            }
        }
    }

    /// Slows the clock to real time for `turn_settle`, or until the guard is dropped, while the service prepares its
    /// answer.
    fn hold_for_service(&self) -> DropGuard {
        let answered = CancellationToken::new();
        let (net, waits) = (Arc::clone(&self.net), answered.clone());
        self.net.tasks.spawn(async move {
            let _held = net.clock.hold();
            tokio::select! {
                () = tokio::time::sleep(net.options.turn_settle) => {}
                () = waits.cancelled() => {}
                () = net.stop.cancelled() => {}
            }
        });
        answered.drop_guard()
    }

    fn stream_options(
        noun: &twiml::Stream,
        doc: &LoadedDocument,
        is_bidirectional: bool,
    ) -> Result<StreamOptions, Interrupt> {
        Ok(StreamOptions {
            url: stream_url(noun, doc)?,
            name: noun.name.clone(),
            track: noun.track,
            parameters: noun.parameters.iter().cloned().collect(),
            listener: noun.status.as_ref().map(|hook| doc.resolve(hook)).transpose()?,
            is_bidirectional,
        })
    }
}

impl StreamSession {
    fn command(&self, command: StreamCommand) {
        // A task that has just ended no longer receives.
        let _ = self.commands.send(command);
    }
}

/// The absolute URL. A relative URL is resolved against the document's, with scheme `wss`.
fn stream_url(noun: &twiml::Stream, doc: &LoadedDocument) -> Result<String, Interrupt> {
    let failed = |code, message: &str| Interrupt::Failed {
        code,
        message: message.to_owned(),
        url: doc.address.as_ref().map(|address| address.url.clone()),
    };
    let url = if let Ok(url) = Url::parse(&noun.url) {
        url
    } else {
        let hook = Hook {
            url: noun.url.clone(),
            get: false,
        };
        let mut url =
            Url::parse(&doc.resolve(&hook)?.url).map_err(|_| failed(11100, "the URL of a stream is invalid"))?;
        // Changing between `http`, `https` and `wss` cannot fail.
        let _ = url.set_scheme("wss");
        url
    };
    match stream_address_fault(url.as_str()) {
        Some((code, why)) => Err(failed(code, why)),
        None => Ok(url.into()),
    }
}

fn name_taken() -> Interrupt {
    Interrupt::Failed {
        code: 12200,
        message: "name of <Stream>: a stream of this name is already running on the call".to_owned(),
        url: None,
    }
}
