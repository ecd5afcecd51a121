//! Looks at every column of an export: which field it stands for, and how its values are written.

use std::collections::{BTreeMap, BTreeSet};

use super::columns::{guess, may_be_name};
use crate::facts::{Fact, Kind, Vocabulary};
use crate::field::{FieldId, showable};
use crate::message::Code;
use crate::notation::{DurationUnit, Notation};
use crate::note::{NoDate, NoLength, Orders, may_show_word, parse_day, parse_length};
use crate::read::{Field, FieldNames, FileError, InputHint, InputInfo, Record, read_records};
use crate::rules::RuleSet;
use crate::spelling::key;

/// What an export looks like.
#[derive(Debug)]
pub struct Survey {
    /// The form of the file.
    pub form: InputInfo,
    /// Number of records.
    pub records: u64,
    /// Every column, in the order in which they appear.
    pub columns: Vec<ColumnSurvey>,
}

/// How a column got its field.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Mapping {
    /// The rule set or the agency file knows its name.
    Known,
    /// By its name, which looks like that of a field.
    Guessed,
    /// The agency file says that nobody needs it.
    Ignored,
    /// No field was found.
    Open,
}

/// A column of an export.
#[derive(Debug)]
pub struct ColumnSurvey {
    /// The name, if it may be shown.
    pub name: Option<String>,
    /// How the column got its field.
    pub mapping: Mapping,
    /// The field that it stands for.
    pub field: Option<FieldId>,
    /// Number of records in which the column is filled.
    pub filled: u64,
    /// The words of a column that stands for a coded fact.
    pub words: Words,
    /// The dates whose order is not declared.
    pub orders: Orders,
    /// Number of lengths that are numbers alone and not whole.
    pub numbers_with_part: u64,
    /// Number of lengths with a part of a minute.
    pub parts_of_minute: u64,
    /// Number of values that are read in no way.
    pub unread: u64,
}

/// The distinct words of a column.
#[derive(Debug, Default)]
pub struct Words {
    /// Words that stand for a value, with the number of records and the value.
    pub known: BTreeMap<String, (u64, u16)>,
    /// Words that stand for no value and may be shown, with the number of records.
    pub unknown: BTreeMap<String, u64>,
    /// Number of records with words that may not be shown.
    pub hidden: u64,
}

/// Most different unknown words of a column that stands for a coded fact. With more, it is free text.
const MOST_WORDS: usize = 60;

/// Surveys an export.
pub fn survey(set: &RuleSet, bytes: &[u8], wanted: InputHint<'_>) -> Result<Survey, FileError> {
    let vocabulary = &*set.vocabulary;
    let names = match column_names(bytes, wanted, vocabulary) {
        Err(error) if error.code == Code::NoHeader => column_names(bytes, wanted, &AnyName(vocabulary))?,
        names => names?,
    };
    let mapped = MappedNames::new(vocabulary, &names);
    let mut columns: BTreeMap<String, ColumnSurvey> = BTreeMap::new();
    for name in &names {
        columns.insert(name.clone(), mapped.column(name));
    }
    let mut private = BTreeSet::new();
    let (form, records) = read_records(bytes, wanted, &mapped, &mut |record| {
        for field in &record.fields {
            if let Some(column) = columns.get_mut(field.name.as_ref()) {
                column.add(vocabulary, field, &mut private);
            }
        }
    })?;
    let mut columns: Vec<ColumnSurvey> = names.iter().filter_map(|name| columns.remove(name)).collect();
    for column in &mut columns {
        column.words.hide(&private);
    }
    Ok(Survey { form, records, columns })
}

/// Returns the distinct names of all fields, in the order in which they appear.
fn column_names(bytes: &[u8], wanted: InputHint<'_>, names: &dyn FieldNames) -> Result<Vec<String>, FileError> {
    let (mut found, mut seen) = (Vec::new(), BTreeSet::new());
    let every = &EveryName(names);
    read_records(bytes, wanted, every, &mut |record: Record<'_>| {
        for field in record.fields {
            if !field.name.is_empty() && seen.len() < MOST_COLUMNS && seen.insert(field.name.to_string()) {
                found.push(field.name.into_owned());
            }
        }
    })?;
    Ok(found)
}

/// Most columns that are looked at.
const MOST_COLUMNS: usize = 4096;

/// Knows the same names as another, and ignores none.
struct EveryName<'n>(&'n dyn FieldNames);

impl FieldNames for EveryName<'_> {
    fn field(&self, name: &str) -> Option<FieldId> {
        self.0.field(name)
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        self.0.nearest(name)
    }
}

/// Takes everything for the name of a field that may be the name of a column, to find a header row of unknown names.
struct AnyName<'v>(&'v Vocabulary);

impl FieldNames for AnyName<'_> {
    fn field(&self, name: &str) -> Option<FieldId> {
        may_be_name(name).then_some(FieldId::ID)
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        self.0.nearest(name)
    }
}

/// The names of the vocabulary, and the columns that were guessed. Nothing is ignored.
struct MappedNames<'v> {
    vocabulary: &'v Vocabulary,
    guessed: BTreeMap<String, FieldId>,
    names: &'v [String],
    /// The number of each name of the export, by its key. Each counts as known, so that a header row of unknown names is
    /// found.
    numbers: BTreeMap<String, usize>,
}

