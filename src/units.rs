//! Minutes to 15-minute units, for one note or for a pool of notes.
//!
//! Knows nothing of payers, rates or rules.

use std::cmp::Reverse;

/// Minutes in a quarter hour.
pub const QUARTER_HOUR: u32 = 15;

/// How many left-over minutes make a further quarter hour: 1 to 15.
///
/// 15 counts whole quarter hours only, 8 is the eight-minute rule, 1 counts any part.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct PartQuarterHour(u32);

impl PartQuarterHour {
    /// Whole quarter hours only: the default, since neither guidance document states Missouri's rule.
    pub const WHOLE: Self = Self(QUARTER_HOUR);

    /// `None` unless 1 to 15.
    pub fn new(minutes: i64) -> Option<Self> {
        u32::try_from(minutes).ok().filter(|minutes| (1..=QUARTER_HOUR).contains(minutes)).map(Self)
    }

    /// How many left-over minutes make a further quarter hour.
    pub fn minutes(self) -> u32 {
        self.0
    }

    /// Quarter hours in so many minutes. Never falls as minutes rise.
    pub fn quarter_hours(self, minutes: u32) -> u32 {
        minutes / QUARTER_HOUR + u32::from(minutes % QUARTER_HOUR >= self.0)
    }

    /// Shares the quarter hours of all the minutes together among the notes they come from.
    ///
    /// `minutes` stands in order, earliest note first. Each note keeps its whole quarter hours; what the left-over
    /// minutes make together goes, one each, to the notes with most of them, the earlier first.
    pub fn pooled(self, minutes: &[u32]) -> Vec<u32> {
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
        assert_eq!(eight.pooled(&[10, 10, 10]), [1, 1, 0]);
        assert_eq!(eight.pooled(&[22, 22]), [2, 1]);
        assert_eq!(PartQuarterHour::WHOLE.pooled(&[20, 29, 11]), [1, 2, 1]);
        assert_eq!(PartQuarterHour::WHOLE.pooled(&[]), Vec::<u32>::new());
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
            let units = part.pooled(&minutes);
            prop_assert_eq!(units.iter().sum::<u32>(), part.quarter_hours(minutes.iter().sum()));
            for (units, minutes) in units.iter().zip(&minutes) {
                prop_assert!((minutes / 15..=minutes.div_ceil(15)).contains(units));
            }
        }
    }
}
