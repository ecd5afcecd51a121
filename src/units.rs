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

    /// Distributes the quarter hours of all minutes together among the notes they come from.
    ///
    /// `minutes` is ordered, earliest note first. Each note keeps its whole quarter hours. Those that the leftover
    /// minutes make together go, one each, to the notes with the most leftover minutes, earlier notes first.
    pub fn distribute_pool(self, minutes: &[u32]) -> Vec<u32> {
        let total = self.quarter_hours(minutes.iter().sum());
        let mut units: Vec<u32> = minutes.iter().map(|minutes| minutes / QUARTER_HOUR).collect();
        let further = total - units.iter().sum::<u32>();
        let mut by_left_over: Vec<(usize, u32)> =
            minutes.iter().map(|minutes| minutes % QUARTER_HOUR).enumerate().collect();
        by_left_over.sort_by_key(|(_, left_over)| Reverse(*left_over));
        for (note, _) in by_left_over.into_iter().take(usize::try_from(further).unwrap_or(usize::MAX)) {
            if let Some(units) = units.get_mut(note) {
                *units += 1;
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
        assert_eq!(eight.distribute_pool(&[10, 10, 10]), [1, 1, 0]);
        assert_eq!(eight.distribute_pool(&[22, 22]), [2, 1]);
        assert_eq!(PartQuarterHour::WHOLE.distribute_pool(&[20, 29, 11]), [1, 2, 1]);
        assert_eq!(PartQuarterHour::WHOLE.distribute_pool(&[]), Vec::<u32>::new());
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
            let units = part.distribute_pool(&minutes);
            prop_assert_eq!(units.iter().sum::<u32>(), part.quarter_hours(minutes.iter().sum()));
            for (units, minutes) in units.iter().zip(&minutes) {
                prop_assert!((minutes / 15..=minutes.div_ceil(15)).contains(units));
            }
        }
    }
}
