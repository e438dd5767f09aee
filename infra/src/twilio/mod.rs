//! Twilio integration. Inbound: webhook signatures, callback parameters, media stream messages and TwiML. Outbound: the
//! REST API, and access tokens for browsers.
//!
//! This module contains no web server and no call state.

pub mod callbacks;
pub mod form;
pub mod media;
pub mod rest;
pub mod sandbox;
pub mod signature;
pub mod signing_keys;
pub mod token;
pub mod twiml;
