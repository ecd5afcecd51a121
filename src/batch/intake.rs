//! Takes the records of an input into a batch, in order: repeated ids, unknown fields and messages about rejected records.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::checked::{CheckedBlock, CheckedNote, CheckedRejection, NoteTexts, UnknownNames};
use super::line::{Clock, Entry, Line};
use super::names::Earlier;
use super::{Batch, NameId};
use crate::decide::{Evaluation, Verdict};
use crate::facts::WrittenAnswer;
use crate::message::{Code, Message};
use crate::nearest::counted;
use crate::note::{Head, Rejection};
use crate::number::{narrow, wide};
use crate::place::Place;
use crate::read::{Fault, FieldNames, Piece};

/// Where a block of records comes from.
#[derive(Clone, Copy, Debug)]
pub struct BlockOrigin<'o> {
    /// Index of the input, from 0.
    pub input: usize,
    /// Name of the input in messages.
    pub name: &'o str,
    /// The piece of the input that holds the records.
    pub piece: &'o Piece<'o>,
}

impl BlockOrigin<'_> {
    /// Returns the place in the input of a line and column of the block.
    pub(super) fn resolve_place(self, relative: (u64, u64)) -> Place {
        let (line, column) = self.piece.in_input(relative);
        self.place_in_input((line, column))
    }

    /// Returns the place of the id of a note.
    fn place_of_id(self, block: &CheckedBlock, position: usize, note: &CheckedNote) -> Place {
        let offset = note.id_offset.map(wide).unwrap_or_default();
        let careful = block.rare.id_places.get(&position);
        careful.map_or_else(
            || self.place_in_input(self.piece.line_and_column(offset)),
            |relative| self.resolve_place(*relative),
        )
    }

    /// Returns the place of a line and column that count from the beginning of the input.
    fn place_in_input(self, (line, column): (u64, u64)) -> Place {
        Place { sheet: self.piece.sheet.map(str::to_owned), ..Place::new(self.name, line, column) }
    }
}

