//! The OpenAPI document, generated from the handlers.

use utoipa::openapi::security::{ApiKey, ApiKeyValue, HttpAuthScheme, HttpBuilder, SecurityScheme};
use utoipa::{Modify, OpenApi};

/// The document's general part.
#[derive(OpenApi)]
#[openapi(
    info(
        title = "Call Ledger",
        description = "Every webhook and every action is an event on a call's stream. Times are RFC 3339. Errors are \
            problem documents (RFC 9457) with a stable `type`. Writes accept `Idempotency-Key` and answer with \
            `X-Ledger-Position`. The live feed is a WebSocket at `/ws?after=<position>`.",
        license(name = "MIT OR Apache-2.0")
    ),
    security(("session" = []), ("token" = [])),
    modifiers(&Schemes),
    tags(
        (name = "auth", description = "Sign-in and API tokens"),
        (name = "users", description = "Users and presence"),
        (name = "settings", description = "Settings of the tenant"),
        (name = "calls", description = "Call logs"),
        (name = "review", description = "Grades, corrections, resolutions"),
        (name = "audit", description = "History"),
        (name = "live", description = "Active calls"),
        (name = "agents", description = "Agents, hours, numbers"),
        (name = "contacts", description = "Contacts"),
        (name = "figures", description = "Dashboard and feedback"),
        (name = "projections", description = "Read models"),
        (name = "operations", description = "Quarantined webhooks"),
        (name = "twilio", description = "Webhooks, signed by Twilio"),
        (name = "machines", description = "Health and metrics"),
    )
)]
pub struct Document;

struct Schemes;

impl Modify for Schemes {
    fn modify(&self, document: &mut utoipa::openapi::OpenApi) {
        let components = document.components.get_or_insert_default();
        let cookie = ApiKey::Cookie(ApiKeyValue::new(crate::auth::session::COOKIE));
        components.add_security_scheme("session", SecurityScheme::ApiKey(cookie));
        let bearer = HttpBuilder::new().scheme(HttpAuthScheme::Bearer).build();
        components.add_security_scheme("token", SecurityScheme::Http(bearer));
        let signature = ApiKey::Header(ApiKeyValue::new(infra::twilio::signature::HEADER));
        components.add_security_scheme("twilio", SecurityScheme::ApiKey(signature));
    }
}
