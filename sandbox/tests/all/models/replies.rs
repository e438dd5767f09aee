//! What the chat model answers: sentences of the prompt, requested values, or the offer to take a message. Properties
//! hold for the prompts of generated businesses.

use proptest::prelude::*;
use regex::Regex;
use sandbox::models::{Models, Server};
use serde_json::{Value, json};
use std::sync::LazyLock;
use tokio::runtime::Runtime;

const PROMPT: &str = "You are the front desk of Hill Carpets.\n\
    We clean carpets in Lyon, prices start at 80 euros, parking is behind the house.";
const PRICES: &str = "We clean carpets in Lyon, prices start at 80 euros, parking is behind the house.";
const UNKNOWN: &str = "I am sorry, I do not know about that. May I take a message?";

static MODEL: LazyLock<(Runtime, Server, reqwest::Client)> = LazyLock::new(|| {
    let runtime = Runtime::new().expect("a runtime");
    let server = runtime.block_on(Server::start(Models::default())).expect("a free port");
    (runtime, server, reqwest::Client::new())
});

/// The model's turns, each after the turns before it. With fields, by name and description, they are asked for.
fn turns(prompt: &str, fields: &[(&str, &str)], said: &[&str]) -> Vec<Value> {
    let (runtime, server, client) = &*MODEL;
    let nullable = |about: &str| json!({ "type": ["string", "null"], "description": about });
    let properties: serde_json::Map<_, _> = fields
        .iter()
        .map(|(name, about)| ((*name).to_owned(), nullable(about)))
        .collect();
    let schema = json!({ "type": "object", "properties": {
        "say": { "type": "string" },
        "fields": { "type": "object", "properties": properties },
        "goodbye": { "type": "boolean" },
        "person": { "type": "boolean" },
        "intent": { "type": "string", "enum": ["none", "goodbye", "opt_out", "person", "emergency"] },
    }});
    let format = json!({ "type": "json_schema", "json_schema": { "name": "turn", "schema": schema } });
    let mut messages = vec![json!({ "role": "system", "content": prompt })];
    let turn = |text: &&str| {
        messages.push(json!({ "role": "user", "content": text }));
        let request = json!({ "model": "sandbox", "messages": messages, "response_format": format });
        let url = format!("{}/chat/completions", server.openai_url());
        let answer: Value = runtime
            .block_on(async { client.post(url).json(&request).send().await?.json().await })
            .expect("an answer");
        let text = answer["choices"][0]["message"]["content"].as_str().expect("a text");
        let turn: Value = serde_json::from_str(text).expect("JSON");
        messages.push(json!({ "role": "assistant", "content": turn["say"] }));
        turn
    };
    said.iter().map(turn).collect()
}

fn says(prompt: &str, fields: &[(&str, &str)], said: &[&str]) -> Vec<String> {
    let say = |turn: Value| turn["say"].as_str().expect("a text").to_owned();
    turns(prompt, fields, said).into_iter().map(say).collect()
}

/// The answer to the first words of a caller.
fn answer(prompt: &str, said: &str) -> String {
    says(prompt, &[], &[said]).remove(0)
}

#[test]
fn known_matter_is_answered_and_unknown_matter_becomes_a_message() {
    let said = [
        "Hello",
        "How much does it cost?",
        "My heating does not work",
        "Yes, please",
        "Someone must look at my heating",
        "Tomorrow morning would be fine",
        "Do you repair heaters?",
        "No",
        "No, thanks",
    ];
    assert_eq!(
        says(PROMPT, &[], &said),
        [
            "Hello, how can I help you?",
            &format!("{PRICES} Is there anything else?"),
            UNKNOWN,
            "What is your message?",
            "Thank you, I have noted that. Is there anything else?",
            "Thank you, I have noted that. Is there anything else?",
            UNKNOWN,
            "All right. Is there anything else?",
            "Thank you for calling. Goodbye.",
        ]
    );
}

