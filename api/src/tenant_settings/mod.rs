//! The settings of the user's tenant: the time zone of its days.

pub mod get;
pub mod put;

use crate::web::Rfc3339;
use domain::calendar::Calendar;
use domain::tenant_settings::TenantSettings;
use infra::event_store::StoreError;
use infra::ledger::Ledger;
use serde::Serialize;
use utoipa::ToSchema;

/// The settings of the tenant.
#[derive(Serialize, ToSchema)]
pub struct SettingsView {
    /// IANA time zone of the tenant's days, in all figures by day. UTC until another is set.
    #[schema(example = "America/Chicago")]
    time_zone: &'static str,
    /// Time of the last change; absent if there was none.
    changed_at: Option<Rfc3339>,
    /// The user who made the last change.
    #[schema(example = "user_1")]
    changed_by: Option<String>,
}

impl From<&TenantSettings> for SettingsView {
    fn from(settings: &TenantSettings) -> Self {
        let (changed_at, changed_by) = settings.changed.clone().unzip();
        Self {
            time_zone: settings.time_zone().name(),
            changed_at: changed_at.map(Rfc3339),
            changed_by,
        }
    }
}

/// The settings of a tenant, from the log: they apply from the moment at which they are recorded.
async fn settings_of(ledger: &Ledger, tenant: &str) -> Result<TenantSettings, StoreError> {
    let settings = ledger.state::<TenantSettings>(tenant).await?;
    Ok(settings.map(|(settings, _)| (*settings).clone()).unwrap_or_default())
}

/// The calendar of a tenant.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn calendar_of(ledger: &Ledger, tenant: &str) -> Result<Calendar, StoreError> {
    Ok(Calendar::new(settings_of(ledger, tenant).await?.time_zone()))
}
