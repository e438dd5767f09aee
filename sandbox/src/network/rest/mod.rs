//! Twilio's REST surface, `/2010-04-01`: what a service does to calls.
//!
//! Paths, parameters, shapes and errors are those of the OpenAPI document `twilio_api_v2010.json` and of Twilio's error
//! dictionary. A parameter that is not known is ignored, as Twilio does.

mod applications;
mod call_recordings;
mod calls;
mod conferences;
mod door;
mod error;
mod events;
mod form;
mod media;
mod numbers;
mod page;
mod participants;
mod recordings;
mod show;
mod streams;

use super::exchange::Exchange;
use axum::Router;
use axum::middleware::from_fn_with_state;
use axum::routing::{get, post};
use error::RestError;
use std::sync::Arc;

/// What every endpoint answers: JSON, or one of Twilio's errors.
type Answer = Result<axum::response::Response, RestError>;

/// The whole surface, behind basic authentication.
pub fn router(net: &Arc<Exchange>) -> Router {
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
            get(door::nowhere).post(door::nowhere).delete(door::nowhere),
        )
        .layer(from_fn_with_state(Arc::clone(net), door::guard))
        .with_state(Arc::clone(net))
}
