//! Splits text into blocks. A letter of any alphabet takes one byte while its block holds one alphabet besides ASCII,
//! so Hindi is as fast as English. Text that does not fit one such alphabet (emoji, Chinese beside Greek) is sent as
//! UTF-8.

use crate::block::{Block, TEXT_BYTES, encode, sequence_after};
use crate::voice::Voice;

/// The blocks of an utterance; none for an empty text.
pub(super) fn spell(text: &str, voice: Voice) -> Vec<Block> {
    let characters: Vec<char> = text.chars().collect();
    let mut blocks = vec![];
    let mut at = 0;
    while at < characters.len() {
        let (alphabet, taken) = take(&characters[at..]);
        let end = at + taken;
        blocks.push(Block {
            voice,
            is_last: end == characters.len(),
            starts_word: at == 0 || is_boundary(characters[at - 1], characters[at]),
            ends_word: end == characters.len() || is_boundary(characters[end - 1], characters[end]),
            sequence: sequence_after(0, blocks.len()),
            text: characters[at..end].iter().collect(),
            alphabet,
        });
        at = end;
    }
    blocks
}

fn is_boundary(before: char, after: char) -> bool {
    before.is_whitespace() || after.is_whitespace()
}

/// The alphabet in which the most characters fit into one block, and their number (at least one).
fn take(characters: &[char]) -> (u8, usize) {
    let foreign = characters
        .iter()
        .take(TEXT_BYTES)
        .find(|character| !character.is_ascii())
        .and_then(|character| u8::try_from(u32::from(*character) >> 7).ok());
    let in_utf_8 = (0, count_fitting(characters, 0));
    foreign
        .map(|alphabet| (alphabet, count_fitting(characters, alphabet)))
        .filter(|(_, count)| *count > in_utf_8.1)
        .unwrap_or(in_utf_8)
}

fn count_fitting(characters: &[char], alphabet: u8) -> usize {
    let mut free_bytes = TEXT_BYTES;
    characters
        .iter()
        .take_while(|character| {
            let left = encode(**character, alphabet).and_then(|bytes| free_bytes.checked_sub(bytes.len()));
            free_bytes = left.unwrap_or(free_bytes);
            left.is_some()
        })
        .count()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn texts(text: &str) -> Vec<String> {
        spell(text, Voice::Ai).into_iter().map(|block| block.text).collect()
    }

    #[test]
    fn eight_letters_of_any_alphabet_fit_one_block() {
        assert_eq!(texts("My laptop"), ["My lapto", "p"]);
        assert_eq!(texts("मेरा लैपटॉप"), ["मेरा लैप", "टॉप"]);
        assert_eq!(texts("Größenwahn"), ["Größenwa", "hn"]);
    }

    #[test]
    fn text_without_a_single_alphabet_is_encoded_in_utf_8() {
        assert_eq!(texts("😀😀😀"), ["😀😀", "😀"]);
        assert_eq!(texts(""), [""; 0]);
    }

    #[test]
    fn block_flags_word_boundaries_at_its_ends() {
        let ends: Vec<_> = spell("My lapt op is", Voice::Ai)
            .iter()
            .map(|block| (block.starts_word, block.ends_word, block.is_last))
            .collect();
        assert_eq!(ends, [(true, true, false), (true, true, true)]);
        let ends: Vec<_> = spell("My laptop", Voice::Ai)
            .iter()
            .map(|block| (block.starts_word, block.ends_word))
            .collect();
        assert_eq!(ends, [(true, false), (false, true)]);
    }
}
