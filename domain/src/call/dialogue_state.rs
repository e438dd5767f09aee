//! [`DialogueState`]: counts and flags of the dialogue, without its words.

use super::event::CallEvent;
use serde::{Deserialize, Serialize};
use std::collections::{BTreeMap, BTreeSet};

/// Counts and flags of the dialogue. The order and repetition of turns do not matter.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
#[cfg_attr(feature = "openapi", derive(utoipa::ToSchema))]
#[serde(default)]
pub struct DialogueState {
    /// Numbers of the caller's turns.
    pub caller_turns: BTreeSet<u32>,
    /// The AI's turns by number, each with its latency in milliseconds, if it is known.
    #[cfg_attr(feature = "openapi", schema(value_type = BTreeMap<String, Option<u32>>))]
    pub ai_turns: BTreeMap<u32, Option<u32>>,
    /// Numbers of the AI's turns that the caller interrupted.
    pub interrupted: BTreeSet<u32>,
    pub heard_unclearly: u32,
    pub silence_prompts: u32,
    pub ai_failures: u32,
    /// Collected fields by name, and whether the value is well-formed.
    pub fields: BTreeMap<String, bool>,
    /// Rules that required a team member.
    pub escalations: BTreeSet<String>,
    /// Rules that blocked an input to or an output of the model.
    pub guardrails: BTreeSet<String>,
    /// The highest persona version that spoke.
    pub persona_version: Option<u32>,
    pub ai_disclosed: bool,
    pub consent_notice: bool,
}

impl DialogueState {
    /// Applies an event. Returns whether it was one of the dialogue.
    pub fn fold(&mut self, event: &CallEvent) -> bool {
        use CallEvent as E;
        match event {
            E::AiDisclosed { .. } => self.ai_disclosed = true,
            E::ConsentNoticePlayed { .. } => self.consent_notice = true,
            E::CallerTurn { turn, .. } => {
                self.caller_turns.insert(*turn);
            }
            E::AiTurn {
                turn,
                persona_version,
                latency_ms,
                ..
            } => {
                let known = self.ai_turns.entry(*turn).or_default();
                *known = (*known).max(*latency_ms);
                self.persona_version = self.persona_version.max(Some(*persona_version));
            }
            E::AiTurnInterrupted { turn, .. } => {
                self.interrupted.insert(*turn);
            }
            E::HeardUnclearly { .. } => self.heard_unclearly += 1,
            E::SilencePrompted { .. } => self.silence_prompts += 1,
            E::FieldCollected { field, valid, .. } => {
                self.fields.insert(field.clone(), *valid);
            }
            E::EscalationTriggered { rule, .. } => {
                self.escalations.insert(rule.clone());
            }
            E::GuardrailTripped { rule, .. } => {
                self.guardrails.insert(rule.clone());
            }
            E::AiFailed { .. } => self.ai_failures += 1,
            _ => return false,
        }
        true
    }

    /// The highest turn number in use; 0 before the first turn.
    #[must_use]
    pub fn last_turn(&self) -> u32 {
        let caller = self.caller_turns.last().copied();
        let ai = self.ai_turns.keys().next_back().copied();
        caller.max(ai).unwrap_or_default()
    }

    /// The known latencies of the AI's turns, in milliseconds.
    pub fn latencies(&self) -> impl Iterator<Item = u32> {
        self.ai_turns.values().filter_map(|latency| *latency)
    }
}
