//! All routes, grouped by area.

use crate::state::AppState;
use crate::web::body::MAX_BODY_BYTES;
use crate::web::contract::{self, Contract};
use crate::web::{headers, idempotency, middleware};
use crate::{
    active_calls, agents, auth, call_logs, contacts, dashboard, feedback, health, live, openapi, openapi_responses,
    quarantine, read_models, site, suppressions, tenant_settings, text_calls, twilio, users,
};
use axum::Router;
use axum::extract::{DefaultBodyLimit, FromRef as _};
use axum::middleware::{from_fn, from_fn_with_state};
use axum::routing::get;
use infra::config::Config;
use std::sync::Arc;
use tower_http::catch_panic::CatchPanicLayer;
use tower_http::compression::CompressionLayer;
use tower_http::request_id::{PropagateRequestIdLayer, SetRequestIdLayer};
use utoipa::OpenApi as _;
use utoipa_axum::router::OpenApiRouter;
use utoipa_axum::routes;
use utoipa_swagger_ui::SwaggerUi;

/// The OpenAPI document of all endpoints.
#[must_use]
pub fn openapi_document() -> utoipa::openapi::OpenApi {
    let mut document = routes().into_openapi();
    openapi_responses::complete(&mut document);
    document
}

/// All routes of the OpenAPI document.
fn routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::with_openapi(openapi::Document::openapi())
        .merge(user_routes())
        .merge(telephony_routes())
        .merge(monitoring_routes())
}

/// Routes for users and their programs, authenticated by a login session or an API token. One function a group: in a debug
/// build, a function's stack frame holds every route that it adds.
fn user_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .merge(account_routes())
        .merge(call_log_routes())
        .merge(review_routes())
        .merge(live_routes())
        .merge(agent_routes())
        .merge(contact_routes())
        .merge(figure_routes())
        .merge(operation_routes())
}

/// Signing in, users, the tenant's settings.
fn account_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(auth::first_run::first_run))
        .routes(routes!(auth::register::register))
        .routes(routes!(auth::login::login))
        .routes(routes!(auth::logout::logout))
        .routes(routes!(auth::me::me))
        .routes(routes!(auth::confirm::confirm))
        .routes(routes!(auth::tokens::list_tokens, auth::tokens::create_token))
        .routes(routes!(auth::tokens::delete_token))
        .routes(routes!(users::list::list_users, users::invite::invite_user))
        .routes(routes!(users::invitations::list_invitations))
        .routes(routes!(users::invitations::revoke_invitation))
        .routes(routes!(users::change::change_user))
        .routes(routes!(users::erase::erase_user))
        .routes(routes!(users::history::user_history))
        .routes(routes!(users::active::active_users))
        .routes(routes!(users::names::colleagues))
        .routes(routes!(
            tenant_settings::get::get_settings,
            tenant_settings::put::put_settings
        ))
}

/// Call logs.
fn call_log_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(call_logs::list::list_calls, call_logs::create::create_call))
        .routes(routes!(
            call_logs::get::get_call,
            call_logs::put::put_call,
            call_logs::hide::hide_call
        ))
        .routes(routes!(call_logs::transcript::transcript))
        .routes(routes!(call_logs::recordings::recording_link))
        .routes(routes!(twilio::transcribe::transcribe))
        .routes(routes!(call_logs::history::history))
        .routes(routes!(call_logs::erase::erase_call))
        .routes(routes!(call_logs::retry::retry_call))
}

/// Review.
fn review_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(call_logs::grade::grade_call))
        .routes(routes!(call_logs::correct::note_correction))
        .routes(routes!(call_logs::correct::withdraw_correction))
        .routes(routes!(call_logs::resolve::resolve_call))
}

/// Live.
fn live_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(active_calls::list::active_calls))
        .routes(routes!(
            active_calls::monitor::monitor,
            active_calls::monitor::stop_monitoring
        ))
        .routes(routes!(active_calls::sound::sound))
        .routes(routes!(active_calls::agent_response::agent_response))
        .routes(routes!(active_calls::hold::hold))
        .routes(routes!(active_calls::hold::resume))
        .routes(routes!(active_calls::transfer::transfer))
        .routes(routes!(active_calls::digits::digits))
        .routes(routes!(active_calls::hangup::hang_up))
        .routes(routes!(twilio::token::token))
        .routes(routes!(live::live))
        .routes(routes!(text_calls::dial::dial))
        .route("/api/text-calls/{call_id}/line", get(text_calls::line::line))
}

/// Agents.
fn agent_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(agents::list::list_agents, agents::create::create_agent))
        .routes(routes!(
            agents::get::get_agent,
            agents::edit::edit_agent,
            agents::archive::archive_agent
        ))
        .routes(routes!(agents::hours::put_hours))
        .routes(routes!(agents::emergency::put_emergency))
        .routes(routes!(
            agents::get::get_agent_settings,
            agents::edit::put_agent_settings,
            agents::edit::post_agent_settings
        ))
        .routes(routes!(
            agents::personas::list::list_personas,
            agents::personas::propose::propose_persona
        ))
        .routes(routes!(agents::personas::draft::draft_persona))
        .routes(routes!(agents::personas::approve::approve_persona))
        .routes(routes!(agents::personas::reject::reject_persona))
        .routes(routes!(agents::personas::roll_back::roll_back_persona))
        .routes(routes!(agents::numbers::list_numbers, agents::numbers::assign_number))
        .routes(routes!(agents::test_calls::place_test_call))
}