#[test]
fn request_for_a_person_and_goodbyes_set_their_flags() {
    for (said, flags) in [
        (vec!["Can I speak to a human?"], (true, false)),
        (vec!["Thanks for the carpet, bye"], (false, true)),
        (vec!["How much is it?", "No"], (false, true)),
        (vec!["No"], (false, false)),
        (vec!["मुझे किसी इंसान से बात करनी है"], (true, false)),
        (vec!["ठीक है, अलविदा"], (false, true)),
    ] {
        let last = turns(PROMPT, &[], &said).pop().expect("a turn");
        assert_eq!(
            (last["person"] == true, last["goodbye"] == true),
            flags,
            "{said:?}: {last}"
        );
    }
}

#[test]
fn intent_of_the_last_words_is_named() {
    for (said, intent) in [
        ("Can I speak to a human?", "person"),
        ("Thanks for the carpet, bye", "goodbye"),
        ("This must end, stop calling me!", "opt_out"),
        ("You people never listen, do not ring us again", "opt_out"),
        ("My wife cannot move, call an ambulance", "emergency"),
        ("My bank will not stop calling me, can you help?", "none"),
        ("How much does a person pay?", "none"),
    ] {
        let last = turns(PROMPT, &[], &[said]).pop().expect("a turn");
        assert_eq!(last["intent"], intent, "{said}: {last}");
    }
}

#[test]
fn hindi_is_answered_in_hindi() {
    for said in ["मेरा हीटर खराब है", "नमस्ते", "धन्यवाद, अलविदा", "मुझे किसी इंसान से बात करनी है"]
    {
        for answer in [
            answer("", said),
            answer("Answer in Hindi.", "Hello, my heater is broken"),
        ] {
            assert!(
                answer.chars().any(|letter| ('\u{900}'..='\u{97f}').contains(&letter)),
                "{answer}"
            );
            assert!(
                !answer.contains(|letter: char| letter.is_ascii_alphabetic()),
                "{answer}"
            );
        }
    }
    assert_eq!(
        answer("मरम्मत की कीमत 500 रुपये है।", "मरम्मत कितने की है?"),
        "मरम्मत की कीमत 500 रुपये है। क्या मैं और कुछ मदद कर सकती हूँ?"
    );
}

#[test]
fn requested_values_are_asked_for_once_each_and_confirmed() {
    let fields = [
        ("name", "The caller's name"),
        ("callback_number", "The number to call back"),
        ("floor", "Which floor is it?"),
    ];
    let said = [
        "What are your prices?",
        "Ada Fontaine",
        "Do you sell rugs?",
        "No",
        "The second floor",
        "My number is 504 555 0142",
    ];
    let expected = [
        &format!("{PRICES} Could you tell me your name?"),
        "Thank you, I have noted: Ada Fontaine. Could you tell me the number to call back?",
        UNKNOWN,
        "All right. Which floor is it?",
        "Thank you, I have noted: The second floor. Is there anything else?",
        "Thank you, I have noted: 5045550142. Is there anything else?",
    ];
    let listed = fields.map(|(name, about)| format!("\n- {name} (text): {about} [missing, required]"));
    let prompt = format!("{PROMPT}{}", listed.concat());
    assert_eq!(says(&prompt, &fields, &said), expected);
    let collected = turns(&prompt, &fields, &said).pop().expect("a turn");
    let values = json!({ "name": "Ada Fontaine", "callback_number": "5045550142", "floor": "The second floor" });
    assert_eq!(collected["fields"], values);
    // Without a list in the prompt, the schema gives the values.
    let first = says(PROMPT, &fields[..1], &["Is there parking?", "Ada"]);
    let expected = [
        &format!("{PRICES} Could you tell me your name?"),
        "Thank you, I have noted: Ada. Is there anything else?",
    ];
    assert_eq!(first, expected);
}

/// A fact about a business: a sentence of its prompt, a question about it, and the value that answers it.
#[derive(Debug, Clone)]
struct Fact {
    sentence: String,
    question: String,
    value: String,
}

