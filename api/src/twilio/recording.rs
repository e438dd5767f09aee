//! `GET /twilio/recording/{sid}`: the audio of a recording, through a signed link.

use crate::error::{ApiError, Problem};
use crate::web::{Parameters, PathOf};
use axum::body::Body;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use infra::blob::{Blob, BlobError, BlobKey, BlobStore, ByteRange};
use infra::clock::SharedClock;
use infra::recording_links::RecordingLinks;
use serde::Deserialize;
use std::sync::Arc;

/// Query parameters.
#[derive(Deserialize)]
pub struct Link {
    #[serde(default)]
    token: String,
}

/// The audio of a recording, or a range of it. The link is issued by `/api/call-logs/{id}/recordings/{phase}` and is
/// valid for one hour.
#[utoipa::path(
    get, path = "/twilio/recording/{sid}", tag = "twilio", security(()),
    params(("sid" = String, Path), ("token" = String, Query), ("Range" = Option<String>, Header)),
    responses(
        (status = OK, content_type = "audio/wav"),
        (status = PARTIAL_CONTENT, content_type = "audio/wav"),
        (status = NOT_FOUND, body = Problem),
        (status = RANGE_NOT_SATISFIABLE),
    )
)]
pub async fn recording(
    State(links): State<Arc<RecordingLinks>>,
    State(blobs): State<BlobStore>,
    State(clock): State<SharedClock>,
    PathOf(sid): PathOf<String>,
    Parameters(link): Parameters<Link>,
    headers: HeaderMap,
) -> Result<Response, ApiError> {
    // An invalid link is answered like a missing recording, to reveal nothing.
    let missing = || ApiError::NotFound("recording");
    let opens = links.verify(&link.token, clock.now()).map_err(|_| missing())?;
    if opens.recording != sid {
        return Err(missing());
    }
    let key = BlobKey::new(opens.key).map_err(|_| missing())?;
    let range = headers.get(header::RANGE).and_then(|value| value.to_str().ok());
    match blobs.get(&key, range.and_then(ByteRange::parse)).await {
        Ok(Some(blob)) => Ok(audio(blob)),
        Ok(None) => Err(missing()),
        Err(BlobError::RangeNotSatisfiable { total_len }) => {
            let range = format!("bytes */{total_len}");
            Ok((StatusCode::RANGE_NOT_SATISFIABLE, [(header::CONTENT_RANGE, range)]).into_response())
        }
        Err(error) if error.is_unavailable() => Err(ApiError::Unavailable(error.into())),
        Err(error) => Err(ApiError::internal(error)),
    }
}

fn audio(blob: Blob) -> Response {
    let total = blob.total_len;
    let length = blob
        .range
        .as_ref()
        .map_or(total, |range| range.end() - range.start() + 1);
    let range = blob
        .range
        .as_ref()
        .map(|range| format!("bytes {}-{}/{total}", range.start(), range.end()));
    let mut response = Response::new(Body::from_stream(blob.stream));
    if range.is_some() {
        *response.status_mut() = StatusCode::PARTIAL_CONTENT;
    }
    let headers = response.headers_mut();
    headers.insert(header::CONTENT_TYPE, HeaderValue::from_static(blob.media_type.as_str()));
    headers.insert(header::CONTENT_LENGTH, HeaderValue::from(length));
    headers.insert(header::ACCEPT_RANGES, HeaderValue::from_static("bytes"));
    // Private, and no longer than the link is valid.
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static("private, max-age=3600"));
    if let Some(range) = range.and_then(|range| HeaderValue::from_str(&range).ok()) {
        headers.insert(header::CONTENT_RANGE, range);
    }
    response
}
