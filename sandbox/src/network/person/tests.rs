//! When people speak, and when they lose patience.

use super::*;
use chrono::{DateTime, TimeDelta, Utc};

fn at(ms: i64) -> DateTime<Utc> {
    DateTime::UNIX_EPOCH + TimeDelta::milliseconds(ms)
}

fn person(steps: &str) -> Person {
    #[derive(serde::Deserialize)]
    struct Script {
        steps: Vec<Step>,
    }
    let script: Script = toml::from_str(steps).expect("a script");
    Person::with_script(&script.steps, at(0))
}

fn says(words: &str) -> Act {
    Act::Say {
        words: words.to_owned(),
        confidence: 0.92,
    }
}

#[test]
fn somebody_speaks_when_it_is_their_turn() {
    let mut person = person("steps = [{ say = 'hello' }]");
    assert_eq!(person.due(), Some(at(60_000)), "patience");
    person.is_asked(at(5_000));
    assert_eq!(person.due(), Some(at(5_600)));
    assert_eq!(person.act(at(5_600)), Some(says("hello")));
}

#[test]
fn a_condition_is_met_when_what_was_said_has_ended() {
    let mut person = person("steps = [{ when = 'NAME', say = 'Ada', after_ms = 100 }]");
    person.is_asked(at(0));
    person.hears("what is your", at(1_000), at(2_000));
    assert_eq!(person.due(), Some(at(60_000)));
    person.hears("name please", at(2_000), at(3_000));
    assert_eq!(person.due(), Some(at(3_100)));
}

#[test]
fn an_interruption_comes_so_long_after_the_beginning() {
    let mut person = person("steps = [{ when = 'welcome', interrupt_after_ms = 400, say = 'stop' }]");
    person.hears("welcome to a long story", at(1_000), at(9_000));
    assert_eq!(person.due(), Some(at(1_400)));
    assert_eq!(person.act(at(1_400)), Some(says("stop")));
}

#[test]
fn who_waits_in_vain_hangs_up_disappointed() {
    let mut person = person("steps = [{ when = 'goodbye', within_s = 5 }, { say = 'bye' }]");
    assert_eq!(person.due(), Some(at(5_000)));
    assert_eq!(person.act(at(5_000)), Some(Act::HangUp));
    assert_eq!(person.verdict().disappointments, ["waited in vain to hear /goodbye/"]);
}

#[test]
fn keys_are_pressed_one_by_one() {
    let mut person = person("steps = [{ digits = '12', anytime = true }]");
    assert_eq!(person.act(at(600)), Some(Act::Press('1')));
    assert_eq!(person.due(), Some(at(900)));
    assert_eq!(person.act(at(900)), Some(Act::Press('2')));
}

#[test]
fn silence_passes_a_turn_by_and_waiting_needs_none() {
    let mut person = person("steps = [{ silent_s = 7 }, { wait_s = 2 }, { hang_up = true }]");
    person.is_asked(at(1_000));
    assert_eq!(person.due(), Some(at(8_000)));
    assert_eq!(person.act(at(8_000)), None);
    assert_eq!(person.due(), Some(at(10_000)));
    assert_eq!(person.act(at(10_000)), None);
    assert_eq!(person.due(), Some(at(10_600)));
    assert_eq!(person.act(at(10_600)), Some(Act::HangUp));
    assert!(person.verdict().disappointments.is_empty());
}

#[test]
fn an_occasion_is_waited_for() {
    let mut person = person("steps = [{ on = 'redirected', hang_up = true, after_ms = 0 }]");
    person.notices(Occasion::Held, at(100));
    assert_eq!(person.due(), Some(at(60_000)));
    person.notices(Occasion::Redirected, at(200));
    assert_eq!(person.due(), Some(at(200)));
}

#[test]
fn what_happens_right_after_something_was_heard_counts_for_the_next_step() {
    let mut person = person("steps = [{ when = 'machine' }, { on = 'redirected', hang_up = true, after_ms = 0 }]");
    person.hears("I am a machine", at(1_000), at(9_000));
    person.hears_no_more(at(2_000));
    person.notices(Occasion::Redirected, at(2_000));
    assert_eq!(person.act(at(2_500)), None);
    assert_eq!(person.due(), Some(at(2_000)));
}

#[test]
fn words_that_come_bit_by_bit_move_the_turn_to_their_end() {
    let mut person = person("steps = [{ when = 'name', say = 'Ada', after_ms = 100 }]");
    person.notices_speech("", at(1_000), at(1_500));
    person.understands("what is your name", at(2_600));
    assert_eq!(person.due(), Some(at(2_700)));
    person.understands("what is your name please", at(3_000));
    assert_eq!(person.due(), Some(at(3_100)));
    assert_eq!(person.act(at(3_100)), Some(says("Ada")));
    person.understands("what is your name please?", at(3_200));
    assert_eq!(person.verdict().heard, ["what is your name please?"]);
}

#[test]
fn who_has_heard_enough_still_lets_the_sentence_end() {
    let mut person = person("steps = [{ when = 'morning' }, { say = 'hello' }]");
    person.notices_speech("good morning", at(1_000), at(2_200));
    assert_eq!(person.act(at(2_200)), None);
    person.understands("good morning how are you", at(3_000));
    assert_eq!(person.due(), Some(at(3_600)));
}

#[test]
fn who_interrupts_waits_for_an_answer_before_they_go_on() {
    let mut person = person("steps = [{ interrupt_after_ms = 400, say = 'wait' }, { say = 'now then' }]");
    person.notices_speech("", at(1_000), at(1_500));
    assert_eq!(person.act(at(1_400)), Some(says("wait")));
    // The rest of what was interrupted is no question.
    person.understands("we are open from", at(2_000));
    assert_eq!(person.due(), Some(at(61_400)), "patience");
    person.notices_speech("yes?", at(3_000), at(3_400));
    assert_eq!(person.due(), Some(at(4_000)));
}

#[test]
fn who_types_never_loses_patience() {
    assert_eq!(Person::live(at(0)).due(), None);
}

#[test]
fn a_step_that_does_nothing_or_two_things_is_refused() {
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
