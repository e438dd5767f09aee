//! Download of recordings: complete and checked, or an error.

use crate::script::{Script, answer};
use crate::twilio_rest::client;
use bytes::Bytes;
use futures::TryStreamExt as _;
use infra::blob::MediaType;
use infra::twilio::rest::{Channels, Media, MediaFormat, TwilioError};
use wiremock::matchers::{method, path, query_param};
use wiremock::{Mock, MockServer, ResponseTemplate};

/// The header of a WAV file and some samples.
fn wav() -> Vec<u8> {
    [&b"RIFF\x24\0\x01\0WAVEfmt "[..], &vec![7; 70_000]].concat()
}

async fn fetch(url: &str) -> Result<Media, TwilioError> {
    client(url).fetch_media("RE1", MediaFormat::Wav, Channels::Dual).await
}

async fn sound(media: Media) -> Result<Vec<u8>, TwilioError> {
    let chunks: Vec<Bytes> = media.stream.try_collect().await?;
    Ok(chunks.concat())
}

#[tokio::test]
async fn recording_is_downloaded_with_media_type_and_length() {
    let server = MockServer::start().await;
    Mock::given(method("GET"))
        .and(path("/2010-04-01/Accounts/AC1/Recordings/RE1.wav"))
        .and(query_param("RequestedChannels", "2"))
        .respond_with(ResponseTemplate::new(200).set_body_raw(wav(), "audio/x-wav"))
        .expect(1)
        .mount(&server)
        .await;
    let media = fetch(&server.uri()).await.expect("sound");
    assert_eq!(
        (media.media_type, media.length),
        (MediaType::Wav, Some(wav().len() as u64))
    );
    assert!(sound(media).await.expect("all of it") == wav());
}

#[tokio::test]
async fn recording_that_is_not_ready_is_not_found_and_not_retried() {
    let server = MockServer::start().await;
    let body = serde_json::json!({"code": 20404, "message": "The requested resource was not found", "status": 404});
    Mock::given(method("GET"))
        .respond_with(ResponseTemplate::new(404).set_body_json(body))
        .expect(1)
        .mount(&server)
        .await;
    assert!(fetch(&server.uri()).await.expect_err("not ready").is_not_found());
}

#[tokio::test]
async fn content_that_is_not_audio_is_malformed() {
    let page = b"<!DOCTYPE html><html><body>Not found</body></html>".to_vec();
    let xml = b"<?xml version=\"1.0\"?><TwilioResponse/>".to_vec();
    for (body, content_type) in [
        (page.clone(), "text/html"),
        (page, "audio/x-wav"),
        (xml, "audio/x-wav"),
        (wav(), "application/octet-stream"),
        (wav(), "audio/mpeg"),
        (Vec::new(), "audio/x-wav"),
    ] {
        let server = MockServer::start().await;
        Mock::given(method("GET"))
            .respond_with(ResponseTemplate::new(200).set_body_raw(body, content_type))
            .expect(1)
            .mount(&server)
            .await;
        let error = fetch(&server.uri()).await.expect_err("no audio");
        assert!(matches!(error, TwilioError::Malformed(_)), "{content_type}: {error}");
    }
}

#[tokio::test]
async fn interrupted_recording_ends_with_a_retryable_error() {
    let half = answer("audio/x-wav", wav().len(), &wav()[..30_000]);
    let server = Script::start(vec![half]).await;
    let media = fetch(&server.url).await.expect("it begins well");
    let error = sound(media).await.expect_err("not whole");
    assert!(error.is_safe_to_retry(), "{error:?}");
}

#[tokio::test]
async fn recording_interrupted_at_its_start_is_retried() {
    let nothing = answer("audio/x-wav", wav().len(), b"RIFF");
    let server = Script::start(vec![nothing, answer("audio/x-wav", wav().len(), &wav())]).await;
    let media = fetch(&server.url).await.expect("the second time");
    assert!(sound(media).await.expect("all of it") == wav());
    assert_eq!(server.connections(), 2);
}
