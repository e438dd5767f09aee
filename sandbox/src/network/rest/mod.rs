//! Twilio's REST API, `/2010-04-01`.
//!
//! Paths, parameters, formats and errors follow the OpenAPI document `twilio_api_v2010.json` and Twilio's error
//! dictionary. Unknown parameters are ignored, as at Twilio.

mod applications;
mod auth;
mod call_recordings;
mod calls;
mod conferences;
mod error;
mod events;
mod form;
mod media;
mod numbers;
mod page;
mod participants;
mod recordings;
mod resource;
mod streams;

use super::switch::Switch;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use error::RestError;
use std::sync::Arc;

/// JSON, or an error in Twilio's format.
type Answer = Result<axum::response::Response, RestError>;

/// The routes of the REST API, with basic authentication.
pub fn router(net: &Arc<Switch>) -> Router {
    let account = Router::new()
        .route("/Calls.json", get(calls::list).post(calls::create))
        .route("/Calls/{call}/Events.json", get(events::list))
        .route(
            "/Calls/{call}/Recordings.json",
            get(call_recordings::list).post(call_recordings::create),
        )
        .route(
            "/Calls/{call}/Recordings/{recording}",
            get(call_recordings::fetch)
                .post(call_recordings::update)
                .delete(call_recordings::delete),
        )
        .route("/Calls/{call}/Streams.json", post(streams::create))
        .route("/Calls/{call}/Streams/{stream}", post(streams::update))
        .route(
            "/Calls/{call}",
            get(calls::fetch).post(calls::update).delete(calls::delete),
        )
        .route("/Recordings.json", get(recordings::list))
        .route("/Recordings/{recording}", get(media::fetch).delete(recordings::delete))
        .route("/Conferences.json", get(conferences::list))
        .route(
            "/Conferences/{conference}",
            get(conferences::fetch).post(conferences::update),
        )
        .route(
            "/Conferences/{conference}/Recordings.json",
            get(recordings::of_conference),
        )
        .route(
            "/Conferences/{conference}/Participants.json",
            get(participants::list).post(participants::create),
        )
        .route(
            "/Conferences/{conference}/Participants/{participant}",
            get(participants::fetch)
                .post(participants::update)
                .delete(participants::delete),
        )
        .route("/IncomingPhoneNumbers.json", get(numbers::list).post(numbers::create))
        .route(
            "/IncomingPhoneNumbers/{number}",
            get(numbers::fetch).post(numbers::update).delete(numbers::delete),
        )
        .route("/Applications.json", get(applications::list).post(applications::create))
        .route(
            "/Applications/{application}",
            get(applications::fetch)
                .post(applications::update)
                .delete(applications::delete),
        );
    Router::new()
        .nest("/2010-04-01/Accounts/{account}", account)
        .route(
            "/2010-04-01/{*rest}",
            get(auth::unknown_path)
                .post(auth::unknown_path)
                .delete(auth::unknown_path),
        )
        .layer(from_fn_with_state(Arc::clone(net), auth::authenticate))
        .with_state(Arc::clone(net))
}
