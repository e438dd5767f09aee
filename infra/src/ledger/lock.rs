//! One process appends to a SQLite folder. A second one is told so at its start.

use super::LedgerOpenError;
use crate::db::make_folder;
use std::fs::{File, TryLockError};
use std::path::Path;

/// The lock file's name, in the data folder.
const NAME: &str = "call-ledger.lock";

/// Held until dropped; the operating system drops it when the process dies, however it dies.
#[derive(Debug)]
pub(super) struct FolderLock {
    _file: File,
}

impl FolderLock {
    /// Takes the lock, or says who else may have it.
    pub fn take(folder: &Path) -> Result<Self, LedgerOpenError> {
        let name = folder.display().to_string();
        let open = || {
            make_folder(folder)?;
            File::options()
                .create(true)
                .truncate(false)
                .write(true)
                .open(folder.join(NAME))
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
    fn a_second_taker_is_refused_until_the_first_lets_go() {
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
