//! A call's recordings, transcripts and summary; a rebuild gives the same rows.

use harness::on_both_engines;
use harness::service::PUBLIC_URL;
use harness::test_env::{Pace, TestEnv};
use harness::test_stores::TestStores;
use sandbox::models::{Fault, Surface};
use sandbox::network::scenario::named;
use serde_json::{Value, json};
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};

on_both_engines!(
    call_is_recorded_transcribed_and_summarized,
    ; sqlite:
    recording_link_works_until_the_call_is_erased,
    transcription_runs_again_on_request,
    prompt_contains_the_summary_of_the_callers_earlier_call,
);

async fn call_is_recorded_transcribed_and_summarized(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let call = env.play(&named("support").unwrap().unwrap()).await;
    let path = format!("/api/call-logs/{call}");
    let detail = env
        .until(&admin, &path, "the call is recorded and summarized", |call| {
            call["summary"].is_string() && call["recorded"] == true
        })
        .await;
    assert_eq!(detail["recordings"][0]["phase"], "ai", "{detail:#}");
    // The scenario's summary.
    for (name, value) in [
        (
            "summary",
            json!(
                "Ada Fontaine, who lives in Maple Street, has had no heating since yesterday. A visit tomorrow morning suits her."
            ),
        ),
        ("interest", json!("medium")),
        ("next_action", json!("Arrange a visit tomorrow morning")),
        ("lead_score", json!(60)),
        ("sentiment", json!("neutral")),
        ("goal_achieved", Value::Null),
    ] {
        assert_eq!(detail[name], value, "{detail:#}");
    }
    let transcripts = env
        .until(
            &admin,
            &format!("{path}/transcript"),
            "the recording is transcribed",
            |transcripts| transcripts.as_array().is_some_and(|all| all.len() == 2),
        )
        .await;
    // The transcript of the recording contains the spoken words with their speaker.
    let from_sound = transcripts
        .as_array()
        .unwrap()
        .iter()
        .find(|it| it["engine"] != "turns")
        .unwrap();
    assert_eq!(from_sound["phase"], "ai", "{from_sound:#}");
    for words in ["my heating does not work since yesterday", "My name is Ada Fontaine"] {
        let found = from_sound["segments"]
            .as_array()
            .unwrap()
            .iter()
            .any(|segment| segment["speaker"] == "caller" && segment["text"].as_str().unwrap().contains(words));
        assert!(found, "{words}: {from_sound:#}");
    }
    env.assert_rebuild_is_identical("call_log");
    env.close().await;
}

