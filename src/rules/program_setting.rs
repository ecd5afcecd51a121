//! The settings that the program itself reads. They control how units are counted, and no rule needs to ask them.

use super::{RuleSet, ServiceId, Setting, Unit};
use crate::facts::{Answer, Kind};
use crate::units::PartQuarterHour;

/// A setting that the program itself reads. A rule set may declare it to cite its source; if not, its default holds.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ProgramSetting {
    /// The number of leftover minutes that count as another quarter hour.
    PartQuarterHour,
    /// Whether minutes are pooled by note or by day.
    Pool,
    /// The number of hours above which a day is a long one.
    LongDayHours,
}

impl ProgramSetting {
    /// Every program setting.
    pub const ALL: [Self; 3] = [Self::PartQuarterHour, Self::Pool, Self::LongDayHours];

    /// Finds a setting by name.
    pub fn find(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|setting| setting.name() == name)
    }

    /// Returns the name of the setting in rules and on the command line.
    pub const fn name(self) -> &'static str {
        match self {
            Self::PartQuarterHour => "part_quarter_hour",
            Self::Pool => "pool",
            Self::LongDayHours => "long_day_hours",
        }
    }

    /// Returns the kind of answers that the program understands.
    pub fn kind(self) -> Kind {
        match self {
            Self::PartQuarterHour => Kind::Number(1, 15),
            Self::Pool => Kind::Coded(vec!["note".into(), "day".into()]),
            Self::LongDayHours => Kind::Number(1, 24),
        }
    }

    /// Returns the answer if no rule file declares the setting: whole quarter hours, note by note, and days of 16 hours.
    pub fn default(self) -> Answer {
        match self {
            Self::PartQuarterHour => Answer::Number(15),
            Self::Pool => Answer::Value(0),
            Self::LongDayHours => Answer::Number(16),
        }
    }

    /// Explains what the program does with the setting.
    pub fn explanation(self) -> &'static str {
        match self {
            Self::PartQuarterHour => {
                "The program itself reads it: so many minutes left over after the whole quarter hours make a further \
                 unit. 15 counts whole quarter hours only, 8 is the eight-minute rule, 1 counts any part."
            }
            Self::Pool => {
                "The program itself reads it: with `day`, the minutes of a client's notes of one service, payer and date \
                 are summed before they are rounded; with `note`, each note is rounded by itself."
            }
            Self::LongDayHours => {
                "The program itself reads it: if the notes of one date add up to more hours than these, the check \
                 `long-day` says so."
            }
        }
    }
}

impl RuleSet {
    /// Returns how partial quarter hours are counted.
    pub fn part_quarter_hour(&self) -> PartQuarterHour {
        match self.program_setting(ProgramSetting::PartQuarterHour).map(|setting| setting.value) {
            Some(Answer::Number(minutes)) => PartQuarterHour::new(minutes).unwrap_or(PartQuarterHour::WHOLE),
            _ => PartQuarterHour::WHOLE,
        }
    }

    /// Whether the notes of a service have a pool for each payer: those that are billed in quarter hours do. Notes of
    /// other services belong together whoever pays, and are held if they name different payers.
    pub fn has_pool_by_payer(&self, service: ServiceId) -> bool {
        self.service(service).unit == Unit::QuarterHour
    }

    /// Whether the minutes of a client's day are pooled before they are rounded.
    pub fn pools_by_day(&self) -> bool {
        self.program_setting(ProgramSetting::Pool)
            .is_some_and(|setting| self.answer_text(setting.fact, setting.value) == "day")
    }

    /// Returns the minutes above which a day is a long one.
    pub fn long_day_minutes(&self) -> u32 {
        let hours = match self.program_setting(ProgramSetting::LongDayHours).map(|setting| setting.value) {
            Some(Answer::Number(hours)) => u32::try_from(hours).unwrap_or_default(),
            _ => 16,
        };
        hours.saturating_mul(60)
    }

    fn program_setting(&self, wanted: ProgramSetting) -> Option<&Setting> {
        let fact = self.vocabulary.find(wanted.name())?;
        self.settings.iter().find(|setting| setting.fact == fact)
    }
}
