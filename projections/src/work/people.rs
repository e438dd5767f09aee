//! What is left to do so that people of ours come into a call, speak in it, transfer it, and leave it.

use super::queries::Kind;
use super::todo::{ToDo, Tries};
use crate::facts::{Seat, Seats};
use domain::Timestamp;
use domain::call::value::ParticipantRole;
use serde_json::{Value, json};

/// So long the end of a conversation may take until it is told to us, in seconds.
const ENDS_S: i64 = 3;

/// What is left to do about the seats of a call.
pub(super) fn items(seats: &Seats, tries: &Tries, ended: bool) -> Vec<ToDo> {
    let of_seat = |(number, seat): (u32, &Seat)| {
        let kind = about(seats, number, seat, ended)?;
        let from = match kind {
            Kind::HandBack => may_be_over_until(seats, seat),
            _ => Timestamp::default(),
        };
        tries.item(kind, &number.to_string(), from, detail(seats, seat))
    };
    seats.all().filter_map(of_seat).collect()
}

/// Whoever speaks with the caller ends the call by leaving. So long it is not known whether they did.
fn may_be_over_until(seats: &Seats, seat: &Seat) -> Timestamp {
    let left = seats.left_at(seat).filter(|_| seats.taken_over_by().is_some());
    left.map_or_else(Timestamp::default, |left| left.plus_seconds(ENDS_S))
}

fn about(seats: &Seats, number: u32, seat: &Seat, ended: bool) -> Option<Kind> {
    let is_transfer = seats.transfer() == Some(number);
    let (is_called, is_gone) = (seat.call_sid.is_some(), seats.is_gone(seat));
    // Whether the target came, or did not, or nobody is there any more who could be transferred.
    if is_transfer && (ended || is_gone || seats.is_present(seat)) {
        return Some(Kind::ConcludeTransfer);
    }
    if !ended && seats.is_missed(number, seat) {
        return Some(Kind::HandBack);
    }
    if seat.withdrawn || ended {
        return (is_called && !is_gone).then_some(Kind::LetGo);
    }
    if !is_called {
        return Some(Kind::CallIn);
    }
    let takes_over = match seats.taken_over_by() {
        None => seat.agreed,
        // Somebody who has taken over and is alone in the conference.
        taker => seat.agreed && seat.user.as_deref() == taker && !seats.caller_is_in(),
    };
    (takes_over && seats.is_present(seat)).then_some(Kind::TakeOver)
}

fn detail(seats: &Seats, seat: &Seat) -> Value {
    json!({
        "role": seat.role.as_str(),
        "user": seat.user,
        "call_sid": seat.call_sid,
        "listens": seat.role == ParticipantRole::Listener,
        "present": seats.is_present(seat),
        "announced": seats.is_announced(seat),
        "unreached": seats.unreached(seat),
    })
}
