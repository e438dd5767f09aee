//! What follows from what callers say, over the sentences in `tests/intents/sentences.tsv`: innocent ones that contain a
//! phrase of the rules, wishes that consist of a phrase, and wishes in other words, which only a model can read.
//!
//! Columns: language; what the caller wants of the call itself (`none` for nothing); who reads it (`rule`, `model`); the
//! sentence.

use domain::Timestamp;
use domain::agent::AgentSettings;
use domain::call::CallCommand;
use domain::call::value::CallerIntent;
use domain::dialogue::intent::{all_injections, all_phrases, is_injection, stated};
use domain::dialogue::{
    Conversation, Next, Phrases, Reply, ReplyContext, Spoken, Step, Utterance, next_step, step_without_answer,
};
use std::collections::{BTreeMap, BTreeSet};

const AT: Timestamp = Timestamp(1_800_000_000_000_000);
/// Each with a yes and a no.
const LANGUAGES: [(&str, &str, &str); 5] = [
    ("en", "Yes, please", "No, thank you"),
    ("hi", "जी हाँ", "जी नहीं"),
    ("es", "Sí, por favor", "No, gracias"),
    ("fr", "Oui, merci", "Non merci"),
    ("de", "Ja, bitte", "Nein, danke"),
];

struct Sentence {
    language: &'static str,
    /// What the caller wants.
    wish: Option<CallerIntent>,
    /// Whether the rules must read it.
    is_for_rules: bool,
    text: &'static str,
}

fn sentences() -> Vec<Sentence> {
    let table = include_str!("../intents/sentences.tsv").lines().skip(1);
    let sentence = |line: &'static str| {
        let columns: Vec<_> = line.split('\t').collect();
        let [language, wish, reader, text] = columns[..] else {
            panic!("not four columns: {line}");
        };
        Sentence {
            language,
            wish: (wish != "none").then(|| wish.parse().expect("an intent")),
            is_for_rules: reader == "rule",
            text,
        }
    };
    table.map(sentence).collect()
}

fn said(text: &str) -> Utterance {
    Utterance {
        text: Some(text.to_owned()),
        confidence: Some(0.9),
    }
}

fn after_question(asked: Option<CallerIntent>) -> Conversation {
    Conversation {
        asked,
        ..Conversation::default()
    }
}

/// The step by the rules. `None` if the model is asked.
fn step(asked: Option<CallerIntent>, text: &str) -> Option<Step> {
    next_step(&after_question(asked), &AgentSettings::default(), &said(text), AT)
}

fn context<'a>(language: &str, available: &'a [String]) -> ReplyContext<'a> {
    ReplyContext {
        phrases: Phrases::of(Some(language)),
        persona_version: 0,
        available,
        emergency: "Call 112.",
        at: AT,
    }
}

/// The reply with an answer of the model that takes the caller to want this.
fn reply_of_model(wish: CallerIntent, context: &ReplyContext<'_>) -> Reply {
    let spoken = Spoken {
        model: Some("m".to_owned()),
        ..Spoken::fixed("Goodbye! Is that right?".to_owned(), 0)
    };
    Reply::of_model(Some(wish), spoken, &Conversation::default(), context)
}

/// Whether the reply does what cannot be undone in the dialogue.
fn is_final(reply: Reply) -> bool {
    let ends = |command: &CallCommand| {
        matches!(
            command,
            CallCommand::EndCall { .. } | CallCommand::RequestDoNotCall { .. } | CallCommand::RouteToVoicemail { .. }
        )
    };
    reply.next != Next::Listen || reply.commands(AT).iter().any(ends)
}

/// The wish on which a step acts, or about which it asks.
fn wish_of(step: Step) -> Option<CallerIntent> {
    match step {
        Step::Confirm(wish) => Some(wish),
        Step::HandOver => Some(CallerIntent::Person),
        Step::Emergency => Some(CallerIntent::Emergency),
        _ => None,
    }
}

#[test]
fn table_has_every_phrase_within_an_innocent_sentence() {
    let sentences = sentences();
    assert!(sentences.len() >= 400, "{}", sentences.len());
    let languages: BTreeSet<_> = sentences.iter().map(|sentence| sentence.language).collect();
    assert_eq!(languages, LANGUAGES.map(|(language, ..)| language).into());
    let words = |text: &str| {
        let text = text.to_lowercase().replace('’', "'");
        let is_word = |c: char| c.is_alphanumeric() || c == '\'' || ('\u{900}'..='\u{97f}').contains(&c) && c != '।';
        let words: Vec<_> = text.split(|c| !is_word(c)).filter(|word| !word.is_empty()).collect();
        format!(" {} ", words.join(" "))
    };
    let innocent: Vec<_> = sentences.iter().filter(|sentence| sentence.wish.is_none()).collect();
    let innocent: Vec<_> = innocent.iter().map(|sentence| words(sentence.text)).collect();
    let phrases = all_phrases().map(|(_, phrase)| phrase).chain(all_injections());
    let missing: Vec<_> = phrases
        .filter(|phrase| !innocent.iter().any(|text| text.contains(&words(phrase))))
        .collect();
    assert!(missing.is_empty(), "{missing:#?}");
}

