//! [`MediaType`]: the media type of a blob.

/// The media types that are stored. The extension of a blob's key determines it.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum MediaType {
    /// `.wav`: RIFF audio, the format of Twilio's recordings.
    Wav,
    /// `.mp3`: MPEG audio.
    Mp3,
    /// `.ogg`: Ogg audio, Opus or Vorbis.
    Ogg,
    /// `.json`
    Json,
    /// `.bin`: any other content.
    Binary,
}

impl MediaType {
    const ALL: [Self; 5] = [Self::Wav, Self::Mp3, Self::Ogg, Self::Json, Self::Binary];

    /// The extension, without the dot.
    #[must_use]
    pub const fn extension(self) -> &'static str {
        match self {
            Self::Wav => "wav",
            Self::Mp3 => "mp3",
            Self::Ogg => "ogg",
            Self::Json => "json",
            Self::Binary => "bin",
        }
    }

    /// The content type for HTTP.
    #[must_use]
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Wav => "audio/wav",
            Self::Mp3 => "audio/mpeg",
            Self::Ogg => "audio/ogg",
            Self::Json => "application/json",
            Self::Binary => "application/octet-stream",
        }
    }

    /// The media type with this extension.
    #[must_use]
    pub fn of_extension(extension: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.extension() == extension)
    }

    /// The media type of a `Content-Type` header, ignoring parameters. Audio types have several names: Twilio sends
    /// `audio/x-wav`. `None` for other types.
    #[must_use]
    pub fn of_content_type(header: &str) -> Option<Self> {
        let essence = header.split(';').next().unwrap_or_default().trim().to_ascii_lowercase();
        Some(match essence.as_str() {
            "audio/wav" | "audio/x-wav" | "audio/wave" | "audio/vnd.wave" => Self::Wav,
            "audio/mpeg" | "audio/mp3" | "audio/x-mp3" | "audio/mpeg3" => Self::Mp3,
            "audio/ogg" | "application/ogg" => Self::Ogg,
            "application/json" => Self::Json,
            "application/octet-stream" => Self::Binary,
            _ => return None,
        })
    }
}

impl std::fmt::Display for MediaType {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.as_str())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_media_type_round_trips_through_extension_and_content_type() {
        for kind in MediaType::ALL {
            assert_eq!(MediaType::of_extension(kind.extension()), Some(kind));
            assert_eq!(MediaType::of_content_type(kind.as_str()), Some(kind));
        }
    }

    #[test]
    fn content_types_of_twilio_are_known() {
        assert_eq!(MediaType::of_content_type("audio/x-wav"), Some(MediaType::Wav));
        assert_eq!(
            MediaType::of_content_type("Audio/MPEG; charset=binary"),
            Some(MediaType::Mp3)
        );
        assert_eq!(MediaType::of_content_type("text/html"), None);
    }
}
