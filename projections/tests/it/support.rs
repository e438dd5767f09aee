//! Shared by the tests: events of calls, an environment to project them in, rows to compare.

use domain::call::CallEvent;
pub use domain::call::value::ClockSource::{Local, Provider};
use domain::call::value::{
    AnsweredBy, ClockSource, Direction, EndedBy, Grade, Outcome, ParticipantRole, Phase, Segment, TokenCount,
    VoicemailReason,
};
use domain::{Personal, Timestamp};
use infra::clock::{Clock, SystemClock};
use infra::db::{DatabaseUrl, Db, ReadStores};
use infra::event_store::{Actor, Append, Appended, Event, Metadata, NewEvent, Recorded, StreamId};
use infra::keys::MasterKey;
use infra::ledger::{Ledger, LedgerOptions};
use infra::on_db;
use projections::projector::Projector;
use projections::rows::{Table, Value, Verb, read_row, statement};
use projections::{ReadModels, projectors};
use std::collections::BTreeMap;
use std::sync::Arc;
use tempfile::TempDir;

/// A time, in seconds after the start of the tests' time.
pub fn at(seconds: i64) -> Timestamp {
    Timestamp::from_seconds(1_760_000_000 + seconds)
}

/// An event of a call as recorded in the log.
pub fn recorded(call: &str, position: i64, sequence: i64, event: CallEvent) -> Arc<Recorded> {
    Arc::new(Recorded {
        position,
        stream: StreamId::call(call),
        sequence,
        event_type: event.name().to_owned(),
        event_version: CallEvent::VERSION.to_owned(),
        recorded_at: at(position),
        metadata: Metadata::new("default", Actor::Twilio, "test"),
        event: Event::Call(event),
        size: 100,
    })
}

/// Events of one call in the given order, starting at position 1.
pub fn of_one_call(events: impl IntoIterator<Item = CallEvent>) -> Vec<Arc<Recorded>> {
    (1..)
        .zip(events)
        .map(|(n, event)| recorded("CA1", n, n, event))
        .collect()
}

pub fn started(seconds: i64, clock: ClockSource) -> CallEvent {
    CallEvent::CallStarted {
        at: at(seconds),
        clock,
        direction: Some(Direction::Inbound),
        call_sid: "CA1".into(),
        from: "+15550100001".into(),
        to: "+15550100002".into(),
        caller_name: Some("Ada Lovelace".into()),
        agent: Some("default".into()),
        number: Some("+15550100002".into()),
        attestation: None,
        inferred: false,
    }
}

pub fn inferred(seconds: i64) -> CallEvent {
    CallEvent::CallStarted {
        at: at(seconds),
        clock: ClockSource::Provider,
        direction: Some(Direction::Inbound),
        call_sid: "CA1".into(),
        from: "+15550100001".into(),
        to: "".into(),
        caller_name: None,
        agent: None,
        number: None,
        attestation: None,
        inferred: true,
    }
}

pub fn answered(seconds: i64, clock: ClockSource) -> CallEvent {
    CallEvent::CallAnswered {
        at: at(seconds),
        clock,
        call_sid: "CA1".into(),
        by: AnsweredBy::Human,
    }
}

pub fn ended(seconds: i64, clock: ClockSource, outcome: Outcome, duration_s: Option<u32>) -> CallEvent {
    CallEvent::CallEnded {
        at: at(seconds),
        clock,
        outcome,
        ended_by: Some(EndedBy::Caller),
        duration_s,
        reason: None,
    }
}

pub fn caller_turn(turn: u32, words: &str) -> CallEvent {
    CallEvent::CallerTurn {
        at: at(10 + i64::from(turn)),
        turn,
        text: words.into(),
        confidence: Some(0.75),
        started_at: Some(at(8 + i64::from(turn))),
        ended_at: None,
        source: "twilio_gather".into(),
    }
}

pub fn ai_turn(turn: u32, words: &str, latency_ms: u32) -> CallEvent {
    CallEvent::AiTurn {
        at: at(10 + i64::from(turn)),
        turn,
        text: words.into(),
        persona_version: 2,
        model: Some("model".into()),
        latency_ms: Some(latency_ms),
        tokens: Some(TokenCount { input: 100, output: 20 }),
        asks_to_confirm: None,
    }
}

pub fn ready(phase: Phase, sid: &str) -> CallEvent {
    CallEvent::RecordingReady {
        at: at(70),
        phase,
        recording_sid: sid.into(),
        url: format!("https://api.example/{sid}"),
        duration_s: Some(31),
        channels: Some(1),
    }
}

pub fn transcript(phase: Phase, words: &str) -> CallEvent {
    let segment = Segment {
        speaker: "caller".into(),
        text: words.into(),
        start_ms: Some(0),
        end_ms: Some(900),
        sentiment: None,
    };
    CallEvent::TranscriptReady {
        at: at(80),
        phase,
        segments: Personal::Known(vec![segment]),
        engine: "twilio".into(),
    }
}

