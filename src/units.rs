//! Converts minutes to 15-minute units, for one note or for a pool of notes.
//!
//! This module knows nothing about payers, rates or rules.

use std::cmp::Reverse;

/// Minutes in a quarter hour.
pub const QUARTER_HOUR: u32 = 15;

/// The number of leftover minutes that count as another quarter hour: 1 to 15.
///
/// 15 counts only whole quarter hours, 8 is the eight-minute rule, and 1 counts any part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartQuarterHour(u32);

impl PartQuarterHour {
    /// Only whole quarter hours. This is the default, since neither guidance document states Missouri's rule.
    pub const WHOLE: Self = Self(QUARTER_HOUR);

    /// Returns `None` unless `minutes` is between 1 and 15.
    pub fn new(minutes: i64) -> Option<Self> {
        u32::try_from(minutes).ok().filter(|minutes| (1..=QUARTER_HOUR).contains(minutes)).map(Self)
    }

    /// Returns the number of leftover minutes that count as another quarter hour.
    pub fn minutes(self) -> u32 {
        self.0
    }

    /// Returns the number of quarter hours in the minutes. The result never decreases as minutes increase.
    pub fn quarter_hours(self, minutes: u32) -> u32 {
        minutes / QUARTER_HOUR + u32::from(minutes % QUARTER_HOUR >= self.0)
    }

    /// Returns the same rule as steps.
    pub fn steps(self) -> Steps {
        Steps { at_least: vec![self.0], each: Some(QUARTER_HOUR), most: None, below: None }
    }
}

/// How minutes become units: the first units at stated minutes, then one for each further so many minutes.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Steps {
    /// The minutes at which the first units are reached, one unit each, ascending. Never empty.
    pub at_least: Vec<u32>,
    /// The minutes after the last of these for which there is one more unit each; `None` if there are no more.
    pub each: Option<u32>,
    /// Most units; `None` if there is no limit.
    pub most: Option<u32>,
    /// From these minutes on, there is no unit at all; `None` if there is no such limit.
    pub below: Option<u32>,
}

impl Steps {
    /// One unit from the first minute on.
    pub fn once() -> Self {
        Self { at_least: vec![1], each: None, most: None, below: None }
    }

    /// Returns the number of units in the minutes. It never decreases as minutes increase, up to `below`.
    pub fn units(&self, minutes: u32) -> u32 {
        if self.below.is_some_and(|below| minutes >= below) {
            return 0;
        }
        let first = self.at_least.iter().filter(|least| **least <= minutes).count();
        let further = match (self.at_least.last(), self.each) {
            (Some(last), Some(each)) if first == self.at_least.len() => (minutes - last) / each.max(1),
            _ => 0,
        };
        let units = u32::try_from(first).unwrap_or(u32::MAX).saturating_add(further);
        self.most.map_or(units, |most| units.min(most))
    }

    /// Returns the minutes at which this many units are reached; 0 for no unit.
    pub fn reached_at(&self, units: u32) -> u32 {
        let Some(index) = usize::try_from(units).ok().and_then(|units| units.checked_sub(1)) else { return 0 };
        let last = self.at_least.last().copied().unwrap_or_default();
        self.at_least.get(index).copied().unwrap_or_else(|| {
            let beyond = units.saturating_sub(u32::try_from(self.at_least.len()).unwrap_or(u32::MAX));
            last.saturating_add(beyond.saturating_mul(self.each.unwrap_or_default()))
        })
    }

    /// Returns the minutes, up to `through`, at which the number of units changes, ascending.
    pub fn changes(&self, through: u32) -> Vec<u32> {
        let through = through.min(self.below.unwrap_or(through));
        let mut changes: Vec<u32> = (1..=self.units(through.min(self.below.map_or(through, |below| below - 1))))
            .map(|units| self.reached_at(units))
            .filter(|minutes| *minutes <= through)
            .collect();
        changes.extend(self.below.filter(|below| *below <= through && !changes.is_empty()));
        changes
    }

