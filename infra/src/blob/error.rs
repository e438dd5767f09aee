//! Errors of blob stores.

use std::io;

/// An error of the source of a stream.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a blob cannot be stored or read. A missing blob is not an error.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The address of the store is invalid.
    #[error("RECORDINGS_URL is invalid: {0}")]
    Address(&'static str),
    /// The store does not answer or cannot write at present. A retry may succeed.
    #[error("the recording store is unavailable")]
    Unavailable(#[source] BoxError),
    /// The store refuses requests until its configuration is changed: a missing bucket, wrong credentials, a folder
    /// without write permission.
    #[error("the recording store refused the request: {0}")]
    Refused(String),
    /// The source of the blob failed before its end. The store is not affected.
    #[error("the source of the blob failed before its end")]
    Source(#[source] BoxError),
    /// The range starts beyond the end.
    #[error("the range starts beyond the end of {total_len} bytes")]
    RangeNotSatisfiable {
        /// Size of the blob in bytes.
        total_len: u64,
    },
}

impl BlobError {
    /// Whether a retry may succeed.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl BlobError {
    /// Whether the store refuses requests until an operator changes something.
    #[must_use]
    pub const fn is_configuration_fault(&self) -> bool {
        matches!(self, Self::Refused(_))
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Refused("no permission to write the folder or to read a file in it".into())
            }
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}
