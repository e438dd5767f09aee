//! Why a model gave no answer.

/// Why a model gave no answer. The text is short, free of personal values, and fit for an event.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum ModelError {
    /// It took too long.
    #[error("timed out")]
    Timeout,
    /// The provider does not answer, or is not well.
    #[error("unavailable: {0}")]
    Unavailable(String),
    /// The provider answered, and will answer the same again: HTTP's status, 400 to 499.
    #[error("refused: status {0}")]
    Refused(u16),
    /// The answer is not one.
    #[error("malformed: {0}")]
    Malformed(&'static str),
    /// The provider failed so often that it is left alone for a while.
    #[error("circuit open")]
    CircuitOpen,
}

impl ModelError {
    /// Whether it speaks against the provider's health. A refusal does not: somebody must change the request or a setting.
    pub(super) const fn is_failure(&self) -> bool {
        matches!(self, Self::Timeout | Self::Unavailable(_) | Self::Malformed(_))
    }

    /// One word for figures.
    pub(super) const fn word(&self) -> &'static str {
        match self {
            Self::Timeout => "timeout",
            Self::Unavailable(_) => "unavailable",
            Self::Refused(_) => "refused",
            Self::Malformed(_) => "malformed",
            Self::CircuitOpen => "circuit_open",
        }
    }
}
