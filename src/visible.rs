//! Makes text safe to show to a person, so that nothing in it can move the cursor, forge a line or stay hidden.

use std::borrow::Cow;

/// The replacement for a character that cannot be seen.
const MARK: char = char::REPLACEMENT_CHARACTER;

/// Returns one line of text with every control, bidirectional or invisible character replaced by a visible mark.
pub fn visible(text: &str) -> Cow<'_, str> {
    replace(text, is_invisible)
}

/// Like [`visible`], but for text of several lines: line breaks and tabs are kept.
pub fn visible_lines(text: &str) -> Cow<'_, str> {
    replace(text, |c| is_invisible(c) && !matches!(c, '\n' | '\t'))
}

fn replace(text: &str, is_bad: impl Fn(char) -> bool) -> Cow<'_, str> {
    if text.chars().any(&is_bad) {
        Cow::Owned(text.chars().map(|c| if is_bad(c) { MARK } else { c }).collect())
    } else {
        Cow::Borrowed(text)
    }
}

/// Whether a character acts on the terminal or on the surrounding text instead of being visible itself.
pub fn is_invisible(c: char) -> bool {
    let is_no_character = u32::from(c) & 0xfffe == 0xfffe;
    c.is_control()
        || is_no_character
        || matches!(c,
            // Bidirectional marks, embeddings, overrides and isolates.
            '\u{61c}' | '\u{200e}'..='\u{200f}' | '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}'
            // Unicode line and paragraph separators.
            | '\u{2028}'..='\u{2029}'
            // Joiners, fillers, variation selectors and other zero-width characters.
            | '\u{ad}' | '\u{34f}' | '\u{115f}'..='\u{1160}' | '\u{17b4}'..='\u{17b5}' | '\u{180b}'..='\u{180f}'
            | '\u{200b}'..='\u{200d}' | '\u{2060}'..='\u{2065}' | '\u{206a}'..='\u{206f}' | '\u{3164}'
            | '\u{fe00}'..='\u{fe0f}' | '\u{feff}' | '\u{ffa0}' | '\u{fff0}'..='\u{fffb}' | '\u{fdd0}'..='\u{fdef}'
            | '\u{1bca0}'..='\u{1bca3}' | '\u{1d173}'..='\u{1d17a}'
            // Tag characters.
            | '\u{e0000}'..='\u{e0fff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_cannot_be_seen_becomes_a_mark() {
        for bad in [
            '\0',
            '\n',
            '\t',
            '\r',
            '\u{1b}',
            '\u{7f}',
            '\u{9b}',
            '\u{ad}',
            '\u{200b}',
            '\u{202e}',
            '\u{2066}',
            '\u{2028}',
            '\u{feff}',
            '\u{fffe}',
            '\u{e0041}',
        ] {
            assert_eq!(visible(&format!("a{bad}b")), "a\u{fffd}b", "{bad:?}");
        }
    }

    #[test]
    fn what_can_be_seen_stays() {
        for good in ["", "n-01", "Müller – “x” 日本 🙂", "a\u{a0}b"] {
            assert!(matches!(visible(good), Cow::Borrowed(text) if text == good), "{good:?}");
        }
        assert_eq!(visible_lines("a\n\tb\u{1b}"), "a\n\tb\u{fffd}");
    }
}
