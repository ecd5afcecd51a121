//! Findings on a single note or across notes.

use super::BatchNote;
use crate::message::Code;
use crate::rules::Unit;

/// Maximum number of other notes that a finding names. Naming all notes of a long day would grow quadratically.
pub const MAX_NAMED: usize = 20;

/// A finding on a note.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Finding {
    /// The note's minutes earned no unit.
    BelowUnit,
    /// The note's units have no known price.
    Unpriced,
    /// The notes of the day name different payers.
    DayPayersDiffer {
        /// Indexes in the batch of the [`MAX_NAMED`] nearest other notes, in the order of the day.
        with: Vec<usize>,
        /// Total number of other notes, whether named or not.
        others: usize,
    },
}

impl Finding {
    /// Returns the code of this finding.
    pub fn code(&self) -> Code {
        match self {
            Self::BelowUnit => Code::BelowUnit,
            Self::Unpriced => Code::Unpriced,
            Self::DayPayersDiffer { .. } => Code::DayPayersDiffer,
        }
    }

    /// Returns the indexes in the batch of the other notes that this finding names.
    pub fn other_notes(&self) -> &[usize] {
        match self {
            Self::BelowUnit | Self::Unpriced => &[],
            Self::DayPayersDiffer { with, .. } => with,
        }
    }

    /// Describes the finding and what to do about it.
    pub fn text(&self) -> String {
        match self {
            Self::BelowUnit => "the minutes of this note earned no unit under `part_quarter_hour` and `pool`".into(),
            Self::Unpriced => {
                "no rate for this service is in force on the service date; an agency file can add one".into()
            }
            Self::DayPayersDiffer { with, others } => {
                let named = with.len();
                let more = if *others > named {
                    format!("; of {others} other notes the nearest {named} are named")
                } else {
                    String::new()
                };
                format!(
                    "the billable notes of this client and date name different payers; find out who pays that day{more}"
                )
            }
        }
    }
}

impl BatchNote<'_> {
    /// Returns the findings on this note, not including the advice of rules.
    pub fn findings(self) -> Vec<Finding> {
        let Some(day) = self.service_day() else { return Vec::new() };
        let Some(earned) = self.earned() else {
            let place = day.notes.iter().position(|index| *index == self.index).unwrap_or_default();
            let others = day.notes.len().saturating_sub(1);
            return vec![Finding::DayPayersDiffer { with: nearest(&day.notes, place), others }];
        };
        let below_unit = earned.units == 0 && self.batch.set.service(earned.service).unit == Unit::QuarterHour;
        let below_unit = below_unit.then_some(Finding::BelowUnit);
        below_unit.into_iter().chain(earned.amount.is_none().then_some(Finding::Unpriced)).collect()
    }
}

/// Returns the [`MAX_NAMED`] notes of a day that are nearest to `place`, excluding the note at `place` itself.
fn nearest(notes: &[usize], place: usize) -> Vec<usize> {
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
