//! Exact dollar amounts: the rate for one unit, the amount of a claim line and the shares of its notes.
//!
//! This module knows nothing about payers or rules. It uses no floats: rates are parsed from text, amounts are
//! decimals.

use std::cmp::Reverse;
use std::fmt;
use std::iter::Sum;
use std::ops::{Add, Sub};
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};

/// Dollars for one unit: zero or more, with at most four decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Rate(Decimal);

impl Rate {
    /// Parses plain digits with at most four decimals, such as `17.72`. Returns `None` for anything else.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        (digits(whole, 9) && digits(fraction, 4)).then(|| Decimal::from_str(text).ok().map(Self)).flatten()
    }

    /// Whether units × rate is never a fraction of a cent.
    pub fn is_whole_cents(self) -> bool {
        self.0.normalize().scale() <= 2
    }

    /// Returns the rate plus one cent.
    #[must_use]
    pub fn plus_one_cent(self) -> Self {
        Self(self.0.saturating_add(Decimal::new(1, 2)))
    }

    /// Returns units × rate as text, with every digit.
    pub fn exact(self, units: u64) -> String {
        with_cents(self.times(units))
    }

    /// Returns the amount of a claim line with this many units, as its payer computes it.
    pub fn line_amount(self, units: u64) -> Amount {
        round_half_up_to_cent(self.times(units))
    }

    /// Splits the amount of a claim line among its notes.
    ///
    /// `units` holds the units of each note, earliest note first. Each note gets its units × rate, truncated to the
    /// cent. The remaining cents go one by one to the notes with the largest truncated parts, the earlier note first.
    /// The shares add up to [`Rate::line_amount`] of all units.
    pub fn shares(self, units: &[u32]) -> Vec<Amount> {
        let cent = Amount(Decimal::new(1, 2));
        let exact = || units.iter().map(|units| self.times((*units).into()));
        let mut shares: Vec<Amount> = exact().map(|exact| Amount(exact.trunc_with_scale(2))).collect();
        let line = self.line_amount(units.iter().copied().map(u64::from).sum());
        let mut left = line - shares.iter().copied().sum();
        let mut by_cut_off: Vec<(Decimal, &mut Amount)> =
            exact().zip(&mut shares).map(|(exact, share)| (exact.saturating_sub(share.0), share)).collect();
        // The sort is stable, so of notes with equal truncated parts the earlier one stays first.
        by_cut_off.sort_by_key(|(cut_off, _)| Reverse(*cut_off));
        for (_, share) in by_cut_off {
            if left < cent {
                break;
            }
            *share = *share + cent;
            left = left - cent;
        }
        shares
    }

    fn times(self, units: u64) -> Decimal {
        self.0.saturating_mul(Decimal::from(units))
    }
}

/// Rounds exact dollars half up to the cent. This is the only place where an amount is rounded.
fn round_half_up_to_cent(exact: Decimal) -> Amount {
    Amount(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_cents(self.0))
    }
}

/// An amount in dollars and cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Amount(Decimal);

impl Amount {
    /// Zero dollars: the amount of a note that earned no unit.
    pub const ZERO: Self = Self(Decimal::ZERO);

    /// Parses dollars and cents, such as `-70.88`; `None` for any other text.
    pub fn parse(text: &str) -> Option<Self> {
        Decimal::from_str_exact(text).ok().filter(|amount| amount.scale() <= 2).map(Self)
    }

    /// Returns so many times the amount.
    #[must_use]
    pub fn times(self, count: u64) -> Self {
        Self(self.0.saturating_mul(Decimal::from(count)))
    }
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
    }
}

impl Sub for Amount {
    type Output = Self;

    fn sub(self, other: Self) -> Self {
        Self(self.0.saturating_sub(other.0))
    }
}

impl Sum for Amount {
    fn sum<I: Iterator<Item = Self>>(amounts: I) -> Self {
        amounts.fold(Self::ZERO, Add::add)
    }
}

