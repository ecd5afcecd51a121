//! Reads text that is almost UTF-8, so that a bad byte rejects only one record, not the file.

use std::borrow::Cow;

/// Replaces each byte that is not UTF-8 with `?`, which keeps the length, and returns the offsets of those bytes.
pub(super) fn replace_bad_bytes(bytes: &[u8]) -> (Cow<'_, str>, Vec<usize>) {
    if let Ok(text) = simdutf8::basic::from_utf8(bytes) {
        return (Cow::Borrowed(text), Vec::new());
    }
    let mut text = String::with_capacity(bytes.len());
    let mut bad = Vec::new();
    for chunk in bytes.utf8_chunks() {
        text.push_str(chunk.valid());
        for _ in chunk.invalid() {
            bad.push(text.len());
            text.push('?');
        }
    }
    (Cow::Owned(text), bad)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn length_and_places_are_kept() {
        let (text, bad) = replace_bad_bytes(b"a\xffb\xc3(");
        assert_eq!((text.as_ref(), bad), ("a?b?(", vec![1, 3]));
        assert_eq!(replace_bad_bytes("ü".as_bytes()), (Cow::Borrowed("ü"), Vec::new()));
    }
}
