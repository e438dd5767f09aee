//! Documents and their verbs.

use super::TwimlError;
use super::attributes::Attributes;
use super::dial::{self, Dial};
use super::gather::{self, Gather};
use super::hook::Hook;
use super::prompt::{self, Prompt};
use super::record::{self, Record};
use super::stream::{self, Stream};
use super::xml::Element;

/// A parsed document.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Document {
    /// In order of execution.
    pub verbs: Vec<Verb>,
}

/// A TwiML verb.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Verb {
    /// `<Say>`, `<Play>` or `<Pause>`.
    Prompt(Prompt),
    Gather(Gather),
    Record(Record),
    Dial(Box<Dial>),
    Redirect(Hook),
    Hangup,
    /// Refuse the call before it is answered.
    Reject {
        /// `busy` instead of `rejected`.
        busy: bool,
    },
    /// Copy the audio to a WebSocket and continue.
    Start(Stream),
    /// Stop such a copy.
    Stop {
        /// Name of the stream.
        name: String,
    },
    /// Connect the call to a WebSocket.
    Connect {
        stream: Stream,
        /// Requested when the stream has ended.
        action: Option<Hook>,
    },
}

/// TwiML verbs that this network does not execute.
const NOT_EXECUTED: [&str; 8] = ["Echo", "Enqueue", "Leave", "Pay", "Prompt", "Queue", "Refer", "Sms"];

pub(super) fn document(root: &Element) -> Result<Document, TwimlError> {
    Attributes::of(root).finish()?;
    let verbs = root.children()?.into_iter().map(verb).collect::<Result<_, _>>()?;
    Ok(Document { verbs })
}

fn verb(element: &Element) -> Result<Verb, TwimlError> {
    if let Some(prompt) = prompt::read(element)? {
        return Ok(Verb::Prompt(prompt));
    }
    Ok(match element.name.as_str() {
        "Gather" => Verb::Gather(gather::read(element)?),
        "Record" => Verb::Record(record::read(element)?),
        "Dial" => Verb::Dial(Box::new(dial::read(element)?)),
        "Redirect" => Verb::Redirect(redirect(element)?),
        "Hangup" => {
            Attributes::of(element).finish()?;
            element.nothing_inside()?;
            Verb::Hangup
        }
        "Reject" => reject(element)?,
        "Start" => Verb::Start(stream::start(element)?),
        "Stop" => Verb::Stop {
            name: stream::stop(element)?,
        },
        "Connect" => {
            let (stream, action) = stream::connect(element)?;
            Verb::Connect { stream, action }
        }
        name if NOT_EXECUTED.contains(&name) => {
            return Err(TwimlError::schema(format!("this network does not execute <{name}>")));
        }
        name => return Err(TwimlError::schema(format!("unknown verb <{name}>"))),
    })
}

fn redirect(element: &Element) -> Result<Hook, TwimlError> {
    let attributes = Attributes::of(element);
    let get = attributes.method("method")?;
    attributes.finish()?;
    let url = element.text()?;
    if url.is_empty() {
        return Err(TwimlError::schema("<Redirect> needs a URL"));
    }
    Ok(Hook { url, get })
}

fn reject(element: &Element) -> Result<Verb, TwimlError> {
    let attributes = Attributes::of(element);
    let reason = attributes.word("reason", &["rejected", "busy"])?;
    attributes.finish()?;
    element.nothing_inside()?;
    Ok(Verb::Reject {
        busy: reason == Some("busy"),
    })
}
