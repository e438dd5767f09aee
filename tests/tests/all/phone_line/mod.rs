//! Telephone calls, whole: the sandbox's callers talk with the service, and what is in the ledger afterwards is what was
//! said.

mod conversation;
mod kept;
mod library;
mod listening;
mod people;
mod people_who_leave;
mod personas;
mod repeated;
mod twiml;
mod typed;
