//! A recording that is too large for memory is not transcribed: the log contains the reason, and there is no retry.

use domain::Timestamp;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand, CallEvent};
use harness::app::App;
use harness::on_sqlite;
use harness::test_stores::TestStores;
use infra::event_store::{Actor, Event, Metadata, StreamId};
use std::time::{Duration, Instant};

on_sqlite!(too_large_recording_fails_transcription_without_retry);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
const KEY: &str = "default/CA1/ai-RE1.wav";
/// One byte above the limit.
const BYTES: u64 = 128 * 1024 * 1024 + 1;
/// For a debug build on a busy machine.
const TIMEOUT: Duration = Duration::from_mins(1);

/// Stores a sparse file of that length.
fn store_sparse_file(app: &App) {
    let folder = app
        .running
        .engine()
        .config
        .recordings_url
        .strip_prefix("file://")
        .unwrap()
        .to_owned();
    let path = std::path::Path::new(&folder).join(KEY);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path).unwrap().set_len(BYTES).unwrap();
}

async fn too_large_recording_fails_transcription_without_retry(stores: TestStores) {
    let app = App::start(stores, FRIDAY).await;
    store_sparse_file(&app);
    let client = app.client();
    let inbound = [
        ("CallSid", "CA1"),
        ("Direction", "inbound"),
        ("From", "+12025550143"),
        ("To", "+15045550100"),
    ];
    client.webhook("/twilio/inbound", &inbound).await.unwrap().expect(200);
    let ready = [
        ("CallSid", "CA1"),
        ("RecordingSid", "RE1"),
        ("RecordingStatus", "completed"),
        ("RecordingUrl", "https://api.example/RE1"),
        ("RecordingChannels", "2"),
        ("RecordingDuration", "4200"),
    ];
    client
        .webhook("/twilio/recording-status?phase=ai", &ready)
        .await
        .unwrap()
        .expect(200);
    let ledger = &app.running.engine().ledger;
    let archived = CallCommand::ArchiveRecording {
        at: FRIDAY,
        phase: Phase::Ai,
        recording_sid: "RE1".into(),
        key: KEY.into(),
        bytes: BYTES,
        sha256: "0".repeat(64),
        content_type: "audio/wav".into(),
    };
    let metadata = Metadata::new("default", Actor::Process("test".into()), "archived");
    ledger.execute::<Call>("CA1", archived, metadata).await.unwrap();

    let deadline = Instant::now() + TIMEOUT;
    let (mut reasons, mut last) = (Vec::new(), false);
    while reasons.is_empty() || !last {
        assert!(Instant::now() < deadline, "the transcription has not failed");
        tokio::time::sleep(Duration::from_millis(50)).await;
        for recorded in ledger.history(&StreamId::call("CA1")).await.unwrap() {
            match recorded.event {
                Event::Call(CallEvent::TranscriptionFailed { reason, .. }) => reasons = vec![reason],
                Event::Call(CallEvent::EffectFailed { effect, retry_at, .. }) if effect == "transcribe" => {
                    assert_eq!(retry_at, None, "there is no retry");
                    last = true;
                }
                _ => {}
            }
        }
    }
    assert_eq!(
        reasons,
        ["the recording is too large to transcribe: it exceeds 128 MiB"]
    );
    app.wait_for_read_models().await;
    let due = app
        .running
        .engine()
        .read
        .work
        .due(projections::work::Kind::Transcribe, i64::MAX, 10)
        .await
        .unwrap();
    assert!(due.is_empty(), "a job is still pending: {due:?}");
}
