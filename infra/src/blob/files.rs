//! Blobs in a folder: the name is the path.
//!
//! A blob is written beside the others, synced, and renamed into its place; the rename is synced too. So a crash leaves
//! the old one, the new one, or a leftover in `.incoming` that the next start removes.

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

/// No name begins with a dot, so this is nobody's.
const INCOMING: &str = ".incoming";
/// No blob takes this long to arrive: what is older was left by a crash.
const LEFTOVER: Duration = Duration::from_hours(24);
const PIECE: usize = 1 << 16;

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
            clear(&incoming)
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
        let Some(mut file) = there(tokio::fs::File::open(self.path(key)).await)? else {
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
        let stream = ReaderStream::with_capacity(file.take(length), PIECE);
        Ok(Some(Blob {
            media_type: key.media_type(),
            total_len,
            range,
            stream: stream.map_err(BlobError::from).boxed(),
        }))
    }

    pub(super) async fn head(&self, key: &BlobKey) -> Result<Option<BlobInfo>, BlobError> {
        let metadata = there(tokio::fs::metadata(self.path(key)).await)?;
        Ok(metadata.map(|metadata| BlobInfo {
            media_type: key.media_type(),
            total_len: metadata.len(),
        }))
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let path = self.path(key);
        Ok(blocking(move || {
            if there(fs::remove_file(&path))?.is_some() {
                // A removal that a power cut takes back would bring back an erased person's voice.
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

/// What is there, or nothing.
fn there<T>(result: io::Result<T>) -> io::Result<Option<T>> {
    match result {
        Ok(value) => Ok(Some(value)),
        Err(error) if error.kind() == io::ErrorKind::NotFound => Ok(None),
        Err(error) => Err(error),
    }
}

fn clear(incoming: &Path) -> io::Result<()> {
    for entry in fs::read_dir(incoming)? {
        let entry = entry?;
        let age = entry.metadata()?.modified()?.elapsed().unwrap_or_default();
        if age > LEFTOVER {
            fs::remove_file(entry.path())?;
        }
    }
    Ok(())
}

/// Makes durable what changed in a folder, and the folders above it, which may be new, up to the root.
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
    async fn leftovers_of_a_crash_go_and_what_is_arriving_stays() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).await.expect("opened");
        let old = files.incoming.join("old.part");
        let new = files.incoming.join("new.part");
        fs::write(&new, "n").expect("written");
        let file = fs::File::create(&old).expect("made");
        let long_ago = file.metadata().expect("there").modified().expect("known") - LEFTOVER - LEFTOVER;
        file.set_modified(long_ago).expect("turned back");
        Files::open(folder.path()).await.expect("opened again");
        assert!(!old.exists() && new.exists());
    }

    #[tokio::test]
    async fn a_blob_is_for_its_owner_only_and_leaves_nothing_behind() {
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
    async fn a_folder_that_went_away_is_unavailable() {
        let folder = tempfile::tempdir().expect("a folder");
        let files = Files::open(folder.path()).await.expect("opened");
        files.check().await.expect("well");
        folder.close().expect("removed");
        assert!(files.check().await.expect_err("gone").is_unavailable());
        let put = files.put(&key("a.wav"), Bytes::new().into()).await;
        assert!(put.expect_err("gone").is_unavailable());
    }
}
