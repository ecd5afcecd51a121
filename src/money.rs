//! Exact dollars: the rate for one unit and the amount of a line.
//!
//! Knows nothing of notes, payers or rules. No float is ever made: a rate comes from text and an amount is a decimal.

use std::fmt;
use std::iter::Sum;
use std::ops::Add;
use std::str::FromStr;

use rust_decimal::{Decimal, RoundingStrategy};
use serde::{Serialize, Serializer};

/// Dollars for one unit, zero or more, with at most four decimals.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Rate(Decimal);

impl Rate {
    /// Reads plain digits with at most four decimals, such as `17.72`; anything else is `None`.
    pub fn parse(text: &str) -> Option<Self> {
        let (whole, fraction) = text.split_once('.').unwrap_or((text, "0"));
        let digits = |part: &str, most: usize| {
            (1..=most).contains(&part.len()) && part.bytes().all(|byte| byte.is_ascii_digit())
        };
        (digits(whole, 9) && digits(fraction, 4)).then(|| Decimal::from_str(text).ok().map(Self)).flatten()
    }

    /// What so many units cost before it is rounded, as text.
    pub fn exact(self, units: u64) -> String {
        with_cents(self.0.saturating_mul(Decimal::from(units)))
    }

    /// The rate that is a cent higher.
    #[must_use]
    pub fn a_cent_more(self) -> Self {
        Self(self.0.saturating_add(Decimal::new(1, 2)))
    }

    /// What so many units cost, rounded half-up to the cent, once.
    pub fn amount(self, units: u64) -> Amount {
        let exact = self.0.saturating_mul(Decimal::from(units));
        Amount(exact.round_dp_with_strategy(2, RoundingStrategy::MidpointAwayFromZero))
    }
}

impl fmt::Display for Rate {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&with_cents(self.0))
    }
}

/// Dollars and cents.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord)]
pub struct Amount(Decimal);

impl Amount {
    /// Nothing: the amount of a note that earned no unit.
    pub const ZERO: Self = Self(Decimal::ZERO);
}

impl Add for Amount {
    type Output = Self;

    fn add(self, other: Self) -> Self {
        Self(self.0.saturating_add(other.0))
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

/// As text with at least two decimals, and more only where they say something.
fn with_cents(value: Decimal) -> String {
    let value = value.normalize();
    let decimals = usize::try_from(value.scale()).unwrap_or(2).max(2);
    format!("{value:.decimals$}")
}

/// As a JSON number with every digit, never through a float.
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

    #[test]
    fn an_amount_is_rounded_half_up_once() {
        let amount = |rate: &str, units| Rate::parse(rate).unwrap().amount(units).to_string();
        assert_eq!(amount("17.72", 3), "53.16");
        assert_eq!(amount("0.005", 1), "0.01");
        assert_eq!(amount("0.0049", 1), "0.00");
        assert_eq!(amount("17.725", 3), "53.18");
        assert_eq!(amount("250", 0), "0.00");
        assert_eq!(Rate::parse("17.725").unwrap().exact(3), "53.175");
    }

    #[test]
    fn json_shows_every_digit() {
        assert_eq!(serde_json::to_string(&Rate::parse("17.7250").unwrap()).unwrap(), "17.725");
        assert_eq!(serde_json::to_string(&Amount::ZERO).unwrap(), "0.00");
    }
}
