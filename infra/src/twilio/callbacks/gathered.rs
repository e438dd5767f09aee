//! `ai-respond`: result of a `<Gather>` (<https://www.twilio.com/docs/voice/twiml/gather#action>).
//!
//! The callback URL contains the turn number, so duplicates are recognized.

use super::{Callback, NotUnderstood, Understood, identity};
use domain::call::command::{CallCommand, HandleCallerTurn, HandleOther};
use domain::call::value::ClockSource;
use domain::dialogue::Utterance;
use domain::{CallId, Personal, Timestamp};

/// Speech or digits from a `<Gather>`.
#[derive(Clone, Debug, PartialEq)]
pub struct Gathered {
    pub call_id: CallId,
    /// Turn number in the conversation.
    pub turn: u32,
    /// When the callback was received.
    pub at: Timestamp,
    pub utterance: Utterance,
    /// Command for the call.
    pub command: CallCommand,
}

impl Gathered {
    /// Parses the callback. Digits count as an utterance, so callers can use the keypad instead of speech.
    ///
    /// # Errors
    /// When the callback identifies no call or no turn.
    pub fn understand(callback: &Callback<'_>) -> Result<Self, NotUnderstood> {
        identity::check(callback.form, callback.accounts)?;
        let call_id = callback.call_id()?;
        let turn = callback
            .word("turn")
            .filter(|turn| (1..=10_000).contains(turn))
            .ok_or(NotUnderstood("`turn` is not a place in a conversation"))?;
        let at = callback.received_at;
        let speech = callback.form.get("SpeechResult").filter(|text| !text.trim().is_empty());
        let digits = callback.form.get("Digits").filter(|digits| !digits.is_empty());
        // An unparsable confidence is dropped; the utterance is kept.
        let confidence = speech
            .and(callback.form.get("Confidence"))
            .and_then(|text| text.parse::<f64>().ok())
            .filter(|confidence| (0.0..=1.0).contains(confidence));
        let text = speech.or(digits);
        let command = match text {
            Some(words) => HandleCallerTurn {
                at,
                turn: Some(turn),
                text: Personal::from(words),
                confidence,
                started_at: None,
                ended_at: None,
                source: if speech.is_some() { "twilio_gather" } else { "keypad" }.to_owned(),
                origin: callback.origin(true),
            }
            .into(),
            None => HandleOther {
                at,
                clock: ClockSource::Local,
                kind: "ai-respond".to_owned(),
                call_sid: callback.identifier("CallSid"),
                sequence_number: Some(turn),
                status: "silence".to_owned(),
                origin: callback.origin(true),
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

    /// Deduplication key of the callback.
    #[must_use]
    pub fn key(&self) -> String {
        format!("ai-respond:{}:{}", self.call_id, self.turn)
    }
}

/// Parses a callback that is replayed, so its response is not used.
pub(super) fn understand(callback: &Callback<'_>) -> Result<Understood, NotUnderstood> {
    let gathered = Gathered::understand(callback)?;
    let key = gathered.key();
    Ok(Understood {
        call_id: gathered.call_id,
        command: gathered.command,
        key,
    })
}
