//! Validation of `X-Twilio-Signature`, which proves that a request was sent by Twilio.
//!
//! By Twilio's rules (<https://www.twilio.com/docs/usage/security>), the signature is the base64 of HMAC-SHA1, keyed by
//! the auth token, over the URL and, for a form, all parameters sorted by name, with the values of one name sorted and
//! deduplicated. A body other than a form is not signed directly: the signed query contains its SHA-256 as
//! `bodySHA256`.

use super::form::Form;
use crate::secret::Secret;
use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac};
use sha1::Sha1;
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use subtle::ConstantTimeEq as _;
use url::Url;

/// Header with the signature.
pub const HEADER: &str = "X-Twilio-Signature";
/// Header whose value is the same on each retry of a request.
pub const IDEMPOTENCY_HEADER: &str = "I-Twilio-Idempotency-Token";

/// Body of a request.
#[derive(Clone, Copy, Debug)]
pub enum Body<'a> {
    /// A form; all parameters are signed, including unknown ones.
    Form(&'a Form),
    /// Any other body, usually JSON: signed through `bodySHA256`.
    Raw(&'a [u8]),
    /// No body: a WebSocket upgrade.
    Empty,
}

/// Whether `signature` proves that Twilio sent this request to `url`.
///
/// `url` is the public URL with its query. It is checked unchanged, with the port and without, because proxies differ
/// in the URL that Twilio signs. Comparisons run in constant time.
#[must_use]
pub fn is_valid(token: &Secret, url: &str, body: Body<'_>, signature: &str) -> bool {
    let body_is_right = match body {
        Body::Form(_) | Body::Empty => true,
        Body::Raw(bytes) => hash_in_query(url).is_some_and(|claimed| {
            let hash: String = Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
                let _ = write!(hex, "{byte:02x}");
                hex
            });
            bool::from(hash.as_bytes().ct_eq(claimed.to_ascii_lowercase().as_bytes()))
        }),
    };
    let form = match body {
        Body::Form(form) => Some(form),
        Body::Raw(_) | Body::Empty => None,
    };
    let mut any = subtle::Choice::from(0);
    for url in forms_of(url) {
        any |= sign(token, &url, form).as_bytes().ct_eq(signature.as_bytes());
        // Nothing says whether bytes that are not UTF-8 are signed as they are, or as the text that replaces them.
        if let Some(form) = form.filter(|form| form.has_replaced_bytes()) {
            any |= sign_bytes(token, &url, form).as_bytes().ct_eq(signature.as_bytes());
        }
    }
    bool::from(any) & body_is_right
}

/// Computes the signature of a request to `url`; without a form, of the URL alone.
///
/// # Panics
/// Never: HMAC accepts keys of any length.
#[must_use]
pub fn sign(token: &Secret, url: &str, form: Option<&Form>) -> String {
    let parameters = form.into_iter().flat_map(Form::parameters);
    let parameters = parameters.map(|(name, values)| (name, values.iter().map(String::as_bytes).collect()));
    signature(token, url, parameters)
}

/// Like [`sign`], over the bytes of values that are not UTF-8.
fn sign_bytes(token: &Secret, url: &str, form: &Form) -> String {
    let parameters = form.parameters().iter();
    signature(
        token,
        url,
        parameters.map(|(name, values)| (name, form.bytes_of(name, values))),
    )
}

