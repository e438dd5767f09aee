//! Examples of every event type, from which the golden files are made: one with all optional fields, and one without any
//! where there are some.

use domain::Timestamp;
use domain::agent::event::{CallLimits, EmergencySettings, FewShot, FieldToCollect};
use domain::agent::{AgentEvent, AgentSettings};
use domain::call::CallEvent;
use domain::call::value::{
    AnsweredBy, CallClass, CallerIntent, ClockSource, DialEvidence, DialFailure, Direction, EndedBy, Grade, Outcome,
    ParticipantRole, Phase, Purpose, RulesetVersion, Segment, Sentiment, TokenCount, VoicemailReason,
};
use domain::callee::{CalleeEvent, SuppressionOrigin};
use domain::contact::ContactEvent;
use domain::hours::{TimeRange, WeekHours};
use domain::ledger::{LedgerClock, LedgerEvent};
use domain::phone_number::PhoneNumberEvent;
use domain::quarantine::QuarantineEvent;
use domain::tenant_settings::TenantSettingsEvent;
use domain::user::{Role, UserEvent};
use std::collections::BTreeMap;

const AT: Timestamp = Timestamp(1_780_000_000_000_000);
const LATER: Timestamp = Timestamp(1_780_000_060_500_000);
const CALL: &str = "CA00000000000000000000000000000001";
const LEG: &str = "CA00000000000000000000000000000002";
const CONFERENCE: &str = "CF00000000000000000000000000000001";
const RECORDING: &str = "RE00000000000000000000000000000001";
const CALLER: &str = "+12025550143";
const OUR_NUMBER: &str = "+12025550100";
const USER: &str = "user:0197e1a2";

fn settings() -> AgentSettings {
    AgentSettings {
        name: Some("Front desk".into()),
        prompt: Some("You answer the phone of a repair shop.".into()),
        greeting: Some("Hello, how can I help you?".into()),
        voicemail_greeting: Some("Please leave a message.".into()),
        few_shot: Some(vec![FewShot {
            caller: "How much is a repair?".into(),
            agent: "Between 120 and 450 dollars.".into(),
        }]),
        voice: Some("Polly.Joanna".into()),
        language: Some("en-US".into()),
        model: Some("gpt-4.1-mini".into()),
        fields_to_collect: Some(vec![FieldToCollect {
            name: "email".into(),
            description: "The e-mail address".into(),
            kind: "email".into(),
            required: true,
        }]),
        limits: Some(CallLimits {
            max_duration_s: 300,
            silence_prompts: 2,
        }),
        ..AgentSettings::default()
    }
}

fn hours() -> WeekHours {
    let mut days: [Vec<TimeRange>; 7] = Default::default();
    days[0] = vec![TimeRange { from: 540, to: 720 }, TimeRange { from: 780, to: 1440 }];
    WeekHours {
        time_zone: chrono_tz::America::Chicago,
        days,
    }
}

pub fn agent() -> Vec<AgentEvent> {
    vec![
        AgentEvent::AgentCreated {
            at: AT,
            settings: settings(),
            by: USER.into(),
        },
        AgentEvent::AgentEdited {
            at: AT,
            settings: AgentSettings {
                greeting: Some("Good day.".into()),
                ..AgentSettings::default()
            },
            by: USER.into(),
        },
        AgentEvent::AgentEdited {
            at: AT,
            settings: AgentSettings {
                emergency: Some(EmergencySettings {
                    number: Some("112".into()),
                    helpline: Some("116 123".into()),
                    answer: Some("Please call 1 1 2 now.".into()),
                }),
                recall_unverified_callers: Some(true),
                ..AgentSettings::default()
            },
            by: USER.into(),
        },
        AgentEvent::HoursSet {
            at: AT,
            hours: Some(hours()),
            by: USER.into(),
        },
        AgentEvent::HoursSet {
            at: AT,
            hours: None,
            by: USER.into(),
        },
        AgentEvent::EmergencyClosed {
            at: AT,
            by: USER.into(),
        },
        AgentEvent::EmergencyLifted {
            at: AT,
            by: USER.into(),
        },
        AgentEvent::NumberAssigned {
            at: AT,
            number: OUR_NUMBER.into(),
            by: USER.into(),
        },
        AgentEvent::NumberUnassigned {
            at: AT,
            number: OUR_NUMBER.into(),
            by: USER.into(),
        },
        AgentEvent::PersonaProposed {
            at: AT,
            version: 2,
            rules: vec!["Offer an appointment first.".into()],
            sources: vec![118, 240],
            by: USER.into(),
        },
        AgentEvent::PersonaApproved {
            at: AT,
            version: 2,
            by: USER.into(),
        },
        AgentEvent::PersonaRejected {
            at: AT,
            version: 2,
            by: USER.into(),
        },
        AgentEvent::PersonaRolledBack {
            at: AT,
            to: 1,
            by: USER.into(),
        },
        AgentEvent::AgentArchived {
            at: AT,
            by: USER.into(),
        },
    ]
}

