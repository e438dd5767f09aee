//! Personas as they go over the wire.

use super::history::{Deed, PersonaLog, Version, WentBack};
use super::sources::PersonaSource;
use crate::web::Moment;
use domain::agent::PersonaStatus;
use infra::event_store::Position;
use serde::Serialize;
use std::collections::BTreeMap;
use utoipa::ToSchema;

/// What an agent learned.
#[derive(Serialize, ToSchema)]
pub struct Personas {
    /// The agent.
    agent_id: String,
    /// The version in force; 0 is the prompt alone.
    in_force: u32,
    /// The rules in force: what the model is told after the prompt.
    rules: Vec<String>,
    /// The latest versions first, 20 at most.
    versions: Vec<PersonaVersion>,
    /// Earlier ones come with `?before=` this version; absent when there are none.
    earlier: Option<u32>,
    /// When the agent went back to an earlier version, the latest first.
    rollbacks: Vec<Rollback>,
}

/// A version of a persona.
#[derive(Serialize, ToSchema)]
pub struct PersonaVersion {
    /// From 1.
    version: u32,
    /// `proposed` (it waits for a decision), `approved` (it is or was in force, and can be again), `rejected`.
    state: &'static str,
    /// Whether it speaks now.
    in_force: bool,
    /// Its rules.
    rules: Vec<String>,
    /// The version that it is compared with: what it replaced, or would replace. 0 is the prompt alone.
    compared_with: u32,
    /// Rules that the other has not.
    added: Vec<String>,
    /// Rules that only the other has.
    removed: Vec<String>,
    /// The corrections that its rules were drawn from.
    sources: Vec<PersonaSource>,
    /// Who proposed it.
    proposed_by: String,
    /// When.
    proposed_at: Moment,
    /// Who approved or rejected it.
    decided_by: Option<String>,
    /// When.
    decided_at: Option<Moment>,
}

/// An agent went back to an earlier version.
#[derive(Serialize, ToSchema)]
pub struct Rollback {
    /// The version that was in force before.
    from: u32,
    /// The version that was in force after; 0 is the prompt alone.
    to: u32,
    /// Who.
    by: String,
    /// When.
    at: Moment,
}

impl Personas {
    /// `page`: the versions that are told, the latest first.
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
            rollbacks: log.went_back.iter().rev().map(Rollback::of).collect(),
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
            decided_by: version.decided.as_ref().map(|Deed { by, .. }| by.clone()),
            decided_at: version.decided.as_ref().map(|Deed { at, .. }| (*at).into()),
        }
    }
}

impl Rollback {
    fn of(went_back: &WentBack) -> Self {
        Self {
            from: went_back.from,
            to: went_back.to,
            by: went_back.deed.by.clone(),
            at: went_back.deed.at.into(),
        }
    }
}
