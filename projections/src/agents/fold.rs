//! Folds events into an [`AgentsDocument`]. Pure. Only users change agents, so events apply in their own order.

use super::tables::{AgentNumberRow, AgentRow, NumberOwnerRow, PersonaRow};
use crate::rows::Rows;
use domain::agent::event::{AgentEvent, AgentSettings};
use domain::hours::WeekHours;
use domain::phone_number::PhoneNumberEvent;
use domain::{Tenant, Timestamp};
use infra::event_store::Event;
use std::collections::BTreeMap;

/// The state of one stream in `agents`.
#[derive(Clone, Debug, Default)]
pub enum AgentsDocument {
    #[default]
    Nothing,
    Agent(Box<AgentDocument>),
    /// The tenant of a number, if it belongs to one.
    Number(Option<Tenant>),
}

impl AgentsDocument {
    pub(super) fn fold(&mut self, tenant: &Tenant, event: &Event) {
        match event {
            Event::Agent(event) => {
                if !matches!(self, Self::Agent(_)) {
                    *self = Self::Agent(Box::default());
                }
                if let Self::Agent(agent) = self {
                    agent.fold(tenant, event);
                }
            }
            Event::PhoneNumber(PhoneNumberEvent::PhoneNumberClaimed { tenant, .. }) => {
                *self = Self::Number(Some(tenant.clone()));
            }
            Event::PhoneNumber(PhoneNumberEvent::PhoneNumberReleased { .. }) => *self = Self::Number(None),
            _ => {}
        }
    }

    pub(super) fn write_rows(&self, id: &str, rows: &mut Rows) {
        match self {
            Self::Agent(agent) => agent.write_rows(id, rows),
            Self::Number(Some(tenant)) => rows.push(NumberOwnerRow {
                number: id.to_owned(),
                tenant: tenant.0.clone(),
            }),
            Self::Nothing | Self::Number(None) => {}
        }
    }
}

/// The state of an agent.
#[derive(Clone, Debug, Default)]
pub struct AgentDocument {
    tenant: Tenant,
    settings: AgentSettings,
    hours: Option<WeekHours>,
    emergency_at: Option<Timestamp>,
    numbers: BTreeMap<String, Timestamp>,
    personas: BTreeMap<u32, Persona>,
    persona_version: u32,
    created_at: Option<Timestamp>,
    changed_at: Timestamp,
    archived: bool,
}

#[derive(Clone, Debug, Default)]
struct Persona {
    state: PersonaState,
    rules: Vec<String>,
    sources: Vec<i64>,
    proposed: Option<(String, Timestamp)>,
    decided: Option<(String, Timestamp)>,
}

#[derive(Clone, Copy, Debug, Default)]
enum PersonaState {
    /// Not decided yet.
    #[default]
    Proposed,
    Approved,
    Rejected,
}

impl PersonaState {
    const fn as_str(self) -> &'static str {
        match self {
            Self::Proposed => "proposed",
            Self::Approved => "approved",
            Self::Rejected => "rejected",
        }
    }
}

impl AgentDocument {
    fn fold(&mut self, tenant: &Tenant, event: &AgentEvent) {
        use AgentEvent as E;
        let at = event.at();
        self.tenant.clone_from(tenant);
        self.created_at.get_or_insert(at);
        self.changed_at = at;
        match event {
            E::AgentCreated { settings, .. } => {
                self.settings = settings.clone();
                self.created_at = Some(at);
                self.archived = false;
            }
            E::AgentEdited { settings, .. } => edit(&mut self.settings, settings),
            E::HoursSet { hours, .. } => self.hours.clone_from(hours),
            E::EmergencyClosed { .. } => self.emergency_at = Some(at),
            E::EmergencyLifted { .. } => self.emergency_at = None,
            E::NumberAssigned { number, .. } => {
                self.numbers.insert(number.clone(), at);
            }
            E::NumberUnassigned { number, .. } => {
                self.numbers.remove(number);
            }
            E::PersonaProposed {
                version,
                rules,
                sources,
                by,
                ..
            } => {
                let persona = self.personas.entry(*version).or_default();
                persona.rules.clone_from(rules);
                persona.sources.clone_from(sources);
                persona.proposed = Some((by.clone(), at));
            }
            E::PersonaApproved { version, by, .. } => {
                let persona = self.personas.entry(*version).or_default();
                persona.state = PersonaState::Approved;
                persona.decided = Some((by.clone(), at));
                self.persona_version = *version;
            }
            E::PersonaRejected { version, by, .. } => {
                let persona = self.personas.entry(*version).or_default();
                persona.state = PersonaState::Rejected;
                persona.decided = Some((by.clone(), at));
            }
            E::PersonaRolledBack { to, .. } => self.persona_version = *to,
            E::AgentArchived { .. } => self.archived = true,
        }
    }

    fn write_rows(&self, id: &str, rows: &mut Rows) {
        rows.push(AgentRow {
            agent_id: id.to_owned(),
            tenant: self.tenant.0.clone(),
            name: self.settings.name.clone(),
            language: self.settings.language.clone(),
            settings: json(&self.settings),
            hours: self.hours.as_ref().map(json),
            emergency: self.emergency_at.is_some(),
            emergency_at: self.emergency_at.map(Timestamp::as_micros),
            persona_version: i64::from(self.persona_version),
            created_at: self.created_at.unwrap_or_default().as_micros(),
            changed_at: self.changed_at.as_micros(),
            archived: self.archived,
        });
        for (number, assigned_at) in &self.numbers {
            rows.push(AgentNumberRow {
                agent_id: id.to_owned(),
                number: number.clone(),
                tenant: self.tenant.0.clone(),
                assigned_at: assigned_at.as_micros(),
            });
        }
        for (version, persona) in &self.personas {
            let (proposed, decided) = (persona.proposed.as_ref(), persona.decided.as_ref());
            rows.push(PersonaRow {
                agent_id: id.to_owned(),
                version: i64::from(*version),
                tenant: self.tenant.0.clone(),
                state: persona.state.as_str().to_owned(),
                in_force: *version == self.persona_version,
                rules: json(&persona.rules),
                sources: json(&persona.sources),
                proposed_by: proposed.map(|(by, _)| by.clone()),
                proposed_at: proposed.map(|(_, at)| at.as_micros()),
                decided_by: decided.map(|(by, _)| by.clone()),
                decided_at: decided.map(|(_, at)| at.as_micros()),
            });
        }
    }
}

fn json<T: serde::Serialize>(value: &T) -> String {
    serde_json::to_string(value).expect("settings, hours and lists serialize")
}

/// Applies an edit. Absent fields are unchanged.
fn edit(settings: &mut AgentSettings, change: &AgentSettings) {
    macro_rules! take {
        ($($field:ident),*) => { $( if change.$field.is_some() { settings.$field.clone_from(&change.$field); } )* };
    }
    take!(
        name,
        prompt,
        greeting,
        voicemail_greeting,
        few_shot,
        voice,
        language,
        model,
        fields_to_collect,
        limits
    );
}
