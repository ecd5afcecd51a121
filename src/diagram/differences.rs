//! Bounds on the days between dates, each as narrow as all of them together allow.

use crate::calendar::BusinessDayBounds;

/// Stands for no bound. No two dates are that many days apart.
pub(crate) const UNBOUNDED: i64 = 1 << 40;

/// How often bounds on days and bounds on business days are made to agree. They hardly ever need a third time.
const ROUNDS: usize = 8;

/// Bounds on the days and on the business days between a few dates.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub(crate) struct DateBounds {
    days: Differences,
    /// Business days add up as days do, so they have bounds of their own.
    business_days: Differences,
}

impl DateBounds {
    /// Creates bounds on so many dates that leave everything open.
    pub(crate) fn new(dates: usize) -> Self {
        Self { days: Differences::new(dates), business_days: Differences::new(dates) }
    }

    /// Returns these bounds with further ones on the days from one date to another, both inclusive; `None` if no dates
    /// have all of them.
    pub(crate) fn with_days(
        &self,
        (from, to): (usize, usize),
        bounds: (i64, i64),
        business: &BusinessDayBounds,
    ) -> Option<Self> {
        let days = self.days.with(from, to, bounds)?;
        Self { days, ..self.clone() }.agreeing(business)
    }

    /// Like [`Self::with_days`], for business days.
    pub(crate) fn with_business_days(
        &self,
        (from, to): (usize, usize),
        bounds: (i64, i64),
        business: &BusinessDayBounds,
    ) -> Option<Self> {
        let business_days = self.business_days.with(from, to, bounds)?;
        Self { business_days, ..self.clone() }.agreeing(business)
    }

    /// Returns the most days from one date to another; [`UNBOUNDED`] if there is no bound.
    pub(crate) fn most_days(&self, from: usize, to: usize) -> i64 {
        self.days.most(from, to)
    }

    /// Narrows the bounds on days by those on business days, and the other way round.
    fn agreeing(mut self, business: &BusinessDayBounds) -> Option<Self> {
        if self.business_days.is_open() {
            return Some(self);
        }
        for _ in 0..ROUNDS {
            let before = self.clone();
            for from in 0..self.days.dates {
                for to in (0..self.days.dates).filter(|to| *to != from) {
                    let days = self.days.most(from, to);
                    if days < UNBOUNDED {
                        self.business_days.limit(from, to, business.most(days))?;
                    }
                    let business_days = self.business_days.most(from, to);
                    if business_days < UNBOUNDED {
                        self.days.limit(from, to, business.longest(business_days).unwrap_or(UNBOUNDED))?;
                    }
                }
            }
            if self == before {
                break;
            }
        }
        Some(self)
    }
}

/// For each two of a few dates, the most days from one to the other.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
struct Differences {
    dates: usize,
    most: Vec<i64>,
}

impl Differences {
    /// Creates differences of so many dates, without bounds.
    fn new(dates: usize) -> Self {
        let most = (0..dates * dates).map(|at| if at % (dates + 1) == 0 { 0 } else { UNBOUNDED });
        Self { dates, most: most.collect() }
    }

    /// Returns whether there are no bounds.
    fn is_open(&self) -> bool {
        *self == Self::new(self.dates)
    }

    /// Returns these differences with further bounds, both inclusive; `None` if no dates have all of them.
    fn with(&self, from: usize, to: usize, (least, most): (i64, i64)) -> Option<Self> {
        let mut with = self.clone();
        with.limit(from, to, most)?;
        with.limit(to, from, -least)?;
        Some(with)
    }

    /// Returns the most days from one date to another.
    fn most(&self, from: usize, to: usize) -> i64 {
        self.most.get(from * self.dates + to).copied().unwrap_or(UNBOUNDED)
    }

    fn limit(&mut self, from: usize, to: usize, most: i64) -> Option<()> {
        if self.most(to, from) + most < 0 {
            return None;
        }
        if most >= self.most(from, to) {
            return Some(());
        }
        for first in 0..self.dates {
            for last in 0..self.dates {
                let parts = [self.most(first, from), most, self.most(to, last)];
                let through: i64 = parts.iter().sum();
                if parts.iter().all(|part| *part < UNBOUNDED)
                    && let Some(known) = self.most.get_mut(first * self.dates + last)
                {
                    *known = (*known).min(through);
                }
            }
        }
        Some(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bounds_follow_from_each_other() {
        let week = Differences::new(3).with(0, 1, (3, 7)).unwrap().with(1, 2, (-1, 2)).unwrap();
        assert_eq!((week.most(0, 2), week.most(2, 0)), (9, -2));
        assert!(week.with(0, 2, (2, 2)).is_some() && week.with(0, 2, (9, 20)).is_some());
        assert!(week.with(0, 2, (0, 1)).is_none() && week.with(2, 0, (-100, -10)).is_none());
    }

    #[test]
    fn without_a_bound_anything_is_possible() {
        let none = Differences::new(2);
        assert_eq!(none.with(0, 1, (-UNBOUNDED, UNBOUNDED)), Some(none.clone()));
        assert_eq!(none.with(0, 1, (5, UNBOUNDED)).unwrap().most(1, 0), -5);
    }
}
