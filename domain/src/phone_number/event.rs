//! Events of a telephone number of the installation.

use crate::call::event::events;
use crate::{Tenant, Timestamp};
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

events! {
    /// An event on the stream of a number.
    PhoneNumberEvent {
        /// The number belongs to a tenant.
        PhoneNumberClaimed {
            tenant: Tenant,
        },
        /// The number belongs to no tenant.
        PhoneNumberReleased {},
    }
}

impl PhoneNumberEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for PhoneNumberEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
