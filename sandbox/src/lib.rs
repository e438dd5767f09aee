//! A telephone network for one machine.
//!
//! It stands where Twilio stands: it speaks Twilio's public protocol to a service under test and knows nothing of how
//! that service is built. It imports none of the house's other crates, so that what it says comes from Twilio's
//! documentation and never from our own reading of it.
//!
//! It has two ways of calling a service: [`network`] answers REST requests and executes TwiML, call by call, as somebody
//! at the other end lives through them; [`traffic`] posts a day of calls as Twilio would post them, and waits for nothing.

pub mod audio;
pub mod models;
pub mod network;
pub mod traffic;
pub mod twilio;
