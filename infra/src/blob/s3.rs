//! Blobs in an S3-compatible bucket, below a prefix.
//!
//! Puts are atomic in S3. A stream is spooled to a temporary file first, because S3 needs its length and the SDK must
//! be able to retry. TLS is rustls with ring, as everywhere in this program.

use super::body::{Body, Stored, spool};
use super::s3_client::{Clients, S3Options};
use super::{Blob, BlobError, BlobInfo, BlobKey, ByteRange};
use aws_sdk_s3::Client;
use aws_sdk_s3::error::{DisplayErrorContext, ProvideErrorMetadata, SdkError};
use aws_sdk_s3::primitives::ByteStream;
use aws_smithy_runtime_api::client::orchestrator::HttpResponse;
use futures::StreamExt as _;
use std::ops::RangeInclusive;
use std::time::Duration;

const CHECK_TIMEOUT: Duration = Duration::from_secs(2);

#[derive(Debug)]
pub(super) struct S3 {
    clients: Clients,
    bucket: String,
    /// Empty, or with a trailing slash.
    prefix: String,
}

impl S3 {
    /// `location` is `<bucket>[/<prefix>]`.
    pub(super) async fn open(location: &str, options: &S3Options) -> Result<Self, BlobError> {
        let (bucket, prefix) = location.split_once('/').unwrap_or((location, ""));
        if bucket.is_empty() || location.contains(['?', '#', '@', ':']) {
            return Err(BlobError::Address(
                "s3:// needs a bucket and optionally a prefix, nothing else",
            ));
        }
        let prefix = match prefix.trim_matches('/') {
            "" => String::new(),
            prefix => format!("{prefix}/"),
        };
        Ok(Self {
            clients: Clients::new(options).await,
            bucket: bucket.to_owned(),
            prefix,
        })
    }

    /// The client for a request. Before the first one, it is found out how the bucket is addressed, if that is not known.
    async fn client(&self) -> &Client {
        if self.clients.is_undecided() {
            // If neither way is accepted, the error of the request itself says why.
            let _ = self.check().await;
        }
        self.clients.current()
    }

    fn name(&self, key: &BlobKey) -> String {
        format!("{}{key}", self.prefix)
    }

    pub(super) async fn put(&self, key: &BlobKey, body: Body) -> Result<Stored, BlobError> {
        // The file is deleted when this function returns.
        let (_file, body, stored) = match body {
            Body::Bytes(bytes) => {
                let stored = Stored::of(&bytes);
                (None, ByteStream::from(bytes), stored)
            }
            stream @ Body::Stream(_) => {
                let (file, stored) = spool(stream, &std::env::temp_dir()).await?;
                let body = ByteStream::from_path(file.path())
                    .await
                    .map_err(|error| BlobError::Unavailable(Box::new(error)))?;
                (Some(file), body, stored)
            }
        };
        self.client()
            .await
            .put_object()
            .bucket(&self.bucket)
            .key(self.name(key))
            .content_type(key.media_type().as_str())
            .body(body)
            .send()
            .await
            .map_err(failed)?;
        Ok(stored)
    }

    pub(super) async fn get(&self, key: &BlobKey, range: Option<ByteRange>) -> Result<Option<Blob>, BlobError> {
        let sent = self
            .client()
            .await
            .get_object()
            .bucket(&self.bucket)
            .key(self.name(key))
            .set_range(range.map(ByteRange::to_header))
            .send()
            .await;
        let object = match sent {
            Ok(object) => object,
            Err(error) if is_missing(&error) => return Ok(None),
            Err(error) if status(&error) == Some(416) => {
                return match self.head(key).await? {
                    Some(BlobInfo { total_len, .. }) => Err(BlobError::RangeNotSatisfiable { total_len }),
                    None => Ok(None),
                };
            }
            Err(error) => return Err(failed(error)),
        };
        let (range, total_len) = match object.content_range().map(content_range) {
            Some(Some((range, total_len))) => (Some(range), total_len),
            // Without the header it is the whole blob, also if a range was requested.
            None => (None, content_length(object.content_length())?),
            Some(None) => return Err(malformed()),
        };
        let stream = futures::stream::try_unfold(object.body, |mut body| async {
            let chunk = body.try_next().await;
            let chunk = chunk.map_err(|error| BlobError::Unavailable(Box::new(error)))?;
            Ok(chunk.map(|chunk| (chunk, body)))
        });
        Ok(Some(Blob {
            media_type: key.media_type(),
            total_len,
            range,
            stream: stream.boxed(),
        }))
    }

