//! `infra` from outside, against peers that nobody here wrote, and against servers that misbehave on order.

mod access_token;
mod blobs;
mod models;
mod peers;
mod recording_media;
mod script;
mod twilio_faults;
mod twilio_rest;
