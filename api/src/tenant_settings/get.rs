//! `GET /api/settings`: the settings of the tenant.

use super::{SettingsView, settings_of};
use crate::auth::SignedIn;
use crate::error::ApiError;
use axum::Json;
use axum::extract::State;
use infra::ledger::Ledger;

/// The settings of the tenant. Every user may read them.
#[utoipa::path(get, path = "/api/settings", tag = "settings", responses((status = OK, body = SettingsView)))]
pub async fn get_settings(State(ledger): State<Ledger>, signed_in: SignedIn) -> Result<Json<SettingsView>, ApiError> {
    let settings = settings_of(&ledger, signed_in.tenant()).await?;
    Ok(Json(SettingsView::from(&settings)))
}
