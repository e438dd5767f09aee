//! The contract of blob stores, tested on a folder and on moto's S3.

use crate::peers::Peer;
use bytes::Bytes;
use futures::stream::{self, StreamExt as _, TryStreamExt as _};
use infra::blob::{Blob, BlobError, BlobKey, BlobStore, Body, ByteRange, MediaType, PathStyle, S3Options};
use infra::clock::TestClock;
use infra::faults::{Area, Faults};
use sha2::{Digest as _, Sha256};
use std::fmt::Write as _;
use std::process::Command;

fn key(text: &str) -> BlobKey {
    BlobKey::new(text).expect("a name")
}

fn streamed(chunks: Vec<Result<Bytes, &'static str>>) -> Body {
    Body::Stream(stream::iter(chunks).map(|chunk| chunk.map_err(Into::into)).boxed())
}

fn hex(bytes: &[u8]) -> String {
    Sha256::digest(bytes).iter().fold(String::new(), |mut hex, byte| {
        let _ = write!(hex, "{byte:02x}");
        hex
    })
}

async fn bytes_of(blob: Blob) -> Vec<u8> {
    let chunks: Vec<Bytes> = blob.stream.try_collect().await.expect("all of it");
    chunks.concat()
}

async fn read(store: &BlobStore, name: &BlobKey, range: Option<&str>) -> Option<Vec<u8>> {
    let range = range.map(|range| ByteRange::parse(range).expect("a range"));
    let blob = store.get(name, range).await.expect("the store answers")?;
    Some(bytes_of(blob).await)
}

async fn test_contract(store: &BlobStore) {
    store.check().await.expect("the store is well");
    unknown_key_is_absent(store).await;
    stored_blob_can_be_read(store).await;
    ranges_can_be_read(store).await;
    range_beyond_the_end_is_not_satisfiable(store).await;
    second_put_replaces_the_first(store).await;
    failed_stream_stores_nothing_and_keeps_an_existing_blob(store).await;
    deleted_blob_is_absent(store).await;
    keys_with_a_common_prefix_are_independent(store).await;
}

async fn unknown_key_is_absent(store: &BlobStore) {
    let name = key("CA0/none.wav");
    assert_eq!(read(store, &name, None).await, None);
    assert_eq!(read(store, &name, Some("bytes=0-1")).await, None);
    assert_eq!(store.head(&name).await.expect("the store answers"), None);
    store.delete(&name).await.expect("deleted");
}

async fn stored_blob_can_be_read(store: &BlobStore) {
    // Larger than any buffer, and not a multiple of one.
    let long: Vec<u8> = (0..300_001_u32)
        .map(|n| u8::try_from(n % 251).expect("small"))
        .collect();
    let chunks = long
        .chunks(7_001)
        .map(|chunk| Ok(Bytes::copy_from_slice(chunk)))
        .collect();
    for (name, body, content) in [
        (key("CA1/ai/RE1.wav"), streamed(chunks), long.clone()),
        (key("CA1/ai/RE2.mp3"), long.clone().into(), long),
        (key("CA1/empty.json"), Vec::new().into(), Vec::new()),
        (key("CA1/nothing.bin"), streamed(Vec::new()), Vec::new()),
    ] {
        let stored = store.put(&name, body).await.expect("stored");
        assert_eq!((stored.bytes, stored.sha256), (content.len() as u64, hex(&content)));
        let info = store.head(&name).await.expect("the store answers").expect("there");
        assert_eq!(
            (info.total_len, info.media_type),
            (content.len() as u64, name.media_type())
        );
        let blob = store.get(&name, None).await.expect("the store answers").expect("there");
        assert_eq!(
            (blob.total_len, blob.media_type, &blob.range),
            (info.total_len, info.media_type, &None)
        );
        assert!(bytes_of(blob).await == content, "{name}");
    }
}