#[test]
fn confusion_matrix_of_the_rules_has_no_false_entry() {
    let mut matrix: BTreeMap<(Option<CallerIntent>, Option<CallerIntent>), Vec<&str>> = BTreeMap::new();
    for sentence in sentences() {
        let read = step(None, sentence.text).map(|step| wish_of(step).unwrap_or_else(|| panic!("{}", sentence.text)));
        assert_eq!(read, stated(sentence.text), "{}", sentence.text);
        assert!(!is_injection(sentence.text), "{}", sentence.text);
        if sentence.is_for_rules {
            assert_eq!(read, sentence.wish, "missed: {}", sentence.text);
        }
        matrix.entry((sentence.wish, read)).or_default().push(sentence.text);
    }
    let wrong: BTreeMap<_, _> = matrix
        .iter()
        .filter(|((wish, read), _)| read.is_some() && read != wish)
        .collect();
    assert!(wrong.is_empty(), "{wrong:#?}");
    // The matrix is not empty where it matters.
    for wish in [
        CallerIntent::Goodbye,
        CallerIntent::OptOut,
        CallerIntent::Person,
        CallerIntent::Emergency,
    ] {
        let read = matrix.get(&(Some(wish), Some(wish))).map_or(0, Vec::len);
        assert!(read >= 15, "{wish}: {read}");
    }
}

#[test]
fn no_sentence_ends_a_call_or_opts_out_by_itself() {
    let people = ["ada".to_owned()];
    for sentence in sentences() {
        let Sentence { language, text, .. } = sentence;
        // By the rules, or by the rules for a model that does not answer.
        let steps = step(None, text)
            .into_iter()
            .chain([step_without_answer(&Conversation::default(), &said(text))]);
        for step in steps.filter(|step| *step != Step::HandOver) {
            assert!(
                !is_final(Reply::of_step(step, &context(language, &people))),
                "{text}: {step:?}"
            );
        }
        // By a model that misreads the sentence in any way.
        for wish in CallerIntent::ALL {
            for available in [&[][..], &people[..]] {
                assert!(
                    !is_final(reply_of_model(*wish, &context(language, available))),
                    "{text}: {wish}"
                );
            }
        }
    }
}

#[test]
fn only_a_yes_or_the_same_wish_confirms_what_a_model_misread() {
    for sentence in sentences() {
        for asked in [CallerIntent::Goodbye, CallerIntent::OptOut, CallerIntent::Message] {
            let Some(step) = step(Some(asked), sentence.text) else {
                continue;
            };
            let is_effect = matches!(step, Step::Farewell | Step::HonorOptOut | Step::TakeMessage);
            let is_yes = matches!(sentence.text, "Yes" | "OK");
            let is_same_wish = sentence.is_for_rules && sentence.wish == Some(asked);
            assert_eq!(is_effect, is_yes || is_same_wish, "{asked}: {}", sentence.text);
        }
    }
}

#[test]
fn every_question_is_answered_with_yes_or_no_in_five_languages() {
    for (language, yes, no) in LANGUAGES {
        for (wish, effect) in [
            (CallerIntent::Goodbye, Step::Farewell),
            (CallerIntent::OptOut, Step::HonorOptOut),
            (CallerIntent::Message, Step::TakeMessage),
        ] {
            let question = reply_of_model(wish, &context(language, &[]));
            assert_eq!(question.spoken.asks_to_confirm, Some(wish), "{language} {wish}");
            assert!(question.spoken.text.ends_with('?'), "{}", question.spoken.text);
            assert_eq!(question.spoken.text.matches('?').count(), 1, "{}", question.spoken.text);
            assert_eq!(step(Some(wish), yes), Some(effect), "{language} {wish}");
            assert_eq!(step(Some(wish), no), Some(Step::Declined), "{language} {wish}");
            assert!(is_final(Reply::of_step(effect, &context(language, &[]))));
            assert!(!is_final(Reply::of_step(Step::Declined, &context(language, &[]))));
        }
    }
}

#[test]
fn wish_not_to_be_called_is_not_missed_when_no_model_answers() {
    for sentence in sentences().iter().filter(|sentence| sentence.is_for_rules) {
        let Some(wish @ (CallerIntent::OptOut | CallerIntent::Emergency)) = sentence.wish else {
            continue;
        };
        let step = step_without_answer(&Conversation::default(), &said(sentence.text));
        assert_eq!(wish_of(step), Some(wish), "{}", sentence.text);
    }
}

#[test]
fn orders_to_the_model_are_refused_at_the_start_of_a_sentence() {
    for order in all_injections() {
        for text in [
            order.to_owned(),
            format!("Please {order} and say bye"),
            format!("Hello there. Now {order}!"),
        ] {
            assert!(is_injection(&text), "{text}");
        }
    }
}
