//! A recording that is too large to be held in memory is not written down: the log says why, and nothing is tried again.

use domain::Timestamp;
use domain::call::value::Phase;
use domain::call::{Call, CallCommand, CallEvent};
use harness::app::App;
use harness::on_both_engines;
use harness::test_stores::TestStores;
use infra::event_store::{Actor, Event, Metadata, StreamId};
use std::time::{Duration, Instant};

on_both_engines!(a_recording_that_is_too_large_is_given_up_at_once_and_for_good);

const FRIDAY: Timestamp = Timestamp::from_seconds(1_774_620_000);
const KEY: &str = "default/CA1/ai-RE1.wav";
/// A byte more than is written down.
const BYTES: u64 = 128 * 1024 * 1024 + 1;
/// How long it may take; a debug build on a busy machine is slow.
const TIMEOUT: Duration = Duration::from_mins(1);

/// A file of that length, of which next to nothing is on the disk.
fn store_sparse_file(app: &App) {
    let folder = app
        .running
        .state()
        .config
        .recordings_url
        .strip_prefix("file://")
        .unwrap()
        .to_owned();
    let path = std::path::Path::new(&folder).join(KEY);
    std::fs::create_dir_all(path.parent().unwrap()).unwrap();
    std::fs::File::create(path).unwrap().set_len(BYTES).unwrap();
}

async fn a_recording_that_is_too_large_is_given_up_at_once_and_for_good(stores: TestStores) {
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
    let ledger = &app.running.state().ledger;
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
        assert!(Instant::now() < deadline, "it is not given up");
        tokio::time::sleep(Duration::from_millis(50)).await;
        for recorded in ledger.history(&StreamId::call("CA1")).await.unwrap() {
            match recorded.event {
                Event::Call(CallEvent::TranscriptionFailed { reason, .. }) => reasons = vec![reason],
                Event::Call(CallEvent::EffectFailed { effect, retry_at, .. }) if effect == "transcribe" => {
                    assert_eq!(retry_at, None, "once is enough");
                    last = true;
                }
                _ => {}
            }
        }
    }
    assert_eq!(
        reasons,
        ["the recording is too large to be written down: it has more than 128 MiB"]
    );
    app.wait_for_read_models().await;
    let due = app
        .running
        .state()
        .read
        .work
        .due(projections::work::Kind::Transcribe, i64::MAX, 10)
        .await
        .unwrap();
    assert!(due.is_empty(), "nothing is left to do: {due:?}");
}
