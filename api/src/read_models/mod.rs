//! Read models for analysts: how each stands, and making one anew.

pub mod rebuild;
pub mod status;
