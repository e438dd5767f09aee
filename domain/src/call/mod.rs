//! A call: one conversation, whatever number of legs it has.
//!
//! A call that we place waits in the *queue*: it is permitted or refused by the rules, attempted, and perhaps attempted
//! again. Any call *starts*: somebody calls one of our numbers and is greeted by the AI or sent to voicemail, or somebody
//! of ours calls out, and the other side rings and is answered. Then there is *talk*, in turns counted from 1, shared
//! between the caller and the AI; *people* of ours listen in, take over, put the caller on hold, transfer. *Sound* is kept
//! by phases (the AI's, the human's, a voicemail message), fetched, and written down. The call *ends*, perhaps several
//! times: the provider says so, we say so, and the reports are joined. Afterwards it is *reviewed*: graded, corrected,
//! resolved, hidden, erased. And it is held against the *truth*, the provider's own record.
//!
//! The provider's callbacks come twice, late, and in any order. So what is heard from it is never refused, and what is
//! known of a call never depends on the order: a beginning that was only inferred yields to the real one field by field
//! ([`Start`]), a moment told by the provider's clock beats one merely heard ([`ObservedAt`]), the higher outcome and the
//! longer duration stand ([`End`]). Readers of the log join in the same way, with the same types.
//!
//! Deliberately not here: who may do what (the doors know users and roles), and when something is tried again (the process
//! managers know the clock).

mod aggregate;
pub mod command;
mod decide;
pub mod end;
pub mod error;
pub mod event;
pub mod seen_callbacks;
mod apply;
pub mod callback;
pub mod observed_at;
pub mod start;
pub mod state;
mod upcast;
pub mod value;

pub use command::CallCommand;
pub use end::End;
pub use error::CallError;
pub use event::CallEvent;
pub use observed_at::ObservedAt;
pub use start::Start;
pub use state::Call;
pub use value::CallStatus;