    /// Distributes the units of all minutes together among the notes they come from.
    ///
    /// `minutes` is ordered, earliest note first. Each note keeps its whole steps. The units that the leftover minutes
    /// make together go, one each, to the notes with the most leftover minutes, earlier notes first. Where the minutes
    /// together make fewer units than the whole steps, later notes lose theirs first.
    pub fn distribute(&self, minutes: &[u32]) -> Vec<u32> {
        let total = self.units(minutes.iter().fold(0, |sum: u32, minutes| sum.saturating_add(*minutes)));
        let step = self.each.unwrap_or(QUARTER_HOUR).max(1);
        let mut left = total;
        let mut units: Vec<u32> = Vec::with_capacity(minutes.len());
        for minutes in minutes {
            let whole = (minutes / step).min(left);
            left -= whole;
            units.push(whole);
        }
        let mut by_left_over: Vec<(usize, u32)> = minutes.iter().map(|minutes| minutes % step).enumerate().collect();
        by_left_over.sort_by_key(|(_, left_over)| Reverse(*left_over));
        while left > 0 && !units.is_empty() {
            for (note, _) in by_left_over.iter().take(usize::try_from(left).unwrap_or(usize::MAX)) {
                if let Some(units) = units.get_mut(*note) {
                    *units += 1;
                    left -= 1;
                }
            }
        }
        units
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn left_over_minutes_count_from_the_set_number_on() {
        let units = |part, minutes| PartQuarterHour::new(part).unwrap().quarter_hours(minutes);
        assert_eq!((units(15, 14), units(15, 15), units(15, 29), units(15, 30)), (0, 1, 1, 2));
        assert_eq!((units(8, 7), units(8, 8), units(8, 22), units(8, 23)), (0, 1, 1, 2));
        assert_eq!((units(1, 0), units(1, 1), units(1, 15), units(1, 16)), (0, 1, 1, 2));
        assert!(PartQuarterHour::new(0).is_none() && PartQuarterHour::new(16).is_none());
    }

    #[test]
    fn pooled_units_go_to_the_most_left_over_minutes_then_the_earliest() {
        let eight = PartQuarterHour::new(8).unwrap();
        let eight = eight.steps();
        assert_eq!(eight.distribute(&[10, 10, 10]), [1, 1, 0]);
        assert_eq!(eight.distribute(&[22, 22]), [2, 1]);
        assert_eq!(PartQuarterHour::WHOLE.steps().distribute(&[20, 29, 11]), [1, 2, 1]);
        assert_eq!(PartQuarterHour::WHOLE.steps().distribute(&[]), Vec::<u32>::new());
    }

    #[test]
    fn steps_are_the_published_tables() {
        let steps = |at_least: &[u32], each| Steps { at_least: at_least.to_vec(), each, ..Steps::once() };
        let table = |steps: &Steps| [7, 8, 14, 15, 22, 23, 24, 38, 39, 54].map(|minutes| steps.units(minutes));
        assert_eq!(table(&steps(&[8], Some(15))), [0, 1, 1, 1, 1, 2, 2, 3, 3, 4], "Medicare");
        assert_eq!(table(&steps(&[8, 24], Some(15))), [0, 1, 1, 1, 1, 1, 2, 2, 3, 4], "Montana before 2016");
        let further = Steps { most: Some(2), ..steps(&[40], Some(20)) };
        assert_eq!([39, 40, 59, 60, 80, 100].map(|minutes| further.units(minutes)), [0, 1, 1, 2, 2, 2]);
        assert_eq!((further.reached_at(1), further.reached_at(2), further.changes(44_640)), (40, 60, vec![40, 60]));
        let short = Steps { below: Some(36), ..steps(&[16], None) };
        assert_eq!([15, 16, 35, 36].map(|minutes| short.units(minutes)), [0, 1, 1, 0]);
        assert_eq!((short.changes(44_640), short.changes(20)), (vec![16, 36], vec![16]));
    }

    proptest! {
        #[test]
        fn units_never_fall_as_minutes_rise(part in 1i64..=15, minutes in 0u32..1440) {
            let part = PartQuarterHour::new(part).unwrap();
            prop_assert!(part.quarter_hours(minutes) <= part.quarter_hours(minutes + 1));
        }

        #[test]
        fn pooling_never_loses_a_minute(part in 1i64..=15, minutes in prop::collection::vec(1u32..=1440, 0..12)) {
            let part = PartQuarterHour::new(part).unwrap();
            let units = part.steps().distribute(&minutes);
            prop_assert_eq!(units.iter().sum::<u32>(), part.quarter_hours(minutes.iter().sum()));
            for (units, minutes) in units.iter().zip(&minutes) {
                prop_assert!((minutes / 15..=minutes.div_ceil(15)).contains(units));
            }
        }
    }
}
