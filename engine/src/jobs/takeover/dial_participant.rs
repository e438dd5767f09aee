//! Dials a participant into the conference: a team member's browser, or the target of a transfer.

use super::super::job::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, was_not_tried};
use crate::conference;
use crate::suppression::{self, is_suppressed};
use crate::{Engine, SharedEngine};
use domain::call::CallCommand;
use domain::call::value::ParticipantRole;
use infra::twilio::rest::{CallProgress, NewParticipant, Participant, ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Ring time, in seconds.
const RING_TIMEOUT_S: u32 = 25;

/// Dials one participant.
pub struct DialParticipant;

impl Job for DialParticipant {
    const KIND: Kind = Kind::DialParticipant;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let Some(target) = WorkTarget::of(&engine, &item).await? else {
            return Ok(JobOutcome::Retry);
        };
        // It may have been suppressed since the transfer was requested.
        if let Some(to) = transfer_target(&target)
            && is_suppressed(&engine, &item.tenant, to).await?
        {
            let command = CallCommand::FailTransfer {
                at: engine.clock.now(),
                to: to.into(),
                reason: suppression::REFUSAL.to_owned(),
            };
            let position = record_result::<Self>(&engine, &item, &[command]).await?;
            return Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded));
        }
        match ensure_dialed(&engine, &item.stream, &target).await {
            Ok(call_sid) => {
                let command = CallCommand::CallParticipant {
                    at: engine.clock.now(),
                    call_sid,
                    participant: target.number,
                };
                let position = record_result::<Self>(&engine, &item, &[command]).await?;
                Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
            }
            Err(error) if was_not_tried(&error) => Ok(JobOutcome::Retry),
            Err(error) => {
                let reason = error.to_string();
                fail::<Self, _>(&engine, &item, &RETRY_POLICY, &reason, |_| given_up(&engine, &target)).await
            }
        }
    }
}

/// Returns the call SID of the participant's leg: one that an earlier process dialed, or a new one.
async fn ensure_dialed(engine: &Engine, call_id: &str, target: &WorkTarget) -> Result<String, TwilioError> {
    let label = conference::label(target.participant.role, target.number);
    let participants = conference::participants(engine, call_id).await?;
    let known = participants.iter().find(|it| it.label.as_ref() == Some(&label));
    let call_sid = match known {
        Some(known) => known.call_sid.clone(),
        None => dial(engine, call_id, target, label).await?,
    };
    let caller = target.call.caller_in_conference();
    let caller = participants.iter().find(|it| Some(it.call_sid.as_str()) == caller);
    if let Some(caller) = caller.filter(|it| target.participant.role == ParticipantRole::TransferTarget && !it.hold) {
        hold(engine, caller).await?;
    }
    Ok(call_sid)
}

/// Puts the caller on hold with music once the target rings, so that the team member and the target can speak first. A
/// failure is logged; the caller then hears them.
async fn hold(engine: &Engine, caller: &Participant) -> Result<(), TwilioError> {
    let hold = ParticipantUpdate {
        hold: Some(true),
        ..ParticipantUpdate::default()
    };
    let room = &caller.conference_sid;
    match engine.twilio.update_participant(room, &caller.call_sid, &hold).await {
        Err(error) if was_not_tried(&error) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "caller not put on hold");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// Dials a new leg to the participant.
async fn dial(engine: &Engine, call_id: &str, target: &WorkTarget, label: String) -> Result<String, TwilioError> {
    let status = format!(
        "/twilio/call-status?call_id={call_id}&role={}#rc=5&rp=all",
        target.participant.role
    );
    let our_number = target.call.start().and_then(|start| start.number);
    let request = NewParticipant {
        from: our_number
            .or_else(|| engine.config.twilio.phone_number.clone())
            .map(Into::into),
        to: address(target).map(Into::into),
        label: Some(label),
        status_callback: Some(engine.config.callback_url(&status)),
        // Only the leg's own callback reports that the call was not answered.
        status_callback_events: vec![CallProgress::Completed],
        conference_status_callback: Some(conference::status_callback(&engine.config, call_id)),
        conference_status_callback_events: conference::EVENTS.to_vec(),
        timeout_s: Some(RING_TIMEOUT_S),
        muted: Some(target.participant.role == ParticipantRole::Listener),
        // A listener is alone in the conference during the AI phase and hears the call through the audio tap: hold
        // music would cover it.
        wait_url: (target.participant.role == ParticipantRole::Listener).then(String::new),
        beep: Some(false),
        early_media: Some(false),
        start_conference_on_enter: Some(true),
        // Set later, for the participant who speaks with the caller.
        end_conference_on_exit: Some(false),
        call_sid_to_coach: None,
    };
    let participant = engine.twilio.create_participant(call_id, &request).await?;
    Ok(participant.call_sid)
}

/// The address to dial: the user's browser client, or the transfer target.
fn address(target: &WorkTarget) -> Option<String> {
    match &target.participant.user {
        Some(user) => Some(format!("client:{user}")),
        None => transfer_target(target).map(str::to_owned),
    }
}

/// The number that the call is transferred to. `None` for a user, and for other participants.
fn transfer_target(target: &WorkTarget) -> Option<&str> {
    match &target.participant.user {
        Some(_) => None,
        None => target.call.people.transfer.as_ref()?.to.text(),
    }
}

/// The command for a participant who could not be dialed.
fn given_up(engine: &Engine, target: &WorkTarget) -> Option<CallCommand> {
    let at = engine.clock.now();
    let user = target.participant.user.clone();
    match target.participant.role {
        // Listening to the AI phase does not need the leg.
        ParticipantRole::Listener if target.call.people.taken_over_by.is_none() => None,
        ParticipantRole::Listener => user.map(|user| CallCommand::LeaveListener { at, user }),
        ParticipantRole::TransferTarget => {
            let to = target.call.people.transfer.as_ref()?.to.clone();
            let reason = "the target could not be dialed".to_owned();
            Some(CallCommand::FailTransfer { at, to, reason })
        }
        _ => user.map(|user| CallCommand::DeclineTakeover { at, user }),
    }
}