fn signature<'a>(token: &Secret, url: &str, parameters: impl Iterator<Item = (&'a String, Vec<&'a [u8]>)>) -> String {
    let mut mac =
        <Hmac<Sha1> as Mac>::new_from_slice(token.expose().as_bytes()).expect("HMAC accepts keys of any length");
    mac.update(url.split('#').next().unwrap_or(url).as_bytes());
    for (name, mut values) in parameters {
        values.sort_unstable();
        values.dedup();
        for value in values {
            mac.update(name.as_bytes());
            mac.update(value);
        }
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

/// The URL of a WebSocket as Twilio signs it: always `wss://`, the only scheme that Twilio supports
/// (<https://www.twilio.com/docs/api/errors/31922>).
#[must_use]
pub fn websocket_url(url: &str) -> String {
    let rest = url.split_once("://").map_or(url, |(_, rest)| rest);
    format!("wss://{rest}")
}

fn hash_in_query(url: &str) -> Option<String> {
    let url = Url::parse(url).ok()?;
    url.query_pairs()
        .find(|(name, _)| name == "bodySHA256")
        .map(|(_, value)| value.into_owned())
}

/// The URL unchanged, with the port, and without. Only the authority is changed: the rest is signed byte for byte, and
/// a normalizing parser would change the signature.
fn forms_of(url: &str) -> [String; 3] {
    let as_is = url.to_owned();
    let Some((scheme, rest)) = url.split_once("://") else {
        return [as_is.clone(), as_is.clone(), as_is];
    };
    let end = rest.find(['/', '?', '#']).unwrap_or(rest.len());
    let (authority, tail) = rest.split_at(end);
    // An IPv6 address contains colons inside brackets.
    let host_end = authority.rfind(']').map_or(0, |at| at + 1);
    let (host, port) = match authority[host_end..].rfind(':') {
        Some(at) => (&authority[..host_end + at], Some(&authority[host_end + at + 1..])),
        None => (authority, None),
    };
    let port = port.unwrap_or(if matches!(scheme, "https" | "wss") { "443" } else { "80" });
    [
        as_is,
        format!("{scheme}://{host}:{port}{tail}"),
        format!("{scheme}://{host}{tail}"),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    fn token() -> Secret {
        Secret::new("12345")
    }

    fn call_from(number: &str) -> Form {
        let number = number.replace('+', "%2B");
        let body = format!("CallSid=CA1234567890ABCDE&Digits=1234&To=%2B18005551212&Caller={number}&From={number}");
        Form::parse(body.as_bytes())
    }

    #[test]
    fn published_test_vectors_are_signed_correctly() {
        let first = call_from("+12349013030");
        assert_eq!(
            sign(&token(), "https://mycompany.com/myapp.php?foo=1&bar=2", Some(&first)),
            "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
        );
        let second = call_from("+14158675310");
        assert_eq!(
            sign(&token(), "https://example.com/myapp.php?foo=1&bar=2", Some(&second)),
            "L/OH5YylLD5NRKLltdqwSvS0BnU="
        );
    }

    #[test]
    fn signed_form_is_valid_with_and_without_port() {
        let form = call_from("+12349013030");
        let signature = "0/KCTR6DLpKmkAf8muzZqo1nDgQ=";
        for url in [
            "https://mycompany.com/myapp.php?foo=1&bar=2",
            "https://mycompany.com:443/myapp.php?foo=1&bar=2",
        ] {
            assert!(is_valid(&token(), url, Body::Form(&form), signature), "{url}");
        }
        let with_port = sign(&token(), "https://mycompany.com:443/a", Some(&form));
        assert!(is_valid(
            &token(),
            "https://mycompany.com/a",
            Body::Form(&form),
            &with_port
        ));
    }

    #[test]
    fn changed_request_is_invalid() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        let (form, signature) = (call_from("+12349013030"), "0/KCTR6DLpKmkAf8muzZqo1nDgQ=");
        assert!(!is_valid(
            &token(),
            "https://mycompany.com/myapp.php?foo=1&bar=3",
            Body::Form(&form),
            signature
        ));
        assert!(!is_valid(
            &token(),
            url,
            Body::Form(&call_from("+12349013031")),
            signature
        ));
        assert!(!is_valid(&Secret::new("12346"), url, Body::Form(&form), signature));
        assert!(!is_valid(
            &token(),
            url,
            Body::Form(&form),
            "0/KCTR6DLpKmkAf8muzZqo1nDgR="
        ));
        assert!(!is_valid(&token(), url, Body::Form(&form), ""));
    }

    #[test]
    fn repeated_values_are_signed_once_in_order() {
        let repeated = Form::parse(b"a=2&a=1&a=2");
        let plain = Form::parse(b"a=1&a=2");
        assert_eq!(
            sign(&token(), "https://e.com/", Some(&repeated)),
            sign(&token(), "https://e.com/", Some(&plain))
        );
    }

    #[test]
    fn json_body_is_validated_by_its_hash_in_the_query() {
        let body = br#"{"property": "value", "boolean": true}"#;
        let url = "https://example.com/a?bodySHA256=0a1ff7634d9ab3b95db5c9a2dfe9416e41502b283a80c7cf19632632f96e6620";
        let signature = sign(&token(), url, None);
        assert!(is_valid(&token(), url, Body::Raw(body), &signature));
        assert!(!is_valid(&token(), url, Body::Raw(b"{}"), &signature), "another body");
    }

    #[test]
    fn json_body_without_hash_in_the_query_is_invalid() {
        let url = "https://example.com/a";
        assert!(!is_valid(&token(), url, Body::Raw(b"{}"), &sign(&token(), url, None)));
    }

    #[test]
    fn connection_overrides_are_not_signed() {
        let form = call_from("+12349013030");
        let plain = sign(&token(), "https://example.com/a?x=1", Some(&form));
        assert_eq!(
            plain,
            sign(&token(), "https://example.com/a?x=1#rc=5&rp=all", Some(&form))
        );
    }

    #[test]
    fn websocket_is_signed_with_the_wss_scheme() {
        assert_eq!(
            websocket_url("https://example.com/twilio/media"),
            "wss://example.com/twilio/media"
        );
        assert_eq!(websocket_url("http://localhost:3000/a"), "wss://localhost:3000/a");
        let signature = sign(&token(), "wss://example.com/twilio/media", None);
        assert!(is_valid(
            &token(),
            "wss://example.com/twilio/media",
            Body::Empty,
            &signature
        ));
    }

    #[test]
    fn ipv6_host_is_valid_with_and_without_port() {
        let form = Form::default();
        let signature = sign(&token(), "http://[::1]/a", Some(&form));
        assert!(is_valid(&token(), "http://[::1]:3000/a", Body::Form(&form), &signature));
        assert!(is_valid(&token(), "http://[::1]/a", Body::Form(&form), &signature));
    }
}
