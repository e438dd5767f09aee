//! `Recordings/{Sid}`: the resource with `.json`, the audio with `.wav` or without extension.
//!
//! MP3 is refused, because there is no encoder here.

use super::error::RestError;
use super::{Answer, resource};
use crate::network::switch::Switch;
use crate::network::time_span::seconds;
use axum::Json;
use axum::body::Body;
use axum::extract::{OriginalUri, Path, State};
use axum::http::{HeaderMap, StatusCode, header};
use axum::response::{IntoResponse as _, Response};
use bytes::Bytes;
use serde::Deserialize;
use std::ops::Range;
use std::sync::Arc;

#[derive(Deserialize)]
pub(super) struct RecordingPath {
    recording: String,
}

pub(super) async fn fetch(
    State(net): State<Arc<Switch>>,
    OriginalUri(uri): OriginalUri,
    Path(path): Path<RecordingPath>,
    headers: HeaderMap,
) -> Answer {
    let not_found = || RestError::not_found(uri.path());
    if let Some(sid) = path.recording.strip_suffix(".json") {
        let mut state = net.state();
        let recording = state.recording_mut(sid).filter(|recording| !recording.deleted);
        let shown = recording
            .map(|recording| resource::recording(&net, recording))
            .ok_or_else(not_found)?;
        return Ok(Json(shown).into_response());
    }
    if path.recording.strip_suffix(".mp3").is_some() {
        return Err(RestError::bad(
            20001,
            "This network serves recordings only as .wav, not as .mp3",
        ));
    }
    let sid = path.recording.trim_end_matches(".wav");
    let media = {
        let mut state = net.state();
        let recording = state.recording_mut(sid).ok_or_else(not_found)?;
        let (media, completed, own) = (recording.media.clone(), recording.completed, recording.fault.clone());
        let fault = &mut state.faults.media;
        let counted = fault.missing_next > 0;
        fault.missing_next = fault.missing_next.saturating_sub(1);
        let missing = fault.missing || own.missing;
        let missing_for = seconds(fault.missing_for_s.max(own.missing_for_s));
        let late = completed.is_some_and(|at| net.clock.now() < at + missing_for);
        media.filter(|_| !missing && !counted && !late).ok_or_else(not_found)?
    };
    Ok(serve(
        media,
        headers.get(header::RANGE).and_then(|range| range.to_str().ok()),
    ))
}

/// Answers with one byte range (RFC 9110, section 14); an unparsable range is ignored.
fn serve(media: Bytes, range: Option<&str>) -> Response {
    let total = media.len();
    let response = Response::builder()
        .header(header::CONTENT_TYPE, "audio/x-wav")
        .header(header::ACCEPT_RANGES, "bytes");
    let response = match range.and_then(|range| read_range(range, total)) {
        None => response.header(header::CONTENT_LENGTH, total).body(Body::from(media)),
        Some(Ok(range)) => response
            .status(StatusCode::PARTIAL_CONTENT)
            .header(
                header::CONTENT_RANGE,
                format!("bytes {}-{}/{total}", range.start, range.end - 1),
            )
            .header(header::CONTENT_LENGTH, range.len())
            .body(Body::from(media.slice(range))),
        Some(Err(())) => response
            .status(StatusCode::RANGE_NOT_SATISFIABLE)
            .header(header::CONTENT_RANGE, format!("bytes */{total}"))
            .body(Body::empty()),
    };
    response.expect("these headers are valid")
}

fn read_range(range: &str, total: usize) -> Option<Result<Range<usize>, ()>> {
    let (first, last) = range.strip_prefix("bytes=")?.split_once('-')?;
    let range = if first.is_empty() {
        let length: usize = last.parse().ok()?;
        total.saturating_sub(length)..total
    } else {
        let first: usize = first.parse().ok()?;
        let last: usize = if last.is_empty() {
            usize::MAX
        } else {
            last.parse().ok()?
        };
        first..last.saturating_add(1).min(total)
    };
    Some(if range.start < range.end { Ok(range) } else { Err(()) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn range_is_parsed_or_ignored_or_refused() {
        assert_eq!(read_range("bytes=0-9", 100), Some(Ok(0..10)));
        assert_eq!(read_range("bytes=90-", 100), Some(Ok(90..100)));
        assert_eq!(read_range("bytes=-5", 100), Some(Ok(95..100)));
        assert_eq!(read_range("bytes=50-900", 100), Some(Ok(50..100)));
        assert_eq!(read_range("bytes=100-", 100), Some(Err(())));
        assert_eq!(read_range("items=1-2", 100), None);
    }
}
