//! Queries of the read models and their results.

use crate::support::*;
use domain::agent::event::{AgentEvent, AgentSettings};
use domain::calendar::{Calendar, quarter_hour_of};
use domain::call::CallEvent;
use domain::call::value::{ClockSource, Direction, Grade, Outcome, Phase, VoicemailReason};
use domain::call::view::Filter;
use domain::contact::ContactEvent;
use domain::{Personal, Timestamp};
use infra::event_store::{Event, Recorded, StreamId};
use projections::call_log::CallQuery;
use projections::persona_feedback::FeedbackQuery;
use projections::projectors;
use projections::work::Kind;
use std::sync::Arc;

/// Appends events to the log and applies them to every model.
async fn project(env: &TestEnv, events: &[Arc<Recorded>]) {
    for event in events {
        env.append_recorded(event).await;
    }
    project_only(env, events, |_| true).await;
}

/// Applies events to some models. Events of streams that start with them need not be in the log.
async fn project_only(env: &TestEnv, events: &[Arc<Recorded>], is_wanted: impl Fn(&str) -> bool) {
    for projector in projectors().into_iter().filter(|projector| is_wanted(projector.name())) {
        let db = env.db(projector.name()).await;
        let mut tx = db.begin().await.expect("a transaction");
        projector
            .handler(&env.ledger)
            .handle(&mut tx, events)
            .await
            .expect("applies");
        tx.commit().await.expect("commits");
    }
}

fn call_at(n: i64, outcome: Outcome, more: Vec<CallEvent>) -> Vec<Arc<Recorded>> {
    let call = format!("CA{n:03}");
    let mut events = vec![
        started(n * 100, Provider),
        ended(n * 100 + 60, Provider, outcome, Some(50)),
    ];
    events.extend(more);
    (1..)
        .zip(events)
        .map(|(m, event)| recorded(&call, n * 10 + m, m, event))
        .collect()
}

async fn some_calls() -> TestEnv {
    let env = TestEnv::new().await;
    let outbound = CallEvent::CallStarted {
        at: at(600),
        clock: ClockSource::Provider,
        direction: Some(Direction::Outbound),
        call_sid: "CA006".into(),
        from: "client:u1".into(),
        to: "+15550100777".into(),
        caller_name: None,
        agent: Some("sales".into()),
        number: None,
        attestation: None,
        inferred: false,
    };
    let mut events = [
        call_at(
            0,
            Outcome::Completed,
            vec![caller_turn(2, "I need a Plumber"), graded(Grade::Good)],
        ),
        call_at(1, Outcome::Failed, vec![]),
        call_at(2, Outcome::Busy, vec![]),
        call_at(
            3,
            Outcome::NoAnswer,
            vec![graded(Grade::NeedsImprovement), corrected(1, "be brief")],
        ),
        call_at(4, Outcome::Completed, vec![to_voicemail(VoicemailReason::Closed)]),
        call_at(
            5,
            Outcome::Completed,
            vec![CallEvent::Resolved {
                at: at(900),
                disposition: "resolved".into(),
                label: None,
                by: "u1".into(),
            }],
        ),
    ]
    .concat();
    events.push(recorded("CA006", 61, 1, outbound));
    events.push(recorded("CA007", 71, 1, started(700, Provider)));
    events.push(recorded(
        "CA007",
        72,
        2,
        CallEvent::CallHidden {
            at: at(701),
            by: "u1".into(),
        },
    ));
    project(&env, &events).await;
    env
}

async fn ids(env: &TestEnv, query: CallQuery) -> Vec<String> {
    let page = env.models.call_log().list("default", &query).await.expect("query");
    page.calls.into_iter().map(|call| call.call_id).collect()
}

