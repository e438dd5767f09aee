//! Agents.

use crate::fixtures::{OUR_NUMBER, USER, second};
use cqrs_es::test::{AggregateTestExecutor, TestFramework};
use domain::Timestamp;
use domain::agent::{Agent, AgentCommand, AgentError, AgentEvent, AgentSettings, Routing};
use domain::call::value::VoicemailReason;
use domain::hours::{TimeRange, WeekHours};

fn given(events: impl Into<Vec<AgentEvent>>) -> AggregateTestExecutor<Agent> {
    TestFramework::<Agent>::with(()).given(events.into())
}

fn agent(events: impl IntoIterator<Item = AgentEvent>) -> Agent {
    let mut agent = Agent::default();
    events.into_iter().for_each(|event| agent.apply(&event));
    agent
}

fn settings() -> AgentSettings {
    AgentSettings {
        name: Some("Front desk".into()),
        prompt: Some("You answer the phone.".into()),
        greeting: Some("Hello.".into()),
        ..AgentSettings::default()
    }
}

fn created() -> AgentEvent {
    AgentEvent::AgentCreated {
        at: second(0),
        settings: settings(),
        by: USER.into(),
    }
}

fn proposed(version: u32) -> AgentEvent {
    let rules = vec![format!("Rule {version}.")];
    AgentEvent::PersonaProposed {
        at: second(1),
        version,
        rules,
        sources: vec![7],
        by: USER.into(),
    }
}

fn approved(version: u32) -> AgentEvent {
    AgentEvent::PersonaApproved {
        at: second(2),
        version,
        by: USER.into(),
    }
}

fn approve(version: u32) -> AgentCommand {
    AgentCommand::ApprovePersona {
        at: second(2),
        version,
        by: USER.into(),
    }
}

fn roll_back(to: u32) -> AgentCommand {
    AgentCommand::RollBackPersona {
        at: second(3),
        to,
        by: USER.into(),
    }
}

fn office_hours() -> WeekHours {
    let range = TimeRange {
        from: 9 * 60,
        to: 17 * 60,
    };
    WeekHours {
        time_zone: chrono_tz::UTC,
        days: std::array::from_fn(|_| vec![range]),
    }
}

#[test]
fn create_repeated_or_without_a_name_is_refused() {
    let create = |settings| AgentCommand::Create {
        at: second(0),
        settings,
        by: USER.into(),
    };
    given([]).when(create(settings())).then_expect_events(vec![created()]);
    given([created()])
        .when(create(settings()))
        .then_expect_error(AgentError::AlreadyExists);
    given([])
        .when(create(AgentSettings::default()))
        .then_expect_error_message("name is missing");
}

#[test]
fn edit_records_only_the_changed_settings() {
    let edit = |greeting: &str| AgentCommand::Edit {
        at: second(1),
        settings: AgentSettings {
            greeting: Some(greeting.into()),
            ..settings()
        },
        by: USER.into(),
    };
    given([created()]).when(edit("Hello.")).then_expect_events(vec![]);
    given([created()])
        .when(edit("Good day."))
        .then_expect_events(vec![AgentEvent::AgentEdited {
            at: second(1),
            settings: AgentSettings {
                greeting: Some("Good day.".into()),
                ..AgentSettings::default()
            },
            by: USER.into(),
        }]);
    given([created()])
        .when(edit(""))
        .then_expect_error_message("greeting is empty");
    given([])
        .when(edit("Good day."))
        .then_expect_error(AgentError::NotFound);
}

