//! Counts overlapping times. Times are half-open: one may begin at the minute at which another ends.

use crate::number::{narrow, wide};

/// When a note begins and ends, in minutes after midnight.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) struct Interval {
    pub(super) start: u32,
    pub(super) end: u32,
}

impl Interval {
    pub(super) fn overlaps(self, other: Self) -> bool {
        self.start < other.end && other.start < self.end
    }
}

/// Adds to the count of each interval how often `factor` times it overlaps one with the same key, itself included. Positions
/// without an interval or without a key are left out.
///
/// An interval overlaps those that begin before it ends, without those that end before it begins. So sorting is all that it
/// takes, however many overlap.
pub(super) fn add_overlaps<K: Ord + Copy>(
    counts: &mut [i32],
    factor: i32,
    interval: impl Fn(usize) -> Option<Interval>,
    key: impl Fn(usize) -> Option<K>,
) {
    // A day can have very many intervals, so allocate for exactly these.
    let mut keyed: Vec<(K, u32)> = Vec::with_capacity(counts.len());
    keyed.extend((0..counts.len()).filter_map(|at| interval(at).and_then(|_| Some((key(at)?, narrow(at))))));
    keyed.sort_unstable();
    for same in keyed.chunk_by(|(one, _), (other, _)| one == other) {
        let of_key = || same.iter().filter_map(|(_, at)| Some((wide(*at), interval(wide(*at))?)));
        let (mut starts, mut ends) = (Vec::with_capacity(same.len()), Vec::with_capacity(same.len()));
        starts.extend(of_key().map(|(_, interval)| interval.start));
        ends.extend(of_key().map(|(_, interval)| interval.end));
        starts.sort_unstable();
        ends.sort_unstable();
        for (at, interval) in of_key() {
            let begun = starts.partition_point(|start| *start < interval.end);
            let over = ends.partition_point(|end| *end <= interval.start);
            if let Some(count) = counts.get_mut(at) {
                *count += factor * i32::try_from(begun - over).unwrap_or(i32::MAX / 4);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    proptest! {
        #[test]
        fn counting_is_comparing_all_pairs(spans in prop::collection::vec((0..60_u32, 1..30_u32, 0..4_u8), 0..40)) {
            let intervals: Vec<Interval> =
                spans.iter().map(|(start, length, _)| Interval { start: *start, end: start + length }).collect();
            let key = |at: usize| Some(spans[at].2).filter(|key| *key > 0);
            let mut counts = vec![0; intervals.len()];
            add_overlaps(&mut counts, 1, |at| intervals.get(at).copied(), key);
            for (at, count) in counts.into_iter().enumerate() {
                let alike = (0..spans.len()).filter(|other| key(at).is_some() && key(at) == key(*other));
                let expected = alike.filter(|other| intervals[at].overlaps(intervals[*other])).count();
                prop_assert_eq!(usize::try_from(count).unwrap(), expected);
            }
        }
    }

    #[test]
    fn one_may_begin_when_another_ends() {
        let [one, other] = [(540, 600), (600, 660)].map(|(start, end)| Interval { start, end });
        assert!(!one.overlaps(other) && one.overlaps(Interval { start: 599, end: 600 }));
    }
}