#[tokio::test]
async fn each_filter_lists_its_calls_newest_first_and_its_count_agrees() {
    let env = some_calls().await;
    let expected: &[(Filter, &[&str])] = &[
        (
            Filter::All,
            &["CA006", "CA005", "CA004", "CA003", "CA002", "CA001", "CA000"],
        ),
        (Filter::Inbound, &["CA005", "CA004", "CA003", "CA002", "CA001", "CA000"]),
        (Filter::Outbound, &["CA006"]),
        (Filter::Voicemail, &["CA004"]),
        (Filter::Failed, &["CA001"]),
        (Filter::BusyNoAnswer, &["CA003", "CA002"]),
        (Filter::Resolved, &["CA005"]),
        (Filter::Missed, &["CA003", "CA002", "CA001"]),
        (Filter::Answered, &["CA005", "CA000"]),
    ];
    let counts = env.models.call_log().counts("default").await.expect("query");
    for (filter, calls) in expected {
        let found = ids(
            &env,
            CallQuery {
                filter: *filter,
                ..CallQuery::default()
            },
        )
        .await;
        assert_eq!(found, *calls, "{filter:?}");
        let count = counts.iter().find(|(counted, _)| counted == filter).expect("a count").1;
        assert_eq!(usize::try_from(count), Ok(calls.len()), "{filter:?}");
    }
}

#[tokio::test]
async fn ended_call_with_ai_turns_or_a_recording_is_pending_review_until_graded() {
    let env = TestEnv::new().await;
    let taken_over = CallEvent::TakenOver {
        at: at(20),
        user: "u1".into(),
    };
    let spoken = || ai_turn(1, "Good morning", 400);
    let sound = || ready(Phase::Ai, "RE1");
    let mut events = [
        call_at(0, Outcome::Completed, vec![]),
        call_at(1, Outcome::Completed, vec![spoken()]),
        call_at(2, Outcome::Completed, vec![sound(), taken_over]),
        call_at(3, Outcome::Completed, vec![spoken(), sound(), graded(Grade::Good)]),
        call_at(4, Outcome::Completed, vec![spoken(), sound(), erased()]),
    ]
    .concat();
    events.push(recorded("CA005", 51, 1, started(500, Provider)));
    events.push(recorded("CA005", 52, 2, spoken()));
    project(&env, &events).await;
    let of = |filter| CallQuery {
        filter,
        ..CallQuery::default()
    };
    assert_eq!(ids(&env, of(Filter::PendingReview)).await, ["CA002", "CA001"]);
    assert_eq!(ids(&env, of(Filter::TakenOver)).await, ["CA002"]);
    assert_eq!(ids(&env, of(Filter::Recorded)).await, ["CA004", "CA003", "CA002"]);
    let graded = CallQuery {
        grade: Some("good".into()),
        ..of(Filter::PendingReview)
    };
    assert_eq!(ids(&env, graded).await, [""; 0]);
}

#[tokio::test]
async fn list_is_narrowed_by_each_parameter() {
    let env = some_calls().await;
    let base = CallQuery::default;
    let between = CallQuery {
        from: Some(at(200).as_micros()),
        to: Some(at(400).as_micros()),
        ..base()
    };
    assert_eq!(ids(&env, between).await, ["CA003", "CA002"]);
    assert_eq!(
        ids(
            &env,
            CallQuery {
                agent: Some("sales".into()),
                ..base()
            }
        )
        .await,
        ["CA006"]
    );
    assert_eq!(
        ids(
            &env,
            CallQuery {
                grade: Some("good".into()),
                ..base()
            }
        )
        .await,
        ["CA000"]
    );
    assert_eq!(
        ids(
            &env,
            CallQuery {
                q: Some("plumber".into()),
                ..base()
            }
        )
        .await,
        ["CA000"]
    );
    assert_eq!(
        ids(
            &env,
            CallQuery {
                q: Some("555 010-0777".into()),
                ..base()
            }
        )
        .await,
        ["CA006"]
    );
    assert_eq!(
        ids(
            &env,
            CallQuery {
                q: Some("%".into()),
                ..base()
            }
        )
        .await,
        Vec::<String>::new()
    );
    let busy_ada = CallQuery {
        filter: Filter::BusyNoAnswer,
        q: Some("lovelace".into()),
        ..base()
    };
    assert_eq!(ids(&env, busy_ada).await, ["CA003", "CA002"]);
    let both = CallQuery {
        agent: Some("default".into()),
        grade: Some("needs_improvement".into()),
        ..base()
    };
    assert_eq!(ids(&env, both).await, ["CA003"]);
    let other = env.models.call_log().list("other", &base()).await.expect("query");
    assert!(other.calls.is_empty(), "another tenant has no calls");
}

