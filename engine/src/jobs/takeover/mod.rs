//! Jobs that add team members and transfer targets to a call's conference and remove them again.
//!
//! Who belongs where follows from the log. The state at Twilio is read before anything is changed, because an earlier
//! process may have made the change and been killed before recording it. Progress of a participant is reported
//! by the callbacks of the conference and of the participant's leg.

pub mod complete_transfer;
pub mod dial_participant;
pub mod hang_up_participant;
pub mod return_to_ai;
pub mod take_over;

use super::job::RetryPolicy;
use crate::Engine;
use domain::call::Call;
use domain::call::state::Participant;
use infra::twilio::rest::{ParticipantUpdate, TwilioError};
use projections::work::tables::WorkRow;
use std::sync::Arc;

const RETRY_POLICY: RetryPolicy = RetryPolicy {
    initial_delay_s: 1,
    max_delay_s: 4,
    max_attempts: 5,
};

/// The call and the participant that a work item refers to.
struct WorkTarget {
    call: Arc<Call>,
    number: u32,
    participant: Participant,
}

impl WorkTarget {
    /// Loads the target of a work item; `None` when the call or the participant does not exist.
    async fn of(engine: &Engine, item: &WorkRow) -> anyhow::Result<Option<Self>> {
        let number = item.item.parse()?;
        let Some((call, _)) = engine.ledger.state::<Call>(&item.stream).await? else {
            return Ok(None);
        };
        let participant = call.people.participants.get(&number).cloned();
        Ok(participant.map(|participant| Self {
            call,
            number,
            participant,
        }))
    }
}

/// Whether the request did not reach Twilio, so that it does not count as an attempt.
const fn was_not_tried(error: &TwilioError) -> bool {
    matches!(
        error,
        TwilioError::Unavailable { ambiguous: false, .. } | TwilioError::RateLimited { .. }
    )
}

/// Treats a participant who has already left as a success.
fn ok_if_gone<T>(result: Result<T, TwilioError>) -> Result<(), TwilioError> {
    match result {
        Err(error) if error.is_already_over() || error.is_not_found() => Ok(()),
        result => result.map(drop),
    }
}

/// Sets whether the conference ends when this participant leaves. Participants join without it: a listener, a consulted
/// target or a late arrival may leave without ending the call.
async fn set_ends_conference(
    engine: &Engine,
    room: &str,
    leg: &str,
    ends: bool,
) -> Result<infra::twilio::rest::Participant, TwilioError> {
    let update = ParticipantUpdate {
        end_conference_on_exit: Some(ends),
        ..ParticipantUpdate::default()
    };
    engine.twilio.update_participant(room, leg, &update).await
}
