//! Lets a person of ours who is there speak with the caller: the call is theirs from then on, the caller comes to them, and
//! the AI says no more.

use super::super::worker::{Done, Worker, fail, tell};
use super::{PATIENCE, Seated, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::CallCommand;
use domain::call::value::ParticipantRole;
use infra::twilio::rest::{Answer, CallUpdate, ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// The process manager.
pub struct TakeOver;

impl Worker for TakeOver {
    const KIND: Kind = Kind::TakeOver;
    const AT_ONCE: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let Some(seated) = Seated::of(&state, &item).await? else {
            return Ok(Done::NotNow);
        };
        let Some(user) = seated.seat.user.clone() else {
            return Ok(Done::NotNow);
        };
        // First of all it is theirs: what the AI still thinks is not said any more.
        if seated.call.people.taken_over_by.is_none() {
            let at = state.clock.now();
            if tell::<Self>(&state, &item, &[CallCommand::TakeOver { at, user }])
                .await?
                .is_err()
            {
                return Ok(Done::NotNow);
            }
        }
        match meet(&state, &item.stream, &seated).await {
            // That the caller has come is told by the conference.
            Ok(()) => Ok(Done::NotNow),
            Err(error) if was_not_tried(&error) || error.is_already_over() => Ok(Done::NotNow),
            Err(error) => fail::<Self>(&state, &item, &PATIENCE, &error.to_string(), |_| None).await,
        }
    }
}

/// Gives a listener a voice, and brings the caller in, unless they are there.
async fn meet(state: &AppState, call_id: &str, seated: &Seated) -> Result<(), TwilioError> {
    let there = conference::participants(state, call_id).await?;
    let taker = there
        .iter()
        .find(|it| Some(&it.call_sid) == seated.seat.call_sid.as_ref());
    if let Some(listener) = taker.filter(|_| seated.seat.role == ParticipantRole::Listener) {
        let speaks = ParticipantUpdate {
            muted: Some(false),
            end_conference_on_exit: Some(true),
            ..ParticipantUpdate::default()
        };
        let (room, leg) = (&listener.conference_sid, &listener.call_sid);
        state.twilio.update_participant(room, leg, &speaks).await?;
    }
    let Some(start) = seated.call.start() else {
        return Ok(());
    };
    if there.iter().any(|it| it.call_sid == start.call_sid) {
        return Ok(());
    }
    let orders = conference::into(state, call_id).to_xml();
    let update = CallUpdate::Redirect(Answer::Twiml(orders.into()));
    state.twilio.update_call(&start.call_sid, &update).await?;
    Ok(())
}
