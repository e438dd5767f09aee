//! Text for ears: models write for eyes, with Markdown, web addresses and emoji.

use pulldown_cmark::{Event, Options, Parser, Tag, TagEnd};
use std::fmt::Write as _;

/// The text without markup: lists and headings become sentences, web addresses their host, emoji nothing.
pub fn speakable(text: &str) -> String {
    let mut spoken = String::with_capacity(text.len());
    let mut lists: Vec<Option<u64>> = Vec::new();
    // Whether a sentence ends before what follows.
    let mut has_ended = false;
    for event in Parser::new_ext(text, Options::ENABLE_STRIKETHROUGH | Options::ENABLE_TABLES) {
        if has_ended && matches!(event, Event::Text(_) | Event::Code(_) | Event::Start(Tag::Item)) {
            end_sentence(&mut spoken);
            has_ended = false;
        }
        match event {
            Event::Text(text) | Event::Code(text) => spoken.push_str(&text),
            Event::SoftBreak => spoken.push(' '),
            Event::Start(Tag::List(first)) => {
                has_ended = true;
                lists.push(first);
            }
            // "2. Oktober" at the start of a line looks like a list as well.
            Event::Start(Tag::Item) => {
                if let Some(Some(number)) = lists.last_mut() {
                    let _ = write!(spoken, "{number}. ");
                    *number += 1;
                }
            }
            Event::End(TagEnd::List(_)) => {
                lists.pop();
            }
            Event::End(TagEnd::TableCell) => spoken.push_str(", "),
            Event::HardBreak
            | Event::Rule
            | Event::End(
                TagEnd::Paragraph
                | TagEnd::Heading(_)
                | TagEnd::Item
                | TagEnd::CodeBlock
                | TagEnd::TableHead
                | TagEnd::TableRow,
            ) => has_ended = true,
            _ => {}
        }
    }
    let words = spoken.split_whitespace().map(audible).filter(|word| !word.is_empty());
    let words: Vec<String> = words.collect();
    words.join(" ").trim_end_matches(',').to_owned()
}

/// Ends a sentence that has no end yet.
fn end_sentence(spoken: &mut String) {
    let end = spoken.trim_end_matches([' ', ',']).len();
    spoken.truncate(end);
    if spoken.ends_with(|c: char| c.is_alphanumeric() || matches!(c, ')' | '"')) {
        spoken.push('.');
    }
    if !spoken.is_empty() {
        spoken.push(' ');
    }
}

/// A word as it is spoken: of a web address the host.
fn audible(word: &str) -> String {
    let without_pictures: String = word
        .chars()
        .filter(|c| !is_pictograph(*c) && !is_invisible(*c))
        .collect();
    let Some((_, address)) = ["https://", "http://"]
        .iter()
        .find_map(|scheme| without_pictures.split_once(scheme))
    else {
        return without_pictures;
    };
    let host_end = address
        .find(['/', '?', '#', ':', ')', '>', ',', ';', '!'])
        .unwrap_or(address.len());
    let host = address[..host_end].trim_end_matches('.');
    let end = if without_pictures.ends_with(['.', ',', ';', '!', '?']) {
        &without_pictures[without_pictures.len() - 1..]
    } else {
        ""
    };
    format!("{}{end}", host.strip_prefix("www.").unwrap_or(host))
}

/// Characters without sound or shape: spaces of no width, marks of direction, soft hyphens, byte order marks, controls.
/// Not the joiners, which Indic and Persian words contain.
fn is_invisible(c: char) -> bool {
    c.is_control()
        || matches!(c,
            '\u{ad}' | '\u{200b}' | '\u{200e}' | '\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2060}'..='\u{206f}' | '\u{feff}')
}

/// Emoji and symbols, with what joins and colors them.
const fn is_pictograph(c: char) -> bool {
    matches!(c,
        '\u{200d}' | '\u{20e3}' | '\u{2190}'..='\u{21ff}' | '\u{2300}'..='\u{23ff}' | '\u{2460}'..='\u{27bf}'
        | '\u{2900}'..='\u{297f}' | '\u{2b00}'..='\u{2bff}' | '\u{3030}' | '\u{fe00}'..='\u{fe0f}'
        | '\u{1f000}'..='\u{1faff}' | '\u{e0020}'..='\u{e007f}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markup_is_not_spoken() {
        for (written, spoken) in [
            ("Hello there.", "Hello there."),
            ("**We are open** until _six_.", "We are open until six."),
            ("# Hours\n\nMonday to Friday", "Hours. Monday to Friday"),
            (
                "We have:\n- bread\n- cakes\n\nWhich one?",
                "We have: bread. cakes. Which one?",
            ),
            ("1. First\n2. Second", "1. First. 2. Second"),
            ("2. Oktober um neun Uhr", "2. Oktober um neun Uhr"),
            ("See [our page](https://www.example.com/a?b=c).", "See our page."),
            ("Go to https://www.example.com/help.", "Go to example.com."),
            (
                "Great! \u{1f600}\u{1f44d}\u{1f3fd} \u{2764}\u{fe0f} Bye.",
                "Great! Bye.",
            ),
            ("It costs $26,860.57 in total.", "It costs $26,860.57 in total."),
            (
                "Call +1 500 555 1708 or 504-555-0100.",
                "Call +1 500 555 1708 or 504-555-0100.",
            ),
            ("5 * 3 * 2 is 30", "5 * 3 * 2 is 30"),
            ("`reset` the <b>router</b>", "reset the router"),
            (
                "| day | open |\n|---|---|\n| Monday | nine |",
                "day, open. Monday, nine",
            ),
            ("यह एक वाक्य है।", "यह एक वाक्य है।"),
            ("\u{1f600}", ""),
        ] {
            assert_eq!(speakable(written), spoken, "{written}");
        }
    }
}
