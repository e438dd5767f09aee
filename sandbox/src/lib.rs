//! A telephone network for one machine, in place of Twilio.
//!
//! It speaks Twilio's public protocol to a service under test. It depends on no other crate of this workspace, so that
//! its behavior follows Twilio's documentation and not the service's interpretation of it.
//!
//! It calls a service in two ways: [`network`] serves Twilio's REST API and executes TwiML, call by call, with scripted
//! or typed parties; [`traffic`] posts a day of callbacks as Twilio would send them, without reacting to the answers.

pub mod models;
pub mod network;
pub mod traffic;
pub mod twilio;
