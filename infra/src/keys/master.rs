//! The master key, which wraps data keys and has no other use.

use super::{KeyError, SealingKey};
use crate::clock::{new_id, random_bytes};
use crate::db::make_folder;
use base64::Engine;
use base64::engine::general_purpose::{STANDARD, STANDARD_NO_PAD};
use std::io::Write as _;
use std::path::{Path, PathBuf};
use std::str::FromStr;
use std::sync::Arc;
use zeroize::Zeroizing;

/// Where the master key is.
#[derive(Clone, Debug)]
pub enum MasterKeySource {
    Key(MasterKey),
    /// A file, which is created on the first start.
    File(PathBuf),
}

impl From<MasterKey> for MasterKeySource {
    fn from(key: MasterKey) -> Self {
        Self::Key(key)
    }
}

impl MasterKeySource {
    /// The key. `may_create`: whether a missing file may be created with a new key.
    ///
    /// # Errors
    /// [`KeyError::MasterKeyMissing`] when the file is missing and must not be created; else as
    /// [`MasterKey::from_file`].
    pub fn load(&self, may_create: bool) -> Result<MasterKey, KeyError> {
        match self {
            Self::Key(key) => Ok(key.clone()),
            Self::File(file) if may_create => MasterKey::from_file(file),
            Self::File(file) => match file.try_exists() {
                Ok(true) => MasterKey::from_file(file),
                Ok(false) => Err(KeyError::MasterKeyMissing(file.display().to_string())),
                Err(error) => Err(file_error(file, error)),
            },
        }
    }
}

/// The master key. Its `Debug` shows its identifier, never its bytes.
#[derive(Clone)]
pub struct MasterKey(SealingKey);

impl MasterKey {
    /// A new random key.
    #[must_use]
    pub fn random() -> Self {
        Self(SealingKey::random())
    }

    /// Reads the key from a file; creates the file with owner-only permissions if it does not exist.
    ///
    /// # Errors
    /// When the file cannot be read or created, holds no valid key, or is readable by others.
    pub fn from_file(file: &Path) -> Result<Self, KeyError> {
        match std::fs::read(file) {
            Ok(bytes) => {
                check_mode(file)?;
                of_file(file, bytes)
            }
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => {
                let bytes: Zeroizing<[u8; 32]> = Zeroizing::new(random_bytes());
                let text = Zeroizing::new(const_hex::encode(bytes.as_slice()));
                if write_new(file, &text).map_err(|error| file_error(file, error))? {
                    return Ok(Self(SealingKey::new(*bytes)));
                }
                // Another process was faster.
                of_file(file, std::fs::read(file).map_err(|error| file_error(file, error))?)
            }
            Err(error) => Err(file_error(file, error)),
        }
    }

    /// Identifier of the key in hex, which reveals nothing about it.
    #[must_use]
    pub fn id(&self) -> String {
        const_hex::encode(self.0.id())
    }

    pub(super) const fn key(&self) -> &SealingKey {
        &self.0
    }
}

impl std::fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

impl FromStr for MasterKey {
    type Err = KeyError;

    fn from_str(text: &str) -> Result<Self, KeyError> {
        let bytes = if text.len() == 64 && text.is_ascii() {
            let pairs = (0..32).map(|i| u8::from_str_radix(&text[2 * i..2 * i + 2], 16));
            pairs
                .collect::<Result<Vec<u8>, _>>()
                .map_err(|_| KeyError::MalformedMasterKey)?
        } else {
            let decoded = STANDARD.decode(text).or_else(|_| STANDARD_NO_PAD.decode(text));
            decoded.map_err(|_| KeyError::MalformedMasterKey)?
        };
        let bytes = Zeroizing::new(bytes);
        let bytes: [u8; 32] = bytes.as_slice().try_into().map_err(|_| KeyError::MalformedMasterKey)?;
        Ok(Self(SealingKey::new(bytes)))
    }
}

fn file_error(file: &Path, error: std::io::Error) -> KeyError {
    KeyError::MasterKeyFile(file.display().to_string(), Arc::new(error))
}

