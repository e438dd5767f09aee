//! What is kept of a call: its sound, its words, what came of it; and that a rebuild comes to the same.

use harness::on_both_engines;
use harness::place::Place;
use harness::world::{Pace, World};
use sandbox::network::scenario::named;

on_both_engines!(a_call_is_recorded_written_down_and_summarized,);

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
