//! Python's `cryptography` and `zstandard`: the independent check of sealed values.

use crate::twilio_package;
use serde::{Deserialize, Serialize};
use std::collections::BTreeMap;

const SCRIPT: &str = include_str!("../validators/sealed_value.py");

/// A sealed value with its disclosed key.
#[derive(Clone, Debug, Serialize)]
pub struct Disclosed {
    /// Base64, as in the log.
    pub sealed: String,
    /// Hex.
    pub value_key: String,
    /// Aggregate type, aggregate id and sequence, each on a line.
    pub associated_data: String,
    /// By number, base64.
    pub dictionaries: BTreeMap<u16, String>,
}

/// What the script reads in a value.
#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(untagged)]
pub enum Opened {
    /// The value, and how it was written.
    Value {
        /// The codec byte.
        codec: u8,
        /// The number of the dictionary; `None` without compression.
        dictionary: Option<u16>,
        /// The text.
        value: String,
    },
    /// Why it is refused.
    Refused {
        /// The reason.
        error: String,
    },
}

/// Opens each value, in order.
///
/// # Panics
/// When Python or the packages are missing.
#[must_use]
pub fn open(values: &[Disclosed]) -> Vec<Opened> {
    twilio_package::answers(SCRIPT, values).expect("the Python script answers")
}
