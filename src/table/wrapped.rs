//! Text that fits a screen: lines wrapped between words, each with its indent.

use super::Screen;
use crate::visible::visible;

/// Fewest characters that a value needs next to a name; with less space it goes below the name.
const LEAST: usize = 24;

/// A text under construction.
pub(crate) struct WrappedText {
    screen: Screen,
    text: String,
}

impl WrappedText {
    pub(crate) fn new(screen: Screen) -> Self {
        Self { screen, text: String::new() }
    }

    /// Returns the finished text.
    pub(crate) fn finish(self) -> String {
        self.text
    }

    /// Adds text at an indent.
    pub(crate) fn line(&mut self, indent: usize, text: &str) {
        self.item(indent, "", text);
    }

    /// Adds text after a mark. Continuation lines are aligned with the text, not with the mark.
    pub(crate) fn item(&mut self, indent: usize, mark: &str, text: &str) {
        let mark = visible(mark);
        let hang = indent + mark.chars().count();
        let mut lead = format!("{}{mark}", " ".repeat(indent));
        let room = usize::from(self.screen.width).saturating_sub(hang).max(20);
        for line in wrap(text, room) {
            self.text.push_str(format!("{lead}{line}").trim_end());
            self.text.push('\n');
            lead = " ".repeat(hang);
        }
    }

    /// Adds a line that is never wrapped.
    pub(crate) fn verbatim(&mut self, indent: usize, line: &str) {
        self.text.push_str(format!("{}{}", " ".repeat(indent), visible(line)).trim_end());
        self.text.push('\n');
    }

    /// Adds an empty line, then a heading.
    pub(crate) fn heading(&mut self, text: &str) {
        self.gap();
        self.styled(text, "1");
    }

    /// Adds a styled line. `style`: the parameter of the terminal's escape sequence.
    pub(crate) fn styled(&mut self, text: &str, style: &str) {
        for line in wrap(text, usize::from(self.screen.width).max(20)) {
            let styled =
                if self.screen.colors { format!("\u{1b}[{style}m{line}\u{1b}[0m\n") } else { format!("{line}\n") };
            self.text.push_str(&styled);
        }
    }

    /// Adds an empty line, unless the text is empty or already ends with one.
    pub(crate) fn gap(&mut self) {
        if !self.text.is_empty() && !self.text.ends_with("\n\n") {
            self.text.push('\n');
        }
    }

    /// Adds names and their values, one pair below the other.
    pub(crate) fn table(&mut self, indent: usize, rows: &[(String, String)]) {
        let widest = rows.iter().map(|(name, _)| name.chars().count()).max().unwrap_or_default();
        let beside = indent + widest + 2 + LEAST <= usize::from(self.screen.width);
        for (name, value) in rows {
            if beside {
                self.item(indent, &format!("{name:widest$}  "), value);
            } else {
                self.line(indent, name);
                self.line(indent + 4, value);
            }
        }
    }
}

/// Wraps text into lines of at most `room` characters. A longer word gets a line of its own.
fn wrap(text: &str, room: usize) -> Vec<String> {
    let mut lines: Vec<String> = Vec::new();
    let mut line = String::new();
    for word in visible(text).split_whitespace() {
        let longer = line.chars().count() + 1 + word.chars().count();
        if line.is_empty() {
            word.clone_into(&mut line);
        } else if longer <= room {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(std::mem::replace(&mut line, word.to_owned()));
        }
    }
    if !line.is_empty() {
        lines.push(line);
    }
    lines
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_line_is_longer_than_the_screen() {
        let mut text = WrappedText::new(Screen { width: 40, colors: false });
        text.item(4, "- ", "one two three four five six seven eight nine ten eleven twelve");
        assert_eq!(text.finish(), "    - one two three four five six seven\n      eight nine ten eleven twelve\n");
    }
    #[test]
    fn nothing_steers_the_terminal() {
        let mut text = WrappedText::new(Screen { width: 40, colors: true });
        text.line(0, "a\u{1b}[2J\u{202e}b");
        text.verbatim(0, "n\nforged");
        assert_eq!(text.finish(), "a\u{fffd}[2J\u{fffd}b\nn\u{fffd}forged\n");
    }
}
