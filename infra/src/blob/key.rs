//! [`BlobKey`]: the name of a blob.

use super::MediaType;
use std::fmt;

const MAX_BYTES: usize = 400;
const MAX_PART_BYTES: usize = 120;

/// The name of a blob: parts of letters, digits, `-` and `_`, joined by `/`, and an extension for its media type:
/// `CA0123/ai/RE0123.wav`. Only the last part has dots, and does not start with one. So no key leads out of the store,
/// and no key is the folder of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlobKey {
    text: String,
    media_type: MediaType,
}

/// The text is not a valid blob key.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("invalid blob key: {0}")]
pub struct InvalidKey(&'static str);

impl BlobKey {
    /// Checks a text.
    ///
    /// # Errors
    /// When it is not a valid key.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = text.into();
        if text.len() > MAX_BYTES {
            return Err(InvalidKey("too long"));
        }
        let mut parts = text.split('/').peekable();
        while let Some(part) = parts.next() {
            if part.is_empty() || part.len() > MAX_PART_BYTES {
                return Err(InvalidKey("a part is empty or too long"));
            }
            if part.starts_with('.') || part.contains('.') && parts.peek().is_some() {
                return Err(InvalidKey("a dot outside the last part, or at its start"));
            }
            if !part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            {
                return Err(InvalidKey("characters other than letters, digits, - _ and ."));
            }
        }
        let media_type = text
            .rsplit_once('.')
            .and_then(|(_, extension)| MediaType::of_extension(extension))
            .ok_or(InvalidKey("unknown extension"))?;
        Ok(Self { text, media_type })
    }

    /// The key as text.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// The media type that the extension stands for.
    #[must_use]
    pub const fn media_type(&self) -> MediaType {
        self.media_type
    }
}

impl fmt::Display for BlobKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.text)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;
    use std::path::{Component, Path};

    #[test]
    fn valid_key_has_parts_and_an_extension() {
        let key = BlobKey::new("CA0123/ai/RE0123.wav").expect("a name");
        assert_eq!(
            (key.as_str(), key.media_type()),
            ("CA0123/ai/RE0123.wav", MediaType::Wav)
        );
    }

    #[test]
    fn key_that_leads_out_of_the_store_is_refused() {
        for text in [
            "",
            "/a.wav",
            "a//b.wav",
            "../a.wav",
            "a/../b.wav",
            "a/./b.wav",
            ".incoming/a.wav",
            "a.wav/",
            "a.wav/b.wav",
            "a\\b.wav",
            "a\0.wav",
            "a b.wav",
            "ä.wav",
            "C:/a.wav",
            "a%2e%2e/b.wav",
        ] {
            assert!(BlobKey::new(text).is_err(), "{text:?}");
        }
        assert!(BlobKey::new(format!("{}.wav", "a".repeat(MAX_PART_BYTES))).is_err());
        assert!(BlobKey::new(format!("{}a.wav", "a/".repeat(MAX_BYTES))).is_err());
    }

    #[test]
    fn key_without_a_known_extension_is_refused() {
        for text in ["a", "a.exe", "wav", "a/wav"] {
            assert!(BlobKey::new(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_key_stays_below_its_folder(text in "[a-z./\\\\~%]{0,12}(\\.wav)?") {
            if let Ok(key) = BlobKey::new(text) {
                let path = Path::new(key.as_str());
                prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
                prop_assert!(path.components().count() == key.as_str().split('/').count());
            }
        }
    }
}
