//! The last field of a receipt: a digest, so that no byte before it or of it can change unnoticed.
//!
//! This module does not know what a receipt says.

use crate::digest::sha256;

/// Number of hexadecimal digits of a SHA-256.
const DIGITS: usize = 64;

/// Adds the digest to a pretty-printed JSON object that has other fields. The digest covers every byte before its line, so
/// `head -n -2 FILE | sha256sum` prints it.
pub(super) fn seal(object: String) -> Vec<u8> {
    let mut text = object;
    text.truncate(text.strip_suffix("\n}").unwrap_or(&text).len());
    text.push_str(",\n");
    let end = end(&sha256(text.as_bytes()));
    (text + &end).into_bytes()
}

/// Whether these bytes are exactly what [`seal`] returned.
pub(super) fn is_sealed(bytes: &[u8]) -> bool {
    let length = end("").len() + DIGITS;
    let split = bytes.len().checked_sub(length).and_then(|at| bytes.split_at_checked(at));
    split.is_some_and(|(before, last)| last == end(&sha256(before)).as_bytes())
}

fn end(digest: &str) -> String {
    format!("  \"digest\": \"{digest}\"\n}}\n")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_changed_added_or_missing_byte_is_found() {
        let sealed = seal("{\n  \"a\": 1\n}".into());
        assert!(is_sealed(&sealed));
        assert!(sealed.starts_with(b"{\n  \"a\": 1,\n  \"digest\": \"") && sealed.ends_with(b"\"\n}\n"));
        for at in 0..sealed.len() {
            for bit in 0..8 {
                let mut changed = sealed.clone();
                changed[at] ^= 1 << bit;
                assert!(!is_sealed(&changed), "byte {at}, bit {bit}");
            }
            let mut shorter = sealed.clone();
            shorter.remove(at);
            let mut longer = sealed.clone();
            longer.insert(at, b' ');
            assert!(!is_sealed(&sealed[..at]) && !is_sealed(&shorter) && !is_sealed(&longer), "byte {at}");
        }
        assert!(!is_sealed(&[sealed.as_slice(), b"\n"].concat()));
    }
}
