//! `announce`: what one participant of a conference hears: keypad tones, or the announcement of a transfer.
//!
//! The callback changes nothing and is not recorded. The content is read from the log, because URLs may be logged.

use super::Received;
use crate::{Engine, agents};
use domain::agent::{Agent, AgentSettings};
use domain::call::{Call, CallEvent};
use infra::event_store::{Event, StoreError, StreamId};

/// What the participant hears.
pub enum Announcement {
    /// That they are being connected with a caller, in the voice and language of the call's agent.
    Transfer {
        settings: Box<AgentSettings>,
    },
    /// The tones of these keys.
    Digits(String),
    Nothing,
}

/// The announcement that the callback asks for: its query parameter `what` is `transfer`, or `digits` with `number`, the
/// number of the `DigitsSent` event, from 1.
///
/// # Errors
/// When the ledger cannot be read.
pub async fn announcement(engine: &Engine, received: &Received) -> Result<Announcement, StoreError> {
    let query = &received.query;
    let call_id = query.get("call_id").unwrap_or_default();
    let Some((call, _)) = engine.ledger.state::<Call>(call_id).await? else {
        return Ok(Announcement::Nothing);
    };
    match query.get("what") {
        Some("transfer") => {
            let agent = call.agent().map_or(agents::DEFAULT, |agent| agent.as_str());
            let agent = engine.ledger.state::<Agent>(agent).await?;
            let settings = agent.map(|(agent, _)| agent.settings.clone()).unwrap_or_default();
            Ok(Announcement::Transfer {
                settings: Box::new(settings),
            })
        }
        Some("digits") => {
            let number = query.get("number").and_then(|number| number.parse().ok());
            let keys = match number {
                Some(number) => sent_digits(engine, call_id, number).await?,
                None => None,
            };
            Ok(keys.map_or(Announcement::Nothing, Announcement::Digits))
        }
        _ => Ok(Announcement::Nothing),
    }
}

/// The keys of the `number`th `DigitsSent` event of a call, from 1.
async fn sent_digits(engine: &Engine, call_id: &str, number: usize) -> Result<Option<String>, StoreError> {
    let history = engine.ledger.history(&StreamId::call(call_id)).await?;
    let mut keys = history.into_iter().filter_map(|recorded| match recorded.event {
        Event::Call(CallEvent::DigitsSent { digits, .. }) => Some(digits),
        _ => None,
    });
    Ok(keys
        .nth(number.saturating_sub(1))
        .and_then(|keys| keys.text().map(str::to_owned)))
}
