//! The dashboard: a few files, made by `npm run build` in `web/`, which are in the binary.
//!
//! The page and the API share an origin. Every address that is no door is a page of the dashboard, which finds its way by
//! itself; without a build there is [`super::home`] in its place, which says how to make one.

use crate::error::ApiError;
use crate::home;
use crate::state::AppState;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use rust_embed::{Embed, EmbeddedFile};

/// The page that every other address of the dashboard leads to.
const PAGE: &str = "index.html";
/// What lies here has its content's hash in its name: it never changes.
const ASSETS: &str = "assets/";
/// Doors: what is not found behind them is not found.
const DOORS: [&str; 5] = ["api/", "twilio/", "health", "metrics", "ws"];

#[derive(Embed)]
#[folder = "../web/dist/site"]
#[allow_missing = true]
struct Build;

/// A file of the dashboard, or its page.
pub async fn site(State(state): State<AppState>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if DOORS.iter().any(|door| path.starts_with(door)) {
        return ApiError::NotFound("thing at this address").into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::MethodNotAllowed.into_response();
    }
    if let Some(file) = Build::get(path) {
        return serve(path, file, &headers);
    }
    // What looks like a file is one: a missing script is not to be answered with a page.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return ApiError::NotFound("thing at this address").into_response();
    }
    match Build::get(PAGE) {
        Some(page) => serve(PAGE, page, &headers),
        None if path.is_empty() => home::home(&state).into_response(),
        None => ApiError::NotFound("thing at this address").into_response(),
    }
}

/// A file with what browsers and caches need: what has a hash in its name stays for a year, anything else is asked for each
/// time, and not sent again while it is the same.
fn serve(path: &str, file: EmbeddedFile, asked: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", crate::web::hex(&file.metadata.sha256_hash()[..16]));
    let caching = if path.starts_with(ASSETS) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let is_known = asked
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        // A compressing layer makes tags weak, and several may be known.
        .is_some_and(|known| {
            known
                .split(',')
                .any(|known| known.trim().trim_start_matches("W/") == tag)
        });
    let mut response = if is_known {
        StatusCode::NOT_MODIFIED.into_response()
    } else {
        let kind = file.metadata.mimetype().to_owned();
        let kind = HeaderValue::try_from(kind).unwrap_or(HeaderValue::from_static("application/octet-stream"));
        ([(header::CONTENT_TYPE, kind)], file.data).into_response()
    };
    let headers = response.headers_mut();
    headers.insert(header::CACHE_CONTROL, HeaderValue::from_static(caching));
    if let Ok(tag) = HeaderValue::try_from(tag) {
        headers.insert(header::ETAG, tag);
    }
    response
}
