//! Download of a recording's audio. The content is checked, so an error page is never stored as audio.
//!
//! The URL is built from the recording's SID. The URL in Twilio's callbacks is not used, even though it is signed:
//! requests go to the configured base URL only.

use super::params::Params;
use super::send::Ask;
use super::{Channels, TwilioError, TwilioRest};
use crate::blob::MediaType;
use crate::outbound::Broken;
use bytes::{Bytes, BytesMut};
use futures::StreamExt as _;
use futures::stream::{self, BoxStream};
use reqwest::header::CONTENT_TYPE;
use reqwest::{Method, Response};

/// Audio format of the download
/// (<https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFormat {
    /// Linear PCM, as recorded.
    Wav,
    Mp3,
}

/// Audio of a recording, as a stream.
pub struct Media {
    pub media_type: MediaType,
    /// Length in bytes, if Twilio gave it.
    pub length: Option<u64>,
    /// Audio bytes. If the stream ends without an error, it is complete.
    pub stream: BoxStream<'static, Result<Bytes, TwilioError>>,
}

impl std::fmt::Debug for Media {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Media")
            .field("media_type", &self.media_type)
            .field("length", &self.length)
            .finish_non_exhaustive()
    }
}

/// Bytes needed to recognize the file format.
const HEADER_BYTES: usize = 12;

impl TwilioRest {
    /// Starts the download of a recording's audio. Two channels must be requested explicitly, even for a dual
    /// recording. Without a number of channels, Twilio mixes them.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] when the audio is not ready or was deleted; [`TwilioError::is_wrong_channels`] when
    /// the recording has another number of channels; [`TwilioError::Malformed`] when the
    /// content is not audio; otherwise when Twilio does not answer.
    pub async fn fetch_media(
        &self,
        recording_sid: &str,
        format: MediaFormat,
        channels: impl Into<Option<Channels>> + Send,
    ) -> Result<Media, TwilioError> {
        let extension = match format {
            MediaFormat::Wav => "wav",
            MediaFormat::Mp3 => "mp3",
        };
        let file = format!("{recording_sid}.{extension}");
        let ask = Ask {
            resource: "media",
            method: Method::GET,
            path: &["Recordings", &file],
            params: Params::new().maybe("RequestedChannels", channels.into().map(Channels::count)),
            call_sid: None,
        };
        let url = self.url(ask.path)?;
        self.attempts(&ask, || {
            let exchange = self.exchange(&ask, url.clone(), None);
            Box::pin(async move { checked(exchange.await?).await })
        })
        .await
    }
}

async fn checked(mut response: Response) -> Result<Media, TwilioError> {
    let no_audio = |what: &str| Err(TwilioError::Malformed(format!("the recording is not audio: {what}")));
    if response.status() != reqwest::StatusCode::OK {
        return no_audio("partial content");
    }
    let content_type = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let Some(media_type) = content_type.and_then(MediaType::of_content_type) else {
        return no_audio("unexpected content type");
    };
    if !media_type.as_str().starts_with("audio/") {
        return no_audio("unexpected content type");
    }
    let length = response.content_length();
    let mut head = BytesMut::new();
    while head.len() < HEADER_BYTES {
        match response.chunk().await.map_err(|error| interrupted(&error))? {
            Some(piece) => head.extend_from_slice(&piece),
            None => break,
        }
    }
    if !sounds_like(media_type, &head) {
        return no_audio(if head.is_empty() {
            "empty body"
        } else {
            "unexpected file header"
        });
    }
    // The stream ends with an error if the number of bytes differs from the announced length.
    let rest = response
        .bytes_stream()
        .map(|piece| piece.map_err(|error| interrupted(&error)));
    Ok(Media {
        media_type,
        length,
        stream: stream::iter([Ok(head.freeze())]).chain(rest).boxed(),
    })
}

/// Whether a file header matches the media type. RIFF: "RIFF", a length, "WAVE". MPEG: an ID3 tag, or the eleven set
/// bits of a frame. Ogg: "`OggS`".
fn sounds_like(media_type: MediaType, head: &[u8]) -> bool {
    match media_type {
        MediaType::Wav => head.starts_with(b"RIFF") && head.get(8..12) == Some(b"WAVE"),
        MediaType::Mp3 => head.starts_with(b"ID3") || matches!(head, [0xff, second, ..] if second & 0xe0 == 0xe0),
        MediaType::Ogg => head.starts_with(b"OggS"),
        MediaType::Json | MediaType::Binary => false,
    }
}

fn interrupted(error: &reqwest::Error) -> TwilioError {
    TwilioError::Unavailable {
        reason: Broken::of(error).as_str(),
        status: None,
        ambiguous: false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn audio_is_recognized_by_its_header() {
        let wav = *b"RIFF\x24\0\0\0WAVEfmt ";
        assert!(sounds_like(MediaType::Wav, &wav));
        assert!(!sounds_like(MediaType::Wav, b"RIFF\x24\0\0\0AVI "));
        assert!(sounds_like(MediaType::Mp3, b"ID3\x04"));
        assert!(sounds_like(MediaType::Mp3, &[0xff, 0xfb, 0x90, 0x64]));
        assert!(!sounds_like(MediaType::Mp3, &wav));
        assert!(sounds_like(MediaType::Ogg, b"OggS\0"));
    }

    #[test]
    fn text_is_never_recognized_as_audio() {
        for page in [
            &b"<!DOCTYPE html>"[..],
            b"<?xml version=\"1.0\"?>",
            b"{\"code\": 20404}",
            b"",
        ] {
            for kind in [MediaType::Wav, MediaType::Mp3, MediaType::Ogg] {
                assert!(!sounds_like(kind, page));
            }
        }
    }
}
