//! `inbound`: a call to one of our numbers.
//!
//! Within the opening hours of the number's agent the caller hears the AI disclosure, the recording notice and the
//! greeting, and can then speak; otherwise, and while the service stops, the caller is routed to the voicemail.
//!
//! The outcome consists of the recorded events and the agent as of the start of the call, so that a repeated callback
//! gets the same one.

use super::record::{quarantine, record};
use super::{CallbackError, CallbackOutcome, Received};
use crate::Engine;
use crate::number_routing::NumberOwner;
use domain::agent::{Agent, AgentSettings, Routing};
use domain::call::CallEvent;
use domain::call::command::Routed;
use domain::call::value::VoicemailReason;
use domain::dialogue::Phrases;
use infra::twilio::callbacks::{Endpoint, Inbound, Understood};

/// Query parameter with the number of retries so far while the caller rings on.
pub const RETRIES: &str = "waited";
/// Maximum number of retries while number routing is unavailable. A call recorded under the wrong tenant stays there,
/// so the caller waits a little; then the default agent answers, which is correct for an installation with one tenant.
const MAX_RETRIES: u32 = 6;

/// What the caller gets.
pub enum InboundOutcome {
    /// The recorded events of the start, in the voice and language of the call's agent.
    Answer {
        call_id: String,
        settings: Box<AgentSettings>,
        events: Vec<CallEvent>,
    },
    /// Number routing is unavailable: the caller rings on, and the callback is repeated with [`RETRIES`]. Nothing is
    /// recorded.
    RingOn {
        retries: u32,
    },
    /// The call is over.
    HangUp,
    Quarantined,
}

/// Handles the callback.
///
/// # Errors
/// When the ledger is unavailable.
pub async fn handle(engine: &Engine, received: &Received) -> Result<InboundOutcome, CallbackError> {
    let inbound = match Inbound::understand(&received.callback(Endpoint::Inbound)) {
        Ok(inbound) => inbound,
        Err(reason) => {
            quarantine(engine, received, Endpoint::Inbound, &reason).await?;
            return Ok(InboundOutcome::Quarantined);
        }
    };
    let retries = retries(received);
    let owner = match &inbound.number {
        Some(number) => engine.number_routing.owner_of(&engine.read.agents, number).await,
        None => Ok(NumberOwner::default()),
    };
    let owner = match owner {
        Ok(owner) => owner,
        Err(error) if retries < MAX_RETRIES => {
            tracing::warn!(%error, retries, "number routing unavailable, caller kept ringing");
            return Ok(InboundOutcome::RingOn { retries: retries + 1 });
        }
        Err(error) => {
            tracing::error!(%error, "number routing unavailable, using the default agent");
            NumberOwner::default()
        }
    };
    let agent = engine.ledger.state::<Agent>(owner.agent.as_str()).await?;
    let agent = agent.map(|(agent, _)| agent).unwrap_or_default();
    let routing = if engine.takes_calls() {
        agent.routing(inbound.at)
    } else {
        // The service may stop before the conversation ends. A message is short.
        Routing::Voicemail(VoicemailReason::AiUnavailable)
    };
    let routed = route(&agent, routing);
    let callback = Understood {
        call_id: inbound.call_id.clone(),
        key: inbound.key(),
        command: inbound.routed(owner.agent, routed).into(),
    };
    match record(engine, received, Endpoint::Inbound, callback, owner.tenant).await? {
        CallbackOutcome::Call(context) if context.executed.state.is_over() => Ok(InboundOutcome::HangUp),
        CallbackOutcome::Call(context) => {
            let settings = context.settings(engine).await?;
            // The model loads while the caller hears the greeting.
            let (language_models, model) = (engine.language_models.clone(), settings.model.clone());
            tokio::spawn(async move { language_models.warm_up(model.as_deref()).await });
            Ok(InboundOutcome::Answer {
                events: context.events(engine).await?,
                settings: Box::new(settings),
                call_id: context.call_id,
            })
        }
        CallbackOutcome::Quarantined => Ok(InboundOutcome::Quarantined),
    }
}

fn retries(received: &Received) -> u32 {
    let retries = received.query.get(RETRIES).and_then(|retries| retries.parse().ok());
    retries.unwrap_or(0)
}

fn route(agent: &Agent, routing: Routing) -> Routed {
    match routing {
        Routing::Voicemail(reason) => Routed::Voicemail(reason),
        Routing::Answer => {
            let phrases = Phrases::of(agent.settings.language.as_deref());
            Routed::Answered {
                greeting: agent.settings.greeting.as_deref().unwrap_or(phrases.greeting).into(),
                persona_version: agent.persona_in_force,
                disclosure: Some(phrases.disclosure.to_owned()),
                consent_notice: Some(phrases.recording_notice.to_owned()),
            }
        }
    }
}
