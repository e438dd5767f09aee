//! Completes a transfer: the target hears an announcement, is connected with the caller, and the team member is
//! released. If the target did not join, the caller returns to the team member.

use super::super::job::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, ok_if_gone, set_ends_conference, was_not_tried};
use crate::conference;
use crate::takeover::hold_recording;
use crate::{Engine, SharedEngine};
use domain::call::CallCommand;
use domain::call::state::{Call, LegState, Participant};
use domain::call::value::{ParticipantRole, Phase};
use infra::twilio::rest::{ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Maximum duration of the announcement, in seconds.
const ANNOUNCEMENT_TIMEOUT_S: i64 = 12;

/// Completes one transfer.
pub struct CompleteTransfer;

impl Job for CompleteTransfer {
    const KIND: Kind = Kind::CompleteTransfer;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let Some(target) = WorkTarget::of(&engine, &item).await? else {
            return Ok(JobOutcome::Retry);
        };
        let detail: serde_json::Value = serde_json::from_str(&item.detail)?;
        let call = &target.call;
        let is_present = call.end.is_none() && detail["present"] == true;
        let is_announced =
            detail["announced"] == true || is_announcement_overdue(&engine, call.leg_of_participant(target.number));
        let done = match (is_present, is_announced) {
            // The conference's callback reports the end of the announcement.
            (true, false) => announce(&engine, &item.stream, &target).await.map(|()| None),
            (true, true) => connect(&engine, &target).await.map(|()| Some(None)),
            (false, _) => {
                let reason = failure_reason(call, call.leg_of_participant(target.number));
                unhold(&engine, call).await.map(|()| Some(Some(reason)))
            }
        };
        match done {
            Ok(None) => Ok(JobOutcome::Retry),
            Ok(Some(failed)) => {
                let commands = commands(&engine, call, failed).await;
                let position = record_result::<Self>(&engine, &item, &commands).await?;
                Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
            }
            Err(error) if was_not_tried(&error) => Ok(JobOutcome::Retry),
            Err(error) => {
                let failed = if RETRY_POLICY.is_last_attempt(&item) {
                    give_back(&engine, call).await
                } else {
                    Vec::new()
                };
                fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| failed).await
            }
        }
    }
}

/// Whether the target has been in the conference longer than any announcement takes. Then the caller is connected even
/// if the callback for its end is missing.
fn is_announcement_overdue(engine: &Engine, leg: Option<&LegState>) -> bool {
    let joined = leg.and_then(|leg| leg.joined_last);
    joined.is_some_and(|joined| engine.clock.now() > joined.at.plus_seconds(ANNOUNCEMENT_TIMEOUT_S))
}

/// Plays the announcement to the target.
async fn announce(engine: &Engine, call_id: &str, target: &WorkTarget) -> Result<(), TwilioError> {
    let Some((room, leg)) = target
        .call
        .running_conference()
        .zip(target.participant.call_sid.as_ref())
    else {
        return Ok(());
    };
    let update = ParticipantUpdate {
        announce_url: Some(conference::announcement(&engine.config, call_id, "what=transfer")),
        ..ParticipantUpdate::default()
    };
    engine.twilio.update_participant(room, leg, &update).await?;
    Ok(())
}

/// Connects the caller with the target. From then on the conference ends when the target leaves, and no longer when a
/// previous speaker does.
async fn connect(engine: &Engine, target: &WorkTarget) -> Result<(), TwilioError> {
    let call = &target.call;
    let Some((room, target_leg)) = call.running_conference().zip(target.participant.call_sid.as_ref()) else {
        return Ok(());
    };
    let has_call =
        |participant: &Participant| participant.user.is_some() && participant.user == call.people.taken_over_by;
    let is_other_speaker = |(number, participant): &(&u32, &Participant)| {
        **number != target.number && (has_call(participant) || participant.role != ParticipantRole::Listener)
    };
    for (number, participant) in call.people.participants.iter().filter(is_other_speaker) {
        let is_there = call.leg_of_participant(*number).is_some_and(LegState::is_present);
        if let Some(leg) = participant.call_sid.as_ref().filter(|_| is_there) {
            ok_if_gone(set_ends_conference(engine, room, leg, false).await)?;
        }
    }
    set_ends_conference(engine, room, target_leg, true).await?;
    unhold(engine, call).await
}

/// Takes the caller off hold; does nothing if the caller has left.
async fn unhold(engine: &Engine, call: &Call) -> Result<(), TwilioError> {
    let Some((room, caller)) = call.running_conference().zip(call.caller_in_conference()) else {
        return Ok(());
    };
    let update = ParticipantUpdate {
        hold: Some(false),
        ..ParticipantUpdate::default()
    };
    ok_if_gone(engine.twilio.update_participant(room, caller, &update).await)
}

/// Returns the caller to the team member after the last attempt, and takes the caller off hold if possible.
async fn give_back(engine: &Engine, call: &Call) -> Vec<CallCommand> {
    if let Err(error) = unhold(engine, call).await {
        tracing::warn!(%error, "caller not taken off hold after failed transfer");
    }
    commands(engine, call, Some("could not be connected".to_owned())).await
}

/// The commands that end a transfer: off hold, recordings resumed, and the transfer's result. `failed` is the reason of
/// a failure.
async fn commands(engine: &Engine, call: &Call, failed: Option<String>) -> Vec<CallCommand> {
    let at = engine.clock.now();
    let held_by = call.people.on_hold_by.clone().filter(|_| call.end.is_none());
    let resumed = held_by.map(|user| CallCommand::TakeOffHold { at, user });
    let recorded = if call.end.is_none() {
        hold_recording::resume(engine, call).await
    } else {
        Vec::new()
    };
    let recorded = recorded.into_iter().map(|recording_sid| CallCommand::ResumeRecording {
        at,
        phase: Phase::Human,
        recording_sid,
    });
    let to = call.people.transfer.as_ref().map(|transfer| transfer.to.clone());
    let result = to.map(|to| match failed {
        Some(reason) => CallCommand::FailTransfer { at, to, reason },
        None => CallCommand::CompleteTransfer { at, to },
    });
    resumed.into_iter().chain(recorded).chain(result).collect()
}

fn failure_reason(call: &Call, leg: Option<&LegState>) -> String {
    let unreached = leg.and_then(|leg| leg.unreached.clone());
    unreached.unwrap_or_else(|| {
        let words = if call.end.is_some() {
            "the call ended"
        } else {
            "the target left"
        };
        words.to_owned()
    })
}
