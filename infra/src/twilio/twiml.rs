//! TwiML: what Twilio is told to do with a call, as XML.
//!
//! A [`Response`] is a list of [`Verb`]s; a verb is an element with attributes, made by one function below for each word
//! of <https://www.twilio.com/docs/voice/twiml> that we use. Everything is escaped by the writer, and characters that XML
//! cannot hold are left out, because a model or a caller may have said anything.

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;
use std::fmt::Display;
use std::io;

/// What Twilio is told to do, in order.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response(Vec<Verb>);

/// One order: an element, its attributes, and what stands in it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verb {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: Option<String>,
    nested: Vec<Verb>,
}

impl Response {
    /// No orders: the call ends when it has nothing else to do.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// The orders, with one more.
    #[must_use]
    pub fn then(mut self, verb: Verb) -> Self {
        self.0.push(verb);
        self
    }

    /// The orders, with one more if there is one.
    #[must_use]
    pub fn then_maybe(mut self, verb: Option<Verb>) -> Self {
        self.0.extend(verb);
        self
    }

    /// The document.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut writer = Writer::new(Vec::new());
        // Memory takes everything that is written to it, and what is written is UTF-8: neither of these can fail.
        let _ = writer.write_event(Event::Decl(BytesDecl::new("1.0", Some("UTF-8"), None)));
        let _ = write(&mut writer, "Response", &[], None, &self.0);
        String::from_utf8_lossy(&writer.into_inner()).into_owned()
    }
}

fn write(
    writer: &mut Writer<Vec<u8>>,
    name: &'static str,
    attributes: &[(&'static str, String)],
    text: Option<&str>,
    nested: &[Verb],
) -> io::Result<()> {
    let element = writer
        .create_element(name)
        .with_attributes(attributes.iter().map(|(name, value)| (*name, value.as_str())));
    if text.is_none() && nested.is_empty() {
        element.write_empty()?;
        return Ok(());
    }
    element.write_inner_content(|inside| {
        if let Some(text) = text {
            inside.write_event(Event::Text(BytesText::new(text)))?;
        }
        nested
            .iter()
            .try_for_each(|verb| write(inside, verb.name, &verb.attributes, verb.text.as_deref(), &verb.nested))
    })?;
    Ok(())
}

/// What XML 1.0 can hold: the rest cannot be escaped either.
fn clean(text: &str) -> String {
    text.chars()
        .filter(|c| matches!(c, '\t' | '\n' | '\r') || (!c.is_control() && !matches!(c, '\u{fffe}' | '\u{ffff}')))
        .collect()
}

impl Verb {
    fn new(name: &'static str) -> Self {
        Self {
            name,
            attributes: vec![],
            text: None,
            nested: vec![],
        }
    }

    fn text(name: &'static str, text: &str) -> Self {
        Self {
            text: Some(clean(text)),
            ..Self::new(name)
        }
    }

    /// The verb with an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.attributes.push((name, clean(&format!("{value}"))));
        self
    }

    /// The verb with an attribute, if there is a value.
    #[must_use]
    pub fn with_maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// The verb with another inside: a `<Say>` in a `<Gather>`, a `<Number>` in a `<Dial>`.
    #[must_use]
    pub fn containing(mut self, verb: Verb) -> Self {
        self.nested.push(verb);
        self
    }
}

/// Speaks words. Attributes: `voice`, `language`.
#[must_use]
pub fn say(words: &str) -> Verb {
    Verb::text("Say", words)
}

/// Plays a sound.
#[must_use]
pub fn play(url: &str) -> Verb {
    Verb::text("Play", url)
}

/// Plays keypad tones: `0`-`9`, `*`, `#`, and `w` and `W` for pauses.
#[must_use]
pub fn digits(keys: &str) -> Verb {
    Verb::new("Play").with("digits", keys)
}

/// Says nothing for some seconds.
#[must_use]
pub fn pause(seconds: u32) -> Verb {
    Verb::new("Pause").with("length", seconds)
}

/// Listens for words or digits, and posts them to `action`.
#[must_use]
pub fn gather(action: &str) -> Verb {
    Verb::new("Gather").with("action", action).with("method", "POST")
}

/// Records a message, and posts to `action` when it is over.
#[must_use]
pub fn record(action: &str) -> Verb {
    Verb::new("Record").with("action", action).with("method", "POST")
}

/// Goes on with the orders found at `url`.
#[must_use]
pub fn redirect(url: &str) -> Verb {
    Verb::text("Redirect", url).with("method", "POST")
}

/// Ends the call.
#[must_use]
pub fn hangup() -> Verb {
    Verb::new("Hangup")
}

/// Refuses the call without answering it.
#[must_use]
pub fn reject(reason: RejectReason) -> Verb {
    let reason = match reason {
        RejectReason::Rejected => "rejected",
        RejectReason::Busy => "busy",
    };
    Verb::new("Reject").with("reason", reason)
}

/// What a refused caller hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// That the number is not in service.
    Rejected,
    /// A busy signal.
    Busy,
}

