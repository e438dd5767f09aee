//! Completes a takeover once the team member is in the conference: records it, unmutes the team member, and moves the
//! caller into the conference. The AI says nothing from then on.

use super::super::runner::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::CallCommand;
use infra::twilio::rest::{Answer, CallUpdate, Participant, ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Completes one takeover.
pub struct TakeOver;

impl Job for TakeOver {
    const KIND: Kind = Kind::TakeOver;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let Some(target) = WorkTarget::of(&state, &item).await? else {
            return Ok(JobOutcome::Retry);
        };
        let Some(user) = target.participant.user.clone() else {
            return Ok(JobOutcome::Retry);
        };
        let (participants, room) = match find_team_member(&state, &item.stream, &target).await {
            Ok(Some(found)) => found,
            // The team member left, and the callback is still to be received.
            Ok(None) => return Ok(JobOutcome::Retry),
            Err(error) if was_not_tried(&error) => return Ok(JobOutcome::Retry),
            Err(error) => {
                return fail::<Self, _>(&state, &item, &RETRY_POLICY, &error.to_string(), |_| None).await;
            }
        };
        // The takeover is recorded first, so that an AI answer still being generated is not spoken.
        let at = state.clock.now();
        if record_result::<Self>(&state, &item, &[CallCommand::TakeOver { at, user }])
            .await?
            .is_err()
        {
            return Ok(JobOutcome::Retry);
        }
        match connect(&state, &item.stream, &target, &room, &participants).await {
            // The conference's callback reports that the caller has joined.
            Ok(()) => Ok(JobOutcome::Retry),
            Err(error) if was_not_tried(&error) || error.is_already_over() => Ok(JobOutcome::Retry),
            Err(error) => fail::<Self, _>(&state, &item, &RETRY_POLICY, &error.to_string(), |_| None).await,
        }
    }
}

/// The participants of the conference and its SID; `None` when the team member is not in it.
async fn find_team_member(
    state: &AppState,
    call_id: &str,
    target: &WorkTarget,
) -> Result<Option<(Vec<Participant>, String)>, TwilioError> {
    let participants = conference::participants(state, call_id).await?;
    let is_theirs = |it: &&Participant| Some(&it.call_sid) == target.participant.call_sid.as_ref();
    let room = participants.iter().find(is_theirs).map(|it| it.conference_sid.clone());
    Ok(room.map(|room| (participants, room)))
}

/// Unmutes the team member, sets the conference to end when they leave, and redirects the caller into it unless they
/// are in it. If the team member has left in the meantime, the update fails and the caller is not redirected.
async fn connect(
    state: &AppState,
    call_id: &str,
    target: &WorkTarget,
    room: &str,
    participants: &[Participant],
) -> Result<(), TwilioError> {
    let Some(leg) = &target.participant.call_sid else {
        return Ok(());
    };
    let update = ParticipantUpdate {
        muted: Some(false),
        end_conference_on_exit: Some(true),
        ..ParticipantUpdate::default()
    };
    state.twilio.update_participant(room, leg, &update).await?;
    let Some(start) = target.call.start() else {
        return Ok(());
    };
    if participants.iter().any(|it| it.call_sid == start.call_sid) {
        return Ok(());
    }
    let twiml = conference::into(state, call_id).to_xml();
    let redirect = CallUpdate::Redirect(Answer::Twiml(twiml.into()));
    state.twilio.update_call(&start.call_sid, &redirect).await?;
    Ok(())
}
