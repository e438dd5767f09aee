//! What a leg says and plays to its person: `Say`, `Play`, `Pause`, music.

use super::program::Page;
use super::{Happening, Line, Stop};
use crate::audio::Voice;
use crate::network::courier::{Answer, Errand};
use crate::network::exchange::{Address, Sound, Track, Utterance, What};
use crate::network::sound;
use crate::network::twiml::{Hook, Pause, Play, Say, Verb};
use chrono::TimeDelta;
use std::sync::Arc;

/// What may cut a prompt short.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct Listening {
    pub speech: bool,
    pub keys: bool,
}

impl Line {
    /// `Say`, `Play` or `Pause`, to its end or until the person interrupts. Gives what they interrupted with.
    pub(super) async fn prompt(
        &mut self,
        verb: &Verb,
        page: &Page,
        listening: Listening,
    ) -> Result<Option<Happening>, Stop> {
        match verb {
            Verb::Say(say) => self.say(say, listening).await,
            Verb::Play(play) => self.play(play, page, listening).await,
            Verb::Pause(Pause { seconds }) => {
                let until = self.at + TimeDelta::seconds(i64::from(*seconds));
                self.until_interrupted(until, listening).await
            }
            _ => Ok(None),
        }
    }

    async fn say(&mut self, say: &Say, listening: Listening) -> Result<Option<Happening>, Stop> {
        if say.text.is_empty() {
            return Ok(None);
        }
        let mut times = 0;
        while say.times == 0 || times < say.times {
            let from = "twiml".to_owned();
            let text = say.text.clone();
            self.net.note(&self.sid, self.at, What::Heard { from, text });
            let words = Sound::Words {
                text: say.text.clone(),
                voice: Voice::Ai,
            };
            if let Some(cut) = self.sound(words, Some(&say.text), listening).await? {
                return Ok(Some(cut));
            }
            times += 1;
        }
        Ok(None)
    }

    async fn play(&mut self, play: &Play, page: &Page, listening: Listening) -> Result<Option<Happening>, Stop> {
        let (url, times) = match play {
            Play::File { url, times } => (url, *times),
            Play::Digits(keys) => {
                let sound = format!("digits {keys}");
                self.net.note(&self.sid, self.at, What::Played { sound });
                let ms = i64::try_from(keys.len()).unwrap_or(0) * 500;
                return self.sound(Sound::Silence(ms), None, listening).await;
            }
        };
        let hook = Hook {
            url: url.clone(),
            get: true,
        };
        let (file, words) = self.file(page.resolve(&hook)?).await?;
        let mut played = 0;
        while times == 0 || played < times {
            let sound = url.clone();
            self.net.note(&self.sid, self.at, What::Played { sound });
            if let Some(text) = words.clone() {
                let from = "twiml".to_owned();
                self.net.note(&self.sid, self.at, What::Heard { from, text });
            }
            if let Some(cut) = self.sound(file.clone(), words.as_deref(), listening).await? {
                return Ok(Some(cut));
            }
            played += 1;
        }
        Ok(None)
    }

    /// Fetches a file to be played, and the words in it.
    async fn file(&mut self, address: Address) -> Result<(Sound, Option<String>), Stop> {
        let url = address.url.clone();
        let errand = Errand {
            call_sid: self.sid.clone(),
            why: "file",
            address,
            params: vec![],
            token: self.net.token(),
        };
        let answer = self.errand(errand).await?;
        as_sound(&answer).ok_or_else(|| Stop::Failed {
            code: 12300,
            message: format!("a file of type {:?} cannot be played", answer.content_type),
            url: Some(url),
        })
    }

    /// One sound, to its end or until it is cut.
    pub(super) async fn sound(
        &mut self,
        sound: Sound,
        words: Option<&str>,
        listening: Listening,
    ) -> Result<Option<Happening>, Stop> {
        let until = self.at + self.net.duration(&sound);
        let id = self.net.count();
        let utterance = Utterance {
            id,
            track: Track::Outbound,
            at: self.at,
            until,
            sound,
        };
        self.net.lay(&self.sid, utterance);
        if let Some(words) = words {
            self.person.hears(words, self.at, until);
        }
        let cut = self.until_interrupted(until, listening).await;
        if self.at < until {
            self.net.cut(id, self.at);
            self.person.hears_no_more(self.at);
            if matches!(cut, Ok(Some(_))) {
                self.net.note(&self.sid, self.at, What::Interrupted);
            }
        }
        cut
    }

    async fn until_interrupted(
        &mut self,
        until: chrono::DateTime<chrono::Utc>,
        listening: Listening,
    ) -> Result<Option<Happening>, Stop> {
        loop {
            match self.pass(Some(until)).await? {
                Happening::Elapsed => return Ok(None),
                speaks @ Happening::Speaks { .. } if listening.speech => return Ok(Some(speaks)),
                presses @ Happening::Presses(_) if listening.keys => return Ok(Some(presses)),
                // In a conference, whatever happens there ends what is played.
                seat @ Happening::Seat(_) => return Ok(Some(seat)),
                _ => {}
            }
        }
    }
}

/// An answer of the service as something to be played, and the words in it.
pub(super) fn as_sound(answer: &Answer) -> Option<(Sound, Option<String>)> {
    let kind = answer.content_type.as_str();
    if !kind.starts_with("audio/") && kind != "application/octet-stream" {
        return None;
    }
    Some(match sound::decode(&answer.body) {
        Some((samples, words)) if !samples.is_empty() => (
            Sound::Samples(Arc::new(samples)),
            Some(words).filter(|words| !words.is_empty()),
        ),
        Some(_) => (Sound::Silence(100), None),
        None => (Sound::Silence(sound::guess_ms(&answer.body)), None),
    })
}
