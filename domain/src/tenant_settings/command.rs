//! Commands to the settings of a tenant.

use crate::call::command::commands;
use chrono_tz::Tz;

commands! {
    /// A command to the settings of a tenant.
    TenantSettingsCommand
    whole {}
    spelled {
        /// Sets the time zone of the tenant's days. Without effect if it is set already.
        SetTimeZone {
            time_zone: Tz,
            by: String,
        },
    }
}
