//! Findings on a single note or across notes.

use std::collections::BTreeSet;

use chrono::NaiveDate;

use super::{BatchNote, ClaimLine, Period, Pool};
use crate::ledger::Counting;
use crate::message::Code;
use crate::money::Amount;
use crate::nearest::joined;
use crate::rules::{RuleSet, ServiceId, Within};

/// Maximum number of other notes that a finding names. Naming all notes of a long day would grow quadratically.
pub const MAX_NAMED: usize = 20;

/// A finding on a note. Notes are named by their indexes in the batch, pairs by their indexes in the rule set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The note's minutes earned no unit.
    BelowUnit,
    /// The minutes of the note's period earned no unit.
    PeriodBelowUnit {
        /// Minutes of the notes together.
        minutes: u32,
        /// Minutes at which the first unit is reached.
        first: u32,
    },
    /// The note's units have no known price.
    Unpriced,
    /// The rate of the note's units depends on these facts, which are not answered.
    RateOpen(Vec<String>),
    /// No public procedure code is known for the service.
    Uncoded,
    /// Nobody has looked at the source of the rule for dates after this one.
    UnverifiedDate(NaiveDate),
    /// The notes of the period name different payers.
    PayersDiffer {
        /// Whether the period is a day.
        by_day: bool,
    },
    /// The notes of the period name different practitioners.
    PractitionersDiffer,
    /// The note's own code, or that of a note it is counted with, is not what the rules come to.
    CodeDiffers,
    /// Held notes could add to what the period earns.
    OpenMinutes {
        /// Minutes that are sure.
        sure: u32,
        /// Minutes of the held notes.
        held: u32,
        /// Further units, by code.
        more: Vec<(String, u32)>,
    },
    /// What the period earns, or whether a pair applies, depends on held notes.
    Undecided {
        /// The held notes.
        with: Vec<usize>,
        /// Names of the missing facts, sorted.
        missing: Vec<String>,
        /// The pair, if one cannot be judged.
        pair: Option<usize>,
    },
    /// Services that do not stand together.
    NotTogether {
        /// The carrying notes of the other services.
        with: Vec<usize>,
        /// The pair; `None` if two pools of one period earn the same service.
        pair: Option<usize>,
    },
    /// The service does not stand alone and has no partner.
    NoPartner {
        /// The pair.
        pair: usize,
    },
}

impl Finding {
    /// Returns the code of this finding.
    pub fn code(&self) -> Code {
        match self {
            Self::BelowUnit | Self::PeriodBelowUnit { .. } => Code::BelowUnit,
            Self::Unpriced => Code::Unpriced,
            Self::RateOpen(_) => Code::RateOpen,
            Self::Uncoded => Code::Uncoded,
            Self::UnverifiedDate(_) => Code::UnverifiedDate,
            Self::PayersDiffer { by_day: true } => Code::DayPayersDiffer,
            Self::PayersDiffer { by_day: false } => Code::PayersDiffer,
            Self::PractitionersDiffer => Code::PractitionersDiffer,
            Self::CodeDiffers => Code::CodeDiffers,
            Self::OpenMinutes { .. } => Code::OpenMinutes,
            Self::Undecided { .. } => Code::Undecided,
            Self::NotTogether { .. } => Code::NotTogether,
            Self::NoPartner { .. } => Code::NoPartner,
        }
    }

    /// Returns the notes that the finding itself names.
    pub(super) fn named_mut(&mut self) -> &mut [usize] {
        match self {
            Self::Undecided { with, .. } | Self::NotTogether { with, .. } => with,
            _ => &mut [],
        }
    }

