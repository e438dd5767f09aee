//! Validates TwiML with Twilio's own package, which must be able to emit the same document.

use crate::twilio_package;
use serde::Deserialize;

const SCRIPT: &str = include_str!("../validators/twiml_validator.py");

#[derive(Deserialize)]
struct Validation {
    error: Option<String>,
}

/// Twilio's package's error for each document, in order; `None` if the package emits the same document.
///
/// # Panics
/// If Python or the package is missing.
#[must_use]
pub fn package_errors(documents: &[String]) -> Vec<Option<String>> {
    let results: Vec<Validation> = twilio_package::answers(SCRIPT, documents).expect("Twilio's package answers");
    results.into_iter().map(|result| result.error).collect()
}
