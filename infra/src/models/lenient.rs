//! Reads what models really answer: JSON among other words, thoughts before the answer.

use serde_json::Value;

/// What encloses thoughts, and calls of tools, in the templates of models.
const ENCLOSED: [(&str, &str); 12] = [
    ("<think>", "</think>"),
    ("<thinking>", "</thinking>"),
    ("<thought>", "</thought>"),
    ("<reasoning>", "</reasoning>"),
    ("<reflection>", "</reflection>"),
    ("<seed:think>", "</seed:think>"),
    ("\u{25c1}think\u{25b7}", "\u{25c1}/think\u{25b7}"),
    ("[think]", "[/think]"),
    ("<|start_thinking|>", "<|end_thinking|>"),
    ("<unused94>", "<unused95>"),
    ("<|channel|>analysis<|message|>", "<|end|>"),
    ("<tool_call>", "</tool_call>"),
];
/// What begins the answer itself, after thoughts: as it is sent, and as it is left when a server removes the tokens.
const ANSWER: &str = "<|channel|>final<|message|>";
const BARE_THOUGHT: &str = "analysis";
const BARE_ANSWER: &str = "assistantfinal";
/// What templates put around a turn.
const TURN: [&str; 5] = [
    "<|im_start|>assistant",
    "<|start|>assistant",
    "<|start_header_id|>assistant<|end_header_id|>",
    "<start_of_turn>model",
    "<end_of_turn>",
];
/// Longest name of a token of a template: `<|eot_id|>`.
const MAX_TOKEN_BYTES: usize = 40;

/// The JSON objects in a text, an outer one before those in it.
pub fn objects(text: &str) -> impl Iterator<Item = serde_json::Map<String, Value>> {
    text.match_indices('{').filter_map(|(at, _)| {
        let mut values = serde_json::Deserializer::from_str(&text[at..]).into_iter();
        values.next()?.ok()
    })
}

/// A text without what the model thought, and without the tokens of its template. A thought that does not end goes on to
/// the end; one that does not begin began at the start.
#[must_use]
pub fn without_thoughts(text: &str) -> String {
    let mut text = match text.rfind(ANSWER) {
        Some(at) => text[at + ANSWER.len()..].to_owned(),
        None => text.to_owned(),
    };
    if text.trim_start().starts_with(BARE_THOUGHT)
        && let Some(at) = text.find(BARE_ANSWER)
    {
        text.replace_range(..at + BARE_ANSWER.len(), "");
    }
    for (open, close) in ENCLOSED {
        loop {
            // The same length: only ASCII changes.
            let lower = text.to_ascii_lowercase();
            let (begin, end) = (lower.find(open), lower.find(close));
            match (begin, end) {
                (Some(begin), Some(end)) if begin < end => text.replace_range(begin..end + close.len(), ""),
                (_, Some(end)) => text.replace_range(..end + close.len(), ""),
                (Some(begin), None) => text.truncate(begin),
                (None, None) => break,
            }
        }
    }
    for turn in TURN {
        text = text.replace(turn, "");
    }
    without_tokens(&text)
}

/// A text without tokens such as `<|im_end|>`.
fn without_tokens(text: &str) -> String {
    let (mut rest, mut words) = (text, String::with_capacity(text.len()));
    while let Some(at) = rest.find("<|") {
        let (before, token) = rest.split_at(at);
        words.push_str(before);
        let end = token[2..].find("|>").filter(|end| {
            let name = &token[2..2 + end];
            name.len() <= MAX_TOKEN_BYTES && name.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        });
        rest = if let Some(end) = end {
            &token[2 + end + 2..]
        } else {
            words.push_str("<|");
            &token[2..]
        };
    }
    words.push_str(rest);
    words
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
            (
                "<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>final<|message|>b",
                "b",
            ),
            ("<|channel|>analysis<|message|>a<|end|>b", "b"),
            ("analysisaassistantfinalb", "b"),
            ("An analysis of it", "An analysis of it"),
            ("\u{25c1}think\u{25b7}a\u{25c1}/think\u{25b7}b", "b"),
            ("<seed:think>a</seed:think>b", "b"),
            ("<|START_THINKING|>a<|END_THINKING|>b", "b"),
            ("<unused94>thought\na<unused95>b", "b"),
            ("[THINK]a[/THINK]b", "b"),
            ("b<|im_end|>", "b"),
            ("b<|eot_id|><|end_of_text|>", "b"),
            ("<|im_start|>assistant\nb", "\nb"),
            ("<start_of_turn>model\nb<end_of_turn>", "\nb"),
            ("b<tool_call>\n{\"name\":\"x\"}\n</tool_call>", "b"),
            ("a <| b |> c <|", "a <| b |> c <|"),
            ("<|>", "<|>"),
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
