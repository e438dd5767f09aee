//! Decisions of an agent.

use super::command::AgentCommand;
use super::error::AgentError;
use super::event::{AgentEvent, AgentSettings};
use super::rules::{MAX_SOURCES, acceptable};
use super::state::{Agent, Persona, PersonaStatus};
use crate::Timestamp;
use crate::decide::unless_known;
use crate::invalid::{Invalid, e164};

/// The events, or the error with which the command is refused.
type Decision = Result<Vec<AgentEvent>, AgentError>;

/// Decides a command.
///
/// # Errors
/// When the command is refused.
pub fn decide(agent: &Agent, command: &AgentCommand) -> Decision {
    if let AgentCommand::Create { at, settings, by } = command {
        return create(agent, *at, settings, by);
    }
    if !agent.exists() {
        return Err(AgentError::NotFound);
    }
    if agent.archived {
        return if matches!(command, AgentCommand::Archive { .. }) {
            Ok(Vec::new())
        } else {
            Err(AgentError::Archived)
        };
    }
    let at = command.at();
    match command {
        AgentCommand::Edit { settings, by, .. } => {
            settings.validate()?;
            let settings = agent.settings.changes(settings);
            let nothing = settings == AgentSettings::default();
            unless_known(
                nothing,
                AgentEvent::AgentEdited {
                    at,
                    settings,
                    by: by.clone(),
                },
            )
        }
        AgentCommand::SetHours { hours, by, .. } => {
            hours.as_ref().map_or(Ok(()), crate::hours::WeekHours::validate)?;
            let event = AgentEvent::HoursSet {
                at,
                hours: hours.clone(),
                by: by.clone(),
            };
            unless_known(agent.hours == *hours, event)
        }
        AgentCommand::CloseForEmergency { by, .. } => unless_known(
            agent.emergency_closed,
            AgentEvent::EmergencyClosed { at, by: by.clone() },
        ),
        AgentCommand::LiftEmergency { by, .. } => unless_known(
            !agent.emergency_closed,
            AgentEvent::EmergencyLifted { at, by: by.clone() },
        ),
        AgentCommand::AssignNumber { number, by, .. } => {
            e164("number", number)?;
            let event = AgentEvent::NumberAssigned {
                at,
                number: number.clone(),
                by: by.clone(),
            };
            unless_known(agent.numbers.contains(number), event)
        }
        AgentCommand::UnassignNumber { number, by, .. } => {
            let event = AgentEvent::NumberUnassigned {
                at,
                number: number.clone(),
                by: by.clone(),
            };
            unless_known(!agent.numbers.contains(number), event)
        }
        AgentCommand::ProposePersona { .. }
        | AgentCommand::ApprovePersona { .. }
        | AgentCommand::RejectPersona { .. }
        | AgentCommand::RollBackPersona { .. } => decide_persona(agent, command),
        AgentCommand::Archive { by, .. } => Ok(vec![AgentEvent::AgentArchived { at, by: by.clone() }]),
        AgentCommand::Create { .. } => Err(AgentError::AlreadyExists),
    }
}

/// Commands that propose, approve, reject or roll back a persona.
fn decide_persona(agent: &Agent, command: &AgentCommand) -> Decision {
    let at = command.at();
    match command {
        AgentCommand::ProposePersona { rules, sources, by, .. } => {
            acceptable(rules)?;
            check_sources(sources)?;
            let rules: Vec<_> = rules.iter().map(|rule| rule.trim().to_owned()).collect();
            if agent.rules() == rules {
                return Err(Invalid::new("rules", "are already in force").into());
            }
            let (version, sources) = (agent.next_persona(), sources.clone());
            Ok(vec![AgentEvent::PersonaProposed {
                at,
                version,
                rules,
                sources,
                by: by.clone(),
            }])
        }
        AgentCommand::ApprovePersona { version, by, .. } => {
            let status = persona(agent, *version)?.status;
            let in_force = status == PersonaStatus::Approved && agent.persona_in_force == *version;
            if status != PersonaStatus::Proposed && !in_force {
                return Err(AgentError::NotProposed(*version));
            }
            unless_known(
                in_force,
                AgentEvent::PersonaApproved {
                    at,
                    version: *version,
                    by: by.clone(),
                },
            )
        }
        AgentCommand::RejectPersona { version, by, .. } => {
            let status = persona(agent, *version)?.status;
            if status == PersonaStatus::Approved {
                return Err(AgentError::NotProposed(*version));
            }
            let event = AgentEvent::PersonaRejected {
                at,
                version: *version,
                by: by.clone(),
            };
            unless_known(status == PersonaStatus::Rejected, event)
        }
        AgentCommand::RollBackPersona { to, by, .. } => {
            if *to != 0 && persona(agent, *to)?.status != PersonaStatus::Approved {
                return Err(AgentError::NotApproved(*to));
            }
            let event = AgentEvent::PersonaRolledBack {
                at,
                to: *to,
                by: by.clone(),
            };
            unless_known(agent.persona_in_force == *to, event)
        }
        // Other commands are not dispatched to this function.
        _ => Ok(Vec::new()),
    }
}

fn create(agent: &Agent, at: Timestamp, settings: &AgentSettings, by: &str) -> Decision {
    if agent.exists() {
        return Err(AgentError::AlreadyExists);
    }
    if settings.name.is_none() {
        return Err(Invalid::new("name", "is missing").into());
    }
    settings.validate()?;
    Ok(vec![AgentEvent::AgentCreated {
        at,
        settings: settings.clone(),
        by: by.to_owned(),
    }])
}

fn persona(agent: &Agent, version: u32) -> Result<&Persona, AgentError> {
    agent.personas.get(&version).ok_or(AgentError::NoSuchPersona(version))
}

/// Checks the corrections that rules are drawn from: no duplicates. The list may be empty: a version may only remove rules.
fn check_sources(sources: &[i64]) -> Result<(), Invalid> {
    if sources.len() > MAX_SOURCES {
        return Err(Invalid::new("sources", format!("are more than {MAX_SOURCES}")));
    }
    let is_duplicate = |(index, source): (usize, &i64)| sources[..index].contains(source);
    if sources.iter().enumerate().any(is_duplicate) {
        return Err(Invalid::new("sources", "contain a correction twice"));
    }
    Ok(())
}
