//! What Twilio is told to do, from what was recorded.

use crate::state::AppState;
use domain::agent::AgentSettings;
use domain::call::CallEvent;
use domain::call::value::VoicemailReason;
use domain::conversation::Phrases;
use infra::twilio::twiml::{self, Verb, gather, hangup, pause, redirect, say};

/// Seconds of silence after which the caller is taken to be silent.
const PATIENCE_S: u32 = 6;
/// A caller who waits for a person hears from us each time after so many seconds,
const WAITS_S: u32 = 12;
/// so often; then there is the voicemail.
const WAITS: usize = 3;

/// The orders that follow from what the AI said: its words, and then listening, waiting for a person, the voicemail, or the
/// end.
#[must_use]
pub fn after(state: &AppState, call_id: &str, settings: &AgentSettings, events: &[CallEvent]) -> twiml::Response {
    let (mut words, mut next_turn) = (Vec::new(), 2);
    let (mut sent_away, mut is_over, mut waits) = (None, false, false);
    let phrases = Phrases::of(settings.language.as_deref());
    let mut notices = Vec::new();
    for event in events {
        match event {
            CallEvent::AiDisclosed { .. } => notices.push(phrases.disclosure),
            CallEvent::ConsentNoticePlayed { .. } => notices.push(phrases.recording_notice),
            CallEvent::AiTurn { turn, text, .. } => {
                words.extend(text.text().map(|text| spoken(text, settings)));
                next_turn = turn + 1;
            }
            CallEvent::RoutedToVoicemail { reason, .. } => sent_away = Some(*reason),
            CallEvent::EscalationTriggered { .. } => waits = true,
            CallEvent::CallEnded { .. } => is_over = true,
            _ => {}
        }
    }
    let mut response = twiml::Response::new();
    if !notices.is_empty() {
        response = response.then(spoken(&notices.join(" "), settings));
    }
    if is_over || sent_away.is_some() {
        let last = match sent_away {
            Some(reason) if !is_over => to_voicemail(state, call_id, reason),
            _ => hangup(),
        };
        return words.into_iter().fold(response, twiml::Response::then).then(last);
    }
    if waits {
        let response = words.into_iter().fold(response, twiml::Response::then);
        return wait_for_a_person(response, state, call_id, settings);
    }
    let listening = words
        .into_iter()
        .fold(listen(state, call_id, settings, next_turn), Verb::containing);
    response.then(listening)
}

/// The caller waits until somebody has taken the call over, which gives them other orders; or else gets to the voicemail.
fn wait_for_a_person(
    response: twiml::Response,
    state: &AppState,
    call_id: &str,
    settings: &AgentSettings,
) -> twiml::Response {
    let phrases = Phrases::of(settings.language.as_deref());
    let waiting = (1..WAITS).fold(response.then(pause(WAITS_S)), |response, _| {
        response
            .then(spoken(phrases.still_looking, settings))
            .then(pause(WAITS_S))
    });
    waiting
        .then(spoken(phrases.nobody_there, settings))
        .then(to_voicemail(state, call_id, VoicemailReason::NoAnswer))
}

/// When there is nothing that could be said: the call was erased meanwhile, and is not listened to any more.
#[must_use]
pub fn nothing_to_say(phrases: &Phrases, settings: &AgentSettings) -> twiml::Response {
    twiml::Response::new()
        .then(spoken(phrases.trouble_again, settings))
        .then(hangup())
}

/// Words in the agent's voice and language.
#[must_use]
pub fn spoken(words: &str, settings: &AgentSettings) -> Verb {
    say(words)
        .with_maybe("voice", settings.voice.as_deref())
        .with_maybe("language", settings.language.as_deref())
}

/// The way to the voicemail.
#[must_use]
pub fn to_voicemail(state: &AppState, call_id: &str, reason: VoicemailReason) -> Verb {
    redirect(
        &state
            .config
            .callback_url(&format!("/twilio/voicemail?call_id={call_id}&reason={reason}")),
    )
}

/// Listens for words or keys. The words that are put in it can be interrupted by the caller's.
fn listen(state: &AppState, call_id: &str, settings: &AgentSettings, turn: u32) -> Verb {
    let action = state
        .config
        .callback_url(&format!("/twilio/ai-respond?call_id={call_id}&turn={turn}"));
    gather(&action)
        .with("input", "speech dtmf")
        .with("timeout", PATIENCE_S)
        .with("speechTimeout", "auto")
        // Silence is news, too.
        .with("actionOnEmptyResult", "true")
        .with_maybe("language", settings.language.as_deref())
}
