//! Detects the format of an input from its first bytes.

use std::io::{self, Chain, Cursor, Read};

use serde::de::IgnoredAny;

use super::{FileError, Format};
use crate::message::Code;

/// Number of bytes examined to detect the format.
const LOOK: u64 = 64 * 1024;

/// An input from its first byte on, including the bytes already examined.
pub type Opened<R> = Chain<Cursor<Vec<u8>>, R>;

/// Begins reading: skips a UTF-8 byte order mark and, if no format is given, detects it from the first bytes.
pub fn open<R: Read>(mut input: R, named: Option<Format>) -> Result<(Format, Opened<R>), FileError> {
    let mut head = Vec::new();
    input.by_ref().take(LOOK).read_to_end(&mut head).map_err(|error: io::Error| FileError::from(error))?;
    if head.starts_with(&[0xff, 0xfe]) || head.starts_with(&[0xfe, 0xff]) {
        return Err(FileError::new(Code::NotUtf8, "the input is UTF-16 text", "save or export it as UTF-8"));
    }
    if head.starts_with(b"\xef\xbb\xbf") {
        head.drain(..3);
    }
    let format = match named {
        Some(format) => format,
        None => of_content(&head)?,
    };
    Ok((format, Cursor::new(head).chain(input)))
}

fn of_content(head: &[u8]) -> Result<Format, FileError> {
    match head.trim_ascii_start().first() {
        None => Err(FileError::new(Code::NoNotes, "the input is empty", "give notes as JSON, NDJSON or CSV")),
        Some(b'[') => Ok(Format::Json),
        Some(b'{') => Ok(if is_ndjson(head) { Format::Ndjson } else { Format::Json }),
        Some(_) => Ok(Format::Csv),
    }
}

/// Whether the input is NDJSON: it has several lines, and at least one of the first two is a complete object.
fn is_ndjson(head: &[u8]) -> bool {
    let mut lines = head.split(|byte| *byte == b'\n').filter(|line| !line.trim_ascii().is_empty());
    let whole = |line: &[u8]| line.starts_with(b"{") && serde_json::from_slice::<IgnoredAny>(line).is_ok();
    match (lines.next(), lines.next()) {
        (Some(first), Some(second)) => whole(first.trim_ascii_start()) || whole(second),
        _ => false,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn content_tells_the_format() {
        let format = |text: &str| open(text.as_bytes(), None).map(|(format, _)| format).ok();
        assert_eq!(format("\u{feff} [ {} ]"), Some(Format::Json));
        assert_eq!(format("{\"a\": 1}"), Some(Format::Json));
        assert_eq!(format("{\n \"a\": 1}"), Some(Format::Json));
        assert_eq!(format("{\"a\": 1}\n{\"a\": 2}\n"), Some(Format::Ndjson));
        assert_eq!(format("{\"a\": \n{\"a\": 2}\n"), Some(Format::Ndjson));
        assert_eq!(format("id,client\n"), Some(Format::Csv));
        assert_eq!(format(" \n"), None);
    }
}