#[tokio::test]
async fn pages_have_no_gap_and_no_overlap() {
    let env = some_calls().await;
    let mut query = CallQuery {
        limit: 2,
        ..CallQuery::default()
    };
    let mut seen = Vec::new();
    loop {
        let page = env.models.call_log().list("default", &query).await.expect("query");
        seen.extend(page.calls.into_iter().map(|call| call.call_id));
        match page.next {
            Some(next) => query.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["CA006", "CA005", "CA004", "CA003", "CA002", "CA001", "CA000"]);
}

#[tokio::test]
async fn call_with_all_returns_legs_recordings_corrections_and_fields() {
    let env = TestEnv::new().await;
    project(&env, &of_one_call(full_call())).await;
    let call_log = env.models.call_log();
    let call = call_log
        .call_with_all("default", "CA1")
        .await
        .expect("query")
        .expect("a call");
    assert_eq!(
        (
            call.participants.len(),
            call.recordings.len(),
            call.corrections.len(),
            call.fields.len()
        ),
        (2, 1, 1, 1)
    );
    assert_eq!(
        (
            call.call.latency_count,
            call.call.latency_sum_ms,
            call.call.latency_max_ms
        ),
        (2, 1_000, Some(600))
    );
    assert_eq!(
        (call.call.phases.as_str(), call.call.review_status.as_str()),
        ("ai,human", "reviewed")
    );
    let words = call_log.transcript("default", "CA1").await.expect("query");
    let turns: Vec<_> = words
        .iter()
        .filter(|w| w.engine == "turns")
        .map(|w| (w.n, w.speaker.as_str()))
        .collect();
    assert_eq!(turns, [(1, "ai"), (2, "caller"), (3, "ai")]);
    assert_eq!(words.iter().filter(|w| w.engine == "twilio").count(), 1);
    assert!(call_log.call_with_all("other", "CA1").await.expect("query").is_none());
}

#[tokio::test]
async fn figures_add_up_by_day_and_in_total() {
    let env = some_calls().await;
    let dashboard = env.models.dashboard();
    let all = dashboard.all_time("default").await.expect("query").expect("figures");
    assert_eq!(
        (all.calls, all.inbound, all.outbound, all.missed, all.voicemail),
        (7, 6, 1, 3, 1)
    );
    assert_eq!((all.completed, all.failed, all.busy, all.no_answer), (3, 1, 1, 1));
    assert_eq!((all.graded_good, all.graded_needs_improvement, all.resolved), (1, 1, 1));
    assert_eq!((all.talked, all.talk_s), (2, 100));
    let utc = Calendar::new(chrono_tz::Tz::UTC);
    let day = utc.day_of(at(0));
    let days = dashboard
        .sums("default", utc.quarter_hours(day..day + 2))
        .await
        .expect("query")
        .expect("figures");
    assert_eq!((days.calls, days.talk_s), (7, 100));
    let before = dashboard.sums("default", utc.quarter_hours(day - 9..day)).await;
    assert_eq!(before.expect("query"), None);
    let first = quarter_hour_of(at(0));
    for (quarter_hours, calls) in [
        (first..first + 1, Some(4)),
        (first..first + 2, Some(7)),
        (first + 2..first + 9, None),
    ] {
        let figures = dashboard.sums("default", quarter_hours).await.expect("query");
        assert_eq!(figures.map(|figures| figures.calls), calls);
    }
    let latest = dashboard.latest("default", 5).await.expect("query");
    assert_eq!(
        latest.iter().map(|call| call.call_id.as_str()).collect::<Vec<_>>(),
        ["CA006", "CA005", "CA004", "CA003", "CA002"]
    );
}

#[tokio::test]
async fn only_calls_in_progress_are_live() {
    let env = TestEnv::new().await;
    let mut events = of_one_call([
        started(0, Provider),
        answered(2, Provider),
        ai_turn(1, "Good morning", 300),
        caller_turn(2, "Hello"),
    ]);
    events.extend(call_at(5, Outcome::Completed, vec![]));
    events.push(recorded(
        "CA1",
        99,
        5,
        CallEvent::PutOnHold {
            at: at(20),
            user: "u1".into(),
        },
    ));
    project(&env, &events).await;
    let live = env.models.live_calls();
    let (calls, total) = live.list("default").await.expect("query");
    assert_eq!(total, 1);
    assert_eq!(
        calls
            .iter()
            .map(|c| (c.call_id.as_str(), c.holder.as_str(), c.turns))
            .collect::<Vec<_>>(),
        [("CA1", "hold", 2)]
    );
    assert_eq!(live.turns_of_all("default").await.expect("query")["CA1"].len(), 2);
    assert!(live.call("default", "CA005").await.expect("query").is_none());
}

#[tokio::test]
async fn feedback_is_grouped_by_day_agent_and_persona() {
    let env = TestEnv::new().await;
    project(&env, &of_one_call(full_call())).await;
    let feedback = env.models.feedback();
    let utc = Calendar::new(chrono_tz::Tz::UTC);
    let day = utc.day_of(at(0));
    let days = utc.days(day..day + 1);
    let days = feedback.counts("default", &days, None).await.expect("query");
    assert_eq!(
        days.iter()
            .map(|d| (d.agent.as_str(), d.persona_version, d.good, d.corrections))
            .collect::<Vec<_>>(),
        [("default", 2, 1, 1)]
    );
    let query = FeedbackQuery {
        agent: Some("default".into()),
        persona_version: Some(2),
    };
    let notes = feedback.corrections("default", &query, 10).await.expect("query");
    assert_eq!(notes[0].note.as_deref(), Some("Ask for the name"));
    let other = FeedbackQuery {
        agent: None,
        persona_version: Some(1),
    };
    assert!(
        feedback
            .corrections("default", &other, 10)
            .await
            .expect("query")
            .is_empty()
    );
}

fn on(stream: StreamId, position: i64, sequence: i64, event: Event) -> Arc<Recorded> {
    let mut recorded = (*recorded("CA", position, sequence, started(0, Provider))).clone();
    recorded.stream = stream;
    recorded.event = event;
    Arc::new(recorded)
}

#[tokio::test]
async fn contact_has_the_last_call_of_its_number() {
    let env = TestEnv::new().await;
    let add = |id: &str, name: &str, phone: &str| {
        let (name, phone, by) = (name.into(), phone.into(), "u1".into());
        let event = ContactEvent::ContactAdded {
            at: at(1),
            name,
            phone,
            by,
        };
        on(StreamId::contact(id), 1, 1, Event::Contact(event))
    };
    let mut events = vec![
        add("contact_1", "ada", "+15550100001"),
        add("contact_2", "Charles", "+15550100009"),
    ];
    events.extend(call_at(1, Outcome::Completed, vec![]));
    events.extend(call_at(2, Outcome::NoAnswer, vec![]));
    project(&env, &events).await;
    let contacts = env.models.contacts();
    let list = contacts.list("default", None, None, 10).await.expect("query");
    let shown: Vec<_> = list
        .iter()
        .map(|c| {
            (
                c.name.as_deref(),
                c.last_call_id.as_deref(),
                c.last_call_status.as_deref(),
            )
        })
        .collect();
    assert_eq!(
        shown,
        [
            (Some("ada"), Some("CA002"), Some("no_answer")),
            (Some("Charles"), None, None)
        ]
    );
    assert_eq!(
        contacts
            .list("default", Some("CHAR"), None, 10)
            .await
            .expect("query")
            .len(),
        1
    );
    assert_eq!(
        contacts
            .calls_of("default", "+15550100001", 10)
            .await
            .expect("query")
            .len(),
        2
    );

    let erase = ContactEvent::ContactErased {
        at: at(9),
        ground: "asked".into(),
        by: "u1".into(),
    };
    project(
        &env,
        &[on(StreamId::contact("contact_1"), 90, 2, Event::Contact(erase))],
    )
    .await;
    assert!(contacts.contact("default", "contact_1").await.expect("query").is_none());
    assert!(!format!("{:?}", env.rows("contacts").await["contacts"]).contains("ada"));
    let keys = env
        .models
        .work()
        .due(Kind::DestroyKey, at(0).as_micros(), 10)
        .await
        .expect("query");
    assert_eq!(keys[0].stream, "contact_1");
}

#[tokio::test]
async fn agent_is_found_by_number_with_its_persona() {
    let env = TestEnv::new().await;
    let by = || "u1".to_owned();
    let settings = AgentSettings {
        name: Some("Front desk".into()),
        greeting: Some("Hello".into()),
        ..AgentSettings::default()
    };
    let edit = AgentSettings {
        greeting: Some("Good morning".into()),
        ..AgentSettings::default()
    };
    let events = [
        AgentEvent::AgentCreated {
            at: at(1),
            settings,
            by: by(),
        },
        AgentEvent::AgentEdited {
            at: at(2),
            settings: edit,
            by: by(),
        },
        AgentEvent::NumberAssigned {
            at: at(3),
            number: "+15550100002".into(),
            by: by(),
        },
        AgentEvent::EmergencyClosed { at: at(4), by: by() },
        AgentEvent::PersonaProposed {
            at: at(5),
            version: 1,
            rules: vec!["be brief".into()],
            sources: vec![7],
            by: by(),
        },
        AgentEvent::PersonaApproved {
            at: at(6),
            version: 1,
            by: by(),
        },
    ];
    let events: Vec<_> = (1..)
        .zip(events)
        .map(|(n, event)| on(StreamId::agent("desk"), n, n, Event::Agent(event)))
        .collect();
    project(&env, &events).await;
    let agents = env.models.agents();
    let agent = agents
        .by_number("+15550100002")
        .await
        .expect("query")
        .expect("an agent");
    assert_eq!(
        (agent.agent_id.as_str(), agent.emergency, agent.persona_version),
        ("desk", true, 1)
    );
    let settings: AgentSettings = serde_json::from_str(&agent.settings).expect("settings");
    assert_eq!(
        (settings.name.as_deref(), settings.greeting.as_deref()),
        (Some("Front desk"), Some("Good morning"))
    );
    let personas = agents.personas("default", "desk").await.expect("query");
    assert_eq!((personas[0].state.as_str(), personas[0].in_force), ("approved", true));
    assert_eq!(agents.numbers("default").await.expect("query").len(), 1);
}

#[tokio::test]
async fn work_item_is_due_until_its_result_is_recorded() {
    let env = TestEnv::new().await;
    let work = env.models.work();
    let due = |kind| {
        let work = work.clone();
        async move {
            let items = work.due(kind, at(10_000).as_micros(), 10).await.expect("query");
            items
                .into_iter()
                .map(|item| (item.stream, item.item, item.attempts))
                .collect::<Vec<_>>()
        }
    };
    let ready = ready(domain::call::value::Phase::Ai, "RE1");
    let archived = CallEvent::RecordingArchived {
        at: at(90),
        phase: domain::call::value::Phase::Ai,
        recording_sid: "RE1".into(),
        key: "ai/RE1".into(),
        bytes: 9,
        sha256: "00".into(),
        content_type: "audio/wav".into(),
    };
    project(&env, &[recorded("CA1", 1, 1, ready.clone())]).await;
    assert_eq!(due(Kind::ArchiveRecording).await, [("CA1".into(), "RE1".into(), 0)]);
    project(&env, &[recorded("CA1", 2, 2, archived), recorded("CA1", 3, 3, ready)]).await;
    assert_eq!(due(Kind::ArchiveRecording).await, []);
    project(&env, &[recorded("CA1", 4, 4, erased())]).await;
    assert_eq!(due(Kind::DeleteRecording).await, [("CA1".into(), "RE1".into(), 0)]);
    assert_eq!(due(Kind::DestroyKey).await, [("CA1".into(), String::new(), 0)]);

    let queued = CallEvent::CallQueued {
        at: at(1),
        to: Personal::from("+15550100009"),
        from: "+15550100002".into(),
        agent: "default".into(),
        purpose: domain::call::value::Purpose::FollowUp,
        class: domain::call::value::CallClass::Informational,
        subject: "an appointment".into(),
        objective: "say hello".into(),
        variables: Personal::Known(std::collections::BTreeMap::new()),
        lead: None,
        campaign: None,
        row: None,
        priority: 5,
        not_before: Some(Timestamp(1)),
        expires_at: None,
        max_attempts: 3,
        consent: None,
        retry_of: None,
        plan: None,
        by: "u1".into(),
    };
    let attempted = CallEvent::DialAttempted {
        at: at(2),
        attempt: 1,
        call_sid: "CA7".into(),
        evidence: domain::call::value::DialEvidence::Answer,
        queue_ms: None,
    };
    let failed = CallEvent::DialFailed {
        at: at(3),
        attempt: 1,
        reason: "busy".into(),
        kind: domain::call::value::DialFailure::Ended,
        counts_as_attempt: true,
        retry_at: Some(at(60)),
    };
    project(&env, &[recorded("call_1", 5, 1, queued)]).await;
    assert_eq!(due(Kind::PlaceCall).await, [("call_1".into(), String::new(), 0)]);
    project(&env, &[recorded("call_1", 6, 2, attempted)]).await;
    assert_eq!(due(Kind::PlaceCall).await, [], "the provider is dialing");
    project(&env, &[recorded("call_1", 7, 3, failed)]).await;
    assert_eq!(due(Kind::PlaceCall).await, [("call_1".into(), String::new(), 1)]);
    project(&env, &[recorded("call_1", 8, 4, answered(70, Provider))]).await;
    assert_eq!(due(Kind::PlaceCall).await, []);
}

#[tokio::test]
async fn search_scans_several_steps_and_pages() {
    let env = TestEnv::new().await;
    let mut events = Vec::new();
    for n in 0..4_500 {
        let mut call = started(n, Provider);
        if let CallEvent::CallStarted { caller_name, .. } = &mut call
            && n % 2_000 != 7
        {
            *caller_name = Some("Grace".into());
        }
        events.push(recorded(&format!("CA{n:05}"), n + 1, 1, call));
    }
    project_only(&env, &events, |model| model == "call_log").await;
    let ada = CallQuery {
        q: Some("ada".into()),
        ..CallQuery::default()
    };
    assert_eq!(ids(&env, ada.clone()).await, ["CA04007", "CA02007", "CA00007"]);
    let mut one = CallQuery { limit: 1, ..ada };
    let mut seen = Vec::new();
    loop {
        let page = env.models.call_log().list("default", &one).await.expect("query");
        seen.extend(page.calls.into_iter().map(|call| call.call_id));
        match page.next {
            Some(next) => one.after = Some(next),
            None => break,
        }
    }
    assert_eq!(seen, ["CA04007", "CA02007", "CA00007"]);
}
