//! `<Gather>`: <https://www.twilio.com/docs/voice/twiml/gather>.

use super::TwimlError;
use super::attributes::Attributes;
use super::hook::Hook;
use super::prompt::{self, Prompt};
use super::xml::Element;

/// `<Gather>`.
#[derive(Debug, Clone, PartialEq, Eq)]
#[expect(clippy::struct_excessive_bools, reason = "mirrors Twilio's attributes")]
pub struct Gather {
    pub speech: bool,
    pub keys: bool,
    /// Requested with the result [default: the document's URL].
    pub action: Option<Hook>,
    /// GET for the default action.
    pub get: bool,
    /// Seconds until the first input.
    pub timeout: u32,
    /// Silence that ends speech.
    pub speech_timeout: Silence,
    /// Maximum duration of speech, in seconds.
    pub max_speech: u32,
    /// Number of keys that complete the input.
    pub num_digits: Option<u32>,
    /// The key that completes the input; empty for none.
    pub finish_on_key: String,
    /// Requests the action without input, too.
    pub action_on_empty: bool,
    /// Input interrupts the prompts.
    pub barge_in: bool,
    /// Receives partial results.
    pub partial: Option<Hook>,
    /// BCP 47.
    pub language: String,
    pub hints: Option<String>,
    pub prompts: Vec<Prompt>,
}

/// `speechTimeout`.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Silence {
    /// Until the sentence sounds finished.
    Auto,
    Seconds(u32),
}

pub(super) fn read(element: &Element) -> Result<Gather, TwimlError> {
    let attributes = Attributes::of(element);
    let input = attributes
        .words("input", &["dtmf", "speech"])?
        .unwrap_or_else(|| vec!["dtmf"]);
    if input.is_empty() {
        return Err(attributes.wrong("input", "is empty"));
    }
    let get = attributes.method("method")?;
    let finish_on_key = attributes.keys("finishOnKey", "#")?;
    if finish_on_key.chars().count() > 1 {
        return Err(TwimlError::value(13310, "finishOnKey of <Gather> must be one key"));
    }
    let timeout = attributes.number("timeout", 1..=3_600)?.unwrap_or(5);
    let speech_timeout = match attributes.text("speechTimeout").as_deref() {
        None => Silence::Seconds(timeout),
        Some("auto") => Silence::Auto,
        Some(seconds) => match seconds.parse() {
            Ok(seconds @ 1..=3_600) => Silence::Seconds(seconds),
            _ => return Err(attributes.wrong("speechTimeout", "must be auto or a number of seconds")),
        },
    };
    let gather = Gather {
        speech: input.contains(&"speech"),
        keys: input.contains(&"dtmf"),
        action: attributes.filled("action")?.map(|url| Hook { url, get }),
        get,
        timeout,
        speech_timeout,
        max_speech: attributes.number("maxSpeechTime", 1..=3_600)?.unwrap_or(60),
        num_digits: attributes.number("numDigits", 1..=1_000)?,
        finish_on_key,
        action_on_empty: attributes.truth("actionOnEmptyResult", false)?,
        barge_in: attributes.truth("bargeIn", true)?,
        partial: attributes.hook("partialResultCallback", "partialResultCallbackMethod")?,
        language: attributes.filled("language")?.unwrap_or_else(|| "en-US".to_owned()),
        hints: attributes.text("hints"),
        prompts: prompts(element)?,
    };
    attributes.truth("profanityFilter", true)?;
    attributes.truth("enhanced", false)?;
    attributes.truth("debug", false)?;
    attributes.filled("speechModel")?;
    attributes.finish()?;
    Ok(gather)
}

fn prompts(element: &Element) -> Result<Vec<Prompt>, TwimlError> {
    let prompt = |element: &Element| {
        prompt::read(element)?.ok_or_else(|| TwimlError::schema(format!("<{}> inside <Gather>", element.name)))
    };
    element.children()?.into_iter().map(prompt).collect()
}