/// Connects the caller with somebody: put a [`number`] in it.
#[must_use]
pub fn dial() -> Verb {
    Verb::new("Dial")
}

/// A telephone number to dial.
#[must_use]
pub fn number(e164: &str) -> Verb {
    Verb::text("Number", e164)
}

/// A browser to ring: its client name, without `client:`.
#[must_use]
pub fn client(identity: &str) -> Verb {
    Verb::text("Client", identity)
}

/// A room in which several legs hear each other.
#[must_use]
pub fn conference(name: &str) -> Verb {
    Verb::text("Conference", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_orders_are_an_empty_response() {
        assert_eq!(
            Response::new().to_xml(),
            r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#
        );
    }

    #[test]
    fn a_greeting_and_a_message_read_like_twilios_examples() {
        let xml = Response::new()
            .then(
                say("Hello")
                    .with("voice", "Polly.Joanna")
                    .with_maybe("language", Some("en-US")),
            )
            .then(record("/twilio/voicemail-done?call_id=CA1&phase=voicemail").with("maxLength", 120))
            .then(hangup())
            .to_xml();
        assert_eq!(
            xml,
            concat!(
                r#"<?xml version="1.0" encoding="UTF-8"?><Response>"#,
                r#"<Say voice="Polly.Joanna" language="en-US">Hello</Say>"#,
                r#"<Record action="/twilio/voicemail-done?call_id=CA1&amp;phase=voicemail" method="POST" maxLength="120"/>"#,
                r"<Hangup/></Response>"
            )
        );
    }

    #[test]
    fn words_cannot_become_orders() {
        let xml = Response::new()
            .then(say("</Say><Dial>+1900</Dial> & \"more\""))
            .to_xml();
        assert!(!xml.contains("<Dial>"), "{xml}");
        assert!(
            xml.contains("&lt;/Say&gt;&lt;Dial&gt;+1900&lt;/Dial&gt; &amp; "),
            "{xml}"
        );
    }

    #[test]
    fn an_attribute_cannot_end_early() {
        let xml = Response::new().then(say("x").with("voice", r#"a" loop="0"#)).to_xml();
        assert!(xml.contains(r#"voice="a&quot; loop=&quot;0""#), "{xml}");
    }

    #[test]
    fn characters_that_xml_cannot_hold_are_left_out() {
        let xml = Response::new().then(say("a\u{0}b\u{8}c\u{ffff}d\ne")).to_xml();
        assert!(xml.contains("<Say>abcd\ne</Say>"), "{xml}");
    }

    #[test]
    fn a_number_stands_inside_its_dial() {
        let xml = Response::new()
            .then(dial().with("callerId", "+1").containing(number("+2")))
            .to_xml();
        assert!(
            xml.contains(r#"<Dial callerId="+1"><Number>+2</Number></Dial>"#),
            "{xml}"
        );
    }
}