pub fn joined(seconds: i64) -> CallEvent {
    let (call_sid, role) = ("CA9".into(), ParticipantRole::TeamMember);
    CallEvent::ParticipantJoined {
        at: at(seconds),
        clock: ClockSource::Provider,
        call_sid,
        role,
        conference_sid: None,
        sequence_number: None,
    }
}

pub fn left(seconds: i64) -> CallEvent {
    let (call_sid, role) = ("CA9".into(), ParticipantRole::TeamMember);
    CallEvent::ParticipantLeft {
        at: at(seconds),
        clock: ClockSource::Provider,
        call_sid,
        role,
        conference_sid: None,
        sequence_number: None,
    }
}

pub fn to_voicemail(reason: VoicemailReason) -> CallEvent {
    CallEvent::RoutedToVoicemail { at: at(3), reason }
}

pub fn graded(grade: Grade) -> CallEvent {
    CallEvent::Graded {
        at: at(200),
        grade,
        by: "u1".into(),
    }
}

pub fn corrected(correction: u32, note: &str) -> CallEvent {
    CallEvent::CorrectionNoted {
        at: at(210),
        correction,
        note: note.into(),
        turn: Some(2),
        by: "u1".into(),
    }
}

pub fn erased() -> CallEvent {
    CallEvent::CallErased {
        at: at(300),
        ground: "GDPR 17".into(),
        by: "u1".into(),
    }
}

/// A call with events of many types, in their natural order.
pub fn full_call() -> Vec<CallEvent> {
    vec![
        started(0, Provider),
        CallEvent::CallRinging {
            at: at(1),
            clock: ClockSource::Provider,
            call_sid: "CA1".into(),
        },
        answered(2, Provider),
        ai_turn(1, "Good morning", 400),
        caller_turn(2, "I would like to book a table"),
        ai_turn(3, "For how many?", 600),
        CallEvent::AiTurnInterrupted {
            at: at(14),
            turn: 3,
            heard_ms: 300,
            heard_text: "For how".into(),
        },
        CallEvent::FieldCollected {
            at: at(15),
            field: "party".into(),
            value: "four".into(),
            valid: true,
        },
        joined(20),
        CallEvent::TakenOver {
            at: at(21),
            user: "u1".into(),
        },
        left(50),
        ended(62, Provider, Outcome::Completed, Some(60)),
        ready(Phase::Ai, "RE1"),
        transcript(Phase::Ai, "a table for four"),
        graded(Grade::Good),
        corrected(1, "Ask for the name"),
    ]
}

/// A ledger and read models in a temporary folder.
pub struct TestEnv {
    _folder: TempDir,
    pub ledger: Ledger,
    pub read_stores: ReadStores,
    pub models: ReadModels,
    sequences: std::sync::Mutex<BTreeMap<StreamId, i64>>,
}

impl TestEnv {
    pub async fn new() -> Self {
        Self::with(projectors()).await
    }

    pub async fn with(projectors: Vec<Arc<dyn Projector>>) -> Self {
        let folder = TempDir::new().expect("a folder");
        let url = DatabaseUrl::Folder(folder.path().into());
        let clock = Arc::new(SystemClock);
        let ledger = Ledger::open(LedgerOptions {
            database: url.clone(),
            keys: url.clone(),
            master_key: MasterKey::random().into(),
            clock: clock.clone(),
        })
        .await
        .expect("a ledger");
        let read_stores = ReadStores::open(&url).await.expect("read_stores");
        let models = ReadModels::open_with(read_stores.clone(), ledger.clone(), clock, projectors)
            .await
            .expect("read models");
        Self {
            _folder: folder,
            ledger,
            read_stores,
            models,
            sequences: std::sync::Mutex::default(),
        }
    }

    /// Opens the same folder like a restarted program with other projectors.
    pub async fn reopened_with(&self, projectors: Vec<Arc<dyn Projector>>) -> ReadModels {
        let clock = Arc::new(SystemClock);
        ReadModels::open_with(self.read_stores.clone(), self.ledger.clone(), clock, projectors)
            .await
            .expect("read models")
    }

    /// Appends events to a call's stream, unsealed: these tests do not cover sealing.
    pub async fn append(&self, call: &str, events: Vec<CallEvent>) -> i64 {
        let events = events.into_iter().map(|event| {
            let payload = serde_json::to_string(&event).expect("serialises");
            (event.name().to_owned(), payload, Event::Call(event))
        });
        self.append_to(StreamId::call(call), events.collect()).await
    }

