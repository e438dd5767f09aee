//! Rules derived from notes: the items of the last list in a message, deduplicated and formatted as sentences. Notes
//! with personal data are omitted, as an instructed model would omit them.

/// A text with fewer digits contains no telephone number.
const MIN_PHONE_DIGITS: usize = 7;

/// Rules from the last list of a message, in order.
pub(super) fn rules(message: &str) -> Vec<String> {
    let mut rules: Vec<String> = vec![];
    for note in last_list(message) {
        let rule = sentence(note);
        let is_known = rules.iter().any(|other| other.to_lowercase() == rule.to_lowercase());
        if !rule.is_empty() && !is_known && !has_personal_data(note) {
            rules.push(rule);
        }
    }
    rules
}

/// The bullet items after the last line that is neither a bullet nor empty.
fn last_list(message: &str) -> Vec<&str> {
    let mut list = vec![];
    for line in message.lines().map(str::trim).filter(|line| !line.is_empty()) {
        match line.strip_prefix(['-', '*', '•']) {
            Some(item) => list.push(item.trim()),
            None => list.clear(),
        }
    }
    list
}

fn sentence(note: &str) -> String {
    let note = note.trim_end_matches(['.', '!', ' ']);
    let mut letters = note.chars();
    letters.next().map_or_else(String::new, |first| {
        let first: String = first.to_uppercase().collect();
        format!("{first}{}.", letters.as_str())
    })
}

fn has_personal_data(note: &str) -> bool {
    note.contains('@') || note.chars().filter(|c| c.is_numeric()).count() >= MIN_PHONE_DIGITS
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn last_list_becomes_deduplicated_sentences() {
        let message = "Known:\n- Be brief.\n\nNotes:\n- ask for the street first\n- Ask for the street first!\n- call +15045550142 back";
        assert_eq!(rules(message), ["Ask for the street first."]);
        assert_eq!(rules("Notes:\n"), Vec::<String>::new());
    }
}
