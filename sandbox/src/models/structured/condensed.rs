//! Rules that are drawn from notes: what a message lists last, each note once, as a sentence. A note by which a person could
//! be known is left out, as a model that was asked to would.

/// Fewer digits than this are no telephone number.
const TELEPHONE: usize = 7;

/// The rules that a message's last list comes to, in its order.
pub(super) fn rules(message: &str) -> Vec<String> {
    let mut rules: Vec<String> = vec![];
    for note in last_list(message) {
        let rule = sentence(note);
        let is_known = rules.iter().any(|other| other.to_lowercase() == rule.to_lowercase());
        if !rule.is_empty() && !is_known && !names_somebody(note) {
            rules.push(rule);
        }
    }
    rules
}

/// What stands after the bullets since the last line of another kind; empty lines between them are none.
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

fn names_somebody(note: &str) -> bool {
    note.contains('@') || note.chars().filter(|c| c.is_numeric()).count() >= TELEPHONE
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_last_list_is_told_in_sentences_each_once() {
        let message = "Known:\n- Be brief.\n\nNotes:\n- ask for the street first\n- Ask for the street first!\n- call +15045550142 back";
        assert_eq!(rules(message), ["Ask for the street first."]);
        assert_eq!(rules("Notes:\n"), Vec::<String>::new());
    }
}