    /// Describes the finding and what to do about it. `others` is the number of other notes that it concerns, of which
    /// `named` are named.
    fn text(&self, set: &RuleSet, others: usize, named: usize) -> String {
        let title = |pair: &usize| set.pairs.get(*pair).map(|pair| pair.title.clone()).unwrap_or_default();
        let more = if others > named {
            format!("; of {others} other notes the nearest {named} are named")
        } else {
            String::new()
        };
        match self {
            Self::BelowUnit => "the minutes of this note earned no unit under `part_quarter_hour` and `pool`".into(),
            Self::PeriodBelowUnit { minutes, first } => {
                format!("{minutes} minutes earn no unit here; the first one is reached at {first}")
            }
            Self::Unpriced => {
                "no rate for this service is in force on the service date; an agency file can add one".into()
            }
            Self::RateOpen(facts) => {
                let facts = facts.iter().map(|fact| format!("`{fact}`")).collect();
                format!("the rate depends on {}, which the note does not answer", joined(facts, "and"))
            }
            Self::Uncoded => "no public procedure code for this service is known; an agency file can give one".into(),
            Self::UnverifiedDate(through) => {
                format!("nobody has checked the source of this rule for service dates after {through}")
            }
            Self::PayersDiffer { by_day: true } => {
                format!(
                    "the billable notes of this client and date name different payers; find out who pays that day{more}"
                )
            }
            Self::PayersDiffer { by_day: false } => format!(
                "the billable notes of this client and period name different payers; find out who pays for it{more}"
            ),
            Self::PractitionersDiffer => format!(
                "the notes of this client and period name different practitioners, and only one can bill it{more}"
            ),
            Self::CodeDiffers => {
                "the note's own `code` is not what the rules come to; check the code and the answers".into()
            }
            Self::OpenMinutes { sure, held, more } => {
                let more = more.iter().map(|(code, units)| format!("{code} {}", times(*units))).collect();
                format!(
                    "{sure} minutes are sure and {held} are held; with them the period also earns {}",
                    joined(more, "and")
                )
            }
            Self::Undecided { pair: None, missing, .. } if missing.is_empty() => {
                "what this period earns depends on notes that are held; decide them first".into()
            }
            Self::Undecided { pair: Some(pair), missing, .. } if missing.is_empty() => {
                format!("whether this holds cannot be told before notes that are held are decided: {}", title(pair))
            }
            Self::Undecided { pair: None, .. } => {
                "what this period earns depends on notes that are held; answer their missing facts first".into()
            }
            Self::Undecided { pair: Some(pair), .. } => {
                format!("whether this holds cannot be told before missing facts are answered: {}", title(pair))
            }
            Self::NotTogether { pair: None, .. } => {
                "notes of different kinds earn the same service in this period; only one of them can".into()
            }
            Self::NotTogether { pair: Some(pair), .. } | Self::NoPartner { pair } => title(pair),
        }
    }
}

/// A finding on one note, ready to be shown.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct NoteFinding {
    /// The code of the finding.
    pub code: Code,
    /// Indexes in the batch of the [`MAX_NAMED`] nearest other notes that it concerns.
    pub with: Vec<usize>,
    /// What the finding says, and what to do about it.
    pub text: String,
}

