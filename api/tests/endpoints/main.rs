//! Tests of the HTTP and WebSocket endpoints: a service in this process, SQLite in a temporary folder, and a test
//! clock.

mod harness;

mod agents;
mod auth;
mod calls;
mod contacts;
mod guard;
mod key_reuse;
mod live;
mod odd_callbacks;
mod operations;
mod personas;
mod site;
mod sound;
mod suppressions;
mod text_calls;
mod twilio;
