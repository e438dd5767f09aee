//! Checks at start, and again and again, what an operator configures outside of this service: the store of recordings, and
//! our credentials at Twilio. A wrong bucket is found before the first recording, and a mended one without one.

use crate::SharedEngine;
use infra::faults::Area;
use std::time::Duration;

/// Time between two checks while nothing is wrong.
const INTERVAL: Duration = Duration::from_mins(5);
/// Time between two checks while something is.
const INTERVAL_WITH_FAULT: Duration = Duration::from_secs(15);

/// Runs until the service stops.
pub async fn run(engine: SharedEngine) {
    loop {
        // The store and the client report a refusal themselves.
        if let Err(error) = engine.blobs.check().await {
            tracing::warn!(%error, "recording store not usable");
        }
        let present = engine.faults.present();
        if present.iter().any(|fault| fault.area == Area::TwilioCredentials) {
            let _ = engine.twilio.incoming_number("+15005550006").await;
        }
        let wait = if present.is_empty() {
            INTERVAL
        } else {
            INTERVAL_WITH_FAULT
        };
        tokio::select! {
            () = engine.drain.closing() => return,
            () = tokio::time::sleep(wait) => {}
        }
    }
}
