//! Builds the TwiML of a call from its recorded events.

use domain::agent::AgentSettings;
use domain::call::CallEvent;
use domain::call::value::{EMERGENCY, VoicemailReason};
use domain::dialogue::Phrases;
use engine::callbacks::caller_turn::WAITS;
use infra::config::Config;
use infra::twilio::twiml::{self, Verb, gather, hangup, pause, redirect, say};

/// Silence after which `<Gather>` ends without speech, in seconds.
const SILENCE_TIMEOUT_S: u32 = 6;
/// Time between two announcements while the caller waits for a team member, in seconds.
const WAIT_INTERVAL_S: u32 = 12;
/// Number of such intervals before the voicemail.
const MAX_WAIT_INTERVALS: usize = 3;

/// Builds the TwiML for the AI's events: speech, followed by listening, waiting for a team member, the voicemail, or
/// the end.
#[must_use]
pub fn from_events(config: &Config, call_id: &str, settings: &AgentSettings, events: &[CallEvent]) -> twiml::Response {
    let (mut words, mut next_turn) = (Vec::new(), 2);
    let (mut voicemail, mut is_over, mut waits_for_team_member) = (None, false, false);
    let (mut notices, mut is_question) = (Vec::new(), false);
    for event in events {
        match event {
            CallEvent::AiDisclosed { text, .. } | CallEvent::ConsentNoticePlayed { text, .. } => {
                notices.push(text.as_str());
            }
            CallEvent::AiTurn {
                turn,
                text,
                asks_to_confirm,
                ..
            } => {
                is_question = asks_to_confirm.is_some();
                words.extend(text.text().map(|text| spoken(text, settings)));
                next_turn = turn + 1;
            }
            CallEvent::RoutedToVoicemail { reason, .. } => voicemail = Some(*reason),
            // In an emergency the AI stays with the caller.
            CallEvent::EscalationTriggered { rule, .. } => waits_for_team_member = rule != EMERGENCY,
            CallEvent::CallEnded { .. } => is_over = true,
            _ => {}
        }
    }
    let mut response = twiml::Response::new();
    if !notices.is_empty() {
        response = response.then(spoken(&notices.join(" "), settings));
    }
    if is_over || voicemail.is_some() {
        let last = match voicemail {
            Some(reason) if !is_over => to_voicemail(config, call_id, reason),
            _ => hangup(),
        };
        return words.into_iter().fold(response, twiml::Response::then).then(last);
    }
    if waits_for_team_member && !is_question {
        let response = words.into_iter().fold(response, twiml::Response::then);
        return wait_for_team_member(response, config, call_id, settings);
    }
    let listening = words
        .into_iter()
        .fold(listen(config, call_id, settings, next_turn), Verb::containing);
    response.then(listening)
}

/// Lets the caller wait for a takeover, which redirects the call; otherwise continues to the voicemail.
fn wait_for_team_member(
    response: twiml::Response,
    config: &Config,
    call_id: &str,
    settings: &AgentSettings,
) -> twiml::Response {
    let phrases = Phrases::of(settings.language.as_deref());
    let waiting = (1..MAX_WAIT_INTERVALS).fold(response.then(pause(WAIT_INTERVAL_S)), |response, _| {
        response
            .then(spoken(phrases.still_looking, settings))
            .then(pause(WAIT_INTERVAL_S))
    });
    waiting
        .then(spoken(phrases.no_team_member, settings))
        .then(to_voicemail(config, call_id, VoicemailReason::NoAnswer))
}

/// Speaks while the answer is being prepared, and requests the same turn again.
#[must_use]
pub fn wait_for_answer(
    config: &Config,
    call_id: &str,
    settings: &AgentSettings,
    turn: u32,
    words: &str,
    waits: u32,
) -> twiml::Response {
    let again = config.callback_url(&format!(
        "/twilio/ai-respond?call_id={call_id}&turn={turn}&{WAITS}={waits}"
    ));
    let response = twiml::Response::new();
    let response = if words.is_empty() {
        response
    } else {
        response.then(spoken(words, settings))
    };
    response.then(redirect(&again))
}

/// Apologizes and hangs up when there is no recorded answer, because the call was erased in the meantime.
#[must_use]
pub fn no_answer(settings: &AgentSettings) -> twiml::Response {
    let phrases = Phrases::of(settings.language.as_deref());
    twiml::Response::new()
        .then(spoken(phrases.trouble_again, settings))
        .then(hangup())
}

/// Apologizes and hangs up, for a webhook that could not be attributed to a call.
#[must_use]
pub fn apology() -> twiml::Response {
    twiml::Response::new()
        .then(say("We are sorry, your call cannot be taken. Please try again later."))
        .then(hangup())
}

/// A `<Say>` with the agent's voice and language.
#[must_use]
pub fn spoken(words: &str, settings: &AgentSettings) -> Verb {
    say(words)
        .with_maybe("voice", settings.voice.as_deref())
        .with_maybe("language", settings.language.as_deref())
}

/// A `<Redirect>` to the voicemail webhook.
#[must_use]
pub fn to_voicemail(config: &Config, call_id: &str, reason: VoicemailReason) -> Verb {
    redirect(&config.callback_url(&format!("/twilio/voicemail?call_id={call_id}&reason={reason}")))
}

/// A `<Gather>` for speech or keys. The caller can interrupt the `<Say>` verbs nested in it.
fn listen(config: &Config, call_id: &str, settings: &AgentSettings, turn: u32) -> Verb {
    let action = config.callback_url(&format!("/twilio/ai-respond?call_id={call_id}&turn={turn}"));
    gather(&action)
        .with("input", "speech dtmf")
        .with("timeout", SILENCE_TIMEOUT_S)
        .with("speechTimeout", "auto")
        // Silence is reported too.
        .with("actionOnEmptyResult", "true")
        .with_maybe("language", settings.language.as_deref())
}
