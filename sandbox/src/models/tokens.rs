//! Token counts, estimated at four characters per token, a good approximation for English
//! (<https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them>) that is deterministic.

const CHARACTERS_PER_TOKEN: usize = 4;
/// Tokens counted per message in addition to its text.
const TOKENS_PER_MESSAGE: usize = 4;

/// Tokens in a text.
pub(super) fn of(text: &str) -> usize {
    text.chars().count().div_ceil(CHARACTERS_PER_TOKEN)
}

/// Tokens in all messages of a request.
pub(super) fn of_all<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| of(text) + TOKENS_PER_MESSAGE).sum()
}

/// Truncates a text to `max_tokens`; also returns whether it was truncated.
pub(super) fn cut(text: String, max_tokens: Option<usize>) -> (String, bool) {
    let end =
        max_tokens.and_then(|max_tokens| text.char_indices().nth(max_tokens.saturating_mul(CHARACTERS_PER_TOKEN)));
    match end {
        Some((end, _)) => (text[..end].to_owned(), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_over_the_token_limit_is_truncated() {
        assert_eq!(cut("नमस्तेनम".into(), Some(2)), ("नमस्तेनम".into(), false));
        assert_eq!(cut("नमस्तेनमस".into(), Some(2)), ("नमस्तेनम".into(), true));
        assert_eq!(cut("any".into(), None), ("any".into(), false));
        assert_eq!(of("12345"), 2);
    }
}
