//! What is played to the party: `<Say>`, `<Play>` and `<Pause>`. <https://www.twilio.com/docs/voice/twiml>

use super::TwimlError;
use super::attributes::Attributes;
use super::xml::{Content, Element};

/// A verb that plays audio or silence.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Prompt {
    Say(Say),
    Play(Play),
    Pause(Pause),
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

/// Reads a prompt. `None` if the element is another verb.
pub(super) fn read(element: &Element) -> Result<Option<Prompt>, TwimlError> {
    Ok(Some(match element.name.as_str() {
        "Say" => Prompt::Say(say(element)?),
        "Play" => Prompt::Play(play(element)?),
        "Pause" => Prompt::Pause(pause(element)?),
        _ => return Ok(None),
    }))
}

fn say(element: &Element) -> Result<Say, TwimlError> {
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

fn play(element: &Element) -> Result<Play, TwimlError> {
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

fn pause(element: &Element) -> Result<Pause, TwimlError> {
    let attributes = Attributes::of(element);
    let seconds = attributes.number("length", 1..=3_600)?.unwrap_or(1);
    attributes.finish()?;
    element.nothing_inside()?;
    Ok(Pause { seconds })
}
