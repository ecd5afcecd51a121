//! Rows as JSON: one document with everything, or one row per line.

use std::io::{self, Write};

use super::template::push_bytes;
use super::{Report, Row, RowWriter};
use crate::read::is_plain_json_text;

/// Writes one pretty-printed document with run, summary, claim lines and rows.
#[derive(Debug)]
pub(super) struct JsonRows(pub(super) Escaping);

/// Whether texts of notes have to be escaped.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Escaping {
    /// No text of any note has to be escaped.
    Unneeded,
    /// Each text is searched for characters to escape.
    Needed,
}

impl Escaping {
    #[inline]
    fn push(self, text: &str, out: &mut Vec<u8>) {
        match self {
            Self::Unneeded => push_bytes(text.as_bytes(), out),
            Self::Needed => push_escaped(text, out),
        }
    }
}

impl RowWriter for JsonRows {
    fn write_head(&self, report: &Report<'_>, out: &mut dyn Write) -> io::Result<()> {
        report.write_run_and_lines(out)?;
        out.write_all(b",\n  \"decisions\": [")
    }

    fn write_row(&self, row: &Row, out: &mut Vec<u8>) -> io::Result<()> {
        // Line breaks in strings are escaped, so each of these newlines is part of the layout.
        let row = serde_json::to_string_pretty(row)?.replace('\n', "\n    ");
        out.extend_from_slice(row.as_bytes());
        Ok(())
    }

    fn separator(&self, is_first: bool) -> &'static [u8] {
        if is_first { b"\n    " } else { b",\n    " }
    }

    fn end(&self, is_empty: bool) -> &'static [u8] {
        if is_empty { b"]\n}\n" } else { b"\n  ]\n}\n" }
    }

    fn push_text(&self, text: &str, out: &mut Vec<u8>) {
        self.0.push(text, out);
    }

    fn push_list(&self, list: &[&str], separator: &[u8], out: &mut Vec<u8>) {
        push_escaped_list(list, separator, out);
    }
}

/// Writes one row per line.
#[derive(Debug)]
pub(super) struct NdjsonRows(pub(super) Escaping);

impl RowWriter for NdjsonRows {
    fn write_row(&self, row: &Row, out: &mut Vec<u8>) -> io::Result<()> {
        serde_json::to_writer(&mut *out, row)?;
        out.push(b'\n');
        Ok(())
    }

    fn push_text(&self, text: &str, out: &mut Vec<u8>) {
        self.0.push(text, out);
    }

    fn push_list(&self, list: &[&str], separator: &[u8], out: &mut Vec<u8>) {
        push_escaped_list(list, separator, out);
    }
}

/// Adds text as it stands between the quotes of a JSON string.
#[inline]
pub(super) fn push_escaped(text: &str, out: &mut Vec<u8>) {
    if is_plain_json_text(text) {
        push_bytes(text.as_bytes(), out);
        return;
    }
    let quoted = serde_json::to_string(text).unwrap_or_default();
    let inside = quoted.strip_prefix('"').and_then(|quoted| quoted.strip_suffix('"'));
    out.extend_from_slice(inside.unwrap_or_default().as_bytes());
}

/// Adds the texts of a list between the quotes of its first and its last one.
pub(super) fn push_escaped_list(list: &[&str], separator: &[u8], out: &mut Vec<u8>) {
    for (position, text) in list.iter().enumerate() {
        if position > 0 {
            out.extend_from_slice(separator);
        }
        push_escaped(text, out);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_is_escaped_as_in_any_string() {
        for text in ["n-01", "a\"b", "\\", "a\nb\u{1}", "ä\u{2028}", ""] {
            let mut out = Vec::new();
            push_escaped(text, &mut out);
            assert_eq!(format!("\"{}\"", String::from_utf8(out).unwrap()), serde_json::to_string(text).unwrap());
        }
    }
}
