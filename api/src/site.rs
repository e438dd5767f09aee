//! The dashboard: static files built by `npm run build` in `web/` and embedded in the binary.
//!
//! The pages and the API share an origin. Every path that is not an API route serves the dashboard's page, which routes
//! on the client. Without a build, [`super::home`] is served instead, with build instructions.

use crate::error::ApiError;
use crate::home;
use axum::extract::State;
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode, Uri, header};
use axum::response::{IntoResponse as _, Response};
use infra::config::Config;
use rust_embed::{Embed, EmbeddedFile};
use std::sync::Arc;

/// The page that serves all paths of the dashboard.
const PAGE: &str = "index.html";
/// Folder of files with a content hash in their name: they never change.
const ASSETS: &str = "assets/";
/// Path prefixes of the API: unknown paths below them are 404, not the dashboard.
const API_PREFIXES: [&str; 5] = ["api/", "twilio/", "health", "metrics", "ws"];

#[derive(Embed)]
#[folder = "../web/dist/site"]
#[allow_missing = true]
struct Build;

/// Serves a file of the dashboard, or its page.
pub async fn site(State(config): State<Arc<Config>>, method: Method, uri: Uri, headers: HeaderMap) -> Response {
    let path = uri.path().trim_start_matches('/');
    if API_PREFIXES.iter().any(|prefix| path.starts_with(prefix)) {
        return ApiError::NotFound("resource").into_response();
    }
    if !matches!(method, Method::GET | Method::HEAD) {
        return ApiError::MethodNotAllowed.into_response();
    }
    if let Some(file) = Build::get(path) {
        return serve(path, file, &headers);
    }
    // A path with an extension is a file: a missing script must not be answered with the page.
    if path.rsplit('/').next().is_some_and(|name| name.contains('.')) {
        return ApiError::NotFound("resource").into_response();
    }
    match Build::get(PAGE) {
        Some(page) => serve(PAGE, page, &headers),
        None if path.is_empty() => home::home(&config).into_response(),
        None => ApiError::NotFound("resource").into_response(),
    }
}

/// Serves a file with caching headers: a hashed file may be cached for a year, any other file is revalidated with its
/// `ETag`.
fn serve(path: &str, file: EmbeddedFile, request_headers: &HeaderMap) -> Response {
    let tag = format!("\"{}\"", const_hex::encode(&file.metadata.sha256_hash()[..16]));
    let caching = if path.starts_with(ASSETS) {
        "public, max-age=31536000, immutable"
    } else {
        "no-cache"
    };
    let is_known = request_headers
        .get(header::IF_NONE_MATCH)
        .and_then(|known| known.to_str().ok())
        // The compression layer makes tags weak, and the header may list several.
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
