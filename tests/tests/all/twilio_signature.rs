//! Our signatures against Twilio's own validator: each accepts what the other signs, and both refuse changed requests.

use harness::twilio_validator::{Content, Request, Verdict, verdicts};
use infra::secret::Secret;
use infra::twilio::form::Form;
use infra::twilio::signature::{Body, is_valid, sign};
use rand::rngs::StdRng;
use rand::seq::IndexedRandom as _;
use rand::{Rng as _, SeedableRng as _};
use sha2::{Digest as _, Sha256};

const CASES: usize = 400;

/// Generates requests whose names, values and URLs contain everything that implementations got wrong.
struct Requests(StdRng);

impl Requests {
    fn new() -> Self {
        let seed = rand::random();
        // Printed when the test fails.
        println!("seed {seed}");
        Self(StdRng::seed_from_u64(seed))
    }

    fn text(&mut self) -> String {
        // Kept compact.
        #[rustfmt::skip]
        const PIECES: &[&str] = &[
            "", "a", "Z", "0", "+18005551212", " ", "  two  ", "&", "=", "%", "%20", "+", "?", "#", "/", "\"", "'", "\\",
            "<Say>", "ä", "ß", "日本語", "नमस्ते", "🙂", "\u{200d}", "\u{feff}", "\t", "\r\n", "\0", "CallSid", "e\u{301}",
        ];
        let pieces = self.0.random_range(0..4);
        (0..pieces).map(|_| *PIECES.choose(&mut self.0).unwrap()).collect()
    }

    fn form(&mut self) -> Vec<(String, String)> {
        #[rustfmt::skip]
        const NAMES: &[&str] =
            &["CallSid", "From", "To", "Digits", "SpeechResult", "Name", "name", "A", "a", "Ä", "名", "A-1"];
        let count = self.0.random_range(0..12);
        let mut form: Vec<_> = (0..count)
            .map(|_| ((*NAMES.choose(&mut self.0).unwrap()).to_owned(), self.text()))
            .collect();
        if let Some((name, value)) = form.first().cloned() {
            // A repeated name, with the same and with another value.
            form.push((name.clone(), value));
            form.push((name, self.text()));
        }
        form
    }

    fn url(&mut self) -> String {
        let scheme = ["https", "http"].choose(&mut self.0).unwrap();
        let port = ["", ":443", ":80", ":3000", ":8443"].choose(&mut self.0).unwrap();
        let path = [
            "",
            "/",
            "/twilio/voice",
            "/a/b.php",
            "/caf%C3%A9",
            "/a//b",
            "/a%2Fb",
            "/A;p=1",
        ]
        .choose(&mut self.0)
        .unwrap();
        let query = [
            "",
            "?foo=1&bar=2",
            "?x=",
            "?x=%20+y",
            "?a=b?c&d=e:f",
            "?url=https%3A%2F%2Fe.com%3A1%2F",
        ]
        .choose(&mut self.0)
        .unwrap();
        format!("{scheme}://example.com{port}{path}{query}")
    }

    fn request(&mut self) -> Request {
        let token = format!("{:032x}", self.0.random::<u128>());
        Request {
            token,
            url: self.url(),
            content: Content::Form(self.form()),
            signature: None,
        }
    }
}

fn encoded(form: &[(String, String)]) -> Form {
    let body = url::form_urlencoded::Serializer::new(String::new())
        .extend_pairs(form)
        .finish();
    Form::parse(body.as_bytes())
}

fn pairs(request: &Request) -> &[(String, String)] {
    match &request.content {
        Content::Form(pairs) => pairs,
        Content::Body(_) => panic!("not a form"),
    }
}

fn we_accept(request: &Request, signature: &str) -> bool {
    let form = encoded(pairs(request));
    is_valid(
        &Secret::new(request.token.as_str()),
        &request.url,
        Body::Form(&form),
        signature,
    )
}

fn ours(request: &Request) -> String {
    sign(
        &Secret::new(request.token.as_str()),
        &request.url,
        Some(&encoded(pairs(request))),
    )
}

