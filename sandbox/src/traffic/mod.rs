//! Generator of a day of calls, sent to a service as Twilio would send them.
//!
//! [`plan`] builds the calls (pure: from a seed and options, without a clock), [`chaos`] disturbs their delivery
//! (pure), [`send`] posts the requests, [`review`] reviews the calls through the API, and [`report`] prints a summary.
//! Tests use the pure parts without HTTP.

mod call;
pub mod chaos;
pub mod data;
pub mod day;
mod kinds;
pub mod plan;
pub mod report;
pub mod review;
pub mod rng;
pub mod send;
mod shape;

pub use call::{Kind, PlannedCall, PlannedRequest};
