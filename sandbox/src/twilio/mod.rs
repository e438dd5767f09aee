//! Twilio's public formats: identifiers, webhook parameters, signatures. Calls are generated in
//! [`traffic`](crate::traffic) and run in [`network`](crate::network).

pub mod params;
pub mod sid;
pub mod signature;
