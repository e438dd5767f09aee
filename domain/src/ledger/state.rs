//! [`Ledger`]: the state of a ledger stream, and its decisions.

use super::command::LedgerCommand;
use super::event::{LedgerClock, LedgerEvent};
use crate::decide::aggregate;
use crate::{Decide, Invalid, Timestamp};
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// Number of hexadecimal digits of an identity.
const IDENTITY_DIGITS: usize = 32;

/// The state of the ledger stream.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct Ledger {
    /// Absent until the log is created.
    pub created_at: Option<Timestamp>,
    pub identity: String,
    pub clock: Option<LedgerClock>,
    /// On the stream of an erased stream: when its data key was destroyed.
    pub key_destroyed_at: Option<Timestamp>,
}

/// Why a command to the ledger stream is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum LedgerError {
    #[error("the log already has another identity or clock")]
    AlreadyCreated,
    #[error(transparent)]
    Invalid(#[from] Invalid),
}

aggregate!(Ledger, "ledger", LedgerCommand, LedgerEvent, LedgerError);

impl Ledger {
    /// Applies an event to the state.
    pub fn apply(&mut self, event: &LedgerEvent) {
        match event {
            LedgerEvent::LedgerCreated { at, identity, clock } => {
                self.created_at = Some(*at);
                self.identity.clone_from(identity);
                self.clock = Some(*clock);
            }
            LedgerEvent::DataKeyDestroyed { at, .. } => self.key_destroyed_at = Some(*at),
        }
    }
}

impl Decide for Ledger {
    fn decide(&self, command: &LedgerCommand) -> Result<Vec<LedgerEvent>, LedgerError> {
        let (at, identity, clock) = match command {
            LedgerCommand::Create { at, identity, clock } => (at, identity, clock),
            LedgerCommand::RecordKeyDestroyed { .. } if self.key_destroyed_at.is_some() => return Ok(Vec::new()),
            LedgerCommand::RecordKeyDestroyed {
                at,
                aggregate_type,
                aggregate_id,
            } => {
                return Ok(vec![LedgerEvent::DataKeyDestroyed {
                    at: *at,
                    aggregate_type: aggregate_type.clone(),
                    aggregate_id: aggregate_id.clone(),
                }]);
            }
        };
        if self.created_at.is_some() {
            return if self.identity == *identity && self.clock == Some(*clock) {
                Ok(Vec::new())
            } else {
                Err(LedgerError::AlreadyCreated)
            };
        }
        let is_digit = |byte: u8| byte.is_ascii_digit() || (b'a'..=b'f').contains(&byte);
        if identity.len() != IDENTITY_DIGITS || !identity.bytes().all(is_digit) {
            return Err(Invalid::new("identity", "is not 32 lower-case hexadecimal digits").into());
        }
        Ok(vec![LedgerEvent::LedgerCreated {
            at: *at,
            identity: identity.clone(),
            clock: *clock,
        }])
    }

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use cqrs_es::test::TestFramework;

    const IDENTITY: &str = "00112233445566778899aabbccddeeff";

    fn create(identity: &str, clock: LedgerClock) -> LedgerCommand {
        LedgerCommand::Create {
            at: Timestamp(1),
            identity: identity.into(),
            clock,
        }
    }

    fn created() -> LedgerEvent {
        LedgerEvent::LedgerCreated {
            at: Timestamp(1),
            identity: IDENTITY.into(),
            clock: LedgerClock::System,
        }
    }

    fn ledger() -> TestFramework<Ledger> {
        TestFramework::with(())
    }

    #[test]
    fn create_on_an_empty_stream_records_the_identity() {
        ledger()
            .given_no_previous_events()
            .when(create(IDENTITY, LedgerClock::System))
            .then_expect_events(vec![created()]);
    }

    #[test]
    fn create_repeated_has_no_effect() {
        ledger()
            .given(vec![created()])
            .when(create(IDENTITY, LedgerClock::System))
            .then_expect_events(vec![]);
    }

    #[test]
    fn destruction_of_a_key_is_recorded_once_with_its_first_time() {
        let record = |at| LedgerCommand::RecordKeyDestroyed {
            at: Timestamp(at),
            aggregate_type: "call".into(),
            aggregate_id: "CA1".into(),
        };
        let destroyed = LedgerEvent::DataKeyDestroyed {
            at: Timestamp(5),
            aggregate_type: "call".into(),
            aggregate_id: "CA1".into(),
        };
        ledger()
            .given_no_previous_events()
            .when(record(5))
            .then_expect_events(vec![destroyed.clone()]);
        ledger()
            .given(vec![destroyed])
            .when(record(9))
            .then_expect_events(vec![]);
    }

    #[test]
    fn create_with_another_identity_or_clock_is_refused() {
        for (identity, clock) in [
            (IDENTITY, LedgerClock::Sandbox),
            ("ffeeddccbbaa99887766554433221100", LedgerClock::System),
        ] {
            ledger()
                .given(vec![created()])
                .when(create(identity, clock))
                .then_expect_error(LedgerError::AlreadyCreated);
        }
    }

    #[test]
    fn identity_that_is_not_32_lower_case_hex_digits_is_refused() {
        for identity in [
            "",
            "0011",
            "00112233445566778899AABBCCDDEEFF",
            "g0112233445566778899aabbccddeeff",
        ] {
            ledger()
                .given_no_previous_events()
                .when(create(identity, LedgerClock::System))
                .then_expect_error(LedgerError::Invalid(Invalid::new(
                    "identity",
                    "is not 32 lower-case hexadecimal digits",
                )));
        }
    }
}