/// The key in the contents of a file.
fn of_file(file: &Path, bytes: Vec<u8>) -> Result<MasterKey, KeyError> {
    let bytes = Zeroizing::new(bytes);
    let key = std::str::from_utf8(&bytes)
        .ok()
        .and_then(|text| text.trim().parse().ok());
    key.ok_or_else(|| KeyError::MasterKeyDamaged(file.display().to_string()))
}

/// Writes the file atomically: a start that is killed half-way must not leave a truncated key, and of two starts only one
/// creates the file. Returns `false` if it exists.
fn write_new(file: &Path, text: &str) -> std::io::Result<bool> {
    if let Some(folder) = file.parent() {
        make_folder(folder)?;
    }
    let draft = file.with_extension(format!("new-{}", new_id("file")));
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create(true).truncate(true);
    #[cfg(unix)]
    std::os::unix::fs::OpenOptionsExt::mode(&mut options, 0o600);
    let mut out = options.open(&draft)?;
    writeln!(out, "{text}")?;
    out.sync_all()?;
    // Unlike a rename, a link does not replace the file.
    let linked = std::fs::hard_link(&draft, file);
    std::fs::remove_file(&draft)?;
    match linked {
        Ok(()) => {}
        Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => return Ok(false),
        Err(error) => return Err(error),
    }
    if let Some(folder) = file.parent() {
        std::fs::File::open(folder)?.sync_all()?;
    }
    Ok(true)
}

#[cfg(unix)]
fn check_mode(file: &Path) -> Result<(), KeyError> {
    use std::os::unix::fs::PermissionsExt;
    let mode = std::fs::metadata(file)
        .map_err(|error| file_error(file, error))?
        .permissions()
        .mode();
    let others = 0o077;
    if mode & others != 0 {
        return Err(KeyError::MasterKeyExposed(file.display().to_string()));
    }
    Ok(())
}

#[cfg(not(unix))]
fn check_mode(_: &Path) -> Result<(), KeyError> {
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_is_made_once_and_read_after() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("deep/master.key");
        let made = MasterKey::from_file(&file).expect("made");
        assert_eq!(MasterKey::from_file(&file).expect("read").id(), made.id());
    }

    #[test]
    fn threads_that_create_a_file_together_agree_on_one_key() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("master.key");
        let ids: std::collections::HashSet<_> = std::thread::scope(|scope| {
            let threads: Vec<_> = (0..16)
                .map(|_| scope.spawn(|| MasterKey::from_file(&file).expect("a key").id()))
                .collect();
            threads.into_iter().map(|it| it.join().expect("ended")).collect()
        });
        assert_eq!(ids, [MasterKey::from_file(&file).expect("read").id()].into());
        let left = std::fs::read_dir(folder.path()).expect("a folder").count();
        assert_eq!(left, 1, "no draft is left behind");
    }

    #[cfg(unix)]
    #[test]
    fn a_file_that_others_can_read_is_refused() {
        use std::os::unix::fs::PermissionsExt;
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("master.key");
        MasterKey::from_file(&file).expect("made");
        std::fs::set_permissions(&file, std::fs::Permissions::from_mode(0o644)).expect("opened up");
        assert!(matches!(
            MasterKey::from_file(&file),
            Err(KeyError::MasterKeyExposed(_))
        ));
    }

    #[test]
    fn a_key_is_read_from_hex_and_from_base64_and_nothing_else() {
        let hex_key: MasterKey = "00".repeat(32).parse().expect("hex");
        let base64_key: MasterKey = STANDARD.encode([0; 32]).parse().expect("base64");
        assert_eq!(hex_key.id(), base64_key.id());
        for text in ["", "short", &"zz".repeat(32), &STANDARD.encode([0; 31])] {
            assert!(text.parse::<MasterKey>().is_err(), "{text}");
        }
    }

    #[test]
    fn debug_shows_no_key() {
        let key: MasterKey = "ab".repeat(32).parse().expect("hex");
        assert!(!format!("{key:?}").contains("abab"));
    }
}