    /// Appends an event to its stream in the log.
    pub async fn append_recorded(&self, recorded: &Recorded) {
        let event = recorded.event.clone();
        let payload = match &event {
            Event::Call(event) => serde_json::to_string(event),
            Event::Agent(event) => serde_json::to_string(event),
            Event::Contact(event) => serde_json::to_string(event),
            Event::Callee(event) => serde_json::to_string(event),
            Event::PhoneNumber(event) => serde_json::to_string(event),
            Event::TenantSettings(event) => serde_json::to_string(event),
            Event::Quarantine(event) => serde_json::to_string(event),
            Event::User(event) => serde_json::to_string(event),
            Event::Ledger(_) | Event::Unreadable { .. } => panic!("no event of a model"),
        };
        let event = (recorded.event_type.clone(), payload.expect("serializes"), event);
        self.append_to(recorded.stream.clone(), vec![event]).await;
    }

    /// Appends an event of an unknown type.
    pub async fn append_unreadable(&self, call: &str) -> i64 {
        let event = Event::Unreadable {
            reason: "a future event type".into(),
        };
        let payload = r#"{"CallTeleported":{"at":0}}"#.to_owned();
        self.append_to(StreamId::call(call), vec![("CallTeleported".into(), payload, event)])
            .await
    }

    async fn append_to(&self, stream: StreamId, events: Vec<(String, String, Event)>) -> i64 {
        let count = i64::try_from(events.len()).expect("few");
        let expected = {
            let mut sequences = self.sequences.lock().expect("unpoisoned");
            let sequence = sequences.entry(stream.clone()).or_default();
            *sequence += count;
            *sequence - count
        };
        let metadata = r#"{"tenant":"default","actor":"twilio","correlation_id":"test"}"#;
        let mut append = Append {
            stream: stream.clone(),
            expected,
            events: vec![],
            command_key: None,
            opened: vec![],
        };
        for (n, (event_type, payload, event)) in (1..).zip(events) {
            append.opened.push(Recorded {
                position: 0,
                stream: stream.clone(),
                sequence: expected + n,
                event_type: event_type.clone(),
                event_version: "1.0".into(),
                recorded_at: SystemClock.now(),
                metadata: Metadata::new("default", Actor::Twilio, "test"),
                event,
                size: payload.len(),
            });
            let (event_version, metadata) = ("1.0".into(), metadata.into());
            append.events.push(NewEvent {
                event_type,
                event_version,
                payload,
                metadata,
            });
        }
        match self.ledger.store().append(append).await.expect("appends") {
            Appended::Committed { position, .. } => position,
            other => panic!("not committed: {other:?}"),
        }
    }

    pub async fn db(&self, model: &'static str) -> Db {
        self.read_stores.current(model).await.expect("a namespace").db
    }

    /// All rows of a model.
    pub async fn rows(&self, model: &'static str) -> Tables {
        let projectors = projectors();
        let projector = projectors
            .iter()
            .find(|projector| projector.name() == model)
            .expect("a model");
        rows_in(&self.db(model).await, projector.tables()).await
    }
}

/// Rows by table, as text for comparison and output.
pub type Tables = BTreeMap<&'static str, Vec<String>>;

pub async fn rows_in(db: &Db, tables: &[Table]) -> Tables {
    let mut all = Tables::new();
    for table in tables {
        let text = statement(db.engine(), table, Verb::Walk, 1);
        let rows: Vec<Vec<Value>> = on_db!(db, c => {
            let rows = sqlx::query(text).fetch_all(c).await.expect("rows");
            rows.iter().map(|row| read_row(row, table.columns).expect("a row")).collect()
        });
        all.insert(table.name, rows.iter().map(|row| shown(table, row)).collect());
    }
    all
}

/// A row as text.
pub fn shown(table: &Table, row: &[Value]) -> String {
    let fields = table.columns.iter().zip(row).filter_map(|(column, value)| match value {
        Value::Null => None,
        Value::Int(value) => Some(format!("{}={value}", column.name)),
        Value::Real(value) => Some(format!("{}={value}", column.name)),
        Value::Text(text) => Some(format!("{}={text}", column.name)),
    });
    fields.collect::<Vec<_>>().join(" ")
}

/// The event as read from the log after the key is destroyed.
pub fn without_personal_values(event: &CallEvent) -> CallEvent {
    fn erase(value: &mut serde_json::Value) {
        match value {
            serde_json::Value::Object(map) if map.contains_key("personal") => {
                *value = serde_json::json!({ "erased": true });
            }
            serde_json::Value::Object(map) => map.values_mut().for_each(erase),
            serde_json::Value::Array(list) => list.iter_mut().for_each(erase),
            _ => {}
        }
    }
    let mut json = serde_json::to_value(event).expect("serializes");
    erase(&mut json);
    serde_json::from_value(json).expect("reads back")
}
