//! Classification of a schema property by its name and description: `lead_score`, `leadScore` and "The lead's score"
//! are the same concept.

/// Meaning of a property. A property with no known meaning is [`Concept::Other`]; its value is searched for in the
/// questions and answers of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concept {
    /// The model's next sentence.
    Reply,
    Summary,
    /// A conclusion that no caller states, such as an outcome, a sentiment or a score.
    Judgment,
    WordCount,
    Language,
    Goodbye,
    /// The caller wants to speak to a person.
    Person,
    /// Rules derived from notes.
    Rules,
    Speaker,
    Email,
    Phone,
    FirstName,
    LastName,
    Name,
    Company,
    Date,
    Time,
    OrderNumber,
    PostalCode,
    City,
    /// The caller's request in their own words.
    Matter,
    /// The value of the enclosing property.
    Value,
    Other,
}

/// Names of each concept, separated by commas: the words of one of them must all occur, in any order. The first concept
/// wins.
const NAMES: &[(Concept, &str)] = &[
    (
        Concept::Judgment,
        "lead score, next, follow up, followup, action, actions, goal, achieved, success, successful, resolved, solved, \
         sentiment, mood, tone, emotion, interest, interested, outcome, disposition, result, confidence, certainty, \
         topic, topics, tags, keywords",
    ),
    (Concept::WordCount, "word count, words"),
    (Concept::Phone, "callback, call back"),
    (Concept::Summary, "summary, synopsis, recap"),
    (Concept::Language, "language"),
    (
        Concept::Goodbye,
        "goodbye, bye, hangup, hang up, end, ended, done, finished",
    ),
    (
        Concept::Person,
        "escalate, escalation, escalated, transfer, handoff, handover, human, person",
    ),
    (Concept::Rules, "rules, guidelines"),
    (Concept::Speaker, "speaker"),
    (Concept::Email, "email, mail"),
    (Concept::Phone, "phone, telephone, mobile"),
    (Concept::FirstName, "first name, given name"),
    (Concept::LastName, "last name, family name, surname"),
    (Concept::Company, "company, employer, organisation, organization"),
    (Concept::OrderNumber, "order number, order id, order no"),
    (Concept::PostalCode, "zip, postal, postcode, pincode"),
    (Concept::City, "city, town"),
    (Concept::Date, "date, day"),
    (Concept::Time, "time"),
    (
        Concept::Matter,
        "intent, category, issue, problem, reason, matter, request, concern",
    ),
    (
        Concept::Reply,
        "say, reply, response, answer, message, speech, utterance, spoken",
    ),
    (Concept::Value, "value, text, content"),
];

/// Words that may accompany `name` in the name of a property that holds a person's name.
const PERSON_NAME_WORDS: &[&str] = &[
    "name",
    "full",
    "caller",
    "callers",
    "customer",
    "customers",
    "contact",
    "user",
    "client",
    "lead",
    "their",
    "the",
    "your",
];

/// Classifies a property by its name, and by its description if the name is not conclusive.
pub(super) fn of(name: &str, description: &str) -> Concept {
    let words = words(name);
    match of_words(&words) {
        Concept::Other if is_name(&words) => Concept::Name,
        Concept::Other => of_description(description),
        concept => concept,
    }
}

/// Classifies a property that is collected from the caller: a `message` or a `result` is what the caller states.
pub(super) fn of_value(name: &str, description: &str) -> Concept {
    match of(name, description) {
        Concept::Reply | Concept::Judgment | Concept::Value => Concept::Other,
        concept => concept,
    }
}

fn of_words(words: &[String]) -> Concept {
    let has = |name: &str| name.split_whitespace().all(|one| words.iter().any(|word| word == one));
    NAMES
        .iter()
        .find(|(_, names)| names.split(',').any(has))
        .map_or(Concept::Other, |(concept, _)| *concept)
}

fn is_name(words: &[String]) -> bool {
    words.iter().any(|word| word == "name") && words.iter().all(|word| PERSON_NAME_WORDS.contains(&word.as_str()))
}

/// A description is prose, so only unambiguous words in it count.
fn of_description(description: &str) -> Concept {
    let words = words(description);
    match of_words(&words) {
        plain @ (Concept::Email
        | Concept::Phone
        | Concept::FirstName
        | Concept::LastName
        | Concept::Date
        | Concept::OrderNumber
        | Concept::PostalCode) => plain,
        _ if words.iter().any(|word| word == "name")
            && words
                .iter()
                .any(|word| PERSON_NAME_WORDS[1..8].contains(&word.as_str())) =>
        {
            Concept::Name
        }
        _ => Concept::Other,
    }
}

/// The lower-case words of a name or text: `leadScore`, `lead_score` and `Lead score` have two words each.
pub(super) fn words(text: &str) -> Vec<String> {
    let mut words = vec![String::new()];
    let mut was_lower = false;
    for character in text.chars() {
        if !character.is_alphanumeric() || (character.is_uppercase() && was_lower) {
            words.push(String::new());
        }
        if character.is_alphanumeric()
            && let Some(word) = words.last_mut()
        {
            word.extend(character.to_lowercase());
        }
        was_lower = character.is_lowercase();
    }
    words.retain(|word| !word.is_empty());
    // "e-mail"
    if words.first().is_some_and(|word| word == "e") && words.get(1).is_some_and(|word| word == "mail") {
        words.remove(0);
    }
    words
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn property_name_is_classified_in_any_spelling() {
        for (name, concept) in [
            ("lead_score", Concept::Judgment),
            ("leadScore", Concept::Judgment),
            ("e-mail", Concept::Email),
            ("email_address", Concept::Email),
            ("phone_number", Concept::Phone),
            ("callback_number", Concept::Phone),
            ("caller_name", Concept::Name),
            ("name", Concept::Name),
            ("product_name", Concept::Other),
            ("firstName", Concept::FirstName),
            ("preferred_date", Concept::Date),
            ("order_number", Concept::OrderNumber),
            ("next_action", Concept::Judgment),
            ("goal_achieved", Concept::Judgment),
            ("say", Concept::Reply),
            ("goodbye", Concept::Goodbye),
            ("person", Concept::Person),
            ("colour", Concept::Other),
        ] {
            assert_eq!(of(name, ""), concept, "{name}");
        }
    }

    #[test]
    fn description_is_used_when_the_name_is_inconclusive() {
        assert_eq!(of("field_1", "The caller's e-mail address, or email"), Concept::Email);
        assert_eq!(of("who", "Full name of the caller"), Concept::Name);
        assert_eq!(of("device", "The name of the device"), Concept::Other);
    }
}
