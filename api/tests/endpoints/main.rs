//! Tests of the HTTP and WebSocket endpoints: a service in this process, SQLite in a temporary folder, and a test
//! clock.

mod harness;

mod agents;
mod auth;
mod calls;
mod contacts;
mod earlier_calls;
mod ended_calls;
mod guard;
mod intents;
mod key_reuse;
mod live;
mod odd_callbacks;
mod operations;
mod personas;
mod site;
mod slow_answers;
mod sound;
mod suppressions;
mod text_calls;
mod twilio;