#[expect(clippy::too_many_lines, reason = "it is a list")]
pub fn call() -> Vec<CallEvent> {
    vec![
        CallEvent::CallQueued {
            at: AT,
            to: CALLER.into(),
            from: OUR_NUMBER.into(),
            agent: "default".into(),
            purpose: Purpose::FollowUp,
            class: CallClass::Informational,
            subject: "your appointment on Friday".into(),
            objective: "Find out whether the appointment suits.".into(),
            variables: BTreeMap::from([("first_name".into(), "Ada".into())]).into(),
            lead: Some("lead-8841".into()),
            campaign: Some("spring".into()),
            row: Some(17),
            priority: 5,
            not_before: Some(LATER),
            expires_at: Some(LATER),
            max_attempts: 3,
            consent: Some("consent-12".into()),
            retry_of: Some(CALL.into()),
            plan: Some("default".into()),
            by: USER.into(),
        },
        CallEvent::CallQueued {
            at: AT,
            to: CALLER.into(),
            from: OUR_NUMBER.into(),
            agent: "default".into(),
            purpose: Purpose::FollowUp,
            class: CallClass::Informational,
            subject: "your appointment on Friday".into(),
            objective: "Find out whether the appointment suits.".into(),
            variables: BTreeMap::from([("first_name".into(), "Ada".into())]).into(),
            lead: None,
            campaign: None,
            row: None,
            priority: 5,
            not_before: None,
            expires_at: None,
            max_attempts: 3,
            consent: None,
            retry_of: None,
            plan: None,
            by: USER.into(),
        },
        CallEvent::QueueEdited {
            at: AT,
            not_before: Some(LATER),
            priority: Some(5),
            by: USER.into(),
        },
        CallEvent::QueueEdited {
            at: AT,
            not_before: None,
            priority: None,
            by: USER.into(),
        },
        CallEvent::QueuePaused {
            at: AT,
            by: USER.into(),
        },
        CallEvent::QueueResumed {
            at: AT,
            by: USER.into(),
        },
        CallEvent::QueueCancelled {
            at: AT,
            reason: "the appointment was moved".into(),
            by: USER.into(),
        },
        CallEvent::DialDeferred {
            at: AT,
            rule: "R05".into(),
            until: LATER,
            ruleset: RulesetVersion {
                name: "us".into(),
                version: 3,
            },
            because: BTreeMap::from([("local_time".into(), "21:40".into())]),
        },
        CallEvent::DialRefused {
            at: AT,
            rule: "R05".into(),
            reason: "outside the calling window".into(),
            ruleset: RulesetVersion {
                name: "us".into(),
                version: 3,
            },
            because: BTreeMap::from([("local_time".into(), "21:40".into())]),
            r#final: true,
        },
        CallEvent::DialPermitted {
            at: AT,
            rules: vec!["R01".into(), "R05".into()],
            ruleset: RulesetVersion {
                name: "us".into(),
                version: 3,
            },
            zones: vec!["America/Chicago".into()],
            lists: vec!["national@2026-11-01".into()],
            consent: Some("consent-12".into()),
            engagement: Some("9f2c:3".into()),
            valid_until: LATER,
        },
        CallEvent::DialPermitted {
            at: AT,
            rules: vec!["R01".into(), "R05".into()],
            ruleset: RulesetVersion {
                name: "us".into(),
                version: 3,
            },
            zones: vec!["America/Chicago".into()],
            lists: vec!["national@2026-11-01".into()],
            consent: None,
            engagement: None,
            valid_until: LATER,
        },
        CallEvent::DialIntended {
            at: AT,
            attempt: 2,
            from: OUR_NUMBER.into(),
            deadline: LATER,
        },
        CallEvent::DialAttempted {
            at: AT,
            attempt: 2,
            call_sid: LEG.into(),
            evidence: DialEvidence::Callback,
            queue_ms: Some(1_250),
        },
        CallEvent::DialAttempted {
            at: AT,
            attempt: 2,
            call_sid: LEG.into(),
            evidence: DialEvidence::Callback,
            queue_ms: None,
        },
        CallEvent::DialFailed {
            at: AT,
            attempt: 2,
            reason: "busy".into(),
            kind: DialFailure::Ended,
            counts_as_attempt: true,
            retry_at: Some(LATER),
        },
        CallEvent::DialFailed {
            at: AT,
            attempt: 2,
            reason: "busy".into(),
            kind: DialFailure::Ended,
            counts_as_attempt: true,
            retry_at: None,
        },
        CallEvent::DialUnresolved {
            at: AT,
            attempt: 2,
            since: LATER,
        },
        CallEvent::DuplicateDialDetected {
            at: AT,
            attempt: 2,
            call_sid: LEG.into(),
            first: CALL.into(),
        },
        CallEvent::LegRefused {
            at: AT,
            call_sid: LEG.into(),
            reason: "no attempt matches".into(),
        },
        CallEvent::CallStarted {
            at: AT,
            clock: ClockSource::Provider,
            direction: Some(Direction::Inbound),
            call_sid: CALL.into(),
            from: CALLER.into(),
            to: OUR_NUMBER.into(),
            caller_name: Some("Ada Lovelace".into()),
            agent: Some("default".into()),
            number: Some(OUR_NUMBER.into()),
            attestation: Some("TN-Validation-Passed-A".into()),
            inferred: false,
        },
        CallEvent::CallStarted {
            at: AT,
            clock: ClockSource::Provider,
            direction: None,
            call_sid: CALL.into(),
            from: CALLER.into(),
            to: OUR_NUMBER.into(),
            caller_name: None,
            agent: None,
            number: None,
            attestation: None,
            inferred: false,
        },
        CallEvent::CallRinging {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: CALL.into(),
        },
        CallEvent::CallAnswered {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: CALL.into(),
            by: AnsweredBy::Human,
        },
        CallEvent::RoutedToVoicemail {
            at: AT,
            reason: VoicemailReason::Closed,
        },
        CallEvent::AiDisclosed {
            at: AT,
            text: "You are speaking with an A.I. assistant.".into(),
        },
        CallEvent::ConsentNoticePlayed {
            at: AT,
            text: "This call is recorded.".into(),
        },
        CallEvent::CallerTurn {
            at: AT,
            turn: 3,
            text: "I have a question about my order.".into(),
            confidence: Some(0.92),
            started_at: Some(LATER),
            ended_at: Some(LATER),
            source: "twilio_gather".into(),
        },
        CallEvent::CallerTurn {
            at: AT,
            turn: 3,
            text: "I have a question about my order.".into(),
            confidence: None,
            started_at: None,
            ended_at: None,
            source: "twilio_gather".into(),
        },
        CallEvent::AiTurn {
            at: AT,
            turn: 3,
            text: "How can I help you?".into(),
            persona_version: 2,
            model: Some("gpt-4.1-mini".into()),
            latency_ms: Some(640),
            tokens: Some(TokenCount { input: 812, output: 34 }),
            asks_to_confirm: None,
        },
        CallEvent::AiTurn {
            at: AT,
            turn: 3,
            text: "How can I help you?".into(),
            persona_version: 2,
            model: None,
            latency_ms: None,
            tokens: None,
            asks_to_confirm: None,
        },
        CallEvent::AiTurn {
            at: AT,
            turn: 5,
            text: "Shall I end the call now?".into(),
            persona_version: 2,
            model: None,
            latency_ms: None,
            tokens: None,
            asks_to_confirm: Some(CallerIntent::Goodbye),
        },
        CallEvent::AiTurnInterrupted {
            at: AT,
            turn: 3,
            heard_ms: 900,
            heard_text: "I have".into(),
        },
        CallEvent::HeardUnclearly {
            at: AT,
            confidence: 0.31,
        },
        CallEvent::SilencePrompted { at: AT },
        CallEvent::FieldCollected {
            at: AT,
            field: "email".into(),
            value: "ada@example.org".into(),
            valid: true,
        },
        CallEvent::EscalationTriggered {
            at: AT,
            rule: "asked_for_a_person".into(),
        },
        CallEvent::GuardrailTripped {
            at: AT,
            rule: "prompt_injection".into(),
        },
        CallEvent::AiFailed {
            at: AT,
            provider: "openai".into(),
            reason: "time-out".into(),
        },
        CallEvent::ListenerJoined {
            at: AT,
            user: USER.into(),
            participant: 1,
        },
        CallEvent::ListenerLeft {
            at: AT,
            user: USER.into(),
        },
        CallEvent::TakeoverRequested {
            at: AT,
            user: USER.into(),
        },
        CallEvent::TakeoverAccepted {
            at: AT,
            user: USER.into(),
            participant: 1,
        },
        CallEvent::TakeoverDeclined {
            at: AT,
            user: USER.into(),
        },
        CallEvent::TakenOver {
            at: AT,
            user: USER.into(),
        },
        CallEvent::TakeoverFailed {
            at: AT,
            user: USER.into(),
            reason: "hung up".into(),
        },
        CallEvent::PutOnHold {
            at: AT,
            user: USER.into(),
        },
        CallEvent::TakenOffHold {
            at: AT,
            user: USER.into(),
        },
        CallEvent::TransferStarted {
            at: AT,
            to: "+12025550177".into(),
            participant: 1,
        },
        CallEvent::Transferred {
            at: AT,
            to: "+12025550177".into(),
        },
        CallEvent::TransferFailed {
            at: AT,
            to: "+12025550177".into(),
            reason: "no-answer".into(),
        },
        CallEvent::DigitsSent {
            at: AT,
            digits: "1w23#".into(),
        },
        CallEvent::ParticipantCalled {
            at: AT,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            participant: 1,
        },
        CallEvent::ParticipantUnreached {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            reason: "no-answer".into(),
        },
        CallEvent::ParticipantJoined {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            conference_sid: Some(CONFERENCE.into()),
            sequence_number: None,
        },
        CallEvent::ParticipantJoined {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            conference_sid: None,
            sequence_number: None,
        },
        CallEvent::ParticipantJoined {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            conference_sid: Some(CONFERENCE.into()),
            sequence_number: Some(3),
        },
        CallEvent::ParticipantLeft {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            conference_sid: None,
            sequence_number: None,
        },
        CallEvent::ParticipantLeft {
            at: AT,
            clock: ClockSource::Provider,
            call_sid: LEG.into(),
            role: ParticipantRole::TeamMember,
            conference_sid: Some(CONFERENCE.into()),
            sequence_number: Some(4),
        },
        CallEvent::ConferenceStarted {
            at: AT,
            clock: ClockSource::Provider,
            conference_sid: CONFERENCE.into(),
        },
        CallEvent::ConferenceEnded {
            at: AT,
            clock: ClockSource::Provider,
            conference_sid: CONFERENCE.into(),
        },
        CallEvent::RecordingStarted {
            at: AT,
            phase: Phase::Ai,
            recording_sid: RECORDING.into(),
        },
        CallEvent::RecordingPaused {
            at: AT,
            phase: Phase::Ai,
            recording_sid: RECORDING.into(),
        },
        CallEvent::RecordingResumed {
            at: AT,
            phase: Phase::Ai,
            recording_sid: RECORDING.into(),
        },
        CallEvent::RecordingReady {
            at: AT,
            phase: Phase::Ai,
            recording_sid: RECORDING.into(),
            url: "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1".into(),
            duration_s: Some(58),
            channels: Some(2),
        },
        CallEvent::RecordingReady {
            at: AT,
            phase: Phase::Ai,
            recording_sid: RECORDING.into(),
            url: "https://api.twilio.com/2010-04-01/Accounts/AC1/Recordings/RE1".into(),
            duration_s: None,
            channels: None,
        },
        CallEvent::RecordingArchived {
            at: AT,
            phase: Phase::Ai,
            recording_sid: RECORDING.into(),
            key: "calls/CA1/ai.wav".into(),
            bytes: 932_204,
            sha256: "9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08".into(),
            content_type: "audio/wav".into(),
        },
        CallEvent::RecordingUnavailable {
            at: AT,
            phase: Phase::Ai,
            recording_sid: Some(RECORDING.into()),
            reason: "404".into(),
            attempts: 5,
        },
        CallEvent::RecordingUnavailable {
            at: AT,
            phase: Phase::Ai,
            recording_sid: None,
            reason: "404".into(),
            attempts: 5,
        },
        CallEvent::TranscriptReady {
            at: AT,
            phase: Phase::Ai,
            segments: vec![
                Segment {
                    speaker: "caller".into(),
                    text: "I have a question about my order.".into(),
                    start_ms: Some(1_200),
                    end_ms: Some(3_450),
                    sentiment: Some(Sentiment::Neutral),
                },
                Segment {
                    speaker: "speaker_1".into(),
                    text: "Yes.".into(),
                    start_ms: None,
                    end_ms: None,
                    sentiment: None,
                },
            ]
            .into(),
            engine: "conversation".into(),
        },
        CallEvent::TranscriptionRequested {
            at: AT,
            phase: Phase::Ai,
            by: USER.into(),
        },
        CallEvent::EffectRetryRequested {
            at: AT,
            effect: "archive_recording".into(),
            item: "RE1".into(),
            by: USER.into(),
        },
        CallEvent::TranscriptionFailed {
            at: AT,
            phase: Phase::Ai,
            reason: "empty".into(),
        },
        CallEvent::RecordingPlayed {
            at: AT,
            phase: Phase::Ai,
            by: USER.into(),
        },
        CallEvent::CallEnded {
            at: AT,
            clock: ClockSource::Provider,
            outcome: Outcome::Busy,
            ended_by: Some(EndedBy::TeamMember),
            duration_s: Some(58),
            reason: Some("486".into()),
        },
        CallEvent::CallEnded {
            at: AT,
            clock: ClockSource::Provider,
            outcome: Outcome::Busy,
            ended_by: None,
            duration_s: None,
            reason: None,
        },
        CallEvent::CallSummarized {
            at: AT,
            summary: "Asked for a new date and gets a call back.".into(),
            outcome: "callback".into(),
            interest: Some("high".into()),
            next_action: Some("Call back on Friday.".into()),
            goal_achieved: Some(true),
            lead_score: Some(80),
            sentiment: Some(Sentiment::Positive),
            model: "gpt-4.1-mini".into(),
        },
        CallEvent::CallSummarized {
            at: AT,
            summary: "Asked for a new date and gets a call back.".into(),
            outcome: "callback".into(),
            interest: None,
            next_action: None,
            goal_achieved: None,
            lead_score: None,
            sentiment: None,
            model: "gpt-4.1-mini".into(),
        },
        CallEvent::DoNotCallRequested { at: AT },
        CallEvent::OptOutHonored {
            at: AT,
            suppressed: true,
        },
        CallEvent::CostIncurred {
            at: AT,
            item: "carrier_minutes".into(),
            quantity: 1.5,
            unit: "minute".into(),
            amount_micros: 12_750,
            currency: "USD".into(),
            price_list: "2026-11".into(),
            provisional: true,
        },
        CallEvent::Graded {
            at: AT,
            grade: Grade::NeedsImprovement,
            by: USER.into(),
        },
        CallEvent::GradeCleared {
            at: AT,
            by: USER.into(),
        },
        CallEvent::CorrectionNoted {
            at: AT,
            correction: 1,
            note: "Offer an appointment first.".into(),
            turn: Some(3),
            by: USER.into(),
        },
        CallEvent::CorrectionNoted {
            at: AT,
            correction: 1,
            note: "Offer an appointment first.".into(),
            turn: None,
            by: USER.into(),
        },
        CallEvent::CorrectionWithdrawn {
            at: AT,
            correction: 1,
            by: USER.into(),
        },
        CallEvent::Resolved {
            at: AT,
            disposition: "callback_needed".into(),
            label: Some("Call back".into()),
            by: USER.into(),
        },
        CallEvent::Resolved {
            at: AT,
            disposition: "callback_needed".into(),
            label: None,
            by: USER.into(),
        },
        CallEvent::Reopened {
            at: AT,
            by: USER.into(),
        },
        CallEvent::DetailsEdited {
            at: AT,
            caller_name: Some("Ada Lovelace".into()),
            caller_number: Some("+12025550188".into()),
            notes: Some("Prefers the morning.".into()),
            by: USER.into(),
        },
        CallEvent::DetailsEdited {
            at: AT,
            caller_name: None,
            caller_number: None,
            notes: None,
            by: USER.into(),
        },
        CallEvent::CallHidden {
            at: AT,
            by: USER.into(),
        },
        CallEvent::CallErased {
            at: AT,
            ground: "GDPR Art. 17, request 7".into(),
            by: USER.into(),
        },
        CallEvent::ProviderReported {
            at: AT,
            clock: ClockSource::Provider,
            kind: "call-status".into(),
            call_sid: Some(LEG.into()),
            sequence_number: Some(2),
            status: "initiated".into(),
        },
        CallEvent::ProviderReported {
            at: AT,
            clock: ClockSource::Provider,
            kind: "call-status".into(),
            call_sid: None,
            sequence_number: None,
            status: "initiated".into(),
        },
        CallEvent::Reconciled {
            at: AT,
            complete: false,
            missing: vec!["recording".into()],
        },
        CallEvent::EffectFailed {
            at: AT,
            effect: "archive_recording".into(),
            item: RECORDING.into(),
            reason: "503".into(),
            attempt: 2,
            retry_at: Some(LATER),
        },
        CallEvent::EffectFailed {
            at: AT,
            effect: "archive_recording".into(),
            item: RECORDING.into(),
            reason: "503".into(),
            attempt: 2,
            retry_at: None,
        },
        CallEvent::GapRepaired {
            at: AT,
            from: "Events.json".into(),
        },
    ]
}

