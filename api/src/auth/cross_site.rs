//! Requests that another web site makes a browser send.
//!
//! The session cookie is `SameSite=Lax`, which keeps most of them out. What is left (an older browser, another port of the
//! same host, a WebSocket) is refused here, by what the browser itself says about where the request comes from.

use crate::error::ApiError;
use axum::http::{HeaderMap, header};
use url::{Host, Url};

/// Refuses a request that a browser sends on behalf of another host. Programs send neither header, and pass.
///
/// # Errors
/// When the request comes from another site.
pub fn refuse(headers: &HeaderMap, public_url: &Url) -> Result<(), ApiError> {
    if headers.get("sec-fetch-site").is_some_and(|site| site == "cross-site") {
        return Err(ApiError::CrossSite);
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

/// Ports are left out: in development the page comes from another one.
fn same(a: &Host<&str>, b: &Host<&str>) -> bool {
    a == b
}

#[cfg(test)]
mod tests {
    use super::*;

    fn verdict(headers: &[(&'static str, &'static str)]) -> bool {
        let headers = headers
            .iter()
            .map(|(name, value)| (name.parse().expect("a name"), value.parse().expect("a value")))
            .collect();
        refuse(&headers, &Url::parse("https://calls.example").expect("a URL")).is_ok()
    }

    #[test]
    fn our_own_pages_and_programs_pass() {
        assert!(verdict(&[]));
        assert!(verdict(&[("origin", "https://calls.example")]));
        assert!(verdict(&[
            ("origin", "http://localhost:5173"),
            ("host", "localhost:3000")
        ]));
    }

    #[test]
    fn other_sites_do_not() {
        assert!(!verdict(&[("sec-fetch-site", "cross-site")]));
        assert!(!verdict(&[
            ("origin", "https://evil.example"),
            ("host", "calls.example")
        ]));
        assert!(!verdict(&[("origin", "null"), ("host", "calls.example")]));
    }
}
