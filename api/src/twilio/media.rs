//! `GET /twilio/media`: the WebSocket to which Twilio brings the sound of a call to which somebody listens.
//!
//! The upgrade is signed over the `wss://` address that Twilio was told. Sound is taken only for a stream that this process
//! asked for, by the name that it gave it; any other socket is closed. Nothing is sent back: the stream goes one way.

use crate::error::{ApiError, Problem};
use crate::listening::{Arrived, STREAM_NAME};
use crate::state::AppState;
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use infra::twilio::media;
use infra::twilio::signature::{self, Body};
use std::time::Duration;

/// The longest message that is taken. A piece of sound has some 400 bytes.
const LONGEST_MESSAGE: usize = 16 * 1024;
/// How long Twilio may take to say what a stream is.
const BEGINS_WITHIN: Duration = Duration::from_secs(5);
/// A stream that is silent for so long is lost: Twilio sends silence as well.
const SILENCE: Duration = Duration::from_secs(30);
/// How long saying farewell may take.
const FAREWELL: Duration = Duration::from_secs(2);

/// A WebSocket's opening that Twilio signed.
pub struct SignedUpgrade;

impl FromRequestParts<AppState> for SignedUpgrade {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &AppState) -> Result<Self, ApiError> {
        let signature = parts
            .headers
            .get(signature::HEADER)
            .and_then(|value| value.to_str().ok());
        let path_and_query = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
        let url = state.config.stream_url(path_and_query);
        let is_valid = |signature: &str| signature::is_valid(&state.twilio_token, &url, Body::Empty, signature);
        if signature.is_some_and(is_valid) {
            return Ok(Self);
        }
        metrics::counter!("twilio_signatures_refused_total").increment(1);
        Err(ApiError::Signature)
    }
}

/// Takes a call's sound: a WebSocket that speaks Twilio's Media Streams.
#[utoipa::path(
    get, path = "/twilio/media", tag = "twilio", security(("twilio" = [])),
    responses(
        (status = SWITCHING_PROTOCOLS, description = "Twilio's Media Streams messages follow."),
        (status = FORBIDDEN, body = Problem, description = "Not signed by Twilio."),
    )
)]
pub async fn media(State(state): State<AppState>, _: SignedUpgrade, upgrade: WebSocketUpgrade) -> Response {
    upgrade
        .max_message_size(LONGEST_MESSAGE)
        .max_frame_size(LONGEST_MESSAGE)
        .on_upgrade(move |mut socket| async move {
            let (code, reason) = take(&state, &mut socket).await;
            let frame = CloseFrame {
                code,
                reason: reason.into(),
            };
            let farewell = async {
                let _ = socket.send(Message::Close(Some(frame))).await;
                while let Some(Ok(_)) = socket.recv().await {}
            };
            let _ = tokio::time::timeout(FAREWELL, farewell).await;
        })
}

/// Takes sound until the stream is over; with which words the socket is then closed.
async fn take(state: &AppState, socket: &mut WebSocket) -> (u16, &'static str) {
    let drain = state.drain.clone();
    let begun = tokio::select! {
        begun = tokio::time::timeout(BEGINS_WITHIN, begin(state, socket)) => begun,
        () = drain.closing() => return (close_code::AWAY, "the service stops"),
    };
    let stream = match begun {
        Ok(Ok(stream)) => stream,
        Ok(Err(refused)) => return refused,
        Err(_elapsed) => return (close_code::POLICY, "no start in time"),
    };
    tracing::debug!(call_id = stream.call_id(), "a call's sound comes");
    loop {
        let message = tokio::select! {
            message = tokio::time::timeout(SILENCE, socket.recv()) => message,
            () = stream.unwanted() => return (close_code::NORMAL, "nobody listens any more"),
            () = drain.closing() => return (close_code::AWAY, "the service stops"),
        };
        match message {
            Ok(Some(Ok(Message::Text(text)))) => match media::read(&text) {
                Ok(media::Message::Media(sound)) => stream.hand_on(&sound),
                Ok(media::Message::Stop) => return (close_code::NORMAL, "the stream is over"),
                Ok(_) => {}
                Err(_) => malformed(),
            },
            Ok(Some(Ok(Message::Binary(_)))) => malformed(),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Ok(Some(Ok(Message::Close(_))) | None) => return (close_code::NORMAL, "the stream is over"),
            // Broken, or a message that is too long.
            Ok(Some(Err(_))) => return (close_code::PROTOCOL, "the messages cannot be read"),
            Err(_elapsed) => return (close_code::POLICY, "no sound for too long"),
        }
    }
}

/// One piece that cannot be read costs 20 ms of sound, and no more.
fn malformed() {
    metrics::counter!("twilio_media_malformed_total").increment(1);
}

/// Waits until the socket has said which stream it is.
async fn begin(state: &AppState, socket: &mut WebSocket) -> Result<Arrived, (u16, &'static str)> {
    loop {
        let text = match socket.recv().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => return Err((close_code::UNSUPPORTED, "messages are text")),
            Some(Ok(Message::Close(_))) | None => return Err((close_code::NORMAL, "nothing was said")),
            Some(Err(_)) => return Err((close_code::PROTOCOL, "the messages cannot be read")),
        };
        match media::read(&text) {
            Ok(media::Message::Connected) => {}
            Ok(media::Message::Start(start)) if !start.media_format.is_mulaw() => {
                tracing::warn!("a media stream is in another format than mu-law at 8 kHz");
                return Err((close_code::UNSUPPORTED, "the format is not mu-law at 8 kHz"));
            }
            Ok(media::Message::Start(start)) => {
                let name = start.custom_parameters.get(STREAM_NAME).map_or("", String::as_str);
                return state.listening.arrive(name, &start.call_sid).ok_or_else(|| {
                    metrics::counter!("twilio_media_strangers_total").increment(1);
                    tracing::info!("a media stream that this process did not ask for is closed");
                    (close_code::NORMAL, "this stream is not awaited here")
                });
            }
            _ => {
                malformed();
                return Err((close_code::POLICY, "what a stream is comes first"));
            }
        }
    }
}
