//! What people do afterwards with the day's calls: grade, correct, resolve, and put callers into the address book.
//!
//! [`plan_review`] decides (pure), [`Reviewer`] logs in and does it through the service's public API.

mod client;
mod plan;

pub use client::{ReviewTally, Reviewer};
pub use plan::{Action, plan_review};
