//! XML into a small tree. Only what TwiML needs: elements, attributes, text. No namespaces, no document types.

use super::TwimlError;
use quick_xml::events::{BytesStart, Event};
use quick_xml::{Reader, escape};

/// An element.
#[derive(Debug, Default)]
pub(super) struct Element {
    /// As written: TwiML distinguishes capitals.
    pub name: String,
    /// In the order in which they were written.
    pub attributes: Vec<(String, String)>,
    /// What is inside.
    pub content: Vec<Content>,
}

/// What is inside an element.
#[derive(Debug)]
pub(super) enum Content {
    /// Another element.
    Element(Element),
    /// Text, with its references resolved.
    Text(String),
}

impl Element {
    /// The elements inside, or an error if there is text between them.
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

    /// The text inside, without the white space around it, or an error if there are elements.
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

    /// An error unless it is empty.
    pub fn nothing_inside(&self) -> Result<(), TwimlError> {
        if self.text()?.is_empty() {
            Ok(())
        } else {
            Err(TwimlError::schema(format!("text inside <{}>", self.name)))
        }
    }
}

/// Reads the one root element.
pub(super) fn read(text: &str) -> Result<Element, TwimlError> {
    let not_xml = |error: &dyn std::fmt::Display| TwimlError::parse(format!("not well-formed XML: {error}"));
    // Twilio accepts nothing, not even white space, before an XML declaration.
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
                    return Err(TwimlError::parse("an end tag without a start"));
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
                        .ok_or_else(|| TwimlError::parse("an entity that XML does not define"))?
                        .to_owned()
                };
                add(&resolved, &mut open)?;
            }
            Event::DocType(_) => return Err(TwimlError::parse("a document type")),
            Event::Decl(_) if !first => return Err(TwimlError::parse("an XML declaration that is not at the start")),
            Event::Decl(_) | Event::Comment(_) | Event::PI(_) => {}
            Event::Eof if !open.is_empty() => return Err(TwimlError::parse("it ends inside an element")),
            Event::Eof => return root.ok_or_else(|| TwimlError::parse("there is no element")),
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
