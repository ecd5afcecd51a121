//! What all tables of rows have in common, whatever file they stand in: the header row, and rows that are no notes.

use std::borrow::Cow;
use std::collections::{BTreeMap, BTreeSet};

use super::record::trim;
use super::{Field, FieldNames, MAX_FIELDS, Precedence, Slot, Slots, TableRules, Value};
use crate::field::{FieldId, showable};
use crate::spelling::key;

/// Number of rows among which the header row is searched.
pub(super) const HEADER_ROWS: usize = 20;

/// A name of the header row.
#[derive(Debug)]
pub(super) struct Column {
    /// The name, trimmed.
    pub(super) name: String,
    /// The field, if the name is known.
    pub(super) field: Option<FieldId>,
    /// Whether nothing of the column is read: the agency ignores it, or another unknown column has its name.
    pub(super) is_ignored: bool,
}

/// The columns of a table.
#[derive(Debug)]
pub(super) struct Columns {
    pub(super) list: Vec<Column>,
    /// The positions of the telling columns, such as the id, the client, the date and the activity of notes.
    telling: Vec<usize>,
    /// Fewest known names that make this a header row. Without a name that each must have, no number is enough.
    fewest_names: usize,
}

/// Why a row is no record.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum SkippedRow {
    /// It stands above the header row.
    AboveHeader,
    /// All its cells are empty.
    Blank,
    /// It is the header row again.
    Header,
    /// It has no id, client, date and activity, as a line of totals.
    NoNote,
}

impl Columns {
    /// Resolves the names of a header row.
    pub(super) fn new<'n>(written: impl Iterator<Item = &'n str>, names: &dyn FieldNames) -> Self {
        let mut unknown = BTreeSet::new();
        let column = |name: &str| {
            let name = trim(name).to_owned();
            let field = names.field(&name);
            let is_again = field.is_none() && !name.is_empty() && !unknown.insert(name.clone());
            Column { is_ignored: is_again || names.is_ignored(&name), name, field }
        };
        let mut list: Vec<Column> = written.map(column).collect();
        outrank(&mut list, names);
        let TableRules { fewest_names, required, telling, .. } = names.table();
        let is_telling = |column: &Column| column.field.is_some_and(|field| telling.contains(&field));
        let has_required = required.is_none_or(|field| list.iter().any(|column| column.field == Some(field)));
        let telling = list.iter().enumerate().filter(|(_, column)| is_telling(column)).map(|(at, _)| at).collect();
        Self { list, telling, fewest_names: if has_required { fewest_names } else { usize::MAX } }
    }

    /// Returns the number of names that are known.
    pub(super) fn known(&self) -> usize {
        self.list.iter().filter(|column| column.field.is_some()).count()
    }

    /// Returns the number of names.
    pub(super) fn named(&self) -> usize {
        self.list.iter().filter(|column| !column.name.is_empty()).count()
    }

    /// Whether the row names enough fields to be a header row.
    pub(super) fn are_header(&self) -> bool {
        self.known() >= self.fewest_names
    }

    /// Whether rows of these columns can be plain: no known column is repeated, and all unknown names may be shown.
    pub(super) fn are_plain(&self) -> bool {
        let mut known = BTreeSet::new();
        let may_be_shown = |name: &str| name.is_empty() || showable(name).is_some_and(|shown| shown == name);
        self.list.iter().all(|column| {
            column.field.map_or_else(|| column.is_ignored || may_be_shown(&column.name), |field| known.insert(field))
        })
    }

    /// Whether a row with these known fields is a record for certain, so that it need not be asked why it is skipped: two of
    /// the telling columns are filled, and not with their own names.
    #[inline]
    pub(super) fn is_certain(&self, slots: &Slots<'_>) -> bool {
        let mut filled = 0;
        for column in self.telling.iter().filter_map(|at| self.list.get(*at)) {
            let Some(text) = column.field.and_then(|field| slots.get(field)).and_then(Slot::text) else { continue };
            if text.eq_ignore_ascii_case(&column.name) {
                return false;
            }
            filled += usize::from(!text.is_empty());
            if filled == 2 {
                return true;
            }
        }
        false
    }

    /// Returns the names that the rule set does not know.
    pub(super) fn unknown(&self) -> Vec<&str> {
        let is_unknown = |column: &&Column| column.field.is_none() && !column.is_ignored && !column.name.is_empty();
        self.list.iter().filter(is_unknown).map(|column| column.name.as_str()).collect()
    }

    /// Describes which limit the columns exceed, if any.
    pub(super) fn excess(&self) -> Option<String> {
        super::excess(self.list.len() > MAX_FIELDS, self.list.iter().map(|column| column.name.as_str()))
    }

    /// Returns why a row of these cells is no record; `None` if it is one. Cells of other kinds than text are not empty.
    pub(super) fn skips(&self, cells: &[Option<Cow<'_, str>>]) -> Option<SkippedRow> {
        let text = |at: usize| cells.get(at).map_or("", |cell| cell.as_deref().map_or("?", trim));
        let filled: Vec<usize> = (0..cells.len()).filter(|at| !text(*at).is_empty()).collect();
        if filled.is_empty() {
            return Some(SkippedRow::Blank);
        }
        let is_name = |at: &usize| self.list.get(*at).is_some_and(|column| key(&column.name) == key(text(*at)));
        if filled.len() >= self.fewest_names && filled.iter().all(is_name) {
            return Some(SkippedRow::Header);
        }
        let telling: Vec<&str> = self.telling.iter().map(|at| text(*at)).filter(|text| !text.is_empty()).collect();
        match telling.as_slice() {
            // Without any such column, nothing tells totals from notes.
            [] if !self.telling.is_empty() => Some(SkippedRow::NoNote),
            [label] if is_label(label) => Some(SkippedRow::NoNote),
            _ => None,
        }
    }
}

