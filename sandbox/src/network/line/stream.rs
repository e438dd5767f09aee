//! `<Start>`, `<Stop>` and `<Connect>` with `<Stream>`: handing the leg's sound to the service, and being spoken to by it.

use super::program::Page;
use super::{Flow, Happening, Line, Source, Stop};
use crate::network::exchange::What;
use crate::network::stream::{self, Heard, Order, Player, Said, Wanted};
use crate::network::twiml::{self, Hook, stream_address_fault};
use chrono::{DateTime, TimeDelta, Utc};
use std::sync::Arc;
use tokio::sync::mpsc;
use tokio_util::sync::{CancellationToken, DropGuard};
use url::Url;

/// Who is put through to a stream and hears nothing for so long speaks first.
const GREETING: TimeDelta = TimeDelta::seconds(3);

/// A leg that talks with the service.
struct Talk {
    sid: String,
    orders: mpsc::UnboundedSender<Order>,
    player: Player,
    /// When the person will have finished speaking.
    turn: Option<DateTime<Utc>>,
    /// The clock keeps the world's pace until the service answers.
    thinks: Option<DropGuard>,
}

impl Line {
    /// The document goes on at once.
    pub(super) fn starts(&mut self, stream: &twiml::Stream, page: &Page) -> Result<Flow, Stop> {
        let wanted = Self::wanted_stream(stream, page, false)?;
        match stream::start(&self.net, &self.sid, wanted, self.at) {
            Some(_) => Ok(Flow::Next),
            None => Err(name_taken()),
        }
    }

    /// A stream that is not there is not missed.
    pub(super) fn stops(&mut self, name: &str) -> Flow {
        if let Some(known) = stream::find(&self.net, &self.sid, name) {
            stream::stop(&self.net, &known.sid, self.at);
        }
        Flow::Next
    }

    /// The document goes on when the stream is over, or cannot be had.
    pub(super) async fn connect(
        &mut self,
        noun: &twiml::Stream,
        action: Option<&Hook>,
        page: &Page,
    ) -> Result<Flow, Stop> {
        let wanted = Self::wanted_stream(noun, page, true)?;
        let url = wanted.url.clone();
        let opened = stream::open(&self.net, &self.sid, wanted, self.at).ok_or_else(name_taken)?;
        let sid = opened.sid.clone();
        let socket = self.meanwhile(stream::connect(Arc::clone(&self.net), url)).await;
        if socket.is_err() {
            stream::stop(&self.net, &sid, self.at);
        }
        let socket = socket?;
        let known = stream::find(&self.net, &self.sid, &sid);
        match (socket, known) {
            (Ok(socket), Some(known)) => {
                stream::run(&self.net, opened, socket, self.at);
                let mut talk = Talk {
                    sid,
                    orders: known.orders,
                    player: Player::default(),
                    turn: None,
                    thinks: None,
                };
                let outcome = self.talks_with_service(&mut talk).await;
                let (_, heard) = talk.player.clear(&self.net, self.at);
                self.understands(heard);
                self.person.is_asked_no_more();
                stream::stop(&self.net, &talk.sid, self.at);
                outcome?;
            }
            (Err(failure), _) => stream::fail(&self.net, &sid, &failure, self.at),
            (Ok(_), None) => {}
        }
        Ok(match action {
            None => Flow::Next,
            Some(action) => Flow::Go(Source::Ask {
                address: page.resolve(action)?,
                extra: vec![],
            }),
        })
    }

    /// Until the service ends the stream. An error takes the leg elsewhere.
    async fn talks_with_service(&mut self, talk: &mut Talk) -> Result<(), Stop> {
        self.person.is_asked(self.at + GREETING);
        talk.thinks = Some(self.lets_think());
        loop {
            let due = [talk.player.due(), talk.turn].into_iter().flatten().min();
            match self.pass(due).await? {
                Happening::Stream { stream, said } if stream == talk.sid => match said {
                    Some(said) => self.takes_from_service(talk, said),
                    None => return Ok(()),
                },
                Happening::Presses(key) => {
                    talk.order(Order::Dtmf { key, at: self.at });
                    talk.thinks = Some(self.lets_think());
                }
                Happening::Speaks { until, .. } => {
                    talk.thinks = None;
                    talk.turn = Some(until);
                }
                _ => {}
            }
            if talk.turn.is_some_and(|turn| turn <= self.at) {
                talk.turn = None;
                talk.thinks = Some(self.lets_think());
            }
            for (name, at) in talk.player.played(self.at) {
                talk.order(Order::Mark { name, at });
            }
            let heard = talk.player.heard(self.at);
            self.understands(heard);
        }
    }

    fn takes_from_service(&mut self, talk: &mut Talk, said: Said) {
        match said {
            Said::Media(sound) => {
                talk.thinks = None;
                talk.player.media(&self.net, &self.sid, &sound, self.at);
            }
            Said::Mark(name) => talk.player.mark(name, self.at),
            Said::Clear => {
                let (marks, heard) = talk.player.clear(&self.net, self.at);
                self.understands(heard);
                for name in marks {
                    talk.order(Order::Mark { name, at: self.at });
                }
            }
        }
    }

    /// What the person makes of what is played.
    fn understands(&mut self, heard: Vec<Heard>) {
        for heard in heard {
            if heard.is_new {
                self.person.notices_speech(&heard.text, heard.start, heard.until);
            } else {
                self.person.understands(&heard.text, heard.until);
            }
            if heard.is_over && !heard.text.is_empty() {
                let from = "stream".to_owned();
                let text = heard.text;
                self.net.note(&self.sid, heard.start, What::Heard { from, text });
            }
        }
    }

    /// The clock keeps the world's pace for a while, or until what is returned is dropped: the service thinks about what
    /// it heard.
    fn lets_think(&self) -> DropGuard {
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

    fn wanted_stream(noun: &twiml::Stream, page: &Page, is_bidirectional: bool) -> Result<Wanted, Stop> {
        Ok(Wanted {
            url: stream_url(noun, page)?,
            name: noun.name.clone(),
            track: noun.track,
            parameters: noun.parameters.iter().cloned().collect(),
            listener: noun.status.as_ref().map(|hook| page.resolve(hook)).transpose()?,
            is_bidirectional,
        })
    }
}

impl Talk {
    fn order(&self, order: Order) {
        // A task that has just ended no longer listens.
        let _ = self.orders.send(order);
    }
}

/// The address, absolute: what is relative to a document is `wss` where the document was.
fn stream_url(noun: &twiml::Stream, page: &Page) -> Result<String, Stop> {
    let failed = |code, message: &str| Stop::Failed {
        code,
        message: message.to_owned(),
        url: page.address.as_ref().map(|address| address.url.clone()),
    };
    let url = if let Ok(url) = Url::parse(&noun.url) {
        url
    } else {
        let hook = Hook {
            url: noun.url.clone(),
            get: false,
        };
        let mut url =
            Url::parse(&page.resolve(&hook)?.url).map_err(|_| failed(11100, "the address of a stream is no URL"))?;
        // From one scheme of the web to another: that can be done.
        let _ = url.set_scheme("wss");
        url
    };
    match stream_address_fault(url.as_str()) {
        Some((code, why)) => Err(failed(code, why)),
        None => Ok(url.into()),
    }
}

fn name_taken() -> Stop {
    Stop::Failed {
        code: 12200,
        message: "name of <Stream>: a stream of that name runs on the call".to_owned(),
        url: None,
    }
}