impl<'v> MappedNames<'v> {
    fn new(vocabulary: &'v Vocabulary, names: &'v [String]) -> Self {
        let known: BTreeSet<FieldId> = names.iter().filter_map(|name| vocabulary.field(name)).collect();
        let mut guessed: BTreeMap<String, FieldId> = BTreeMap::new();
        for name in names.iter().filter(|name| vocabulary.field(name).is_none() && !vocabulary.is_ignored(name)) {
            let field = guess(vocabulary, name).filter(|field| !known.contains(field));
            // Of two columns that may be the same field, the first is taken.
            let is_taken = |field: &FieldId| guessed.values().any(|other| other == field);
            if let Some(field) = field.filter(|field| !is_taken(field)) {
                guessed.insert(name.clone(), field);
            }
        }
        let numbers = names.iter().enumerate().map(|(number, name)| (key(name), number)).collect();
        Self { vocabulary, guessed, names, numbers }
    }

    /// Returns the field that a name stands for, unless another column stands for it with higher precedence.
    fn known(&self, name: &str) -> Option<FieldId> {
        let vocabulary = self.vocabulary;
        let field = vocabulary.field(name)?;
        let own = vocabulary.precedence(name);
        let outranks = |other: &String| vocabulary.field(other) == Some(field) && vocabulary.precedence(other) > own;
        (!self.names.iter().any(outranks)).then_some(field)
    }

    fn column(&self, name: &str) -> ColumnSurvey {
        let field = self.known(name);
        let mapping = match (field, self.guessed.contains_key(name)) {
            _ if self.vocabulary.is_ignored(name) => Mapping::Ignored,
            (Some(_), _) => Mapping::Known,
            (None, true) => Mapping::Guessed,
            (None, false) => Mapping::Open,
        };
        ColumnSurvey {
            name: showable(name).filter(|shown| shown == name),
            mapping,
            field: field.or_else(|| self.guessed.get(name).copied()),
            filled: 0,
            words: Words::default(),
            orders: Orders::default(),
            numbers_with_part: 0,
            parts_of_minute: 0,
            unread: 0,
        }
    }
}

/// The number from which columns count that stand for no field.
const NO_FIELD: usize = 1 << 16;

impl FieldNames for MappedNames<'_> {
    fn field(&self, name: &str) -> Option<FieldId> {
        let known = self.vocabulary.field(name).or_else(|| self.guessed.get(name).copied());
        known.or_else(|| self.numbers.get(&key(name)).map(|number| FieldId::new(NO_FIELD + number)))
    }

    fn nearest(&self, name: &str) -> Option<&str> {
        self.vocabulary.nearest(name)
    }
}

impl ColumnSurvey {
    /// Adds a value. Ids and names of people are kept in `private`, by their keys.
    fn add(&mut self, vocabulary: &Vocabulary, field: &Field<'_>, private: &mut BTreeSet<String>) {
        let notation = vocabulary.notation();
        let text = field.value.text().unwrap_or_default();
        if field.value.is_empty() || (notation.is_missing(text) && !text.is_empty()) {
            return;
        }
        self.filled += 1;
        match self.field {
            Some(FieldId::ID | FieldId::CLIENT | FieldId::STAFF | FieldId::PRACTITIONER) => {
                private.insert(key(text));
            }
            Some(FieldId::DATE | FieldId::END_DATE) => self.add_date(text, notation),
            Some(FieldId::MINUTES) => self.add_length(text, None, notation),
            Some(FieldId::DURATION) => self.add_length(text, notation.duration, notation),
            Some(field) => match vocabulary.fact_of_field(field) {
                Some(Fact { kind: Kind::Date, .. }) => self.add_date(text, notation),
                Some(fact) if matches!(fact.kind, Kind::Coded(_)) => self.words.add(fact, text),
                _ => {}
            },
            None => {}
        }
    }

    fn add_date(&mut self, text: &str, notation: &Notation) {
        match parse_day(text, notation) {
            Ok(_) => {}
            Err(NoDate::OrderUnknown(orders)) => self.orders += orders,
            Err(NoDate::Invalid | NoDate::OtherZone) => self.unread += 1,
        }
    }

    fn add_length(&mut self, text: &str, unit: Option<DurationUnit>, notation: &Notation) {
        match parse_length(text, unit, notation) {
            Ok(_) => {}
            Err(NoLength::UnitUnknown) => self.numbers_with_part += 1,
            Err(NoLength::PartOfMinute) => self.parts_of_minute += 1,
            Err(NoLength::Invalid) => self.unread += 1,
        }
    }
}

impl Words {
    fn add(&mut self, fact: &Fact, text: &str) {
        match fact.coded_value(text) {
            Some(value) => self.known.entry(text.to_owned()).or_insert((0, value)).0 += 1,
            None if !may_show_word(text) || self.is_full(text) => self.hidden += 1,
            None => *self.unknown.entry(text.to_owned()).or_default() += 1,
        }
    }

    fn is_full(&self, text: &str) -> bool {
        self.unknown.len() > MOST_WORDS && !self.unknown.contains_key(text)
    }

    /// Hides all words if there are too many for a list of values, and those that hold an id or a name of the export.
    fn hide(&mut self, private: &BTreeSet<String>) {
        let is_text = self.unknown.len() > MOST_WORDS;
        let is_private = |word: &str| {
            let word = key(word);
            private.iter().any(|name| name.len() > 1 && word.contains(name.as_str()))
        };
        let hidden: Vec<String> = self.unknown.keys().filter(|word| is_text || is_private(word)).cloned().collect();
        for word in hidden {
            self.hidden += self.unknown.remove(&word).unwrap_or_default();
        }
    }
}
