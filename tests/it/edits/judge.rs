//! An independent reading of the checks between notes: it compares all pairs.

use std::collections::{BTreeMap, BTreeSet};

use proptest::prelude::*;
use proptest::sample::select;

use crate::notes::Record;

/// A note as the independent reading sees it.
#[derive(Clone, Debug)]
pub(super) struct Plain {
    pub(super) client: &'static str,
    pub(super) staff: Option<&'static str>,
    pub(super) date: &'static str,
    /// Minutes after midnight.
    pub(super) start: Option<u32>,
    pub(super) minutes: u32,
    pub(super) activity: &'static str,
    pub(super) eligibility: &'static str,
    pub(super) group: Option<&'static str>,
}

impl Plain {
    pub(super) fn record(&self, at: usize) -> Record {
        let clock = |minutes: u32| format!("{}:{:02}", minutes / 60, minutes % 60);
        let (id, minutes) = (format!("n-{at}"), self.minutes.to_string());
        let mut record = Record::of(&[
            ("id", &id),
            ("client", self.client),
            ("date", self.date),
            ("activity", self.activity),
            ("eligibility", self.eligibility),
            ("staff_role", "vocational_specialist"),
            ("symptom_link", "yes"),
            ("medically_needed", "yes"),
            ("minutes", &minutes),
        ]);
        let times = self.start.map(|start| (clock(start), clock(start + self.minutes)));
        if let Some((start, end)) = &times {
            record = record.with(&[("start", start), ("end", end)]);
        }
        for (name, value) in [("staff", self.staff), ("group", self.group)] {
            if let Some(value) = value {
                record = record.with(&[(name, value)]);
            }
        }
        record
    }

    fn overlaps(&self, other: &Self) -> bool {
        let times = self.start.zip(other.start);
        times.is_some_and(|(own, start)| own < start + other.minutes && start < own + self.minutes)
    }

    /// Whether the note alone is billed, and by its minutes.
    fn is_timed(&self) -> bool {
        self.activity == "job_coaching" && self.eligibility != "none"
    }

    pub(super) fn is_billed(&self) -> bool {
        self.eligibility != "none"
    }
}

/// Returns the codes that concern each note, each with the notes that its finding may name.
pub(super) fn expected(notes: &[Plain]) -> Vec<BTreeMap<&'static str, BTreeSet<usize>>> {
    let key = |note: &Plain| (note.client, note.date, note.minutes, note.activity);
    let duplicate_of = |at: usize| {
        let own = &notes[at];
        let is_same = |other: &Plain| key(own) == key(other) && (own.staff, own.start) == (other.staff, other.start);
        (0..at).find(|other| own.staff.is_some() && own.start.is_some() && is_same(&notes[*other]))
    };
    let duplicates: Vec<Option<usize>> = (0..notes.len()).map(duplicate_of).collect();
    let mut all = Vec::new();
    for (at, own) in notes.iter().enumerate() {
        let mut found: BTreeMap<&'static str, BTreeSet<usize>> = BTreeMap::new();
        if let Some(first) = duplicates[at] {
            all.push(BTreeMap::from([("duplicate", BTreeSet::from([first]))]));
            continue;
        }
        let others = || notes.iter().enumerate().filter(|(other, _)| *other != at && duplicates[*other].is_none());
        for (index, other) in others().filter(|(_, other)| other.date == own.date) {
            let agree = |one: Option<&str>, two: Option<&str>| one.is_none() || two.is_none() || one == two;
            let starts_agree = own.start.is_none() || other.start.is_none() || own.start == other.start;
            let is_open = [own, other].iter().any(|note| note.staff.is_none() || note.start.is_none());
            if key(own) == key(other) && is_open && starts_agree && agree(own.staff, other.staff) {
                found.entry("maybe-duplicate").or_default().insert(index);
            }
            let same_staff = own.staff.is_some() && own.staff == other.staff;
            let one_session = own.group.is_some() && own.group == other.group;
            if same_staff && own.client != other.client && !one_session && own.overlaps(other) {
                found.entry("staff-overlap").or_default().insert(index);
            }
            if own.client == other.client && own.overlaps(other) {
                let holds = same_staff || (own.is_timed() && other.is_timed());
                let code = if holds { "client-overlap" } else { "client-overlap-other" };
                found.entry(code).or_default().insert(index);
            }
        }
        let of_day = |wanted: &dyn Fn(&Plain) -> bool| -> Vec<usize> {
            let live = (0..notes.len()).filter(|other| duplicates[*other].is_none());
            live.filter(|other| notes[*other].date == own.date && wanted(&notes[*other])).collect()
        };
        let clients = of_day(&|other| other.client == own.client);
        let staff = of_day(&|other| own.staff.is_some() && other.staff == own.staff);
        let client_minutes: u32 = clients.iter().map(|other| notes[*other].minutes).sum();
        let mut sessions: BTreeMap<&str, u32> = BTreeMap::new();
        let mut staff_minutes = 0;
        for other in staff.iter().map(|other| &notes[*other]) {
            match other.group {
                Some(group) => {
                    let longest = sessions.entry(group).or_default();
                    *longest = (*longest).max(other.minutes);
                }
                None => staff_minutes += other.minutes,
            }
        }
        staff_minutes += sessions.values().sum::<u32>();
        let mut add = |code, day: &[usize]| {
            found.entry(code).or_default().extend(day.iter().copied().filter(|other| *other != at));
        };
        if client_minutes > 1_440 {
            add("impossible-day", &clients);
        }
        if staff_minutes > 1_440 {
            add("impossible-day", &staff);
        } else if staff_minutes > 960 {
            add("long-day", &staff);
        }
        all.push(found);
    }
    all
}

pub(super) fn plain() -> impl Strategy<Value = Plain> {
    let start = prop_oneof![1 => Just(None), 6 => (0u32..20).prop_map(|half| Some(480 + 30 * half))];
    let minutes = prop_oneof![12 => select(vec![15u32, 30, 45, 60]), 1 => select(vec![400u32, 480, 600, 960])];
    (
        select(vec!["client-a", "client-b", "client-c"]),
        prop_oneof![1 => Just(None), 5 => select(vec![Some("staff-1"), Some("staff-2")])],
        select(vec!["2026-03-02", "2026-03-03"]),
        (start, minutes),
        select(vec!["job_coaching", "self_care_skills"]),
        select(vec!["department", "department", "department", "mo_healthnet", "none"]),
        prop_oneof![3 => Just(None), 1 => select(vec![Some("group-1"), Some("group-2")])],
    )
        .prop_map(|(client, staff, date, (start, minutes), activity, eligibility, group)| Plain {
            client,
            staff,
            date,
            // A note with a time ends on its day.
            start: start.filter(|start| start + minutes <= 1_440),
            minutes,
            activity,
            eligibility,
            group,
        })
}
