//! `<Record>`: records a message.

use super::document::LoadedDocument;
use super::playback::BargeIn;
use super::{Flow, Interrupt, Leg, LegEvent};
use crate::network::delivery;
use crate::network::recorder::{self, recording_url};
use crate::network::switch::{RecordingOptions, Sound, Source, TimelineEvent, Track};
use crate::network::time_span::whole_seconds;
use crate::network::twiml::{Callback, Record};
use crate::network::webhook::{Address, Listener, WebhookRequest};
use crate::twilio::params::Params;
use chrono::TimeDelta;

/// Delay of the transcription callback.
const TRANSCRIPTION_DELAY: TimeDelta = TimeDelta::seconds(4);

impl Leg {
    pub(super) async fn record(&mut self, record: &Record, doc: &LoadedDocument) -> Result<Flow, Interrupt> {
        let listener = Self::listener(doc, record.recording_callback.callback.as_ref())?;
        if record.beep {
            self.sound(Sound::Beep, None, BargeIn::default()).await?;
        }
        let began = self.at;
        let options = RecordingOptions {
            call_sid: self.sid.clone(),
            conference_sid: None,
            channels: 1,
            source: "RecordVerb",
            track: "inbound",
            trim: record.recording_callback.trim,
            listener,
        };
        let sid = recorder::start(&self.net, options, began).sid;
        self.party.give_turn(self.at);
        self.net.log_event(&self.sid, self.at, TimelineEvent::Listening);
        let outcome = self.message(record).await;
        self.party.end_turn();
        recorder::stop(&self.net, &sid, self.at);
        let (key, hung_up) = match outcome {
            Ok(key) => (key, None),
            Err(interrupt @ Interrupt::Ended(_)) => (Some("hangup".to_owned()), Some(interrupt)),
            Err(interrupt) => return Err(interrupt),
        };
        let words = self.words_since(began);
        if record.transcribe {
            self.queue_transcription(record, doc, &sid, words.as_deref())?;
        }
        if words.is_none() && key.is_none() {
            // Nothing was said: continue with the document.
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
        let address = doc.action(record.action.as_ref(), record.get)?;
        let extra = extra.into_pairs();
        match hung_up {
            None => Ok(Flow::Go(Source::Ask { address, extra })),
            Some(interrupt) => {
                // The caller has hung up: the action is requested, and its answer ignored.
                let mut params = self.standard();
                for (name, value) in &mut params {
                    if name == "CallStatus" {
                        "completed".clone_into(value);
                    }
                }
                params.extend(extra);
                self.send_callback("document", address, params);
                Err(interrupt)
            }
        }
    }

    /// Waits for the end of the message: a key, silence or the maximum length.
    async fn message(&mut self, record: &Record) -> Result<Option<String>, Interrupt> {
        let most = self.at + TimeDelta::seconds(i64::from(record.max_length));
        let silence = TimeDelta::seconds(i64::from(record.timeout));
        let mut quiet_since = self.at;
        loop {
            // A timeout of 0 disables the end by silence.
            let until = if record.timeout == 0 {
                most
            } else {
                most.min(quiet_since + silence)
            };
            match self.next_event(Some(until)).await? {
                LegEvent::Elapsed => return Ok(None),
                LegEvent::Speaks { until, .. } => quiet_since = until,
                LegEvent::Presses(key) if record.finish_on_key.contains(key) => return Ok(Some(key.to_string())),
                _ => {}
            }
        }
    }

    /// The party's words since `began`.
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
    fn queue_transcription(
        &mut self,
        record: &Record,
        doc: &LoadedDocument,
        sid: &str,
        words: Option<&str>,
    ) -> Result<(), Interrupt> {
        let Some(hook) = &record.transcribe_callback else {
            return Ok(());
        };
        let address = doc.resolve(hook)?;
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
        let webhook = WebhookRequest {
            call_sid: self.sid.clone(),
            why: "transcription",
            address,
            params,
            token: self.net.token(),
        };
        delivery::queue_callback_at(&self.net, self.at + TRANSCRIPTION_DELAY, sid, webhook);
        Ok(())
    }

    /// Sends a webhook whose answer is ignored.
    pub(super) fn send_callback(&self, why: &'static str, address: Address, params: Vec<(String, String)>) {
        let webhook = WebhookRequest {
            call_sid: self.sid.clone(),
            why,
            address,
            params,
            token: self.net.token(),
        };
        delivery::queue_callback(&self.net, &self.sid, webhook);
    }

    /// The callback of a document, with an absolute URL.
    pub(super) fn listener(doc: &LoadedDocument, callback: Option<&Callback>) -> Result<Option<Listener>, Interrupt> {
        callback
            .map(|callback| {
                Ok(Listener {
                    address: doc.resolve(&callback.hook)?,
                    events: callback.events.clone(),
                })
            })
            .transpose()
    }
}
