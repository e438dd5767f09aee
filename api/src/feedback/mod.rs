//! Persona feedback: grades and corrections of calls.

pub mod get;
