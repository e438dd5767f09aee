//! Reads what models really answer: JSON among other words, thoughts before the answer.

use serde_json::Value;

/// Names of the elements in which models think.
const THOUGHTS: [&str; 5] = ["think", "thinking", "thought", "reasoning", "reflection"];

/// The JSON objects in a text, an outer one before those in it.
pub fn objects(text: &str) -> impl Iterator<Item = serde_json::Map<String, Value>> {
    text.match_indices('{').filter_map(|(at, _)| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter();
        values.next()?.ok()
    })
}

/// A text without what the model thought. A thought that does not end goes on to the end; one that does not begin began
/// at the start.
#[must_use]
pub fn without_thoughts(text: &str) -> String {
    let mut text = text.to_owned();
    for name in THOUGHTS {
        let (open, close) = (format!("<{name}>"), format!("</{name}>"));
        loop {
            // The same length: only ASCII changes.
            let lower = text.to_ascii_lowercase();
            let (begin, end) = (lower.find(&open), lower.find(&close));
            match (begin, end) {
                (Some(begin), Some(end)) if begin < end => text.replace_range(begin..end + close.len(), ""),
                (_, Some(end)) => text.replace_range(..end + close.len(), ""),
                (Some(begin), None) => text.truncate(begin),
                (None, None) => break,
            }
        }
    }
    text
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thoughts_are_removed() {
        for (text, rest) in [
            ("<think>a</think>b", "b"),
            ("a<THINK>b</Think>c<think>d</think>e", "ace"),
            ("a</think>b", "b"),
            ("a<think>b", "a"),
            ("<reasoning>\u{130}\u{2126}</reasoning>b", "b"),
            ("a < b and c > d", "a < b and c > d"),
            ("<thinker>a</thinker>", "<thinker>a</thinker>"),
        ] {
            assert_eq!(without_thoughts(text), rest, "{text}");
        }
    }

    #[test]
    fn objects_are_found_among_words() {
        let found = |text: &str| objects(text).map(|it| Value::from(it).to_string()).collect::<Vec<_>>();
        assert_eq!(found("Sure! {\"a\":1}\n```"), ["{\"a\":1}"]);
        assert_eq!(found("{\"a\":{\"b\":2}} {\"c\""), ["{\"a\":{\"b\":2}}", "{\"b\":2}"]);
        assert!(found("[1] { } x").iter().all(|it| it == "{}"));
    }
}
