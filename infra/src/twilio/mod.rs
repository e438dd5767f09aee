//! What Twilio says and how it is answered: the signature of its requests, their parameters, and TwiML.
//!
//! Nothing here is a web server or knows a call's state. The REST client and media streams come with the phone line.

pub mod callbacks;
pub mod form;
pub mod signature;
pub mod twiml;
