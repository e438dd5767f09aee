//! A leg in a conference: waiting, talking, on hold.

use super::document::LoadedDocument;
use super::playback::{BargeIn, as_sound};
use super::{Interrupt, Leg, LegEvent};
use crate::network::conference::{self, JoinRequest, WaitAudio};
use crate::network::party::PartyEvent;
use crate::network::switch::{ConferenceEvent, RecordingOptions, Sound, TimelineEvent};
use crate::network::twiml::{Conference, Hook, Verb};
use crate::network::webhook::Address;

impl Leg {
    /// The join request for a `<Conference>` noun.
    pub(super) fn join_request(&self, noun: &Conference, doc: &LoadedDocument) -> Result<JoinRequest, Interrupt> {
        let wait = match &noun.wait {
            None => WaitAudio::Music,
            Some(Hook { url, .. }) if url.is_empty() => WaitAudio::Silence,
            Some(hook) => WaitAudio::Document(doc.resolve(hook)?),
        };
        let record = noun.record.then(|| -> Result<RecordingOptions, Interrupt> {
            Ok(RecordingOptions {
                call_sid: self.sid.clone(),
                conference_sid: None,
                channels: 1,
                source: "Conference",
                track: "both",
                trim: noun.recording_callback.trim,
                listener: Self::listener(doc, noun.recording_callback.callback.as_ref())?,
            })
        });
        Ok(JoinRequest {
            conference: noun.name.clone(),
            label: noun.label.clone(),
            muted: noun.muted,
            coached: noun.coach.clone(),
            end_on_exit: noun.end_on_exit,
            start_on_enter: noun.start_on_enter,
            beep: noun.beep != "false",
            max_participants: noun.max_participants,
            wait,
            listener: Self::listener(doc, noun.status.as_ref())?,
            record: record.transpose()?,
        })
    }

    /// Joins a conference and stays until this leg leaves it. An `Err` means that the leg does something else next.
    pub(super) async fn join_conference(&mut self, request: JoinRequest) -> Result<(), Interrupt> {
        self.answer();
        let joined = conference::join(&self.net, &request, &self.sid, self.at).map_err(|error| Interrupt::Failed {
            code: error.code(),
            message: error.to_string(),
            url: None,
        })?;
        self.party_event(PartyEvent::Joined);
        if joined.started {
            self.party.give_turn(self.at);
        }
        let outcome = self.stay_in_conference(request.wait, joined.started).await;
        let reason = match &outcome {
            Ok(ConferenceEvent::Kicked) => conference::LeaveReason::Kicked,
            Err(Interrupt::Ended(ending)) if ending.by == "caller" => conference::LeaveReason::HungUp,
            _ => conference::LeaveReason::ByApi,
        };
        conference::leave(&self.net, &joined.conference, &self.sid, reason, self.at);
        outcome.map(drop)
    }

    async fn stay_in_conference(&mut self, wait: WaitAudio, started: bool) -> Result<ConferenceEvent, Interrupt> {
        let mut has_started = started;
        let mut audio = if started { WaitAudio::Silence } else { wait };
        loop {
            match self.play_until_conference_event(&audio).await? {
                ConferenceEvent::Started => {
                    has_started = true;
                    audio = WaitAudio::Silence;
                }
                ConferenceEvent::Hold(address) => {
                    self.party_event(PartyEvent::Held);
                    audio = address.map_or(WaitAudio::Music, WaitAudio::Document);
                }
                ConferenceEvent::Unhold => {
                    self.party_event(PartyEvent::Unheld);
                    audio = WaitAudio::Silence;
                    if has_started {
                        self.party.give_turn(self.at);
                    }
                }
                ConferenceEvent::Announce(address) => {
                    if let Some(event) = self.play_announcement(&address).await? {
                        self.pending.push_front(LegEvent::Conference(event));
                    }
                }
                over @ (ConferenceEvent::Kicked | ConferenceEvent::Over) => return Ok(over),
            }
        }
    }

    /// Repeats audio until a conference event occurs.
    async fn play_until_conference_event(&mut self, audio: &WaitAudio) -> Result<ConferenceEvent, Interrupt> {
        match audio {
            WaitAudio::Silence => {}
            WaitAudio::Music => loop {
                let sound = "music".to_owned();
                self.net.log_event(&self.sid, self.at, TimelineEvent::Played { sound });
                let cut = self.sound(Sound::Music, None, BargeIn::default()).await?;
                if let Some(LegEvent::Conference(event)) = cut {
                    return Ok(event);
                }
            },
            WaitAudio::Document(address) => {
                let mut next = Some(address.clone());
                while let Some(address) = next.take() {
                    match self.play_document(&address).await {
                        Ok(Played::Cut(event)) => return Ok(event),
                        // Repeat it, or continue with its redirect.
                        Ok(Played::Whole(then)) => next = Some(then.unwrap_or(address)),
                        Ok(Played::Nothing) => {}
                        Err(Interrupt::Failed { code, message, .. }) => self.log_error(code, message),
                        Err(interrupt) => return Err(interrupt),
                    }
                }
            }
        }
        loop {
            if let LegEvent::Conference(event) = self.next_event(None).await? {
                return Ok(event);
            }
        }
    }

    /// Plays an announcement once.
    async fn play_announcement(&mut self, address: &Address) -> Result<Option<ConferenceEvent>, Interrupt> {
        let outcome = self.play_document(address).await;
        let (name, event) = match outcome {
            Ok(Played::Cut(event)) => ("announcement-end", Some(event)),
            Ok(_) => ("announcement-end", None),
            Err(Interrupt::Failed { code, message, .. }) => {
                self.log_error(code, message);
                ("announcement-fail", None)
            }
            Err(interrupt) => return Err(interrupt),
        };
        conference::announcement_event(&self.net, &self.sid, name, address, self.at);
        Ok(event)
    }

    async fn play_document(&mut self, address: &Address) -> Result<Played, Interrupt> {
        let answer = self.request_document("conference-sound", address, vec![]).await?;
        if let Some((sound, words)) = as_sound(&answer) {
            let played = address.url.clone();
            self.net
                .log_event(&self.sid, self.at, TimelineEvent::Played { sound: played });
            let cut = self.sound(sound, words.as_deref(), BargeIn::default()).await?;
            return Ok(match cut {
                Some(LegEvent::Conference(event)) => Played::Cut(event),
                _ => Played::Whole(None),
            });
        }
        let doc = LoadedDocument {
            document: Self::read(&answer, address)?,
            address: Some(address.clone()),
        };
        if doc.document.verbs.is_empty() {
            return Ok(Played::Nothing);
        }
        for verb in &doc.document.verbs {
            match verb {
                Verb::Redirect(hook) => return Ok(Played::Whole(Some(doc.resolve(hook)?))),
                Verb::Prompt(prompt) => {
                    if let Some(LegEvent::Conference(event)) = self.prompt(prompt, &doc, BargeIn::default()).await? {
                        return Ok(Played::Cut(event));
                    }
                }
                _ => {
                    return Err(Interrupt::Failed {
                        code: 13224,
                        message: "a document in a conference may contain only <Say>, <Play>, <Pause> and <Redirect>"
                            .to_owned(),
                        url: Some(address.url.clone()),
                    });
                }
            }
        }
        Ok(Played::Whole(None))
    }
}

/// How playing a document in a conference ended.
enum Played {
    /// Played to its end; holds the URL of a redirect.
    Whole(Option<Address>),
    /// Interrupted by a conference event.
    Cut(ConferenceEvent),
    /// The document has no verbs.
    Nothing,
}
