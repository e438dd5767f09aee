//! Every door, knocked on from outside: a service in this process, SQLite in a temporary folder, a clock that tests turn.

mod harness;

mod agents;
mod auth;
mod calls;
mod contacts;
mod live;
mod operations;
mod personas;
mod site;
mod sound;
mod twilio;
mod text_calls;
