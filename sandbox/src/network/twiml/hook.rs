//! URLs of the service in a document.

/// A URL that answers with TwiML or receives callbacks; may be relative to the document's URL.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hook {
    pub url: String,
    /// GET instead of POST.
    pub get: bool,
}

/// A callback URL and its events.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Callback {
    pub hook: Hook,
    pub events: Vec<String>,
}
