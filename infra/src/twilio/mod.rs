//! What Twilio says and how it is answered: the signature of its requests, their parameters, and TwiML; and what we ask
//! of it: its REST API, and tokens for browsers that call through it.
//!
//! Nothing here is a web server or knows a call's state.

pub mod callbacks;
pub mod form;
pub mod media;
pub mod rest;
pub mod sandbox;
pub mod signature;
pub mod token;
pub mod twiml;
