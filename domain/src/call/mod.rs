//! A call: one conversation, with any number of legs.
//!
//! A call that the platform places waits in the *queue*: the rules permit or refuse it, and it is dialed, perhaps several
//! times. Every call *starts*: a caller dials one of the tenant's numbers and is greeted by the AI or routed to voicemail,
//! or a team member calls out; the leg rings and is answered. The *dialogue* consists of turns, numbered from 1 and shared
//! by the caller and the AI. Other *participants* listen in, take the call over, put the caller on hold or receive a
//! transfer. *Recordings* are made per phase (AI, human, voicemail), archived and transcribed. The call *ends*; several
//! reports of the end are joined. Users *review* it: grade, correct, resolve, hide, erase. Finally it is compared with the
//! *provider's record*.
//!
//! The provider's callbacks may be repeated, late and in any order. So callbacks are never refused, and the state of a call
//! does not depend on their order: a real start wins over an inferred one field by field ([`Start`]), a time of the
//! provider's clock wins over a local one ([`ObservedAt`]), the outcome of higher rank and the longer duration win
//! ([`End`]). Readers of the log join reports with the same types.
//!
//! Not in this module: authorization (the API knows users and roles) and retries (the jobs know the clock).

mod aggregate;
mod apply;
pub mod callback;
pub mod command;
mod decide;
pub mod dialogue_state;
pub mod end;
pub mod error;
pub mod event;
pub mod failed_effects;
pub mod observed_at;
pub mod participants;
pub mod recordings;
pub mod review;
pub mod seen_callbacks;
pub mod start;
pub mod state;
mod upcast;
pub mod value;
pub mod view;

pub use command::CallCommand;
pub use dialogue_state::DialogueState;
pub use end::End;
pub use error::CallError;
pub use event::CallEvent;
pub use observed_at::ObservedAt;
pub use participants::Participants;
pub use recordings::Recordings;
pub use review::Review;
pub use start::Start;
pub use state::Call;
pub use value::CallStatus;
