//! Gives a caller back to the AI whom nobody came to meet: whoever had taken the call over was gone before the caller was
//! there.
//!
//! Whoever speaks with the caller ends the call by leaving, so that a caller is never left alone by somebody they spoke with.

use super::super::worker::{Done, Worker, fail, tell};
use super::{PATIENCE, Seated, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::value::ParticipantRole;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::{Answer, CallUpdate, Participant, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// The process manager.
pub struct HandBack;

impl Worker for HandBack {
    const KIND: Kind = Kind::HandBack;
    const AT_ONCE: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let Some(seated) = Seated::of(&state, &item).await? else {
            return Ok(Done::NotNow);
        };
        let call = &seated.call;
        let result = match conference::participants(&state, &item.stream).await {
            Ok(there) if somebody_else_speaks(call, &there) => return Ok(Done::NotNow),
            // First of all it is nobody's: the AI may answer again.
            Ok(there) if call.people.taken_over_by.is_some() => {
                if !waits(call, &there) {
                    return Ok(Done::NotNow);
                }
                let told = tell::<Self>(&state, &item, &commands(&state, &seated)).await?;
                return Ok(told.map_or(Done::NotNow, Done::Told));
            }
            Ok(_) => to_the_ai(&state, &item.stream, call).await,
            Err(error) => Err(error),
        };
        match result {
            // That the caller has left the conference is told by it.
            Ok(()) => Ok(Done::NotNow),
            Err(error) if was_not_tried(&error) || error.is_already_over() => Ok(Done::NotNow),
            Err(error) => fail::<Self, _>(&state, &item, &PATIENCE, &error.to_string(), |_| None).await,
        }
    }
}

/// Whether somebody is there, or is being called, who speaks with the caller or will.
fn somebody_else_speaks(call: &Call, there: &[Participant]) -> bool {
    let listens = |it: &Participant| {
        let is_theirs = |seat: &&domain::call::state::Seat| seat.call_sid.as_ref() == Some(&it.call_sid);
        let seat = call.people.seats.values().find(is_theirs);
        seat.is_some_and(|seat| seat.role == ParticipantRole::Listener) && it.muted
    };
    there.iter().any(|it| !is_caller(call, it) && !listens(it))
}

fn is_caller(call: &Call, participant: &Participant) -> bool {
    call.start().is_some_and(|start| start.call_sid == participant.call_sid)
}

/// Whether the caller is alone in the conference, or was never led there. Otherwise they spoke with somebody, and their call
/// is about to end.
fn waits(call: &Call, there: &[Participant]) -> bool {
    let is_caller_there = there.iter().any(|it| is_caller(call, it));
    let came = |leg: &domain::call::state::LegState| leg.role == Some(ParticipantRole::Caller) && leg.joined.is_some();
    is_caller_there || !call.legs.values().any(came)
}

fn commands(state: &AppState, seated: &Seated) -> Vec<CallCommand> {
    let at = state.clock.now();
    let held_by = seated.call.people.on_hold_by.clone();
    let resumed = held_by.map(|user| CallCommand::TakeOffHold { at, user });
    let failed = seated.seat.user.clone().map(|user| CallCommand::FailTakeover {
        at,
        user,
        reason: "they left before the caller came".to_owned(),
    });
    resumed.into_iter().chain(failed).collect()
}

/// The AI asks the caller whether they are there, as it does after a silence, and goes on.
async fn to_the_ai(state: &AppState, call_id: &str, call: &Call) -> Result<(), TwilioError> {
    let Some(start) = call.start() else { return Ok(()) };
    let asks = format!("/twilio/ai-respond?call_id={call_id}&turn={}", call.next_turn());
    let update = CallUpdate::Redirect(Answer::Url(state.config.callback_url(&asks)));
    state.twilio.update_call(&start.call_sid, &update).await?;
    Ok(())
}