impl fmt::Display for Amount {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_cents(self.0))
    }
}

/// Formats a value with at least two decimals, and with more only if they are significant.
fn with_cents(value: Decimal) -> String {
    let value = value.normalize();
    let decimals = usize::try_from(value.scale()).unwrap_or(2).max(2);
    format!("{value:.decimals$}")
}

/// Serializes a number as JSON with every digit, without going through a float.
fn serialize_exact<S: Serializer>(text: &str, serializer: S) -> Result<S::Ok, S::Error> {
    serde_json::Number::from_str(text).map_err(serde::ser::Error::custom)?.serialize(serializer)
}

impl Serialize for Rate {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_exact(&self.to_string(), serializer)
    }
}

impl Serialize for Amount {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serialize_exact(&self.to_string(), serializer)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_rate_is_digits_with_at_most_four_decimals() {
        for good in ["17.72", "250", "0.0001", "0"] {
            assert!(Rate::parse(good).is_some(), "{good}");
        }
        for bad in ["", "17.", ".5", "-1", "+1", "1.00001", "1e3", "$17.72", "17,72", "1.7.2"] {
            assert!(Rate::parse(bad).is_none(), "{bad}");
        }
    }

    fn rate(text: &str) -> Rate {
        Rate::parse(text).unwrap()
    }

    #[test]
    fn a_claim_line_is_rounded_half_up_once() {
        let amount = |text, units| rate(text).line_amount(units).to_string();
        assert_eq!(amount("17.72", 3), "53.16");
        assert_eq!(amount("0.005", 1), "0.01");
        assert_eq!(amount("0.0049", 1), "0.00");
        assert_eq!(amount("2.985", 3), "8.96");
        assert_eq!(amount("250", 0), "0.00");
        assert_eq!(rate("17.725").exact(3), "53.175");
    }

    #[test]
    fn left_over_cents_go_to_the_largest_cut_off_parts_then_the_earliest() {
        let shares = |text, units: &[u32]| {
            rate(text).shares(units).iter().map(ToString::to_string).collect::<Vec<_>>().join(" ")
        };
        assert_eq!(shares("17.7255", &[1, 1, 1]), "17.73 17.73 17.72");
        assert_eq!(shares("17.725", &[1, 1]), "17.73 17.72");
        assert_eq!(shares("0.005", &[2, 1, 1]), "0.01 0.01 0.00");
        assert_eq!(shares("0.0033", &[1, 2, 3]), "0.00 0.01 0.01");
        assert_eq!(shares("0.0033", &[0, 1]), "0.00 0.00");
        assert_eq!(shares("250.005", &[1, 0, 0]), "250.01 0.00 0.00");
        assert_eq!(shares("17.72", &[]), "");
    }

    proptest! {
        #[test]
        fn shares_add_up_to_the_line(ten_thousandths in 0u64..2_000_000, units in prop::collection::vec(0u32..100, 0..12)) {
            let rate = rate(&format!("{}.{:04}", ten_thousandths / 10_000, ten_thousandths % 10_000));
            let shares = rate.shares(&units);
            let line = rate.line_amount(units.iter().copied().map(u64::from).sum());
            prop_assert_eq!(shares.iter().copied().sum::<Amount>(), line);
            for (share, units) in shares.iter().zip(&units) {
                let down = rate.times((*units).into()).trunc_with_scale(2);
                prop_assert!(share.0 == down || share.0 == down + Decimal::new(1, 2));
                prop_assert!(*units > 0 || *share == Amount::ZERO);
            }
        }
    }

    #[test]
    fn json_shows_every_digit() {
        assert_eq!(serde_json::to_string(&Rate::parse("17.7250").unwrap()).unwrap(), "17.725");
        assert_eq!(serde_json::to_string(&Amount::ZERO).unwrap(), "0.00");
    }
}
