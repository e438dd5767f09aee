//! `voicemail`: the caller is asked for a message.

use super::{CallbackError, CallbackOutcome, Received, handle as record_callback};
use crate::Engine;
use domain::agent::AgentSettings;
use domain::call::Call;
use infra::twilio::callbacks::Endpoint;

/// What the caller gets.
pub enum VoicemailOutcome {
    /// The caller is asked for a message, in the voice and language of the call's agent.
    Ask {
        call_id: String,
        settings: Box<AgentSettings>,
    },
    /// A team member has the call: the caller joins the conference.
    JoinConference { call_id: String },
    /// The call is over.
    HangUp,
    /// A message could not be attributed to a call.
    Quarantined,
}

/// Handles the callback.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn handle(engine: &Engine, received: &Received) -> Result<VoicemailOutcome, CallbackError> {
    // A caller who waited for a person reaches this when the redirect of a takeover has failed. A call whose state cannot
    // be read is not known to be taken over; what follows answers the caller in any case.
    let call_id = received.query.get("call_id").unwrap_or_default();
    if let Ok(Some((call, _))) = engine.ledger.state::<Call>(call_id).await
        && call.people.taken_over_by.is_some()
    {
        return Ok(VoicemailOutcome::JoinConference {
            call_id: call_id.to_owned(),
        });
    }
    match record_callback(engine, received, Endpoint::Voicemail).await? {
        CallbackOutcome::Call(context) if context.executed.state.is_over() => Ok(VoicemailOutcome::HangUp),
        CallbackOutcome::Call(context) => Ok(VoicemailOutcome::Ask {
            settings: Box::new(context.settings(engine).await?),
            call_id: context.call_id,
        }),
        CallbackOutcome::Quarantined => Ok(VoicemailOutcome::Quarantined),
    }
}
