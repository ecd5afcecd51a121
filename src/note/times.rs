//! When a note begins and how long it is. All the ways in which a note says its length must agree.

use super::Faults;
use super::clocks::DAY;
use super::dates::{Day, Moment};
use super::values::{Fields, clock, day, fault, length, missing};
use crate::field::FieldId;
use crate::message::Code;

/// Returns the start and the documented minutes, as far as they can be read.
pub(super) fn start_and_minutes(
    fields: Fields<'_, '_>,
    date: Option<Day>,
    faults: &mut Faults,
) -> (Option<u32>, Option<u32>) {
    let (before, notation) = (faults.len(), fields.notation);
    let span = span(fields, date, faults);
    let (minutes, duration) = (fields.get(FieldId::MINUTES), fields.get(FieldId::DURATION));
    let ways = [
        ("minutes", faults.keep(FieldId::MINUTES, length(minutes, "minutes", None, notation))),
        ("duration", faults.keep(FieldId::DURATION, length(duration, "duration", notation.duration, notation))),
        ("end", span.map(|(_, minutes)| minutes)),
    ];
    let mut ways = ways.into_iter().filter_map(|(name, minutes)| Some((name, minutes?)));
    let start = span.map(|(start, _)| start);
    let Some((name, first)) = ways.next() else {
        // Where one of these fields is faulty, its fault says enough.
        if faults.len() == before {
            let help = "give the whole minutes, 1 to 1440, or `start` and `end`";
            faults.add(FieldId::MINUTES, missing("minutes", minutes, help));
        }
        return (start, None);
    };
    if ways.any(|(_, other)| other != first) {
        let text = "the ways in which this note says its length do not agree";
        let help = "`minutes`, `duration` and the time from `start` to `end` must be the same";
        let field = if name == "minutes" { FieldId::MINUTES } else { FieldId::DURATION };
        faults.add(field, fault(Code::MinutesDisagree, name, minutes.or(duration), text, help));
    }
    (start, Some(first))
}

/// Returns the start and the minutes from there to the end. A note may end on a later date than it begins.
fn span(fields: Fields<'_, '_>, date: Option<Day>, faults: &mut Faults) -> Option<(u32, u32)> {
    let (start, end) = (fields.get(FieldId::START), fields.get(FieldId::END));
    let (end_date, notation) = (fields.get(FieldId::END_DATE), fields.notation);
    let before = faults.len();
    let first = faults.keep(FieldId::START, clock(start, "start", notation));
    let last = faults.keep(FieldId::END, clock(end, "end", notation));
    let ended = faults.keep(FieldId::END_DATE, day(end_date, "end_date", notation));
    if faults.len() > before {
        return None;
    }
    let days = days_to_end(fields, date, (first, last), ended, faults)?;
    let (first, last) = (first.map(|first| first.minutes), last.map(|last| last.minutes));
    if let Some(time) = date.and_then(|day| day.time)
        && first != Some(time)
    {
        let text = "the time of day after the date is neither midnight nor the start of the note";
        let help = "export the date without a time, or with that of `start`";
        faults.add(FieldId::DATE, fault(Code::BadField, "date", fields.get(FieldId::DATE), text, help));
    }
    let both = "give `start` and `end`, or neither";
    let (first, last) = match (first, last) {
        (None, None) if days == 0 => return None,
        (None, None) => {
            let text = "the note ends on another date than it begins, and gives no clock times";
            faults.add(
                FieldId::END_DATE,
                fault(Code::BadField, "end_date", end_date, text, "give `start` and `end` too"),
            );
            return None;
        }
        (Some(_), None) => {
            faults.add(FieldId::END, missing("end", end, both));
            return None;
        }
        (None, Some(_)) => {
            faults.add(FieldId::START, missing("start", start, both));
            return None;
        }
        (Some(first), Some(last)) => (first, last),
    };
    // Midnight at the end of the day on which the note ends.
    let last = if last == 0 && days == 0 { DAY } else { last };
    let length = i64::from(last) + days * i64::from(DAY) - i64::from(first);
    match u32::try_from(length).ok().filter(|minutes| (1..=DAY).contains(minutes)) {
        Some(minutes) => Some((first, minutes)),
        None if days == 0 => {
            let help = "fix whichever of the two is wrong; a note that goes past midnight gives the date of its end in \
                        `end_date`";
            faults.add(FieldId::END, fault(Code::BadField, "end", end, "`end` is not after `start`", help));
            None
        }
        None => {
            let text = "the note does not end within 24 hours after its start";
            faults.add(
                FieldId::END_DATE,
                fault(Code::BadField, "end_date", end_date, text, "fix whichever of the two is wrong"),
            );
            None
        }
    }
}