impl Batch<'_> {
    /// Adds the records of a block. Calls `on_message` for each that is rejected.
    pub fn add_block(&mut self, origin: BlockOrigin<'_>, block: &CheckedBlock, on_message: &mut dyn FnMut(Message)) {
        self.begin_input(origin.input);
        let ids = block.notes.iter().zip(block.texts()).map(|(note, texts)| (texts.id, note.id_hash));
        // Looking up many ids in a row lets the processor wait for the memory of several at once.
        let used = if block.rejected.is_empty() { self.ids.push_notes(ids) } else { Vec::new() };
        let mut rejected = block.rejected.iter().peekable();
        let mut notes = block.notes.iter().zip(block.texts());
        for position in 0..block.notes.len() + block.rejected.len() {
            if let Some((_, rejected)) = rejected.next_if(|(at, _)| **at == position) {
                self.add_rejected(origin, rejected, on_message);
            } else if let Some((note, texts)) = notes.next() {
                self.add_note(block, position, note, &texts);
                let is_repeated = if block.rejected.is_empty() {
                    used.binary_search(&position).is_ok()
                } else {
                    self.ids.push_note(texts.id, note.id_hash)
                };
                let fault = match block.rare.replaces.get(&position) {
                    Some((replaced, place)) => {
                        let fault = self.replace(replaced, is_repeated.then_some(texts.id)).err();
                        fault.map(|fault| (fault, origin.resolve_place(*place)))
                    }
                    None => is_repeated.then(|| (repeated_id(), origin.place_of_id(block, position, note))),
                };
                if let Some((fault, place)) = fault {
                    self.reject_last(fault, place, on_message);
                }
            }
        }
        self.has_plain_names &= block.has_plain_texts;
        self.shown_answers.extend_from_slice(&block.shown);
        self.unknown.add(origin, block);
        self.skipped.add(origin, block);
        self.id_traits.merge(block.id_traits);
    }

    #[inline]
    fn add_note(&mut self, block: &CheckedBlock, position: usize, note: &CheckedNote, texts: &NoteTexts<'_>) {
        // The next note is often of the same client or by the same staff member.
        let last = self.lines.last();
        let (last_client, last_staff) = (last.and_then(|line| line.client), last.and_then(|line| line.staff));
        let client = self.names.intern(texts.client, last_client);
        let staff = texts.staff.map(|staff| self.names.intern(staff, last_staff));
        let mut line = note.line(client, staff);
        if note.is_rare {
            let rare = &block.rare;
            line.extra = rare.extras.get(&position).map_or(0, |extra| self.extras.keep(extra, &mut self.names));
            let mut word = |words: &BTreeMap<usize, WrittenAnswer>| Some(self.words.intern(words.get(&position)?));
            line.activity = word(&rare.activities).or(line.activity);
            line.staff_role = word(&rare.staff_roles).or(line.staff_role);
        }
        self.lines.push(line);
    }

    /// Lets the note that was added last replace an earlier record. `repeated` is the note's own id, if an earlier record
    /// has it.
    fn replace(&mut self, replaced: &str, repeated: Option<&str>) -> Result<(), Fault> {
        if repeated.is_some_and(|own| own != replaced) {
            return Err(repeated_id());
        }
        let own = narrow(self.lines.len() - 1);
        let earlier = match self.ids.find(replaced, wide(own)) {
            Earlier::None => self.history.find(replaced).map_or(Earlier::None, Earlier::Note),
            earlier => earlier,
        };
        match earlier {
            Earlier::Note(earlier) => {
                if self.replaced.contains_key(&narrow(earlier)) {
                    let text = "another record replaces that one already";
                    return Err(bad_replacement(text, "name the record that replaced it, or remove one of the two"));
                }
                self.replaced.insert(narrow(earlier), own);
                Ok(())
            }
            // The rejected record earns nothing anyway.
            Earlier::Rejected => Ok(()),
            Earlier::None => {
                let help = "put the corrected record after the one that it corrects, in the same run";
                Err(bad_replacement("no earlier record has this id", help))
            }
        }
    }

    /// Returns the notes that a later one replaces, each with that one, sorted. They earn nothing any more.
    pub(super) fn take_replaced(&mut self) -> Vec<(u32, u32)> {
        let replaced: Vec<(u32, u32)> = std::mem::take(&mut self.replaced).into_iter().collect();
        if replaced.is_empty() {
            return replaced;
        }
        let decision = self.decisions.keep(Arc::new(Evaluation::of_verdict(Verdict::NonBillable, REPLACED)));
        for (note, _) in &replaced {
            if let Some(line) = self.lines.get_mut(wide(*note)) {
                line.entry = Entry::Decided(decision);
            }
        }
        replaced
    }

    /// Rejects the note that was added last.
    #[cold]
    fn reject_last(&mut self, fault: Fault, place: Place, on_message: &mut dyn FnMut(Message)) {
        let Some(note_line) = self.lines.pop() else { return };
        self.report_rejection(&fault, place, on_message);
        let entry = Entry::Rejected(self.faults_number(vec![fault]));
        self.lines.push(Line { entry, minutes: 0, ..note_line });
    }

    /// Adds a rejected record.
    fn add_rejected(
        &mut self,
        origin: BlockOrigin<'_>,
        rejected: &CheckedRejection,
        on_message: &mut dyn FnMut(Message),
    ) {
        let CheckedRejection { rejection, ids, places } = rejected;
        let Rejection { head, faults, has_id, orders } = rejection.as_ref();
        self.date_orders += *orders;
        // Every id counts as used, even after a repeated one.
        let repeated = ids.iter().filter(|(id, _)| self.ids.use_id(id)).map(|(_, place)| *place).last();
        let repeated = repeated.filter(|_| *has_id).map(|place| (repeated_id(), place));
        let found = faults.iter().cloned().zip(places.iter().copied());
        let mut all = Vec::new();
        for (fault, place) in repeated.into_iter().chain(found) {
            let fault = Fault { offset: None, ..fault };
            self.report_rejection(&fault, origin.resolve_place(place), on_message);
            all.push(fault);
        }
        let entry = Entry::Rejected(self.faults_number(all));
        let line = self.head_line(head, entry);
        self.id_traits.add(head.id.as_deref().unwrap_or_default());
        self.ids.push_rejected(head.id.as_deref().unwrap_or_default());
        self.lines.push(line);
    }

    fn head_line(&mut self, head: &Head, entry: Entry) -> Line {
        let name = |batch: &mut Self, name: &Option<String>| -> Option<NameId> {
            name.as_deref().map(|name| batch.names.intern(name, None))
        };
        let (client, staff) = (name(self, &head.client), name(self, &head.staff));
        let word = |batch: &mut Self, word: &Option<String>| word.as_ref().map(|word| batch.words.intern_text(word));
        let (activity, staff_role) = (word(self, &head.activity), word(self, &head.staff_role));
        let (start, end) = (head.start.map(Clock::new), head.end.map(Clock::new));
        let (date, mark) = (head.date, None);
        Line { entry, client, staff, date, activity, staff_role, extra: 0, start, end, mark, minutes: 0 }
    }

    fn faults_number(&mut self, faults: Vec<Fault>) -> u32 {
        narrow(self.faults.insert_full(faults).0)
    }

    /// Passes on the message that the next record is rejected.
    fn report_rejection(&self, fault: &Fault, place: Place, on_message: &mut dyn FnMut(Message)) {
        let message = Message::error(fault.code, fault.text.clone()).with_place(place).help(fault.help.clone());
        let record = Some(self.next_number());
        on_message(Message { record, field: fault.field.clone(), ..message });
    }
}