    pub(super) async fn head(&self, key: &BlobKey) -> Result<Option<BlobInfo>, BlobError> {
        let sent = self
            .client()
            .await
            .head_object()
            .bucket(&self.bucket)
            .key(self.name(key))
            .send()
            .await;
        match sent {
            Ok(object) => Ok(Some(BlobInfo {
                media_type: key.media_type(),
                total_len: content_length(object.content_length())?,
            })),
            // A response to HEAD has no body, so a missing bucket cannot be distinguished from a missing blob.
            Err(error) if status(&error) == Some(404) => Ok(None),
            Err(error) => Err(failed(error)),
        }
    }

    pub(super) async fn delete(&self, key: &BlobKey) -> Result<(), BlobError> {
        let sent = self
            .client()
            .await
            .delete_object()
            .bucket(&self.bucket)
            .key(self.name(key))
            .send()
            .await;
        match sent {
            Ok(_) => Ok(()),
            Err(error) if is_missing(&error) => Ok(()),
            Err(error) => Err(failed(error)),
        }
    }

    /// Sends `HeadBucket`. It needs the permission `s3:ListBucket`, without which S3 also reports a missing blob as
    /// forbidden (403 instead of 404).
    pub(super) async fn check(&self) -> Result<(), BlobError> {
        let mut first = None;
        for (number, client) in self.clients.candidates().into_iter().enumerate() {
            let request = client.head_bucket().bucket(&self.bucket).send();
            let error = match tokio::time::timeout(CHECK_TIMEOUT, request).await {
                Ok(Ok(_)) => {
                    self.clients.decide(number);
                    return Ok(());
                }
                Ok(Err(error)) => failed(error),
                Err(elapsed) => BlobError::Unavailable(Box::new(elapsed)),
            };
            first.get_or_insert(error);
        }
        Err(first.unwrap_or_else(malformed))
    }
}

fn status<E>(error: &SdkError<E, HttpResponse>) -> Option<u16> {
    error.raw_response().map(|response| response.status().as_u16())
}

fn is_missing<E: ProvideErrorMetadata>(error: &SdkError<E, HttpResponse>) -> bool {
    error.code() == Some("NoSuchKey")
}

fn failed<E>(error: SdkError<E, HttpResponse>) -> BlobError
where
    E: ProvideErrorMetadata + std::error::Error + Send + Sync + 'static,
{
    match (status(&error), error.code()) {
        (Some(status), code) if !matches!(status, 408 | 429 | 500..) && code != Some("RequestTimeout") => {
            BlobError::Refused(format!("status {status}, {}", code.unwrap_or("no code")))
        }
        // As text: the SDK's `Display` of an error omits its cause.
        _ => BlobError::Unavailable(DisplayErrorContext(error).to_string().into()),
    }
}

fn malformed() -> BlobError {
    BlobError::Unavailable("the response has no valid length".into())
}

fn content_length(length: Option<i64>) -> Result<u64, BlobError> {
    length.and_then(|length| length.try_into().ok()).ok_or_else(malformed)
}

/// `bytes 0-9/100`
fn content_range(header: &str) -> Option<(RangeInclusive<u64>, u64)> {
    let (range, total) = header.strip_prefix("bytes ")?.split_once('/')?;
    let (first, last) = range.split_once('-')?;
    Some((first.parse().ok()?..=last.parse().ok()?, total.parse().ok()?))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_range_is_parsed() {
        assert_eq!(content_range("bytes 5-9/100"), Some((5..=9, 100)));
        for header in ["", "bytes */100", "bytes 5-9/*", "items 5-9/100"] {
            assert_eq!(content_range(header), None, "{header}");
        }
    }

    #[tokio::test]
    async fn address_without_a_bucket_or_with_a_password_is_refused() {
        for location in ["", "/prefix", "user:secret@bucket", "bucket?x=1"] {
            let error = S3::open(location, &Some("http://127.0.0.1:1").into())
                .await
                .expect_err("no address");
            assert!(matches!(error, BlobError::Address(_)), "{location}");
        }
    }
}
