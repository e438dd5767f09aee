//! Calls of a small business, decided by `domain` from realistic callbacks and commands. The same number always
//! produces the same call.

use domain::call::command::{
    CallCommand, HandleCallerTurn, HandleInbound, HandleOutbound, HandleRecording, HandleStatus, HandleVoicemail, Leg,
    Origin, RecordingStatus, Routed, VoicemailMessage,
};
use domain::call::value::{ClockSource, Direction, Grade, Phase, Segment, Sentiment, TokenCount, VoicemailReason};
use domain::call::{Call, CallEvent};
use domain::{AgentId, Decide, Personal, Timestamp};

/// Start of the first call in epoch seconds: 2026-03-27T14:00:00Z.
const FIRST_CALL_S: i64 = 1_774_620_000;
/// Between the starts of two calls.
const CALL_INTERVAL_S: i64 = 30;

/// Agents that are always open.
pub const AGENTS: [&str; 4] = ["front-desk", "sales", "billing", "support"];
/// An agent that only takes messages.
pub const NIGHT: &str = "night";

const SENTENCES: [&str; 6] = [
    "I would like to move my appointment from Tuesday to Thursday, if that is possible at all.",
    "Yes, the invoice from last month is still open, and I wonder whether it reached you.",
    "Could you call me back about the offer that you sent us on Monday morning?",
    "The delivery was one box short, and the driver said that you would know about it.",
    "No, nothing else. Thank you very much, you have been a great help to me today.",
    "My name is on the account, and the address is the same as it was the year before.",
];
const NAMES: [&str; 8] = [
    "Ada Reed",
    "Ben Holt",
    "Cleo Marsh",
    "Dan Frost",
    "Eve Lane",
    "Finn Wood",
    "Gil Stone",
    "Ida Brook",
];

/// The id of a call, in random index order.
pub fn call_id(n: u64) -> String {
    let spread = u128::from(n + 1).wrapping_mul(0x9e37_79b9_7f4a_7c15_f39c_c060_5ced_c835);
    format!("CA{spread:032x}")
}

/// Start of a call.
pub fn began(n: u64) -> Timestamp {
    Timestamp::from_seconds(FIRST_CALL_S + i64::try_from(n).unwrap_or(i64::MAX / 1_000_000) * CALL_INTERVAL_S)
}

/// A complete call: 25 events on average.
pub fn whole(n: u64) -> Vec<CallEvent> {
    let mut story = CallScript::new(n);
    match n % 10 {
        0..=6 => {
            story.talk(5 + n / 10 % 6);
            story.review();
        }
        7 => story.message("front-desk"),
        8 => story.outbound("completed"),
        _ => story.missed("no-answer"),
    }
    story.events
}

/// The first `length` events of a long conversation.
pub fn long(n: u64, length: usize) -> Vec<CallEvent> {
    let mut story = CallScript::new(n);
    story.talk(length as u64 / 2);
    story.events.truncate(length);
    story.events
}

/// A call of few events, so that a million are feasible. Every filter of the list matches a share of them.
pub fn short(n: u64) -> Vec<CallEvent> {
    let mut story = CallScript::new(n);
    match n % 50 {
        0..=29 => {
            story.greeted();
            story.status("completed", 95);
        }
        30..=35 => story.message(if n.is_multiple_of(2) { NIGHT } else { "sales" }),
        36..=44 => story.outbound("completed"),
        45 | 46 => story.missed("no-answer"),
        47 => story.outbound("no-answer"),
        48 => story.outbound("busy"),
        _ => story.outbound("failed"),
    }
    if n.is_multiple_of(9) {
        story.resolve();
    }
    if n % 50 < 30 && n.is_multiple_of(7) {
        story.grade(if n.is_multiple_of(2) {
            Grade::Good
        } else {
            Grade::NeedsImprovement
        });
    }
    story.events
}

/// A call in progress: each command is decided in the state after the previous ones.
struct CallScript {
    n: u64,
    call: Call,
    events: Vec<CallEvent>,
    /// Seconds since the start.
    passed: i64,
}

impl CallScript {
    fn new(n: u64) -> Self {
        Self {
            n,
            call: Call::default(),
            events: Vec::new(),
            passed: 0,
        }
    }

    fn now(&self) -> Timestamp {
        began(self.n).plus_seconds(self.passed)
    }