async fn ranges_can_be_read(store: &BlobStore) {
    let name = key("CA2/RE1.wav");
    store
        .put(&name, Bytes::from_static(b"0123456789"))
        .await
        .expect("stored");
    for (range, part, first_and_last) in [
        ("bytes=0-3", "0123", 0..=3),
        ("bytes=4-4", "4", 4..=4),
        ("bytes=7-", "789", 7..=9),
        ("bytes=7-99", "789", 7..=9),
        ("bytes=-2", "89", 8..=9),
        ("bytes=-99", "0123456789", 0..=9),
    ] {
        let asked = ByteRange::parse(range).expect("a range");
        let blob = store
            .get(&name, Some(asked))
            .await
            .expect("the store answers")
            .expect("there");
        assert_eq!((blob.total_len, &blob.range), (10, &Some(first_and_last)), "{range}");
        assert_eq!(bytes_of(blob).await, part.as_bytes(), "{range}");
    }
}

async fn range_beyond_the_end_is_not_satisfiable(store: &BlobStore) {
    let name = key("CA2/RE1.wav");
    for range in ["bytes=10-", "bytes=10-20"] {
        let asked = store.get(&name, ByteRange::parse(range)).await;
        assert!(
            matches!(asked, Err(BlobError::RangeNotSatisfiable { total_len: 10 })),
            "{range}: {asked:?}"
        );
    }
}

async fn second_put_replaces_the_first(store: &BlobStore) {
    let name = key("CA3/RE1.wav");
    store
        .put(&name, Bytes::from_static(b"a longer first one"))
        .await
        .expect("stored");
    store.put(&name, Bytes::from_static(b"second")).await.expect("stored");
    assert_eq!(read(store, &name, None).await.as_deref(), Some(&b"second"[..]));
}

async fn failed_stream_stores_nothing_and_keeps_an_existing_blob(store: &BlobStore) {
    let broken = || streamed(vec![Ok(Bytes::from_static(b"half of")), Err("connection lost")]);
    let (fresh, there) = (key("CA4/fresh.wav"), key("CA4/there.wav"));
    store.put(&there, Bytes::from_static(b"whole")).await.expect("stored");
    for name in [&fresh, &there] {
        let error = store.put(name, broken()).await.expect_err("not whole");
        assert!(
            matches!(error, BlobError::Source(_)) && !error.is_unavailable(),
            "{error:?}"
        );
    }
    assert_eq!(read(store, &fresh, None).await, None);
    assert_eq!(read(store, &there, None).await.as_deref(), Some(&b"whole"[..]));
}

async fn deleted_blob_is_absent(store: &BlobStore) {
    let name = key("CA5/RE1.wav");
    store.put(&name, Bytes::from_static(b"voice")).await.expect("stored");
    store.delete(&name).await.expect("deleted");
    assert_eq!(read(store, &name, None).await, None);
    store.delete(&name).await.expect("deleted again");
}

async fn keys_with_a_common_prefix_are_independent(store: &BlobStore) {
    for (name, content) in [
        ("CA6/RE1.wav", "one"),
        ("CA6/RE1.mp3", "two"),
        ("CA6/RE1/RE1.wav", "three"),
    ] {
        store
            .put(&key(name), Bytes::from_static(content.as_bytes()))
            .await
            .expect("stored");
    }
    store.delete(&key("CA6/RE1.wav")).await.expect("deleted");
    assert_eq!(
        read(store, &key("CA6/RE1.mp3"), None).await.as_deref(),
        Some(&b"two"[..])
    );
    assert_eq!(
        read(store, &key("CA6/RE1/RE1.wav"), None).await.as_deref(),
        Some(&b"three"[..])
    );
}

#[tokio::test]
async fn folder_fulfills_the_contract() {
    let folder = tempfile::tempdir_in(env!("CARGO_TARGET_TMPDIR")).expect("a folder");
    let folder_path = folder.path().join("recordings");
    let store = BlobStore::open(&format!("file://{}", folder_path.display()), None)
        .await
        .expect("opened");
    test_contract(&store).await;
    // Stored blobs survive a restart.
    let again = BlobStore::open(&format!("file://{}", folder_path.display()), None)
        .await
        .expect("opened");
    assert_eq!(
        read(&again, &key("CA3/RE1.wav"), None).await.as_deref(),
        Some(&b"second"[..])
    );
}

