//! What the AI says and does at once: words, what they note, and what comes next.

use super::phrases::Phrases;
use super::step::Step;
use crate::call::CallCommand;
use crate::call::value::{EndedBy, TokenCount, VoicemailReason};
use crate::{Personal, Timestamp};

/// What the AI says and does at once.
#[derive(Clone, Debug, PartialEq)]
pub struct Reply {
    /// What else is to be recorded, before the words.
    pub notes: Vec<CallCommand>,
    /// The words.
    pub spoken: Spoken,
    /// What comes after them.
    pub next: Next,
}

/// What the AI says.
#[derive(Clone, Debug, PartialEq)]
pub struct Spoken {
    /// The words.
    pub text: String,
    /// The persona that speaks; 0 is the base prompt alone.
    pub persona_version: u32,
    /// The language model; absent for fixed words.
    pub model: Option<String>,
    /// From the caller's last word to our first, in milliseconds, as far as we can tell.
    pub latency_ms: Option<u32>,
    /// What the model read and wrote.
    pub tokens: Option<TokenCount>,
}

/// What comes after the words.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Next {
    /// The caller speaks.
    Listen,
    /// The call is over.
    HangUp(EndedBy),
    /// The caller may leave a message.
    Voicemail(VoicemailReason),
    /// The caller waits for a person, for a while, and may leave a message then.
    Wait,
}

impl Spoken {
    /// Fixed words.
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
    /// What is said when no model is needed. `None`: one is. `here`: the users who could take the call over.
    #[must_use]
    pub fn without_model(
        step: Step,
        phrases: &Phrases,
        persona_version: u32,
        here: &[String],
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
                let text = if here.is_empty() {
                    phrases.no_team_member
                } else {
                    phrases.one_moment
                };
                let (notes, next) = hand_over(rule, here, at);
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

    /// What the call is told: the notes, the words, and what ends it.
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

/// A person is wanted: whoever is here is asked, and the caller waits; otherwise there is the voicemail.
#[must_use]
pub fn hand_over(rule: &str, here: &[String], at: Timestamp) -> (Vec<CallCommand>, Next) {
    let rule = rule.to_owned();
    let ask = |user: &String| CallCommand::RequestTakeover { at, user: user.clone() };
    let notes = [CallCommand::TriggerEscalation { at, rule }]
        .into_iter()
        .chain(here.iter().map(ask))
        .collect();
    let next = if here.is_empty() {
        Next::Voicemail(VoicemailReason::NoAnswer)
    } else {
        Next::Wait
    };
    (notes, next)
}
