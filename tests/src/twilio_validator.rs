//! Twilio's own validator: the independent check of our signatures.

use crate::twilio_package;
use anyhow::Result;
use serde::{Deserialize, Serialize};

const SCRIPT: &str = include_str!("../validators/twilio_validator.py");

/// A request that Twilio might send.
#[derive(Clone, Debug, Serialize)]
pub struct Request {
    /// The account's auth token.
    pub token: String,
    /// The address, as Twilio knows it.
    pub url: String,
    /// What it carries.
    #[serde(flatten)]
    pub content: Content,
    /// The signature to judge; without it, one is made.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub signature: Option<String>,
}

/// What a request carries.
#[derive(Clone, Debug, Serialize)]
#[serde(rename_all = "snake_case")]
pub enum Content {
    /// Parameters; a name may come more than once.
    Form(Vec<(String, String)>),
    /// Anything else, JSON mostly.
    Body(String),
}

/// What Twilio's package says to a request.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Verdict {
    /// This is how it is signed.
    Signature(String),
    /// Whether its signature is right.
    Valid(bool),
}

/// Twilio's verdict on each request, in order.
///
/// # Panics
/// When Python or the package cannot be had, saying what is missing.
#[must_use]
pub fn verdicts(requests: &[Request]) -> Vec<Verdict> {
    ask(requests).expect("Twilio's validator answers")
}

fn ask(requests: &[Request]) -> Result<Vec<Verdict>> {
    twilio_package::answers(SCRIPT, requests)
}