fn repeated_id() -> Fault {
    let help = "give each note an id of its own, and each note once";
    let fault = Fault::new(Code::RepeatedId, "an earlier record has this id", help);
    Fault { field: Some("id".into()), ..fault }
}

fn bad_replacement(text: &str, help: &str) -> Fault {
    Fault { field: Some("replaces".into()), ..Fault::new(Code::BadReplacement, text, help) }
}

/// Why nobody pays for a replaced note.
const REPLACED: &str = "Nobody pays: a later record replaces this one.";

/// Maximum number of distinct unknown field names to keep. A document may use data as keys, with different names in
/// each record.
const KEPT: usize = 10_000;

/// Maximum number of names that get a message of their own.
const REPORTED: usize = 10;

/// The fields that the rule set does not know, with the number of records that have them.
#[derive(Debug, Default)]
pub struct UnknownFields {
    /// Number of records by field name, for names that are safe to show.
    named: BTreeMap<String, u64>,
    /// Whether there are names beyond those that are kept.
    has_further: bool,
    /// Number of records with fields whose names must not be shown, and the location of the first such field.
    hidden: u64,
    first_hidden: Option<Place>,
    /// Number of records with fields that have no name.
    nameless: u64,
}

impl UnknownFields {
    /// Counts the unknown fields of the records of a block.
    pub fn add(&mut self, origin: BlockOrigin<'_>, block: &CheckedBlock) {
        for (name, count) in &block.unknown {
            self.count(name, *count);
        }
        block.unknown_names.iter().for_each(|names| self.add_names(origin, names));
    }

    /// Adds to the count of a name, unless it is new and too many are kept already.
    fn count(&mut self, name: &str, records: u64) {
        if let Some(known) = self.named.get_mut(name) {
            *known += records;
        } else if self.named.len() < KEPT {
            self.named.insert(name.to_owned(), records);
        } else {
            self.has_further = true;
        }
    }

    fn add_names(&mut self, origin: BlockOrigin<'_>, names: &UnknownNames) {
        for name in &names.named {
            self.count(name, 1);
        }
        if let Some(place) = names.hidden {
            self.hidden += 1;
            self.first_hidden.get_or_insert_with(|| origin.resolve_place(place));
        }
        self.nameless += u64::from(names.is_nameless);
    }

    /// Returns warnings: one for each near match of a known name, one each for a few others, and one for the rest. `who` does
    /// not know the fields.
    pub fn warnings(&self, names: &dyn FieldNames, who: &str) -> Vec<Message> {
        let warning = |text: String| Message::warning(Code::UnknownField, text);
        let mut warnings = Vec::new();
        if self.nameless > 0 {
            let text = format!("a field without a name ({}) is ignored", counted(self.nameless, "record"));
            warnings.push(warning(text).help("give the column or key a name, or remove it"));
        }
        let mut kept: Vec<_> = self.named.iter().map(|(name, count)| (names.nearest(name), name, count)).collect();
        kept.sort_by_key(|(near, name, _)| (near.is_none(), *name));
        let others = kept.split_off(kept.len().min(REPORTED));
        for (near, name, count) in kept {
            let text = format!("{who} knows no field `{name}` ({}); it is ignored", counted(*count, "record"));
            warnings.push(warning(text).help(match near {
                Some(near) => format!("did you mean `{near}`?"),
                None => MAP_IT.to_owned(),
            }));
        }
        if !others.is_empty() || self.has_further {
            let more = if self.has_further { "more than " } else { "" };
            let text = format!("{who} does not know {more}{} other fields; they are ignored", others.len());
            warnings.push(warning(text).help(MAP_IT));
        }
        if let Some(place) = &self.first_hidden {
            let text = format!(
                "{who} does not know the name of the field here ({}); it is ignored",
                counted(self.hidden, "record")
            );
            let help = "a name that may be part of a note is not repeated: look it up in the input";
            warnings.push(warning(text).with_place(place.clone()).help(help));
        }
        warnings
    }

    /// Returns the names that are safe to show, each with the number of records that have it.
    pub fn named(&self) -> &BTreeMap<String, u64> {
        &self.named
    }
}

const MAP_IT: &str = "if it is another name for a known field, map it in an agency file's `[column]` table; if nobody needs it, \
                      name it under `ignore` in `[read]`";
