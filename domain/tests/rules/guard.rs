//! The guard refuses no ordinary answer: 10,000 with random numbers, dates, prices, names and addresses.

use domain::dialogue::guard::severe_word;
use proptest::prelude::*;
use proptest::sample::select;
use proptest::string::string_regex;

const LANGUAGES: [&str; 10] = [
    "en-US", "es-MX", "fr-FR", "de-DE", "pt-BR", "it-IT", "nl-NL", "pl-PL", "tr-TR", "hi-IN",
];

/// Names of people and places that lists of words often take for something else, and ordinary ones.
const NAMES: [&str; 40] = [
    "Ada Lovelace",
    "Dick Cockburn",
    "Fanny Hancock",
    "Gaylord Weiner",
    "Phuc Dang",
    "Randi Wang",
    "Kuntz & Sons",
    "Jürgen Fuchs",
    "Lipschitz",
    "Titsworth",
    "Assad Dong",
    "Peter Beaver",
    "Roger Dyke",
    "Nigel Niger",
    "Nasser Ali",
    "Scunthorpe",
    "Penistone",
    "Clitheroe",
    "Sussex",
    "Essex",
    "Middlesex",
    "Lightwater",
    "Arsenal",
    "Shitterton Lane",
    "Fuckersberg 5",
    "Intercourse",
    "Dildo",
    "Troia",
    "Concepción Verga",
    "Concha Polla",
    "Bea Bitchener",
    "Hans Schwanz",
    "Gertrud Möse",
    "Rosa Kock",
    "Piet Kok",
    "Kanker Instituut",
    "Sara Slut",
    "José Cojo",
    "Ömer Piçak",
    "राम लाल",
];

const STREETS: [&str; 12] = [
    "Main St",
    "Maple Street",
    "Cumming Road",
    "Cockfosters Avenue",
    "Rue de la Chaussette 3b",
    "Via Troia",
    "Calle Mayor",
    "Schlossallee",
    "Am Dickicht",
    "Butthole Road",
    "Titty Ho",
    "Rua do Cu",
];

/// Texts of a pattern, which is parsed once: as a strategy, a text parses its pattern for every value.
fn pattern(pattern: &str) -> impl Strategy<Value = String> + use<> {
    string_regex(pattern).expect("a pattern")
}

fn number() -> impl Strategy<Value = String> {
    prop_oneof![
        pattern("\\+1 [2-9][0-9]{2} [2-9][0-9]{2} [0-9]{4}"),
        pattern("[2-9][0-9]{2}-[0-9]{3}-[0-9]{4}"),
        pattern("\\+[1-9][0-9]{7,14}"),
        pattern("0[0-9]{3}/[0-9]{6}"),
    ]
}

fn price() -> impl Strategy<Value = String> {
    prop_oneof![
        pattern("\\$[1-9][0-9]?,[0-9]{3}\\.[0-9]{2}"),
        pattern("€ [1-9][0-9]{0,2}\\.[0-9]{3},[0-9]{2}"),
        pattern("₹[1-9],[0-9]{2},[0-9]{3}"),
        pattern("[1-9][0-9]{0,3} (dollars|euros|Euro|pesos|rupees)"),
    ]
}

fn date() -> impl Strategy<Value = String> {
    prop_oneof![
        pattern("20[2-4][0-9]-[01][0-9]-[0-3][0-9]"),
        pattern("[1-9]/[12][0-9]/20[2-4][0-9]"),
        pattern("[1-9]\\. (Oktober|März|mayo|juin) 20[2-4][0-9]"),
        pattern("(Tuesday|Freitag|sábado) [1-9]:[0-5][0-9] ?(am|pm|Uhr|h)"),
    ]
}

fn address() -> impl Strategy<Value = String> {
    prop_oneof![
        (pattern("[1-9][0-9]{0,4}"), select(&STREETS[..])).prop_map(|(house, street)| format!("{house} {street}")),
        pattern("[a-z]{1,8}[._-]?[a-z0-9]{1,8}@[a-z]{2,10}\\.(com|org|de|example)"),
        pattern("(fuck|shit|puta|cazzo)@[a-z]{2,10}\\.com"),
        pattern("www\\.[a-z]{2,10}\\.(com|org)/[a-z0-9]{1,8}"),
        pattern("[A-Z]{1,4}-?[0-9]{2,8}[A-Z]{0,3}"),
    ]
}

fn answer() -> impl Strategy<Value = String> {
    let name = select(&NAMES[..]);
    (number(), price(), date(), name, address(), 0..6_usize).prop_map(|(number, price, date, name, address, form)| {
        match form {
            0 => format!("Please call {number}."),
            1 => format!("That comes to {price} in total, {name}."),
            2 => format!("{name}, the breast screening is on {date} at {address}."),
            3 => format!("Usted debe {price} desde el {date}, ¿correcto? Llame al {number}."),
            4 => format!("Ihr Termin bei {name} ist am {date}, {address}. Das kostet {price}."),
            _ => format!("{date}: {name}; {address}; {number}; {price}"),
        }
    })
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(10_000))]

    #[test]
    fn ordinary_answer_is_not_refused(answer in answer(), language in select(&LANGUAGES[..])) {
        prop_assert_eq!(severe_word(&answer, Some(language)).map(|it| answer[it].to_owned()), None);
    }
}
