//! What follows from a command to a call: pure, one file a theme.
//!
//! What the provider tells becomes events by itself alone, not by what is known: the same callbacks state the same facts
//! in whatever order they come. Three things look at the state, and none of them matters to a reader that joins as
//! [`super::Call`] does: a fact that was stated before is not stated again; a beginning is inferred only while it adds
//! something ([`infer`]); and a weaker reason for voicemail is not stated after a stronger one.

mod end;
mod callback;
mod participants;
mod queue;
mod review;
mod recording;
mod status;
mod dialogue;

use super::command::{CallCommand, Origin};
use super::error::CallError;
use super::event::{CallEvent, PersonalText};
use super::observed_at::ObservedAt;
use super::start::Start;
use super::state::Call;
use super::value::ClockSource;
use crate::decide::unless;
use crate::{Personal, Timestamp};

/// Events, or why there are none.
type Decision = Result<Vec<CallEvent>, CallError>;

/// What follows from the command.
///
/// # Errors
/// When a person's command is refused; never for what the provider told.
pub fn decide(call: &Call, command: &CallCommand) -> Decision {
    use CallCommand as C;
    match command {
        C::HandleInbound(callback) => Ok(callback::inbound(call, callback)),
        C::HandleOutbound(callback) => Ok(callback::outbound(call, callback)),
        C::HandleStatus(callback) => Ok(status::status(call, callback)),
        C::HandleRecording(callback) => Ok(callback::recording(call, callback)),
        C::HandleVoicemail(callback) => Ok(callback::voicemail(call, callback)),
        C::HandleTranscription(callback) => Ok(callback::transcription(call, callback)),
        C::HandleConference(callback) => Ok(status::conference(call, callback)),
        C::HandleAmd(callback) => Ok(status::amd(call, callback)),
        C::HandleCallerTurn(callback) => Ok(dialogue::caller(call, callback)),
        C::HandleOther(callback) => Ok(callback::other(call, callback)),
        C::CreateManually(order) => review::create(call, order),
        C::Enqueue(call_to_queue) => queue::enqueue(call, call_to_queue),
        C::CancelQueued { .. }
        | C::PermitDial { .. }
        | C::RefuseDial { .. }
        | C::AttemptDial { .. }
        | C::FailDial { .. } => queue::decide(call, command),
        C::RouteToVoicemail { .. }
        | C::DiscloseAi { .. }
        | C::PlayConsentNotice { .. }
        | C::SpeakAi { .. }
        | C::InterruptAi { .. }
        | C::ReportUnclearSpeech { .. }
        | C::PromptSilence { .. }
        | C::CollectField { .. }
        | C::TriggerEscalation { .. }
        | C::TripGuardrail { .. }
        | C::ReportAiFailure { .. } => dialogue::decide(call, command),
        C::JoinListener { .. }
        | C::LeaveListener { .. }
        | C::RequestTakeover { .. }
        | C::AcceptTakeover { .. }
        | C::DeclineTakeover { .. }
        | C::CallParticipant { .. }
        | C::TakeOver { .. }
        | C::FailTakeover { .. }
        | C::PutOnHold { .. }
        | C::TakeOffHold { .. }
        | C::StartTransfer { .. }
        | C::CompleteTransfer { .. }
        | C::FailTransfer { .. }
        | C::SendDigits { .. } => participants::decide(call, command),
        C::StartRecording { .. }
        | C::PauseRecording { .. }
        | C::ResumeRecording { .. }
        | C::ArchiveRecording { .. }
        | C::GiveUpRecording { .. }
        | C::StoreTranscript { .. }
        | C::RequestTranscription { .. }
        | C::FailTranscription { .. }
        | C::PlayRecording { .. } => recording::decide(call, command),
        C::EndCall { .. }
        | C::Summarize { .. }
        | C::RequestDoNotCall { .. }
        | C::IncurCost { .. }
        | C::Reconcile { .. }
        | C::FailEffect { .. }
        | C::RepairGap { .. } => end::decide(call, command),
        C::Grade { .. }
        | C::ClearGrade { .. }
        | C::NoteCorrection { .. }
        | C::WithdrawCorrection { .. }
        | C::Resolve { .. }
        | C::Reopen { .. }
        | C::EditDetails { .. }
        | C::Hide { .. }
        | C::Erase { .. } => review::decide(call, command),
    }
}

/// A beginning concluded from what a callback tells in passing; `None` when it adds nothing to what is known.
fn infer(call: &Call, at: ObservedAt, origin: &Origin) -> Option<CallEvent> {
    // An erased call learns no personal value again.
    let personal = |value: &Option<PersonalText>| if call.erased { None } else { value.clone() };
    let concluded = Start {
        at,
        direction: origin.direction,
        call_sid: origin.call_sid.clone().unwrap_or_default(),
        from: personal(&origin.from).unwrap_or_else(|| Personal::from("")),
        to: personal(&origin.to).unwrap_or_else(|| Personal::from("")),
        caller_name: personal(&origin.caller_name),
        agent: origin.agent.clone(),
        number: origin.number.clone(),
        attestation: None,
    };
    let inferred = match call.inferred.clone() {
        Some(known) => known.join(concluded.clone()),
        None => concluded.clone(),
    };
    let improved = Start::known(call.started.clone(), Some(inferred));
    (improved != call.start()).then(|| concluded.into_event(true))
}

/// The facts of a callback that are news, after the beginning that they imply if that is news too.
fn news(call: &Call, at: ObservedAt, origin: &Origin, facts: Vec<CallEvent>) -> Vec<CallEvent> {
    let facts = facts.into_iter().filter(|fact| !call.seen_callbacks.knows(fact));
    infer(call, at, origin).into_iter().chain(facts).collect()
}

/// A callback that changes nothing else.
fn report(
    at: ObservedAt,
    kind: &str,
    call_sid: Option<&str>,
    sequence_number: Option<u32>,
    status: impl Into<String>,
) -> CallEvent {
    CallEvent::ProviderReported {
        at: at.at,
        clock: at.clock,
        kind: kind.to_owned(),
        call_sid: call_sid.map(str::to_owned),
        sequence_number,
        status: status.into(),
    }
}

/// Refuses a call that nobody ever heard of.
const fn ensure_exists(call: &Call) -> Result<(), CallError> {
    if call.exists() {
        Ok(())
    } else {
        Err(CallError::NotFound)
    }
}

/// Refuses a call that is over, or that nobody ever heard of.
fn ensure_active(call: &Call) -> Result<(), CallError> {
    ensure_exists(call)?;
    if call.is_over() { Err(CallError::Over) } else { Ok(()) }
}

/// Refuses an erased call, which takes no new personal values, or one that nobody ever heard of.
fn ensure_not_erased(call: &Call) -> Result<(), CallError> {
    ensure_exists(call)?;
    if call.erased { Err(CallError::Erased) } else { Ok(()) }
}

/// A moment that we heard of by ourselves.
const fn received_at(at: Timestamp) -> ObservedAt {
    ObservedAt::new(at, ClockSource::Local)
}