/// Contacts.
fn contact_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(contacts::list::list_contacts, contacts::add::add_contact))
        .routes(routes!(
            contacts::get::get_contact,
            contacts::change::change_contact,
            contacts::remove::remove_contact
        ))
        .routes(routes!(contacts::erase::erase_contact))
        .routes(routes!(
            suppressions::list::list_suppressions,
            suppressions::add::suppress_number
        ))
        .routes(routes!(suppressions::check::check_number))
        .routes(routes!(suppressions::lift::lift_suppression))
}

/// Figures.
fn figure_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(dashboard::stats::stats))
        .routes(routes!(feedback::get::feedback))
}

/// Read models and quarantined webhooks.
fn operation_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(read_models::status::projection_status))
        .routes(routes!(read_models::rebuild::rebuild_projection))
        .routes(routes!(quarantine::list::list_quarantined))
        .routes(routes!(quarantine::reingest::reingest))
}

/// Routes for the telephone network, authenticated by a signature.
fn telephony_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(twilio::inbound::inbound))
        .routes(routes!(twilio::ai_respond::ai_respond))
        .routes(routes!(twilio::inbound_status::inbound_status))
        .routes(routes!(twilio::voice::voice))
        .routes(routes!(twilio::call_status::call_status))
        .routes(routes!(twilio::voicemail::voicemail))
        .routes(routes!(twilio::voicemail_done::voicemail_done))
        .routes(routes!(twilio::recording::recording))
        .routes(routes!(twilio::recording_status::recording_status))
        .routes(routes!(twilio::conference_status::conference_status))
        .routes(routes!(twilio::transcription_status::transcription_status))
        .routes(routes!(twilio::amd_status::amd_status))
        .routes(routes!(twilio::announce::announce))
        .routes(routes!(twilio::media::media))
        .merge(webhooks_by_get())
}

/// The webhooks with the method `GET`, which an account's owner may have chosen at Twilio. We ask for `POST`, so these are not in
/// the document.
fn webhooks_by_get() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .route("/twilio/inbound", get(twilio::inbound::inbound))
        .route("/twilio/ai-respond", get(twilio::ai_respond::ai_respond))
        .route("/twilio/inbound-status", get(twilio::inbound_status::inbound_status))
        .route("/twilio/voice", get(twilio::voice::voice))
        .route("/twilio/call-status", get(twilio::call_status::call_status))
        .route("/twilio/voicemail", get(twilio::voicemail::voicemail))
        .route("/twilio/voicemail-done", get(twilio::voicemail_done::voicemail_done))
        .route(
            "/twilio/recording-status",
            get(twilio::recording_status::recording_status),
        )
        .route(
            "/twilio/conference-status",
            get(twilio::conference_status::conference_status),
        )
        .route(
            "/twilio/transcription-status",
            get(twilio::transcription_status::transcription_status),
        )
        .route("/twilio/amd-status", get(twilio::amd_status::amd_status))
        .route("/twilio/announce", get(twilio::announce::announce))
}

/// Routes for monitoring: unauthenticated, without personal data.
fn monitoring_routes() -> OpenApiRouter<AppState> {
    OpenApiRouter::new()
        .routes(routes!(health::report::health))
        .routes(routes!(health::live::live))
        .routes(routes!(health::ready::ready))
        .routes(routes!(health::metrics::metrics))
}

/// The router of the service.
pub fn router(state: AppState) -> Router {
    let (api, mut document) = routes().split_for_parts();
    openapi_responses::complete(&mut document);
    let contract = Contract::of(&document, MAX_BODY_BYTES);
    let router = api
        .merge(SwaggerUi::new("/api/docs").url("/api/openapi.json", document))
        .fallback(site::site)
        .layer(from_fn(idempotency::fingerprint))
        .layer(from_fn_with_state(contract, contract::enforce));
    with_middleware(router, state)
}

/// The router of a listener for the telephone network alone: its webhooks, and health.
pub fn webhook_router(state: AppState) -> Router {
    let routes = OpenApiRouter::new()
        .merge(telephony_routes())
        .merge(monitoring_routes());
    with_middleware(routes.into(), state)
}

/// A request passes the layers from the last to the first.
fn with_middleware(router: Router<AppState>, state: AppState) -> Router {
    let is_https = Arc::<Config>::from_ref(&state).is_https();
    let router = router
        .with_state(state.clone())
        .layer(DefaultBodyLimit::max(MAX_BODY_BYTES))
        .layer(from_fn(middleware::documented))
        .layer(CompressionLayer::new())
        .layer(from_fn(middleware::bounded))
        .layer(from_fn_with_state(state, middleware::limited_by_address))
        .layer(CatchPanicLayer::custom(middleware::after_panic))
        .layer(from_fn(headers::secure))
        .layer(from_fn(middleware::observe))
        .layer(PropagateRequestIdLayer::new(middleware::REQUEST_ID))
        .layer(SetRequestIdLayer::new(middleware::REQUEST_ID, middleware::NewRequestId))
        .layer(from_fn(middleware::sane_request_id));
    if is_https {
        router.layer(from_fn(headers::strict_transport))
    } else {
        router
    }
}
