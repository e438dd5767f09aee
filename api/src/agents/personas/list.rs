//! `GET /api/agents/{id}/personas`: the versions of an agent's persona, their sources and decisions.

use super::PersonaResource;
use super::view::Personas;
use crate::auth::{Permission, SignedIn};
use crate::error::{ApiError, Problem};
use crate::web::{Parameters, PathOf};
use axum::Json;
use axum::extract::State;
use serde::Deserialize;
use utoipa::IntoParams;

/// Paging.
#[derive(Deserialize, IntoParams)]
#[serde(deny_unknown_fields)]
#[into_params(parameter_in = Query)]
pub struct Before {
    /// Return the versions before this one; absent: the latest.
    before: Option<u32>,
}

/// The versions of an agent's persona, newest first, each with its changes, the corrections it is based on, and who
/// proposed, approved or rejected it.
#[utoipa::path(
    get, path = "/api/agents/{id}/personas", tag = "agents",
    params(("id" = String, Path), Before),
    responses((status = OK, body = Personas), (status = NOT_FOUND, body = Problem))
)]
pub async fn list_personas(
    State(personas): State<PersonaResource>,
    signed_in: SignedIn,
    PathOf(id): PathOf<String>,
    Parameters(page): Parameters<Before>,
) -> Result<Json<Personas>, ApiError> {
    signed_in.may(Permission::ViewAgents)?;
    personas.personas(&signed_in, &id, page.before).await.map(Json)
}
