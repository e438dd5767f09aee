//! Process managers that bring people into calls, and out of them again.
//!
//! Who is wanted where follows from the log; what Twilio knows is looked at before anything is done, because an earlier
//! process may have done it and been killed before it could say so. Whoever is called tells of themselves: by the
//! conference's callbacks, and by those of their leg.

pub mod call_in;
pub mod conclude_transfer;
pub mod hand_back;
pub mod let_go;
pub mod take_over;

use super::worker::Patience;
use crate::state::AppState;
use domain::call::Call;
use domain::call::state::Seat;
use infra::twilio::rest::{Participant, ParticipantUpdate, TwilioError};
use projections::work::tables::WorkRow;
use std::sync::Arc;

const PATIENCE: Patience = Patience {
    first_s: 1,
    longest_s: 4,
    attempts: 5,
};

/// A piece of work about a seat.
struct Seated {
    call: Arc<Call>,
    number: u32,
    seat: Seat,
}

impl Seated {
    /// The call and the seat that a piece of work is about.
    async fn of(state: &AppState, item: &WorkRow) -> anyhow::Result<Option<Self>> {
        let number = item.item.parse()?;
        let Some((call, _)) = state.ledger.state::<Call>(&item.stream).await? else {
            return Ok(None);
        };
        let seat = call.people.seats.get(&number).cloned();
        Ok(seat.map(|seat| Self { call, number, seat }))
    }
}

/// Nobody was reached: nothing was tried, and it is no failure.
const fn was_not_tried(error: &TwilioError) -> bool {
    matches!(
        error,
        TwilioError::Unavailable { ambiguous: false, .. } | TwilioError::RateLimited { .. }
    )
}

/// Whoever has left need not be told anything.
fn gone_is_as_good<T>(result: Result<T, TwilioError>) -> Result<(), TwilioError> {
    match result {
        Err(error) if error.is_already_over() || error.is_not_found() => Ok(()),
        result => result.map(drop),
    }
}

/// Says whether the conversation is over for everybody when this one leaves. Nobody is called in so: who listens, is asked
/// first, or comes a moment too late, leaves without being missed.
async fn ends_with(state: &AppState, room: &str, leg: &str, ends: bool) -> Result<Participant, TwilioError> {
    let update = ParticipantUpdate {
        end_conference_on_exit: Some(ends),
        ..ParticipantUpdate::default()
    };
    state.twilio.update_participant(room, leg, &update).await
}
