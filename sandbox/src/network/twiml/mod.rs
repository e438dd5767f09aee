//! TwiML: an answer of the service, read into typed verbs.
//!
//! Stricter than Twilio in one way: what Twilio only warns about (12200, a verb or an attribute that its schema does not
//! know) ends the document here, so that it is found. The names and values are those of
//! <https://www.twilio.com/docs/voice/twiml> and of the builder in Twilio's own packages.
//!
//! Verbs that this network does not execute (`Pay`, `Enqueue`, ...) are refused by name. Nothing is executed here.

mod attributes;
mod dial;
mod gather;
mod stream;
mod verbs;
mod xml;

pub use dial::{Conference, Dial, Party, Target};
pub use gather::{Gather, Silence};
pub use stream::{Stream, Track, stream_address_fault};
pub use verbs::{Callback, Document, Hook, Pause, Play, Record, RecordingCallback, Say, Verb};

use thiserror::Error;

/// Why a document was refused, with the number under which Twilio's debugger would list it.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code}: {message}")]
pub struct TwimlError {
    /// As in <https://www.twilio.com/docs/api/errors>.
    pub code: u32,
    /// Names the verb or attribute. Never what is said.
    pub message: String,
}

impl TwimlError {
    /// 12100: not XML, or not a `<Response>`.
    fn parse(message: impl Into<String>) -> Self {
        Self {
            code: 12100,
            message: message.into(),
        }
    }

    /// 12200: XML that is not TwiML.
    fn schema(message: impl Into<String>) -> Self {
        Self {
            code: 12200,
            message: message.into(),
        }
    }

    /// One of the numbers that Twilio has for a single attribute.
    fn value(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Reads a document.
///
/// # Errors
/// [`TwimlError`], for the first thing that is wrong.
pub fn parse(text: &str) -> Result<Document, TwimlError> {
    let root = xml::read(text)?;
    if root.name != "Response" {
        return Err(TwimlError::parse(format!(
            "the root is <{}>, not <Response>",
            root.name
        )));
    }
    verbs::document(&root)
}

#[cfg(test)]
mod tests;
