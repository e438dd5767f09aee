//! Team members in a call: they listen in, take the call over, hold it, transfer it, and end it.
//!
//! ```text
//! AI          -- asked to take over --------------------------------> asked
//! AI          -- takes over at once --------------------------------> dialing
//! asked       -- declines ------------------------------------------> AI
//! asked       -- accepts -------------------------------------------> dialing
//! dialing     -- does not answer -----------------------------------> AI
//! dialing     -- is in the conference: unmuted, `TakenOver` --------> taken over
//! taken over  -- leaves before the caller has joined ---------------> AI
//! taken over  -- the caller has joined the conference --------------> connected
//! connected   -- hold ----------------------------------------------> on hold
//! on hold     -- resume --------------------------------------------> connected
//! connected   -- transfer: the caller on hold, the target dialed ---> transferring
//! transferring -- the target has not joined ------------------------> connected
//! transferring -- the announcement has ended: target and caller ----> transferred
//! connected, transferred -- who speaks with the caller leaves ------> ended
//! ```
//!
//! The files here are the actions that a user requests. Each is a command, or a change at Twilio and then a command.
//! What follows from the recorded events are jobs, in [`crate::jobs`]. The conference of a call has the call's ID as its
//! name; it exists from the first dialed participant on.
//!
//! Whether the user may do this, and repetitions of a request, are checked by the caller of these functions.

pub mod digits;
mod error;
pub mod hang_up;
pub mod hold;
pub mod hold_recording;
pub mod participation;
pub mod transfer;

pub use error::ActionError;

use crate::Engine;
use domain::call::Call;
use std::sync::Arc;

/// The state of a call that an action changes.
async fn load(engine: &Engine, call_id: &str) -> Result<Arc<Call>, ActionError> {
    let known = engine.ledger.state::<Call>(call_id).await?;
    known.map(|(call, _)| call).ok_or(ActionError::NotFound)
}
