//! Conferences: takeover, hold, mute, coaching, and how they end.

use super::{Product, caller, get, network, network_with, post, refused, rest, typed, types, typist, until};
use reqwest::{Method, StatusCode};
use sandbox::network::Running;
use sandbox::network::party::{Behavior, Step};
use sandbox::network::switch::{State, TimelineEvent};
use serde_json::Value;

const AGENT: &str = "client:desk";
const EVENTS: &str = "start end join leave mute hold modify announcement";

fn room(more: &str) -> String {
    format!(
        "<Dial action=\"/left\"><Conference {more} statusCallback=\"/conference\" statusCallbackEvent=\"{EVENTS}\" \
         waitUrl=\"/music\" waitMethod=\"GET\">room</Conference></Dial>"
    )
}

async fn joined(running: &Running, sid: &str) -> String {
    until(running, "a conference", |state| {
        state.call(sid).is_some_and(|call| call.conference.is_some())
    })
    .await;
    let state = running.switch().state();
    state
        .call(sid)
        .and_then(|call| call.conference.clone())
        .expect("a conference")
}

async fn started(running: &Running) {
    until(running, "the conference starts", |state| {
        state.conferences.iter().any(|one| one.status == "in-progress")
    })
    .await;
}

/// Whether a party has heard these words.
fn hears(state: &State, sid: &str, words: &str) -> bool {
    let call = state.call(sid).expect("the call");
    let is_it = |what: &TimelineEvent| matches!(what, TimelineEvent::Heard { text, .. } if text == words);
    call.timeline.iter().any(|entry| is_it(&entry.event))
}

async fn until_heard(running: &Running, sid: &str, words: &str) {
    until(running, words, |state| hears(state, sid, words)).await;
}

fn has_heard(running: &Running, sid: &str, words: &str) -> bool {
    hears(&running.switch().state(), sid, words)
}

/// Two typing parties in one conference: the caller, and an agent called by the service.
async fn two(product: &Product) -> (Running, String, String, String) {
    product
        .at(
            "/voice",
            &*room("participantLabel=\"caller\" endConferenceOnExit=\"true\""),
        )
        .at("/music", "<Say>Please hold the line</Say>");
    let network = network(product).await;
    let call = network.place(&typist()).expect("the call is placed");
    let conference = joined(&network, &call).await;
    network.register(AGENT, typed());
    let agent = post(
        &network,
        "/Conferences/room/Participants.json",
        &[
            ("From", super::NUMBER),
            ("To", AGENT),
            ("Label", "agent"),
            ("StatusCallback", &product.url("/agent")),
            ("StatusCallbackEvent", "initiated ringing answered completed"),
        ],
    )
    .await;
    assert_eq!(agent["status"], "queued");
    assert_eq!(agent["conference_sid"], conference.as_str());
    started(&network).await;
    let agent = agent["call_sid"].as_str().expect("a SID").to_owned();
    (network, call, agent, conference)
}

