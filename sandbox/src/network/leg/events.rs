//! Waiting on a leg: actions of its party, and control messages.

use super::{Interrupt, Leg, LegEvent};
use crate::network::party::{PartyAction, PartyEvent};
use crate::network::sound;
use crate::network::switch::{Control, Ending, Sound, Switch, TimelineEvent, Track, Utterance};
use chrono::{DateTime, Utc};

/// The legs and the conference in which a party is heard.
struct Audience {
    legs: Vec<String>,
    conference: Option<String>,
}

impl Leg {
    /// Waits until `until`, or until an event occurs. Cancel-safe.
    pub(super) async fn next_event(&mut self, until: Option<DateTime<Utc>>) -> Result<LegEvent, Interrupt> {
        if let Some(event) = self.pending.pop_front() {
            return Ok(event);
        }
        loop {
            let due = if self.is_party_present { self.party.due() } else { None };
            let next = match (due, until) {
                (Some(due), Some(until)) => Some(due.min(until)),
                (due, until) => due.or(until),
            };
            let next = next.map(|next| next.max(self.at));
            self.watermark.open(next);
            let net = std::sync::Arc::clone(&self.net);
            let act = tokio::select! {
                biased;
                () = net.stop.cancelled() => {
                    return Err(Interrupt::Ended(Ending::completed("network")));
                }
                control = self.controls.recv() => {
                    // The call holds a sender as long as this task runs.
                    let Some(control) = control else { return Err(Interrupt::Ended(Ending::completed("network"))) };
                    if let Some(event) = self.handle_control(control)? {
                        return Ok(event);
                    }
                    continue;
                }
                Some(act) = self.typed_actions.recv(), if self.is_party_present => {
                    self.sync_clock();
                    Some(act)
                }
                () = wait(&net, next), if next.is_some() => {
                    self.at = self.at.max(next.unwrap_or(self.at));
                    // On a tie, the party acts before the timeout.
                    match due.filter(|due| *due <= self.at) {
                        Some(_) => self.party.act(self.at),
                        None => return Ok(LegEvent::Elapsed),
                    }
                }
            };
            if let Some(act) = act {
                return self.apply_action(act);
            }
        }
    }

    /// Moves the leg to the current time, after a wake-up that has no time of its own.
    pub(super) fn sync_clock(&mut self) {
        self.watermark.close(self.at);
        self.at = self.at.max(self.net.clock.now());
    }

    /// Waits until `until`, ignoring speech and keys.
    pub(super) async fn wait_until(&mut self, until: DateTime<Utc>) -> Result<(), Interrupt> {
        while !matches!(self.next_event(Some(until)).await?, LegEvent::Elapsed) {}
        Ok(())
    }

    fn handle_control(&mut self, control: Control) -> Result<Option<LegEvent>, Interrupt> {
        if let Control::Heard { from, text, at, until } = control {
            self.net.log_event(
                &self.sid,
                at,
                TimelineEvent::Heard {
                    from,
                    text: text.clone(),
                },
            );
            self.party.hear(&text, at, until);
            self.party.give_turn(until);
            return Ok(None);
        }
        self.sync_clock();
        match control {
            Control::Redirect(source) => {
                self.party_event(PartyEvent::Redirected);
                Err(Interrupt::Redirected(source))
            }
            Control::End(ending) => Err(Interrupt::Ended(ending)),
            Control::Child { sid, status } => Ok(Some(LegEvent::Child { sid, status })),
            Control::Connected => Ok(Some(LegEvent::Connected)),
            Control::Conference(event) => Ok(Some(LegEvent::Conference(event))),
            Control::Noticed(event) => {
                self.party_event(event);
                Ok(None)
            }
            Control::Stream { stream, message } => Ok(Some(LegEvent::Stream { stream, message })),
            Control::Heard { .. } => Ok(None),
        }
    }

    fn apply_action(&mut self, act: PartyAction) -> Result<LegEvent, Interrupt> {
        match act {
            PartyAction::HangUp => Err(Interrupt::Ended(Ending::completed("caller"))),
            PartyAction::Press(key) => {
                self.net
                    .log_event(&self.sid, self.at, TimelineEvent::Pressed { key: key.to_string() });
                Ok(LegEvent::Presses(key))
            }
            PartyAction::Say { words, confidence } => {
                let until = self.speak(&words, confidence);
                Ok(LegEvent::Speaks {
                    words,
                    confidence,
                    until,
                })
            }
        }
    }

    /// Adds the party's speech to its leg and to everyone who hears it. Returns its end.
    fn speak(&mut self, words: &str, confidence: f64) -> DateTime<Utc> {
        let sound = Sound::Words {
            text: words.to_owned(),
            voice: self.voice,
        };
        let until = self.at + sound::duration(&sound);
        self.party.speaking_until(until);
        let utterance = Utterance {
            id: self.net.count(),
            track: Track::Inbound,
            at: self.at,
            until,
            sound,
        };
        let text = words.to_owned();
        self.net
            .log_event(&self.sid, self.at, TimelineEvent::Said { text, confidence });
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

    /// Reports an event to the party and logs it.
    pub(super) fn party_event(&mut self, event: PartyEvent) {
        self.party.observe(event, self.at);
        self.net
            .log_event(&self.sid, self.at, TimelineEvent::PartyEvent { name: event.as_str() });
    }
}

async fn wait(net: &Switch, next: Option<DateTime<Utc>>) {
    match next {
        Some(next) => net.clock.sleep_until(next).await,
        None => std::future::pending().await,
    }
}

fn audience(net: &Switch, sid: &str) -> Audience {
    let mut state = net.state();
    let Some((peer, conference_sid)) = state.call(sid).map(|call| (call.peer.clone(), call.conference.clone())) else {
        return Audience {
            legs: vec![],
            conference: None,
        };
    };
    let Some(conference_sid) = conference_sid else {
        return Audience {
            legs: peer.into_iter().collect(),
            conference: None,
        };
    };
    match state.conference_mut(&conference_sid) {
        Some(conference) => Audience {
            legs: conference.listeners(sid),
            conference: conference.is_heard(sid).then_some(conference_sid),
        },
        None => Audience {
            legs: vec![],
            conference: None,
        },
    }
}
