//! `<Start>`, `<Stop>` and `<Connect>` with `<Stream>`: <https://www.twilio.com/docs/voice/twiml/stream>.

use super::attributes::Attributes;
use super::hook::Hook;
use super::xml::Element;
use super::{TwimlError, dial};

/// `<Stream>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// `wss://`, or relative to the document's URL; without a query.
    pub url: String,
    /// Name for `<Stop>`.
    pub name: Option<String>,
    pub track: Track,
    /// Sent in the `start` message.
    pub parameters: Vec<(String, String)>,
    /// Receives start, stop and error events.
    pub status: Option<Hook>,
}

/// The tracks that the service receives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Track {
    Inbound,
    Outbound,
    Both,
}

impl Track {
    /// By its name in TwiML [default: the inbound track].
    #[must_use]
    pub fn from_word(word: Option<&str>) -> Option<Self> {
        match word {
            None | Some("inbound_track") => Some(Self::Inbound),
            Some("outbound_track") => Some(Self::Outbound),
            Some("both_tracks") => Some(Self::Both),
            Some(_) => None,
        }
    }
}

/// Why a URL is invalid for a stream, with Twilio's error code: the scheme must be `wss`
/// (<https://www.twilio.com/docs/api/errors/31922>), and a query is not supported
/// (<https://www.twilio.com/docs/api/errors/31920>). A relative URL has no scheme to check.
#[must_use]
pub fn stream_address_fault(url: &str) -> Option<(u32, &'static str)> {
    let scheme = url.split_once("://").map(|(scheme, _)| scheme.to_ascii_lowercase());
    if scheme.is_some_and(|scheme| scheme != "wss") {
        return Some((31922, "the URL of a stream must be wss://"));
    }
    url.contains('?')
        .then_some((31920, "the URL of a stream must not have a query; use parameters"))
}

/// The stream of a `<Start>`.
pub(super) fn start(element: &Element) -> Result<Stream, TwimlError> {
    let attributes = Attributes::of(element);
    attributes.hook("action", "method")?;
    attributes.finish()?;
    read(only_stream(element)?)
}

/// The stream of a `<Connect>`, and the URL requested when it has ended.
pub(super) fn connect(element: &Element) -> Result<(Stream, Option<Hook>), TwimlError> {
    let attributes = Attributes::of(element);
    let action = attributes.hook("action", "method")?;
    attributes.finish()?;
    let stream = read(only_stream(element)?)?;
    if stream.track != Track::Inbound {
        return Err(TwimlError::value(
            31941,
            "<Stream> inside <Connect> supports only the inbound track",
        ));
    }
    Ok((stream, action))
}

/// The name of the stream that a `<Stop>` stops.
pub(super) fn stop(element: &Element) -> Result<String, TwimlError> {
    Attributes::of(element).finish()?;
    let stream = only_stream(element)?;
    let attributes = Attributes::of(stream);
    let name = attributes
        .filled("name")?
        .ok_or_else(|| TwimlError::schema("<Stream> inside <Stop> needs a name"))?;
    attributes.finish()?;
    stream.nothing_inside()?;
    Ok(name)
}

fn only_stream(element: &Element) -> Result<&Element, TwimlError> {
    match element.children()?[..] {
        [stream] if stream.name == "Stream" => Ok(stream),
        [other] => Err(TwimlError::schema(format!(
            "this network does not execute <{}> inside <{}>",
            other.name, element.name
        ))),
        _ => Err(TwimlError::schema(format!(
            "<{}> must have exactly one noun",
            element.name
        ))),
    }
}

fn read(element: &Element) -> Result<Stream, TwimlError> {
    let attributes = Attributes::of(element);
    let url = attributes
        .filled("url")?
        .ok_or_else(|| TwimlError::schema("<Stream> needs a url"))?;
    if let Some((code, why)) = stream_address_fault(&url) {
        return Err(TwimlError::value(code, why));
    }
    let track = Track::from_word(attributes.text("track").as_deref()).ok_or_else(|| {
        TwimlError::value(
            31941,
            "track of <Stream> must be inbound_track, outbound_track or both_tracks",
        )
    })?;
    let stream = Stream {
        url,
        name: attributes.filled("name")?,
        track,
        parameters: element
            .children()?
            .into_iter()
            .map(parameter)
            .collect::<Result<_, _>>()?,
        status: attributes.hook("statusCallback", "statusCallbackMethod")?,
    };
    attributes.without_effect(&["connectorName"]);
    attributes.finish()?;
    Ok(stream)
}

fn parameter(element: &Element) -> Result<(String, String), TwimlError> {
    /// Twilio: name and value together must stay below 500 characters.
    const PARAMETER_CHARS_LIMIT: usize = 500;
    if element.name != "Parameter" {
        return Err(TwimlError::schema(format!("<{}> inside <Stream>", element.name)));
    }
    let (name, value) = dial::parameter(element)?;
    if name.chars().count() + value.chars().count() >= PARAMETER_CHARS_LIMIT {
        return Err(TwimlError::schema("<Parameter> has 500 characters or more"));
    }
    Ok((name, value))
}
