//! Verbs, and the parsers of those without a module of their own.

use super::attributes::Attributes;
use super::xml::{Content, Element};
use super::{Dial, Gather, Stream, TwimlError, dial, gather, stream};

/// A parsed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// In order of execution.
    pub verbs: Vec<Verb>,
}

/// A TwiML verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    Say(Say),
    Play(Play),
    Pause(Pause),
    Gather(Gather),
    Record(Record),
    Dial(Box<Dial>),
    Redirect(Hook),
    Hangup,
    /// Refuse the call before it is answered.
    Reject {
        /// `busy` instead of `rejected`.
        busy: bool,
    },
    /// Copy the audio to a WebSocket and continue.
    Start(Stream),
    /// Stop such a copy.
    Stop {
        /// Name of the stream.
        name: String,
    },
    /// Connect the call to a WebSocket.
    Connect {
        stream: Stream,
        /// Requested when the stream has ended.
        action: Option<Hook>,
    },
}

/// A URL that answers with TwiML or receives callbacks; may be relative to the document's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub url: String,
    /// GET instead of POST.
    pub get: bool,
}

/// A callback URL and its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    pub hook: Hook,
    pub events: Vec<String>,
}

/// Recording attributes of `<Record>`, `<Dial>` and `<Conference>`.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingCallback {
    pub callback: Option<Callback>,
    /// `trim-silence`.
    pub trim: bool,
}

/// `<Say>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// Text without SSML.
    pub text: String,
    /// As written; `None` is the account's default.
    pub voice: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// Repetitions; 0 repeats until the call ends.
    pub times: u32,
}

/// `<Play>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Play {
    /// An audio file.
    File {
        url: String,
        /// Repetitions; 0 repeats until the call ends.
        times: u32,
    },
    /// Keys; `w` is half a second of silence.
    Digits(String),
}

/// `<Pause>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    pub seconds: u32,
}

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

/// Values of `recordingStatusCallbackEvent`.
pub(super) const RECORDING_EVENTS: [&str; 3] = ["in-progress", "completed", "absent"];

/// TwiML verbs that this network does not execute.
const NOT_EXECUTED: [&str; 8] = ["Echo", "Enqueue", "Leave", "Pay", "Prompt", "Queue", "Refer", "Sms"];

pub(super) fn document(root: &Element) -> Result<Document, TwimlError> {
    Attributes::of(root).finish()?;
    let verbs = root.children()?.into_iter().map(verb).collect::<Result<_, _>>()?;
    Ok(Document { verbs })
}

fn verb(element: &Element) -> Result<Verb, TwimlError> {
    Ok(match element.name.as_str() {
        "Say" => Verb::Say(say(element)?),
        "Play" => Verb::Play(play(element)?),
        "Pause" => Verb::Pause(pause(element)?),
        "Gather" => Verb::Gather(gather::read(element)?),
        "Record" => Verb::Record(record(element)?),
        "Dial" => Verb::Dial(Box::new(dial::read(element)?)),
        "Redirect" => Verb::Redirect(redirect(element)?),
        "Hangup" => {
            Attributes::of(element).finish()?;
            element.nothing_inside()?;
            Verb::Hangup
        }
        "Reject" => reject(element)?,
        "Start" => stream::start(element)?,
        "Stop" => stream::stop(element)?,
        "Connect" => stream::connect(element)?,
        name if NOT_EXECUTED.contains(&name) => {
            return Err(TwimlError::schema(format!("this network does not execute <{name}>")));
        }
        name => return Err(TwimlError::schema(format!("unknown verb <{name}>"))),
    })
}

pub(super) fn say(element: &Element) -> Result<Say, TwimlError> {
    let attributes = Attributes::of(element);
    let say = Say {
        text: spoken(element)?,
        voice: attributes.filled("voice")?,
        language: attributes.filled("language")?,
        times: attributes.number("loop", 0..=1_000)?.unwrap_or(1),
    };
    attributes.finish()?;
    Ok(say)
}

/// The spoken text, without SSML. <https://www.twilio.com/docs/voice/twiml/say/text-speech>
fn spoken(element: &Element) -> Result<String, TwimlError> {
    const SSML: [&str; 10] = [
        "break", "emphasis", "lang", "p", "phoneme", "prosody", "s", "say-as", "sub", "w",
    ];
    let mut text = String::new();
    for content in &element.content {
        match content {
            Content::Text(part) => text.push_str(part),
            Content::Element(inner) if SSML.contains(&inner.name.as_str()) => {
                text.push(' ');
                let alias = inner
                    .attributes
                    .iter()
                    .find(|(name, _)| inner.name == "sub" && name == "alias");
                match alias {
                    Some((_, alias)) => text.push_str(alias),
                    None => text.push_str(&spoken(inner)?),
                }
                text.push(' ');
            }
            Content::Element(inner) => {
                return Err(TwimlError::schema(format!(
                    "<{}> inside <{}>",
                    inner.name, element.name
                )));
            }
        }
    }
    Ok(text.split_whitespace().collect::<Vec<_>>().join(" "))
}

pub(super) fn play(element: &Element) -> Result<Play, TwimlError> {
    let attributes = Attributes::of(element);
    let times = attributes.number("loop", 0..=1_000)?.unwrap_or(1);
    let digits = attributes.filled("digits")?;
    attributes.finish()?;
    let url = element.text()?;
    match digits {
        Some(_) if !url.is_empty() => Err(TwimlError::schema("<Play> has both a URL and digits")),
        Some(digits) if digits.chars().all(|key| "0123456789*#wWABCD".contains(key)) => Ok(Play::Digits(digits)),
        Some(_) => Err(TwimlError::value(13410, "digits of <Play> contains an invalid key")),
        None if url.is_empty() => Err(TwimlError::value(13420, "<Play> needs a URL")),
        None => Ok(Play::File { url, times }),
    }
}

pub(super) fn pause(element: &Element) -> Result<Pause, TwimlError> {
    let attributes = Attributes::of(element);
    let seconds = attributes.number("length", 1..=3_600)?.unwrap_or(1);
    attributes.finish()?;
    element.nothing_inside()?;
    Ok(Pause { seconds })
}

fn redirect(element: &Element) -> Result<Hook, TwimlError> {
    let attributes = Attributes::of(element);
    let get = attributes.method("method")?;
    attributes.finish()?;
    let url = element.text()?;
    if url.is_empty() {
        return Err(TwimlError::schema("<Redirect> needs a URL"));
    }
    Ok(Hook { url, get })
}

fn reject(element: &Element) -> Result<Verb, TwimlError> {
    let attributes = Attributes::of(element);
    let reason = attributes.word("reason", &["rejected", "busy"])?;
    attributes.finish()?;
    element.nothing_inside()?;
    Ok(Verb::Reject {
        busy: reason == Some("busy"),
    })
}

fn record(element: &Element) -> Result<Record, TwimlError> {
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
        finish_on_key: keys(&attributes, "finishOnKey", "1234567890*#")?,
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

/// Telephone keys; an empty value is valid.
pub(super) fn keys(attributes: &Attributes, name: &str, default: &str) -> Result<String, TwimlError> {
    match attributes.text(name) {
        None => Ok(default.to_owned()),
        Some(keys) if keys.chars().all(|key| "1234567890*#".contains(key)) => Ok(keys),
        Some(_) => Err(attributes.wrong(name, "contains an invalid key")),
    }
}
