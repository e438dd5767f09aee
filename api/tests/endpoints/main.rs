//! Tests of the HTTP and WebSocket endpoints: a service in this process, SQLite in a temporary folder, and a test
//! clock.

mod harness;

mod access;
mod agents;
mod auth;
mod calls;
mod configuration_faults;
mod connections;
mod contacts;
mod contract;
mod credentials;
mod earlier_calls;
mod ended_calls;
mod guard;
mod intents;
mod key_reuse;
mod live;
mod odd_callbacks;
mod operations;
mod personas;
mod provider_identity;
mod site;
mod slow_answers;
mod sound;
mod suppressions;
mod tenant_settings;
mod text_calls;
mod twilio;
mod users;