/// Reruns the test in a child process with AWS credentials in its environment, which a test cannot change for itself.
fn with_credentials(test: &str) -> bool {
    with_environment(test, &[])
}

/// Like [`with_credentials`], with more variables.
fn with_environment(test: &str, variables: &[(&str, &str)]) -> bool {
    if std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| key == "call-ledger-test") {
        return true;
    }
    let status = Command::new(std::env::current_exe().expect("this test"))
        .args(["--exact", &format!("blobs::{test}"), "--nocapture"])
        .env("AWS_ACCESS_KEY_ID", "call-ledger-test")
        .env("AWS_SECRET_ACCESS_KEY", "not a secret")
        .env_remove("AWS_PROFILE")
        .envs(variables.iter().copied())
        .status()
        .expect("this test runs");
    assert!(status.success());
    false
}

#[tokio::test]
async fn bucket_fulfills_the_contract() {
    if !with_credentials("bucket_fulfills_the_contract") {
        return;
    }
    let mut s3 = Peer::start("s3.py");
    let endpoint = s3.line();
    for (url, prefix) in [("s3://calls", ""), ("s3://calls/some/where/", "some/where/")] {
        let store = BlobStore::open(url, endpoint.as_str()).await.expect("opened");
        test_contract(&store).await;
        // Another client sees the same blob under the expected key.
        let seen = s3.ask(&format!("{prefix}CA3/RE1.wav"));
        assert_eq!(seen["content_type"], MediaType::Wav.as_str(), "{seen}");
        assert_eq!(seen["sha256"], hex(b"second"));
        assert!(s3.ask(&format!("{prefix}CA4/fresh.wav")).is_null());
    }
}

#[tokio::test]
async fn missing_bucket_refuses_and_unreachable_server_is_unavailable() {
    if !with_credentials("missing_bucket_refuses_and_unreachable_server_is_unavailable") {
        return;
    }
    let mut s3 = Peer::start("s3.py");
    let endpoint = s3.line();
    let store = BlobStore::open("s3://missing", endpoint.as_str())
        .await
        .expect("opened");
    for error in [
        store.check().await.expect_err("no bucket"),
        store
            .put(&key("a.wav"), Bytes::from_static(b"a"))
            .await
            .expect_err("no bucket"),
        store.get(&key("a.wav"), None).await.expect_err("no bucket"),
    ] {
        assert!(matches!(error, BlobError::Refused(_)), "{error:?}");
    }
    drop(s3);
    let store = BlobStore::open("s3://calls", endpoint.as_str()).await.expect("opened");
    for error in [
        store.check().await.expect_err("away"),
        store
            .put(&key("a.wav"), Bytes::from_static(b"a"))
            .await
            .expect_err("away"),
        store.delete(&key("a.wav")).await.expect_err("away"),
    ] {
        assert!(error.is_unavailable(), "{error:?}");
    }
}

#[tokio::test]
async fn address_of_an_unknown_scheme_is_refused() {
    for url in ["", "recordings", "file://", "http://bucket", "s3://"] {
        let error = BlobStore::open(url, None).await.expect_err("no address");
        assert!(matches!(error, BlobError::Address(_)), "{url}: {error}");
    }
}

/// A store that serves the bucket `calls` only as a subdomain, and refuses the checksums of Amazon's SDK.
fn host_style_store() -> (Peer, String) {
    let mut store = Peer::start("host_style_s3.py");
    let endpoint = store.line().as_str().expect("an address").to_owned();
    (store, endpoint)
}

