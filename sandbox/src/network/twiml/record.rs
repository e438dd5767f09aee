//! `<Record>`, and the recording attributes of other verbs: <https://www.twilio.com/docs/voice/twiml/record>.

use super::TwimlError;
use super::attributes::Attributes;
use super::hook::{Callback, Hook};
use super::xml::Element;

/// `<Record>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// Requested afterwards [default: the document's URL].
    pub action: Option<Hook>,
    /// GET for the default action.
    pub get: bool,
    /// Silence that ends the recording, in seconds; 0 disables it.
    pub timeout: u32,
    /// Keys that end the recording.
    pub finish_on_key: String,
    /// Seconds.
    pub max_length: u32,
    /// Plays a tone first.
    pub beep: bool,
    pub recording_callback: RecordingCallback,
    pub transcribe: bool,
    /// Receives the transcription.
    pub transcribe_callback: Option<Hook>,
}

/// Recording attributes of `<Record>`, `<Dial>` and `<Conference>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingCallback {
    pub callback: Option<Callback>,
    /// `trim-silence`.
    pub trim: bool,
}

/// Values of `recordingStatusCallbackEvent`.
const RECORDING_EVENTS: [&str; 3] = ["in-progress", "completed", "absent"];

pub(super) fn read(element: &Element) -> Result<Record, TwimlError> {
    let attributes = Attributes::of(element);
    let action = attributes.filled("action")?;
    let get = attributes.method("method")?;
    let transcribe_callback = attributes
        .filled("transcribeCallback")?
        .map(|url| Hook { url, get: false });
    let record = Record {
        action: action.map(|url| Hook { url, get }),
        get,
        timeout: attributes.number("timeout", 0..=3_600)?.unwrap_or(5),
        finish_on_key: attributes.keys("finishOnKey", "1234567890*#")?,
        max_length: attributes.number("maxLength", 1..=14_400)?.unwrap_or(3_600),
        beep: attributes.truth("playBeep", true)?,
        recording_callback: recording(&attributes)?,
        // `transcribeCallback` implies `transcribe`.
        transcribe: attributes.truth("transcribe", false)? || transcribe_callback.is_some(),
        transcribe_callback,
    };
    attributes.without_effect(&["recordingConfigurationId"]);
    attributes.finish()?;
    element.nothing_inside()?;
    Ok(record)
}

/// The attributes shared by `<Record>`, `<Dial>` and `<Conference>`.
pub(super) fn recording(attributes: &Attributes) -> Result<RecordingCallback, TwimlError> {
    Ok(RecordingCallback {
        callback: attributes.callback(
            [
                "recordingStatusCallback",
                "recordingStatusCallbackMethod",
                "recordingStatusCallbackEvent",
            ],
            &RECORDING_EVENTS,
            &["completed"],
        )?,
        trim: attributes.word("trim", &["trim-silence", "do-not-trim"])? == Some("trim-silence"),
    })
}
