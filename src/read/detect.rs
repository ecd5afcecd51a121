//! Finds out what an input is from its first bytes, whatever it is called, and opens it.

use std::io::{Cursor, Read};
use std::sync::Arc;
use std::sync::atomic::AtomicBool;

use flate2::read::MultiGzDecoder;
use serde::de::IgnoredAny;

use super::encoding::{Unicode, Utf8OrWindows, from_utf16};
use super::{FileError, Format};
use crate::message::Code;

/// Number of bytes examined to detect the format.
const LOOK: u64 = 64 * 1024;

/// An input that has been opened.
pub(super) enum Opened<'i> {
    /// UTF-8 text from its first byte on.
    Text {
        /// The format of the text.
        format: Format,
        /// The text.
        input: Box<dyn Read + Send + 'i>,
        /// Whether the text is Windows-1252. It is known when the text was read.
        is_windows: Arc<AtomicBool>,
    },
    /// A workbook, whole.
    Workbook(Vec<u8>),
}

/// First bytes of files that are no text.
const GZIP: &[u8] = &[0x1f, 0x8b];
const ZIP: &[u8] = b"PK\x03\x04";
const OLE: &[u8] = &[0xd0, 0xcf, 0x11, 0xe0];

/// Begins reading: unpacks, skips a byte order mark, decodes, and, if no format is given, detects it from the first bytes.
pub(super) fn open<'i>(input: impl Read + Send + 'i, named: Option<Format>) -> Result<Opened<'i>, FileError> {
    let (head, input) = look(input)?;
    if head.starts_with(GZIP) {
        let (head, input) = look(MultiGzDecoder::new(input))?;
        if head.starts_with(GZIP) {
            let text = "the input is a gzip file within a gzip file";
            return Err(FileError::new(Code::Unreadable, text, "unpack it first"));
        }
        return open_unpacked(&head, input, named);
    }
    open_unpacked(&head, input, named)
}

/// Returns the first bytes, and all bytes.
fn look<'i, R: Read + Send + 'i>(mut input: R) -> Result<(Vec<u8>, impl Read + Send + 'i), FileError> {
    let mut head = Vec::new();
    input.by_ref().take(LOOK).read_to_end(&mut head)?;
    Ok((head.clone(), Cursor::new(head).chain(input)))
}

fn open_unpacked<'i>(
    head: &[u8],
    mut input: impl Read + Send + 'i,
    named: Option<Format>,
) -> Result<Opened<'i>, FileError> {
    if head.starts_with(ZIP) || head.starts_with(OLE) {
        let mut bytes = Vec::new();
        input.read_to_end(&mut bytes)?;
        return Ok(Opened::Workbook(bytes));
    }
    // What is called a workbook and is none may be any text.
    let named = named.filter(|format| *format != Format::Workbook);
    let is_windows = Arc::new(AtomicBool::new(false));
    match Unicode::detect(head) {
        Unicode::Utf32 => Err(FileError::new(Code::NotUtf8, "the input is UTF-32 text", "save or export it as UTF-8")),
        Unicode::Utf16 { is_big_endian } => {
            let (head, input) = look(from_utf16(input, is_big_endian))?;
            let format = named.map_or_else(|| of_content(&head), Ok)?;
            Ok(Opened::Text { format, input: Box::new(input), is_windows })
        }
        Unicode::Utf8 { mark } => {
            let (_, text) = head.split_at_checked(mark).unwrap_or_default();
            let format = named.map_or_else(|| of_content(text), Ok)?;
            input.by_ref().take(u64::from(mark > 0) * 3).read_to_end(&mut Vec::new())?;
            let input: Box<dyn Read + Send + 'i> = match format {
                // Only spreadsheets write Windows-1252. JSON is UTF-8, and so is what begins with its mark.
                Format::Csv if mark == 0 => Box::new(Utf8OrWindows::new(input, Arc::clone(&is_windows))),
                _ => Box::new(input),
            };
            Ok(Opened::Text { format, input, is_windows })
        }
    }
}

fn of_content(head: &[u8]) -> Result<Format, FileError> {
    match head.trim_ascii_start().first() {
        None => {
            Err(FileError::new(Code::NoNotes, "the input is empty", "give notes as JSON, NDJSON, CSV or a workbook"))
        }
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

    fn format(bytes: &[u8], named: Option<Format>) -> Option<Format> {
        match open(bytes, named).ok()? {
            Opened::Text { format, .. } => Some(format),
            Opened::Workbook(_) => Some(Format::Workbook),
        }
    }

    #[test]
    fn content_tells_the_format() {
        let format = |text: &str| format(text.as_bytes(), None);
        assert_eq!(format("\u{feff} [ {} ]"), Some(Format::Json));
        assert_eq!(format("{\"a\": 1}"), Some(Format::Json));
        assert_eq!(format("{\n \"a\": 1}"), Some(Format::Json));
        assert_eq!(format("{\"a\": 1}\n{\"a\": 2}\n"), Some(Format::Ndjson));
        assert_eq!(format("{\"a\": \n{\"a\": 2}\n"), Some(Format::Ndjson));
        assert_eq!(format("id,client\n"), Some(Format::Csv));
        assert_eq!(format(" \n"), None);
    }

    #[test]
    fn a_file_is_what_it_holds_and_not_what_it_is_called() {
        assert_eq!(format(b"PK\x03\x04rest", Some(Format::Csv)), Some(Format::Workbook));
        assert_eq!(format(b"\xd0\xcf\x11\xe0rest", Some(Format::Json)), Some(Format::Workbook));
        assert_eq!(format(b"id,client\n", Some(Format::Workbook)), Some(Format::Csv));
        assert_eq!(format(b"\x1f\x8bno gzip", Some(Format::Csv)), None);
    }

    #[test]
    fn text_is_passed_on_from_its_first_byte_in_utf8() {
        let text = "id,ü\nn-01,x\n";
        let utf16 = |swap: bool| -> Vec<u8> {
            text.encode_utf16().flat_map(|unit| if swap { unit.to_be_bytes() } else { unit.to_le_bytes() }).collect()
        };
        let mut packed = flate2::read::GzEncoder::new(text.as_bytes(), flate2::Compression::fast());
        let mut gzip = Vec::new();
        packed.read_to_end(&mut gzip).unwrap();
        let marked = |mark: &[u8], bytes: &[u8]| [mark, bytes].concat();
        for bytes in [
            text.as_bytes().to_vec(),
            marked(b"\xef\xbb\xbf", text.as_bytes()),
            marked(b"\xff\xfe", &utf16(false)),
            marked(b"\xfe\xff", &utf16(true)),
            utf16(false),
            utf16(true),
            gzip,
        ] {
            let Ok(Opened::Text { mut input, .. }) = open(bytes.as_slice(), None) else { panic!("{bytes:?}") };
            let mut read = String::new();
            input.read_to_string(&mut read).unwrap();
            assert_eq!(read, text);
        }
    }
}
