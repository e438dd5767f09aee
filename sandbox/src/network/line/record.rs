//! `<Record>`: taking a message.

use super::program::Page;
use super::tell::recording_url;
use super::voice::Listening;
use super::{Flow, Happening, Line, Source, Stop};
use crate::network::courier::Errand;
use crate::network::exchange::{Address, Listener, Sound, Track, What};
use crate::network::recorder::{self, Wanted};
use crate::network::sound::whole_seconds;
use crate::network::twiml::{Callback, Record};
use crate::twilio::params::Params;
use chrono::TimeDelta;

/// How long Twilio needs for the words of a message.
const TRANSCRIBING: TimeDelta = TimeDelta::seconds(4);

impl Line {
    pub(super) async fn record(&mut self, record: &Record, page: &Page) -> Result<Flow, Stop> {
        let listener = Self::listener(page, record.told.callback.as_ref())?;
        if record.beep {
            self.sound(Sound::Beep, None, Listening::default()).await?;
        }
        let began = self.at;
        let wanted = Wanted {
            call_sid: self.sid.clone(),
            conference_sid: None,
            channels: 1,
            source: "RecordVerb",
            track: "inbound",
            trim: record.told.trim,
            listener,
        };
        let sid = recorder::start(&self.net, wanted, began).sid;
        self.person.is_asked(self.at);
        self.net.note(&self.sid, self.at, What::Listening);
        let outcome = self.message(record).await;
        self.person.is_asked_no_more();
        recorder::stop(&self.net, &sid, self.at);
        let (key, hung_up) = match outcome {
            Ok(key) => (key, None),
            Err(stop @ Stop::Ended(_)) => (Some("hangup".to_owned()), Some(stop)),
            Err(stop) => return Err(stop),
        };
        let words = self.words_since(began);
        if record.transcribe {
            self.transcribes(record, page, &sid, words.as_deref())?;
        }
        if words.is_none() && key.is_none() {
            // Nothing was said: the document goes on.
            return Ok(Flow::Next);
        }
        let seconds = whole_seconds((self.at - began).to_std().unwrap_or_default());
        let mut extra = Params::default()
            .with("RecordingUrl", recording_url(&self.net, &sid))
            .with("RecordingSid", &sid)
            .with("RecordingDuration", seconds);
        if let Some(key) = key {
            extra = extra.with("Digits", key);
        }
        let address = page.action(record.action.as_ref(), record.get)?;
        let extra = extra.into_pairs();
        match hung_up {
            None => Ok(Flow::Go(Source::Ask { address, extra })),
            Some(stop) => {
                // The action is asked all the same; there is nobody left to hear the answer.
                let mut params = self.standard();
                for (name, value) in &mut params {
                    if name == "CallStatus" {
                        "completed".clone_into(value);
                    }
                }
                params.extend(extra);
                self.tells("document", address, params);
                Err(stop)
            }
        }
    }

    /// Until it is finished: by a key, by silence, by its length.
    async fn message(&mut self, record: &Record) -> Result<Option<String>, Stop> {
        let most = self.at + TimeDelta::seconds(i64::from(record.max_length));
        let silence = TimeDelta::seconds(i64::from(record.timeout));
        let mut quiet_since = self.at;
        loop {
            // No time-out is no end by silence.
            let until = if record.timeout == 0 {
                most
            } else {
                most.min(quiet_since + silence)
            };
            match self.pass(Some(until)).await? {
                Happening::Elapsed => return Ok(None),
                Happening::Speaks { until, .. } => quiet_since = until,
                Happening::Presses(key) if record.finish_on_key.contains(key) => return Ok(Some(key.to_string())),
                _ => {}
            }
        }
    }

    /// What the person said since then.
    fn words_since(&self, began: chrono::DateTime<chrono::Utc>) -> Option<String> {
        let state = self.net.state();
        let words: Vec<&str> = state
            .call(&self.sid)?
            .sounds
            .iter()
            .filter(|utterance| utterance.track == Track::Inbound && utterance.at >= began)
            .filter_map(|utterance| match &utterance.sound {
                Sound::Words { text, .. } => Some(text.as_str()),
                _ => None,
            })
            .collect();
        Some(words.join(" ")).filter(|words| !words.is_empty())
    }

    /// <https://www.twilio.com/docs/voice/twiml/record#attributes-transcribe-callback>
    fn transcribes(&mut self, record: &Record, page: &Page, sid: &str, words: Option<&str>) -> Result<(), Stop> {
        let Some(hook) = &record.transcribe_callback else {
            return Ok(());
        };
        let address = page.resolve(hook)?;
        let transcription = self.net.sid("TR");
        let account = &self.net.options.account_sid;
        let url = format!("{}/2010-04-01/Accounts/{account}", self.net.base_url);
        let mut params = self.standard();
        let about = Params::default()
            .with("TranscriptionSid", &transcription)
            .with(
                "TranscriptionStatus",
                if words.is_some() { "completed" } else { "failed" },
            )
            .with("TranscriptionText", words.unwrap_or_default())
            .with("TranscriptionType", "fast")
            .with("TranscriptionUrl", format!("{url}/Transcriptions/{transcription}"))
            .with("RecordingSid", sid)
            .with("RecordingUrl", recording_url(&self.net, sid));
        params.extend(about.into_pairs());
        let errand = Errand {
            call_sid: self.sid.clone(),
            why: "transcription",
            address,
            params,
            token: self.net.token(),
        };
        self.net.tell_at(self.at + TRANSCRIBING, sid, errand);
        Ok(())
    }

    /// Tells the service something; nobody waits for the answer.
    pub(super) fn tells(&self, why: &'static str, address: Address, params: Vec<(String, String)>) {
        let errand = Errand {
            call_sid: self.sid.clone(),
            why,
            address,
            params,
            token: self.net.token(),
        };
        self.net.tell(&self.sid, errand);
    }

    /// A callback of a document, with an absolute address.
    pub(super) fn listener(page: &Page, callback: Option<&Callback>) -> Result<Option<Listener>, Stop> {
        callback
            .map(|callback| {
                Ok(Listener {
                    address: page.resolve(&callback.hook)?,
                    events: callback.events.clone(),
                })
            })
            .transpose()
    }
}