#[test]
fn routing_follows_the_hours_and_the_emergency_switch() {
    let noon = Timestamp::parse_rfc3339("2026-01-09T12:00:00Z").expect("is a time");
    let night = Timestamp::parse_rfc3339("2026-01-09T23:00:00Z").expect("is a time");
    let hours = AgentEvent::HoursSet {
        at: second(1),
        hours: Some(office_hours()),
        by: USER.into(),
    };
    let emergency = AgentEvent::EmergencyClosed {
        at: second(2),
        by: USER.into(),
    };
    assert_eq!(
        agent([created()]).routing(night),
        Routing::Answer,
        "without hours it is always open"
    );
    assert_eq!(agent([created(), hours.clone()]).routing(noon), Routing::Answer);
    let closed = agent([created(), hours.clone()]).routing(night);
    assert_eq!(closed, Routing::Voicemail(VoicemailReason::Closed));
    let in_emergency = agent([created(), hours, emergency]).routing(noon);
    assert_eq!(in_emergency, Routing::Voicemail(VoicemailReason::Emergency));
    assert_eq!(
        agent([]).routing(noon),
        Routing::Voicemail(VoicemailReason::AiUnavailable)
    );
}

#[test]
fn invalid_hours_are_refused() {
    let mut hours = office_hours();
    hours.days[3] = vec![TimeRange { from: 600, to: 500 }];
    let set = |hours| AgentCommand::SetHours {
        at: second(1),
        hours,
        by: USER.into(),
    };
    given([created()])
        .when(set(Some(hours)))
        .then_expect_error_message("hours: Thursday: 10:00-08:20 does not end after it begins");
    given([created()]).when(set(None)).then_expect_events(vec![]);
}

#[test]
fn emergency_switch_repeated_has_no_effect() {
    let close = AgentCommand::CloseForEmergency {
        at: second(1),
        by: USER.into(),
    };
    let lift = AgentCommand::LiftEmergency {
        at: second(2),
        by: USER.into(),
    };
    let closed = AgentEvent::EmergencyClosed {
        at: second(1),
        by: USER.into(),
    };
    let lifted = AgentEvent::EmergencyLifted {
        at: second(2),
        by: USER.into(),
    };
    given([created()])
        .when(close.clone())
        .then_expect_events(vec![closed.clone()]);
    given([created(), closed.clone()])
        .when(close)
        .then_expect_events(vec![]);
    given([created(), closed])
        .when(lift.clone())
        .then_expect_events(vec![lifted]);
    given([created()]).when(lift).then_expect_events(vec![]);
}

#[test]
fn assign_number_requires_e164_and_repeated_has_no_effect() {
    let assign = |number: &str| AgentCommand::AssignNumber {
        at: second(1),
        number: number.into(),
        by: USER.into(),
    };
    let assigned = AgentEvent::NumberAssigned {
        at: second(1),
        number: OUR_NUMBER.into(),
        by: USER.into(),
    };
    given([created()])
        .when(assign(OUR_NUMBER))
        .then_expect_events(vec![assigned.clone()]);
    given([created(), assigned.clone()])
        .when(assign(OUR_NUMBER))
        .then_expect_events(vec![]);
    given([created()])
        .when(assign("555"))
        .then_expect_error_message("number is not a number in E.164 form");
    let unassign = AgentCommand::UnassignNumber {
        at: second(2),
        number: OUR_NUMBER.into(),
        by: USER.into(),
    };
    let unassigned = AgentEvent::NumberUnassigned {
        at: second(2),
        number: OUR_NUMBER.into(),
        by: USER.into(),
    };
    given([created(), assigned])
        .when(unassign.clone())
        .then_expect_events(vec![unassigned]);
    given([created()]).when(unassign).then_expect_events(vec![]);
}

#[test]
fn persona_is_in_force_only_after_approval() {
    let waiting = agent([created(), proposed(1)]);
    assert_eq!(waiting.system_prompt(), "You answer the phone.");
    let in_force = agent([created(), proposed(1), approved(1)]);
    assert_eq!(in_force.system_prompt(), "You answer the phone.\n- Rule 1.");
    given([created(), proposed(1)])
        .when(approve(1))
        .then_expect_events(vec![approved(1)]);
    given([created(), proposed(1), approved(1)])
        .when(approve(1))
        .then_expect_events(vec![]);
    given([created()])
        .when(approve(1))
        .then_expect_error(AgentError::NoSuchPersona(1));
}

