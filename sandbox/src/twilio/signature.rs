//! `X-Twilio-Signature`, as defined in <https://www.twilio.com/docs/usage/security>.
//!
//! Only form-encoded requests; JSON bodies are signed differently and not sent from here.

use base64::Engine as _;
use base64::engine::general_purpose::STANDARD;
use hmac::{Hmac, Mac as _};
use sha1::Sha1;

/// The header of the signature.
pub const HEADER: &str = "X-Twilio-Signature";

/// Signs a request to `url`, the public URL with its query, with the form parameters `params`.
///
/// Values of a repeated key are sorted and deduplicated; sorting and deduplicating the pairs has the same effect.
#[must_use]
#[expect(clippy::missing_panics_doc, reason = "HMAC accepts keys of any length")]
pub fn sign(auth_token: &str, url: &str, params: &[(String, String)]) -> String {
    let mut pairs: Vec<_> = params.iter().collect();
    pairs.sort_unstable();
    pairs.dedup();

    let mut mac = Hmac::<Sha1>::new_from_slice(auth_token.as_bytes()).expect("HMAC accepts keys of any length");
    mac.update(url.as_bytes());
    for (key, value) in pairs {
        mac.update(key.as_bytes());
        mac.update(value.as_bytes());
    }
    STANDARD.encode(mac.finalize().into_bytes())
}

#[cfg(test)]
mod tests {
    use super::*;

    fn pairs(of: &[(&str, &str)]) -> Vec<(String, String)> {
        of.iter()
            .map(|(key, value)| ((*key).to_owned(), (*value).to_owned()))
            .collect()
    }

    fn call_from(number: &str) -> Vec<(String, String)> {
        pairs(&[
            ("To", "+18005551212"),
            ("From", number),
            ("Digits", "1234"),
            ("Caller", number),
            ("CallSid", "CA1234567890ABCDE"),
        ])
    }

    #[test]
    fn signature_matches_the_first_published_vector() {
        let url = "https://mycompany.com/myapp.php?foo=1&bar=2";
        assert_eq!(
            sign("12345", url, &call_from("+12349013030")),
            "0/KCTR6DLpKmkAf8muzZqo1nDgQ="
        );
    }

    #[test]
    fn signature_matches_the_second_published_vector() {
        let url = "https://example.com/myapp.php?foo=1&bar=2";
        assert_eq!(
            sign("12345", url, &call_from("+14158675310")),
            "L/OH5YylLD5NRKLltdqwSvS0BnU="
        );
    }

    #[test]
    fn repeated_values_are_sorted_and_deduplicated() {
        let url = "https://example.com/";
        let params = pairs(&[("MediaUrl", "b"), ("MediaUrl", "a"), ("MediaUrl", "b")]);
        assert_eq!(
            sign("t", url, &params),
            sign("t", url, &pairs(&[("MediaUrl", "a"), ("MediaUrl", "b")]))
        );
        assert_ne!(sign("t", url, &params), sign("t", url, &pairs(&[("MediaUrl", "a")])));
    }

    #[test]
    fn signature_depends_on_token_url_and_parameters() {
        let params = pairs(&[("CallSid", "CA1")]);
        let signature = sign("t", "https://example.com/a", &params);
        assert_ne!(signature, sign("u", "https://example.com/a", &params), "the token");
        assert_ne!(signature, sign("t", "https://example.com/b", &params), "the URL");
        assert_ne!(
            signature,
            sign("t", "https://example.com/a", &pairs(&[("CallSid", "CA2")])),
            "the parameters"
        );
    }
}
