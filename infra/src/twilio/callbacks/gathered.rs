//! `ai-respond`: what came of listening to the caller (<https://www.twilio.com/docs/voice/twiml/gather#action>).
//!
//! Our address says which place in the conversation the words take, so that a repetition is known as one.

use super::{Callback, NotUnderstood, Understood, not_a};
use domain::call::command::{CallCommand, HearCaller, HearOther};
use domain::conversation::Utterance;
use domain::{CallId, Personal, Timestamp};

/// What came of listening.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    /// The call.
    pub call_id: CallId,
    /// The place in the conversation that the words take.
    pub turn: u32,
    /// When it was heard.
    pub at: Timestamp,
    /// What was heard.
    pub utterance: Utterance,
    /// What the call is told.
    pub command: CallCommand,
}

impl Gathered {
    /// Reads the callback. Keys count as words: a caller who cannot be heard can still press one.
    ///
    /// # Errors
    /// When it does not say which call it is, or which place the words take.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        let call_id = callback.call_id()?;
        let turn = callback.query.get("turn").and_then(|turn| turn.parse().ok());
        let turn = turn
            .filter(|turn| (1..=10_000).contains(turn))
            .ok_or_else(|| not_a("turn", "place in a conversation"))?;
        let at = callback.heard_at;
        let speech = callback.form.get("SpeechResult").filter(|text| !text.trim().is_empty());
        let digits = callback.form.get("Digits").filter(|digits| !digits.is_empty());
        // Of what cannot be read nothing is believed, and the words are not lost for it.
        let confidence = speech
            .and(callback.form.get("Confidence"))
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|confidence| (0.0..=1.0).contains(confidence));
        let text = speech.or(digits);
        let command = match text {
            Some(words) => HearCaller {
                at,
                turn: Some(turn),
                text: Personal::from(words),
                confidence,
                started_at: None,
                ended_at: None,
                source: if speech.is_some() { "twilio_gather" } else { "keypad" }.to_owned(),
                origin: callback.origin(true)?,
            }
            .into(),
            None => HearOther {
                at,
                told: false,
                kind: "ai-respond".to_owned(),
                call_sid: callback.identifier("CallSid")?,
                sequence_number: Some(turn),
                status: "silence".to_owned(),
                origin: callback.origin(true)?,
            }
            .into(),
        };
        Ok(Self {
            call_id,
            turn,
            at,
            utterance: Utterance {
                text: text.map(str::to_owned),
                confidence,
            },
            command,
        })
    }

    /// What identifies the callback.
    #[must_use]
    pub fn key(&self) -> String {
        format!("ai-respond:{}:{}", self.call_id, self.turn)
    }
}

/// What the call is told, for a callback that is read again and answers nobody any more.
pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let gathered = Gathered::understand(callback)?;
    let key = gathered.key();
    Ok(Understood {
        call_id: gathered.call_id,
        command: gathered.command,
        key,
    })
}
