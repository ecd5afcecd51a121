//! Numbers of the fields that a note may have, and a check whether the name of an unknown field may be shown.

/// The number of a known field: first the fields of every note, then one for each fact that notes answer, as numbered
/// by the vocabulary. Faults are searched for in this order.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FieldId(usize);

impl FieldId {
    /// The id of the note.
    pub const ID: Self = Self(0);
    /// The client who was served.
    pub const CLIENT: Self = Self(1);
    /// The staff member who did the work.
    pub const STAFF: Self = Self(2);
    /// The service date.
    pub const DATE: Self = Self(3);
    /// The clock time at which the work began.
    pub const START: Self = Self(4);
    /// The clock time at which the work ended.
    pub const END: Self = Self(5);
    /// The date on which the work ended, if that is not the service date.
    pub const END_DATE: Self = Self(6);
    /// The documented minutes.
    pub const MINUTES: Self = Self(7);
    /// The documented minutes, under their other name.
    pub const DURATION: Self = Self(8);
    /// The practitioner in whose name the work is billed.
    pub const PRACTITIONER: Self = Self(9);
    /// The procedure code that the clinic gave the note.
    pub const CODE: Self = Self(10);
    /// The modifiers of that code.
    pub const MODIFIERS: Self = Self(11);
    /// The session that several clients attended together.
    pub const GROUP: Self = Self(12);
    /// The id of the earlier record that this one corrects.
    pub const REPLACES: Self = Self(13);

    /// Names of the fields that every note may have, by number.
    pub const NAMES: [&str; 14] = [
        "id",
        "client",
        "staff",
        "date",
        "start",
        "end",
        "end_date",
        "minutes",
        "duration",
        "practitioner",
        "code",
        "modifiers",
        "group",
        "replaces",
    ];

    /// Creates the field with this number.
    pub fn new(index: usize) -> Self {
        Self(index)
    }

    /// Returns the number of the field.
    pub fn index(self) -> usize {
        self.0
    }
}

/// Most characters of an unknown name that are shown.
const SHOWN: usize = 40;

/// Returns the name of an unknown field as messages and reports may show it. A name from a note may contain a sentence
/// about a person, so anything that does not look like a name yields `None`: show the field's position instead.
pub fn showable(name: &str) -> Option<String> {
    let is_plain = |c: char| c.is_alphanumeric() || " _-./#()".contains(c);
    if name.trim().is_empty() || !name.chars().all(is_plain) {
        return None;
    }
    if name.chars().nth(SHOWN).is_none() {
        return Some(name.to_owned());
    }
    Some(name.chars().take(SHOWN - 1).chain(['…']).collect())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_what_looks_like_a_name_is_shown() {
        for name in ["mood", "Größe (cm)", "Dx #2 / ICD-10", "seen_by v1.0"] {
            assert_eq!(showable(name).as_deref(), Some(name));
        }
        for name in ["", " ", "a\nb", "a,b", "a:b", "who?", "\u{202e}x", "a\u{200b}", "\u{1b}[31m", "tab\tbed", "“a”"]
        {
            assert_eq!(showable(name), None, "{name:?}");
        }
    }

    #[test]
    fn at_most_forty_characters_are_shown() {
        assert_eq!(showable(&"ü".repeat(40)), Some("ü".repeat(40)));
        let long = showable(&"ü".repeat(1_000_000)).unwrap();
        assert_eq!(long, "ü".repeat(39) + "…");
    }
}
