//! Tells Twilio, at start, whom to ask when our inbound number is called, and whom to tell when such a call is over; and the
//! same of the application of the browser's telephone.
//!
//! Twilio is asked first: what is right already is left alone, so that several processes may do it, and a restart changes
//! nothing.

use crate::state::AppState;
use infra::twilio::rest::{ApplicationUpdate, NumberUpdate, TwilioError};
use std::time::Duration;

/// Between two attempts while Twilio is away.
const AGAIN: Duration = Duration::from_secs(5);
/// Twilio asks again, five times, whatever went wrong: it does so only when told to, and only where nobody waits.
const RETRIES: &str = "#rc=5&rp=all";

/// Tells until it is told, or the service stops.
pub async fn run(state: AppState) {
    let mut is_first = true;
    while let Err(error) = set_up(&state).await {
        if is_first || !matches!(error, TwilioError::Unavailable { .. }) {
            tracing::warn!(%error, "Twilio does not know our addresses yet; trying again until it does");
        }
        is_first = false;
        tokio::select! {
            () = state.drain.closing() => return,
            () = tokio::time::sleep(AGAIN) => {}
        }
    }
}

async fn set_up(state: &AppState) -> Result<(), TwilioError> {
    let address = |path: &str| state.config.callback_url(path);
    if let Some(number) = &state.config.twilio.inbound_phone_number {
        let Some(known) = state.twilio.incoming_number(number).await? else {
            // A person's mistake: asking again would not mend it.
            tracing::error!("TWILIO_INBOUND_PHONE_NUMBER is not a number of this account: nobody can call in");
            return Ok(());
        };
        let voice_url = address("/twilio/inbound");
        let status_callback = format!("{}{RETRIES}", address("/twilio/inbound-status"));
        if known.voice_url.as_ref() != Some(&voice_url) || known.status_callback.as_ref() != Some(&status_callback) {
            let update = NumberUpdate {
                voice_url: Some(voice_url),
                status_callback: Some(status_callback),
                ..NumberUpdate::default()
            };
            state.twilio.update_number(&known.sid, &update).await?;
            tracing::info!("the inbound number's webhooks lead here now");
        }
    }
    if let Some(sid) = &state.config.twilio.twiml_app_sid {
        let voice_url = address("/twilio/voice");
        let known = state.twilio.application(sid).await?;
        if known.voice_url.as_ref() != Some(&voice_url) {
            let update = ApplicationUpdate {
                voice_url: Some(voice_url),
                ..ApplicationUpdate::default()
            };
            state.twilio.update_application(sid, &update).await?;
            tracing::info!("the browser telephone's webhooks lead here now");
        }
    }
    Ok(())
}
