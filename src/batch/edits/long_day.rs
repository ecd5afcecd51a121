//! The check `long-day`: more minutes on one date than the setting `long_day_hours` allows. An impossible day is not also a
//! long one.

/// Whether a day with so many minutes is a long one.
pub(super) fn is_long(minutes: u32, most: u32) -> bool {
    minutes > most
}
