//! Speaker identity. Every block carries it, so speakers in one channel can be distinguished.

use std::fmt;

/// Voice of a party to a call.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
pub enum Voice {
    /// The party that called or was called, on the other side from the service.
    Caller,
    /// The service's own voice: `<Say>`, or audio from a speech model.
    Ai,
    /// A team member of the service.
    Person,
}

impl Voice {
    /// All voices.
    pub const ALL: [Self; 3] = [Self::Caller, Self::Ai, Self::Person];

    /// Two-bit code in a block.
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

    /// Name of the voice: `caller`, `ai`, `person`.
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
