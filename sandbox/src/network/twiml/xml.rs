//! Parses XML into a tree of elements, attributes and text. No namespaces and no document types.

use super::TwimlError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};

#[derive(Debug, Default)]
pub(super) struct Element {
    /// Case-sensitive.
    pub name: String,
    /// In document order.
    pub attributes: Vec<(String, String)>,
    pub content: Vec<Content>,
}

/// Content of an element.
#[derive(Debug)]
pub(super) enum Content {
    Element(Element),
    /// Text with resolved references.
    Text(String),
}

impl Element {
    /// The child elements; an error if there is text between them.
    pub fn children(&self) -> Result<Vec<&Element>, TwimlError> {
        self.content
            .iter()
            .filter_map(|content| match content {
                Content::Element(element) => Some(Ok(element)),
                Content::Text(text) if text.trim().is_empty() => None,
                Content::Text(_) => Some(Err(TwimlError::schema(format!("text directly inside <{}>", self.name)))),
            })
            .collect()
    }

    /// The text content, trimmed; an error if there are child elements.
    pub fn text(&self) -> Result<String, TwimlError> {
        let mut text = String::new();
        for content in &self.content {
            match content {
                Content::Text(part) => text.push_str(part),
                Content::Element(inner) => {
                    return Err(TwimlError::schema(format!("<{}> inside <{}>", inner.name, self.name)));
                }
            }
        }
        Ok(text.trim().to_owned())
    }

    /// An error unless the element is empty.
    pub fn nothing_inside(&self) -> Result<(), TwimlError> {
        if self.text()?.is_empty() {
            Ok(())
        } else {
            Err(TwimlError::schema(format!("text inside <{}>", self.name)))
        }
    }
}

/// Parses a document with one root element.
pub(super) fn read(text: &str) -> Result<Element, TwimlError> {
    let not_xml = |error: &dyn std::fmt::Display| TwimlError::parse(format!("not well-formed XML: {error}"));
    // Twilio accepts nothing before an XML declaration, not even white space.
    let mut reader = Reader::from_str(text.strip_prefix('\u{feff}').unwrap_or(text));
    let mut open: Vec<Element> = Vec::new();
    let mut root: Option<Element> = None;
    let mut first = true;
    loop {
        let event = reader.read_event().map_err(|error| not_xml(&error))?;
        match event {
            Event::Start(tag) => {
                if root.is_some() {
                    return Err(TwimlError::parse("more than one root element"));
                }
                open.push(element(&tag)?);
            }
            Event::Empty(tag) => close(element(&tag)?, &mut open, &mut root)?,
            Event::End(_) => {
                let Some(element) = open.pop() else {
                    return Err(TwimlError::parse("end tag without start tag"));
                };
                close(element, &mut open, &mut root)?;
            }
            Event::Text(part) => add(&part.xml_content().map_err(|error| not_xml(&error))?, &mut open)?,
            Event::CData(part) => add(&part.decode().map_err(|error| not_xml(&error))?, &mut open)?,
            Event::GeneralRef(reference) => {
                let char = reference.resolve_char_ref().map_err(|error| not_xml(&error))?;
                let resolved = if let Some(char) = char {
                    char.to_string()
                } else {
                    let name = reference.decode().map_err(|error| not_xml(&error))?;
                    escape::resolve_predefined_entity(&name)
                        .ok_or_else(|| TwimlError::parse("undefined entity"))?
                        .to_owned()
                };
                add(&resolved, &mut open)?;
            }
            Event::DocType(_) => return Err(TwimlError::parse("document types are not supported")),
            Event::Decl(_) if !first => return Err(TwimlError::parse("XML declaration not at the start")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof if !open.is_empty() => return Err(TwimlError::parse("unclosed element")),
            Event::Eof => return root.ok_or_else(|| TwimlError::parse("no root element")),
        }
        first = false;
    }
}

fn element(tag: &BytesStart<'_>) -> Result<Element, TwimlError> {
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let name = text(tag.name().as_ref());
    let mut attributes: Vec<(String, String)> = Vec::new();
    for attribute in tag.attributes() {
        let attribute = attribute.map_err(|error| TwimlError::parse(format!("not well-formed XML: {error}")))?;
        let value = attribute
            .unescape_value()
            .map_err(|error| TwimlError::parse(format!("not well-formed XML: {error}")))?;
        attributes.push((text(attribute.key.as_ref()), value.into_owned()));
    }
    Ok(Element {
        name,
        attributes,
        content: Vec::new(),
    })
}

fn close(element: Element, open: &mut [Element], root: &mut Option<Element>) -> Result<(), TwimlError> {
    match open.last_mut() {
        Some(parent) => parent.content.push(Content::Element(element)),
        None if root.is_some() => return Err(TwimlError::parse("more than one root element")),
        None => *root = Some(element),
    }
    Ok(())
}

fn add(text: &str, open: &mut [Element]) -> Result<(), TwimlError> {
    match open.last_mut() {
        Some(parent) => {
            if let Some(Content::Text(last)) = parent.content.last_mut() {
                last.push_str(text);
            } else {
                parent.content.push(Content::Text(text.to_owned()));
            }
            Ok(())
        }
        None if text.trim().is_empty() => Ok(()),
        None => Err(TwimlError::parse("text outside the root element")),
    }
}
