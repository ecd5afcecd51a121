//! What a thread makes of the records of one block: notes, each checked and decided on its own, and rejected records.
//! A batch takes such blocks in the order of the input.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::extra::{ExtraFacts, NewExtra};
use super::line::{Clock, Entry, Line, WordId};
use super::names::{NameId, TextHash, text_hash};
use super::similar::IdTraits;
use crate::decide::DecisionId;
use crate::diagram::ACTIVITY;
use crate::facts::{Answer, FactId, Kind, WrittenAnswer};
use crate::field::FieldId;
use crate::note::{Note, Rejection, id_fields, unknown_fields};
use crate::number::{narrow, wide};
use crate::read::{Field, Record, SkippedRow, is_plain_json_text};
use crate::rules::RuleSet;

/// What a batch keeps of each note besides the fields that every row shows.
#[derive(Debug)]
pub struct KeptFacts<'r> {
    pub(super) set: &'r RuleSet,
    /// Other facts whose answers are kept for the rows.
    pub(super) shown: Vec<FactId>,
    activity: Option<WordFact>,
    pub(super) staff_role: Option<WordFact>,
    pub(super) extra: ExtraFacts,
    /// The words for the values of both facts.
    pub(super) words: Vec<WrittenAnswer>,
}

/// A fact of which every row shows the answer.
#[derive(Clone, Copy, Debug)]
pub(super) struct WordFact {
    pub(super) fact: FactId,
    /// Index of the word for the first value.
    first: usize,
}

impl<'r> KeptFacts<'r> {
    /// `shown` lists the facts whose answers rows show in addition to their own fields. `presume`: whether presumptions
    /// are filled in.
    pub fn new(set: &'r RuleSet, shown: &[FactId], presume: bool) -> Self {
        let mut words = Vec::new();
        let mut word_fact = |name| {
            let fact = set.vocabulary.find(name)?;
            let first = words.len();
            words.extend(set.vocabulary.fact(fact).values().iter().cloned().map(WrittenAnswer::Text));
            Some(WordFact { fact, first })
        };
        let (activity, staff_role) = (word_fact(ACTIVITY), word_fact("staff_role"));
        Self { set, shown: shown.to_vec(), activity, staff_role, extra: ExtraFacts::new(set, presume), words }
    }

    /// Returns the word for the value of a fact.
    fn word(fact: WordFact, answer: Answer) -> Option<WordId> {
        match answer {
            Answer::Value(value) => Some(WordId::new(fact.first + usize::from(value))),
            Answer::Number(_) | Answer::Unanswered => None,
        }
    }

    /// Returns the answer to a fact that has no values, as rows show it.
    fn written(&self, WordFact { fact, .. }: WordFact, answer: Answer) -> Option<WrittenAnswer> {
        let is_coded = matches!(self.set.vocabulary.fact(fact).kind, Kind::Coded(_));
        (answer.is_given() && !is_coded).then(|| self.set.written_answer(fact, answer))
    }
}

/// A note of a block. Its texts stand one behind another in the texts of the block.
#[derive(Debug)]
pub(super) struct CheckedNote {
    pub(super) decision: DecisionId,
    pub(super) date: NaiveDate,
    pub(super) start: Option<Clock>,
    pub(super) end: Option<Clock>,
    pub(super) minutes: u16,
    pub(super) activity: Option<WordId>,
    pub(super) staff_role: Option<WordId>,
    /// Whether the note has rare parts.
    pub(super) is_rare: bool,
    pub(super) id_hash: TextHash,
    id_length: u32,
    client_length: u32,
    staff_length: Option<u32>,
    /// Offset in the block at which the id stands; `None` if the record was read carefully.
    pub(super) id_offset: Option<u32>,
}

/// A record of a block that is not a valid note.
#[derive(Debug)]
pub(super) struct CheckedRejection {
    pub(super) rejection: Box<Rejection>,
    /// The ids of the record, each with its line and column in the block.
    pub(super) ids: Vec<(String, (u64, u64))>,
    /// Line and column in the block of each of its faults.
    pub(super) places: Vec<(u64, u64)>,
}

