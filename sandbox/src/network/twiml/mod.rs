//! Parses TwiML documents into typed verbs.
//!
//! Stricter than Twilio in one respect: what Twilio only warns about (12200, a verb or attribute unknown to its schema)
//! is an error here, so that it is found. Names and values follow <https://www.twilio.com/docs/voice/twiml> and the
//! builder in Twilio's packages.
//!
//! Verbs that this network does not execute (`Pay`, `Enqueue`, ...) are refused by name. Nothing is executed here.

mod attributes;
mod dial;
mod gather;
mod hook;
mod prompt;
mod record;
mod stream;
mod verbs;
mod xml;

pub use dial::{Conference, Dial, DialedParty, Target};
pub use gather::{Gather, Silence};
pub use hook::{Callback, Hook};
pub use prompt::{Pause, Play, Prompt, Say};
pub use record::{Record, RecordingCallback};
pub use stream::{Stream, Track, stream_address_fault};
pub use verbs::{Document, Verb};

use thiserror::Error;

/// Why a document was refused, with the error code of Twilio's debugger.
#[derive(Debug, Clone, PartialEq, Eq, Error)]
#[error("{code}: {message}")]
pub struct TwimlError {
    /// As in <https://www.twilio.com/docs/api/errors>.
    pub code: u32,
    /// Names the verb or attribute; never contains spoken text.
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

    /// A specific error code for one attribute.
    fn value(code: u32, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
        }
    }
}

/// Parses a document.
///
/// # Errors
/// [`TwimlError`], for the first problem.
pub fn parse(text: &str) -> Result<Document, TwimlError> {
    let root = xml::read(text)?;
    if root.name != "Response" {
        return Err(TwimlError::parse(format!(
            "the root element is <{}>, not <Response>",
            root.name
        )));
    }
    verbs::document(&root)
}

#[cfg(test)]
mod tests;
