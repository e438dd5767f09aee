//! [`PhoneNumber`]: the state of a number of the installation, and its decisions.

use super::command::PhoneNumberCommand;
use super::event::PhoneNumberEvent;
use crate::decide::{aggregate, unless_known};
use crate::{Decide, Tenant};
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// The state of a number.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct PhoneNumber {
    /// The tenant that it belongs to.
    pub tenant: Option<Tenant>,
}

/// Why a command to a number is refused.
#[derive(Clone, Debug, PartialEq, Eq, thiserror::Error)]
pub enum PhoneNumberError {
    #[error("the number belongs to another tenant")]
    OfAnotherTenant,
}

aggregate!(
    PhoneNumber,
    "phone_number",
    PhoneNumberCommand,
    PhoneNumberEvent,
    PhoneNumberError
);

impl PhoneNumber {
    /// Applies an event to the state.
    pub fn apply(&mut self, event: &PhoneNumberEvent) {
        match event {
            PhoneNumberEvent::PhoneNumberClaimed { tenant, .. } => self.tenant = Some(tenant.clone()),
            PhoneNumberEvent::PhoneNumberReleased { .. } => self.tenant = None,
        }
    }
}

impl Decide for PhoneNumber {
    fn decide(&self, command: &PhoneNumberCommand) -> Result<Vec<PhoneNumberEvent>, PhoneNumberError> {
        let at = command.at();
        match (command, &self.tenant) {
            (PhoneNumberCommand::Claim { tenant, .. }, Some(owner)) if owner != tenant => {
                Err(PhoneNumberError::OfAnotherTenant)
            }
            (PhoneNumberCommand::Claim { tenant, .. }, owner) => {
                let tenant = tenant.clone();
                unless_known(owner.is_some(), PhoneNumberEvent::PhoneNumberClaimed { at, tenant })
            }
            (PhoneNumberCommand::Release { .. }, owner) => {
                unless_known(owner.is_none(), PhoneNumberEvent::PhoneNumberReleased { at })
            }
        }
    }

    /// None: every event type is at its first version. `call/upcast.rs` explains how to add one.
    fn upcasters() -> Vec<Box<dyn EventUpcaster>> {
        Vec::new()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::Timestamp;
    use cqrs_es::test::TestFramework;

    fn claim(tenant: &str) -> PhoneNumberCommand {
        PhoneNumberCommand::Claim {
            at: Timestamp(1),
            tenant: tenant.into(),
        }
    }

    fn claimed(tenant: &str) -> PhoneNumberEvent {
        PhoneNumberEvent::PhoneNumberClaimed {
            at: Timestamp(1),
            tenant: tenant.into(),
        }
    }

    #[test]
    fn number_belongs_to_one_tenant_until_it_is_released() {
        let number = || TestFramework::<PhoneNumber>::with(());
        number()
            .given_no_previous_events()
            .when(claim("a"))
            .then_expect_events(vec![claimed("a")]);
        number()
            .given(vec![claimed("a")])
            .when(claim("a"))
            .then_expect_events(vec![]);
        number()
            .given(vec![claimed("a")])
            .when(claim("b"))
            .then_expect_error(PhoneNumberError::OfAnotherTenant);
        let released = PhoneNumberEvent::PhoneNumberReleased { at: Timestamp(1) };
        let release = PhoneNumberCommand::Release { at: Timestamp(1) };
        number()
            .given(vec![claimed("a")])
            .when(release.clone())
            .then_expect_events(vec![released.clone()]);
        number()
            .given_no_previous_events()
            .when(release)
            .then_expect_events(vec![]);
        number()
            .given(vec![claimed("a"), released])
            .when(claim("b"))
            .then_expect_events(vec![claimed("b")]);
    }
}