impl BatchNote<'_> {
    /// Returns the findings on this note, not including the advice of rules.
    pub fn findings(self) -> Vec<NoteFinding> {
        let own = self.own_findings().into_iter().map(|finding| self.show(&finding));
        let pool = self.pool().map(|pool| pool.findings.as_slice()).unwrap_or_default();
        let of_pool = pool.iter().filter(|(about, _)| about.is_none_or(|about| about == self.index));
        let mut findings: Vec<NoteFinding> = of_pool.map(|(_, finding)| self.show(finding)).chain(own).collect();
        findings.dedup();
        findings.extend(self.edit_findings());
        findings
    }

    fn show(self, finding: &Finding) -> NoteFinding {
        let (with, others) = match finding {
            Finding::PayersDiffer { .. } | Finding::PractitionersDiffer => {
                let notes = self.pool().map(Pool::all_notes).unwrap_or_default();
                let place = notes.iter().position(|index| *index == self.index).unwrap_or_default();
                (nearest(&notes, place), notes.len().saturating_sub(1))
            }
            Finding::Undecided { with, .. } | Finding::NotTogether { with, .. } => {
                let mut others: Vec<usize> = with.iter().copied().filter(|index| *index != self.index).collect();
                others.sort_unstable();
                others.dedup();
                others.truncate(MAX_NAMED);
                (others, 0)
            }
            _ => (Vec::new(), 0),
        };
        let text = finding.text(self.batch.set, others, with.len());
        NoteFinding { code: finding.code(), with, text }
    }

    /// Returns the findings on what the note itself earns.
    fn own_findings(self) -> Vec<Finding> {
        let Some(earned) = self.earned() else { return Vec::new() };
        let set = self.batch.set;
        let mut findings = Vec::new();
        if let Some(below_unit) = self.below_unit(earned.units, earned.service) {
            findings.push(below_unit);
        }
        let lines = || std::iter::once(earned.claim_line).chain(self.also().map(|(_, line)| line));
        let open: BTreeSet<&str> =
            lines().flat_map(|line| &line.rate_open).map(|fact| set.vocabulary.fact(*fact).name.as_str()).collect();
        let unpriced = earned.amount.is_none() || self.also().any(|(also, _)| also.amount.is_none());
        if unpriced && !open.is_empty() {
            findings.push(Finding::RateOpen(open.into_iter().map(str::to_owned).collect()));
        }
        let is_unpriced = |amount: Option<Amount>, line: &ClaimLine| amount.is_none() && line.rate_open.is_empty();
        if is_unpriced(earned.amount, earned.claim_line)
            || self.also().any(|(also, line)| is_unpriced(also.amount, line))
        {
            findings.push(Finding::Unpriced);
        }
        if lines().any(|line| set.service(line.service).code.is_none()) {
            findings.push(Finding::Uncoded);
        }
        let verified = self.evaluation().verified_through.filter(|through| *through < self.date());
        findings.extend(verified.map(Finding::UnverifiedDate));
        findings
    }

    fn below_unit(self, units: u32, service: ServiceId) -> Option<Finding> {
        if units > 0 {
            return None;
        }
        let pool = self.pool().filter(|pool| pool.is_carried && !matches!(pool.period, Period::Note(_)));
        match pool {
            Some(pool) if pool.earned.is_empty() => {
                let date = pool.notes.first().and_then(|index| self.batch.note(*index)).map_or(self.date(), Self::date);
                let counting = Counting::new(self.batch.set, pool.service, pool.payer, date);
                let first = counting.parts.iter().map(|part| part.steps.reached_at(1)).min().unwrap_or_default();
                Some(Finding::PeriodBelowUnit { minutes: pool.minutes, first })
            }
            Some(_) => None,
            None => {
                let payer = self.earned()?.payer;
                let counting = Counting::new(self.batch.set, service, payer, self.date());
                let first = counting.parts.iter().map(|part| part.steps.reached_at(1)).min().unwrap_or_default();
                let is_counted = counting.has_count() && counting.within == Within::Note;
                Some(if is_counted {
                    Finding::PeriodBelowUnit { minutes: self.minutes(), first }
                } else {
                    Finding::BelowUnit
                })
            }
        }
    }
}

fn times(units: u32) -> String {
    match units {
        1 => "once more".to_owned(),
        _ => format!("{units} times more"),
    }
}

/// Returns the [`MAX_NAMED`] notes of a pool that are nearest to `place`, excluding the note at `place` itself.
pub(super) fn nearest(notes: &[usize], place: usize) -> Vec<usize> {
    let first = place.saturating_sub(MAX_NAMED / 2).min(notes.len().saturating_sub(MAX_NAMED + 1));
    let window = notes.iter().enumerate().skip(first).take(MAX_NAMED + 1);
    window.filter(|(at, _)| *at != place).map(|(_, note)| *note).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_a_long_day_the_nearest_notes_are_named() {
        let notes: Vec<usize> = (0..30).collect();
        let expected = |from: usize, through: usize, place: usize| {
            (from..=through).filter(|note| *note != place).collect::<Vec<_>>()
        };
        assert_eq!(nearest(&notes, 15), expected(5, 25, 15));
        assert_eq!(nearest(&notes, 0), expected(1, 20, 0));
        assert_eq!(nearest(&notes, 29), expected(9, 28, 29));
        assert_eq!(nearest(&notes[..3], 1), [0, 2]);
        assert_eq!(nearest(&notes[..21], 3).len(), 20);
    }
}
