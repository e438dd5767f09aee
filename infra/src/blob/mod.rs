//! [`BlobStore`]: recordings and other large objects by key, in a folder (`file://`) or an S3-compatible bucket
//! (`s3://`).
//!
//! Writes are atomic. The extension of the key determines the [`MediaType`], so that both stores report the same type
//! without extra metadata, and a folder of recordings can be played with any player. The store knows nothing about
//! calls and has no listing: the ledger has the keys.

mod belonging;
mod body;
mod error;
mod files;
mod key;
mod media_type;
mod range;
mod s3;
mod s3_client;

pub use body::{Body, Stored};
pub use error::{BlobError, BoxError};
pub use key::{BlobKey, InvalidKey};
pub use media_type::MediaType;
pub use range::ByteRange;
pub use s3_client::{PathStyle, S3Options};

use crate::faults::{Area, Faults};
use bytes::Bytes;
use files::Files;
use futures::stream::BoxStream;
use s3::S3;
use std::ops::RangeInclusive;
use std::path::Path;
use std::sync::Arc;

/// A blob store. Cheap to clone; clones share state.
#[derive(Clone, Debug)]
pub struct BlobStore {
    backend: Arc<Backend>,
    /// Where refusals are reported.
    faults: Option<Faults>,
}

#[derive(Debug)]
enum Backend {
    Files(Files),
    S3(S3),
}

/// The metadata of a blob.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct BlobInfo {
    pub media_type: MediaType,
    /// Size in bytes.
    pub total_len: u64,
}

/// A blob or a part of it, as a stream.
pub struct Blob {
    pub media_type: MediaType,
    /// Size of the whole blob in bytes.
    pub total_len: u64,
    /// The first and last byte of the stream; `None` for the whole blob.
    pub range: Option<RangeInclusive<u64>>,
    /// Complete if it ends without an error.
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
    /// Opens the store at `url`: `file://<folder>` (created if missing; a path without percent-encoding, relative
    /// without a leading slash) or `s3://<bucket>[/<prefix>]`. `s3` says where an S3-compatible store other
    /// than Amazon's is, and how its buckets are addressed. Credentials and region come from the standard AWS
    /// sources: variables, profile, web identity, container or machine.
    ///
    /// Opening an S3 store sends no request: see [`BlobStore::check`].
    ///
    /// # Errors
    /// [`BlobError::Address`] when the URL is invalid, and [`BlobError::Unavailable`] when the folder cannot be
    /// created.
    pub async fn open(url: &str, s3: impl Into<S3Options>) -> Result<Self, BlobError> {
        let backend = if let Some(folder) = url.strip_prefix("file://") {
            if folder.is_empty() {
                return Err(BlobError::Address("file:// needs a folder"));
            }
            Backend::Files(Files::open(Path::new(folder)).await?)
        } else if let Some(place) = url.strip_prefix("s3://") {
            Backend::S3(S3::open(place, &s3.into()).await?)
        } else {
            return Err(BlobError::Address("it must start with file:// or s3://"));
        };
        Ok(Self {
            backend: Arc::new(backend),
            faults: None,
        })
    }

    /// Reports when the store refuses requests.
    #[must_use]
    pub fn reporting_to(self, faults: Faults) -> Self {
        Self {
            faults: Some(faults),
            ..self
        }
    }

    /// Reports a refusal, and its end once a request is accepted.
    fn noted<T>(&self, result: Result<T, BlobError>) -> Result<T, BlobError> {
        if let Some(faults) = &self.faults {
            match &result {
                Err(BlobError::Refused(cause)) => faults.report(Area::RecordingStore, cause),
                Ok(_) | Err(BlobError::RangeNotSatisfiable { .. }) => faults.end(Area::RecordingStore),
                Err(_) => {}
            }
        }
        result
    }

    /// Stores `body` under `key` and replaces an existing blob. It is durable when this returns. If this fails or is
    /// dropped, an existing blob is unchanged and nothing of `body` is stored.
    ///
    /// # Errors
    /// [`BlobError::Source`] when `body` fails before its end; else when the store cannot be written.
    pub async fn put(&self, key: &BlobKey, body: impl Into<Body>) -> Result<Stored, BlobError> {
        self.noted(match &*self.backend {
            Backend::Files(files) => files.put(key, body.into()).await,
            Backend::S3(s3) => s3.put(key, body.into()).await,
        })
    }

    /// The blob under `key`, or a range of it. `None` if it does not exist.
    ///
    /// # Errors
    /// [`BlobError::RangeNotSatisfiable`] when the range starts beyond the end; else when the store cannot be read.
    pub async fn get(&self, key: &BlobKey, range: Option<ByteRange>) -> Result<Option<Blob>, BlobError> {
        self.noted(match &*self.backend {
            Backend::Files(files) => files.get(key, range).await,
            Backend::S3(s3) => s3.get(key, range).await,
        })
    }

    /// The metadata of the blob under `key`. `None` if it does not exist.
    ///
    /// # Errors
    /// When the store cannot be read.
    pub async fn head(&self, key: &BlobKey) -> Result<Option<BlobInfo>, BlobError> {
        self.noted(match &*self.backend {
            Backend::Files(files) => files.head(key).await,
            Backend::S3(s3) => s3.head(key).await,
        })
    }

    /// Deletes the blob under `key` permanently. Succeeds if it does not exist.
    ///
    /// # Errors
    /// When the store cannot be written.
    pub async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        self.noted(match &*self.backend {
            Backend::Files(files) => files.delete(key).await,
            Backend::S3(s3) => s3.delete(key).await,
        })
    }

    /// Checks that the store can be used, for readiness: creates a file in the folder, or sends a request to the
    /// bucket.
    ///
    /// # Errors
    /// When the store cannot be used or does not answer within two seconds.
    pub async fn check(&self) -> Result<(), BlobError> {
        self.noted(match &*self.backend {
            Backend::Files(files) => files.check().await,
            Backend::S3(s3) => s3.check().await,
        })
    }
}
