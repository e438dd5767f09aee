//! Plays audio to the party: `<Say>`, `<Play>`, `<Pause>`, music.

use super::document::LoadedDocument;
use super::{Interrupt, Leg, LegEvent};
use crate::network::sound;
use crate::network::switch::{Sound, TimelineEvent, Track, Utterance};
use crate::network::twiml::{Hook, Pause, Play, Prompt, Say};
use crate::network::webhook::{Address, Answer, WebhookRequest};
use audio::Voice;
use chrono::TimeDelta;
use std::sync::Arc;

/// Input that interrupts a prompt.
#[derive(Debug, Clone, Copy, Default)]
pub(super) struct BargeIn {
    pub speech: bool,
    pub keys: bool,
}

impl Leg {
    /// Plays `<Say>`, `<Play>` or `<Pause>` to its end or until the party interrupts. Returns the interrupting event.
    pub(super) async fn prompt(
        &mut self,
        prompt: &Prompt,
        doc: &LoadedDocument,
        barge_in: BargeIn,
    ) -> Result<Option<LegEvent>, Interrupt> {
        match prompt {
            Prompt::Say(say) => self.say(say, barge_in).await,
            Prompt::Play(play) => self.play(play, doc, barge_in).await,
            Prompt::Pause(Pause { seconds }) => {
                let until = self.at + TimeDelta::seconds(i64::from(*seconds));
                self.until_interrupted(until, barge_in).await
            }
        }
    }

    async fn say(&mut self, say: &Say, barge_in: BargeIn) -> Result<Option<LegEvent>, Interrupt> {
        if say.text.is_empty() {
            return Ok(None);
        }
        let mut times = 0;
        while say.times == 0 || times < say.times {
            let from = "twiml".to_owned();
            let text = say.text.clone();
            self.net
                .log_event(&self.sid, self.at, TimelineEvent::Heard { from, text });
            let words = Sound::Words {
                text: say.text.clone(),
                voice: Voice::Ai,
            };
            if let Some(cut) = self.sound(words, Some(&say.text), barge_in).await? {
                return Ok(Some(cut));
            }
            times += 1;
        }
        Ok(None)
    }

    async fn play(
        &mut self,
        play: &Play,
        doc: &LoadedDocument,
        barge_in: BargeIn,
    ) -> Result<Option<LegEvent>, Interrupt> {
        let (url, times) = match play {
            Play::File { url, times } => (url, *times),
            Play::Digits(keys) => {
                let sound = format!("digits {keys}");
                self.net.log_event(&self.sid, self.at, TimelineEvent::Played { sound });
                let ms = i64::try_from(keys.len()).unwrap_or(0) * 500;
                return self.sound(Sound::Silence(ms), None, barge_in).await;
            }
        };
        let hook = Hook {
            url: url.clone(),
            get: true,
        };
        let (file, words) = self.file(doc.resolve(&hook)?).await?;
        let mut played = 0;
        while times == 0 || played < times {
            let sound = url.clone();
            self.net.log_event(&self.sid, self.at, TimelineEvent::Played { sound });
            if let Some(text) = words.clone() {
                let from = "twiml".to_owned();
                self.net
                    .log_event(&self.sid, self.at, TimelineEvent::Heard { from, text });
            }
            if let Some(cut) = self.sound(file.clone(), words.as_deref(), barge_in).await? {
                return Ok(Some(cut));
            }
            played += 1;
        }
        Ok(None)
    }

    /// Fetches an audio file. Returns its audio and words.
    async fn file(&mut self, address: Address) -> Result<(Sound, Option<String>), Interrupt> {
        let url = address.url.clone();
        let webhook = WebhookRequest {
            call_sid: self.sid.clone(),
            why: "file",
            address,
            params: vec![],
            token: self.net.token(),
        };
        let answer = self.send_webhook(webhook).await?;
        as_sound(&answer).ok_or_else(|| Interrupt::Failed {
            code: 12300,
            message: format!("cannot play a file of type {:?}", answer.content_type),
            url: Some(url),
        })
    }

    /// Plays one sound to its end or until it is interrupted.
    pub(super) async fn sound(
        &mut self,
        sound: Sound,
        words: Option<&str>,
        barge_in: BargeIn,
    ) -> Result<Option<LegEvent>, Interrupt> {
        let until = self.at + sound::duration(&sound);
        let id = self.net.count();
        let utterance = Utterance {
            id,
            track: Track::Outbound,
            at: self.at,
            until,
            sound,
        };
        self.net.add_sound(&self.sid, utterance);
        if let Some(words) = words {
            self.party.hear(words, self.at, until);
        }
        let cut = self.until_interrupted(until, barge_in).await;
        if self.at < until {
            self.net.cut_sound(id, self.at);
            self.party.cut_heard(self.at);
            if matches!(cut, Ok(Some(_))) {
                self.net.log_event(&self.sid, self.at, TimelineEvent::Interrupted);
            }
        }
        cut
    }

    async fn until_interrupted(
        &mut self,
        until: chrono::DateTime<chrono::Utc>,
        barge_in: BargeIn,
    ) -> Result<Option<LegEvent>, Interrupt> {
        loop {
            match self.next_event(Some(until)).await? {
                LegEvent::Elapsed => return Ok(None),
                event @ LegEvent::Speaks { .. } if barge_in.speech => return Ok(Some(event)),
                event @ LegEvent::Presses(_) if barge_in.keys => return Ok(Some(event)),
                // A conference event ends what is played.
                event @ LegEvent::Conference(_) => return Ok(Some(event)),
                _ => {}
            }
        }
    }
}

/// The audio and words of an answer; `None` if it is not audio.
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
