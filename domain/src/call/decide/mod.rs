//! Decisions of a call: from the state and a command to events. Pure; one file per topic.
//!
//! The events of a callback depend on the callback alone, not on the state: the same callbacks record the same facts in any
//! order. There are three exceptions, none of which affects a reader that joins reports as [`super::Call`] does: a fact
//! that was recorded before is not recorded again; an inferred start is recorded only if it adds something ([`infer`]); a
//! weaker reason for voicemail is not recorded after a stronger one.

mod callback;
mod dialogue;
mod end;
mod participants;
mod queue;
mod recording;
mod review;
mod status;

use super::command::{CallCommand, Origin};
use super::error::CallError;
use super::event::{CallEvent, PersonalText};
use super::observed_at::ObservedAt;
use super::start::Start;
use super::state::Call;
use super::value::ClockSource;
use crate::decide::unless_known;
use crate::{Personal, Timestamp};

/// The events, or the error with which the command is refused.
type Decision = Result<Vec<CallEvent>, CallError>;

/// Decides a command: dispatches it to the file of its topic.
///
/// # Errors
/// When the command is refused. Callbacks are never refused.
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
        C::HandleCallerTurn(callback) => Ok(dialogue::caller_turn(call, callback)),
        C::HandleOther(callback) => Ok(callback::other(call, callback)),
        C::CreateManually(command) => review::create(call, command),
        C::Enqueue(command) => queue::enqueue(call, command),
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
        | C::EndFromRecord { .. }
        | C::Summarize { .. }
        | C::RequestDoNotCall { .. }
        | C::HonorOptOut { .. }
        | C::IncurCost { .. }
        | C::Reconcile { .. }
        | C::RecordRepetition { .. }
        | C::FailEffect { .. }
        | C::RetryEffect { .. }
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

/// A start inferred from a callback. `None` if it adds nothing to the known start.
fn infer(call: &Call, at: ObservedAt, origin: &Origin) -> Option<CallEvent> {
    // An erased call takes no new personal values.
    let personal = |value: &Option<PersonalText>| if call.erased { None } else { value.clone() };
    let start = Start {
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
        Some(known) => known.join(start.clone()),
        None => start.clone(),
    };
    let improved = Start::known(call.started.clone(), Some(inferred));
    (improved != call.start()).then(|| start.into_event(true))
}

/// The facts of a callback that are new, preceded by the inferred start if that adds something.
fn new_facts(call: &Call, at: ObservedAt, origin: &Origin, facts: Vec<CallEvent>) -> Vec<CallEvent> {
    let facts = facts.into_iter().filter(|fact| !call.seen_callbacks.knows(fact));
    infer(call, at, origin).into_iter().chain(facts).collect()
}

/// A `ProviderReported`, for a callback that produces no other event.
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

/// Refuses a call that does not exist.
const fn ensure_exists(call: &Call) -> Result<(), CallError> {
    if call.exists() {
        Ok(())
    } else {
        Err(CallError::NotFound)
    }
}

/// Refuses a call that is over or does not exist.
fn ensure_active(call: &Call) -> Result<(), CallError> {
    ensure_exists(call)?;
    if call.is_over() { Err(CallError::Over) } else { Ok(()) }
}

/// Refuses a call that was erased, and so takes no new personal values, or does not exist.
fn ensure_not_erased(call: &Call) -> Result<(), CallError> {
    ensure_exists(call)?;
    if call.erased { Err(CallError::Erased) } else { Ok(()) }
}

/// A time of receipt, by the local clock.
const fn received_at(at: Timestamp) -> ObservedAt {
    ObservedAt::new(at, ClockSource::Local)
}
