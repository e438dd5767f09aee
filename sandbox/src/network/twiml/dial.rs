//! `<Dial>` and its nouns: <https://www.twilio.com/docs/voice/twiml/dial>.

use super::TwimlError;
use super::attributes::Attributes;
use super::hook::{Callback, Hook};
use super::record::{RecordingCallback, recording};
use super::xml::{Content, Element};

/// `<Dial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Dial {
    /// Parties that ring simultaneously, or a conference.
    pub target: Target,
    /// Requested afterwards; without it the next verb follows.
    pub action: Option<Hook>,
    /// Ring timeout in seconds.
    pub timeout: u32,
    /// Maximum duration of the bridge, in seconds.
    pub time_limit: u32,
    pub caller_id: Option<String>,
    /// The caller is answered only together with the dialed party, and hears it ring until then.
    pub answer_on_bridge: bool,
    /// `*` ends the bridge for the caller.
    pub hangup_on_star: bool,
    /// `record-from-answer-dual` and so on; `None` records nothing.
    pub record: Option<&'static str>,
    pub recording_callback: RecordingCallback,
}

/// The target of a `<Dial>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Target {
    /// The first one to answer is connected.
    Parties(Vec<DialedParty>),
    Conference(Box<Conference>),
}

/// `<Number>` or `<Client>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DialedParty {
    /// E.164, or `client:` and an identity.
    pub address: String,
    /// Custom parameters for a browser.
    pub parameters: Vec<(String, String)>,
    /// Keys pressed after the answer.
    pub send_digits: Option<String>,
    /// A document for the answering party, executed before the bridge.
    pub url: Option<Hook>,
    pub status: Option<Callback>,
}

/// `<Conference>`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors Twilio's attributes")]
pub struct Conference {
    pub name: String,
    pub muted: bool,
    /// `true`, `false`, `onEnter` or `onExit`.
    pub beep: String,
    pub start_on_enter: bool,
    pub end_on_exit: bool,
    /// Audio before the start: `None` is Twilio's music, an empty URL is silence.
    pub wait: Option<Hook>,
    pub max_participants: u32,
    /// `record-from-start`.
    pub record: bool,
    pub recording_callback: RecordingCallback,
    /// Call SID of the coached participant.
    pub coach: Option<String>,
    /// The first participant's callback applies to the conference.
    pub status: Option<Callback>,
    pub label: Option<String>,
}

/// Values of `statusCallbackEvent`.
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
        recording_callback: recording(&attributes)?,
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
        // A number without a noun.
        return Ok(Target::Parties(vec![DialedParty {
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
        "Conference" => Err(TwimlError::schema("<Conference> must be the only noun of <Dial>")),
        name @ ("Queue" | "Sim" | "Sip" | "Application" | "WhatsApp") => {
            Err(TwimlError::schema(format!("this network does not dial <{name}>")))
        }
        name => Err(TwimlError::schema(format!("<{name}> inside <Dial>"))),
    };
    Ok(Target::Parties(nouns.into_iter().map(party).collect::<Result<_, _>>()?))
}

fn number(noun: &Element) -> Result<DialedParty, TwimlError> {
    let attributes = Attributes::of(noun);
    let party = DialedParty {
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

/// A number in E.164, without spaces and punctuation. <https://www.twilio.com/docs/api/errors/13224>
fn dialable(text: &str) -> Result<String, TwimlError> {
    let number: String = text.chars().filter(|char| !" -().\u{a0}".contains(*char)).collect();
    let digits = number.strip_prefix('+').unwrap_or_default();
    if (7..=15).contains(&digits.len()) && digits.chars().all(|char| char.is_ascii_digit()) {
        Ok(number)
    } else {
        Err(TwimlError::value(13224, "the number of <Dial> is not in E.164"))
    }
}

fn client(noun: &Element) -> Result<DialedParty, TwimlError> {
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
        return Err(TwimlError::schema(
            "<Client> needs an identity of at most 121 characters",
        ));
    }
    let party = DialedParty {
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
        _ => Err(TwimlError::schema("<Parameter> needs a name and a value")),
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
        return Err(TwimlError::schema(
            "<Conference> needs a name of at most 128 characters",
        ));
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
        recording_callback: recording(&attributes)?,
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
