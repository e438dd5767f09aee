//! `<Gather>`: waits for speech and keys.

use super::document::LoadedDocument;
use super::playback::BargeIn;
use super::{Flow, Interrupt, Leg, LegEvent};
use crate::network::delivery;
use crate::network::switch::{Source, TimelineEvent};
use crate::network::twiml::{Gather, Silence};
use crate::network::webhook::WebhookRequest;
use chrono::{DateTime, TimeDelta, Utc};

/// Silence that ends a sentence with `speechTimeout="auto"`.
const AUTO_SPEECH_TIMEOUT: TimeDelta = TimeDelta::milliseconds(800);

/// Input so far.
#[derive(Default)]
struct Gathered {
    words: Vec<String>,
    /// The lowest confidence of the words.
    confidence: f64,
    keys: String,
    finished_by: Option<char>,
    /// End of the current speech.
    speaking_until: Option<DateTime<Utc>>,
    /// Since when there is neither speech nor a key.
    quiet_since: DateTime<Utc>,
    first_word: Option<DateTime<Utc>>,
    partials: u32,
}

impl Leg {
    pub(super) async fn gather(&mut self, gather: &Gather, doc: &LoadedDocument) -> Result<Flow, Interrupt> {
        let barge_in = if gather.barge_in {
            BargeIn {
                speech: gather.speech,
                keys: gather.keys,
            }
        } else {
            BargeIn::default()
        };
        let mut gathered = Gathered::default();
        for prompt in &gather.prompts {
            if let Some(event) = self.prompt(prompt, doc, barge_in).await? {
                gathered.quiet_since = self.at;
                self.handle_input(event, gather, doc, &mut gathered)?;
                break;
            }
        }
        self.party.give_turn(self.at);
        self.net.log_event(&self.sid, self.at, TimelineEvent::Listening);
        gathered.quiet_since = self.at;
        while let Some(until) = Self::wait_deadline(gather, &gathered) {
            match self.next_event(Some(until)).await? {
                LegEvent::Elapsed
                    if gathered
                        .speaking_until
                        .is_some_and(|end| end <= self.at && until == end) =>
                {
                    // The speech has ended; the timeout for silence starts here.
                    gathered.speaking_until = None;
                    gathered.quiet_since = until;
                }
                LegEvent::Elapsed => break,
                event => self.handle_input(event, gather, doc, &mut gathered)?,
            }
        }
        self.party.end_turn();
        let Some(result) = gathered.result(gather) else {
            return Ok(Flow::Next);
        };
        let address = doc.action(gather.action.as_ref(), gather.get)?;
        Ok(Flow::Go(Source::Ask { address, extra: result }))
    }

    /// When gathering ends without further input; `None` if the input is complete.
    fn wait_deadline(gather: &Gather, gathered: &Gathered) -> Option<DateTime<Utc>> {
        if gathered.has_enough_keys(gather) {
            return None;
        }
        let timeout = TimeDelta::seconds(i64::from(gather.timeout));
        if let Some(first) = gathered.first_word.filter(|_| gathered.keys.is_empty()) {
            if let Some(end) = gathered.speaking_until {
                return Some(end);
            }
            let silence = match gather.speech_timeout {
                Silence::Auto => AUTO_SPEECH_TIMEOUT,
                Silence::Seconds(seconds) => TimeDelta::seconds(i64::from(seconds)),
            };
            let most = first + TimeDelta::seconds(i64::from(gather.max_speech));
            return Some((gathered.quiet_since + silence).min(most));
        }
        Some(gathered.quiet_since + timeout)
    }

    /// Adds speech or a key.
    fn handle_input(
        &mut self,
        event: LegEvent,
        gather: &Gather,
        doc: &LoadedDocument,
        gathered: &mut Gathered,
    ) -> Result<(), Interrupt> {
        match event {
            LegEvent::Speaks {
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
                gathered.speaking_until = Some(until);
                self.send_partial_result(gather, doc, gathered)?;
            }
            LegEvent::Presses(key) if gather.keys => {
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

    /// <https://www.twilio.com/docs/voice/twiml/gather#partialresultcallback>. The answer is ignored.
    fn send_partial_result(
        &mut self,
        gather: &Gather,
        doc: &LoadedDocument,
        gathered: &mut Gathered,
    ) -> Result<(), Interrupt> {
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
        let webhook = WebhookRequest {
            call_sid: self.sid.clone(),
            why: "partial",
            address: doc.resolve(hook)?,
            params,
            token: self.net.token(),
        };
        delivery::queue_callback(&self.net, &format!("{} partial", self.sid), webhook);
        Ok(())
    }
}

impl Gathered {
    fn has_enough_keys(&self, gather: &Gather) -> bool {
        let count = u32::try_from(self.keys.len()).unwrap_or(u32::MAX);
        self.finished_by.is_some() || gather.num_digits.is_some_and(|enough| count >= enough)
    }

    /// Parameters of the action; `None` if it is not requested.
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