pub fn callee() -> Vec<CalleeEvent> {
    vec![
        CalleeEvent::NumberSuppressed {
            at: AT,
            number: CALLER.into(),
            origin: SuppressionOrigin::OptOut,
            call: Some(CALL.into()),
            by: None,
        },
        CalleeEvent::NumberSuppressed {
            at: AT,
            number: CALLER.into(),
            origin: SuppressionOrigin::Manual,
            call: None,
            by: Some(USER.into()),
        },
        CalleeEvent::SuppressionLifted {
            at: AT,
            number: CALLER.into(),
            by: USER.into(),
        },
        CalleeEvent::ContactClaimed {
            at: AT,
            contact: "contact_1".into(),
        },
        CalleeEvent::ContactReleased {
            at: AT,
            contact: "contact_1".into(),
        },
        CalleeEvent::CalleeErased {
            at: AT,
            ground: "request 7".into(),
            by: USER.into(),
        },
    ]
}

pub fn contact() -> Vec<ContactEvent> {
    vec![
        ContactEvent::ContactAdded {
            at: AT,
            name: "Ada Lovelace".into(),
            phone: CALLER.into(),
            by: USER.into(),
        },
        ContactEvent::ContactRenamed {
            at: AT,
            name: "Ada Lovelace".into(),
            phone: Some(CALLER.into()),
            by: USER.into(),
        },
        ContactEvent::ContactRenamed {
            at: AT,
            name: "Ada Lovelace".into(),
            phone: None,
            by: USER.into(),
        },
        ContactEvent::ContactRemoved {
            at: AT,
            by: USER.into(),
        },
        ContactEvent::ContactErased {
            at: AT,
            ground: "request 7".into(),
            by: USER.into(),
        },
    ]
}

