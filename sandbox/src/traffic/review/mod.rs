//! Review of the day's calls: grades, corrections, resolutions and new contacts.
//!
//! [`plan_review`] plans the actions (pure); [`Reviewer`] executes them through the service's public API.

mod client;
mod plan;

pub use client::{ReviewTally, Reviewer};
pub use plan::{Action, plan_review};