/// Returns the number of days from the service date to the date on which the note ends; `None` if a date before a clock time
/// does not agree with the others.
fn days_to_end(
    fields: Fields<'_, '_>,
    date: Option<Day>,
    (first, last): (Option<Moment>, Option<Moment>),
    end_date: Option<Day>,
    faults: &mut Faults,
) -> Option<i64> {
    let mut add = |field, name, text: &str, help: &str| {
        faults.add(field, fault(Code::BadField, name, fields.get(field), text, help));
    };
    if let Some((date, begun)) = date.zip(first.and_then(|first| first.date))
        && date.date != begun
    {
        let text = "the date before the start time is not the service date";
        add(FieldId::START, "start", text, "fix whichever is wrong; a note belongs to the day on which it begins");
        return None;
    }
    // A date before the end time is the date of the end.
    let ended = last.and_then(|last| last.date);
    if end_date.is_some_and(|day| ended.is_some_and(|ended| ended != day.date)) {
        let text = "the date before the end time is not that of `end_date`";
        add(FieldId::END, "end", text, "fix whichever of the two is wrong");
        return None;
    }
    let last_day = end_date.map(|day| day.date).or(ended);
    Some(date.zip(last_day).map_or(0, |(date, last)| (last - date.date).num_days()))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::notation::Notation;
    use crate::read::{Slots, ValueKind};

    fn read(fields: &[(FieldId, &str)]) -> Result<(Option<u32>, Option<u32>), Vec<String>> {
        let (mut slots, mut faults) = (Slots::default(), Faults::default());
        for (field, text) in fields {
            slots.put(*field, ValueKind::Text, text, None);
        }
        let notation = Notation::default();
        let fields = Fields { slots: &slots, notation: &notation };
        let date = day(fields.get(FieldId::DATE), "date", &notation).unwrap();
        let read = start_and_minutes(fields, date, &mut faults);
        let faults: Vec<String> = faults.into_list(&[]).map(|fault| fault.text).collect();
        if faults.is_empty() { Ok(read) } else { Err(faults) }
    }

    const DATE: (FieldId, &str) = (FieldId::DATE, "2026-03-09");

    fn span(start: &str, end: &str, end_date: &str) -> Result<(Option<u32>, Option<u32>), Vec<String>> {
        read(&[DATE, (FieldId::START, start), (FieldId::END, end), (FieldId::END_DATE, end_date)])
    }

    #[test]
    fn midnight_ends_a_day_and_an_end_date_lets_a_note_cross_it() {
        assert_eq!(span("23:00", "00:00", ""), Ok((Some(1380), Some(60))));
        assert_eq!(span("23:00", "24:00", "2026-03-09"), Ok((Some(1380), Some(60))));
        assert_eq!(span("23:00", "0:00", "2026-03-10"), Ok((Some(1380), Some(60))));
        assert_eq!(span("23:00", "1:30 AM", "2026-03-10"), Ok((Some(1380), Some(150))));
        assert_eq!(span("09:00", "09:00", "2026-03-10"), Ok((Some(540), Some(1440))));
        assert!(span("23:00", "01:30", "").unwrap_err().concat().contains("not after"));
        assert!(span("09:00", "09:01", "2026-03-10").is_err());
        assert!(span("09:00", "10:00", "2026-03-08").is_err());
        assert!(span("09:00", "10:00", "2026-03-11").is_err());
        assert!(span("", "", "2026-03-10").is_err());
    }

    #[test]
    fn a_date_before_a_clock_time_agrees_with_the_others() {
        assert_eq!(span("2026-03-09 23:00", "2026-03-10 01:30", ""), Ok((Some(1380), Some(150))));
        assert_eq!(span("2026-03-09 23:00", "2026-03-10 00:00", ""), Ok((Some(1380), Some(60))));
        assert_eq!(span("2026-03-09 09:00", "10:00", ""), Ok((Some(540), Some(60))));
        assert!(span("2026-03-08 09:00", "10:00", "").unwrap_err().concat().contains("service date"));
        assert!(span("09:00", "2026-03-09 10:00", "2026-03-10").unwrap_err().concat().contains("`end_date`"));
    }

    #[test]
    fn a_time_after_the_date_agrees_with_the_start() {
        let dated = |date, start, end| {
            read(&[(FieldId::DATE, date), (FieldId::START, start), (FieldId::END, end), (FieldId::MINUTES, "30")])
        };
        assert_eq!(dated("2026-03-09 09:05", "9:05 AM", "9:35"), Ok((Some(545), Some(30))));
        assert_eq!(dated("2026-03-09 00:00", "9:05", "9:35"), Ok((Some(545), Some(30))));
        assert!(dated("2026-03-09 09:06", "9:05", "9:35").is_err());
        assert!(dated("2026-03-09 09:05", "", "").is_err());
    }

    #[test]
    fn all_faults_of_the_times_are_found() {
        let faults =
            read(&[DATE, (FieldId::START, "x"), (FieldId::END, "25:00"), (FieldId::MINUTES, "0")]).unwrap_err();
        assert_eq!(faults.len(), 3, "{faults:?}");
        assert_eq!(read(&[DATE]).unwrap_err().len(), 1);
        assert_eq!(read(&[DATE, (FieldId::START, "9:00")]).unwrap_err().len(), 1);
    }
}
