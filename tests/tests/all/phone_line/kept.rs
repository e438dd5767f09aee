//! What is kept of a call: its sound, its words, what came of it; and that a rebuild comes to the same.

use harness::on_both_engines;
use harness::place::Place;
use harness::service::PUBLIC_URL;
use harness::world::{Pace, World};
use sandbox::network::scenario::named;
use sha2::{Digest as _, Sha256};
use std::time::{Duration, Instant};

on_both_engines!(
    a_call_is_recorded_written_down_and_summarized,
    a_recording_is_played_by_whoever_has_the_link_until_the_call_is_erased,
);

async fn a_call_is_recorded_written_down_and_summarized(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let call = world.play(&named("support").unwrap().unwrap()).await;
    let path = format!("/api/call-logs/{call}");
    let detail = world
        .until(&admin, &path, "it is recorded and summarized", |call| {
            call["summary"].is_string() && call["recorded"] == true
        })
        .await;
    assert_eq!(detail["recordings"][0]["phase"], "ai", "{detail:#}");
    let transcripts = world
        .until(
            &admin,
            &format!("{path}/transcript"),
            "the sound is written down",
            |transcripts| transcripts.as_array().is_some_and(|all| all.len() == 2),
        )
        .await;
    // The words that were spoken are in what was made of the sound, said by whom they were said.
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
    let rebuilt = world
        .home
        .command("projections", &[])
        .args(["rebuild", "call_log", "--dry-run"])
        .output()
        .unwrap();
    let said = String::from_utf8_lossy(&rebuilt.stdout).into_owned();
    assert!(
        said.contains("difference: none"),
        "{said}{}",
        String::from_utf8_lossy(&rebuilt.stderr)
    );
    world.close().await;
}

async fn a_recording_is_played_by_whoever_has_the_link_until_the_call_is_erased(place: Place) {
    let world = World::open_at(place, Pace::slow()).await;
    let admin = world.admin().await;
    let call = world.play(&named("support").unwrap().unwrap()).await;
    let path = format!("/api/call-logs/{call}");
    let link = world
        .until(
            &admin,
            &format!("{path}/recordings/ai"),
            "the recording is kept",
            |link| link["url"].is_string(),
        )
        .await;
    let address = link["url"]
        .as_str()
        .unwrap()
        .strip_prefix(PUBLIC_URL)
        .unwrap()
        .to_owned();
    // Somebody without a session: the link is enough.
    let http = reqwest::Client::new();
    let url = format!("http://{}{address}", world.service.address());
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
    // It is the call: the caller on the first channel, the AI on the second.
    let channels = sandbox::audio::wav::decode(&sound).unwrap().channels;
    let heard = |channel: usize| {
        let utterances = sandbox::audio::listen(&channels[channel]);
        utterances
            .iter()
            .map(|it| it.text.clone())
            .collect::<Vec<_>>()
            .join(" | ")
    };
    assert!(heard(0).contains("I live in Maple Street"), "{}", heard(0));
    assert!(heard(1).contains("Thank you for calling. Goodbye!"), "{}", heard(1));
    // A player asks for parts.
    let part = http.get(&url).header("range", "bytes=4-7").send().await.unwrap();
    assert_eq!(part.status(), 206);
    assert_eq!(
        part.headers()["content-range"],
        format!("bytes 4-7/{}", sound.len()).as_str()
    );
    assert_eq!(part.bytes().await.unwrap(), sound[4..8]);
    let beyond = http.get(&url).header("range", "bytes=99999999-").send().await.unwrap();
    assert_eq!(beyond.status(), 416);
    // Another's link, or another recording's, opens nothing.
    for wrong in [
        url.replace("token=", "token=x"),
        url.replace("/recording/RE", "/recording/RX"),
    ] {
        assert_eq!(http.get(&wrong).send().await.unwrap().status(), 404, "{wrong}");
    }
    let history = admin.read(&format!("{path}/history")).await.expect(200).text;
    assert!(history.contains("RecordingPlayed"), "who listened is an event");
    // Erased, it is gone, whoever still has a link.
    let erase = serde_json::json!({ "ground": "a test" });
    admin.post(&format!("{path}/erase"), &erase).await.expect(200);
    let deadline = Instant::now() + Duration::from_secs(30);
    while http.get(&url).send().await.unwrap().status() != 404 {
        assert!(
            Instant::now() < deadline,
            "the recording is still there; {}",
            world.service.log()
        );
        tokio::time::sleep(Duration::from_millis(100)).await;
    }
    admin.read(&format!("{path}/recordings/ai")).await.expect(404);
    let at_twilio = world.recording_at_twilio(link["url"].as_str().unwrap()).await;
    assert_eq!(at_twilio, 404, "and it is gone at Twilio, too");
    world.close().await;
}