#[tokio::test]
async fn conference_starts_with_two_and_ends_with_end_on_exit() {
    let product = Product::start().await;
    product.at("/left", "<Hangup/>");
    let (network, call, agent, conference) = two(&product).await;
    let listed = get(&network, "/Conferences.json?FriendlyName=room&Status=in-progress").await;
    assert_eq!(listed["conferences"][0]["sid"], conference.as_str());
    let participants = get(&network, &format!("/Conferences/{conference}/Participants.json")).await;
    let labels: Vec<&Value> = participants["participants"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|one| &one["label"])
        .collect();
    assert_eq!(labels, ["caller", "agent"]);
    types(&network, &call, "{\"say\": \"is anyone there\"}").await;
    until_heard(&network, &agent, "is anyone there").await;
    types(&network, &call, "{\"hang_up\": true}").await;
    network.ended(&call).await;
    network.ended(&agent).await;
    network.quiet().await;

    let events = product.requests("/conference");
    let names: Vec<&str> = events.iter().map(|event| event.is("StatusCallbackEvent")).collect();
    assert_eq!(
        names,
        [
            "participant-join",
            "participant-join",
            "conference-start",
            "participant-leave",
            "participant-leave",
            "conference-end"
        ]
    );
    let numbers: Vec<&str> = events.iter().map(|event| event.is("SequenceNumber")).collect();
    assert_eq!(numbers, ["1", "2", "3", "4", "5", "6"]);
    assert_eq!(events[3].is("ReasonParticipantLeft"), "participant_hung_up");
    assert_eq!(
        events[5].is("ReasonConferenceEnded"),
        "participant-with-end-conference-on-exit-left"
    );
    assert_eq!(events[5].is("CallSidEndingConference"), call);
    assert!(
        has_heard(&network, &call, "Please hold the line"),
        "heard while waiting"
    );
    assert_eq!(
        product.values("/agent", "CallStatus"),
        ["initiated", "ringing", "in-progress", "completed"]
    );
    let ended = get(&network, &format!("/Conferences/{conference}.json")).await;
    assert_eq!(
        (ended["status"].as_str(), ended["call_sid_ending_conference"].as_str()),
        (Some("completed"), Some(call.as_str()))
    );
    let path = format!("/Conferences/{conference}/Participants/{agent}.json");
    assert_eq!(rest(&network, Method::GET, &path, &[]).await.0, StatusCode::NOT_FOUND);
    network.stop().await;
}

#[tokio::test]
async fn muted_or_held_participant_is_not_heard() {
    let product = Product::start().await;
    product
        .at("/hold", "<Say>You are on hold</Say>")
        .at("/announce", "<Say>This call is recorded</Say>");
    let (network, call, agent, conference) = two(&product).await;
    let caller = format!("/Conferences/{conference}/Participants/caller.json");
    let muted = post(&network, &caller, &[("Muted", "true")]).await;
    assert_eq!(muted["muted"], true);
    types(&network, &call, "{\"say\": \"muted words\"}").await;
    until(&network, "it was said", |state| {
        state.call(&call).is_some_and(|call| {
            call.timeline
                .iter()
                .any(|entry| matches!(&entry.event, TimelineEvent::Said { .. }))
        })
    })
    .await;
    post(&network, &caller, &[("Muted", "false")]).await;
    let held = post(
        &network,
        &caller,
        &[("Hold", "true"), ("HoldUrl", &product.url("/hold"))],
    )
    .await;
    assert_eq!(held["hold"], true);
    until_heard(&network, &call, "You are on hold").await;
    types(&network, &agent, "{\"say\": \"between us\"}").await;
    until(&network, "it was said", |state| {
        state.call(&agent).is_some_and(|call| {
            call.timeline
                .iter()
                .any(|entry| matches!(&entry.event, TimelineEvent::Said { .. }))
        })
    })
    .await;
    post(&network, &caller, &[("Hold", "false")]).await;
    post(&network, &caller, &[("AnnounceUrl", &product.url("/announce"))]).await;
    until(&network, "the announcement is over", |_| {
        product
            .values("/conference", "StatusCallbackEvent")
            .contains(&"announcement-end".to_owned())
    })
    .await;
    assert!(has_heard(&network, &call, "This call is recorded"));
    types(&network, &call, "{\"say\": \"hello again\"}").await;
    until_heard(&network, &agent, "hello again").await;
    assert!(!has_heard(&network, &agent, "muted words"));
    assert!(!has_heard(&network, &call, "between us"));
    assert_eq!(product.requests("/hold")[0].method, "GET");

    let (kicked, _) = rest(
        &network,
        Method::DELETE,
        &format!("/Conferences/{conference}/Participants/{agent}.json"),
        &[],
    )
    .await;
    assert_eq!(kicked, StatusCode::NO_CONTENT);
    network.ended(&agent).await;
    post(
        &network,
        &format!("/Conferences/{conference}.json"),
        &[("Status", "completed")],
    )
    .await;
    network.ended(&call).await;
    network.quiet().await;
    let events = product.values("/conference", "StatusCallbackEvent");
    let changes: Vec<&str> = events
        .iter()
        .map(String::as_str)
        .filter(|event| event.contains("mute") || event.contains("hold") || event.contains("announcement"))
        .collect();
    assert_eq!(
        changes,
        [
            "participant-mute",
            "participant-unmute",
            "participant-hold",
            "participant-unhold",
            "announcement-end"
        ]
    );
    let ended = get(&network, &format!("/Conferences/{conference}.json")).await;
    assert_eq!(ended["reason_conference_ended"], "conference-ended-via-api");
    network.stop().await;
}

