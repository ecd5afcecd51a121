//! Conditions: a set of answers for each fact, combined with *and*; groups add *or*. No expressions, no arithmetic.

use crate::facts::{Answer, Fact, FactId, Facts, Kind};

/// A set of answers to one fact.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum ValueSet {
    /// For each value of a coded fact, whether it is in the set.
    Values(Vec<bool>),
    /// Half-open ranges of a number, `from..before`, in ascending order and not adjacent.
    Ranges(Vec<(i64, i64)>),
}

impl ValueSet {
    /// Returns the set of all answers that the fact takes.
    pub fn full(fact: &Fact) -> Self {
        match &fact.kind {
            Kind::Coded(values) => Self::Values(vec![true; values.len()]),
            Kind::Number(least, most) => Self::Ranges(vec![(*least, most.saturating_add(1))]),
            Kind::Date => Self::Ranges(vec![(i64::MIN, i64::MAX)]),
        }
    }

    /// Returns the set of these values of a coded fact.
    pub fn of_values(fact: &Fact, values: &[u16]) -> Self {
        Self::Values((0..).zip(fact.values()).map(|(at, _)| values.contains(&at)).collect())
    }

    /// Returns the intersection of two sets.
    #[must_use]
    pub fn intersect(&self, other: &Self) -> Self {
        match (self, other) {
            (Self::Values(left), Self::Values(right)) => {
                Self::Values(left.iter().zip(right).map(|(left, right)| *left && *right).collect())
            }
            (Self::Ranges(left), Self::Ranges(right)) => Self::Ranges(
                left.iter()
                    .flat_map(|a| right.iter().map(move |b| (a.0.max(b.0), a.1.min(b.1))))
                    .filter(|(from, before)| from < before)
                    .collect(),
            ),
            (Self::Values(values), Self::Ranges(_)) | (Self::Ranges(_), Self::Values(values)) => {
                Self::Values(vec![false; values.len()])
            }
        }
    }

    /// Returns the answers that the fact takes and that are not in this set.
    #[must_use]
    pub fn complement(&self, fact: &Fact) -> Self {
        let (ranges, full) = match (self, Self::full(fact)) {
            (Self::Values(values), _) => return Self::Values(values.iter().map(|value| !value).collect()),
            (Self::Ranges(ranges), full) => (ranges, full),
        };
        let starts = std::iter::once(i64::MIN).chain(ranges.iter().map(|(_, before)| *before));
        let ends = ranges.iter().map(|(from, _)| *from).chain([i64::MAX]);
        Self::Ranges(starts.zip(ends).collect()).intersect(&full)
    }

    /// Whether the set is empty.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Values(values) => !values.contains(&true),
            Self::Ranges(ranges) => ranges.is_empty(),
        }
    }

    /// Whether the set contains the answer; `None` if the fact is unanswered.
    pub fn contains(&self, answer: Answer) -> Option<bool> {
        match (self, answer) {
            (_, Answer::Unanswered) => None,
            (Self::Values(values), Answer::Value(value)) => Some(values.get(usize::from(value)) == Some(&true)),
            (Self::Ranges(ranges), Answer::Number(number)) => {
                Some(ranges.iter().any(|(from, before)| (*from..*before).contains(&number)))
            }
            (Self::Values(_), Answer::Number(_)) | (Self::Ranges(_), Answer::Value(_)) => Some(false),
        }
    }
}

/// A test of one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// The fact that the test asks.
    pub fact: FactId,
    /// The answers that satisfy the test.
    pub values: ValueSet,
}

impl Test {
    /// Whether the answer satisfies the test; `None` if the fact is unanswered.
    pub fn holds(&self, facts: &Facts) -> Option<bool> {
        self.values.contains(facts.get(self.fact))
    }
}

/// The condition of a rule: all tests of `all` must hold and, if there are groups, all tests of at least one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Tests combined with *and*, at most one for each fact.
    pub all: Vec<Test>,
    /// Groups of tests, combined with *or*.
    pub any: Vec<Vec<Test>>,
}

impl Condition {
    /// Whether the condition holds; `None` if that depends on unanswered facts.
    pub fn holds(&self, facts: &Facts) -> Option<bool> {
        let all = all_hold(&self.all, facts);
        if self.any.is_empty() || all == Some(false) {
            return all;
        }
        let any = any(self.any.iter().map(|group| all_hold(group, facts)));
        match (all, any) {
            (_, Some(false)) => Some(false),
            (Some(true), Some(true)) => Some(true),
            _ => None,
        }
    }

    /// Returns every test of the condition.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.all.iter().chain(self.any.iter().flatten())
    }

    /// Returns alternatives without groups: the condition holds if one of them does. Those that never can are left out.
    pub fn alternatives(&self) -> Vec<Vec<Test>> {
        let groups = if self.any.is_empty() { vec![Vec::new()] } else { self.any.clone() };
        let joined = groups.into_iter().map(|group| merge_tests(self.all.iter().chain(&group)));
        joined.filter(|tests| tests.iter().all(|test| !test.values.is_empty())).collect()
    }
}

/// Merges tests of the same fact, so that each fact is tested once.
pub fn merge_tests<'t>(tests: impl IntoIterator<Item = &'t Test>) -> Vec<Test> {
    let mut joined: Vec<Test> = Vec::new();
    for test in tests {
        match joined.iter_mut().find(|earlier| earlier.fact == test.fact) {
            Some(earlier) => earlier.values = earlier.values.intersect(&test.values),
            None => joined.push(test.clone()),
        }
    }
    joined.sort_by_key(|test| test.fact);
    joined
}

/// Whether all tests hold. A test that fails decides; otherwise an undecided test yields `None`.
pub fn all_hold(tests: &[Test], facts: &Facts) -> Option<bool> {
    any(tests.iter().map(|test| test.holds(facts).map(|holds| !holds))).map(|fails| !fails)
}

/// Whether any of the answers is true; `None` if none is, but some are undecided.
fn any(answers: impl Iterator<Item = Option<bool>>) -> Option<bool> {
    let mut any = Some(false);
    for answer in answers {
        match answer {
            Some(true) => return Some(true),
            Some(false) => {}
            None => any = None,
        }
    }
    any
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::facts::Origin;

    #[test]
    fn ranges_have_complements_within_what_the_fact_takes() {
        let age = Fact::new("age", "", Kind::Number(0, 150), Origin::Note, None);
        let young = ValueSet::Ranges(vec![(i64::MIN, 65)]).intersect(&ValueSet::full(&age));
        assert_eq!(young, ValueSet::Ranges(vec![(0, 65)]));
        assert_eq!(young.complement(&age), ValueSet::Ranges(vec![(65, 151)]));
        assert_eq!(young.complement(&age).complement(&age), young);
        assert!(young.intersect(&young.complement(&age)).is_empty());
    }

    #[test]
    fn unanswered_is_neither_yes_nor_no() {
        let set = ValueSet::Values(vec![true, false]);
        assert_eq!(set.contains(Answer::Unanswered), None);
        assert_eq!((set.contains(Answer::Value(0)), set.contains(Answer::Value(1))), (Some(true), Some(false)));
    }
}