/// What few notes of a block have, with their position among its records.
#[derive(Debug, Default)]
pub(super) struct Rare {
    pub(super) extras: BTreeMap<usize, NewExtra>,
    /// Activities and roles that are no values of a fact.
    pub(super) activities: BTreeMap<usize, WrittenAnswer>,
    pub(super) staff_roles: BTreeMap<usize, WrittenAnswer>,
    /// Line and column in the block of the ids of notes that were read carefully.
    pub(super) id_places: BTreeMap<usize, (u64, u64)>,
    /// The ids of the records that notes replace, each with its line and column in the block.
    pub(super) replaces: BTreeMap<usize, (String, (u64, u64))>,
}

/// The fields of a record that the rule set does not know.
#[derive(Debug)]
pub(super) struct UnknownNames {
    /// Names that may be shown.
    pub(super) named: Vec<String>,
    /// Line and column in the block of the first field whose name must not be shown.
    pub(super) hidden: Option<(u64, u64)>,
    pub(super) is_nameless: bool,
}

/// The records of one block, in order.
#[derive(Debug, Default)]
pub struct CheckedBlock {
    pub(super) notes: Vec<CheckedNote>,
    /// Rejected records, with their position among the records of the block.
    pub(super) rejected: BTreeMap<usize, CheckedRejection>,
    pub(super) texts: String,
    /// Whether the texts stand in JSON as they are. It is found out when all of them are there.
    pub(super) has_plain_texts: bool,
    /// The answers to the shown facts, record by record.
    pub(super) shown: Vec<Answer>,
    pub(super) rare: Rare,
    /// Fields of plain records that the rule set does not know, with the number of records that have each.
    pub(super) unknown: BTreeMap<String, u64>,
    /// Unknown fields of records that were read carefully.
    pub(super) unknown_names: Vec<UnknownNames>,
    /// Rows that are no records, each with its line and column in the block.
    pub(super) skipped: Vec<(SkippedRow, (u64, u64))>,
    pub(super) id_traits: IdTraits,
}

impl CheckedBlock {
    /// Takes the records out of the block, and leaves room for as many.
    #[must_use]
    pub fn take(&mut self) -> Self {
        let empty = Self {
            notes: Vec::with_capacity(self.notes.len()),
            texts: String::with_capacity(self.texts.len()),
            shown: Vec::with_capacity(self.shown.len()),
            ..Self::default()
        };
        let has_plain_texts = is_plain_json_text(&self.texts);
        Self { has_plain_texts, ..std::mem::replace(self, empty) }
    }

    fn position(&self) -> usize {
        self.notes.len() + self.rejected.len()
    }

    /// Adds a note whose id stands at an offset of the block; `None` if the record was read carefully.
    pub fn add_note(&mut self, kept: &KeptFacts<'_>, note: &Note<'_>, decision: DecisionId, id_offset: Option<usize>) {
        let answer = |fact: Option<WordFact>| fact.map(|fact| (fact, note.facts.get(fact.fact)));
        let word = |answer: Option<(WordFact, Answer)>| answer.and_then(|(fact, answer)| KeptFacts::word(fact, answer));
        let (activity, staff_role) = (answer(kept.activity), answer(kept.staff_role));
        let (activity_word, staff_role_word) = (word(activity), word(staff_role));
        let extra = kept.extra.extract(kept.set, note);
        let is_rare = activity_word.is_none() || staff_role_word.is_none() || extra.is_some();
        if is_rare {
            let position = self.position();
            let written =
                |answer: Option<(WordFact, Answer)>| answer.and_then(|(fact, answer)| kept.written(fact, answer));
            let activity = match (activity, note.activity) {
                (None, Some(text)) => Some(WrittenAnswer::Text(text.to_owned())),
                (activity, _) => written(activity).filter(|answer| matches!(answer, WrittenAnswer::Text(_))),
            };
            self.rare.activities.extend(activity.map(|written| (position, written)));
            self.rare.staff_roles.extend(written(staff_role).map(|written| (position, written)));
            self.rare.extras.extend(extra.map(|extra| (position, extra)));
        }
        self.id_traits.add(note.id);
        self.texts.push_str(note.id);
        self.texts.push_str(note.client);
        self.texts.push_str(note.staff.unwrap_or_default());
        self.shown.extend(kept.shown.iter().map(|fact| note.facts.get(*fact)));
        self.notes.push(CheckedNote {
            decision,
            date: note.date,
            start: note.start.map(Clock::new),
            end: note.start.map(|start| Clock::new(start + note.minutes)),
            minutes: u16::try_from(note.minutes).unwrap_or(u16::MAX),
            activity: activity_word,
            staff_role: staff_role_word,
            is_rare,
            id_hash: text_hash(note.id),
            id_length: narrow(note.id.len()),
            client_length: narrow(note.client.len()),
            staff_length: note.staff.map(|staff| narrow(staff.len())),
            id_offset: id_offset.map(narrow),
        });
    }

