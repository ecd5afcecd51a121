//! Conditions: for each fact a set of answers, joined by *and*; groups give *or*. No expressions, no arithmetic.

use crate::facts::{Answer, Fact, FactId, Facts, Kind};

/// A set of answers to one fact.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum ValueSet {
    /// For each value of a coded fact, whether it is in the set.
    Values(Vec<bool>),
    /// Ranges of a number, each from the first to before the second, in order, none touching.
    Ranges(Vec<(i64, i64)>),
}

impl ValueSet {
    /// Every answer the fact takes.
    pub fn full(fact: &Fact) -> Self {
        match &fact.kind {
            Kind::Coded(values) => Self::Values(vec![true; values.len()]),
            Kind::Number(least, most) => Self::Ranges(vec![(*least, most.saturating_add(1))]),
            Kind::Date => Self::Ranges(vec![(i64::MIN, i64::MAX)]),
        }
    }

    /// These values of a coded fact.
    pub fn of_values(fact: &Fact, values: &[u16]) -> Self {
        Self::Values((0..).zip(fact.values()).map(|(at, _)| values.contains(&at)).collect())
    }

    /// What is in both.
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

    /// What the fact takes and this set does not hold.
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

    /// Whether nothing is in it.
    pub fn is_empty(&self) -> bool {
        match self {
            Self::Values(values) => !values.contains(&true),
            Self::Ranges(ranges) => ranges.is_empty(),
        }
    }

    /// Whether the answer is in it; `None` for an unanswered fact.
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

/// One fact and the answers that fit.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Test {
    /// What is asked.
    pub fact: FactId,
    /// The answers that fit.
    pub values: ValueSet,
}

impl Test {
    /// Whether the answer fits; `None` where the fact is unanswered.
    pub fn holds(&self, facts: &Facts) -> Option<bool> {
        self.values.contains(facts.get(self.fact))
    }
}

/// When a rule applies: all of `all`, and, if there are groups, all of at least one group.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Condition {
    /// Joined by *and*; each fact once.
    pub all: Vec<Test>,
    /// Joined by *or*.
    pub any: Vec<Vec<Test>>,
}

impl Condition {
    /// Whether it holds; `None` where unanswered facts leave it open.
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

    /// Every test in it.
    pub fn tests(&self) -> impl Iterator<Item = &Test> {
        self.all.iter().chain(self.any.iter().flatten())
    }

    /// The same as alternatives without groups: it holds if one of them holds. Those that never can are left out.
    pub fn alternatives(&self) -> Vec<Vec<Test>> {
        let groups = if self.any.is_empty() { vec![Vec::new()] } else { self.any.clone() };
        let joined = groups.into_iter().map(|group| merge_tests(self.all.iter().chain(&group)));
        joined.filter(|tests| tests.iter().all(|test| !test.values.is_empty())).collect()
    }
}

/// Tests with each fact once.
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

/// Whether all the tests hold; one that does not settles it, else one that is open leaves it open.
pub fn all_hold(tests: &[Test], facts: &Facts) -> Option<bool> {
    any(tests.iter().map(|test| test.holds(facts).map(|holds| !holds))).map(|fails| !fails)
}

/// Whether one of them is true; `None` where an open one could be.
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
