//! `GET /twilio/media`: the WebSocket on which Twilio sends the audio of a call that has a listener.
//!
//! The signature of the upgrade covers the `wss://` URL that was given to Twilio. Audio is accepted only for a stream
//! that this process requested, by its unique name; any other socket is closed. The stream is one-way: nothing is sent
//! back.

use super::signed::Verifier;
use crate::error::{ApiError, Problem};
use axum::extract::ws::{CloseFrame, Message, WebSocket, WebSocketUpgrade, close_code};
use axum::extract::{FromRef, FromRequestParts, State};
use axum::http::request::Parts;
use axum::response::Response;
use engine::audio_tap::{AudioTaps, MediaSocket};
use engine::drain::Drain;
use engine::listening::STREAM_NAME;
use infra::twilio::media;
use infra::twilio::signature::{self, Body};
use std::sync::Arc;
use std::time::Duration;

/// Maximum size of a message, in bytes. A media message has about 400.
const MAX_MESSAGE_BYTES: usize = 16 * 1024;
/// How long Twilio may take to send the `start` message.
const START_TIMEOUT: Duration = Duration::from_secs(5);
/// Maximum time without a message. Twilio sends silence as well, so a quiet stream is lost.
const IDLE_TIMEOUT: Duration = Duration::from_secs(30);
/// Timeout of the closing handshake.
const CLOSE_TIMEOUT: Duration = Duration::from_secs(2);

/// A WebSocket upgrade with a valid Twilio signature.
pub struct SignedUpgrade;

impl<S: Send + Sync> FromRequestParts<S> for SignedUpgrade
where
    Verifier: FromRef<S>,
{
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, state: &S) -> Result<Self, ApiError> {
        let verifier = Verifier::from_ref(state);
        let signature = parts
            .headers
            .get(signature::HEADER)
            .and_then(|value| value.to_str().ok());
        let path_and_query = parts.uri.path_and_query().map_or("/", |whole| whole.as_str());
        let url = verifier.config.stream_url(path_and_query);
        // An absent signature is counted like an invalid one.
        verifier.verify(&url, Body::Empty, signature.unwrap_or_default())?;
        Ok(Self)
    }
}

/// Receives a call's audio: a WebSocket with Twilio's Media Streams protocol.
#[utoipa::path(
    get, path = "/twilio/media", tag = "twilio", security(("twilio" = [])),
    responses(
        (status = SWITCHING_PROTOCOLS, description = "Twilio's Media Streams messages follow."),
        (status = FORBIDDEN, body = Problem, description = "Not signed by Twilio."),
    )
)]
pub async fn media(
    State(audio_taps): State<Arc<AudioTaps>>,
    State(drain): State<Drain>,
    _: SignedUpgrade,
    upgrade: WebSocketUpgrade,
) -> Response {
    upgrade
        .max_message_size(MAX_MESSAGE_BYTES)
        .max_frame_size(MAX_MESSAGE_BYTES)
        .on_upgrade(move |mut socket| async move {
            let (code, reason) = receive(&audio_taps, &drain, &mut socket).await;
            let frame = CloseFrame {
                code,
                reason: reason.into(),
            };
            let close = async {
                let _ = socket.send(Message::Close(Some(frame))).await;
                while let Some(Ok(_)) = socket.recv().await {}
            };
            let _ = tokio::time::timeout(CLOSE_TIMEOUT, close).await;
        })
}

/// Receives audio until the stream ends. Returns the code and reason of the close frame.
async fn receive(audio_taps: &AudioTaps, drain: &Drain, socket: &mut WebSocket) -> (u16, &'static str) {
    let started = tokio::select! {
       started = tokio::time::timeout(START_TIMEOUT, wait_for_start(audio_taps, socket)) => started,
       () = drain.closing() => return (close_code::AWAY, "service stopping"),
    };
    let stream = match started {
        Ok(Ok(stream)) => stream,
        Ok(Err(refused)) => return refused,
        Err(_elapsed) => return (close_code::POLICY, "no start message in time"),
    };
    tracing::debug!(call_id = stream.call_id(), "media stream started");
    loop {
        let message = tokio::select! {
            message = tokio::time::timeout(IDLE_TIMEOUT, socket.recv()) => message,
            () = stream.canceled() => return (close_code::NORMAL, "no listeners"),
            () = drain.closing() => return (close_code::AWAY, "service stopping"),
        };
        match message {
            Ok(Some(Ok(Message::Text(text)))) => match media::read(&text) {
                Ok(media::Message::Media(sound)) => stream.forward(&sound),
                Ok(media::Message::Stop) => return (close_code::NORMAL, "stream ended"),
                Ok(_) => {}
                Err(_) => malformed(),
            },
            Ok(Some(Ok(Message::Binary(_)))) => malformed(),
            Ok(Some(Ok(Message::Ping(_) | Message::Pong(_)))) => {}
            Ok(Some(Ok(Message::Close(_))) | None) => return (close_code::NORMAL, "stream ended"),
            // The connection broke, or a message is too long.
            Ok(Some(Err(_))) => return (close_code::PROTOCOL, "unreadable message"),
            Err(_elapsed) => return (close_code::POLICY, "no media in time"),
        }
    }
}

/// Counts a malformed message. It costs 20 ms of audio and does not end the stream.
fn malformed() {
    metrics::counter!("twilio_media_malformed_total").increment(1);
}

/// Waits for the `start` message, which names the stream.
async fn wait_for_start(audio_taps: &AudioTaps, socket: &mut WebSocket) -> Result<MediaSocket, (u16, &'static str)> {
    loop {
        let text = match socket.recv().await {
            Some(Ok(Message::Text(text))) => text,
            Some(Ok(Message::Ping(_) | Message::Pong(_))) => continue,
            Some(Ok(Message::Binary(_))) => return Err((close_code::UNSUPPORTED, "text messages expected")),
            Some(Ok(Message::Close(_))) | None => return Err((close_code::NORMAL, "no start message")),
            Some(Err(_)) => return Err((close_code::PROTOCOL, "unreadable message")),
        };
        match media::read(&text) {
            Ok(media::Message::Connected) => {}
            Ok(media::Message::Start(start)) if !start.media_format.is_mulaw() => {
                tracing::warn!("media stream format not supported");
                return Err((close_code::UNSUPPORTED, "the format is not mu-law at 8 kHz"));
            }
            Ok(media::Message::Start(start)) => {
                let name = start.custom_parameters.get(STREAM_NAME).map_or("", String::as_str);
                return audio_taps.accept(name, &start.call_sid).ok_or_else(|| {
                    metrics::counter!("twilio_media_strangers_total").increment(1);
                    tracing::info!("unknown media stream closed");
                    (close_code::NORMAL, "stream not requested by this process")
                });
            }
            _ => {
                malformed();
                return Err((close_code::POLICY, "start message expected"));
            }
        }
    }
}
