//! A telephone network for one machine.
//!
//! It stands where Twilio stands: it speaks Twilio's public protocol to a service under test and knows nothing of how
//! that service is built. It imports none of the house's other crates, so that what it says comes from Twilio's
//! documentation and never from our own reading of it.
//!
//! Today it makes [`traffic`]: a day of calls, posted as Twilio would post them. Answering REST requests and executing
//! TwiML are not here yet.

pub mod traffic;
pub mod twilio;