    fn then(&mut self, command: impl Into<CallCommand>) {
        let command = command.into();
        let events = self.call.decide(&command).expect("the command is accepted");
        for event in &events {
            cqrs_es::Aggregate::apply(&mut self.call, event.clone());
        }
        self.events.extend(events);
        self.passed += 4;
    }

    fn pick<T: Copy>(&self, from: &[T]) -> T {
        from[usize::try_from(self.n + self.events.len() as u64).unwrap_or(0) % from.len()]
    }

    fn caller(&self) -> Personal<String> {
        format!("+1504555{:04}", self.n * 7 % 10_000).into()
    }

    fn sid(&self) -> String {
        call_id(self.n)
    }

    fn recording(&self) -> String {
        self.sid().replacen("CA", "RE", 1)
    }

    fn origin(&self) -> Origin {
        Origin {
            call_sid: Some(self.sid()),
            ..Origin::default()
        }
    }

    fn rings(&mut self, agent: &str, routed: Routed) {
        self.then(HandleInbound {
            at: self.now(),
            clock: ClockSource::Provider,
            call_sid: self.sid(),
            from: self.caller(),
            to: "+15045550199".into(),
            caller_name: Some(NAMES[usize::try_from(self.n).unwrap_or(0) % NAMES.len()].into()),
            agent: AgentId(agent.to_owned()),
            number: Some("+15045550199".to_owned()),
            attestation: Some("TN-Validation-Passed-A".to_owned()),
            routed,
        });
    }

    fn greeted(&mut self) {
        let agent = AGENTS[usize::try_from(self.n).unwrap_or(0) % AGENTS.len()];
        self.rings(
            agent,
            Routed::Answered {
                greeting: "Hello, you have reached us. You are speaking with an assistant. How can I help?".into(),
                persona_version: 3,
                disclosure: None,
                consent_notice: None,
            },
        );
    }

    fn status(&mut self, status: &str, seconds: u32) {
        self.then(HandleStatus {
            at: self.now(),
            clock: ClockSource::Provider,
            kind: "inbound-status".to_owned(),
            call_sid: self.sid(),
            leg: Leg::Conversation,
            status: status.to_owned(),
            sequence_number: u32::try_from(self.events.len()).ok(),
            answered_by: None,
            duration_s: (seconds > 0).then_some(seconds),
            reason: None,
            origin: self.origin(),
        });
    }

    fn recorded(&mut self, phase: Phase, status: RecordingStatus) {
        let sid = self.recording();
        self.then(HandleRecording {
            at: self.now(),
            phase,
            url: (status == RecordingStatus::Completed)
                .then(|| format!("https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/{sid}")),
            recording_sid: sid,
            status,
            duration_s: (status == RecordingStatus::Completed).then_some(90),
            channels: Some(2),
            origin: self.origin(),
        });
    }

    fn archived(&mut self, phase: Phase) {
        self.then(CallCommand::ArchiveRecording {
            at: self.now(),
            phase,
            recording_sid: self.recording(),
            key: format!("2026/03/27/{}.mp3", self.recording()),
            bytes: 720_000,
            sha256: format!("{:064x}", self.n),
            content_type: "audio/mpeg".to_owned(),
        });
    }

