//! [`Reply`]: what the AI says, the commands it records, and the next action.

use super::phrases::Phrases;
use super::step::Step;
use crate::call::CallCommand;
use crate::call::value::{EndedBy, TokenCount, VoicemailReason};
use crate::{Personal, Timestamp};

/// A reply of the AI.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// Commands to record before the spoken text.
    pub notes: Vec<CallCommand>,
    pub spoken: Spoken,
    pub next: Next,
}

/// A spoken text and its origin.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    pub text: String,
    /// 0 is the base prompt alone.
    pub persona_version: u32,
    /// The language model; absent for fixed phrases.
    pub model: Option<String>,
    /// From the end of the caller's speech to the start of the AI's, in milliseconds, if known.
    pub latency_ms: Option<u32>,
    pub tokens: Option<TokenCount>,
}

/// The action after the spoken text.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// Listen to the caller.
    Listen,
    HangUp(EndedBy),
    Voicemail(VoicemailReason),
    /// The caller waits for a team member. Voicemail follows after a time-out.
    Wait,
}

impl Spoken {
    /// A fixed phrase.
    #[must_use]
    pub fn fixed(text: &str, persona_version: u32) -> Self {
        Self {
            text: text.to_owned(),
            persona_version,
            model: None,
            latency_ms: None,
            tokens: None,
        }
    }
}

impl Reply {
    /// The reply for a step that needs no model. `None` if the step needs one. `available`: the users who can take the call
    /// over.
    #[must_use]
    pub fn without_model(
        step: Step,
        phrases: &Phrases,
        persona_version: u32,
        available: &[String],
        at: Timestamp,
    ) -> Option<Self> {
        let (notes, text, next) = match step {
            Step::Think => return None,
            Step::AskAgain { confidence } => (
                vec![CallCommand::ReportUnclearSpeech { at, confidence }],
                phrases.ask_again,
                Next::Listen,
            ),
            Step::PromptSilence => (
                vec![CallCommand::PromptSilence { at }],
                phrases.still_there,
                Next::Listen,
            ),
            Step::GiveUpSilence => (vec![], phrases.silent_goodbye, Next::HangUp(EndedBy::Silence)),
            Step::TimeUp => (vec![], phrases.time_up, Next::HangUp(EndedBy::TimeLimit)),
            Step::Farewell => (vec![], phrases.goodbye, Next::HangUp(EndedBy::Caller)),
            Step::HandOver { rule } => {
                let text = if available.is_empty() {
                    phrases.no_team_member
                } else {
                    phrases.one_moment
                };
                let (notes, next) = hand_over(rule, available, at);
                (notes, text, next)
            }
            Step::RefuseInjection { rule } => {
                let rule = rule.to_owned();
                (
                    vec![CallCommand::TripGuardrail { at, rule }],
                    phrases.deflection,
                    Next::Listen,
                )
            }
            Step::HonorOptOut => (
                vec![CallCommand::RequestDoNotCall { at }],
                phrases.opt_out_confirmed,
                Next::HangUp(EndedBy::Caller),
            ),
        };
        Some(Self {
            notes,
            spoken: Spoken::fixed(text, persona_version),
            next,
        })
    }

    /// The commands that record the reply: the notes, the spoken text, and the end or the routing to voicemail.
    #[must_use]
    pub fn commands(self, at: Timestamp) -> Vec<CallCommand> {
        let Spoken {
            text,
            persona_version,
            model,
            latency_ms,
            tokens,
        } = self.spoken;
        let mut commands = self.notes;
        commands.push(CallCommand::SpeakAi {
            at,
            turn: None,
            text: Personal::Known(text),
            persona_version,
            model,
            latency_ms,
            tokens,
        });
        match self.next {
            Next::Listen | Next::Wait => {}
            Next::HangUp(ended_by) => commands.push(CallCommand::EndCall {
                at,
                outcome: None,
                ended_by,
                duration_s: None,
                reason: None,
            }),
            Next::Voicemail(reason) => commands.push(CallCommand::RouteToVoicemail { at, reason }),
        }
        commands
    }
}

/// Escalation to a team member: every available user is asked to take over and the caller waits. Without an available user
/// the caller is routed to voicemail.
#[must_use]
pub fn hand_over(rule: &str, available: &[String], at: Timestamp) -> (Vec<CallCommand>, Next) {
    let rule = rule.to_owned();
    let ask = |user: &String| CallCommand::RequestTakeover { at, user: user.clone() };
    let notes = [CallCommand::TriggerEscalation { at, rule }]
        .into_iter()
        .chain(available.iter().map(ask))
        .collect();
    let next = if available.is_empty() {
        Next::Voicemail(VoicemailReason::NoAnswer)
    } else {
        Next::Wait
    };
    (notes, next)
}
