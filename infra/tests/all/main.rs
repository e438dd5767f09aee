//! Integration tests of `infra` against independent peers and against servers with scripted faults.

mod access_token;
mod blobs;
mod models;
mod peers;
mod recording_media;
mod script;
mod twilio_faults;
mod twilio_rest;