#[tokio::test]
async fn coach_is_heard_only_by_the_coached_participant() {
    let product = Product::start().await;
    let (network, call, agent, conference) = two(&product).await;
    network.register("client:coach", typed());
    let coach = post(
        &network,
        &format!("/Conferences/{conference}/Participants.json"),
        &[
            ("From", super::NUMBER),
            ("To", "client:coach"),
            ("Coaching", "true"),
            ("CallSidToCoach", &agent),
        ],
    )
    .await;
    let coach = coach["call_sid"].as_str().expect("a SID").to_owned();
    joined(&network, &coach).await;
    types(&network, &coach, "{\"say\": \"offer a discount\"}").await;
    until_heard(&network, &agent, "offer a discount").await;
    assert!(!has_heard(&network, &call, "offer a discount"));
    let seat = format!("/Conferences/{conference}/Participants/{coach}.json");
    assert_eq!(get(&network, &seat).await["call_sid_to_coach"], agent.as_str());
    assert_eq!(
        refused(&network, &seat, &[("Coaching", "true"), ("CallSidToCoach", "CA00")]).await,
        (400, 13240)
    );
    let joined = post(&network, &seat, &[("Coaching", "false")]).await;
    assert_eq!(
        (joined["coaching"].as_bool(), joined["call_sid_to_coach"].as_str()),
        (Some(false), None)
    );
    types(&network, &coach, "{\"say\": \"hello everybody\"}").await;
    until_heard(&network, &call, "hello everybody").await;
    network.stop().await;
}

#[tokio::test]
async fn takeover_moves_the_call_into_a_conference() {
    let product = Product::start().await;
    product
        .at(
            "/voice",
            "<Gather input=\"speech\" timeout=\"60\" action=\"/turn\"><Say>I am a machine</Say></Gather>",
        )
        .at("/take-over", &*room("endConferenceOnExit=\"true\""))
        .at("/left", "<Hangup/>");
    let network = network_with(&product, |options| options.speed = 50.0).await;
    network.register(
        AGENT,
        Behavior {
            steps: vec![Step {
                say: Some("I am a person".to_owned()),
                ..Step::default()
            }],
            ..Behavior::default()
        },
    );
    let steps = "{ when = 'machine' }, { on = 'redirected', within_s = 3600 }, { when = 'person', say = 'at last', within_s = 3600 }, { hang_up = true }";
    let call = network.place(&caller(steps)).expect("the call is placed");
    until_heard(&network, &call, "I am a machine").await;
    let url = product.url("/take-over");
    let moved = post(
        &network,
        &format!("/Calls/{call}.json"),
        &[("Url", &url), ("Method", "POST")],
    )
    .await;
    assert_eq!(moved["status"], "in-progress");
    let conference = joined(&network, &call).await;
    let participants = format!("/Conferences/{conference}/Participants.json");
    let agent = post(&network, &participants, &[("From", super::NUMBER), ("To", AGENT)]).await;
    let report = network.ended(&call).await.expect("a call");
    assert_eq!(report.unmet, [""; 0]);
    let agent = agent["call_sid"].as_str().expect("a SID");
    let heard_by_agent = network.ended(agent).await.expect("a call").heard;
    assert_eq!(heard_by_agent, ["at last"]);
    assert!(product.requests("/turn").is_empty());
    network.stop().await;
}
