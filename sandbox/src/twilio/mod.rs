//! Twilio's public vocabulary: identifiers, webhook parameters, signatures. No call is told here; see
//! [`traffic`](crate::traffic).

pub mod params;
pub mod sid;
pub mod signature;
