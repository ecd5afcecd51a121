//! The rows of one id, side by side on the calendar: who answers what on which day, gaps and overlaps.

use std::collections::BTreeMap;

use chrono::{Datelike, NaiveDate};

use super::{RosterAnswer, RosterRow};
use crate::effective::Effective;
use crate::facts::FactId;

/// What is wrong with the spans of a roster. Rows are counted from 0.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct SpanIssues {
    /// Rows before which there are days that no row of their id covers, though an earlier span does.
    pub gaps: Rows,
    /// Rows that begin on a day that another row of their id covers.
    pub overlaps: Rows,
}

/// Some rows of a roster.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Rows {
    /// Number of the rows.
    pub count: u64,
    /// The first of them in the roster.
    pub first: Option<usize>,
}

impl Rows {
    fn add(&mut self, row: usize) {
        self.count += 1;
        self.first = Some(self.first.map_or(row, |first| first.min(row)));
    }
}

/// The answers from one day until the next span begins.
#[derive(Debug)]
pub(super) struct Span {
    /// The first day, as a number of days of the Common Era.
    first: i64,
    /// The answers, ordered by fact. Facts that rows answer differently are left out.
    answers: Vec<RosterAnswer>,
}

impl Span {
    /// Returns the answers on a date.
    pub(super) fn find(spans: &[Self], date: NaiveDate) -> &[RosterAnswer] {
        let after = spans.partition_point(|span| span.first <= day(date));
        after.checked_sub(1).and_then(|at| spans.get(at)).map_or(&[], |span| &span.answers)
    }
}

fn day(date: NaiveDate) -> i64 {
    date.num_days_from_ce().into()
}

/// Returns the first day of a range, and the first day behind it.
fn days(Effective { from, through }: Effective) -> (i64, i64) {
    (from.map_or(i64::MIN, day), through.map_or(i64::MAX, |through| day(through) + 1))
}

/// Returns the spans of the rows of one id, in order. Each row comes with its number in the roster.
pub(super) fn spans(rows: &[(usize, RosterRow)], issues: &mut SpanIssues) -> Vec<Span> {
    find_issues(rows, issues);
    let mut begins: BTreeMap<i64, Changes<'_>> = BTreeMap::new();
    for (_, row) in rows {
        let (first, end) = days(row.effective);
        begins.entry(first).or_default().added.extend(&row.answers);
        begins.entry(end).or_default().removed.extend(&row.answers);
    }
    let mut counts: BTreeMap<FactId, BTreeMap<RosterAnswer, usize>> = BTreeMap::new();
    let mut spans = Vec::new();
    for (first, Changes { added, removed }) in begins {
        for answer in added {
            *counts.entry(answer.fact).or_default().entry(*answer).or_default() += 1;
        }
        for answer in removed {
            let Some(same) = counts.get_mut(&answer.fact) else { continue };
            if let Some(count) = same.get_mut(answer) {
                *count -= 1;
                if *count == 0 {
                    same.remove(answer);
                }
            }
        }
        let sole = |answers: &BTreeMap<RosterAnswer, usize>| match answers.len() {
            1 => answers.keys().next().copied(),
            _ => None,
        };
        spans.push(Span { first, answers: counts.values().filter_map(sole).collect() });
    }
    spans
}

/// What changes on a day.
#[derive(Debug, Default)]
struct Changes<'r> {
    /// Answers of rows that begin.
    added: Vec<&'r RosterAnswer>,
    /// Answers of rows that ended on the day before.
    removed: Vec<&'r RosterAnswer>,
}

fn find_issues(rows: &[(usize, RosterRow)], issues: &mut SpanIssues) {
    let mut sorted: Vec<((i64, i64), usize)> = rows.iter().map(|(at, row)| (days(row.effective), *at)).collect();
    sorted.sort_unstable_by_key(|((first, _), at)| (*first, *at));
    let mut covered_until: Option<i64> = None;
    for ((first, end), at) in sorted {
        match covered_until {
            Some(until) if first > until => issues.gaps.add(at),
            Some(until) if first < until => issues.overlaps.add(at),
            _ => {}
        }
        covered_until = Some(covered_until.map_or(end, |until| until.max(end)));
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::calendar::Calendar;
    use crate::facts::{Answer, Fact, Kind, Origin, Vocabulary};

    fn row(fact: FactId, span: (Option<u32>, Option<u32>), value: u16) -> RosterRow {
        let date = |day| NaiveDate::from_ymd_opt(2026, 3, day).unwrap();
        RosterRow {
            id: "x".into(),
            effective: Effective { from: span.0.map(date), through: span.1.map(date) },
            answers: vec![RosterAnswer { fact, answer: Answer::Value(value), before: None }],
        }
    }

    fn fact() -> FactId {
        let fact = Fact::new("fact", "", Kind::Coded(vec!["a".into(), "b".into()]), Origin::Note, None);
        Vocabulary::new(vec![fact], &[], &BTreeMap::new(), Calendar::default()).find("fact").unwrap()
    }

    fn issues(written: &[(Option<u32>, Option<u32>)]) -> (Rows, Rows) {
        let fact = fact();
        let mut issues = SpanIssues::default();
        let rows: Vec<(usize, RosterRow)> = written.iter().map(|span| row(fact, *span, 0)).enumerate().collect();
        spans(&rows, &mut issues);
        (issues.gaps, issues.overlaps)
    }

    #[test]
    fn spans_may_meet_but_neither_overlap_nor_leave_a_gap() {
        let rows = |count, first| Rows { count, first };
        let none = Rows::default();
        assert_eq!(issues(&[(None, Some(3)), (Some(4), Some(9)), (Some(10), None)]), (none, none));
        assert_eq!(issues(&[(Some(4), None), (None, Some(4))]), (none, rows(1, Some(0))));
        assert_eq!(issues(&[(None, None), (None, None), (None, None)]), (none, rows(2, Some(1))));
        assert_eq!(issues(&[(Some(5), None), (None, Some(3))]), (rows(1, Some(0)), none));
        // A long row covers the days between two short ones.
        assert_eq!(issues(&[(Some(1), Some(9)), (Some(2), Some(2)), (Some(8), Some(8))]), (none, rows(2, Some(1))));
        assert_eq!(issues(&[(Some(1), Some(2)), (Some(4), Some(4)), (Some(6), None)]), (rows(2, Some(1)), none));
    }

    proptest! {
        /// On each day, the rows that cover it are compared one by one.
        #[test]
        fn a_day_has_the_answer_that_all_its_rows_give(
            written in prop::collection::vec((prop::option::of(1u32..9), prop::option::of(1u32..9), 0u16..2), 0..6)
        ) {
            let fact = fact();
            let is_span = |(from, through, _): &&(Option<u32>, Option<u32>, u16)| {
                from.is_none_or(|from| through.is_none_or(|through| from <= through))
            };
            let rows = written.iter().filter(is_span).map(|(from, through, value)| row(fact, (*from, *through), *value));
            let rows: Vec<(usize, RosterRow)> = rows.enumerate().collect();
            let spans = spans(&rows, &mut SpanIssues::default());
            for number in 1..12 {
                let date = NaiveDate::from_ymd_opt(2026, 3, number).unwrap();
                let covering = rows.iter().filter(|(_, row)| row.effective.contains(date));
                let mut answers: Vec<RosterAnswer> = covering.flat_map(|(_, row)| row.answers.clone()).collect();
                answers.dedup();
                let expected = if answers.len() == 1 { answers.as_slice() } else { &[] };
                prop_assert_eq!(Span::find(&spans, date), expected);
            }
        }
    }
}
