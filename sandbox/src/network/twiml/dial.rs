//! `<Dial>` and its nouns: <https://www.twilio.com/docs/voice/twiml/dial>.

use super::attributes::Attributes;
use super::verbs::recording;
use super::xml::{Content, Element};
use super::{Callback, Hook, RecordingCallback, TwimlError};

/// `<Dial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// Who is dialled: several ring at once, or it is a conference.
    pub target: Target,
    /// What is asked afterwards; without it the next verb follows.
    pub action: Option<Hook>,
    /// How long it may ring, in seconds.
    pub timeout: u32,
    /// The longest that they may talk, in seconds.
    pub time_limit: u32,
    /// Who seems to call.
    pub caller_id: Option<String>,
    /// Whether the caller hears it ring, and is answered only with the other.
    pub answer_on_bridge: bool,
    /// Whether `*` ends it for the caller.
    pub hangup_on_star: bool,
    /// When a recording begins: `record-from-answer-dual` and so on; `None` is not at all.
    pub record: Option<&'static str>,
    /// Who is told of the recording.
    pub told: RecordingCallback,
}

/// Who is dialled.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// One or more telephones and browsers: the first to answer is connected.
    Parties(Vec<Party>),
    /// A conference.
    Conference(Box<Conference>),
}

/// `<Number>` or `<Client>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Party {
    /// E.164, or `client:` and an identity.
    pub address: String,
    /// What a browser is told.
    pub parameters: Vec<(String, String)>,
    /// Keys pressed once it is answered.
    pub send_digits: Option<String>,
    /// A document for the one who answers, before they are connected.
    pub url: Option<Hook>,
    /// Who is told of the call's progress.
    pub status: Option<Callback>,
}

/// `<Conference>`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "the attributes are Twilio's own")]
pub struct Conference {
    /// Its name.
    pub name: String,
    /// Whether the others do not hear this one.
    pub muted: bool,
    /// When a tone is heard: `true`, `false`, `onEnter`, `onExit`.
    pub beep: String,
    /// Whether this one begins it.
    pub start_on_enter: bool,
    /// Whether it ends with this one.
    pub end_on_exit: bool,
    /// What is heard before it begins: `None` is Twilio's music, an empty address is silence.
    pub wait: Option<Hook>,
    /// At most so many.
    pub max_participants: u32,
    /// `record-from-start`.
    pub record: bool,
    /// Who is told of the recording.
    pub told: RecordingCallback,
    /// The call to be coached: nobody else hears this one.
    pub coach: Option<String>,
    /// Who is told what happens. The first participant decides for all.
    pub status: Option<Callback>,
    /// A name for this one.
    pub label: Option<String>,
}

/// What a leg can be told of, by the names of `statusCallbackEvent`.
const PROGRESS: [&str; 4] = ["initiated", "ringing", "answered", "completed"];

const RECORD: [&str; 7] = [
    "do-not-record",
    "record-from-answer",
    "record-from-ringing",
    "record-from-answer-dual",
    "record-from-ringing-dual",
    "true",
    "false",
];

pub(super) fn read(element: &Element) -> Result<Dial, TwimlError> {
    let attributes = Attributes::of(element);
    let dial = Dial {
        target: target(element)?,
        action: attributes.hook("action", "method")?,
        timeout: attributes.number("timeout", 1..=600)?.unwrap_or(30),
        time_limit: attributes.number("timeLimit", 1..=86_400)?.unwrap_or(14_400),
        caller_id: attributes.filled("callerId")?,
        answer_on_bridge: attributes.truth("answerOnBridge", false)?,
        hangup_on_star: attributes.truth("hangupOnStar", false)?,
        record: match attributes.word("record", &RECORD)? {
            None | Some("do-not-record" | "false") => None,
            Some("true") => Some("record-from-answer"),
            from => from,
        },
        told: recording(&attributes)?,
    };
    attributes.word("recordingTrack", &["both", "inbound", "outbound"])?;
    attributes.truth("sequential", false)?;
    attributes.without_effect(&["ringTone", "recordingConfigurationId"]);
    attributes.finish()?;
    Ok(dial)
}

fn target(dial: &Element) -> Result<Target, TwimlError> {
    let nouns: Vec<&Element> = dial
        .content
        .iter()
        .filter_map(|content| match content {
            Content::Element(element) => Some(element),
            Content::Text(_) => None,
        })
        .collect();
    if nouns.is_empty() {
        // A number may stand alone.
        return Ok(Target::Parties(vec![Party {
            address: dialable(&dial.text()?)?,
            parameters: vec![],
            send_digits: None,
            url: None,
            status: None,
        }]));
    }
    dial.children()?;
    if let [noun] = nouns[..]
        && noun.name == "Conference"
    {
        return Ok(Target::Conference(Box::new(conference(noun)?)));
    }
    if nouns.len() > 10 {
        return Err(TwimlError::schema("<Dial> has more than ten nouns"));
    }
    let party = |noun: &Element| match noun.name.as_str() {
        "Number" => number(noun),
        "Client" => client(noun),
        "Conference" => Err(TwimlError::schema("<Conference> is not alone inside <Dial>")),
        name @ ("Queue" | "Sim" | "Sip" | "Application" | "WhatsApp") => {
            Err(TwimlError::schema(format!("this network does not dial <{name}>")))
        }
        name => Err(TwimlError::schema(format!("<{name}> inside <Dial>"))),
    };
    Ok(Target::Parties(nouns.into_iter().map(party).collect::<Result<_, _>>()?))
}

