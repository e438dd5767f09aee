//! Lets a person of ours who is there speak with the caller: the call is theirs from then on, the caller comes to them, and
//! the AI says no more.

use super::super::worker::{Done, Worker, fail, tell};
use super::{PATIENCE, Seated, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::CallCommand;
use infra::twilio::rest::{Answer, CallUpdate, Participant, ParticipantUpdate, TwilioError};
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
        let (there, room) = match looked(&state, &item.stream, &seated).await {
            Ok(Some(found)) => found,
            // They left, and nobody has told us yet.
            Ok(None) => return Ok(Done::NotNow),
            Err(error) if was_not_tried(&error) => return Ok(Done::NotNow),
            Err(error) => {
                return fail::<Self, _>(&state, &item, &PATIENCE, &error.to_string(), |_| None).await;
            }
        };
        // First of all it is theirs: what the AI still thinks is not said any more.
        let at = state.clock.now();
        if tell::<Self>(&state, &item, &[CallCommand::TakeOver { at, user }])
            .await?
            .is_err()
        {
            return Ok(Done::NotNow);
        }
        match meet(&state, &item.stream, &seated, &room, &there).await {
            // That the caller has come is told by the conference.
            Ok(()) => Ok(Done::NotNow),
            Err(error) if was_not_tried(&error) || error.is_already_over() => Ok(Done::NotNow),
            Err(error) => fail::<Self, _>(&state, &item, &PATIENCE, &error.to_string(), |_| None).await,
        }
    }
}

/// Who is in the conference, and which it is; nothing when the person is not there.
async fn looked(
    state: &AppState,
    call_id: &str,
    seated: &Seated,
) -> Result<Option<(Vec<Participant>, String)>, TwilioError> {
    let there = conference::participants(state, call_id).await?;
    let is_theirs = |it: &&Participant| Some(&it.call_sid) == seated.seat.call_sid.as_ref();
    let room = there.iter().find(is_theirs).map(|it| it.conference_sid.clone());
    Ok(room.map(|room| (there, room)))
}

/// Gives the person a voice, has the call end when they leave, and brings the caller in, unless they are there. Whoever
/// leaves in the meantime is not met, and the caller is not led to where nobody is.
async fn meet(
    state: &AppState,
    call_id: &str,
    seated: &Seated,
    room: &str,
    there: &[Participant],
) -> Result<(), TwilioError> {
    let Some(leg) = &seated.seat.call_sid else {
        return Ok(());
    };
    let speaks = ParticipantUpdate {
        muted: Some(false),
        end_conference_on_exit: Some(true),
        ..ParticipantUpdate::default()
    };
    state.twilio.update_participant(room, leg, &speaks).await?;
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
