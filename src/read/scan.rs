//! Searches bytes eight at a time, and counts them in runs that the compiler makes vector instructions of.

/// Number of bytes in a word.
const WORD: usize = size_of::<u64>();

const LOW_BITS: u64 = u64::from_ne_bytes([0x01; WORD]);
const HIGH_BITS: u64 = u64::from_ne_bytes([0x80; WORD]);

/// Returns the offset of the first byte from `start` on that ends plain text in JSON: a quote, a backslash or a control
/// character. Without one, returns the length.
#[inline]
pub(super) fn text_end(bytes: &[u8], start: usize) -> usize {
    let marks = |word| equal(word, b'"') | equal(word, b'\\') | control(word);
    find(bytes, start, marks, |byte| matches!(byte, b'"' | b'\\' | ..b' '))
}

/// Whether text stands in a JSON string as it is.
#[inline]
pub(crate) fn is_plain_json_text(text: &str) -> bool {
    text_end(text.as_bytes(), 0) == text.len()
}

/// Returns the offset of the first byte from `start` on that ends an unquoted cell in CSV, or is a quote. Other control
/// characters count too. Without one, returns the length.
#[inline]
pub(super) fn cell_end(bytes: &[u8], start: usize) -> usize {
    let marks = |word| equal(word, b',') | equal(word, b'"') | control(word);
    find(bytes, start, marks, |byte| matches!(byte, b',' | b'"' | ..b' '))
}

/// `marks` sets the high bit of the first byte that is wanted; higher bits may be wrong.
#[inline]
fn find(bytes: &[u8], start: usize, marks: impl Fn(u64) -> u64, is_mark: impl Fn(u8) -> bool) -> usize {
    let mut rest = bytes.get(start..).unwrap_or_default();
    while let Some((word, after)) = rest.split_first_chunk::<WORD>() {
        let found = marks(u64::from_le_bytes(*word)) & HIGH_BITS;
        if found != 0 {
            let bits = usize::try_from(found.trailing_zeros()).unwrap_or_default();
            return bytes.len() - rest.len() + bits / 8;
        }
        rest = after;
    }
    bytes.len() - rest.len() + rest.iter().position(|byte| is_mark(*byte)).unwrap_or(rest.len())
}

/// Sets the high bit of the first byte that equals `byte`. The subtraction may carry into higher bytes.
#[inline]
fn equal(word: u64, byte: u8) -> u64 {
    let same = word ^ u64::from_ne_bytes([byte; WORD]);
    same.wrapping_sub(LOW_BITS) & !same
}

/// Sets the high bit of the first byte that is a control character.
#[inline]
fn control(word: u64) -> u64 {
    word.wrapping_sub(u64::from_ne_bytes([b' '; WORD])) & !word
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
                        assert_eq!(cell_end(&bytes, start), expected(cell));
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