pub fn ledger() -> Vec<LedgerEvent> {
    vec![
        LedgerEvent::LedgerCreated {
            at: AT,
            identity: "00112233445566778899aabbccddeeff".into(),
            clock: LedgerClock::System,
        },
        LedgerEvent::DataKeyDestroyed {
            at: AT,
            aggregate_type: "call".into(),
            aggregate_id: CALL.into(),
        },
    ]
}

pub fn phone_number() -> Vec<PhoneNumberEvent> {
    vec![
        PhoneNumberEvent::PhoneNumberClaimed {
            at: AT,
            tenant: "default".into(),
        },
        PhoneNumberEvent::PhoneNumberReleased { at: AT },
    ]
}

pub fn tenant_settings() -> Vec<TenantSettingsEvent> {
    vec![TenantSettingsEvent::TimeZoneSet {
        at: AT,
        time_zone: chrono_tz::Tz::America__Chicago,
        by: USER.into(),
    }]
}

pub fn quarantine() -> Vec<QuarantineEvent> {
    vec![
        QuarantineEvent::WebhookQuarantined {
            at: AT,
            endpoint: "call-status".into(),
            params: BTreeMap::from([
                ("CallSid".into(), vec![LEG.into()]),
                ("From".into(), vec![CALLER.into()]),
            ])
            .into(),
            reason: "CallStatus is unknown".into(),
        },
        QuarantineEvent::WebhookReingested {
            at: AT,
            call_id: CALL.into(),
            by: USER.into(),
        },
        QuarantineEvent::WebhookErased {
            at: AT,
            ground: "request 7".into(),
            by: USER.into(),
        },
    ]
}