const THINGS: [&str; 8] = [
    "carpet", "piano", "bicycle", "boiler", "window", "garden", "roof", "sofa",
];

fn fact() -> impl Strategy<Value = Fact> {
    let thing = proptest::sample::select(&THINGS[..]);
    (
        0..5_usize,
        thing,
        2..5_000_u32,
        1..12_u32,
        proptest::sample::select(&["Oak", "River", "Mill"][..]),
    )
        .prop_map(|(kind, thing, amount, hour, street)| {
            let of = |sentence: String, question: String, value: String| Fact {
                sentence,
                question,
                value,
            };
            match kind {
                0 => of(
                    format!("The price for one {thing} is {amount} euros."),
                    format!("Hello, how much do you charge for a {thing}"),
                    format!("{amount} euros"),
                ),
                1 => of(
                    format!("We are open from {hour} to {} every weekday.", hour + 9),
                    "And when are you open, please?".to_owned(),
                    format!("from {hour} to {}", hour + 9),
                ),
                2 => of(
                    format!("Our shop is located at {amount} {street} Street."),
                    "Can you tell me where your shop is?".to_owned(),
                    format!("{amount} {street} Street"),
                ),
                3 => of(
                    format!("Delivery of a {thing} takes {hour} days."),
                    format!("What about delivering my {thing}?"),
                    format!("{hour} days"),
                ),
                _ => of(
                    format!("The warranty lasts {amount} weeks."),
                    "I would like to know about your warranty".to_owned(),
                    format!("{amount} weeks"),
                ),
            }
        })
}

/// One fact of each kind at most, so that only one answers a question.
fn business() -> impl Strategy<Value = (String, Vec<Fact>)> {
    (prop::collection::vec(fact(), 1..6), "[A-Z][a-z]{3,8}").prop_map(|(mut facts, name)| {
        let mut questions = std::collections::BTreeSet::new();
        facts.retain(|fact| {
            let start: String = fact.question.chars().take(24).collect();
            questions.insert(start)
        });
        let mut prompt = format!("You are the assistant of {name} Services. Be brief and never invent anything.\n");
        for fact in &facts {
            prompt.push_str(&fact.sentence);
            prompt.push(' ');
        }
        prompt.push_str("\n\nYou are an AI assistant on the telephone. Do not make up facts about the business.");
        (prompt, facts)
    })
}

fn numbers(text: &str) -> Vec<&str> {
    let number = Regex::new(r"\d+").expect("pattern is valid");
    number.find_iter(text).map(|found| found.as_str()).collect()
}

proptest! {
    #[test]
    fn question_about_a_fact_is_answered_with_its_value((prompt, facts) in business(), index: prop::sample::Index) {
        let fact = index.get(&facts);
        let (answer, repeated) = (answer(&prompt, &fact.question), answer(&prompt, &fact.question));
        prop_assert!(answer.contains(&fact.value), "{}: {answer}", fact.question);
        for number in numbers(&answer) {
            prop_assert!(numbers(&prompt).contains(&number), "{number}: {answer}");
        }
        prop_assert_eq!(answer, repeated);
    }

    #[test]
    fn question_about_anything_else_gets_the_offer_to_take_a_message(
        (prompt, _) in business(),
        question in proptest::sample::select(&[
            "Do you lend umbrellas?",
            "Is the manager married",
            "My heating does not work since yesterday",
            "Can I pay you a visit with my elephants",
            "I want to cancel the subscription of my grandmother",
        ][..]),
    ) {
        prop_assert_eq!(answer(&prompt, question), UNKNOWN);
    }

    #[test]
    fn answer_states_only_numbers_of_the_prompt_or_the_caller((prompt, _) in business(), said in "[a-z0-9 ,.?]{0,60}") {
        // A telephone number is noted without the signs between its digits.
        let dialed: String = said.chars().filter(char::is_ascii_digit).collect();
        for number in numbers(&answer(&prompt, &said)) {
            prop_assert!(numbers(&prompt).contains(&number) || dialed.contains(number), "{number}: {said}");
        }
    }
}
