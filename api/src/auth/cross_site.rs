//! Refuses cross-site requests.
//!
//! The session cookie is `SameSite=Lax`, which excludes most of them. The rest (an older browser, another port of the
//! same host, a WebSocket) is refused here, by the headers with which the browser names the request's origin.

use crate::error::ApiError;
use axum::http::{HeaderMap, HeaderValue, header};
use url::{Host, Url};

/// Refuses a request that a browser sends on behalf of another host. Clients that send neither header are accepted.
///
/// # Errors
/// When the request comes from another site.
pub fn refuse(headers: &HeaderMap, public_url: &Url) -> Result<(), ApiError> {
    // The browser's own word, which no page can set. It knows the address that it sent the request to, also if a proxy
    // rewrites `Host`, or if there are several domains.
    match headers.get("sec-fetch-site").map(HeaderValue::as_bytes) {
        Some(b"same-origin" | b"none") => return Ok(()),
        Some(b"cross-site") => return Err(ApiError::CrossSite),
        // Another subdomain or port, or a client that sends no such header.
        _ => {}
    }
    let Some(origin) = headers.get(header::ORIGIN) else {
        return Ok(());
    };
    let origin = origin.to_str().ok().and_then(|text| Url::parse(text).ok());
    let origin = origin.as_ref().and_then(Url::host).ok_or(ApiError::CrossSite)?;
    let here = headers.get(header::HOST).and_then(|host| host.to_str().ok());
    let here = here.and_then(|host| Url::parse(&format!("http://{host}")).ok());
    if public_url.host().is_some_and(|host| same(&host, &origin))
        || here
            .as_ref()
            .and_then(Url::host)
            .is_some_and(|host| same(&host, &origin))
    {
        return Ok(());
    }
    Err(ApiError::CrossSite)
}

/// Compares hosts without ports: in development the page has another port.
fn same(a: &Host<&str>, b: &Host<&str>) -> bool {
    a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_accepted(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        refuse(&headers, &Url::parse("https://calls.example").expect("a URL")).is_ok()
    }

    #[test]
    fn own_pages_and_programs_are_accepted() {
        assert!(is_accepted(&[]));
        assert!(is_accepted(&[("origin", "https://calls.example")]));
        assert!(is_accepted(&[
            ("origin", "http://localhost:5173"),
            ("host", "localhost:3000")
        ]));
    }

    #[test]
    fn own_page_is_accepted_behind_a_proxy_that_rewrites_the_host() {
        for origin in ["https://calls.example", "https://another-domain.example"] {
            assert!(is_accepted(&[
                ("sec-fetch-site", "same-origin"),
                ("origin", origin),
                ("host", "10.0.0.7:3000")
            ]));
        }
        assert!(!is_accepted(&[
            ("sec-fetch-site", "same-site"),
            ("origin", "https://evil.example"),
            ("host", "calls.example")
        ]));
    }

    #[test]
    fn other_sites_are_refused() {
        assert!(!is_accepted(&[("sec-fetch-site", "cross-site")]));
        assert!(!is_accepted(&[
            ("origin", "https://evil.example"),
            ("host", "calls.example")
        ]));
        assert!(!is_accepted(&[("origin", "null"), ("host", "calls.example")]));
    }
}
