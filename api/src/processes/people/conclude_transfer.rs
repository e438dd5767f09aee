//! Ends a transfer: the target is told that a caller comes, then they are connected and our person leaves; or the target did
//! not come, and the caller is our person's again.

use super::super::resting;
use super::super::worker::{Done, Worker, fail, tell};
use super::{PATIENCE, Seated, ends_with, gone_is_as_good, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::CallCommand;
use domain::call::state::{Call, LegState, Seat};
use domain::call::value::{ParticipantRole, Phase};
use infra::twilio::rest::{ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// No announcement takes longer, in seconds.
const ANNOUNCES_S: i64 = 12;

/// The process manager.
pub struct ConcludeTransfer;

impl Worker for ConcludeTransfer {
    const KIND: Kind = Kind::ConcludeTransfer;
    const AT_ONCE: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let Some(seated) = Seated::of(&state, &item).await? else {
            return Ok(Done::NotNow);
        };
        let detail: serde_json::Value = serde_json::from_str(&item.detail)?;
        let call = &seated.call;
        let has_come = call.end.is_none() && detail["present"] == true;
        let is_announced = detail["announced"] == true || has_waited(&state, call.seated_leg(seated.number));
        let done = match (has_come, is_announced) {
            // That it was announced is told by the conference.
            (true, false) => announce(&state, &item.stream, &seated).await.map(|()| None),
            (true, true) => connect(&state, &seated).await.map(|()| Some(None)),
            (false, _) => {
                let reason = why(call, call.seated_leg(seated.number));
                unhold(&state, call).await.map(|()| Some(Some(reason)))
            }
        };
        match done {
            Ok(None) => Ok(Done::NotNow),
            Ok(Some(failed)) => {
                let commands = commands(&state, call, failed).await;
                let told = tell::<Self>(&state, &item, &commands).await?;
                Ok(told.map_or(Done::NotNow, Done::Told))
            }
            Err(error) if was_not_tried(&error) => Ok(Done::NotNow),
            Err(error) => {
                let failed = if PATIENCE.ends_with(&item) {
                    give_back(&state, call).await
                } else {
                    Vec::new()
                };
                fail::<Self, _>(&state, &item, &PATIENCE, &error.to_string(), |_| failed).await
            }
        }
    }
}

/// Whether the target has been there for longer than any announcement takes: should nobody tell us that it is over, the
/// caller does not wait for it.
fn has_waited(state: &AppState, leg: Option<&LegState>) -> bool {
    let joined = leg.and_then(|leg| leg.joined_last);
    joined.is_some_and(|joined| state.clock.now() > joined.at.plus_seconds(ANNOUNCES_S))
}

/// Tells the target that a caller comes.
async fn announce(state: &AppState, call_id: &str, seated: &Seated) -> Result<(), TwilioError> {
    let Some((room, leg)) = seated.call.running_conference().zip(seated.seat.call_sid.as_ref()) else {
        return Ok(());
    };
    let update = ParticipantUpdate {
        announce_url: Some(conference::announcement(state, call_id, "what=transfer")),
        ..ParticipantUpdate::default()
    };
    state.twilio.update_participant(room, leg, &update).await?;
    Ok(())
}

/// Connects the caller with the target. The call ends from now on when the target leaves, and not when whoever spoke with
/// the caller before does.
async fn connect(state: &AppState, seated: &Seated) -> Result<(), TwilioError> {
    let call = &seated.call;
    let Some((room, target)) = call.running_conference().zip(seated.seat.call_sid.as_ref()) else {
        return Ok(());
    };
    let is_takers = |seat: &Seat| seat.user.is_some() && seat.user == call.people.taken_over_by;
    let spoke = |(number, seat): &(&u32, &Seat)| {
        **number != seated.number && (is_takers(seat) || seat.role != ParticipantRole::Listener)
    };
    for (number, seat) in call.people.seats.iter().filter(spoke) {
        let is_there = call.seated_leg(*number).is_some_and(LegState::is_present);
        if let Some(leg) = seat.call_sid.as_ref().filter(|_| is_there) {
            gone_is_as_good(ends_with(state, room, leg, false).await)?;
        }
    }
    ends_with(state, room, target, true).await?;
    unhold(state, call).await
}

/// The caller hears people again. Whoever has left need not.
async fn unhold(state: &AppState, call: &Call) -> Result<(), TwilioError> {
    let Some((room, caller)) = call.running_conference().zip(call.caller_in_conference()) else {
        return Ok(());
    };
    let update = ParticipantUpdate {
        hold: Some(false),
        ..ParticipantUpdate::default()
    };
    gone_is_as_good(state.twilio.update_participant(room, caller, &update).await)
}

/// Nothing helps: the caller is our person's again, if they can be taken off hold at all.
async fn give_back(state: &AppState, call: &Call) -> Vec<CallCommand> {
    if let Err(error) = unhold(state, call).await {
        tracing::warn!(%error, "a caller may still be on hold");
    }
    commands(state, call, Some("could not be connected".to_owned())).await
}

/// What the call is told: that nobody is on hold any more, what is recorded again, and how the transfer ended. `failed`:
/// why it did not succeed.
async fn commands(state: &AppState, call: &Call, failed: Option<String>) -> Vec<CallCommand> {
    let at = state.clock.now();
    let held_by = call.people.on_hold_by.clone().filter(|_| call.end.is_none());
    let resumed = held_by.map(|user| CallCommand::TakeOffHold { at, user });
    let recorded = if call.end.is_none() {
        resting::resume(state, call).await
    } else {
        Vec::new()
    };
    let recorded = recorded.into_iter().map(|recording_sid| CallCommand::ResumeRecording {
        at,
        phase: Phase::Human,
        recording_sid,
    });
    let to = call.people.transfer.as_ref().map(|transfer| transfer.to.clone());
    let concluded = to.map(|to| match failed {
        Some(reason) => CallCommand::FailTransfer { at, to, reason },
        None => CallCommand::CompleteTransfer { at, to },
    });
    resumed.into_iter().chain(recorded).chain(concluded).collect()
}

fn why(call: &Call, leg: Option<&LegState>) -> String {
    let unreached = leg.and_then(|leg| leg.unreached.clone());
    unreached.unwrap_or_else(|| {
        let words = if call.end.is_some() {
            "the call ended"
        } else {
            "they left"
        };
        words.to_owned()
    })
}
