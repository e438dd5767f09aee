//! Blobs in a folder. The key is the path.
//!
//! A blob is written to `.incoming`, synced and renamed to its path; the rename is synced too. A crash leaves the old
//! blob, the new blob, or a leftover in `.incoming` that the next start removes.

use super::body::{Body, Stored, blocking, spool};
use super::{Blob, BlobError, BlobInfo, BlobKey, ByteRange};
use crate::db::make_folder;
use futures::{StreamExt as _, TryStreamExt as _};
use std::fs;
use std::io;
use std::path::{Path, PathBuf};
use std::time::Duration;
use tokio::io::{AsyncReadExt as _, AsyncSeekExt as _};
use tokio_util::io::ReaderStream;

/// A key never starts with a dot, so this folder cannot conflict with a blob.
const INCOMING: &str = ".incoming";
/// No upload takes this long: older files were left by a crash.
const MAX_UPLOAD_AGE: Duration = Duration::from_hours(24);
const CHUNK_BYTES: usize = 1 << 16;

#[derive(Debug)]
pub(super) struct Files {
    root: PathBuf,
    incoming: PathBuf,
}

impl Files {
    pub(super) async fn open(root: &Path) -> Result<Self, BlobError> {
        let (root, incoming) = (root.to_owned(), root.join(INCOMING));
        let files = Self { root, incoming };
        let incoming = files.incoming.clone();
        blocking(move || {
            make_folder(&incoming)?;
            remove_leftovers(&incoming)
        })
        .await?;
        Ok(files)
    }

    fn path(&self, key: &BlobKey) -> PathBuf {
        self.root.join(key.as_str())
    }

    pub(super) async fn put(&self, key: &BlobKey, body: Body) -> Result<Stored, BlobError> {
        let (file, stored) = spool(body, &self.incoming).await?;
        let (root, path) = (self.root.clone(), self.path(key));
        blocking(move || {
            let folder = path.parent().unwrap_or(&root);
            make_folder(folder)?;
            file.persist(&path).map_err(|error| error.error)?;
            sync_up(folder, &root)
        })
        .await?;
        Ok(stored)
    }

    pub(super) async fn get(&self, key: &BlobKey, range: Option<ByteRange>) -> Result<Option<Blob>, BlobError> {
        let Some(mut file) = if_found(tokio::fs::File::open(self.path(key)).await)? else {
            return Ok(None);
        };
        let metadata = file.metadata().await?;
        let total_len = metadata.len();
        let range = range
            .map(|range| {
                range
                    .within(total_len)
                    .ok_or(BlobError::RangeNotSatisfiable { total_len })
            })
            .transpose()?;
        let (first, length) = range.as_ref().map_or((0, total_len), |range| {
            (*range.start(), range.end() - range.start() + 1)
        });
        file.seek(io::SeekFrom::Start(first)).await?;
        let stream = ReaderStream::with_capacity(file.take(length), CHUNK_BYTES);
        Ok(Some(Blob {
            media_type: key.media_type(),
            total_len,
            range,
            stream: stream.map_err(BlobError::from).boxed(),
        }))
    }

    pub(super) async fn head(&self, key: &BlobKey) -> Result<Option<BlobInfo>, BlobError> {
        let metadata = if_found(tokio::fs::metadata(self.path(key)).await)?;
        Ok(metadata.map(|metadata| BlobInfo {
            media_type: key.media_type(),
            total_len: metadata.len(),
        }))
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let path = self.path(key);
        Ok(blocking(move || {
            if if_found(fs::remove_file(&path))?.is_some() {
                // Synced, because a power failure must not restore an erased recording.
                path.parent().map_or(Ok(()), sync)?;
            }
            Ok(())
        })
        .await?)
    }

    pub(super) async fn check(&self) -> Result<(), BlobError> {
        let incoming = self.incoming.clone();
        blocking(move || tempfile::tempfile_in(incoming).map(|_| ())).await?;
        Ok(())
    }
}

/// The value, or `None` if the file does not exist.
fn if_found<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn remove_leftovers(incoming: &Path) -> io::Result<()> {
    for entry in fs::read_dir(incoming)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > MAX_UPLOAD_AGE {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Syncs a folder and its parents, which may be new, up to the root.
fn sync_up(folder: &Path, root: &Path) -> io::Result<()> {
    for folder in folder.ancestors() {
        sync(folder)?;
        if folder == root {
            break;
        }
    }
    Ok(())
}

fn sync(folder: &Path) -> io::Result<()> {
    fs::File::open(folder)?.sync_all()
}

#[cfg(test)]
mod tests {
    use super::*;
    use bytes::Bytes;

    fn key(text: &str) -> BlobKey {
        BlobKey::new(text).expect("a name")
    }

    #[tokio::test]
    async fn old_leftovers_are_removed_at_start_and_new_uploads_are_kept() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).await.expect("opened");
        let old = files.incoming.join("old.part");
        let new = files.incoming.join("new.part");
        fs::write(&new, "n").expect("written");
        let file = fs::File::create(&old).expect("made");
        let long_ago = file.metadata().expect("there").modified().expect("known") - MAX_UPLOAD_AGE - MAX_UPLOAD_AGE;
        file.set_modified(long_ago).expect("turned back");
        Files::open(folder.path()).await.expect("opened again");
        assert!(!old.exists() && new.exists());
    }

    #[tokio::test]
    async fn blob_is_readable_by_its_owner_only_and_leaves_no_temporary_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).await.expect("opened");
        let name = key("CA1/RE1.wav");
        files
            .put(&name, Bytes::from_static(b"sound").into())
            .await
            .expect("stored");
        assert_eq!(fs::read_dir(&files.incoming).expect("there").count(), 0);
        #[cfg(unix)]
        {
            use std::os::unix::fs::PermissionsExt as _;
            let mode = fs::metadata(files.path(&name)).expect("there").permissions().mode();
            assert_eq!(mode & 0o077, 0);
        }
    }

    #[tokio::test]
    async fn deleted_folder_is_unavailable() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).await.expect("opened");
        files.check().await.expect("well");
        folder.close().expect("removed");
        assert!(files.check().await.expect_err("gone").is_unavailable());
        let put = files.put(&key("a.wav"), Bytes::new().into()).await;
        assert!(put.expect_err("gone").is_unavailable());
    }
}
