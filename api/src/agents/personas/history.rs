//! [`PersonaLog`]: the versions of an agent's persona and their decisions, folded from the agent's stream. Pure.

use domain::Timestamp;
use domain::agent::{AgentEvent, PersonaStatus};
use infra::event_store::{Event, Recorded};
use std::collections::BTreeMap;

/// Who did something, and when.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Action {
    pub by: String,
    pub at: Timestamp,
}

/// A version of a persona.
#[derive(Debug)]
pub struct Version {
    pub rules: Vec<String>,
    pub sources: Vec<i64>,
    pub status: PersonaStatus,
    pub proposed: Action,
    pub decided: Option<Action>,
    /// The version that was active when this one was decided; absent while it is proposed.
    decided_against: Option<u32>,
}

/// A rollback to an earlier version.
#[derive(Debug)]
pub struct RolledBack {
    pub from: u32,
    pub to: u32,
    pub action: Action,
}

/// The versions of an agent's persona, and their decisions.
#[derive(Debug, Default)]
pub struct PersonaLog {
    versions: BTreeMap<u32, Version>,
    pub in_force: u32,
    /// Oldest first.
    pub rollbacks: Vec<RolledBack>,
}

impl PersonaLog {
    /// Folded from the events of an agent's stream.
    pub fn of(history: &[Recorded]) -> Self {
        let mut log = Self::default();
        for recorded in history {
            if let Event::Agent(event) = &recorded.event {
                log.fold(event);
            }
        }
        log
    }

    fn fold(&mut self, event: &AgentEvent) {
        use AgentEvent as E;
        let action = |by: &String| Action {
            by: by.clone(),
            at: event.at(),
        };
        match event {
            E::PersonaProposed {
                version,
                rules,
                sources,
                by,
                ..
            } => {
                let proposed = Version {
                    rules: rules.clone(),
                    sources: sources.clone(),
                    status: PersonaStatus::Proposed,
                    proposed: action(by),
                    decided: None,
                    decided_against: None,
                };
                self.versions.insert(*version, proposed);
            }
            E::PersonaApproved { version, by, .. } => {
                self.decide(*version, PersonaStatus::Approved, action(by));
                self.in_force = *version;
            }
            E::PersonaRejected { version, by, .. } => self.decide(*version, PersonaStatus::Rejected, action(by)),
            E::PersonaRolledBack { to, by, .. } => {
                self.rollbacks.push(RolledBack {
                    from: self.in_force,
                    to: *to,
                    action: action(by),
                });
                self.in_force = *to;
            }
            _ => {}
        }
    }

    fn decide(&mut self, version: u32, status: PersonaStatus, action: Action) {
        let against = self.in_force;
        if let Some(version) = self.versions.get_mut(&version) {
            version.status = status;
            version.decided = Some(action);
            version.decided_against = Some(against);
        }
    }

    /// `None` if it was never proposed.
    pub fn version(&self, version: u32) -> Option<&Version> {
        self.versions.get(&version)
    }

    /// The versions before this one, or all, newest first.
    pub fn before(&self, version: Option<u32>) -> impl Iterator<Item = u32> {
        self.versions
            .range(..version.unwrap_or(u32::MAX))
            .rev()
            .map(|(version, _)| *version)
    }

    /// The rules of a version; version 0, the prompt alone, has none.
    pub fn rules(&self, version: u32) -> &[String] {
        self.version(version).map_or(&[], |version| &version.rules)
    }

    /// Positions of the corrections that a version is based on.
    pub fn sources(&self, version: u32) -> &[i64] {
        self.version(version).map_or(&[], |version| &version.sources)
    }

    /// The version that a version is compared with, and the difference: the version that was active when it was
    /// decided, or the active one while it is proposed.
    pub fn change(&self, version: u32) -> (u32, Change) {
        let against = self.version(version).and_then(|version| version.decided_against);
        let against = against.unwrap_or(self.in_force);
        (against, Change::between(self.rules(against), self.rules(version)))
    }
}

/// The difference between two lists of rules.
#[derive(Debug, PartialEq, Eq)]
pub struct Change {
    pub added: Vec<String>,
    pub removed: Vec<String>,
}

impl Change {
    fn between(before: &[String], after: &[String]) -> Self {
        let without = |these: &[String], those: &[String]| {
            let missing = these.iter().filter(|rule| !those.contains(rule));
            missing.cloned().collect()
        };
        Self {
            added: without(after, before),
            removed: without(before, after),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn log(events: &[AgentEvent]) -> PersonaLog {
        let mut log = PersonaLog::default();
        for event in events {
            log.fold(event);
        }
        log
    }

    fn proposed(version: u32, rules: &[&str]) -> AgentEvent {
        AgentEvent::PersonaProposed {
            at: Timestamp(1),
            version,
            rules: rules.iter().map(ToString::to_string).collect(),
            sources: vec![7],
            by: "ann".into(),
        }
    }

    fn approved(version: u32) -> AgentEvent {
        AgentEvent::PersonaApproved {
            at: Timestamp(2),
            version,
            by: "bob".into(),
        }
    }

    fn back_to(to: u32) -> AgentEvent {
        AgentEvent::PersonaRolledBack {
            at: Timestamp(3),
            to,
            by: "bob".into(),
        }
    }

    fn change(added: &[&str], removed: &[&str]) -> Change {
        let owned = |rules: &[&str]| rules.iter().map(ToString::to_string).collect();
        Change {
            added: owned(added),
            removed: owned(removed),
        }
    }

    #[test]
    fn proposed_version_is_compared_with_the_active_version() {
        let events = [proposed(1, &["a"]), proposed(2, &["b"]), approved(1)];
        assert_eq!(log(&events[..2]).change(2), (0, change(&["b"], &[])));
        assert_eq!(log(&events).change(2), (1, change(&["b"], &["a"])));
    }

    #[test]
    fn decided_version_is_compared_with_the_version_it_replaced() {
        let events = [
            proposed(1, &["a"]),
            approved(1),
            proposed(2, &["a", "b"]),
            approved(2),
            back_to(0),
        ];
        let log = log(&events);
        assert_eq!(log.change(2), (1, change(&["b"], &[])));
        assert_eq!(log.in_force, 0);
        assert_eq!((log.rollbacks[0].from, log.rollbacks[0].to), (2, 0));
    }

    #[test]
    fn versions_are_listed_newest_first() {
        let log = log(&[proposed(1, &["a"]), proposed(2, &["b"]), proposed(3, &["c"])]);
        assert_eq!(log.before(None).collect::<Vec<_>>(), [3, 2, 1]);
        assert_eq!(log.before(Some(3)).collect::<Vec<_>>(), [2, 1]);
        assert_eq!(log.before(Some(0)).count(), 0);
    }
}
