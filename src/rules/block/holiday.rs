//! `[holiday.NAME]`: a weekday that is no business day.

use chrono::Weekday;

use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::calendar::{Holiday, HolidayDay};
use crate::message::Code;
use crate::rules::Basis;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::toml::{Located, Problems, Span, Text, TomlTable};

/// A holiday that a rule file declares.
#[derive(Clone, Debug)]
pub struct DeclaredHoliday {
    /// The name of the holiday, such as `labor_day`.
    pub name: String,
    /// When the holiday is.
    pub holiday: Holiday,
    /// What the holiday is based on; often nothing but the calendar.
    pub basis: Basis,
    /// Where the holiday is declared.
    pub span: Span,
}

pub(in crate::rules) struct HolidayBody {
    month: Option<Located<i64>>,
    day: Option<Located<i64>>,
    weekday: Option<Text>,
    nth: Option<Located<i64>>,
    from: Option<Text>,
    through: Option<Text>,
    basis: WrittenBasis,
}

const WEEKDAYS: [(&str, Weekday); 7] = [
    ("monday", Weekday::Mon),
    ("tuesday", Weekday::Tue),
    ("wednesday", Weekday::Wed),
    ("thursday", Weekday::Thu),
    ("friday", Weekday::Fri),
    ("saturday", Weekday::Sat),
    ("sunday", Weekday::Sun),
];

impl Block for DeclaredHoliday {
    type Body = HolidayBody;
    const KIND: BlockKind = BlockKind { name: "holiday", role: Role::Decides, most: 100 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "holiday", "holiday", |table| {
            if !table.has("month") {
                table.add_missing("month");
            }
            HolidayBody {
                month: table.number("month"),
                day: table.number("day"),
                weekday: table.one_of("weekday", &WEEKDAYS.map(|(name, _)| name)),
                nth: table.number("nth"),
                from: table.word("from"),
                through: table.word("through"),
                basis: read_basis(table),
            }
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let problems = checker.problems;
        let check = |Written { name, body, span, .. }: Written<Self::Body>| {
            let effective = effective(body.from.as_ref(), body.through.as_ref(), problems);
            let basis = checker.basis(body.basis);
            let day = check_day(&name, (body.month, body.day), (body.weekday, body.nth), problems)?;
            Some(Self { name: name.value, holiday: Holiday { day, effective }, basis, span })
        };
        let holidays: Vec<Self> = unique(blocks, "holiday", problems).into_iter().filter_map(check).collect();
        checker.holidays = holidays.iter().map(|declared| declared.holiday).collect();
        checker.update_vocabulary();
        holidays
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

/// Checks that a holiday is a day of a month, or a weekday of a month.
fn check_day(
    name: &Text,
    (month, day): (Option<Located<i64>>, Option<Located<i64>>),
    (weekday, nth): (Option<Text>, Option<Located<i64>>),
    problems: &Problems<'_>,
) -> Option<HolidayDay> {
    let month = within(&month?, "month", 1..=12, problems)?;
    match (day, weekday, nth) {
        (Some(day), None, None) => {
            let day = within(&day, "day", 1..=31, problems)?;
            Some(HolidayDay::Fixed { month, day })
        }
        (None, Some(weekday), Some(nth)) => {
            let Some((_, known)) = WEEKDAYS.into_iter().find(|(name, _)| *name == weekday.value) else {
                problems.add_unknown_value(&weekday, "weekday", WEEKDAYS.map(|(name, _)| name));
                return None;
            };
            let Some(nth) = i8::try_from(nth.value).ok().filter(|nth| matches!(nth, -1 | 1..=5)) else {
                let help = "write 1 to 5, or -1 for the last one of the month";
                problems.add(&nth.span, Code::WrongType, "`nth` does not say which weekday of the month", help);
                return None;
            };
            Some(HolidayDay::Nth { month, weekday: known, nth })
        }
        _ => {
            let text = format!("the holiday `{}` does not say which day of the month it is", name.value);
            let help = "write `day = …`, or `weekday = \"…\"` and `nth = …`";
            problems.add(&name.span, Code::MissingKey, text, help);
            None
        }
    }
}

fn within(
    number: &Located<i64>,
    key: &str,
    range: std::ops::RangeInclusive<i64>,
    problems: &Problems<'_>,
) -> Option<u32> {
    if !range.contains(&number.value) {
        let help = format!("write a number from {} to {}", range.start(), range.end());
        problems.add(&number.span, Code::WrongType, format!("`{key}` is not a {key} of the calendar"), help);
        return None;
    }
    u32::try_from(number.value).ok()
}
