//! Which log the recordings belong to: a blob in the store names it.

use super::{BlobError, BlobKey, BlobStore};
use futures::TryStreamExt as _;
use serde::{Deserialize, Serialize};

/// The key of the blob.
const KEY: &str = "ledger.json";

#[derive(Serialize, Deserialize)]
struct Marker {
    ledger: String,
}

impl BlobStore {
    /// Marks the store as belonging to a log, unless it is marked. Returns the log that it belongs to.
    ///
    /// # Errors
    /// When the store cannot be used.
    pub async fn mark(&self, ledger: &str) -> Result<String, BlobError> {
        let key = BlobKey::new(KEY).map_err(|error| BlobError::Source(error.into()))?;
        if let Some(blob) = self.get(&key, None).await? {
            let parts: Vec<_> = blob.stream.try_collect().await?;
            // A blob that is no marker is replaced.
            if let Ok(Marker { ledger }) = serde_json::from_slice(&parts.concat()) {
                return Ok(ledger);
            }
        }
        let marker = Marker {
            ledger: ledger.to_owned(),
        };
        let json = serde_json::to_vec(&marker).map_err(|error| BlobError::Source(error.into()))?;
        self.put(&key, json).await?;
        Ok(marker.ledger)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[tokio::test]
    async fn store_keeps_the_log_that_it_was_first_used_with() {
        let folder = tempfile::tempdir().expect("a folder");
        let store = BlobStore::open(&format!("file://{}", folder.path().display()), None)
            .await
            .expect("a store");
        for ledger in ["first", "first", "second"] {
            assert_eq!(store.mark(ledger).await.expect("usable"), "first");
        }
    }
}
