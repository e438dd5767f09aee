//! Persona feedback: how good the calls were judged, and what should have been said.

pub mod get;
