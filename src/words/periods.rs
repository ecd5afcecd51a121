//! Describes what is counted within a period: counts, pairs, shadows, holidays and conditions of rates.

use chrono::Weekday;

use super::{payer_title, service_title};
use crate::calendar::HolidayDay;
use crate::nearest::joined;
use crate::rules::{
    Count, DatedRate, DeclaredHoliday, Edit, Pair, PayerId, Relation, RuleSet, ServiceId, Shadow, Then, Within,
};
use crate::units::Steps;

/// Describes a period so that it can follow "within".
pub fn period(set: &RuleSet, within: Within) -> String {
    match within {
        Within::Note => "one note".into(),
        Within::Day => "one day".into(),
        Within::Month => "one month".into(),
        Within::Date(fact) => format!("one `{}`", set.vocabulary.fact(fact).name),
    }
}

/// Describes how minutes become units, such as "one unit at 40 minutes, another for each further 20, 2 at most".
pub fn steps(steps: &Steps) -> String {
    let first = match steps.at_least.as_slice() {
        [only] => format!("one unit at {}", minutes(*only)),
        all => {
            let all = all.iter().map(ToString::to_string).collect();
            format!("one unit each at {} minutes", joined(all, "and"))
        }
    };
    let each = steps.each.map(|each| format!(", another for each further {each}")).unwrap_or_default();
    let most = steps.most.map(|most| format!(", {most} at most")).unwrap_or_default();
    let below = steps.below.map(|below| format!("; none from {} on", minutes(below))).unwrap_or_default();
    format!("{first}{each}{most}{below}")
}

fn minutes(minutes: u32) -> String {
    format!("{minutes} minute{}", if minutes == 1 { "" } else { "s" })
}

/// Describes a count as a clause, such as "the minutes of one month earn 99439: one unit at 40 minutes".
pub fn count(set: &RuleSet, count: &Count) -> String {
    let code = set.service(count.earns).full_code();
    format!("the minutes of {} earn {code}: {}", period(set, count.within), steps(&count.steps))
}

/// Describes what a pair does where it applies.
pub fn pair_effect(pair: &Pair) -> &'static str {
    match (pair.then, pair.terms.relation) {
        (Then::Hold, Relation::NotWith) => "holds the notes of both sides for a person",
        (Then::Hold, Relation::OnlyWith) => "holds the notes for a person",
        (Then::Strike, _) => "these earn nothing",
        (Then::Advise, _) => "adds a finding for a person and changes nothing else",
    }
}

/// Describes what an edit does where it finds something.
pub fn edit_effect(edit: &Edit) -> &'static str {
    match edit.then {
        None => "is off",
        Some(Then::Hold) => "holds the notes for a person",
        Some(Then::Strike) => "the notes earn nothing",
        Some(Then::Advise) => "adds a finding for a person and changes nothing else",
    }
}

/// Describes services by their titles.
pub fn service_titles(set: &RuleSet, services: &[ServiceId]) -> Vec<String> {
    services.iter().map(|service| service_title(set, *service)).collect()
}

/// Describes payers by their titles.
pub fn payer_titles(set: &RuleSet, payers: &[PayerId]) -> String {
    joined(payers.iter().map(|payer| payer_title(set, *payer).to_owned()).collect(), "and")
}

/// Describes what a shadow does where it applies.
pub fn shadow_effect(set: &RuleSet, shadow: &Shadow) -> String {
    let services = shadow.services.as_ref();
    let services = services.map_or_else(
        || "any service".into(),
        |services| joined(services.iter().map(|service| service_title(set, *service)).collect(), "or"),
    );
    let does = if shadow.payers.len() == 1 { "does" } else { "do" };
    format!(
        "{} {does} not pay by the unit for {services}: units, rate and amount stand under `shadow` and in no total",
        payer_titles(set, &shadow.payers)
    )
}

/// Describes the payers and notes for which a rate holds; empty if it holds for all.
pub fn rate_conditions(set: &RuleSet, rate: &DatedRate) -> Vec<String> {
    let payers = rate.payers.iter().map(|payers| format!("for {}", payer_titles(set, payers)));
    let when = super::tests(set, &rate.when).into_iter().map(|test| format!("where {test}"));
    payers.chain(when).collect()
}

const MONTHS: [&str; 12] = [
    "January",
    "February",
    "March",
    "April",
    "May",
    "June",
    "July",
    "August",
    "September",
    "October",
    "November",
    "December",
];

/// Describes the day of the year on which a holiday falls.
pub fn holiday(declared: &DeclaredHoliday) -> String {
    let name = |month: u32| {
        let at = usize::try_from(month).ok().and_then(|month| month.checked_sub(1));
        at.and_then(|at| MONTHS.get(at)).copied().unwrap_or_default()
    };
    match declared.holiday.day {
        HolidayDay::Fixed { month, day } => {
            format!("{} {day}; on a Saturday it is kept on Friday, on a Sunday on Monday", name(month))
        }
        HolidayDay::Nth { month, weekday, nth } => {
            let which = match nth {
                1 => "first",
                2 => "second",
                3 => "third",
                4 => "fourth",
                5 => "fifth",
                _ => "last",
            };
            format!("the {which} {} of {}", weekday_name(weekday), name(month))
        }
    }
}

fn weekday_name(weekday: Weekday) -> &'static str {
    match weekday {
        Weekday::Mon => "Monday",
        Weekday::Tue => "Tuesday",
        Weekday::Wed => "Wednesday",
        Weekday::Thu => "Thursday",
        Weekday::Fri => "Friday",
        Weekday::Sat => "Saturday",
        Weekday::Sun => "Sunday",
    }
}

#[cfg(test)]
mod tests {
    use crate::units::Steps;

    #[test]
    fn steps_read_like_a_sentence() {
        let steps = |at_least: &[u32], each, most, below| {
            super::steps(&Steps { at_least: at_least.to_vec(), each, most, below })
        };
        assert_eq!(steps(&[1], None, None, None), "one unit at 1 minute");
        assert_eq!(
            steps(&[40], Some(20), Some(2), None),
            "one unit at 40 minutes, another for each further 20, 2 at most"
        );
        assert_eq!(
            steps(&[8, 24], Some(15), None, None),
            "one unit each at 8 and 24 minutes, another for each further 15"
        );
        assert_eq!(steps(&[16], None, None, Some(36)), "one unit at 16 minutes; none from 36 minutes on");
    }
}