    /// Adds a note that was read carefully.
    pub fn add_careful_note(
        &mut self,
        kept: &KeptFacts<'_>,
        record: &Record<'_>,
        note: &Note<'_>,
        decision: DecisionId,
    ) {
        let place = id_fields(record).map(|field| record.line_and_column(field.offset)).next();
        self.rare.id_places.extend(place.map(|place| (self.position(), place)));
        if let Some(replaced) = note.replaces {
            let field = record.fields.iter().find(|field| field.id == Some(FieldId::REPLACES));
            let place = field.map(|field| record.line_and_column(field.offset)).unwrap_or_default();
            self.rare.replaces.insert(self.position(), (replaced.to_owned(), place));
        }
        self.add_note(kept, note, decision, None);
    }

    /// Adds a record that is not a valid note.
    pub fn add_rejected(&mut self, kept: &KeptFacts<'_>, record: &Record<'_>, rejection: Box<Rejection>) {
        let id = |field: &Field<'_>| Some((field.value.text()?.to_owned(), record.line_and_column(field.offset)));
        let rejected = CheckedRejection {
            ids: id_fields(record).filter_map(id).collect(),
            places: rejection.faults.iter().map(|fault| record.line_and_column(fault.offset)).collect(),
            rejection,
        };
        self.rejected.insert(self.position(), rejected);
        self.shown.extend(kept.shown.iter().map(|_| Answer::Unanswered));
    }

    /// Takes note of a row that is no record.
    pub fn skip(&mut self, why: SkippedRow, at: (u64, u64)) {
        self.skipped.push((why, at));
    }

    /// Counts the unknown fields of a plain record.
    pub fn count_unknown(&mut self, names: &[&str]) {
        for name in names {
            match self.unknown.get_mut(*name) {
                Some(count) => *count += 1,
                None => drop(self.unknown.insert((*name).to_owned(), 1)),
            }
        }
    }

    /// Counts the unknown fields of a record that was read carefully.
    pub fn count_unknown_fields(&mut self, record: &Record<'_>) {
        let mut names = UnknownNames { named: Vec::new(), hidden: None, is_nameless: false };
        let fields = unknown_fields(record);
        for field in &fields {
            match field.visible_name() {
                _ if field.name.is_empty() => names.is_nameless = true,
                Some(name) => names.named.push(name),
                None => {
                    names.hidden.get_or_insert_with(|| record.line_and_column(field.offset));
                }
            }
        }
        if !fields.is_empty() {
            self.unknown_names.push(names);
        }
    }

    /// Returns the texts of each note.
    pub(super) fn texts(&self) -> impl Iterator<Item = NoteTexts<'_>> {
        let mut left = self.texts.as_str();
        self.notes.iter().map(move |note| {
            let mut take = |length: u32| {
                let (text, after) = left.split_at_checked(wide(length)).unwrap_or_default();
                left = after;
                text
            };
            NoteTexts { id: take(note.id_length), client: take(note.client_length), staff: note.staff_length.map(take) }
        })
    }
}

/// The texts of a note.
pub(super) struct NoteTexts<'b> {
    pub(super) id: &'b str,
    pub(super) client: &'b str,
    pub(super) staff: Option<&'b str>,
}

impl CheckedNote {
    /// Returns the line of this note.
    #[inline]
    pub(super) fn line(&self, client: NameId, staff: Option<NameId>) -> Line {
        Line {
            entry: Entry::Decided(self.decision),
            client: Some(client),
            staff,
            date: Some(self.date),
            activity: self.activity,
            staff_role: self.staff_role,
            extra: 0,
            start: self.start,
            end: self.end,
            mark: None,
            minutes: self.minutes,
        }
    }
}
