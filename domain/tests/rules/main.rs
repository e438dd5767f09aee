//! The rules of Call Ledger, from outside: given what has happened, when somebody orders or tells something, then that.

mod agents;
mod calls_ended;
mod calls_heard;
mod calls_placed;
mod calls_reviewed;
mod calls_steered;
mod catalogue;
mod contacts;
mod convergence;
mod given;
mod old_shapes;
