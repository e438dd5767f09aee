//! The name of a blob.

use super::MediaType;
use std::fmt;

const LONGEST: usize = 400;
const LONGEST_PART: usize = 120;

/// The name of a blob: parts of letters, digits, `-` and `_`, joined by `/`, and an ending that tells its kind:
/// `CA0123/ai/RE0123.wav`. Dots are in the last part alone and do not begin it: so no name leads out of the store, and
/// no name is the folder of another.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BlobKey {
    text: String,
    media_type: MediaType,
}

/// A text that cannot be a blob's name.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("not the name of a blob: {0}")]
pub struct InvalidKey(&'static str);

impl BlobKey {
    /// Takes a text for a name.
    ///
    /// # Errors
    /// When it cannot be one.
    pub fn new(text: impl Into<String>) -> Result<Self, InvalidKey> {
        let text = text.into();
        if text.len() > LONGEST {
            return Err(InvalidKey("it is too long"));
        }
        let mut parts = text.split('/').peekable();
        while let Some(part) = parts.next() {
            if part.is_empty() || part.len() > LONGEST_PART {
                return Err(InvalidKey("a part of it is empty or too long"));
            }
            if part.starts_with('.') || part.contains('.') && parts.peek().is_some() {
                return Err(InvalidKey("a dot is where none may be"));
            }
            if !part
                .bytes()
                .all(|byte| byte.is_ascii_alphanumeric() || b"-_.".contains(&byte))
            {
                return Err(InvalidKey("it has characters other than letters, digits, - _ and ."));
            }
        }
        let media_type = text
            .rsplit_once('.')
            .and_then(|(_, extension)| MediaType::of_extension(extension))
            .ok_or(InvalidKey("its ending does not tell its kind"))?;
        Ok(Self { text, media_type })
    }

    /// The name.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.text
    }

    /// What kind of thing it names.
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
    fn a_name_has_parts_and_an_ending() {
        let key = BlobKey::new("CA0123/ai/RE0123.wav").expect("a name");
        assert_eq!(
            (key.as_str(), key.media_type()),
            ("CA0123/ai/RE0123.wav", MediaType::Wav)
        );
    }

    #[test]
    fn what_leads_elsewhere_is_no_name() {
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
        assert!(BlobKey::new(format!("{}.wav", "a".repeat(LONGEST_PART))).is_err());
        assert!(BlobKey::new(format!("{}a.wav", "a/".repeat(LONGEST))).is_err());
    }

    #[test]
    fn a_name_without_a_known_ending_is_refused() {
        for text in ["a", "a.exe", "wav", "a/wav"] {
            assert!(BlobKey::new(text).is_err(), "{text:?}");
        }
    }

    proptest! {
        #[test]
        fn every_name_stays_below_its_folder(text in "[a-z./\\\\~%]{0,12}(\\.wav)?") {
            if let Ok(key) = BlobKey::new(text) {
                let path = Path::new(key.as_str());
                prop_assert!(path.components().all(|part| matches!(part, Component::Normal(_))));
                prop_assert!(path.components().count() == key.as_str().split('/').count());
            }
        }
    }
}
