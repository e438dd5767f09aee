//! The verbs, and those of them that have no family of their own.

use super::attributes::Attributes;
use super::xml::{Content, Element};
use super::{Dial, Gather, Stream, TwimlError, dial, gather, stream};

/// A document: what is to be done, in order.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// Its verbs.
    pub verbs: Vec<Verb>,
}

/// One thing to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// Speak.
    Say(Say),
    /// Play a file or digits.
    Play(Play),
    /// Be silent.
    Pause(Pause),
    /// Listen for words or digits.
    Gather(Gather),
    /// Take a message.
    Record(Record),
    /// Connect with somebody else.
    Dial(Box<Dial>),
    /// Go on with another document.
    Redirect(Hook),
    /// End the call.
    Hangup,
    /// Do not answer the call.
    Reject {
        /// `busy` rather than `rejected`.
        busy: bool,
    },
    /// Copy the sound to a WebSocket and go on.
    Start(Stream),
    /// End such a copy.
    Stop {
        /// The stream's name.
        name: String,
    },
    /// Hand the call to a WebSocket.
    Connect {
        /// Where to.
        stream: Stream,
        /// What to ask when it has ended.
        action: Option<Hook>,
    },
}

/// An address that answers with TwiML, or is told something. Relative to the document's own.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    /// Relative or absolute.
    pub url: String,
    /// GET rather than POST.
    pub get: bool,
}

/// An address that is told of events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    /// Where.
    pub hook: Hook,
    /// Which.
    pub events: Vec<String>,
}

/// What is told of recordings, and in which form they are made.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct RecordingCallback {
    /// Who is told; nobody if it is not said.
    pub callback: Option<Callback>,
    /// `trim-silence`.
    pub trim: bool,
}

/// `<Say>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Say {
    /// What is spoken, without SSML.
    pub text: String,
    /// As written; `None` is the account's voice.
    pub voice: Option<String>,
    /// BCP 47.
    pub language: Option<String>,
    /// How often; 0 is until the call ends.
    pub times: u32,
}

/// `<Play>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Play {
    /// A file.
    File {
        /// Where it is.
        url: String,
        /// How often; 0 is until the call ends.
        times: u32,
    },
    /// Keys, with `w` for half a second of silence.
    Digits(String),
}

/// `<Pause>`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Pause {
    /// For so long.
    pub seconds: u32,
}

/// `<Record>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Record {
    /// What is asked afterwards; the document's own address if it is not said.
    pub action: Option<Hook>,
    /// GET for the document's own address.
    pub get: bool,
    /// Silence that ends it, in seconds.
    pub timeout: u32,
    /// Keys that end it.
    pub finish_on_key: String,
    /// In seconds.
    pub max_length: u32,
    /// Whether a tone comes first.
    pub beep: bool,
    /// Who is told of the recording.
    pub told: RecordingCallback,
    /// Whether the words are wanted.
    pub transcribe: bool,
    /// Who gets the words.
    pub transcribe_callback: Option<Hook>,
}

/// What a recording can be told of, by the names of `recordingStatusCallbackEvent`.
pub(super) const RECORDING_EVENTS: [&str; 3] = ["in-progress", "completed", "absent"];

/// Verbs that are TwiML and that this network does not execute.
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
        name => return Err(TwimlError::schema(format!("there is no verb <{name}>"))),
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

/// What is spoken: the text, through SSML. <https://www.twilio.com/docs/voice/twiml/say/text-speech>
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
        Some(_) if !url.is_empty() => Err(TwimlError::schema("<Play> has both an address and digits")),
        Some(digits) if digits.chars().all(|key| "0123456789*#wWABCD".contains(key)) => Ok(Play::Digits(digits)),
        Some(_) => Err(TwimlError::value(
            13410,
            "digits of <Play> has something that is no key",
        )),
        None if url.is_empty() => Err(TwimlError::value(13420, "<Play> has no address")),
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
        return Err(TwimlError::schema("<Redirect> has no address"));
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
        told: recording(&attributes)?,
        // A callback for the words asks for them.
        transcribe: attributes.truth("transcribe", false)? || transcribe_callback.is_some(),
        transcribe_callback,
    };
    attributes.without_effect(&["recordingConfigurationId"]);
    attributes.finish()?;
    element.nothing_inside()?;
    Ok(record)
}

/// The attributes that `Record`, `Dial` and `Conference` share.
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

/// Keys of a telephone; an empty value is no key at all.
pub(super) fn keys(attributes: &Attributes, name: &str, default: &str) -> Result<String, TwimlError> {
    match attributes.text(name) {
        None => Ok(default.to_owned()),
        Some(keys) if keys.chars().all(|key| "1234567890*#".contains(key)) => Ok(keys),
        Some(_) => Err(attributes.wrong(name, "has something that is no key")),
    }
}
