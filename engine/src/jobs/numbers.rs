//! Sets the webhook addresses at Twilio: the voice and status webhooks of our telephone numbers, and the voice webhook
//! of the TwiML application for browser calls. Our numbers are the configured one and those assigned to agents. They
//! are configured at start and as soon as one is assigned.
//!
//! Current settings are read first and correct ones are left alone, so several processes may do this, and a restart
//! changes nothing.

use crate::{Engine, SharedEngine};
use infra::faults::Area;
use infra::twilio::rest::{ApplicationUpdate, NumberUpdate, TwilioError};
use std::collections::HashSet;
use std::time::Duration;

/// Time between two attempts after a failure.
const RETRY_INTERVAL: Duration = Duration::from_secs(3);
/// Time between two checks for numbers that another process assigned.
const POLL_INTERVAL: Duration = Duration::from_mins(1);
/// URL fragment: Twilio retries five times, on any error. It retries only when asked to. The fragment is used only for
/// callbacks that no caller waits for.
const RETRIES: &str = "#rc=5&rp=all";

/// Runs until the service stops.
pub async fn run(engine: SharedEngine) {
    let mut configured = HashSet::new();
    let mut is_first = true;
    let mut sandbox = engine.sandbox.clone();
    loop {
        // A restarted sandbox has lost its configuration. (`has_changed` is an error for a value that never changes.)
        if sandbox.has_changed().unwrap_or(false) {
            sandbox.mark_unchanged();
            configured.clear();
        }
        let (succeeded, wait) = match configure_all(&engine, &mut configured).await {
            Ok(()) => (true, POLL_INTERVAL),
            Err(error) => {
                if is_first || matches!(error.downcast_ref(), Some(error) if !is_unavailable(error)) {
                    tracing::warn!(%error, "webhook addresses not set at Twilio, retrying");
                }
                (false, RETRY_INTERVAL)
            }
        };
        is_first &= succeeded;
        tokio::select! {
            () = engine.drain.closing() => return,
            () = tokio::time::sleep(wait), if !succeeded => {}
            () = engine.models.progress().changed("agents", wait), if succeeded => {}
            Ok(()) = sandbox.changed() => {
                sandbox.mark_changed();
            }
        }
    }
}

/// Configures what is not configured yet: the configured number and application first, then the assigned numbers. On a
/// first start the read model of agents may not exist yet.
async fn configure_all(engine: &Engine, configured: &mut HashSet<String>) -> anyhow::Result<()> {
    if let Some(number) = &engine.config.twilio.inbound_phone_number {
        configure_number(engine, configured, number).await?;
    }
    if let Some(sid) = &engine.config.twilio.twiml_app_sid
        && !configured.contains(sid)
    {
        set_up_application(engine, sid).await?;
        configured.insert(sid.clone());
    }
    for number in engine.read.agents.all_numbers().await? {
        configure_number(engine, configured, &number).await?;
    }
    Ok(())
}

async fn configure_number(engine: &Engine, configured: &mut HashSet<String>, number: &str) -> Result<(), TwilioError> {
    if !configured.contains(number) {
        make_callable(engine, number).await?;
        configured.insert(number.to_owned());
    }
    Ok(())
}

const fn is_unavailable(error: &TwilioError) -> bool {
    matches!(error, TwilioError::Unavailable { .. })
}

/// Points the webhooks of a number at this service. In the sandbox, where every number is available, a number that the
/// account does not have is bought.
///
/// # Errors
/// When Twilio refuses or does not answer.
pub async fn make_callable(engine: &Engine, number: &str) -> Result<(), TwilioError> {
    let update = NumberUpdate {
        voice_url: Some(engine.config.callback_url("/twilio/inbound")),
        status_callback: Some(format!(
            "{}{RETRIES}",
            engine.config.callback_url("/twilio/inbound-status")
        )),
        // An application would receive the calls instead of the webhook.
        voice_application_sid: Some(String::new()),
        ..NumberUpdate::default()
    };
    match engine.twilio.incoming_number(number).await? {
        // A trunk is a decision about the whole number, so it is not removed here.
        Some(known) if known.trunk().is_some() => {
            let (sid, trunk) = (&known.sid, known.trunk().unwrap_or_default());
            let cause = format!("number {sid} belongs to the SIP trunk {trunk}: remove it from the trunk");
            engine.faults.report(Area::TwilioNumbers, cause);
            return Ok(());
        }
        Some(known) if known.satisfies(&update) => return Ok(()),
        Some(known) => engine.twilio.update_number(&known.sid, &update).await?,
        None if engine.config.twilio.sandbox => match engine.twilio.buy_number(number, &update).await {
            // Another process bought the number at the same time and configures it.
            Err(error) if error.is_not_available() => return Ok(()),
            bought => bought?,
        },
        None => {
            // A configuration error: a retry would not help.
            let cause = "a number that an agent answers does not belong to the Twilio account";
            engine.faults.report(Area::TwilioNumbers, cause);
            return Ok(());
        }
    };
    tracing::info!("webhooks of inbound number set");
    Ok(())
}

async fn set_up_application(engine: &Engine, sid: &str) -> Result<(), TwilioError> {
    let voice_url = engine.config.callback_url("/twilio/voice");
    let known = engine.twilio.application(sid).await?;
    let is_post = known
        .voice_method
        .as_deref()
        .is_none_or(|method| method.eq_ignore_ascii_case("POST"));
    if known.voice_url.as_ref() != Some(&voice_url) || !is_post {
        let update = ApplicationUpdate {
            voice_url: Some(voice_url),
            ..ApplicationUpdate::default()
        };
        engine.twilio.update_application(sid, &update).await?;
        tracing::info!("webhooks of TwiML application set");
    }
    Ok(())
}
