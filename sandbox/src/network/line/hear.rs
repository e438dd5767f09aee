//! Letting time pass on a leg: what the person does meanwhile, and what reaches the leg.

use super::{Control, Ending, Happening, Line, Stop};
use crate::network::exchange::{Exchange, Sound, Track, Utterance, What};
use crate::network::person::{Act, Occasion};
use chrono::{DateTime, Utc};

/// Where a leg's person is heard.
struct Audience {
    legs: Vec<String>,
    conference: Option<String>,
}

impl Line {
    /// Lets time pass until then, or until something happens. Safe to be dropped at any time.
    pub(super) async fn pass(&mut self, until: Option<DateTime<Utc>>) -> Result<Happening, Stop> {
        if let Some(happening) = self.pending.pop_front() {
            return Ok(happening);
        }
        loop {
            let due = if self.attends { self.person.due() } else { None };
            let next = match (due, until) {
                (Some(due), Some(until)) => Some(due.min(until)),
                (due, until) => due.or(until),
            };
            let next = next.map(|next| next.max(self.at));
            self.horizon.open(next);
            let net = std::sync::Arc::clone(&self.net);
            let act = tokio::select! {
                biased;
                () = net.stop.cancelled() => {
                    return Err(Stop::Ended(Ending::completed("network")));
                }
                control = self.controls.recv() => {
                    // The sender lives in the call as long as this task does.
                    let Some(control) = control else { return Err(Stop::Ended(Ending::completed("network"))) };
                    if let Some(happening) = self.controlled(control)? {
                        return Ok(happening);
                    }
                    continue;
                }
                Some(act) = self.mouth.recv(), if self.attends => {
                    self.catches_up();
                    Some(act)
                }
                () = wait(&net, next), if next.is_some() => {
                    self.at = self.at.max(next.unwrap_or(self.at));
                    // What the person does comes first: they were quicker than the time-out.
                    match due.filter(|due| *due <= self.at) {
                        Some(_) => self.person.act(self.at),
                        None => return Ok(Happening::Elapsed),
                    }
                }
            };
            if let Some(act) = act {
                return self.acted(act);
            }
        }
    }

    /// The leg is where the clock is: something woke it that has no time of its own.
    pub(super) fn catches_up(&mut self) {
        self.horizon.close(self.at);
        self.at = self.at.max(self.net.clock.now());
    }

    /// Lets time pass and does not mind what is said or pressed meanwhile.
    pub(super) async fn wait_until(&mut self, until: DateTime<Utc>) -> Result<(), Stop> {
        while !matches!(self.pass(Some(until)).await?, Happening::Elapsed) {}
        Ok(())
    }

    fn controlled(&mut self, control: Control) -> Result<Option<Happening>, Stop> {
        if let Control::Heard { from, text, at, until } = control {
            self.net.note(
                &self.sid,
                at,
                What::Heard {
                    from,
                    text: text.clone(),
                },
            );
            self.person.hears(&text, at, until);
            self.person.is_asked(until);
            return Ok(None);
        }
        self.catches_up();
        match control {
            Control::Redirect(source) => {
                self.occasion(Occasion::Redirected);
                Err(Stop::Redirected(source))
            }
            Control::End(ending) => Err(Stop::Ended(ending)),
            Control::Child { sid, news } => Ok(Some(Happening::Child { sid, news })),
            Control::Connected => Ok(Some(Happening::Connected)),
            Control::Seat(seat) => Ok(Some(Happening::Seat(seat))),
            Control::Noticed(occasion) => {
                self.occasion(occasion);
                Ok(None)
            }
            Control::Stream { stream, said } => Ok(Some(Happening::Stream { stream, said })),
            Control::Heard { .. } => Ok(None),
        }
    }

    fn acted(&mut self, act: Act) -> Result<Happening, Stop> {
        match act {
            Act::HangUp => Err(Stop::Ended(Ending::completed("caller"))),
            Act::Press(key) => {
                self.net
                    .note(&self.sid, self.at, What::Pressed { key: key.to_string() });
                Ok(Happening::Presses(key))
            }
            Act::Say { words, confidence } => {
                let until = self.voices(&words, confidence);
                Ok(Happening::Speaks {
                    words,
                    confidence,
                    until,
                })
            }
        }
    }

    /// The person's words, on their own leg and wherever they are heard. Returns when they end.
    fn voices(&mut self, words: &str, confidence: f64) -> DateTime<Utc> {
        let sound = Sound::Words {
            text: words.to_owned(),
            voice: self.voice,
        };
        let until = self.at + self.net.duration(&sound);
        self.person.speaks_until(until);
        let utterance = Utterance {
            id: self.net.count(),
            track: Track::Inbound,
            at: self.at,
            until,
            sound,
        };
        let text = words.to_owned();
        self.net.note(&self.sid, self.at, What::Said { text, confidence });
        let audience = audience(&self.net, &self.sid);
        {
            let mut state = self.net.state();
            if let Some(call) = state.call_mut(&self.sid) {
                call.sounds.push(utterance.clone());
            }
            for leg in &audience.legs {
                if let Some(call) = state.call_mut(leg) {
                    call.sounds.push(Utterance {
                        track: Track::Outbound,
                        ..utterance.clone()
                    });
                    call.send(Control::Heard {
                        from: self.sid.clone(),
                        text: words.to_owned(),
                        at: self.at,
                        until,
                    });
                }
            }
            if let Some(conference) = audience.conference.and_then(|sid| state.conference_mut(&sid)) {
                conference.sounds.push(utterance);
            }
        }
        until
    }

    /// Something happens around the person.
    pub(super) fn occasion(&mut self, occasion: Occasion) {
        self.person.notices(occasion, self.at);
        self.net.note(
            &self.sid,
            self.at,
            What::Occasion {
                name: occasion.as_str(),
            },
        );
    }
}

async fn wait(net: &Exchange, next: Option<DateTime<Utc>>) {
    match next {
        Some(next) => net.clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

fn audience(net: &Exchange, sid: &str) -> Audience {
    let mut state = net.state();
    let Some((peer, room)) = state.call(sid).map(|call| (call.peer.clone(), call.conference.clone())) else {
        return Audience {
            legs: vec![],
            conference: None,
        };
    };
    let Some(room) = room else {
        return Audience {
            legs: peer.into_iter().collect(),
            conference: None,
        };
    };
    match state.conference_mut(&room) {
        Some(conference) => Audience {
            legs: conference.listeners(sid),
            conference: conference.is_heard(sid).then_some(room),
        },
        None => Audience {
            legs: vec![],
            conference: None,
        },
    }
}
