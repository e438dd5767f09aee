//! Events of the settings of a tenant.

use crate::Timestamp;
use crate::call::event::events;
use chrono_tz::Tz;
use cqrs_es::DomainEvent;
use serde::{Deserialize, Serialize};

events! {
    /// An event on the stream of a tenant's settings.
    TenantSettingsEvent {
        /// The tenant's days are those of this time zone, also the days before the event.
        TimeZoneSet {
            /// IANA name: `America/Chicago`.
            #[cfg_attr(feature = "openapi", schema(value_type = String))]
            time_zone: Tz,
            by: String,
        },
    }
}

impl TenantSettingsEvent {
    /// The current version of every event type.
    pub const VERSION: &str = "1.0";

    /// Event types that the service does not append yet.
    pub const UNRELEASED: &[&str] = &[];
}

impl DomainEvent for TenantSettingsEvent {
    fn event_type(&self) -> String {
        self.name().to_owned()
    }

    fn event_version(&self) -> String {
        Self::VERSION.to_owned()
    }
}
