//! Timing of party actions and time limits.

use super::*;
use chrono::{DateTime, TimeDelta, Utc};

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
}

fn party(steps: &str) -> Party {
    #[derive(serde::Deserialize)]
    struct Script {
        steps: Vec<Step>,
    }
    let script: Script = toml::from_str(steps).expect("a script");
    Party::with_script(&script.steps, at(0))
}

fn says(words: &str) -> PartyAction {
    PartyAction::Say {
        words: words.to_owned(),
        confidence: 0.92,
    }
}

#[test]
fn party_with_the_turn_speaks_after_its_reaction_time() {
    let mut party = party("steps = [{ say = 'hello' }]");
    assert_eq!(party.due(), Some(at(60_000)), "step timeout");
    party.give_turn(at(5_000));
    assert_eq!(party.due(), Some(at(5_600)));
    assert_eq!(party.act(at(5_600)), Some(says("hello")));
}

#[test]
fn condition_is_met_at_the_end_of_the_matching_speech() {
    let mut party = party("steps = [{ when = 'NAME', say = 'Ada', after_ms = 100 }]");
    party.give_turn(at(0));
    party.hear("what is your", at(1_000), at(2_000));
    assert_eq!(party.due(), Some(at(60_000)));
    party.hear("name please", at(2_000), at(3_000));
    assert_eq!(party.due(), Some(at(3_100)));
}

#[test]
fn interruption_is_due_after_the_start_of_the_speech() {
    let mut party = party("steps = [{ when = 'welcome', interrupt_after_ms = 400, say = 'stop' }]");
    party.hear("welcome to a long story", at(1_000), at(9_000));
    assert_eq!(party.due(), Some(at(1_400)));
    assert_eq!(party.act(at(1_400)), Some(says("stop")));
}

#[test]
fn unmet_condition_ends_the_call_with_an_unmet_step() {
    let mut party = party("steps = [{ when = 'goodbye', within_s = 5 }, { say = 'bye' }]");
    assert_eq!(party.due(), Some(at(5_000)));
    assert_eq!(party.act(at(5_000)), Some(PartyAction::HangUp));
    assert_eq!(party.report().unmet, ["timed out waiting to hear /goodbye/"]);
}

#[test]
fn keys_are_pressed_one_by_one() {
    let mut party = party("steps = [{ digits = '12', anytime = true }]");
    assert_eq!(party.act(at(600)), Some(PartyAction::Press('1')));
    assert_eq!(party.due(), Some(at(900)));
    assert_eq!(party.act(at(900)), Some(PartyAction::Press('2')));
}

#[test]
fn silent_step_needs_a_turn_and_wait_step_does_not() {
    let mut party = party("steps = [{ silent_s = 7 }, { wait_s = 2 }, { hang_up = true }]");
    party.give_turn(at(1_000));
    assert_eq!(party.due(), Some(at(8_000)));
    assert_eq!(party.act(at(8_000)), None);
    assert_eq!(party.due(), Some(at(10_000)));
    assert_eq!(party.act(at(10_000)), None);
    assert_eq!(party.due(), Some(at(10_600)));
    assert_eq!(party.act(at(10_600)), Some(PartyAction::HangUp));
    assert!(party.report().unmet.is_empty());
}

#[test]
fn event_step_waits_for_its_event() {
    let mut party = party("steps = [{ on = 'redirected', hang_up = true, after_ms = 0 }]");
    party.observe(PartyEvent::Held, at(100));
    assert_eq!(party.due(), Some(at(60_000)));
    party.observe(PartyEvent::Redirected, at(200));
    assert_eq!(party.due(), Some(at(200)));
}

#[test]
fn event_right_after_heard_speech_counts_for_the_next_step() {
    let mut party = party("steps = [{ when = 'machine' }, { on = 'redirected', hang_up = true, after_ms = 0 }]");
    party.hear("I am a machine", at(1_000), at(9_000));
    party.cut_heard(at(2_000));
    party.observe(PartyEvent::Redirected, at(2_000));
    assert_eq!(party.act(at(2_500)), None);
    assert_eq!(party.due(), Some(at(2_000)));
}

#[test]
fn incrementally_decoded_words_move_the_turn_to_their_end() {
    let mut party = party("steps = [{ when = 'name', say = 'Ada', after_ms = 100 }]");
    party.speech_started("", at(1_000), at(1_500));
    party.speech_updated("what is your name", at(2_600));
    assert_eq!(party.due(), Some(at(2_700)));
    party.speech_updated("what is your name please", at(3_000));
    assert_eq!(party.due(), Some(at(3_100)));
    assert_eq!(party.act(at(3_100)), Some(says("Ada")));
    party.speech_updated("what is your name please?", at(3_200));
    assert_eq!(party.report().heard, ["what is your name please?"]);
}

#[test]
fn matched_party_waits_for_the_end_of_the_sentence() {
    let mut party = party("steps = [{ when = 'morning' }, { say = 'hello' }]");
    party.speech_started("good morning", at(1_000), at(2_200));
    assert_eq!(party.act(at(2_200)), None);
    party.speech_updated("good morning how are you", at(3_000));
    assert_eq!(party.due(), Some(at(3_600)));
}

#[test]
fn interrupting_party_waits_for_an_answer_before_the_next_step() {
    let mut party = party("steps = [{ interrupt_after_ms = 400, say = 'wait' }, { say = 'now then' }]");
    party.speech_started("", at(1_000), at(1_500));
    assert_eq!(party.act(at(1_400)), Some(says("wait")));
    // The rest of the interrupted speech does not give the turn.
    party.speech_updated("we are open from", at(2_000));
    assert_eq!(party.due(), Some(at(61_400)), "step timeout");
    party.speech_started("yes?", at(3_000), at(3_400));
    assert_eq!(party.due(), Some(at(4_000)));
}

#[test]
fn typing_party_has_no_timeout() {
    assert_eq!(Party::live(at(0)).due(), None);
}

#[test]
fn step_with_no_action_or_two_actions_is_invalid() {
    assert!(Step::default().read().is_err());
    let both = Step {
        say: Some("a".into()),
        hang_up: true,
        ..Step::default()
    };
    assert!(both.read().is_err());
    let expression = Step {
        when: Some("(".into()),
        ..Step::default()
    };
    assert!(expression.read().is_err());
}
