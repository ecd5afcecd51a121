//! Conversions between the sizes of whole numbers that are used for indexes and counts, and digits as numbers.

/// Converts an index or a count to the size of memory addresses.
#[inline]
pub fn wide(number: u32) -> usize {
    usize::try_from(number).unwrap_or(usize::MAX)
}

/// Converts an index or a count to 32 bits. More than four billion are cut off at the largest number.
#[inline]
pub fn narrow(number: usize) -> u32 {
    u32::try_from(number).unwrap_or(u32::MAX)
}

/// Converts an index or a count to 64 bits.
#[inline]
pub fn count(number: usize) -> u64 {
    u64::try_from(number).unwrap_or(u64::MAX)
}

/// Whether a text is one or more ASCII digits.
pub fn is_digits(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| byte.is_ascii_digit())
}

/// Parses at most `most` digits, and at most nine.
pub fn parse_digits(text: &str, most: usize) -> Option<u32> {
    (is_digits(text) && text.len() <= most.min(9)).then(|| text.parse().ok()).flatten()
}
