//! Ends the leg of somebody who is not wanted in a conversation any more: the call is over, or it is another's.

use super::super::worker::{Done, Worker, fail, tell};
use super::{PATIENCE, Seated, ends_with, gone_is_as_good, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::command::{HearStatus, Leg, Origin};
use infra::twilio::rest::{CallUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// The process manager.
pub struct LetGo;

impl Worker for LetGo {
    const KIND: Kind = Kind::LetGo;
    const AT_ONCE: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let seated = Seated::of(&state, &item).await?;
        let Some((seated, leg)) = seated.and_then(|seated| {
            let leg = seated.seat.call_sid.clone()?;
            Some((seated, leg))
        }) else {
            return Ok(Done::NotNow);
        };
        match end(&state, &item.stream, &seated, &leg).await {
            // That it ended is told by the leg's own callback.
            Ok(None) => Ok(Done::NotNow),
            // It had ended before, and nobody told us.
            Ok(Some(status)) => {
                let heard = HearStatus {
                    at: state.clock.now(),
                    told: false,
                    kind: "call-status".to_owned(),
                    call_sid: leg,
                    leg: Leg::Participant(seated.seat.role),
                    status,
                    sequence_number: None,
                    answered_by: None,
                    duration_s: None,
                    reason: None,
                    origin: Origin::default(),
                };
                let told = tell::<Self>(&state, &item, &[heard.into()]).await?;
                Ok(told.map_or(Done::NotNow, Done::Told))
            }
            Err(error) if was_not_tried(&error) => Ok(Done::NotNow),
            Err(error) => fail::<Self, _>(&state, &item, &PATIENCE, &error.to_string(), |_| None).await,
        }
    }
}

/// Ends a leg; or says how it ended before.
async fn end(state: &AppState, call_id: &str, seated: &Seated, leg: &str) -> Result<Option<String>, TwilioError> {
    let known = state.twilio.call(leg).await?;
    if known.status.is_over() {
        return Ok(Some(known.status.as_str().to_owned()));
    }
    if seated.call.end.is_none() {
        spare_the_others(state, call_id, leg).await?;
    }
    match state.twilio.update_call(leg, &CallUpdate::HangUp).await {
        Err(error) if error.is_already_over() => Ok(None),
        result => result.map(|_| None),
    }
}

/// Whoever spoke with the caller, or would have, does not take the others along.
async fn spare_the_others(state: &AppState, call_id: &str, leg: &str) -> Result<(), TwilioError> {
    let there = conference::participants(state, call_id).await?;
    let Some(one) = there.iter().find(|it| it.call_sid == leg) else {
        return Ok(());
    };
    gone_is_as_good(ends_with(state, &one.conference_sid, leg, false).await)
}
