//! A day of calls, posted to a service as Twilio would post them.
//!
//! [`plan`] decides what happens (pure: a seed and options, no clock), [`chaos`] disturbs how it arrives (pure),
//! [`send`] posts it, [`review`] does afterwards what people do with the day's calls, and [`report`] sums up.
//! The pure parts serve tests that need the requests without HTTP.

pub mod chaos;
pub mod data;
pub mod dice;
pub mod kinds;
pub mod plan;
pub mod report;
pub mod review;
pub mod send;
mod shape;

pub use kinds::Kind;
pub use plan::{PlannedCall, PlannedRequest};
