//! [`ModelError`].

/// Why a request to a model failed. The text is short and has no personal values, so that it can be stored in an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    #[error("timed out")]
    Timeout,
    /// The provider does not answer or returned a server error.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// A client error that a retry would repeat: HTTP status 400 to 499.
    #[error("refused: status {0}")]
    Refused(u16),
    /// Too many requests, or not in time: HTTP status 429 or 408.
    #[error("busy: status {0}")]
    Busy(u16),
    /// The response is invalid.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The circuit breaker is open after several failures.
    #[error("circuit open")]
    CircuitOpen,
    /// No model is configured for this.
    #[error("no model is configured")]
    NotConfigured,
}

impl ModelError {
    /// Whether it counts as a failure of the provider's server. What a model says, and what a server refuses, does not: that
    /// depends on the request.
    pub(super) const fn is_failure(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unavailable(_))
    }

    /// Whether the provider refuses our credentials or account until an operator changes something: 401, 402 or 403.
    #[must_use]
    pub const fn is_configuration_fault(&self) -> bool {
        matches!(self, Self::Refused(401..=403))
    }

    /// Whether the server may not understand a part of the request: 400, or 422 of some.
    pub(super) const fn may_be_dialect(&self) -> bool {
        matches!(self, Self::Refused(400 | 422))
    }

    /// The value of the metric label `outcome`.
    pub(super) const fn label(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
            Self::Busy(_) => "busy",
            Self::Malformed(_) => "malformed",
            Self::CircuitOpen => "circuit_open",
            Self::NotConfigured => "not_configured",
        }
    }
}
