//! [`TenantSettings`]: the settings of a tenant, and their decisions.

use super::command::TenantSettingsCommand;
use super::event::TenantSettingsEvent;
use crate::decide::{aggregate, unless_known};
use crate::{Decide, Timestamp};
use chrono_tz::Tz;
use cqrs_es::persist::EventUpcaster;
use serde::{Deserialize, Serialize};

/// The settings of a tenant.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[serde(default)]
pub struct TenantSettings {
    time_zone: Option<Tz>,
    /// When they were last changed, and by whom. Absent if they never were.
    pub changed: Option<(Timestamp, String)>,
}

/// Why a command to the settings of a tenant is refused: no command is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
pub enum TenantSettingsError {}

aggregate!(
    TenantSettings,
    "tenant_settings",
    TenantSettingsCommand,
    TenantSettingsEvent,
    TenantSettingsError
);

impl TenantSettings {
    /// The time zone of the tenant's days; UTC if none is set.
    #[must_use]
    pub fn time_zone(&self) -> Tz {
        self.time_zone.unwrap_or(Tz::UTC)
    }

    /// Applies an event to the state.
    pub fn apply(&mut self, event: &TenantSettingsEvent) {
        let TenantSettingsEvent::TimeZoneSet { at, time_zone, by } = event;
        self.time_zone = Some(*time_zone);
        self.changed = Some((*at, by.clone()));
    }
}

impl Decide for TenantSettings {
    fn decide(&self, command: &TenantSettingsCommand) -> Result<Vec<TenantSettingsEvent>, TenantSettingsError> {
        let TenantSettingsCommand::SetTimeZone { at, time_zone, by } = command;
        let event = TenantSettingsEvent::TimeZoneSet {
            at: *at,
            time_zone: *time_zone,
            by: by.clone(),
        };
        unless_known(self.time_zone == Some(*time_zone), event)
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

    fn set(time_zone: Tz) -> TenantSettingsCommand {
        TenantSettingsCommand::SetTimeZone {
            at: Timestamp(1),
            time_zone,
            by: "user:1".into(),
        }
    }

    fn was_set(time_zone: Tz) -> TenantSettingsEvent {
        TenantSettingsEvent::TimeZoneSet {
            at: Timestamp(1),
            time_zone,
            by: "user:1".into(),
        }
    }

    #[test]
    fn time_zone_set_again_has_no_effect() {
        let settings = || TestFramework::<TenantSettings>::with(());
        settings()
            .given_no_previous_events()
            .when(set(Tz::America__Chicago))
            .then_expect_events(vec![was_set(Tz::America__Chicago)]);
        settings()
            .given(vec![was_set(Tz::America__Chicago)])
            .when(set(Tz::America__Chicago))
            .then_expect_events(vec![]);
        settings()
            .given(vec![was_set(Tz::America__Chicago)])
            .when(set(Tz::UTC))
            .then_expect_events(vec![was_set(Tz::UTC)]);
    }

    #[test]
    fn time_zone_is_utc_until_another_is_set() {
        let mut settings = TenantSettings::default();
        assert_eq!(settings.time_zone(), Tz::UTC);
        settings.apply(&was_set(Tz::Asia__Kathmandu));
        assert_eq!(settings.time_zone(), Tz::Asia__Kathmandu);
        assert_eq!(settings.changed, Some((Timestamp(1), "user:1".to_owned())));
    }
}
