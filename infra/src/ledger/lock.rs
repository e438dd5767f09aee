//! The lock on a SQLite data folder: only one process may append. A second one fails at startup.

use super::LedgerOpenError;
use crate::db::make_folder;
use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock file in the data folder.
const FILE_NAME: &str = "call-ledger.lock";

/// Held until dropped. The operating system releases it when the process ends, also after a crash.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock.
    pub fn take(folder: &Path) -> Result<Self, LedgerOpenError> {
        let name = folder.display().to_string();
        let open = || {
            make_folder(folder)?;
            File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(folder.join(FILE_NAME))
        };
        let file = open().map_err(|error| LedgerOpenError::Folder(name.clone(), error))?;
        match file.try_lock() {
            Ok(()) => Ok(Self { _file: file }),
            Err(TryLockError::WouldBlock) => Err(LedgerOpenError::Locked(name)),
            Err(TryLockError::Error(error)) => Err(LedgerOpenError::Folder(name, error)),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn second_lock_is_refused_until_the_first_is_released() {
        let folder = tempfile::tempdir().expect("a folder");
        let first = FolderLock::take(folder.path()).expect("free");
        assert!(matches!(
            FolderLock::take(folder.path()),
            Err(LedgerOpenError::Locked(_))
        ));
        drop(first);
        FolderLock::take(folder.path()).expect("free again");
    }
}