#[test]
fn proposed_persona_gets_the_next_version_and_needs_new_rules() {
    let propose = |rules: &[&str]| AgentCommand::ProposePersona {
        at: second(1),
        rules: rules.iter().map(ToString::to_string).collect(),
        sources: vec![7],
        by: USER.into(),
    };
    given([created(), proposed(1)])
        .when(propose(&["Rule 2."]))
        .then_expect_events(vec![proposed(2)]);
    given([created()])
        .when(propose(&[]))
        .then_expect_error_message("rules are missing");
    given([created()])
        .when(propose(&[" "]))
        .then_expect_error_message("rules is empty");
    given([created(), proposed(1), approved(1)])
        .when(propose(&[" Rule 1. "]))
        .then_expect_error_message("rules are already in force");
}

#[test]
fn rules_with_personal_values_and_invalid_sources_are_refused() {
    let propose = |rule: &str, sources: Vec<i64>| AgentCommand::ProposePersona {
        at: second(1),
        rules: vec![rule.into()],
        sources,
        by: USER.into(),
    };
    given([created()])
        .when(propose("Give out ann@example.com.", vec![7]))
        .then_expect_error_message("rules must not contain an e-mail address (rule 1)");
    given([created()])
        .when(propose("Rule 1.", vec![7, 8, 7]))
        .then_expect_error_message("sources contain a correction twice");
    given([created()])
        .when(propose("Rule 1.", (0..51).collect()))
        .then_expect_error_message("sources are more than 50");
}

#[test]
fn rejected_persona_cannot_be_approved_or_rolled_back_to() {
    let reject = |version| AgentCommand::RejectPersona {
        at: second(2),
        version,
        by: USER.into(),
    };
    let rejected = AgentEvent::PersonaRejected {
        at: second(2),
        version: 1,
        by: USER.into(),
    };
    given([created(), proposed(1)])
        .when(reject(1))
        .then_expect_events(vec![rejected.clone()]);
    given([created(), proposed(1), rejected.clone()])
        .when(reject(1))
        .then_expect_events(vec![]);
    given([created(), proposed(1), rejected.clone()])
        .when(approve(1))
        .then_expect_error(AgentError::NotProposed(1));
    given([created(), proposed(1), rejected])
        .when(roll_back(1))
        .then_expect_error(AgentError::NotApproved(1));
    given([created(), proposed(1), approved(1)])
        .when(reject(1))
        .then_expect_error(AgentError::NotProposed(1));
}

#[test]
fn roll_back_reaches_any_approved_persona_or_the_base_prompt() {
    let history = || vec![created(), proposed(1), approved(1), proposed(2), approved(2)];
    let rolled_back = |to| AgentEvent::PersonaRolledBack {
        at: second(3),
        to,
        by: USER.into(),
    };
    given(history())
        .when(roll_back(1))
        .then_expect_events(vec![rolled_back(1)]);
    given(history())
        .when(roll_back(0))
        .then_expect_events(vec![rolled_back(0)]);
    given(history()).when(roll_back(2)).then_expect_events(vec![]);
    let back = agent(history().into_iter().chain([rolled_back(0)]));
    assert_eq!(back.system_prompt(), "You answer the phone.");
}

#[test]
fn archived_agent_refuses_changes_and_routes_to_voicemail() {
    let archived = || AgentEvent::AgentArchived {
        at: second(4),
        by: USER.into(),
    };
    let archive = AgentCommand::Archive {
        at: second(4),
        by: USER.into(),
    };
    given([created()])
        .when(archive.clone())
        .then_expect_events(vec![archived()]);
    given([created(), archived()]).when(archive).then_expect_events(vec![]);
    given([created(), archived()])
        .when(roll_back(0))
        .then_expect_error(AgentError::Archived);
    let routing = agent([created(), archived()]).routing(second(5));
    assert_eq!(routing, Routing::Voicemail(VoicemailReason::AiUnavailable));
}
