//! The contents of explanations of a period, for JSON output and for the text writer.

use serde::Serialize;
use serde_with::skip_serializing_none;

/// Notes of one client that are counted together within a period.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct PeriodView {
    /// `day`, `month`, or the date fact that selects the period.
    pub within: String,
    /// The day, the month, or the date.
    pub period: String,
    /// The service as which the notes are decided.
    pub service: String,
    /// The payer; where the notes name several, that of the first one.
    pub payer: String,
    /// Whether the explained note belongs to these. If not, it is held and may come to belong to them.
    pub belongs: bool,
    /// The notes, in the order in which they are counted.
    pub notes: Vec<PeriodNoteView>,
    /// Total minutes of the notes.
    pub minutes: u32,
    /// What each count makes of these minutes, in the order of their thresholds.
    pub counts: Vec<CountView>,
    /// What the minutes earn together, before pairs.
    pub earned: Vec<EarnedView>,
    /// Id of the note on which all of it stands; absent if nothing is earned or the notes share it.
    pub carrier: Option<String>,
    /// Held notes that may come to belong to these.
    pub open: Vec<OpenNoteView>,
    /// Total minutes of these held notes.
    pub open_minutes: u32,
    /// What is earned beyond that with the most minutes of the held notes.
    pub more: Vec<EarnedView>,
    /// `billable`, or why other notes keep the period from being billed: `payers_differ`, `practitioners_differ`,
    /// `code_differs`, `undecided`, `same_service`, `held_by_pair` or `struck`.
    pub standing: &'static str,
    /// The same in sentences: what the minutes earn, which note carries it and why, and what held notes could change.
    pub text: Vec<String>,
}

/// One note of a period.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct PeriodNoteView {
    /// Id of the note.
    pub id: String,
    /// The service date.
    pub date: String,
    /// Start time as `HH:MM`, if the note gives one.
    pub start: Option<String>,
    /// Minutes of the note.
    pub minutes: u32,
    /// Minutes of this note and of those before it.
    pub sum: u32,
    /// The payer, if the notes name different ones.
    pub payer: Option<String>,
    /// The practitioner, if the notes name different ones and only one can bill the period.
    pub practitioner: Option<String>,
    /// The note's own code, if it gives one.
    pub code: Option<String>,
}

/// What one count makes of the minutes of a period.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct CountView {
    /// Id of the count; absent if the unit of the service determines how it is counted.
    pub count: Option<String>,
    /// The service of which units are earned.
    pub service: String,
    /// The procedure code of that service with its modifiers.
    pub code: String,
    /// The minutes at which units are earned, in words.
    pub steps: String,
    /// Number of units that the minutes earn.
    pub units: u32,
    /// The minutes at which the first unit is reached.
    pub first_at: u32,
    /// Id of the note with which the first unit is reached.
    pub first_with: Option<String>,
    /// The minutes at which the last of these units is reached.
    pub last_at: Option<u32>,
    /// Id of the note with which the last of these units is reached.
    pub last_with: Option<String>,
    /// The minutes at which the next unit is reached, if there can be one.
    pub next_at: Option<u32>,
    /// The minutes from which on there is no unit at all, if they are reached.
    pub ended_at: Option<u32>,
}

/// Units of one service.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct EarnedView {
    /// The service.
    pub service: String,
    /// The procedure code of that service with its modifiers.
    pub code: String,
    /// Number of units.
    pub units: u32,
}

/// A held note that may come to belong to a period.
#[derive(Debug, Serialize)]
pub struct OpenNoteView {
    /// Id of the note.
    pub id: String,
    /// Minutes of the note.
    pub minutes: u32,
    /// The facts that it must answer.
    pub missing: Vec<String>,
}

/// A pair that names what a note earns, and what it did.
#[skip_serializing_none]
#[derive(Debug, Serialize)]
pub struct PairView {
    /// Id of the pair.
    pub id: String,
    /// Title of the pair.
    pub title: String,
    /// `hold`, `strike` or `advise`.
    pub then: &'static str,
    /// `applies`, `applies_to_others`, `undecided`, `not_looked_at`; or `steps_aside`.
    pub outcome: &'static str,
    /// Ids of the notes that carry the services on the other side, or that leave the pair undecided.
    pub with: Vec<String>,
    /// The facts that must be answered to decide it.
    pub missing: Vec<String>,
    /// The same in a sentence.
    pub text: String,
}

impl PairView {
    /// Whether there was nothing that the pair could do.
    pub(super) fn is_idle(&self) -> bool {
        self.outcome == "not_looked_at" || (self.outcome == "steps_aside" && self.with.is_empty())
    }
}

/// The note's own procedure code, if it is not what the rules come to.
#[derive(Debug, Serialize)]
pub struct CodeCheckView {
    /// The note's own code, as letters and digits.
    pub code: String,
    /// The codes that the rules come to.
    pub expected: Vec<String>,
    /// The same in a sentence.
    pub text: String,
}
