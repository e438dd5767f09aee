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
    /// The response is invalid.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The circuit breaker is open after several failures.
    #[error("circuit open")]
    CircuitOpen,
}

impl ModelError {
    /// Whether it counts as a failure of the provider. A refusal does not: the request or a setting must be changed.
    pub(super) const fn is_failure(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unavailable(_) | Self::Malformed(_))
    }

    /// The value of the metric label `outcome`.
    pub(super) const fn label(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
            Self::Malformed(_) => "malformed",
            Self::CircuitOpen => "circuit_open",
        }
    }
}
