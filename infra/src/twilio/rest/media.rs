//! The sound of a recording, checked: what is called a recording and is an error page is not stored as audio.
//!
//! The address is made from the recording's identifier. The one in Twilio's callbacks is not followed, however well it is
//! signed: the base address alone decides who answers.

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

/// As what to fetch it (<https://www.twilio.com/docs/voice/api/recording#fetch-a-recordings-media-file>).
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum MediaFormat {
    /// As it was recorded: linear PCM.
    Wav,
    /// Compressed.
    Mp3,
}

/// The sound of a recording, to be read.
pub struct Media {
    /// What kind of audio it is.
    pub media_type: MediaType,
    /// How many bytes, where Twilio said so.
    pub length: Option<u64>,
    /// The bytes. When it ends without an error, all of them came.
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

/// So many bytes tell what a file is.
const ENOUGH: usize = 12;

impl TwilioRest {
    /// Begins to fetch the sound of a recording. Two channels must be asked for even when there are two.
    ///
    /// # Errors
    /// [`TwilioError::is_not_found`] while the sound is not ready, or when it is gone; [`TwilioError::Malformed`] when
    /// what comes is no audio; else when Twilio does not answer.
    pub async fn fetch_media(
        &self,
        recording_sid: &str,
        format: MediaFormat,
        channels: Channels,
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
            params: Params::new().with("RequestedChannels", channels.count()),
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
    let no_audio = |what: &str| Err(TwilioError::Malformed(format!("the recording is no audio: {what}")));
    if response.status() != reqwest::StatusCode::OK {
        return no_audio("it is not whole");
    }
    let told = response
        .headers()
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok());
    let Some(media_type) = told.and_then(MediaType::of_content_type) else {
        return no_audio("another content type");
    };
    if !media_type.as_str().starts_with("audio/") {
        return no_audio("another content type");
    }
    let length = response.content_length();
    let mut head = BytesMut::new();
    while head.len() < ENOUGH {
        match response.chunk().await.map_err(|error| interrupted(&error))? {
            Some(piece) => head.extend_from_slice(&piece),
            None => break,
        }
    }
    if !sounds_like(media_type, &head) {
        return no_audio(if head.is_empty() {
            "it is empty"
        } else {
            "it begins otherwise"
        });
    }
    // The connection ends with an error when fewer or more bytes come than were announced.
    let rest = response
        .bytes_stream()
        .map(|piece| piece.map_err(|error| interrupted(&error)));
    Ok(Media {
        media_type,
        length,
        stream: stream::iter([Ok(head.freeze())]).chain(rest).boxed(),
    })
}

/// Whether bytes begin as a file of this kind does. RIFF: "RIFF", a length, "WAVE". MPEG: an ID3 tag, or the eleven set
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
    fn audio_is_known_by_its_first_bytes() {
        let wav = *b"RIFF\x24\0\0\0WAVEfmt ";
        assert!(sounds_like(MediaType::Wav, &wav));
        assert!(!sounds_like(MediaType::Wav, b"RIFF\x24\0\0\0AVI "));
        assert!(sounds_like(MediaType::Mp3, b"ID3\x04"));
        assert!(sounds_like(MediaType::Mp3, &[0xff, 0xfb, 0x90, 0x64]));
        assert!(!sounds_like(MediaType::Mp3, &wav));
        assert!(sounds_like(MediaType::Ogg, b"OggS\0"));
    }

    #[test]
    fn a_page_is_no_audio_whatever_it_is_called() {
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