pub fn user() -> Vec<UserEvent> {
    let by = || USER.to_owned();
    vec![
        UserEvent::UserInvited {
            at: AT,
            email: "grace@example.org".into(),
            role: Role::Agent,
            expires_at: LATER,
            by: by(),
        },
        UserEvent::InvitationRevoked { at: AT, by: by() },
        UserEvent::UserRegistered {
            at: AT,
            email: "grace@example.org".into(),
            name: "Grace".into(),
            role: Role::Agent,
            operator: false,
            by: by(),
        },
        UserEvent::UserRenamed {
            at: AT,
            name: "Grace Hopper".into(),
            by: by(),
        },
        UserEvent::RoleChanged {
            at: AT,
            role: Role::Admin,
            by: by(),
        },
        UserEvent::UserDeactivated { at: AT, by: by() },
        UserEvent::UserReactivated { at: AT, by: by() },
        UserEvent::OperatorGranted { at: AT, by: by() },
        UserEvent::OperatorRevoked { at: AT, by: by() },
        UserEvent::PasswordChanged { at: AT, by: by() },
        UserEvent::TokenCreated {
            at: AT,
            token_id: "token_1".into(),
            label: "nightly export".into(),
            expires_at: Some(LATER),
        },
        UserEvent::TokenCreated {
            at: AT,
            token_id: "token_1".into(),
            label: "nightly export".into(),
            expires_at: None,
        },
        UserEvent::TokenRevoked {
            at: AT,
            token_id: "token_1".into(),
            by: by(),
        },
        UserEvent::SignedIn {
            at: AT,
            address: "192.0.2.7".into(),
        },
        UserEvent::SignedOut { at: AT },
        UserEvent::SignInFailed {
            at: AT,
            count: 3,
            window_s: 60,
            address: "192.0.2.7".into(),
        },
        UserEvent::UserErased {
            at: AT,
            ground: "request 7".into(),
            by: by(),
        },
    ]
}
