//! Who speaks. Every block of sound says it, so that speakers in one channel can be told apart.

use std::fmt;

/// A voice, by the part that its owner plays in a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// Whoever called, or was called: the other side of the service.
    Caller,
    /// The service's own voice: `<Say>`, or sound that it made with a speech model.
    Ai,
    /// A person who works with the service.
    Person,
}

impl Voice {
    /// Every voice.
    pub const ALL: [Self; 3] = [Self::Caller, Self::Ai, Self::Person];

    /// Two bits.
    pub(super) fn bits(self) -> u8 {
        match self {
            Self::Caller => 0,
            Self::Ai => 1,
            Self::Person => 2,
        }
    }

    pub(super) fn from_bits(bits: u8) -> Option<Self> {
        Self::ALL.into_iter().find(|voice| voice.bits() == bits)
    }

    /// The word for it: `caller`, `ai`, `person`.
    #[must_use]
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Caller => "caller",
            Self::Ai => "ai",
            Self::Person => "person",
        }
    }
}

impl fmt::Display for Voice {
    fn fmt(&self, out: &mut fmt::Formatter<'_>) -> fmt::Result {
        out.write_str(self.as_str())
    }
}
