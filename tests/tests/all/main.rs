//! End-to-end tests in one binary, against both databases.

#![expect(clippy::unwrap_used, reason = "a failed unwrap fails the test")]

mod architecture;
mod chaos;
mod checkpoint;
mod child_sandbox;
mod contacts;
mod damaged_stores;
mod dashboard;
mod database_outage;
mod dial_model;
mod documentation;
mod endpoints;
mod erased_person;
mod event_store;
mod health;
mod killed_rebuild;
mod killed_service;
mod language;
mod large_recording;
mod ledger;
mod lost_listeners;
mod module_cycles;
mod openapi_truth;
mod paused_process;
mod pooler;
mod read_models;
mod source_files;
mod sql;
mod startup_errors;
mod stores_apart;
mod telephony;
mod tenants;
mod throwaway_postgres;
mod time;
mod twilio_signature;
mod two_services;
mod user_events;
