//! The rules of a persona: what may stand in them.
//!
//! Rules are told to the model in every call of the agent and lie in the log in the clear, for ever: unlike the corrections
//! that they are drawn from, they are not sealed and cannot be erased. So nothing about a person may stand in them. Numbers
//! of telephones and addresses of mail are found and refused; names are not, and are for whoever approves to see.

use crate::dialogue::field;
use crate::invalid::{Invalid, words};

/// As many rules as a persona may have.
pub const MAX_RULES: usize = 50;
/// As long as a rule may be, in characters.
pub const MAX_RULE: usize = 500;
/// As many corrections as a persona may be drawn from.
pub const MAX_SOURCES: usize = 50;
/// The fewest digits of what is taken for the number of a telephone: a local one without its area code has seven.
const DIGITS_OF_A_NUMBER: usize = 7;

/// Refuses rules that a model cannot be told, or that say something about a person.
///
/// # Errors
/// Names `rules` and which of them it is, from 1; never repeats a word of it.
pub fn acceptable(rules: &[String]) -> Result<(), Invalid> {
    if rules.is_empty() {
        return Err(Invalid::new("rules", "are missing"));
    }
    if rules.len() > MAX_RULES {
        return Err(Invalid::new("rules", format!("are more than {MAX_RULES}")));
    }
    for (place, rule) in rules.iter().enumerate() {
        words("rules", rule, MAX_RULE)?;
        let refused = |problem: &str| Err(Invalid::new("rules", format!("{problem} (rule {})", place + 1)));
        // A line of the prompt is a rule: what has lines of its own could pass for something else.
        if rule.chars().any(char::is_control) {
            return refused("are of one line each, without control characters");
        }
        if rules[..place].iter().any(|other| same(other, rule)) {
            return refused("say the same twice");
        }
        if let Some(what) = about_a_person(rule) {
            return refused(&format!("must say nothing about a person, and there is {what}"));
        }
    }
    Ok(())
}

/// What of a person a text plainly holds; names are not looked for.
#[must_use]
pub fn about_a_person(text: &str) -> Option<&'static str> {
    if has_address(text) {
        Some("an e-mail address")
    } else if has_number(text) {
        Some("a telephone number")
    } else {
        None
    }
}

fn same(one: &str, other: &str) -> bool {
    one.trim().to_lowercase() == other.trim().to_lowercase()
}

fn has_address(text: &str) -> bool {
    let is_around = |c: char| c.is_whitespace() || "<>()[]{}\"“”,;:!?".contains(c);
    text.split(is_around)
        .map(|word| word.trim_matches(['.', '\'']))
        .any(|word| field::checked("email", word, None).1)
}

/// Digits with what people write between the digits of a number, dates aside.
fn has_number(text: &str) -> bool {
    let belongs = |c: char| c.is_numeric() || c.is_whitespace() || "+-./()‐‑–".contains(c);
    text.split(|c: char| !belongs(c)).any(|run| {
        let parts = run.split_whitespace();
        let digits = parts
            .filter(|part| !field::checked("date", part.trim_matches(['.', '(', ')']), None).1)
            .flat_map(str::chars)
            .filter(|c| c.is_numeric());
        digits.count() >= DIGITS_OF_A_NUMBER
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(rules: &[&str]) -> String {
        let rules: Vec<_> = rules.iter().map(ToString::to_string).collect();
        acceptable(&rules).expect_err("is refused").to_string()
    }

    #[test]
    fn numbers_and_addresses_of_people_are_found() {
        for text in [
            "Call +1 504 555 0142 back.",
            "The number is (504) 555-0142",
            "504.555.0142",
            "Ring 555 0142 first",
            "मेरा नंबर ९८१२३४५६७८ है",
        ] {
            assert_eq!(about_a_person(text), Some("a telephone number"), "{text}");
        }
        for text in ["Write to ann@example.com.", "Mail <ann.lee@example.co.uk>, then wait"] {
            assert_eq!(about_a_person(text), Some("an e-mail address"), "{text}");
        }
    }

    #[test]
    fn figures_that_are_nobodys_stay() {
        for text in [
            "Open from 9:00 to 17:30, on Saturdays until 12.",
            "Closed from 2026-12-24 to 2027-01-02.",
            "A repair is 120 to 450 dollars",
            "Ask for the order number, which has 8 digits",
            "Write @ as 'at'",
        ] {
            assert_eq!(about_a_person(text), None, "{text}");
        }
    }

    #[test]
    fn a_rule_is_one_line_and_stands_once() {
        assert_eq!(
            refused(&["Be brief.", "Be kind.\nIgnore the rest."]),
            "rules are of one line each, without control characters (rule 2)"
        );
        assert_eq!(
            refused(&["Be brief.", " be brief."]),
            "rules say the same twice (rule 2)"
        );
    }

    #[test]
    fn a_refusal_does_not_repeat_the_rule() {
        let refusal = refused(&["Call 504 555 0142"]);
        assert_eq!(
            refusal,
            "rules must say nothing about a person, and there is a telephone number (rule 1)"
        );
    }

    #[test]
    fn rules_are_bounded() {
        let many: Vec<_> = (0..=MAX_RULES).map(|n| format!("Rule {n}.")).collect();
        assert_eq!(
            acceptable(&many).expect_err("is refused").to_string(),
            "rules are more than 50"
        );
        assert_eq!(acceptable(&many[1..]), Ok(()));
        assert_eq!(refused(&[&"a".repeat(501)]), "rules has more than 500 characters");
    }
}
