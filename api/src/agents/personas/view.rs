//! JSON representation of personas.

use super::history::{Action, PersonaLog, RolledBack, Version};
use super::sources::PersonaSource;
use crate::web::Rfc3339;
use domain::agent::PersonaStatus;
use infra::event_store::Position;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// The learned rules of an agent.
#[derive(Serialize, ToSchema)]
pub struct Personas {
    agent_id: String,
    /// The active version; 0 is the prompt alone.
    in_force: u32,
    /// The active rules, which the model receives after the prompt.
    rules: Vec<String>,
    /// At most 20, newest first.
    versions: Vec<PersonaVersion>,
    /// Value of `before` for the next page; absent if there are no earlier versions.
    earlier: Option<u32>,
    /// Newest first.
    rollbacks: Vec<Rollback>,
}

/// A version of a persona.
#[derive(Serialize, ToSchema)]
pub struct PersonaVersion {
    /// From 1.
    version: u32,
    /// `proposed` (not decided), `approved` (active now or before; can be activated again), `rejected`.
    state: &'static str,
    /// Whether it is active.
    in_force: bool,
    rules: Vec<String>,
    /// The version that it replaced or would replace; 0 is the prompt alone.
    compared_with: u32,
    /// Rules that `compared_with` does not have.
    added: Vec<String>,
    /// Rules that only `compared_with` has.
    removed: Vec<String>,
    /// The corrections that its rules are based on.
    sources: Vec<PersonaSource>,
    proposed_by: String,
    proposed_at: Rfc3339,
    /// Who approved or rejected it.
    decided_by: Option<String>,
    decided_at: Option<Rfc3339>,
}

/// A rollback to an earlier version.
#[derive(Serialize, ToSchema)]
pub struct Rollback {
    /// The active version before.
    from: u32,
    /// The active version after; 0 is the prompt alone.
    to: u32,
    by: String,
    at: Rfc3339,
}

impl Personas {
    /// `page`: the versions to include, newest first.
    pub(super) fn of(
        agent_id: String,
        log: &PersonaLog,
        page: &[u32],
        sources: &BTreeMap<Position, PersonaSource>,
    ) -> Self {
        let versions = page
            .iter()
            .filter_map(|number| Some(PersonaVersion::of(log, *number, log.version(*number)?, sources)));
        Self {
            agent_id,
            in_force: log.in_force,
            rules: log.rules(log.in_force).to_vec(),
            versions: versions.collect(),
            earlier: page
                .last()
                .copied()
                .filter(|last| log.before(Some(*last)).next().is_some()),
            rollbacks: log.rollbacks.iter().rev().map(Rollback::of).collect(),
        }
    }
}

impl PersonaVersion {
    fn of(log: &PersonaLog, number: u32, version: &Version, sources: &BTreeMap<Position, PersonaSource>) -> Self {
        let (compared_with, change) = log.change(number);
        Self {
            version: number,
            state: match version.status {
                PersonaStatus::Proposed => "proposed",
                PersonaStatus::Approved => "approved",
                PersonaStatus::Rejected => "rejected",
            },
            in_force: log.in_force == number,
            rules: version.rules.clone(),
            compared_with,
            added: change.added,
            removed: change.removed,
            sources: version
                .sources
                .iter()
                .filter_map(|position| sources.get(position).cloned())
                .collect(),
            proposed_by: version.proposed.by.clone(),
            proposed_at: version.proposed.at.into(),
            decided_by: version.decided.as_ref().map(|Action { by, .. }| by.clone()),
            decided_at: version.decided.as_ref().map(|Action { at, .. }| (*at).into()),
        }
    }
}

impl Rollback {
    fn of(rolled_back: &RolledBack) -> Self {
        Self {
            from: rolled_back.from,
            to: rolled_back.to,
            by: rolled_back.action.by.clone(),
            at: rolled_back.action.at.into(),
        }
    }
}