fn number(noun: &Element) -> Result<Party, TwimlError> {
    let attributes = Attributes::of(noun);
    let party = Party {
        address: dialable(&noun.text()?)?,
        parameters: vec![],
        send_digits: attributes.filled("sendDigits")?,
        url: attributes.hook("url", "method")?,
        status: progress(&attributes)?,
    };
    attributes.without_effect(&["byoc"]);
    attributes.finish()?;
    Ok(party)
}

/// A number in E.164, spaces and punctuation taken out. <https://www.twilio.com/docs/api/errors/13224>
fn dialable(text: &str) -> Result<String, TwimlError> {
    let number: String = text.chars().filter(|char| !" -().\u{a0}".contains(*char)).collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.chars().all(|char| char.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(TwimlError::value(13224, "<Dial> has a number that is not in E.164"))
    }
}

fn client(noun: &Element) -> Result<Party, TwimlError> {
    let attributes = Attributes::of(noun);
    let mut parameters = Vec::new();
    let mut identity = String::new();
    for content in &noun.content {
        match content {
            Content::Text(text) => identity.push_str(text.trim()),
            Content::Element(inner) if inner.name == "Identity" => {
                Attributes::of(inner).finish()?;
                identity = inner.text()?;
            }
            Content::Element(inner) if inner.name == "Parameter" => parameters.push(parameter(inner)?),
            Content::Element(inner) => return Err(TwimlError::schema(format!("<{}> inside <Client>", inner.name))),
        }
    }
    if identity.is_empty() || identity.len() > 121 {
        return Err(TwimlError::schema("<Client> has no identity, or one that is too long"));
    }
    let party = Party {
        address: format!("client:{identity}"),
        parameters,
        send_digits: None,
        url: attributes.hook("url", "method")?,
        status: progress(&attributes)?,
    };
    attributes.finish()?;
    Ok(party)
}

fn progress(attributes: &Attributes) -> Result<Option<Callback>, TwimlError> {
    attributes.callback(
        ["statusCallback", "statusCallbackMethod", "statusCallbackEvent"],
        &PROGRESS,
        &["completed"],
    )
}

/// `<Parameter name="" value="">`.
pub(super) fn parameter(element: &Element) -> Result<(String, String), TwimlError> {
    let attributes = Attributes::of(element);
    let name = attributes.filled("name")?;
    let value = attributes.text("value");
    attributes.finish()?;
    element.nothing_inside()?;
    match (name, value) {
        (Some(name), Some(value)) => Ok((name, value)),
        _ => Err(TwimlError::schema("<Parameter> has no name or no value")),
    }
}

fn conference(noun: &Element) -> Result<Conference, TwimlError> {
    const EVENTS: [&str; 9] = [
        "start",
        "end",
        "join",
        "leave",
        "mute",
        "hold",
        "modify",
        "speaker",
        "announcement",
    ];
    let attributes = Attributes::of(noun);
    let name = noun.text()?;
    if name.is_empty() || name.chars().count() > 128 {
        return Err(TwimlError::schema("<Conference> has no name, or one that is too long"));
    }
    let wait_get = attributes.method("waitMethod")?;
    let conference = Conference {
        name,
        muted: attributes.truth("muted", false)?,
        beep: attributes
            .word("beep", &["true", "false", "onEnter", "onExit"])?
            .unwrap_or("true")
            .to_owned(),
        start_on_enter: attributes.truth("startConferenceOnEnter", true)?,
        end_on_exit: attributes.truth("endConferenceOnExit", false)?,
        wait: attributes.text("waitUrl").map(|url| Hook { url, get: wait_get }),
        max_participants: attributes.number("maxParticipants", 2..=250)?.unwrap_or(250),
        record: attributes
            .word("record", &["do-not-record", "record-from-start", "true", "false"])?
            .is_some_and(|from| matches!(from, "record-from-start" | "true")),
        told: recording(&attributes)?,
        coach: attributes.filled("coach")?,
        status: attributes.callback(
            ["statusCallback", "statusCallbackMethod", "statusCallbackEvent"],
            &EVENTS,
            &[],
        )?,
        label: attributes.filled("participantLabel")?,
    };
    attributes.without_effect(&["region", "jitterBufferSize", "recordingConfigurationId"]);
    attributes.finish()?;
    Ok(conference)
}