async fn recording_link_works_until_the_call_is_erased(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    let call = env.play(&named("support").unwrap().unwrap()).await;
    let path = format!("/api/call-logs/{call}");
    let link = env
        .until(
            &admin,
            &format!("{path}/recordings/ai"),
            "the recording is archived",
            |link| link["url"].is_string(),
        )
        .await;
    let address = link["url"]
        .as_str()
        .unwrap()
        .strip_prefix(PUBLIC_URL)
        .unwrap()
        .to_owned();
    // Without a login session: the link is sufficient.
    let http = reqwest::Client::new();
    let url = format!("http://{}{address}", env.service.address());
    let whole = http.get(&url).send().await.unwrap();
    assert_eq!(
        (whole.status().as_u16(), &whole.headers()["content-type"]),
        (200, &"audio/wav".parse().unwrap())
    );
    let sound = whole.bytes().await.unwrap();
    assert_eq!(link["bytes"], sound.len());
    let digest = Sha256::digest(&sound)
        .iter()
        .fold(String::new(), |hex, byte| format!("{hex}{byte:02x}"));
    assert_eq!(link["sha256"], digest);
    // The caller is on the first channel, the AI on the second.
    let channels = audio::wav::decode(&sound).unwrap().channels;
    let heard = |channel: usize| {
        let utterances = audio::decode_speech(&channels[channel]);
        utterances
            .iter()
            .map(|it| it.text.clone())
            .collect::<Vec<_>>()
            .join(" | ")
    };
    assert!(heard(0).contains("I live in Maple Street"), "{}", heard(0));
    assert!(heard(1).contains("Thank you for calling. Goodbye!"), "{}", heard(1));
    // A player requests ranges.
    let part = http.get(&url).header("range", "bytes=4-7").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 4-7/{}", sound.len()).as_str()
    );
    assert_eq!(part.bytes().await.unwrap(), sound[4..8]);
    let beyond = http.get(&url).header("range", "bytes=99999999-").send().await.unwrap();
    assert_eq!(beyond.status(), 416);
    // A link of another recording or with another signature is refused.
    for wrong in [
        url.replace("token=", "token=x"),
        url.replace("/recording/RE", "/recording/RX"),
    ] {
        assert_eq!(http.get(&wrong).send().await.unwrap().status(), 404, "{wrong}");
    }
    let history = admin.read(&format!("{path}/history")).await.expect(200).text;
    assert!(history.contains("RecordingPlayed"), "playing is recorded");
    // After the erasure, the link no longer works.
    let erase = serde_json::json!({ "ground": "a test" });
    admin.post(&format!("{path}/erase"), &erase).await.expect(200);
    let deadline = Instant::now() + Duration::from_secs(30);
    while http.get(&url).send().await.unwrap().status() != 404 {
        assert!(
            Instant::now() < deadline,
            "the recording is still there; {}",
            env.service.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    admin.read(&format!("{path}/recordings/ai")).await.expect(404);
    let at_twilio = env.recording_status_at_twilio(link["url"].as_str().unwrap()).await;
    assert_eq!(at_twilio, 404, "the recording still exists at Twilio");
    env.close().await;
}

async fn transcription_runs_again_on_request(stores: TestStores) {
    let env = TestEnv::open_at(stores, Pace::jobs()).await;
    let admin = env.admin().await;
    // Every transcription request is refused permanently.
    env.models.add_fault(Fault::down(Surface::Transcriptions, 400));
    let call = env.play(&named("support").unwrap().unwrap()).await;
    let history = format!("/api/call-logs/{call}/history");
    let failed = |history: &Value| {
        let events = history["events"].as_array().cloned().unwrap_or_default();
        events
            .iter()
            .any(|event| event["type"] == "EffectFailed" && event["data"]["effect"] == "transcribe")
    };
    env.until(&admin, &history, "the transcription has failed", failed)
        .await;
    env.models.clear_faults();
    let path = format!("/twilio/transcribe/{call}");
    let asked = admin.post(&path, &json!({})).await.expect(200).json();
    assert_eq!(asked["phases"], json!(["ai"]), "{asked}");
    let transcript = format!("/api/call-logs/{call}/transcript");
    let from_sound = |all: &Value, times: usize| {
        let all = all.as_array().cloned().unwrap_or_default();
        all.iter()
            .filter(|it| it["phase"] == "ai" && it["engine"] != "turns")
            .count()
            >= times
    };
    env.until(&admin, &transcript, "the recording is transcribed", |all| {
        from_sound(all, 1)
    })
    .await;
    // Again, although a transcript exists.
    admin.post(&path, &json!({})).await.expect(200);
    env.until(&admin, &history, "there are two transcripts", |history| {
        let events = history["events"].as_array().cloned().unwrap_or_default();
        events.iter().filter(|event| event["type"] == "TranscriptReady").count() == 2
    })
    .await;
    admin.post("/twilio/transcribe/CAunknown", &json!({})).await.expect(404);
    env.service.client().post(&path, &json!({})).await.expect(401);
    env.assert_rebuild_is_identical("work");
    env.close().await;
}

async fn prompt_contains_the_summary_of_the_callers_earlier_call(stores: TestStores) {
    let env = TestEnv::open(stores).await;
    let admin = env.admin().await;
    let support = named("support").unwrap().unwrap();
    let first = env.play(&support).await;
    let summarized = env
        .until(
            &admin,
            &format!("/api/call-logs/{first}"),
            "the call is summarized",
            |call| call["summary"].is_string(),
        )
        .await;
    let summary = summarized["summary"].as_str().unwrap();
    let recalled_requests = |env: &TestEnv| {
        let requests = env.models.requests();
        let conversations = requests
            .iter()
            .filter(|it| it.body.to_string().contains("on the telephone"));
        conversations
            .filter(|it| it.body.to_string().contains("has spoken with you before"))
            .count()
    };
    assert_eq!(recalled_requests(&env), 0, "the first call has no earlier calls");
    env.play(&support).await;
    assert!(recalled_requests(&env) > 0);
    let last = env
        .models
        .requests()
        .into_iter()
        .rfind(|it| it.body.to_string().contains("spoken with you before"));
    let quoted = serde_json::to_string(summary).unwrap();
    assert!(
        last.unwrap().body.to_string().contains(quoted.trim_matches('"')),
        "{summary}"
    );
    // Another caller, and a caller with a withheld number.
    let before = recalled_requests(&env);
    for from in ["+15045550199", "+266696687", "+266696687"] {
        let mut other = support.clone();
        other.caller.from = from.to_owned();
        env.play(&other).await;
    }
    assert_eq!(recalled_requests(&env), before);
    env.close().await;
}
