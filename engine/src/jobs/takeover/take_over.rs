//! Completes a takeover once the team member is in the conference: records it, unmutes the team member, and moves the
//! caller into the conference. The AI says nothing from then on.

use super::super::runner::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, was_not_tried};
use crate::conference;
use crate::{Engine, SharedEngine};
use domain::call::CallCommand;
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
        let room = match find_team_member(&engine, &item.stream, &target).await {
            Ok(Some(found)) => found,
            // The team member left, and the callback is still to be received.
            Ok(None) => return Ok(JobOutcome::Retry),
            Err(error) if was_not_tried(&error) => return Ok(JobOutcome::Retry),
            Err(error) => {
                return fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| None).await;
            }
        };
        // The takeover is recorded first, so that an AI answer still being generated is not spoken.
        let at = engine.clock.now();
        if record_result::<Self>(&engine, &item, &[CallCommand::TakeOver { at, user }])
            .await?
            .is_err()
        {
            return Ok(JobOutcome::Retry);
        }
        match connect(&engine, &item.stream, &target, &room).await {
            // The conference's callback reports that the caller has joined.
            Ok(()) => Ok(JobOutcome::Retry),
            Err(error) if was_not_tried(&error) || error.is_already_over() => Ok(JobOutcome::Retry),
            Err(error) => fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| None).await,
        }
    }
}

/// The SID of the conference; `None` when the team member is not in it.
async fn find_team_member(engine: &Engine, call_id: &str, target: &WorkTarget) -> Result<Option<String>, TwilioError> {
    let participants = conference::participants(engine, call_id).await?;
    let is_theirs = |it: &&Participant| Some(&it.call_sid) == target.participant.call_sid.as_ref();
    Ok(participants.iter().find(is_theirs).map(|it| it.conference_sid.clone()))
}

/// Unmutes the team member, sets the conference to end when they leave, and redirects the caller into it unless they
/// are in it. If the team member has left in the meantime, the update fails and the caller is not redirected.
async fn connect(engine: &Engine, call_id: &str, target: &WorkTarget, room: &str) -> Result<(), TwilioError> {
    let Some(leg) = &target.participant.call_sid else {
        return Ok(());
    };
    let update = ParticipantUpdate {
        muted: Some(false),
        end_conference_on_exit: Some(true),
        ..ParticipantUpdate::default()
    };
    engine.twilio.update_participant(room, leg, &update).await?;
    let Some(start) = target.call.start() else {
        return Ok(());
    };
    // Read after the takeover was recorded: since then, the caller may have joined by the answer to a webhook.
    let participants = conference::participants(engine, call_id).await?;
    if participants.iter().any(|it| it.call_sid == start.call_sid) {
        return Ok(());
    }
    let twiml = engine.interfaces.join_conference(call_id);
    let redirect = CallUpdate::Redirect(Answer::Twiml(twiml.into()));
    engine.twilio.update_call(&start.call_sid, &redirect).await?;
    Ok(())
}
