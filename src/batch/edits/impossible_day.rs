//! The check `impossible-day`: more minutes on one date than a day has.

use std::collections::BTreeMap;

use super::days::DayNote;
use crate::rules::Scope;

/// The minutes of a day.
pub(super) const MINUTES: u32 = 1_440;

/// Returns the minutes of a day's notes. Notes of one group are one session of the staff member, as long as the longest of
/// them.
pub(super) fn minutes(day: &[DayNote], scope: Scope) -> u32 {
    let mut sessions: BTreeMap<_, u32> = BTreeMap::new();
    let mut sum = 0_u32;
    for note in day {
        match note.group.filter(|_| scope == Scope::Staff) {
            Some(group) => {
                let longest = sessions.entry(group).or_default();
                *longest = (*longest).max(note.minutes.into());
            }
            None => sum = sum.saturating_add(note.minutes.into()),
        }
    }
    sessions.values().fold(sum, |sum, minutes| sum.saturating_add(*minutes))
}

pub(super) fn is_impossible(minutes: u32) -> bool {
    minutes > MINUTES
}
