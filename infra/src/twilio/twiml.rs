//! TwiML: XML instructions that control a call.
//!
//! A [`Response`] is a list of [`Verb`]s. A verb is an element with attributes; there is one function for each verb of
//! <https://www.twilio.com/docs/voice/twiml> in use. The writer escapes all text, and characters that XML does not
//! allow are removed, because text may come from a model or a caller.

use quick_xml::events::{BytesDecl, BytesText, Event};
use quick_xml::writer::Writer;
use std::fmt::Display;
use std::io;

/// TwiML document: verbs in order of execution.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Response(Vec<Verb>);

/// TwiML verb: an element with attributes and content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Verb {
    name: &'static str,
    attributes: Vec<(&'static str, String)>,
    text: Option<String>,
    nested: Vec<Verb>,
}

impl Response {
    /// Creates an empty document; the call ends when its verbs are exhausted.
    #[must_use]
    pub fn new() -> Self {
        Self::default()
    }

    /// Appends a verb.
    #[must_use]
    pub fn then(mut self, verb: Verb) -> Self {
        self.0.push(verb);
        self
    }

    /// Appends a verb, if given.
    #[must_use]
    pub fn then_maybe(mut self, verb: Option<Verb>) -> Self {
        self.0.extend(verb);
        self
    }

    /// Serializes the document.
    #[must_use]
    pub fn to_xml(&self) -> String {
        let mut writer = Writer::new(Vec::new());
        // Writing UTF-8 to memory cannot fail.
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

/// Removes characters that XML 1.0 does not allow; they cannot be escaped either.
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

    /// Adds an attribute.
    #[must_use]
    pub fn with(mut self, name: &'static str, value: impl Display) -> Self {
        self.attributes.push((name, clean(&format!("{value}"))));
        self
    }

    /// Adds an attribute, if there is a value.
    #[must_use]
    pub fn with_maybe(self, name: &'static str, value: Option<impl Display>) -> Self {
        match value {
            Some(value) => self.with(name, value),
            None => self,
        }
    }

    /// Nests a verb: a `<Say>` in a `<Gather>`, a `<Number>` in a `<Dial>`.
    #[must_use]
    pub fn containing(mut self, verb: Verb) -> Self {
        self.nested.push(verb);
        self
    }
}

/// Speaks text. Attributes: `voice`, `language`.
#[must_use]
pub fn say(words: &str) -> Verb {
    Verb::text("Say", words)
}

/// Plays an audio file.
#[must_use]
pub fn play(url: &str) -> Verb {
    Verb::text("Play", url)
}

/// Plays DTMF tones: `0`-`9`, `*`, `#`, and `w` and `W` for pauses.
#[must_use]
pub fn digits(keys: &str) -> Verb {
    Verb::new("Play").with("digits", keys)
}

/// Pauses for some seconds.
#[must_use]
pub fn pause(seconds: u32) -> Verb {
    Verb::new("Pause").with("length", seconds)
}

/// Collects speech or digits, and posts them to `action`.
#[must_use]
pub fn gather(action: &str) -> Verb {
    Verb::new("Gather").with("action", action).with("method", "POST")
}

/// Records a message, and posts to `action` when it ends.
#[must_use]
pub fn record(action: &str) -> Verb {
    Verb::new("Record").with("action", action).with("method", "POST")
}

/// Continues with the TwiML at `url`.
#[must_use]
pub fn redirect(url: &str) -> Verb {
    Verb::text("Redirect", url).with("method", "POST")
}

/// Ends the call.
#[must_use]
pub fn hangup() -> Verb {
    Verb::new("Hangup")
}

/// Rejects the call without answering it.
#[must_use]
pub fn reject(reason: RejectReason) -> Verb {
    let reason = match reason {
        RejectReason::Rejected => "rejected",
        RejectReason::Busy => "busy",
    };
    Verb::new("Reject").with("reason", reason)
}

/// What a rejected caller hears.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RejectReason {
    /// A not-in-service announcement.
    Rejected,
    /// A busy signal.
    Busy,
}

/// Connects the caller to another party, given as a nested [`number`], [`client`] or [`conference`].
#[must_use]
pub fn dial() -> Verb {
    Verb::new("Dial")
}

/// A telephone number to dial.
#[must_use]
pub fn number(e164: &str) -> Verb {
    Verb::text("Number", e164)
}

/// A browser to ring, by its identity without `client:`.
#[must_use]
pub fn client(identity: &str) -> Verb {
    Verb::text("Client", identity)
}

/// A conference of several legs.
#[must_use]
pub fn conference(name: &str) -> Verb {
    Verb::text("Conference", name)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn document_without_verbs_is_an_empty_response() {
        assert_eq!(
            Response::new().to_xml(),
            r#"<?xml version="1.0" encoding="UTF-8"?><Response/>"#
        );
    }

    #[test]
    fn greeting_and_record_match_the_documented_form() {
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
    fn text_cannot_inject_verbs() {
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
    fn attribute_value_is_escaped() {
        let xml = Response::new().then(say("x").with("voice", r#"a" loop="0"#)).to_xml();
        assert!(xml.contains(r#"voice="a&quot; loop=&quot;0""#), "{xml}");
    }

    #[test]
    fn characters_that_xml_does_not_allow_are_removed() {
        let xml = Response::new().then(say("a\u{0}b\u{8}c\u{ffff}d\ne")).to_xml();
        assert!(xml.contains("<Say>abcd\ne</Say>"), "{xml}");
    }

    #[test]
    fn number_is_nested_in_dial() {
        let xml = Response::new()
            .then(dial().with("callerId", "+1").containing(number("+2")))
            .to_xml();
        assert!(
            xml.contains(r#"<Dial callerId="+1"><Number>+2</Number></Dial>"#),
            "{xml}"
        );
    }
}
