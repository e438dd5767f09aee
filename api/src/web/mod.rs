//! Shared by all endpoints: reading bodies and parameters, idempotency, paging, positions and headers.

pub mod address;
pub mod body;
pub mod client_json;
pub mod complete_up_to;
pub mod contract;
pub mod cursor;
pub mod headers;
pub mod idempotency;
pub mod json_tree;
pub mod middleware;
pub mod opened;
pub mod phone_number;
pub mod rfc3339;
pub mod time_or_date;
pub mod view;
pub mod wait_for_read_models;
pub mod write_response;

pub use body::{AnyBody, Body, Parameters, PathOf};
pub use idempotency::CommandKey;
pub use phone_number::phone_number;
pub use rfc3339::{LocalTime, Rfc3339};
pub use time_or_date::TimeOrDate;
pub use write_response::WriteResponse;
