//! Ends the leg of a participant who no longer belongs to the conference: the call is over, or another team member has
//! it.

use super::super::job::{Job, JobOutcome, fail, record_result};
use super::{RETRY_POLICY, WorkTarget, ok_if_gone, set_ends_conference, was_not_tried};
use crate::conference;
use crate::{Engine, SharedEngine};
use domain::call::command::{HandleStatus, Leg, Origin};
use domain::call::value::ClockSource;
use infra::twilio::rest::{CallUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// Hangs up one participant.
pub struct HangUpParticipant;

impl Job for HangUpParticipant {
    const KIND: Kind = Kind::HangUpParticipant;
    const MAX_CONCURRENCY: usize = 16;

    async fn work(engine: SharedEngine, item: WorkRow) -> anyhow::Result<JobOutcome> {
        let target = WorkTarget::of(&engine, &item).await?;
        let Some((target, leg)) = target.and_then(|target| {
            let leg = target.participant.call_sid.clone()?;
            Some((target, leg))
        }) else {
            return Ok(JobOutcome::Retry);
        };
        match end(&engine, &item.stream, &target, &leg).await {
            // The leg's own callback reports the end.
            Ok(None) => Ok(JobOutcome::Retry),
            // The leg ended earlier and its callback was lost.
            Ok(Some(status)) => {
                let ended = HandleStatus {
                    at: engine.clock.now(),
                    clock: ClockSource::Local,
                    kind: "call-status".to_owned(),
                    call_sid: leg,
                    leg: Leg::Participant(target.participant.role),
                    status,
                    sequence_number: None,
                    answered_by: None,
                    duration_s: None,
                    reason: None,
                    origin: Origin::default(),
                };
                let position = record_result::<Self>(&engine, &item, &[ended.into()]).await?;
                Ok(position.map_or(JobOutcome::Retry, JobOutcome::Recorded))
            }
            Err(error) if was_not_tried(&error) => Ok(JobOutcome::Retry),
            Err(error) => fail::<Self, _>(&engine, &item, &RETRY_POLICY, &error.to_string(), |_| None).await,
        }
    }
}

/// Ends a leg. Returns its final status if it had ended before.
async fn end(engine: &Engine, call_id: &str, target: &WorkTarget, leg: &str) -> Result<Option<String>, TwilioError> {
    let known = engine.twilio.call(leg).await?;
    if known.status.is_over() {
        return Ok(Some(known.status.as_str().to_owned()));
    }
    if target.call.end.is_none() {
        keep_conference_open(engine, call_id, leg).await?;
    }
    match engine.twilio.update_call(leg, &CallUpdate::HangUp).await {
        Err(error) if error.is_already_over() => Ok(None),
        result => result.map(|_| None),
    }
}

/// Makes sure that the conference continues for the others when this leg ends.
async fn keep_conference_open(engine: &Engine, call_id: &str, leg: &str) -> Result<(), TwilioError> {
    let participants = conference::participants(engine, call_id).await?;
    let Some(participant) = participants.iter().find(|it| it.call_sid == leg) else {
        return Ok(());
    };
    ok_if_gone(set_ends_conference(engine, &participant.conference_sid, leg, false).await)
}
