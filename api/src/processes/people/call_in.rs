//! Calls somebody into a conversation: the telephone of a person of ours, or the number to which a call is transferred.

use super::super::worker::{Done, Worker, fail, tell};
use super::{PATIENCE, Seated, was_not_tried};
use crate::conference;
use crate::state::AppState;
use domain::call::CallCommand;
use domain::call::value::ParticipantRole;
use infra::twilio::rest::{CallProgress, NewParticipant, Participant, ParticipantUpdate, TwilioError};
use projections::work::Kind;
use projections::work::tables::WorkRow;

/// How long a telephone rings, in seconds.
const RINGS_S: u32 = 25;

/// The process manager.
pub struct CallIn;

impl Worker for CallIn {
    const KIND: Kind = Kind::CallIn;
    const AT_ONCE: usize = 16;

    async fn work(state: AppState, item: WorkRow) -> anyhow::Result<Done> {
        let Some(seated) = Seated::of(&state, &item).await? else {
            return Ok(Done::NotNow);
        };
        match called(&state, &item.stream, &seated).await {
            Ok(call_sid) => {
                let command = CallCommand::CallParticipant {
                    at: state.clock.now(),
                    call_sid,
                    seat: seated.number,
                };
                let told = tell::<Self>(&state, &item, &[command]).await?;
                Ok(told.map_or(Done::NotNow, Done::Told))
            }
            Err(error) if was_not_tried(&error) => Ok(Done::NotNow),
            Err(error) => {
                let reason = error.to_string();
                fail::<Self, _>(&state, &item, &PATIENCE, &reason, |_| given_up(&state, &seated)).await
            }
        }
    }
}

/// The leg to this seat: one that an earlier process called, or a new one.
async fn called(state: &AppState, call_id: &str, seated: &Seated) -> Result<String, TwilioError> {
    let label = conference::label(seated.seat.role, seated.number);
    let there = conference::participants(state, call_id).await?;
    let known = there.iter().find(|it| it.label.as_ref() == Some(&label));
    let call_sid = match known {
        Some(known) => known.call_sid.clone(),
        None => call(state, call_id, seated, label).await?,
    };
    let caller = seated.call.caller_in_conference();
    let caller = there.iter().find(|it| Some(it.call_sid.as_str()) == caller);
    if let Some(caller) = caller.filter(|it| seated.seat.role == ParticipantRole::TransferTarget && !it.hold) {
        hold(state, caller).await?;
    }
    Ok(call_sid)
}

/// Music for the caller, once the target rings: our person and the target may speak first. A caller who cannot be put on
/// hold hears how they do.
async fn hold(state: &AppState, caller: &Participant) -> Result<(), TwilioError> {
    let hold = ParticipantUpdate {
        hold: Some(true),
        ..ParticipantUpdate::default()
    };
    let room = &caller.conference_sid;
    match state.twilio.update_participant(room, &caller.call_sid, &hold).await {
        Err(error) if was_not_tried(&error) => Err(error),
        Err(error) => {
            tracing::warn!(%error, "a caller was not put on hold");
            Ok(())
        }
        Ok(_) => Ok(()),
    }
}

/// Calls a new leg to this seat.
async fn call(state: &AppState, call_id: &str, seated: &Seated, label: String) -> Result<String, TwilioError> {
    let status = format!(
        "/twilio/call-status?call_id={call_id}&role={}#rc=5&rp=all",
        seated.seat.role
    );
    let our_number = seated.call.start().and_then(|start| start.number);
    let wanted = NewParticipant {
        from: our_number
            .or_else(|| state.config.twilio.phone_number.clone())
            .map(Into::into),
        to: whom(seated).map(Into::into),
        label: Some(label),
        status_callback: Some(state.config.callback_url(&status)),
        // Also that nobody answered: only the leg's own callbacks tell that.
        status_callback_events: vec![CallProgress::Completed],
        conference_status_callback: Some(conference::status_callback(state, call_id)),
        conference_status_callback_events: conference::EVENTS.to_vec(),
        timeout_s: Some(RINGS_S),
        muted: Some(seated.seat.role == ParticipantRole::Listener),
        // While the AI speaks a listener is alone there, and hears it elsewhere: music would drown it.
        wait_url: (seated.seat.role == ParticipantRole::Listener).then(String::new),
        beep: Some(false),
        early_media: Some(false),
        start_conference_on_enter: Some(true),
        // Only whoever speaks with the caller ends the call by leaving, and from then on.
        end_conference_on_exit: Some(false),
        call_sid_to_coach: None,
    };
    let participant = state.twilio.create_participant(call_id, &wanted).await?;
    Ok(participant.call_sid)
}

/// Who is called: a browser, or what the call is to be transferred to.
fn whom(seated: &Seated) -> Option<String> {
    match &seated.seat.user {
        Some(user) => Some(format!("client:{user}")),
        None => seated.call.people.transfer.as_ref()?.to.text().map(str::to_owned),
    }
}

/// What it means that somebody cannot be called at all.
fn given_up(state: &AppState, seated: &Seated) -> Option<CallCommand> {
    let at = state.clock.now();
    let user = seated.seat.user.clone();
    match seated.seat.role {
        // They hear the AI without a telephone.
        ParticipantRole::Listener if seated.call.people.taken_over_by.is_none() => None,
        ParticipantRole::Listener => user.map(|user| CallCommand::LeaveListener { at, user }),
        ParticipantRole::TransferTarget => {
            let to = seated.call.people.transfer.as_ref()?.to.clone();
            let reason = "could not be called".to_owned();
            Some(CallCommand::FailTransfer { at, to, reason })
        }
        _ => user.map(|user| CallCommand::DeclineTakeover { at, user }),
    }
}