fn change(request: &mut Request, how: usize) {
    let Content::Form(form) = &mut request.content else {
        panic!("not a form")
    };
    match how % 4 {
        0 => request.url.push_str("/changed"),
        1 => request.token.push('0'),
        2 => form.push(("Added".into(), "1".into())),
        _ => form.iter_mut().for_each(|(_, value)| value.push('x')),
    }
    if form.is_empty() {
        form.push(("Added".into(), "1".into()));
    }
}

#[test]
fn twilios_signatures_are_accepted_and_equal_ours() {
    let mut random = Requests::new();
    let requests: Vec<_> = (0..CASES).map(|_| random.request()).collect();
    for (request, verdict) in requests.iter().zip(verdicts(&requests)) {
        let Verdict::Signature(theirs) = verdict else {
            panic!("expected a signature, got {verdict:?}")
        };
        assert!(we_accept(request, &theirs), "refused: {request:?}");
        assert_eq!(ours(request), theirs, "{request:?}");
        assert_eq!(
            sandbox::twilio::signature::sign(&request.token, &request.url, pairs(request)),
            theirs,
            "the sandbox: {request:?}"
        );
    }
}

#[test]
fn our_signatures_are_accepted_by_twilios_package() {
    let mut random = Requests::new();
    let mut requests: Vec<_> = (0..CASES).map(|_| random.request()).collect();
    for request in &mut requests {
        request.signature = Some(ours(request));
    }
    for (request, verdict) in requests.iter().zip(verdicts(&requests)) {
        assert_eq!(verdict, Verdict::Valid(true), "{request:?}");
    }
}

#[test]
fn changed_request_is_refused_by_both() {
    let mut random = Requests::new();
    let mut requests: Vec<_> = (0..CASES).map(|_| random.request()).collect();
    for (how, request) in requests.iter_mut().enumerate() {
        request.signature = Some(ours(request));
        change(request, how);
    }
    for (request, verdict) in requests.iter().zip(verdicts(&requests)) {
        assert_eq!(verdict, Verdict::Valid(false), "{request:?}");
        assert!(
            !we_accept(request, request.signature.as_ref().unwrap()),
            "accepted: {request:?}"
        );
    }
}

#[test]
fn url_with_added_or_removed_port_is_judged_equally() {
    let mut random = Requests::new();
    let mut requests = Vec::new();
    for (signed, seen) in [
        ("https://example.com/a?b=c", "https://example.com:443/a?b=c"),
        ("https://example.com:443/a?b=c", "https://example.com/a?b=c"),
        ("http://example.com/a", "http://example.com:80/a"),
        ("https://example.com/a", "https://example.com:8443/a"),
        ("https://example.com:8443/a", "https://example.com/a"),
        ("https://example.com:1/a", "https://example.com:2/a"),
    ] {
        let mut request = random.request();
        signed.clone_into(&mut request.url);
        request.signature = Some(ours(&request));
        seen.clone_into(&mut request.url);
        requests.push(request);
    }
    for (request, verdict) in requests.iter().zip(verdicts(&requests)) {
        let accepted = we_accept(request, request.signature.as_ref().unwrap());
        assert_eq!(Verdict::Valid(accepted), verdict, "{request:?}");
    }
}

#[test]
fn json_body_is_judged_equally() {
    let mut random = Requests::new();
    let mut requests = Vec::new();
    for case in 0..CASES {
        let body = serde_json::json!({ "text": random.text() }).to_string();
        let hash = format!("{:x}", Sha256::digest(&body));
        let url = format!("https://example.com/a?x={case}&bodySHA256={hash}");
        let token = Secret::new("12345");
        let signature = Some(sign(&token, &url, None));
        let sent = if case % 2 == 0 { body } else { format!("{body} ") };
        requests.push(Request {
            token: "12345".into(),
            url,
            content: Content::Body(sent),
            signature,
        });
    }
    for (case, (request, verdict)) in requests.iter().zip(verdicts(&requests)).enumerate() {
        let Content::Body(body) = &request.content else {
            panic!("not a body")
        };
        let signature = request.signature.as_ref().unwrap();
        let accepted = is_valid(
            &Secret::new("12345"),
            &request.url,
            Body::Raw(body.as_bytes()),
            signature,
        );
        assert_eq!(accepted, case % 2 == 0, "{request:?}");
        assert_eq!(Verdict::Valid(accepted), verdict, "{request:?}");
    }
}
