//! Sitting in a conference: waiting, talking, being put on hold.

use super::program::Page;
use super::voice::{Listening, as_sound};
use super::{Happening, Line, Seat, Stop};
use crate::network::exchange::{Address, Sound, What};
use crate::network::person::Occasion;
use crate::network::recorder::Wanted;
use crate::network::room::{self, Entry, Wait};
use crate::network::twiml::{Conference, Hook, Verb};

impl Line {
    /// A seat as a document asks for it.
    pub(super) fn entry(&self, noun: &Conference, page: &Page) -> Result<Entry, Stop> {
        let wait = match &noun.wait {
            None => Wait::Music,
            Some(Hook { url, .. }) if url.is_empty() => Wait::Silence,
            Some(hook) => Wait::Document(page.resolve(hook)?),
        };
        let record = noun.record.then(|| -> Result<Wanted, Stop> {
            Ok(Wanted {
                call_sid: self.sid.clone(),
                conference_sid: None,
                channels: 1,
                source: "Conference",
                track: "both",
                trim: noun.told.trim,
                listener: Self::listener(page, noun.told.callback.as_ref())?,
            })
        });
        Ok(Entry {
            room: noun.name.clone(),
            label: noun.label.clone(),
            muted: noun.muted,
            coached: noun.coach.clone(),
            end_on_exit: noun.end_on_exit,
            start_on_enter: noun.start_on_enter,
            beep: noun.beep != "false",
            max_participants: noun.max_participants,
            wait,
            listener: Self::listener(page, noun.status.as_ref())?,
            record: record.transpose()?,
        })
    }

    /// Sits until it is over for this one. An error takes the leg elsewhere.
    pub(super) async fn sit(&mut self, entry: Entry) -> Result<(), Stop> {
        self.answer();
        let seated = room::enter(&self.net, &entry, &self.sid, self.at).map_err(|error| Stop::Failed {
            code: error.code(),
            message: error.to_string(),
            url: None,
        })?;
        self.occasion(Occasion::Joined);
        if seated.started {
            self.person.is_asked(self.at);
        }
        let outcome = self.seated(entry.wait, seated.started).await;
        let why = match &outcome {
            Ok(Seat::Kicked) => room::Left::Kicked,
            Err(Stop::Ended(ending)) if ending.by == "caller" => room::Left::HungUp,
            _ => room::Left::ByApi,
        };
        room::leave(&self.net, &seated.conference, &self.sid, why, self.at);
        outcome.map(drop)
    }

    async fn seated(&mut self, wait: Wait, started: bool) -> Result<Seat, Stop> {
        let mut begun = started;
        let mut hears = if started { Wait::Silence } else { wait };
        loop {
            match self.entertained(&hears).await? {
                Seat::Started => {
                    begun = true;
                    hears = Wait::Silence;
                }
                Seat::Hold(address) => {
                    self.occasion(Occasion::Held);
                    hears = address.map_or(Wait::Music, Wait::Document);
                }
                Seat::Unhold => {
                    self.occasion(Occasion::Unheld);
                    hears = Wait::Silence;
                    if begun {
                        self.person.is_asked(self.at);
                    }
                }
                Seat::Announce(address) => {
                    if let Some(seat) = self.announced(&address).await? {
                        self.pending.push_front(Happening::Seat(seat));
                    }
                }
                over @ (Seat::Kicked | Seat::Over) => return Ok(over),
            }
        }
    }

    /// Hears something, again and again, until something happens in the conference.
    async fn entertained(&mut self, hears: &Wait) -> Result<Seat, Stop> {
        match hears {
            Wait::Silence => {}
            Wait::Music => loop {
                let sound = "music".to_owned();
                self.net.note(&self.sid, self.at, What::Played { sound });
                let cut = self.sound(Sound::Music, None, Listening::default()).await?;
                if let Some(Happening::Seat(seat)) = cut {
                    return Ok(seat);
                }
            },
            Wait::Document(address) => {
                let mut next = Some(address.clone());
                while let Some(address) = next.take() {
                    match self.plays_document(&address).await {
                        Ok(Played::Cut(seat)) => return Ok(seat),
                        // From the beginning, or from where it leads.
                        Ok(Played::Whole(then)) => next = Some(then.unwrap_or(address)),
                        Ok(Played::Nothing) => {}
                        Err(Stop::Failed { code, message, .. }) => self.erred(code, message),
                        Err(stop) => return Err(stop),
                    }
                }
            }
        }
        loop {
            if let Happening::Seat(seat) = self.pass(None).await? {
                return Ok(seat);
            }
        }
    }

    /// Hears something once.
    async fn announced(&mut self, address: &Address) -> Result<Option<Seat>, Stop> {
        let outcome = self.plays_document(address).await;
        let (event, seat) = match outcome {
            Ok(Played::Cut(seat)) => ("announcement-end", Some(seat)),
            Ok(_) => ("announcement-end", None),
            Err(Stop::Failed { code, message, .. }) => {
                self.erred(code, message);
                ("announcement-fail", None)
            }
            Err(stop) => return Err(stop),
        };
        room::announced(&self.net, &self.sid, event, address, self.at);
        Ok(seat)
    }

    async fn plays_document(&mut self, address: &Address) -> Result<Played, Stop> {
        let answer = self.ask("conference-sound", address, vec![]).await?;
        if let Some((sound, words)) = as_sound(&answer) {
            let played = address.url.clone();
            self.net.note(&self.sid, self.at, What::Played { sound: played });
            let cut = self.sound(sound, words.as_deref(), Listening::default()).await?;
            return Ok(match cut {
                Some(Happening::Seat(seat)) => Played::Cut(seat),
                _ => Played::Whole(None),
            });
        }
        let page = Page {
            document: Self::read(&answer, address)?,
            address: Some(address.clone()),
        };
        if page.document.verbs.is_empty() {
            return Ok(Played::Nothing);
        }
        for verb in &page.document.verbs {
            match verb {
                Verb::Redirect(hook) => return Ok(Played::Whole(Some(page.resolve(hook)?))),
                Verb::Say(_) | Verb::Play(_) | Verb::Pause(_) => {
                    if let Some(Happening::Seat(seat)) = self.prompt(verb, &page, Listening::default()).await? {
                        return Ok(Played::Cut(seat));
                    }
                }
                _ => {
                    return Err(Stop::Failed {
                        code: 13224,
                        message: "in a conference, a document may say, play, pause and redirect".to_owned(),
                        url: Some(address.url.clone()),
                    });
                }
            }
        }
        Ok(Played::Whole(None))
    }
}

/// How a document in a conference was heard.
enum Played {
    /// To its end; it may lead to another.
    Whole(Option<Address>),
    /// Something happened in the conference.
    Cut(Seat),
    /// There is nothing in it.
    Nothing,
}
