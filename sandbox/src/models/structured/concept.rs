//! Classification of a schema property by its name and description: `lead_score`, `leadScore` and "The lead's score"
//! are the same concept.

/// Meaning of a property. A property with no known meaning is [`Concept::Other`]; its value is searched for in the
/// questions and answers of the conversation.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Concept {
    /// The model's next sentence.
    Reply,
    Summary,
    Sentiment,
    Outcome,
    Interest,
    NextAction,
    GoalAchieved,
    LeadScore,
    Confidence,
    WordCount,
    Intent,
    Language,
    Goodbye,
    /// The caller wants to speak to a person.
    Person,
    Callback,
    Topics,
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

/// Words that a name must all contain, in any order, for each concept. The first match wins.
const NAMES: &[(&[&str], Concept)] = &[
    (&["lead", "score"], Concept::LeadScore),
    (&["word", "count"], Concept::WordCount),
    (&["words"], Concept::WordCount),
    (&["next"], Concept::NextAction),
    (&["follow", "up"], Concept::NextAction),
    (&["followup"], Concept::NextAction),
    (&["action"], Concept::NextAction),
    (&["actions"], Concept::NextAction),
    (&["callback"], Concept::Callback),
    (&["call", "back"], Concept::Callback),
    (&["goal"], Concept::GoalAchieved),
    (&["achieved"], Concept::GoalAchieved),
    (&["success"], Concept::GoalAchieved),
    (&["successful"], Concept::GoalAchieved),
    (&["resolved"], Concept::GoalAchieved),
    (&["solved"], Concept::GoalAchieved),
    (&["sentiment"], Concept::Sentiment),
    (&["mood"], Concept::Sentiment),
    (&["tone"], Concept::Sentiment),
    (&["emotion"], Concept::Sentiment),
    (&["interest"], Concept::Interest),
    (&["interested"], Concept::Interest),
    (&["outcome"], Concept::Outcome),
    (&["disposition"], Concept::Outcome),
    (&["result"], Concept::Outcome),
    (&["summary"], Concept::Summary),
    (&["synopsis"], Concept::Summary),
    (&["recap"], Concept::Summary),
    (&["confidence"], Concept::Confidence),
    (&["certainty"], Concept::Confidence),
    (&["intent"], Concept::Intent),
    (&["category"], Concept::Intent),
    (&["language"], Concept::Language),
    (&["goodbye"], Concept::Goodbye),
    (&["bye"], Concept::Goodbye),
    (&["hangup"], Concept::Goodbye),
    (&["hang", "up"], Concept::Goodbye),
    (&["end"], Concept::Goodbye),
    (&["ended"], Concept::Goodbye),
    (&["done"], Concept::Goodbye),
    (&["finished"], Concept::Goodbye),
    (&["escalate"], Concept::Person),
    (&["escalation"], Concept::Person),
    (&["escalated"], Concept::Person),
    (&["transfer"], Concept::Person),
    (&["handoff"], Concept::Person),
    (&["handover"], Concept::Person),
    (&["human"], Concept::Person),
    (&["person"], Concept::Person),
    (&["topics"], Concept::Topics),
    (&["tags"], Concept::Topics),
    (&["keywords"], Concept::Topics),
    (&["topic"], Concept::Topics),
    (&["rules"], Concept::Rules),
    (&["guidelines"], Concept::Rules),
    (&["speaker"], Concept::Speaker),
    (&["email"], Concept::Email),
    (&["mail"], Concept::Email),
    (&["phone"], Concept::Phone),
    (&["telephone"], Concept::Phone),
    (&["mobile"], Concept::Phone),
    (&["first", "name"], Concept::FirstName),
    (&["given", "name"], Concept::FirstName),
    (&["last", "name"], Concept::LastName),
    (&["family", "name"], Concept::LastName),
    (&["surname"], Concept::LastName),
    (&["company"], Concept::Company),
    (&["employer"], Concept::Company),
    (&["organisation"], Concept::Company),
    (&["organization"], Concept::Company),
    (&["order", "number"], Concept::OrderNumber),
    (&["order", "id"], Concept::OrderNumber),
    (&["order", "no"], Concept::OrderNumber),
    (&["zip"], Concept::PostalCode),
    (&["postal"], Concept::PostalCode),
    (&["postcode"], Concept::PostalCode),
    (&["pincode"], Concept::PostalCode),
    (&["city"], Concept::City),
    (&["town"], Concept::City),
    (&["date"], Concept::Date),
    (&["day"], Concept::Date),
    (&["time"], Concept::Time),
    (&["issue"], Concept::Matter),
    (&["problem"], Concept::Matter),
    (&["reason"], Concept::Matter),
    (&["matter"], Concept::Matter),
    (&["request"], Concept::Matter),
    (&["concern"], Concept::Matter),
    (&["say"], Concept::Reply),
    (&["reply"], Concept::Reply),
    (&["response"], Concept::Reply),
    (&["answer"], Concept::Reply),
    (&["message"], Concept::Reply),
    (&["speech"], Concept::Reply),
    (&["utterance"], Concept::Reply),
    (&["spoken"], Concept::Reply),
    (&["value"], Concept::Value),
    (&["text"], Concept::Value),
    (&["content"], Concept::Value),
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

fn of_words(words: &[String]) -> Concept {
    NAMES
        .iter()
        .find(|(all, _)| all.iter().all(|one| words.iter().any(|word| word == one)))
        .map_or(Concept::Other, |(_, concept)| *concept)
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
        | Concept::OrderNumber
        | Concept::PostalCode
        | Concept::Sentiment
        | Concept::LeadScore) => plain,
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
            ("lead_score", Concept::LeadScore),
            ("leadScore", Concept::LeadScore),
            ("e-mail", Concept::Email),
            ("email_address", Concept::Email),
            ("phone_number", Concept::Phone),
            ("caller_name", Concept::Name),
            ("name", Concept::Name),
            ("product_name", Concept::Other),
            ("firstName", Concept::FirstName),
            ("preferred_date", Concept::Date),
            ("order_number", Concept::OrderNumber),
            ("next_action", Concept::NextAction),
            ("goal_achieved", Concept::GoalAchieved),
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