    /// An inbound call answered by the AI, with this many turns on each side.
    fn talk(&mut self, turns: u64) {
        self.greeted();
        self.status("in-progress", 0);
        self.recorded(Phase::Ai, RecordingStatus::InProgress);
        for _ in 0..turns {
            self.then(HandleCallerTurn {
                at: self.now(),
                turn: None,
                text: self.pick(&SENTENCES).into(),
                confidence: Some(0.93),
                started_at: Some(self.now()),
                ended_at: Some(self.now().plus_seconds(3)),
                source: "twilio_gather".to_owned(),
                origin: self.origin(),
            });
            self.then(CallCommand::SpeakAi {
                at: self.now(),
                turn: None,
                text: self.pick(&SENTENCES).into(),
                persona_version: 3,
                model: Some("gpt-4o-mini".to_owned()),
                latency_ms: Some(640),
                tokens: Some(TokenCount { input: 410, output: 38 }),
                asks_to_confirm: None,
            });
        }
        self.then(CallCommand::CollectField {
            at: self.now(),
            field: "preferred_day".to_owned(),
            value: "Thursday".into(),
            valid: true,
        });
        self.status("completed", u32::try_from(self.passed).unwrap_or(0));
        self.recorded(Phase::Ai, RecordingStatus::Completed);
        self.archived(Phase::Ai);
        let segment = |speaker: &str| Segment {
            speaker: speaker.to_owned(),
            text: self.pick(&SENTENCES).to_owned(),
            start_ms: Some(0),
            end_ms: Some(3_000),
            sentiment: None,
        };
        self.then(CallCommand::StoreTranscript {
            at: self.now(),
            phase: Phase::Ai,
            segments: vec![segment("caller"), segment("ai")].into(),
            engine: "whisper-1".to_owned(),
        });
        self.then(CallCommand::Summarize {
            at: self.now(),
            summary: "The caller asked to move an appointment and was given a new day.".into(),
            outcome: "appointment_moved".to_owned(),
            interest: Some("high".to_owned()),
            next_action: Some("Send the new date by message.".into()),
            goal_achieved: Some(true),
            lead_score: Some(70),
            sentiment: Some(Sentiment::Positive),
            model: "gpt-4o-mini".to_owned(),
        });
        for (item, unit, amount_micros) in [("carrier_minutes", "minute", 8_500), ("model_tokens", "token", 1_200)] {
            self.then(CallCommand::IncurCost {
                at: self.now(),
                item: item.to_owned(),
                quantity: 2.0,
                unit: unit.to_owned(),
                amount_micros,
                currency: "USD".to_owned(),
                price_list: "2026-01".to_owned(),
                provisional: true,
            });
        }
    }

    /// A call that ends with a voicemail message.
    fn message(&mut self, agent: &str) {
        self.rings(agent, Routed::Voicemail(VoicemailReason::Closed));
        let message = VoicemailMessage {
            recording_sid: self.recording(),
            url: "https://api.twilio.com/2010-04-01/Accounts/AC0/Recordings/RE0".to_owned(),
            duration_s: Some(20),
        };
        self.then(HandleVoicemail {
            at: self.now(),
            reason: Some(VoicemailReason::Closed),
            message: Some(message),
            origin: self.origin(),
        });
        self.status("completed", 31);
    }

    /// A call that a user places from the browser.
    fn outbound(&mut self, status: &str) {
        let agent = AGENTS[usize::try_from(self.n).unwrap_or(0) % AGENTS.len()];
        self.then(HandleOutbound {
            at: self.now(),
            clock: ClockSource::Provider,
            call_sid: self.sid(),
            from: "client:ada".into(),
            to: self.caller(),
            agent: Some(AgentId(agent.to_owned())),
            number: Some("+15045550199".to_owned()),
        });
        if status == "completed" {
            self.status("in-progress", 0);
            self.status(status, 120);
        } else {
            self.status(status, 0);
        }
    }

    /// A call that was not answered.
    fn missed(&mut self, status: &str) {
        let origin = Origin {
            direction: Some(Direction::Inbound),
            from: Some(self.caller()),
            to: Some("+15045550199".into()),
            number: Some("+15045550199".to_owned()),
            ..self.origin()
        };
        self.then(HandleStatus {
            at: self.now(),
            clock: ClockSource::Provider,
            kind: "inbound-status".to_owned(),
            call_sid: self.sid(),
            leg: Leg::Conversation,
            status: status.to_owned(),
            sequence_number: Some(1),
            answered_by: None,
            duration_s: None,
            reason: None,
            origin,
        });
    }

    fn grade(&mut self, grade: Grade) {
        self.then(CallCommand::Grade {
            at: self.now(),
            grade,
            by: "user-1".to_owned(),
        });
    }

    fn resolve(&mut self) {
        self.then(CallCommand::Resolve {
            at: self.now(),
            disposition: "resolved".to_owned(),
            label: Some("Resolved".to_owned()),
            by: "user-1".to_owned(),
        });
    }

    fn review(&mut self) {
        if self.n.is_multiple_of(3) {
            self.grade(Grade::Good);
            self.then(CallCommand::NoteCorrection {
                at: self.now(),
                note: "Offer the earlier slot first, before asking for a day.".into(),
                turn: Some(3),
                by: "user-1".to_owned(),
            });
        }
        if self.n.is_multiple_of(4) {
            self.resolve();
        }
    }
}
