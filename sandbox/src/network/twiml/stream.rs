//! `<Start>` and `<Connect>` with `<Stream>`: <https://www.twilio.com/docs/voice/twiml/stream>.

use super::attributes::Attributes;
use super::verbs::Verb;
use super::xml::Element;
use super::{Hook, TwimlError, dial};

/// `<Stream>`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stream {
    /// `wss://`, without a query.
    pub url: String,
    /// For stopping it by name.
    pub name: Option<String>,
    /// What is sent.
    pub track: Track,
    /// Told in the `start` message.
    pub parameters: Vec<(String, String)>,
    /// Who is told that it started, stopped or failed.
    pub status: Option<Hook>,
}

/// What the other end of a stream hears.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names are Twilio's own")]
pub enum Track {
    Inbound,
    Outbound,
    Both,
}

pub(super) fn start(element: &Element) -> Result<Verb, TwimlError> {
    let attributes = Attributes::of(element);
    attributes.hook("action", "method")?;
    attributes.finish()?;
    Ok(Verb::Start(only_stream(element)?))
}

pub(super) fn connect(element: &Element) -> Result<Verb, TwimlError> {
    let attributes = Attributes::of(element);
    let action = attributes.hook("action", "method")?;
    attributes.finish()?;
    let stream = only_stream(element)?;
    if stream.track != Track::Inbound {
        return Err(TwimlError::value(
            31942,
            "<Stream> inside <Connect> has the inbound track only",
        ));
    }
    Ok(Verb::Connect { stream, action })
}

fn only_stream(element: &Element) -> Result<Stream, TwimlError> {
    match element.children()?[..] {
        [stream] if stream.name == "Stream" => read(stream),
        [other] => Err(TwimlError::schema(format!(
            "this network does not execute <{}> inside <{}>",
            other.name, element.name
        ))),
        _ => Err(TwimlError::schema(format!(
            "<{}> does not have exactly one noun",
            element.name
        ))),
    }
}

fn read(element: &Element) -> Result<Stream, TwimlError> {
    let attributes = Attributes::of(element);
    let url = attributes
        .filled("url")?
        .ok_or_else(|| TwimlError::schema("<Stream> has no url"))?;
    if url.contains('?') {
        return Err(TwimlError::value(31941, "url of <Stream> has a query; use <Parameter>"));
    }
    let track = match attributes.word("track", &["inbound_track", "outbound_track", "both_tracks"])? {
        None | Some("inbound_track") => Track::Inbound,
        Some("outbound_track") => Track::Outbound,
        Some(_) => Track::Both,
    };
    let stream = Stream {
        url,
        name: attributes.filled("name")?,
        track,
        parameters: element
            .children()?
            .into_iter()
            .map(|inner| match inner.name.as_str() {
                "Parameter" => dial::parameter(inner),
                name => Err(TwimlError::schema(format!("<{name}> inside <Stream>"))),
            })
            .collect::<Result<_, _>>()?,
        status: attributes.hook("statusCallback", "statusCallbackMethod")?,
    };
    attributes.without_effect(&["connectorName"]);
    attributes.finish()?;
    Ok(stream)
}
