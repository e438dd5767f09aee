//! Twilio's package as the judge of our TwiML: it must be able to emit the same document.

use crate::twilio_package;
use serde::Deserialize;

const SCRIPT: &str = include_str!("../validators/twiml_judge.py");

#[derive(Deserialize)]
struct Verdict {
    error: Option<String>,
}

/// What Twilio's package has against each document, in order; nothing, if it emits the same.
///
/// # Panics
/// When Python or the package cannot be had, saying what is missing.
#[must_use]
pub fn objections(documents: &[String]) -> Vec<Option<String>> {
    let verdicts: Vec<Verdict> = twilio_package::answers(SCRIPT, documents).expect("Twilio's package answers");
    verdicts.into_iter().map(|verdict| verdict.error).collect()
}
