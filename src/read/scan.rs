//! Searches bytes sixteen at a time, and counts them in runs that the compiler makes vector instructions of.

use wide::u8x16;

/// Number of bytes that are searched at once.
const CHUNK: usize = size_of::<u8x16>();

/// Returns the offset of the first byte from `start` on that ends plain text in JSON: a quote, a backslash or a control
/// character. Without one, returns the length.
#[inline]
pub(super) fn text_end(bytes: &[u8], start: usize) -> usize {
    find(bytes, start, text_marks, |byte| matches!(byte, b'"' | b'\\' | ..b' '))
}

/// Whether text stands in a JSON string as it is.
#[inline]
pub(crate) fn is_plain_json_text(text: &str) -> bool {
    const HALF: usize = CHUNK / 2;
    let bytes = text.as_bytes();
    // Most texts are short: their first and last bytes are all of them.
    match (bytes.first_chunk::<HALF>(), bytes.last_chunk::<HALF>()) {
        (Some(first), Some(last)) if bytes.len() <= CHUNK => {
            let both = u128::from(u64::from_le_bytes(*first)) << u64::BITS | u128::from(u64::from_le_bytes(*last));
            !text_marks(u8x16::new(both.to_le_bytes())).any()
        }
        _ => text_end(bytes, 0) == bytes.len(),
    }
}

/// Sets the bits of the bytes that end plain text in JSON.
#[inline]
fn text_marks(chunk: u8x16) -> u8x16 {
    equal(chunk, b'"') | equal(chunk, b'\\') | control(chunk)
}

/// Returns the offset of the first byte from `start` on that ends an unquoted cell, or is a quote. Other control
/// characters count too. Without one, returns the length.
#[inline]
pub(super) fn cell_end(bytes: &[u8], start: usize, separator: u8) -> usize {
    let marks = |chunk| equal(chunk, separator) | equal(chunk, b'"') | control(chunk);
    find(bytes, start, marks, |byte| byte == separator || matches!(byte, b'"' | ..b' '))
}

/// `marks` sets the bits of the bytes that are wanted.
#[inline]
fn find(bytes: &[u8], start: usize, marks: impl Fn(u8x16) -> u8x16, is_mark: impl Fn(u8) -> bool) -> usize {
    let mut at = start;
    while let Some(chunk) = bytes.get(at..).and_then(<[u8]>::first_chunk::<CHUNK>) {
        let found = marks(u8x16::new(*chunk)).to_bitmask();
        if found != 0 {
            return at + usize::try_from(found.trailing_zeros()).unwrap_or_default();
        }
        at += CHUNK;
    }
    let rest = bytes.get(at..).unwrap_or_default();
    at.min(bytes.len()) + rest.iter().position(|byte| is_mark(*byte)).unwrap_or(rest.len())
}

/// Sets the bits of the bytes that equal `byte`.
#[inline]
fn equal(chunk: u8x16, byte: u8) -> u8x16 {
    chunk.simd_eq(u8x16::splat(byte))
}

/// Sets the bits of the bytes that are control characters.
#[inline]
fn control(chunk: u8x16) -> u8x16 {
    chunk.simd_eq(chunk.min(u8x16::splat(b' ' - 1)))
}

/// Returns the offset of the first byte from `start` on that is not a blank of JSON; without one, the length.
#[inline]
pub(super) fn skip_blanks(bytes: &[u8], mut start: usize) -> usize {
    while let Some(b' ' | b'\t' | b'\r' | b'\n') = bytes.get(start) {
        start += 1;
    }
    start
}

/// Counts the bytes that are wanted.
pub(super) fn count(bytes: &[u8], is_wanted: impl Fn(u8) -> bool) -> u64 {
    // A run is short enough for its count to fit in a byte.
    let in_run = |run: &[u8]| run.iter().fold(0_u8, |sum, byte| sum.wrapping_add(u8::from(is_wanted(*byte))));
    bytes.chunks(usize::from(u8::MAX)).map(|run| u64::from(in_run(run))).sum()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ends_are_found_wherever_they_stand() {
        for length in 0..40 {
            for at in 0..length {
                let mut bytes = vec![0xc3; length];
                for (mark, text, cell) in [(b'"', at, at), (b'\\', at, length), (b',', length, at), (b'\n', at, at)] {
                    bytes[at] = mark;
                    for start in 0..=length {
                        let expected = |found| if found < start { length } else { found };
                        assert_eq!(text_end(&bytes, start), expected(text));
                        assert_eq!(cell_end(&bytes, start, b','), expected(cell));
                    }
                }
            }
        }
        assert_eq!(text_end(b"\x7f\x80\xff !#[]", 0), 8);
    }

    #[test]
    fn many_bytes_are_counted() {
        assert_eq!(count(&[b'\n'; 1000], |byte| byte == b'\n'), 1000);
        assert_eq!(count(b"a\nb", |byte| byte == b'\n'), 1);
    }
}
