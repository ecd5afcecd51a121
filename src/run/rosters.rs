//! Files of clients and staff members → rosters. A roster with any fault answers nothing: half of one would bill wrongly.

use std::sync::Arc;

use super::{Input, fault_message, file_message, notices};
use crate::batch::{BlockOrigin, CheckedBlock, SkippedRows, UnknownFields};
use crate::digest::{Digest, Hashing};
use crate::message::{Code, Message, Messages};
use crate::note::{Orders, check_roster_row};
use crate::number::count;
use crate::place::Place;
use crate::read::{InputHint, Piece, Record, read_records};
use crate::report::RosterRun;
use crate::roster::{Roster, RosterKind, RosterNames, RosterRow, Rosters, Rows, SpanIssues};
use crate::rules::RuleSet;

/// The rosters of a run, and what its report says of them.
#[derive(Clone, Debug, Default)]
pub struct LoadedRosters {
    /// The rosters.
    pub rosters: Arc<Rosters>,
    /// Their files.
    pub runs: Vec<RosterRun>,
}

/// Reads the rosters of a run, at most one of each kind. With `hash`, the bytes of the files are hashed. Calls `on_message`
/// for each warning.
///
/// Returns an error for everything that is wrong with any of them.
pub fn read_rosters(
    set: &RuleSet,
    inputs: Vec<(RosterKind, Input<'_>)>,
    hash: bool,
    on_message: &mut dyn FnMut(Message),
) -> Result<LoadedRosters, Vec<Message>> {
    let (mut rosters, mut runs, mut errors) = (Rosters::default(), Vec::new(), Messages::default());
    for (kind, input) in inputs {
        let mut reader = RosterReader::new(set, kind, &input.name);
        let digest = reader.read(input, hash);
        reader.warnings.drain(..).for_each(&mut *on_message);
        reader.errors.drain(..).for_each(|error| errors.add(error));
        runs.push(RosterRun { kind, name: reader.name, digest, rows: count(reader.rows.len()) });
        let (roster, issues) = Roster::new(reader.rows);
        span_warnings(issues, &reader.places).into_iter().for_each(&mut *on_message);
        match kind {
            RosterKind::Clients => rosters.clients = Some(roster),
            RosterKind::Staff => rosters.staff = Some(roster),
        }
    }
    let errors = errors.finish();
    if errors.is_empty() { Ok(LoadedRosters { rosters: Arc::new(rosters), runs }) } else { Err(errors) }
}

/// Reads one roster.
struct RosterReader<'s> {
    names: RosterNames<'s>,
    /// Name of the file.
    name: String,
    rows: Vec<RosterRow>,
    /// Where each row begins.
    places: Vec<Place>,
    warnings: Vec<Message>,
    errors: Vec<Message>,
}

impl<'s> RosterReader<'s> {
    fn new(set: &'s RuleSet, kind: RosterKind, name: &str) -> Self {
        Self {
            names: RosterNames::new(&set.vocabulary, kind),
            name: name.to_owned(),
            rows: Vec::new(),
            places: Vec::new(),
            warnings: Vec::new(),
            errors: Vec::new(),
        }
    }

    /// Reads all records of a file. Returns the digest of its bytes, if that is wanted.
    fn read(&mut self, input: Input<'_>, hash: bool) -> Option<Digest> {
        let mut bytes = Hashing::new(input.bytes, hash);
        let wanted = InputHint { format: input.format, sheet: input.sheet.as_deref() };
        let (names, name) = (self.names, self.name.clone());
        let (mut orders, mut unknown, mut seen) = (Orders::default(), UnknownFields::default(), false);
        let mut each = |record: Record<'_>| {
            seen = true;
            let mut block = CheckedBlock::default();
            block.count_unknown_fields(&record);
            let piece = Piece { sheet: record.sheet, ..Piece::ALONE };
            unknown.add(BlockOrigin { input: 0, name: &name, piece: &piece }, &block);
            orders += self.take(&record);
        };
        let read = read_records(&mut bytes, wanted, &names, &mut each);
        let read = read.and_then(|(form, _)| Ok((form, bytes.finish_at_end()?)));
        let (form, digest) = match read {
            Ok(read) => read,
            Err(error) => {
                // None of the records of a malformed document has been read.
                self.errors = vec![file_message(&name, error)];
                return None;
            }
        };
        let first = || Place::new(&name, 1, 1);
        if !seen {
            let help = "if there should be rows, check how the roster was exported";
            self.warnings
                .push(Message::warning(Code::NoNotes, "the roster holds no rows").with_place(first()).help(help));
        }
        self.warnings.extend(notices::messages(&name, &form, &SkippedRows::default(), orders));
        self.warnings.extend(unknown.warnings(&names, "a roster").into_iter().map(|warning| {
            let place = warning.place.clone().unwrap_or_else(first);
            warning.with_place(place)
        }));
        digest
    }

    /// Takes a record. Returns its dates whose order is not declared.
    fn take(&mut self, record: &Record<'_>) -> Orders {
        let found = match check_roster_row(record, &self.names) {
            Ok(row) => {
                self.rows.push(row);
                self.places.push(record.place_in(&self.name));
                return Orders::default();
            }
            Err(found) => found,
        };
        let faults = found.faults.into_iter();
        self.errors.extend(faults.map(|fault| fault_message(&self.name, record, fault)));
        found.orders
    }
}

/// Returns a warning for the gaps between the spans of one id, and one for spans that overlap. No id is named.
fn span_warnings(issues: SpanIssues, places: &[Place]) -> Vec<Message> {
    let gaps = match issues.gaps.count {
        1 => "there are days before this row that no row of its id covers".to_owned(),
        count => format!("before {count} rows, this one first, there are days that no row of their id covers"),
    };
    let overlaps = match issues.overlaps.count {
        1 => "this row begins on a day that another row of its id covers".to_owned(),
        count => format!("{count} rows, this one first, begin on a day that another row of their id covers"),
    };
    let warnings = [
        (
            Code::RosterGap,
            issues.gaps,
            gaps,
            "on those days the roster answers nothing; if nothing changed, let the earlier row go through the day before",
        ),
        (
            Code::RosterOverlap,
            issues.overlaps,
            overlaps,
            "on a day of two rows that answer a fact differently, the roster does not answer it; end one row on the day \
             before the next begins",
        ),
    ];
    let warning = |(code, rows, text, help): (Code, Rows, String, &str)| {
        let place = places.get(rows.first?)?;
        Some(Message::warning(code, text).with_place(place.clone()).help(help))
    };
    warnings.into_iter().filter_map(warning).collect()
}