#[tokio::test]
async fn store_with_buckets_in_the_host_and_without_checksums_fulfills_the_contract() {
    if !with_credentials("store_with_buckets_in_the_host_and_without_checksums_fulfills_the_contract") {
        return;
    }
    let (mut peer, endpoint) = host_style_store();
    let (name, body) = (key("CA1/RE1.wav"), Bytes::from_static(b"voice"));
    for path_style in [PathStyle::Auto, PathStyle::Host] {
        let options = || S3Options {
            endpoint: Some(endpoint.clone()),
            path_style,
        };
        // With the first request, without a check before it, and after a check.
        let store = BlobStore::open("s3://calls/a", options()).await.expect("opened");
        store.put(&name, body.clone()).await.expect("stored");
        assert_eq!(read(&store, &name, None).await.as_deref(), Some(&b"voice"[..]));
        assert_eq!(
            read(&store, &name, Some("bytes=1-2")).await.as_deref(),
            Some(&b"oi"[..])
        );
        let store = BlobStore::open("s3://calls/a", options()).await.expect("opened");
        store.check().await.expect("usable");
        store.delete(&name).await.expect("deleted");
        assert_eq!(store.head(&name).await.expect("answered"), None);
        store
            .put(&name, streamed(vec![Ok(body.clone())]))
            .await
            .expect("stored");
    }
    let options = S3Options {
        endpoint: Some(endpoint.clone()),
        path_style: PathStyle::Path,
    };
    let by_path = BlobStore::open("s3://calls/a", options).await.expect("opened");
    by_path
        .check()
        .await
        .expect_err("this store has no buckets in the path");
    let refused = peer.ask("refused")["refused"].as_u64().expect("a number");
    assert!(refused > 0, "requests with the bucket in the path were refused");
    assert_eq!(peer.ask("checksums")["checksums"], 0, "no checksum was sent");
}

#[tokio::test]
async fn endpoint_of_amazons_variables_is_used() {
    let test = "endpoint_of_amazons_variables_is_used";
    let is_child = std::env::var_os("AWS_ACCESS_KEY_ID").is_some_and(|key| key == "call-ledger-test");
    if is_child {
        let store = BlobStore::open("s3://calls", None).await.expect("opened");
        store.check().await.expect("usable");
        return test_contract(&store).await;
    }
    let mut s3 = Peer::start("s3.py");
    let endpoint = s3.line().as_str().expect("an address").to_owned();
    for variable in ["AWS_ENDPOINT_URL_S3", "AWS_ENDPOINT_URL"] {
        with_environment(test, &[(variable, &endpoint)]);
    }
    // The more specific one wins.
    let nowhere = [
        ("AWS_ENDPOINT_URL", "http://127.0.0.1:9"),
        ("AWS_ENDPOINT_URL_S3", &endpoint),
    ];
    with_environment(test, &nowhere);
}

#[tokio::test]
async fn refusal_of_the_store_is_a_fault_until_it_is_mended() {
    if !with_credentials("refusal_of_the_store_is_a_fault_until_it_is_mended") {
        return;
    }
    let mut s3 = Peer::start("s3.py");
    let endpoint = s3.line();
    let faults = Faults::new(TestClock::at(domain::Timestamp::from_seconds(1)));
    let open = async |url: &str| {
        let store = BlobStore::open(url, endpoint.as_str()).await.expect("opened");
        store.reporting_to(faults.clone())
    };
    let store = open("s3://missing").await;
    store
        .put(&key("a.wav"), Bytes::from_static(b"a"))
        .await
        .expect_err("no bucket");
    let present = faults.present();
    assert_eq!(present.len(), 1, "{present:?}");
    assert_eq!(present[0].area, Area::RecordingStore);
    assert!(present[0].cause.contains("NoSuchBucket"), "{present:?}");
    let store = open("s3://calls").await;
    store.get(&key("none.wav"), None).await.expect("answered");
    assert_eq!(faults.present(), []);
    drop(s3);
    store.check().await.expect_err("away");
    assert_eq!(
        faults.present(),
        [],
        "a store that is away is no fault of the configuration"
    );
}
