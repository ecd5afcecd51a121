//! What each field of a row means, for the pages of names.

/// The fields of a row with their meanings, in the order in which they are written.
pub const FIELD_MEANINGS: [(&str, &str); 39] = [
    ("input", "the name of the record's input, if there are several"),
    ("record", "the position of the record in its input, from 1"),
    ("id", "the note's id as read"),
    ("client", "the client as read"),
    ("date", "the service date"),
    ("activity", "what was done, as read"),
    ("staff", "the staff member as read"),
    ("staff_role", "the role of the staff member, as read"),
    ("start", "the start time, if the note gives one"),
    ("end", "the end time, if the note gives a start time"),
    ("group", "the session that several clients attended together, as read"),
    ("status", "`billable`, `non_billable`, `held` or `rejected`"),
    ("payer", "who is billed; `non_billable` for a note that nobody pays"),
    ("service", "what is billed; of several services that a note carries, the one with the lowest threshold"),
    ("code", "the procedure code of the service; left out if no public code is known"),
    ("modifiers", "the code's modifiers"),
    ("minutes", "the documented minutes"),
    ("quarter_hours", "the 15-minute units in those minutes"),
    ("unit", "the unit in which the service is billed: `quarter_hour`, `day`, `month` or `each`"),
    ("units", "how many units the note earns, or carries for the notes that are counted with it"),
    ("rate", "dollars for one unit"),
    ("amount", "the note's share of its claim line, which is rounded half-up to the cent once"),
    (
        "shadow",
        "`units`, `rate` and `amount` where the payer does not pay by the unit: they stand here and in no total",
    ),
    ("also", "further services that the note carries for the notes that are counted with it, each like a claim line"),
    ("bundled_into", "the id of the note that carries what the notes of the day, the month or the date earn"),
    (
        "counted",
        "the notes that are counted together: `within` which period, their `minutes`, the `held_minutes` of held \
                 notes that may come to belong to them, and the number of `notes`",
    ),
    (
        "alone",
        "the `payer` and the `service` that the rules decide on for the note alone, where other notes, an earlier run or \
                 the day of the run keep it from being billed so",
    ),
    ("rules", "ids of the rules that decided; of a pair or an edit, if it decided"),
    ("because", "why, in one sentence"),
    ("missing", "the facts whose answers could change the outcome; of a period, those that other notes do not answer"),
    ("possible", "what is still possible for a held note"),
    ("ways", "how a note held for missing answers may still be billed, as payer/service; later runs count with it"),
    ("at_stake", "the most that a held note could add to its claim line, other notes as they are"),
    ("presumed", "what was presumed and would be missing otherwise"),
    ("house", "which of `rules` are house rules"),
    ("settings", "settings whose other answer could change the outcome"),
    ("labels", "words for what the note is about; they change no decision and no money"),
    ("findings", "what else deserves a look, each with the page of its code"),
    ("errors", "everything that keeps a record from being a note, each with its field"),
];

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::Row;

    #[test]
    fn every_field_of_a_row_has_a_meaning() {
        let row = Row::default();
        let names: Vec<&str> = row.fields().into_iter().map(|(name, _)| name).collect();
        let known: Vec<&str> = FIELD_MEANINGS.iter().map(|(name, _)| *name).collect();
        assert_eq!(known, names);
    }
}
