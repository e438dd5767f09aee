//! Recordings and other large things, kept by name: in a folder (`file://`) or in an S3-compatible bucket (`s3://`).
//!
//! A blob is there whole or not at all, and its name's ending says what kind of thing it is ([`MediaType`]): so both
//! stores tell the same type without a second file or a header that could disagree with the first, and a folder of
//! recordings can be played by anything that knows files. Nothing here knows what a call is, and nothing is listed: the
//! ledger knows the names.

mod body;
mod error;
mod files;
mod key;
mod media_type;
mod range;
mod s3;

pub use body::{Body, Stored};
pub use error::{BlobError, BoxError};
pub use key::{BlobKey, InvalidKey};
pub use media_type::MediaType;
pub use range::ByteRange;

use bytes::Bytes;
use files::Files;
use futures::stream::BoxStream;
use s3::S3;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

/// Where recordings are. Cheap to clone; all clones are one.
#[derive(Clone, Debug)]
pub struct BlobStore(Arc<Backend>);

#[derive(Debug)]
enum Backend {
    Files(Files),
    S3(S3),
}

/// What is known of a blob without reading it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    /// What kind of thing it is.
    pub media_type: MediaType,
    /// How many bytes it has.
    pub total_len: u64,
}

/// A blob, or a part of it, to be read.
pub struct Blob {
    /// What kind of thing it is.
    pub media_type: MediaType,
    /// How many bytes the whole of it has.
    pub total_len: u64,
    /// Which bytes come, first and last; `None` when the whole was asked for.
    pub range: Option<RangeInclusive<u64>>,
    /// The bytes. When it ends without an error, all of them came.
    pub stream: BoxStream<'static, Result<Bytes, BlobError>>,
}

impl std::fmt::Debug for Blob {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.debug_struct("Blob")
            .field("media_type", &self.media_type)
            .field("total_len", &self.total_len)
            .field("range", &self.range)
            .finish_non_exhaustive()
    }
}

impl BlobStore {
    /// Opens the store at `url`: `file://<folder>` (made if it is not there; a path, not percent-encoded, and relative
    /// without a leading slash) or `s3://<bucket>[/<prefix>]`. `s3_endpoint` is the address of an S3-compatible store that
    /// is not Amazon's; buckets are then addressed by path. Credentials and region come from where the AWS tools find
    /// theirs: variables, profile, web identity, container or machine.
    ///
    /// Opening an S3 store asks nothing of it: see [`BlobStore::check`].
    ///
    /// # Errors
    /// [`BlobError::Address`] when the URL is neither, and [`BlobError::Unavailable`] when the folder cannot be made.
    pub async fn open(url: &str, s3_endpoint: Option<&str>) -> Result<Self, BlobError> {
        let backend = if let Some(folder) = url.strip_prefix("file://") {
            if folder.is_empty() {
                return Err(BlobError::Address("file:// needs a folder"));
            }
            Backend::Files(Files::open(Path::new(folder)).await?)
        } else if let Some(place) = url.strip_prefix("s3://") {
            Backend::S3(S3::open(place, s3_endpoint).await?)
        } else {
            return Err(BlobError::Address("it begins with neither file:// nor s3://"));
        };
        Ok(Self(Arc::new(backend)))
    }

    /// Keeps `body` under `key`, in place of what was there. When this returns, it is durable; when it fails or is
    /// dropped, what was there before is there still, and nothing of `body` is.
    ///
    /// # Errors
    /// [`BlobError::Source`] when `body` cannot be read to its end; else when the store cannot be written.
    pub async fn put(&self, key: &BlobKey, body: impl Into<Body>) -> Result<Stored, BlobError> {
        match &*self.0 {
            Backend::Files(files) => files.put(key, body.into()).await,
            Backend::S3(s3) => s3.put(key, body.into()).await,
        }
    }

    /// What is kept under `key`, or the part of it that `range` asks for. `None`: nothing is.
    ///
    /// # Errors
    /// [`BlobError::RangeNotSatisfiable`] when the range begins beyond the end; else when the store cannot be read.
    pub async fn get(&self, key: &BlobKey, range: Option<ByteRange>) -> Result<Option<Blob>, BlobError> {
        match &*self.0 {
            Backend::Files(files) => files.get(key, range).await,
            Backend::S3(s3) => s3.get(key, range).await,
        }
    }

    /// What is known of the blob under `key`. `None`: there is none.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn head(&self, key: &BlobKey) -> Result<Option<BlobInfo>, BlobError> {
        match &*self.0 {
            Backend::Files(files) => files.head(key).await,
            Backend::S3(s3) => s3.head(key).await,
        }
    }

    /// Removes what is kept under `key`, for good. That nothing is there is as good.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        match &*self.0 {
            Backend::Files(files) => files.delete(key).await,
            Backend::S3(s3) => s3.delete(key).await,
        }
    }

    /// Whether the store can be used at this moment; for readiness. A folder must take a file; a bucket must answer.
    ///
    /// # Errors
    /// When it cannot, or does not answer within two seconds.
    pub async fn check(&self) -> Result<(), BlobError> {
        match &*self.0 {
            Backend::Files(files) => files.check().await,
            Backend::S3(s3) => s3.check().await,
        }
    }
}
