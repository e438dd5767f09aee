//! Token counts. Four characters are taken for a token, which is near the truth for English
//! (<https://help.openai.com/en/articles/4936856-what-are-tokens-and-how-to-count-them>) and the same every time.

/// Characters of a token.
const CHARACTERS: usize = 4;
/// What every message costs beside its text.
const MESSAGE: usize = 4;

/// The tokens of a text.
pub(super) fn of(text: &str) -> usize {
    text.chars().count().div_ceil(CHARACTERS)
}

/// The tokens of everything that a model is told.
pub(super) fn of_all<'a>(texts: impl Iterator<Item = &'a str>) -> usize {
    texts.map(|text| of(text) + MESSAGE).sum()
}

/// A text, cut off after so many tokens; and whether it was.
pub(super) fn cut(text: String, most: Option<usize>) -> (String, bool) {
    let end = most.and_then(|most| text.char_indices().nth(most.saturating_mul(CHARACTERS)));
    match end {
        Some((end, _)) => (text[..end].to_owned(), true),
        None => (text, false),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_text_is_cut_only_when_it_is_too_long() {
        assert_eq!(cut("नमस्तेनम".into(), Some(2)), ("नमस्तेनम".into(), false));
        assert_eq!(cut("नमस्तेनमस".into(), Some(2)), ("नमस्तेनम".into(), true));
        assert_eq!(cut("any".into(), None), ("any".into(), false));
        assert_eq!(of("12345"), 2);
    }
}
