//! [`Body`], and spooling a stream into a file while counting and hashing it.

use super::{BlobError, BoxError};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::Path;
use tempfile::NamedTempFile;
use tokio::io::{AsyncWriteExt as _, BufWriter};

/// The content of a blob to store.
pub enum Body {
    Bytes(Bytes),
    /// Must end with an error if it is incomplete; then nothing is stored.
    Stream(BoxStream<'static, Result<Bytes, BoxError>>),
}

impl std::fmt::Debug for Body {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Bytes(bytes) => write!(f, "Bytes({})", bytes.len()),
            Self::Stream(_) => f.write_str("Stream(..)"),
        }
    }
}

impl From<Bytes> for Body {
    fn from(bytes: Bytes) -> Self {
        Self::Bytes(bytes)
    }
}

impl From<Vec<u8>> for Body {
    fn from(bytes: Vec<u8>) -> Self {
        Self::Bytes(bytes.into())
    }
}

impl From<BoxStream<'static, Result<Bytes, BoxError>>> for Body {
    fn from(stream: BoxStream<'static, Result<Bytes, BoxError>>) -> Self {
        Self::Stream(stream)
    }
}

/// Size and hash of a stored blob.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// Size in bytes.
    pub bytes: u64,
    /// Lower-case hex.
    pub sha256: String,
}

impl Stored {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut counter = HashingCounter::default();
        counter.update(bytes);
        counter.finish()
    }
}

#[derive(Default)]
struct HashingCounter {
    bytes: u64,
    hash: Sha256,
}

impl HashingCounter {
    fn update(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn finish(self) -> Stored {
        Stored {
            bytes: self.bytes,
            sha256: format!("{:x}", self.hash.finalize()),
        }
    }
}

/// Writes a body completely to a new file in `folder`, and syncs it. The file is deleted when the returned handle is
/// dropped.
pub(super) async fn spool(body: Body, folder: &Path) -> Result<(NamedTempFile, Stored), BlobError> {
    let folder = folder.to_owned();
    let file = blocking(move || NamedTempFile::with_suffix_in(".part", folder)).await?;
    let mut out = BufWriter::with_capacity(1 << 16, tokio::fs::File::from_std(file.as_file().try_clone()?));
    let mut counter = HashingCounter::default();
    match body {
        Body::Bytes(bytes) => {
            counter.update(&bytes);
            out.write_all(&bytes).await?;
        }
        Body::Stream(mut stream) => {
            while let Some(chunk) = stream.next().await {
                let chunk = chunk.map_err(BlobError::Source)?;
                counter.update(&chunk);
                out.write_all(&chunk).await?;
            }
        }
    }
    out.flush().await?;
    out.get_ref().sync_all().await?;
    Ok((file, counter.finish()))
}

/// Runs disk I/O on a blocking thread.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
        .flatten()
}
