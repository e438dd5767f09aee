//! `PUT /api/settings`: changes the settings of the tenant.

use super::{SettingsView, settings_of};
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Body, CommandKey, WriteResponse};
use axum::extract::State;
use chrono_tz::Tz;
use domain::tenant_settings::{TenantSettings, TenantSettingsCommand};
use infra::clock::SharedClock;
use infra::ledger::Ledger;
use serde::Deserialize;
use utoipa::ToSchema;

/// The settings of the tenant.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub struct PutSettings {
    /// IANA time zone of the tenant's days. It applies to all days, also to those before the change.
    #[schema(example = "America/Chicago")]
    time_zone: String,
}

/// Changes the settings of the tenant.
#[utoipa::path(
    put, path = "/api/settings", tag = "settings", request_body = PutSettings,
    params(("Idempotency-Key" = Option<String>, Header)),
    responses(
        (status = OK, body = SettingsView),
        (status = FORBIDDEN, body = Problem),
        (status = UNPROCESSABLE_ENTITY, body = Problem),
    )
)]
pub async fn put_settings(
    State(ledger): State<Ledger>,
    State(clock): State<SharedClock>,
    signed_in: SignedIn,
    key: CommandKey,
    Body(body): Body<PutSettings>,
) -> Result<WriteResponse<SettingsView>, ApiError> {
    signed_in.may(Permission::EditSettings)?;
    let time_zone: Tz = body
        .time_zone
        .parse()
        .map_err(|_| ApiError::field("/time_zone", "is not an IANA time zone"))?;
    let command = TenantSettingsCommand::SetTimeZone {
        at: clock.now(),
        time_zone,
        by: signed_in.by(),
    };
    let tenant = signed_in.tenant();
    let metadata = signed_in.metadata("PUT /api/settings", key.of(&signed_in.user.user_id));
    let executed = ledger.execute::<TenantSettings>(tenant, command, metadata).await?;
    let settings = settings_of(&ledger, tenant).await?;
    Ok(WriteResponse::changed(executed.position, SettingsView::from(&settings)))
}