/// Makes those columns unknown for whose field there is another one of higher precedence: an agency's own mapping comes before
/// the name of the field itself, and that before a customary header.
fn outrank(list: &mut [Column], names: &dyn FieldNames) {
    let mut highest: BTreeMap<FieldId, Precedence> = BTreeMap::new();
    for column in &*list {
        if let Some(field) = column.field {
            let precedence = names.precedence(&column.name);
            highest.entry(field).and_modify(|highest| *highest = precedence.max(*highest)).or_insert(precedence);
        }
    }
    for column in list {
        let is_outranked =
            |field: &FieldId| highest.get(field).is_some_and(|highest| names.precedence(&column.name) < *highest);
        column.field = column.field.filter(|field| !is_outranked(field));
    }
}

/// Whether the only text of a row that could tell which note it is begins like a line of totals or a footer.
fn is_label(text: &str) -> bool {
    const WORDS: [&str; 14] = [
        "total",
        "totals",
        "subtotal",
        "grand",
        "sum",
        "count",
        "records",
        "page",
        "end",
        "generated",
        "printed",
        "report",
        "run",
        "confidential",
    ];
    let first = text.split(|c: char| !c.is_alphabetic()).find(|word| !word.is_empty()).unwrap_or_default();
    text.contains([' ', ':']) && WORDS.contains(&first.to_lowercase().as_str())
        || ["total", "totals", "subtotal"].contains(&first.to_lowercase().as_str())
}

/// Returns the fields of a row. The cell of each column and its offset are given.
pub(super) fn fields<'r>(
    columns: &'r Columns,
    cells: impl Iterator<Item = (Value<'r>, usize)>,
) -> impl Iterator<Item = Field<'r>> {
    let is_read = |(column, _): &(&Column, _)| !column.is_ignored;
    columns.list.iter().zip(cells).filter(is_read).map(|(column, (value, offset))| Field {
        name: Cow::Borrowed(&column.name),
        id: column.field,
        value,
        offset: Some(offset),
    })
}
