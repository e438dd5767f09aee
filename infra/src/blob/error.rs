//! Why a blob could not be kept or read.

use std::io;

/// An error of whoever made a stream.
pub type BoxError = Box<dyn std::error::Error + Send + Sync>;

/// Why a blob could not be kept or read. Absence is no error.
#[derive(Debug, thiserror::Error)]
pub enum BlobError {
    /// The address of the store makes no sense.
    #[error("RECORDINGS_URL is not usable: {0}")]
    Address(&'static str),
    /// The store does not answer, or cannot write at present: try again later.
    #[error("the store of recordings is unavailable")]
    Unavailable(#[source] BoxError),
    /// The store answers, and will answer the same until somebody changes its settings: a missing bucket, wrong
    /// credentials, a folder of somebody else's.
    #[error("the store of recordings refuses: {0}")]
    Refused(String),
    /// What was to be kept could not be read to its end. The store is well.
    #[error("what was to be stored could not be read to its end")]
    Source(#[source] BoxError),
    /// A range begins beyond the end.
    #[error("the range begins beyond the end of {total_len} bytes")]
    RangeNotSatisfiable {
        /// How many bytes there are.
        total_len: u64,
    },
}

impl BlobError {
    /// Whether the same may succeed later, by itself.
    #[must_use]
    pub const fn is_unavailable(&self) -> bool {
        matches!(self, Self::Unavailable(_))
    }
}

impl From<io::Error> for BlobError {
    fn from(error: io::Error) -> Self {
        match error.kind() {
            io::ErrorKind::PermissionDenied | io::ErrorKind::ReadOnlyFilesystem => {
                Self::Refused("the folder cannot be written, or a file in it cannot be read".into())
            }
            _ => Self::Unavailable(Box::new(error)),
        }
    }
}
