//! Work items about participants: dialing, takeover, transfer and hangup.

use super::queries::Kind;
use super::todo::ToDo;
use domain::Timestamp;
use domain::call::participants::{Participant, Participants};
use domain::call::value::ParticipantRole;
use domain::call::view::CallView;
use serde_json::{Value, json};

/// Seconds to wait for the callback of a call's end after a participant has left.
const CALL_END_GRACE_S: i64 = 3;

/// The work items for a call's participants.
pub(super) fn items(view: &CallView) -> Vec<ToDo> {
    let (participants, ended) = (&view.participants, view.is_over());
    let of_participant = |(number, participant): (u32, &Participant)| {
        let kind = next_kind(participants, number, participant, ended)?;
        let from = match kind {
            Kind::ReturnToAi => end_may_be_unreported_until(participants, participant),
            _ => Timestamp::default(),
        };
        ToDo::new(
            &view.failed_effects,
            kind,
            &number.to_string(),
            from,
            detail(participants, participant),
        )
    };
    participants.all().filter_map(of_participant).collect()
}

/// When a participant who spoke with the caller leaves, the call usually ends. Until this time the end may not have
/// been reported yet.
fn end_may_be_unreported_until(participants: &Participants, participant: &Participant) -> Timestamp {
    let left = participants
        .left_at(participant)
        .filter(|_| participants.taken_over_by().is_some());
    left.map_or_else(Timestamp::default, |left| left.plus_seconds(CALL_END_GRACE_S))
}

fn next_kind(participants: &Participants, number: u32, participant: &Participant, ended: bool) -> Option<Kind> {
    let is_transfer = participants.transfer() == Some(number);
    let (is_called, is_gone) = (participant.call_sid.is_some(), participants.is_gone(participant));
    // The target has joined or was not reached, or the call is over.
    if is_transfer && (ended || is_gone || participants.is_present(participant)) {
        return Some(Kind::CompleteTransfer);
    }
    if !ended && participants.is_missing(number, participant) {
        return Some(Kind::ReturnToAi);
    }
    if participant.withdrawn || ended {
        return (is_called && !is_gone).then_some(Kind::HangUpParticipant);
    }
    if !is_called {
        return Some(Kind::DialParticipant);
    }
    let takes_over = match participants.taken_over_by() {
        None => participant.agreed,
        // The user has taken over, and the caller is not in the conference yet.
        taker => participant.agreed && participant.user.as_deref() == taker && !participants.caller_is_in(),
    };
    (takes_over && participants.is_present(participant)).then_some(Kind::TakeOver)
}

fn detail(participants: &Participants, participant: &Participant) -> Value {
    json!({
        "role": participant.role.as_str(),
        "user": participant.user,
        "call_sid": participant.call_sid,
        "listens": participant.role == ParticipantRole::Listener,
        "present": participants.is_present(participant),
        "announced": participants.is_announced(participant),
        "unreached": participants.unreached(participant),
    })
}
