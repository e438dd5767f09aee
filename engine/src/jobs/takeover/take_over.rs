//! Completes a takeover once the team member is in the conference: unmutes them, records it, and moves the caller into
//! the conference. The AI says nothing from then on.

use super::super::job::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, set_ends_conference, was_not_tried};
use crate::conference;
use crate::{Engine, SharedEngine};
use domain::call::{Call, CallCommand};
use infra::event_store::StoreError;
use infra::twilio::rest::{Answer, CallUpdate, Participant, ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Completes one takeover.
pub struct TakeOver;

impl Job for TakeOver {
    const KIND: Kind = Kind::TakeOver;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let Some(target) = WorkTarget::of(&engine, &item).await? else {
            return Ok(JobOutcome::Retry);
        };
        let Some(user) = target.participant.user.clone() else {
            return Ok(JobOutcome::Retry);
        };
        let taken_over_by = &target.call.people.taken_over_by;
        if taken_over_by.as_ref().is_some_and(|taker| *taker != user) {
            return Ok(JobOutcome::Retry);
        }
        // Before the takeover is recorded: since then the caller may join, and would not hear a muted team member.
        let member = match unmute(&engine, &item.stream, &target).await {
            Ok(Some(member)) => member,
            // The team member left, and the callback is still to be received.
            Ok(None) => return Ok(JobOutcome::Retry),
            Err(error) if was_not_tried(&error) => return Ok(JobOutcome::Retry),
            Err(error) => {
                return fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| None).await;
            }
        };
        // The takeover is recorded before the redirect, so that an AI answer still being generated is not spoken.
        let at = engine.clock.now();
        if record_result::<Self>(&engine, &item, &[CallCommand::TakeOver { at, user }])
            .await?
            .is_err()
        {
            return Ok(JobOutcome::Retry);
        }
        match connect(&engine, &item.stream, &member).await {
            // The conference's callback reports that the caller has joined.
            Ok(()) => Ok(JobOutcome::Retry),
            Err(ConnectError::Twilio(error)) if was_not_tried(&error) || error.is_already_over() => {
                Ok(JobOutcome::Retry)
            }
            Err(ConnectError::Twilio(error)) => {
                fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| None).await
            }
            Err(ConnectError::Ledger(error)) => Err(error.into()),
        }
    }
}

/// Unmutes the team member, who may have listened until now. `None` when they are not in the conference.
async fn unmute(engine: &Engine, call_id: &str, target: &WorkTarget) -> Result<Option<Participant>, TwilioError> {
    let participants = conference::participants(engine, call_id).await?;
    let is_theirs = |it: &Participant| Some(&it.call_sid) == target.participant.call_sid.as_ref();
    let Some(member) = participants.into_iter().find(is_theirs) else {
        return Ok(None);
    };
    if member.muted {
        let update = ParticipantUpdate {
            muted: Some(false),
            ..ParticipantUpdate::default()
        };
        let (room, leg) = (&member.conference_sid, &member.call_sid);
        engine.twilio.update_participant(room, leg, &update).await?;
    }
    Ok(Some(member))
}

/// Why the caller is not connected.
#[derive(Debug, thiserror::Error)]
enum ConnectError {
    #[error(transparent)]
    Twilio(#[from] TwilioError),
    #[error(transparent)]
    Ledger(#[from] StoreError),
}

/// Sets the conference to end when the team member leaves, and redirects the caller into it, unless they are in it: since the takeover was recorded, they may have
/// joined by the answer to a webhook. Our own log is asked as well, because Twilio's lists may lag behind a join.
async fn connect(engine: &Engine, call_id: &str, member: &Participant) -> Result<(), ConnectError> {
    // If they have left in the meantime, this fails and the caller is not redirected.
    set_ends_conference(engine, &member.conference_sid, &member.call_sid, true).await?;
    let participants = conference::participants(engine, call_id).await?;
    let Some((call, _)) = engine.ledger.state::<Call>(call_id).await? else {
        return Ok(());
    };
    let Some(start) = call.start() else {
        return Ok(());
    };
    let is_there = participants.iter().any(|it| it.call_sid == start.call_sid);
    if is_there || call.caller_in_conference().is_some() {
        return Ok(());
    }
    let twiml = engine.interfaces.join_conference(call_id);
    let redirect = CallUpdate::Redirect(Answer::Twiml(twiml.into()));
    engine.twilio.update_call(&start.call_sid, &redirect).await?;
    Ok(())
}
