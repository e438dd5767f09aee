//! What clients rely on: the schemas of events are true, and the dashboard's tests have the service's real answers.

mod checker;
mod event_schemas;
mod generator;
mod page_fixtures;
