//! Returns a caller to the AI when the team member who took over left before the caller had joined the conference.
//!
//! A participant who speaks with the caller ends the call by leaving, so that a caller is never left alone.

use super::super::job::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, was_not_tried};
use crate::conference;
use crate::{Engine, SharedEngine};
use domain::call::value::ParticipantRole;
use domain::call::{Call, CallCommand};
use infra::twilio::rest::{Answer, CallUpdate, Participant, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Returns one caller to the AI.
pub struct ReturnToAi;

impl Job for ReturnToAi {
    const KIND: Kind = Kind::ReturnToAi;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let Some(target) = WorkTarget::of(&engine, &item).await? else {
            return Ok(JobOutcome::Retry);
        };
        let call = &target.call;
        let result = match conference::participants(&engine, &item.stream).await {
            Ok(participants) if has_other_speaker(call, &participants) => return Ok(JobOutcome::Retry),
            // The takeover is ended first, so that the AI may answer again.
            Ok(participants) if call.people.taken_over_by.is_some() => {
                if !is_caller_waiting(call, &participants) {
                    return Ok(JobOutcome::Retry);
                }
                let position = record_result::<Self>(&engine, &item, &commands(&engine, &target)).await?;
                return Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded));
            }
            Ok(_) => redirect_to_ai(&engine, &item.stream, call).await,
            Err(error) => Err(error),
        };
        match result {
            // The conference's callback reports that the caller has left it.
            Ok(()) => Ok(JobOutcome::Retry),
            Err(error) if was_not_tried(&error) || error.is_already_over() => Ok(JobOutcome::Retry),
            Err(error) => fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| None).await,
        }
    }
}

/// Whether another participant is in the conference, or being called, who speaks with the caller or will.
fn has_other_speaker(call: &Call, participants: &[Participant]) -> bool {
    let is_listener = |it: &Participant| {
        let is_theirs =
            |participant: &&domain::call::state::Participant| participant.call_sid.as_ref() == Some(&it.call_sid);
        let participant = call.people.participants.values().find(is_theirs);
        participant.is_some_and(|participant| participant.role == ParticipantRole::Listener) && it.muted
    };
    participants.iter().any(|it| !is_caller(call, it) && !is_listener(it))
}

fn is_caller(call: &Call, participant: &Participant) -> bool {
    call.start().is_some_and(|start| start.call_sid == participant.call_sid)
}

/// Whether the caller is alone in the conference, or never joined it. Otherwise the caller spoke with a participant and
/// the call is about to end.
fn is_caller_waiting(call: &Call, participants: &[Participant]) -> bool {
    let is_caller_there = participants.iter().any(|it| is_caller(call, it));
    let joined =
        |leg: &domain::call::state::LegState| leg.role == Some(ParticipantRole::Caller) && leg.joined.is_some();
    is_caller_there || !call.legs.values().any(joined)
}

fn commands(engine: &Engine, target: &WorkTarget) -> Vec<CallCommand> {
    let at = engine.clock.now();
    let held_by = target.call.people.on_hold_by.clone();
    let resumed = held_by.map(|user| CallCommand::TakeOffHold { at, user });
    let failed = target.participant.user.clone().map(|user| CallCommand::FailTakeover {
        at,
        user,
        reason: "the team member left before the caller joined".to_owned(),
    });
    resumed.into_iter().chain(failed).collect()
}

/// Redirects the caller to the AI, which path whether they are there, as after a silence.
async fn redirect_to_ai(engine: &Engine, call_id: &str, call: &Call) -> Result<(), TwilioError> {
    let Some(start) = call.start() else { return Ok(()) };
    let path = format!("/twilio/ai-respond?call_id={call_id}&turn={}", call.next_turn());
    let update = CallUpdate::Redirect(Answer::Url(engine.config.callback_url(&path)));
    engine.twilio.update_call(&start.call_sid, &update).await?;
    Ok(())
}
