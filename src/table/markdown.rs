//! Escapes text so that Markdown shows it unchanged.

use crate::visible::visible;

/// Escapes characters that Markdown would read as markup. A `_` within a word has no meaning there and is left alone.
pub(crate) fn escape_markdown(text: &str) -> String {
    let text: String = text.chars().map(|c| if c.is_ascii_control() { ' ' } else { c }).collect();
    let text = visible(&text);
    let mut escaped = String::with_capacity(text.len());
    let mut before = ' ';
    let mut rest = text.chars().peekable();
    while let Some(c) = rest.next() {
        let within_word = before.is_alphanumeric() && rest.peek().is_some_and(|after| after.is_alphanumeric());
        match c {
            '\\' | '|' | '*' | '<' | '>' | '[' | ']' | '`' | '&' | '~' | '#' => escaped.extend(['\\', c]),
            '_' if !within_word => escaped.extend(['\\', c]),
            _ => escaped.push(c),
        }
        before = c;
    }
    escaped
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn markdown_shows_a_text_as_it_is() {
        assert_eq!(escape_markdown("job_coaching"), "job_coaching");
        assert_eq!(escape_markdown("_x_ *y* <b> a\nb `c` \\"), "\\_x\\_ \\*y\\* \\<b\\> a b \\`c\\` \\\\");
        assert_eq!(escape_markdown("a\u{202e}b"), "a\u{fffd}b");
    }
}
