//! Tests of the aggregates through their public interface: events given, a command, the events or the error expected.

mod agents;
mod call_views;
mod callees;
mod calls_ended;
mod calls_in_progress;
mod calls_queued;
mod calls_reported;
mod calls_reviewed;
mod contacts;
mod convergence;
mod event_types;
mod event_versions;
mod fixtures;
mod golden;
mod guard;
mod intents;
