//! [`Reply`]: what the AI says, the commands it records, and the next action.

use super::phrases::Phrases;
use super::step::Step;
use crate::call::CallCommand;
use crate::call::value::{ASKED_FOR_A_PERSON, CallerIntent, EMERGENCY, EndedBy, TokenCount, VoicemailReason};
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
    /// The text asks the caller to confirm that they want this.
    pub asks_to_confirm: Option<CallerIntent>,
}

/// What a reply depends on besides the step.
#[derive(Clone, Copy, Debug)]
pub struct ReplyContext<'a> {
    pub phrases: &'a Phrases,
    /// 0 is the base prompt alone.
    pub persona_version: u32,
    /// The users who can take the call over.
    pub available: &'a [String],
    /// What a caller in danger hears first: [`super::EmergencyNumbers::answer`].
    pub emergency: &'a str,
    pub at: Timestamp,
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
    pub const fn fixed(text: String, persona_version: u32) -> Self {
        Self {
            text,
            persona_version,
            model: None,
            latency_ms: None,
            tokens: None,
            asks_to_confirm: None,
        }
    }
}

impl Reply {
    /// The reply of a step.
    #[must_use]
    pub fn of_step(step: Step, context: &ReplyContext<'_>) -> Self {
        let ReplyContext { phrases, at, .. } = *context;
        let says = |text: &str| context.says(text.to_owned());
        match step {
            Step::AskAgain { confidence, question } => {
                let note = CallCommand::ReportUnclearSpeech { at, confidence };
                match question {
                    Some(wish) => context.asks(wish),
                    None => says(phrases.ask_again),
                }
                .noting([note])
            }
            Step::PromptSilence => says(phrases.still_there).noting([CallCommand::PromptSilence { at }]),
            Step::GiveUpSilence => says(phrases.silent_goodbye).then(Next::HangUp(EndedBy::Silence)),
            Step::TimeUp => says(phrases.time_up).then(Next::HangUp(EndedBy::TimeLimit)),
            Step::Confirm(wish) => context.asks(wish),
            Step::Declined => says(phrases.declined),
            Step::Farewell => says(phrases.goodbye).then(Next::HangUp(EndedBy::Caller)),
            Step::HandOver => context.hand_over(),
            Step::TakeMessage => says(phrases.all_right).then(Next::Voicemail(VoicemailReason::NoAnswer)),
            Step::Emergency => context.emergency(),
            Step::RefuseInjection { rule } => says(phrases.deflection).noting([CallCommand::TripGuardrail {
                at,
                rule: rule.to_owned(),
            }]),
            Step::HonorOptOut => says(phrases.opt_out_confirmed)
                .noting([CallCommand::RequestDoNotCall { at }])
                .then(Next::HangUp(EndedBy::Caller)),
            Step::Apologize => says(phrases.trouble),
            Step::AiUnavailable => says(phrases.trouble_again).then(Next::Voicemail(VoicemailReason::AiUnavailable)),
        }
    }

    /// The reply with these commands before its own.
    #[must_use]
    pub fn noting(mut self, notes: impl IntoIterator<Item = CallCommand>) -> Self {
        self.notes.splice(0..0, notes);
        self
    }

    fn then(self, next: Next) -> Self {
        Self { next, ..self }
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
            asks_to_confirm,
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
            asks_to_confirm,
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

impl ReplyContext<'_> {
    /// A fixed phrase, after which the AI listens.
    fn says(&self, text: String) -> Reply {
        Reply {
            notes: Vec::new(),
            spoken: Spoken::fixed(text, self.persona_version),
            next: Next::Listen,
        }
    }

    /// The question whether the caller wants this.
    fn asks(&self, wish: CallerIntent) -> Reply {
        let mut reply = self.says(self.question(wish).to_owned());
        reply.spoken.asks_to_confirm = Some(wish);
        reply
    }

    /// The text of the question whether the caller wants this.
    pub(super) const fn question(&self, wish: CallerIntent) -> &'static str {
        match wish {
            CallerIntent::Goodbye => self.phrases.confirm_goodbye,
            CallerIntent::OptOut => self.phrases.confirm_opt_out,
            CallerIntent::Person => self.phrases.confirm_person,
            CallerIntent::Message => self.phrases.offer_message,
            CallerIntent::Emergency => self.phrases.still_there,
        }
    }

    /// Every available team member is asked to take over, and the caller waits. Without one the caller is asked whether they
    /// want to leave a message.
    fn hand_over(&self) -> Reply {
        let escalation = self.escalation(ASKED_FOR_A_PERSON);
        if self.available.is_empty() {
            return self.asks(CallerIntent::Message).noting(escalation);
        }
        let reply = self.says(self.phrases.one_moment.to_owned()).noting(escalation);
        reply.then(Next::Wait)
    }

    /// The emergency answer. The AI stays with the caller while team members are asked to take over.
    pub(super) fn emergency(&self) -> Reply {
        let after = if self.available.is_empty() {
            self.phrases.emergency_stay
        } else {
            self.phrases.emergency_alert
        };
        let reply = self.says(format!("{} {after}", self.emergency));
        reply.noting(self.escalation(EMERGENCY))
    }

    fn escalation(&self, rule: &str) -> Vec<CallCommand> {
        let (at, rule) = (self.at, rule.to_owned());
        let ask = |user: &String| CallCommand::RequestTakeover { at, user: user.clone() };
        let requests = self.available.iter().map(ask);
        std::iter::once(CallCommand::TriggerEscalation { at, rule })
            .chain(requests)
            .collect()
    }
}
