//! `<Gather>`: listening for words and keys.

use super::program::Page;
use super::voice::Listening;
use super::{Flow, Happening, Line, Source, Stop};
use crate::network::courier::Errand;
use crate::network::exchange::What;
use crate::network::twiml::{Gather, Silence};
use chrono::{DateTime, TimeDelta, Utc};

/// With `speechTimeout="auto"`, the silence after which a sentence is taken to be finished.
const AUTO: TimeDelta = TimeDelta::milliseconds(800);

/// What was gathered so far.
#[derive(Default)]
struct Gathered {
    words: Vec<String>,
    /// The least sure of them.
    confidence: f64,
    keys: String,
    finished_by: Option<char>,
    /// Until then somebody speaks.
    speaks_until: Option<DateTime<Utc>>,
    /// Since then nobody has spoken or pressed a key.
    quiet_since: DateTime<Utc>,
    first_word: Option<DateTime<Utc>>,
    partials: u32,
}

impl Line {
    pub(super) async fn gather(&mut self, gather: &Gather, page: &Page) -> Result<Flow, Stop> {
        let listening = if gather.barge_in {
            Listening {
                speech: gather.speech,
                keys: gather.keys,
            }
        } else {
            Listening::default()
        };
        let mut gathered = Gathered::default();
        for prompt in &gather.prompts {
            if let Some(happening) = self.prompt(prompt, page, listening).await? {
                gathered.quiet_since = self.at;
                self.take(happening, gather, page, &mut gathered)?;
                break;
            }
        }
        self.person.is_asked(self.at);
        self.net.note(&self.sid, self.at, What::Listening);
        gathered.quiet_since = self.at;
        while let Some(until) = Self::listens_until(gather, &gathered) {
            match self.pass(Some(until)).await? {
                Happening::Elapsed if gathered.speaks_until.is_some_and(|end| end <= self.at && until == end) => {
                    // Only the sentence is over; what counts now is the silence after it.
                    gathered.speaks_until = None;
                    gathered.quiet_since = until;
                }
                Happening::Elapsed => break,
                happening => self.take(happening, gather, page, &mut gathered)?,
            }
        }
        self.person.is_asked_no_more();
        let Some(result) = gathered.result(gather) else {
            return Ok(Flow::Next);
        };
        let address = page.action(gather.action.as_ref(), gather.get)?;
        Ok(Flow::Go(Source::Ask { address, extra: result }))
    }

    /// Until when it listens, if nothing else happens; `None` if it has what it wants.
    fn listens_until(gather: &Gather, gathered: &Gathered) -> Option<DateTime<Utc>> {
        if gathered.has_enough_keys(gather) {
            return None;
        }
        let timeout = TimeDelta::seconds(i64::from(gather.timeout));
        if let Some(first) = gathered.first_word.filter(|_| gathered.keys.is_empty()) {
            if let Some(end) = gathered.speaks_until {
                return Some(end);
            }
            let silence = match gather.speech_timeout {
                Silence::Auto => AUTO,
                Silence::Seconds(seconds) => TimeDelta::seconds(i64::from(seconds)),
            };
            let most = first + TimeDelta::seconds(i64::from(gather.max_speech));
            return Some((gathered.quiet_since + silence).min(most));
        }
        Some(gathered.quiet_since + timeout)
    }

    /// Words or a key.
    fn take(
        &mut self,
        happening: Happening,
        gather: &Gather,
        page: &Page,
        gathered: &mut Gathered,
    ) -> Result<(), Stop> {
        match happening {
            Happening::Speaks {
                words,
                confidence,
                until,
            } if gather.speech => {
                gathered.first_word.get_or_insert(self.at);
                gathered.confidence = if gathered.words.is_empty() {
                    confidence
                } else {
                    gathered.confidence.min(confidence)
                };
                gathered.words.push(words);
                gathered.speaks_until = Some(until);
                self.tell_partially(gather, page, gathered)?;
            }
            Happening::Presses(key) if gather.keys => {
                if gather.finish_on_key.contains(key) && !gathered.keys.is_empty() {
                    gathered.finished_by = Some(key);
                } else {
                    gathered.keys.push(key);
                    gathered.quiet_since = self.at;
                }
            }
            _ => {}
        }
        Ok(())
    }

    /// <https://www.twilio.com/docs/voice/twiml/gather#partialresultcallback>. What is answered does not matter.
    fn tell_partially(&mut self, gather: &Gather, page: &Page, gathered: &mut Gathered) -> Result<(), Stop> {
        let Some(hook) = &gather.partial else { return Ok(()) };
        let words = gathered.words.join(" ");
        let stable = words.rsplit_once(' ').map_or("", |(stable, _)| stable).to_owned();
        let unstable = words[stable.len()..].trim().to_owned();
        let mut params = self.standard();
        params.extend([
            ("StableSpeechResult".to_owned(), stable),
            ("UnstableSpeechResult".to_owned(), unstable),
            ("Stability".to_owned(), "0.9".to_owned()),
            ("SequenceNumber".to_owned(), gathered.partials.to_string()),
        ]);
        gathered.partials += 1;
        let errand = Errand {
            call_sid: self.sid.clone(),
            why: "partial",
            address: page.resolve(hook)?,
            params,
            token: self.net.token(),
        };
        self.net.tell(&format!("{} partial", self.sid), errand);
        Ok(())
    }
}

impl Gathered {
    fn has_enough_keys(&self, gather: &Gather) -> bool {
        let count = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.finished_by.is_some() || gather.num_digits.is_some_and(|enough| count >= enough)
    }

    /// What the action is told; `None` if it is not asked.
    fn result(self, gather: &Gather) -> Option<Vec<(String, String)>> {
        let mut result = Vec::new();
        let mut tell = |name: &str, value: String| result.push((name.to_owned(), value));
        if !self.keys.is_empty() {
            tell("Digits", self.keys);
            if let Some(key) = self.finished_by {
                tell("FinishedOnKey", key.to_string());
            }
        } else if !self.words.is_empty() {
            tell("SpeechResult", self.words.join(" "));
            tell("Confidence", format!("{:.8}", self.confidence));
            tell("Language", gather.language.clone());
        } else if gather.action_on_empty {
            if gather.keys {
                tell("Digits", String::new());
            }
            if gather.speech {
                tell("SpeechResult", String::new());
            }
        } else {
            return None;
        }
        Some(result)
    }
}
