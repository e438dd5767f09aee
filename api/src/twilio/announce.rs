//! `POST /twilio/announce`: TwiML for one participant of a conference: keypad tones, or the announcement of a transfer.

use super::voice_response::spoken;
use super::{Signed, TwiML};
use crate::error::ApiError;
use axum::extract::State;
use domain::dialogue::Phrases;
use engine::SharedEngine;
use engine::callbacks::announcement::{Announcement, announcement};
use infra::twilio::twiml::{Response, digits};

/// TwiML for one participant of a conference. The query parameter `what` is `transfer` or `digits`.
#[utoipa::path(
    post, path = "/twilio/announce", tag = "twilio", security(("twilio" = [])),
    params(("call_id" = String, Query), ("what" = String, Query), ("number" = Option<u32>, Query)),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn announce(State(engine): State<SharedEngine>, Signed(received): Signed) -> Result<TwiML, ApiError> {
    Ok(TwiML(match announcement(&engine, &received).await? {
        Announcement::Transfer { settings } => {
            let words = Phrases::of(settings.language.as_deref()).transfer;
            Response::new().then(spoken(words, &settings))
        }
        Announcement::Digits(keys) => Response::new().then(digits(&keys)),
        Announcement::Nothing => Response::new(),
    }))
}
