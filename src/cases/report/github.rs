//! Output as GitHub workflow annotations: one for each failing case, at its place.

use std::io::{self, Write};

use super::{MutantsReport, NO_LONGER_WRONG, Report, describe, write_visible};
use crate::message::{Level, Message};
use crate::visible::visible_lines;

impl Report<'_> {
    /// Writes the annotations, then the counts.
    pub fn github(&self, out: &mut dyn Write) -> io::Result<()> {
        write_visible(out, |out| self.write_annotations(out))
    }

    fn write_annotations(&self, out: &mut dyn Write) -> io::Result<()> {
        for (_, result) in self.results().filter(|(_, result)| !result.passes()) {
            let case = result.case;
            let mut lines: Vec<String> = result.differences.iter().map(describe).collect();
            if case.known_wrong.is_some() {
                lines.insert(0, NO_LONGER_WRONG.to_owned());
            }
            let (file, title) = (property(&case.place.file), property(&case.title));
            let text = data(&lines.join("\n"));
            writeln!(
                out,
                "::error file={file},line={},col={},title={title}::{text}",
                case.place.line, case.place.column
            )?;
        }
        for reached in self.coverage.iter().flat_map(|coverage| &coverage.rules).filter(|reached| !reached.decides) {
            let rule = self.set.rule(reached.rule);
            let Some(place) = self.set.place_of(&rule.span) else { continue };
            let (file, text) = (property(&place.file), data(&format!("no case is decided by {}", rule.id)));
            writeln!(
                out,
                "::warning file={file},line={},col={},title=rule without a case::{text}",
                place.line, place.column
            )?;
        }
        for row in self.mutants.iter().flat_map(MutantsReport::survivors) {
            let (file, title) = (property(&row.file), property(&row.describe()));
            let text = data(&row.explain().join("\n"));
            writeln!(out, "::error file={file},line={},col={},title={title}::{text}", row.line, row.column)?;
        }
        writeln!(out, "{}", self.counts())?;
        self.mutants.iter().try_for_each(|mutants| writeln!(out, "{}", mutants.summary))
    }
}

/// Formats a message as an annotation at its place.
pub fn annotation(message: &Message) -> String {
    let level = match message.level {
        Level::Error => "error",
        Level::Warning => "warning",
    };
    let place = message.place.as_ref();
    let at = place.map(|at| format!("file={},line={},col={},", property(&at.file), at.line, at.column));
    let lines: Vec<&str> =
        [Some(&message.text), message.help.as_ref()].into_iter().flatten().map(String::as_str).collect();
    let (title, text) = (message.code, data(&visible_lines(&lines.join("\n"))));
    format!("::{level} {}title={title}::{text}", at.unwrap_or_default())
}

/// Escapes the text of an annotation into one line.
fn data(text: &str) -> String {
    text.replace('%', "%25").replace('\r', "%0D").replace('\n', "%0A")
}

/// Escapes a property of an annotation, where colons and commas are separators too.
fn property(text: &str) -> String {
    data(text).replace(':', "%3A").replace(',', "%2C")
}
