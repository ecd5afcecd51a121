//! Parses numbers: whole ones, and those with a part or an exponent.

use rust_decimal::Decimal;

use crate::number::is_digits;

/// Parses a nonnegative whole number: digits, optionally followed by `.0`, or with an exponent such as `4.5e1`.
pub(super) fn parse_whole_number(text: &str) -> Option<i64> {
    digits(text).or_else(|| digits(&with_exponent(text)?.to_string()))
}

fn digits(text: &str) -> Option<i64> {
    if let Some(number) = few_digits(text) {
        return Some(number);
    }
    if is_digits(text) {
        return text.parse().ok();
    }
    let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
    let is_whole = is_digits(whole) && is_digits(fraction) && fraction.bytes().all(|byte| byte == b'0');
    is_whole.then(|| whole.parse().ok()).flatten()
}

/// Parses as few digits as a number of minutes has.
#[inline]
pub(super) fn few_digits(text: &str) -> Option<i64> {
    const MOST: usize = 4;
    let digit = |byte: &u8| byte.is_ascii_digit().then(|| i64::from(byte - b'0'));
    let bytes = text.as_bytes();
    (1..=MOST).contains(&bytes.len()).then_some(())?;
    bytes.iter().try_fold(0, |number, byte| Some(number * 10 + digit(byte)?))
}

/// Reads digits with or without a part after a point or comma, or with an exponent, as spreadsheets write them.
pub(super) fn number_alone(text: &str) -> Option<Decimal> {
    if text.contains(['e', 'E']) {
        return with_exponent(text);
    }
    let Some((whole, part)) = text.split_once(['.', ',']) else { return is_digits(text).then(|| text.parse().ok())? };
    // Three digits after a comma may as well be thousands.
    let is_number = is_digits(whole) && is_digits(part) && !(text.contains(',') && part.len() == 3);
    is_number.then(|| format!("{whole}.{part}").parse().ok()).flatten()
}

/// Reads a number with an exponent, such as `4.5e1`. JSON allows exponents, and spreadsheets write them.
fn with_exponent(text: &str) -> Option<Decimal> {
    let (number, _) = text.split_once(['e', 'E'])?;
    let is_plain = number.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.');
    is_plain.then(|| Decimal::from_scientific(text).ok()).flatten()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn whole_numbers_may_have_zeros_after_a_point_or_an_exponent() {
        for (text, number) in [("0", 0), ("45", 45), ("45.00", 45), ("4.5e1", 45), ("4.5E+01", 45), ("30e0", 30)] {
            assert_eq!(parse_whole_number(text), Some(number), "{text}");
        }
        for text in
            ["", "-5", "+5", "7.5", "45.", ".0", "1_0", "4.55e1", "e1", "45e", "-4.5e1", "4.5e1e1", "٤٥", "1e99"]
        {
            assert_eq!(parse_whole_number(text), None, "{text}");
        }
        assert_eq!(parse_whole_number("99999999999999999999"), None);
    }
}
