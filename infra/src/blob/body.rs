//! What is to be kept, and the way of a stream into a file: counted and hashed as it passes.

use super::{BlobError, BoxError};
use bytes::Bytes;
use futures::StreamExt as _;
use futures::stream::BoxStream;
use sha2::{Digest as _, Sha256};
use std::io;
use std::path::Path;
use tempfile::NamedTempFile;
use tokio::io::{AsyncWriteExt as _, BufWriter};

/// What is to be kept.
pub enum Body {
    /// All of it.
    Bytes(Bytes),
    /// Piece by piece. It must end with an error if it is not whole: nothing is kept then.
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

/// What was kept.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Stored {
    /// How many bytes.
    pub bytes: u64,
    /// Their SHA-256, in small hexadecimal digits.
    pub sha256: String,
}

impl Stored {
    pub(super) fn of(bytes: &[u8]) -> Self {
        let mut tally = Tally::default();
        tally.take(bytes);
        tally.done()
    }
}

#[derive(Default)]
struct Tally {
    bytes: u64,
    hash: Sha256,
}

impl Tally {
    fn take(&mut self, bytes: &[u8]) {
        self.bytes += bytes.len() as u64;
        self.hash.update(bytes);
    }

    fn done(self) -> Stored {
        Stored {
            bytes: self.bytes,
            sha256: format!("{:x}", self.hash.finalize()),
        }
    }
}

/// Writes a body to a new file in `folder`, to its last byte; the file goes when what is returned is dropped.
pub(super) async fn spool(body: Body, folder: &Path) -> Result<(NamedTempFile, Stored), BlobError> {
    let folder = folder.to_owned();
    let file = blocking(move || NamedTempFile::with_suffix_in(".part", folder)).await?;
    let mut out = BufWriter::with_capacity(1 << 16, tokio::fs::File::from_std(file.as_file().try_clone()?));
    let mut tally = Tally::default();
    match body {
        Body::Bytes(bytes) => {
            tally.take(&bytes);
            out.write_all(&bytes).await?;
        }
        Body::Stream(mut stream) => {
            while let Some(piece) = stream.next().await {
                let piece = piece.map_err(BlobError::Source)?;
                tally.take(&piece);
                out.write_all(&piece).await?;
            }
        }
    }
    out.flush().await?;
    out.get_ref().sync_all().await?;
    Ok((file, tally.done()))
}

/// Runs what waits for the disk where waiting is allowed.
pub(super) async fn blocking<T: Send + 'static>(
    work: impl FnOnce() -> io::Result<T> + Send + 'static,
) -> io::Result<T> {
    tokio::task::spawn_blocking(work)
        .await
        .map_err(io::Error::other)
        .flatten()
}
