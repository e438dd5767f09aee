//! Tells Twilio whom to ask when one of our numbers is called, and whom to tell when such a call is over; and the same of the
//! application of the browser's telephone. Our numbers are the configured one and those that agents answer: at start, and
//! as soon as one is assigned.
//!
//! Twilio is asked first: what is right already is left alone, so that several processes may do it, and a restart changes
//! nothing.

use crate::state::AppState;
use infra::twilio::rest::{ApplicationUpdate, NumberUpdate, TwilioError};
use std::collections::HashSet;
use std::time::Duration;

/// Between two attempts while Twilio is away.
const AGAIN: Duration = Duration::from_secs(3);
/// How often numbers are looked for that another process assigned.
const LOOK: Duration = Duration::from_mins(1);
/// Twilio asks again, five times, whatever went wrong: it does so only when told to, and only where nobody waits.
const RETRIES: &str = "#rc=5&rp=all";

/// Tells for as long as the service runs.
pub async fn run(state: AppState) {
    let mut told = HashSet::new();
    let mut is_first = true;
    let mut sandbox = state.sandbox.clone();
    loop {
        // A sandbox that was started again has forgotten everything. (One that never changes says so by an error.)
        if sandbox.has_changed().unwrap_or(false) {
            sandbox.mark_unchanged();
            told.clear();
        }
        let (was_told, wait) = match tell(&state, &mut told).await {
            Ok(()) => (true, LOOK),
            Err(error) => {
                if is_first || matches!(error.downcast_ref(), Some(error) if !is_away(error)) {
                    tracing::warn!(%error, "Twilio does not know all of our addresses yet; trying again until it does");
                }
                (false, AGAIN)
            }
        };
        is_first &= was_told;
        tokio::select! {
            () = state.drain.closing() => return,
            () = tokio::time::sleep(wait), if !was_told => {}
            () = state.models.progress().moves("agents", wait), if was_told => {}
            Ok(()) = sandbox.changed() => {
                sandbox.mark_changed();
            }
        }
    }
}

/// Tells what was not told yet: what is configured first, then what was assigned. At a first start the read model of agents
/// may not be there yet.
async fn tell(state: &AppState, told: &mut HashSet<String>) -> anyhow::Result<()> {
    if let Some(number) = &state.config.twilio.inbound_phone_number {
        tell_number(state, told, number).await?;
    }
    if let Some(sid) = &state.config.twilio.twiml_app_sid
        && !told.contains(sid)
    {
        set_up_application(state, sid).await?;
        told.insert(sid.clone());
    }
    for number in state.read.agents.all_numbers().await? {
        tell_number(state, told, &number).await?;
    }
    Ok(())
}

async fn tell_number(state: &AppState, told: &mut HashSet<String>, number: &str) -> Result<(), TwilioError> {
    if !told.contains(number) {
        make_callable(state, number).await?;
        told.insert(number.to_owned());
    }
    Ok(())
}

const fn is_away(error: &TwilioError) -> bool {
    matches!(error, TwilioError::Unavailable { .. })
}

/// Has calls to a number lead here. In the sandbox, where every number is free, it becomes the account's if it is not.
///
/// # Errors
/// When Twilio refuses or does not answer.
pub async fn make_callable(state: &AppState, number: &str) -> Result<(), TwilioError> {
    let update = NumberUpdate {
        voice_url: Some(state.config.callback_url("/twilio/inbound")),
        status_callback: Some(format!(
            "{}{RETRIES}",
            state.config.callback_url("/twilio/inbound-status")
        )),
        ..NumberUpdate::default()
    };
    match state.twilio.incoming_number(number).await? {
        Some(known) if known.voice_url == update.voice_url && known.status_callback == update.status_callback => {
            return Ok(());
        }
        Some(known) => state.twilio.update_number(&known.sid, &update).await?,
        None if state.config.twilio.sandbox => match state.twilio.buy_number(number, &update).await {
            // Whoever else of ours looked at the same moment was faster, and has it lead here.
            Err(error) if error.is_not_available() => return Ok(()),
            bought => bought?,
        },
        None => {
            // A person's mistake: asking again would not mend it.
            tracing::error!("one of our numbers is not a number of the account at Twilio: nobody can call it");
            return Ok(());
        }
    };
    tracing::info!("the webhooks of an inbound number lead here now");
    Ok(())
}

async fn set_up_application(state: &AppState, sid: &str) -> Result<(), TwilioError> {
    let voice_url = state.config.callback_url("/twilio/voice");
    let known = state.twilio.application(sid).await?;
    if known.voice_url.as_ref() != Some(&voice_url) {
        let update = ApplicationUpdate {
            voice_url: Some(voice_url),
            ..ApplicationUpdate::default()
        };
        state.twilio.update_application(sid, &update).await?;
        tracing::info!("the browser telephone's webhooks lead here now");
    }
    Ok(())
}
