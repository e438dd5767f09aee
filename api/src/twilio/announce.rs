//! `POST /twilio/announce`: TwiML for one participant of a conference: keypad tones, or the announcement of a transfer.
//!
//! The request changes nothing and is not recorded. Its content is read from the log, because URLs may be logged.

use super::voice_response::spoken;
use super::{Signed, TwiML};
use crate::error::ApiError;
use crate::state::AppState;
use axum::extract::State;
use domain::call::{Call, CallEvent};
use domain::dialogue::Phrases;
use infra::event_store::{Event, StreamId};
use infra::twilio::twiml::{Response, digits};

/// TwiML for one participant of a conference. The query parameter `what` is `transfer` or `digits`.
#[utoipa::path(
    post, path = "/twilio/announce", tag = "twilio", security(("twilio" = [])),
    params(("call_id" = String, Query), ("what" = String, Query), ("number" = Option<u32>, Query)),
    responses((status = OK, content_type = "text/xml"), (status = BAD_REQUEST), (status = FORBIDDEN))
)]
pub async fn announce(State(state): State<AppState>, signed: Signed) -> Result<TwiML, ApiError> {
    let call_id = signed.query("call_id").unwrap_or_default();
    let Some((call, _)) = state.ledger.state::<Call>(call_id).await? else {
        return Ok(TwiML::empty());
    };
    match signed.query("what") {
        Some("transfer") => {
            let agent = call.agent().map_or(engine::agents::DEFAULT, |agent| agent.as_str());
            let agent = state.ledger.state::<domain::agent::Agent>(agent).await?;
            let settings = agent.map(|(agent, _)| agent.settings.clone()).unwrap_or_default();
            let words = Phrases::of(settings.language.as_deref()).transfer;
            Ok(TwiML(Response::new().then(spoken(words, &settings))))
        }
        Some("digits") => {
            let number = signed.query("number").and_then(|number| number.parse().ok());
            let keys = match number {
                Some(number) => sent_digits(&state, call_id, number).await?,
                None => None,
            };
            Ok(TwiML(Response::new().then_maybe(keys.as_deref().map(digits))))
        }
        _ => Ok(TwiML::empty()),
    }
}

/// The keys of the `number`th `DigitsSent` event of a call, from 1.
async fn sent_digits(state: &AppState, call_id: &str, number: usize) -> Result<Option<String>, ApiError> {
    let history = state.ledger.history(&StreamId::call(call_id)).await?;
    let mut keys = history.into_iter().filter_map(|recorded| match recorded.event {
        Event::Call(CallEvent::DigitsSent { digits, .. }) => Some(digits),
        _ => None,
    });
    Ok(keys
        .nth(number.saturating_sub(1))
        .and_then(|keys| keys.text().map(str::to_owned)))
}
