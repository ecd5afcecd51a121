//! `[[edit]]`: a check that compares a note with other notes, with a roster, with earlier runs or with the day of the run,
//! and `[edit.ID]`: a change of what follows from one.

mod check;

use check::{check_edit, check_names};

use super::{Block, BlockKind, Role, Then, Written, unique};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::{Basis, PayerId, ServiceId};
use crate::toml::{Located, Problems, Span, Text, TomlTable};

/// A check that needs more than one note, and what follows where it finds something.
#[derive(Clone, Debug)]
pub struct Edit {
    /// The id of the edit.
    pub id: String,
    /// What the edit says of the notes that it concerns, as one clause in plain English.
    pub title: String,
    /// What is checked.
    pub check: Check,
    /// Whose notes are compared.
    pub scope: Vec<Scope>,
    /// Within which period notes are compared.
    pub within: EditPeriod,
    /// What happens to the notes; `None` if the edit is off.
    pub then: Option<Then>,
    /// Numbers of the claim adjustment reason codes (CARC) that payers customarily use.
    pub carc: Vec<String>,
    /// Numbers of the remittance advice remark codes (RARC) that payers customarily use.
    pub rarc: Vec<String>,
    /// What the edit is based on.
    pub basis: Basis,
    /// Where the edit is written.
    pub span: Span,
}

/// What an edit checks.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Check {
    /// A note is the same as an earlier one: client, staff, date, start, minutes and activity.
    Duplicate,
    /// A note may be the same as another one: the start or the staff id is missing on one of them or on both.
    MaybeDuplicate,
    /// A staff member has notes of two clients at overlapping times.
    StaffOverlap,
    /// A client has two notes at overlapping times.
    ClientOverlap(Overlap),
    /// The minutes of one date are more than a day has.
    ImpossibleDay,
    /// The minutes of one date are more than the setting `long_day_hours` allows.
    LongDay,
    /// The units of a service are above a limit.
    OverLimit {
        /// The service whose units are counted.
        service: ServiceId,
        /// The most units.
        most: u32,
    },
    /// The service date is after the day of the run.
    FutureDate,
    /// The time for filing a claim has passed, or is about to pass.
    LateFiling {
        /// The payers with this limit.
        payers: Vec<PayerId>,
        /// The number of calendar months after the service date within which a claim must be filed.
        months: u32,
        /// If given, the edit concerns only the last so many days of that time; otherwise the time after it.
        days_left: Option<u32>,
    },
    /// An earlier run billed the note, or the unit that the note would earn.
    AlreadyBilled,
    /// A note and a roster answer a question differently.
    RosterDisagrees,
}

/// Which overlapping notes of a client an edit concerns.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Overlap {
    /// Notes of the same staff member, and notes whose minutes are both billed to one payer.
    SameStaffOrPayer,
    /// All other notes.
    Other,
}

/// Whose notes an edit compares.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Scope {
    /// The notes of one client.
    Client,
    /// The notes of one staff member.
    Staff,
}

/// The period within which an edit compares notes.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum EditPeriod {
    /// One service date.
    Day,
    /// One calendar month.
    Month,
    /// All notes of a batch, or a note alone.
    Batch,
}

/// The word for an edit that is off.
const OFF: &str = "off";

impl Overlap {
    const ALL: [Self; 2] = [Self::SameStaffOrPayer, Self::Other];

    /// Returns the word in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::SameStaffOrPayer => "same_staff_or_payer",
            Self::Other => "other",
        }
    }
}

impl Scope {
    /// Returns the word in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Client => "client",
            Self::Staff => "staff",
        }
    }
}

impl EditPeriod {
    /// Returns the word in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Day => "day",
            Self::Month => "month",
            Self::Batch => "batch",
        }
    }
}

impl Check {
    /// Returns the name of the check in rule files, which is also the code of its findings.
    pub fn code(&self) -> Code {
        match self {
            Self::Duplicate => Code::Duplicate,
            Self::MaybeDuplicate => Code::MaybeDuplicate,
            Self::StaffOverlap => Code::StaffOverlap,
            Self::ClientOverlap(_) => Code::ClientOverlap,
            Self::ImpossibleDay => Code::ImpossibleDay,
            Self::LongDay => Code::LongDay,
            Self::OverLimit { .. } => Code::OverLimit,
            Self::FutureDate => Code::FutureDate,
            Self::LateFiling { .. } => Code::LateFiling,
            Self::AlreadyBilled => Code::AlreadyBilled,
            Self::RosterDisagrees => Code::RosterDisagrees,
        }
    }
}

impl Edit {
    /// Whether the edit keeps notes from being billed.
    pub fn decides(&self) -> bool {
        matches!(self.then, Some(Then::Hold | Then::Strike))
    }

    /// Whether the edit compares notes of this scope.
    pub fn is_for(&self, scope: Scope) -> bool {
        self.scope.contains(&scope)
    }
}

pub(in crate::rules) enum EditBody {
    Edit(Box<WrittenEdit>),
    /// What happens from now on where an edit finds something, by the name of the block.
    Change(Option<Text>),
}

/// An edit as written.
pub(in crate::rules) struct WrittenEdit {
    title: Option<Text>,
    check: Option<Text>,
    scope: Option<Vec<Text>>,
    within: Option<Text>,
    among: Option<Text>,
    service: Option<Text>,
    most: Option<Located<i64>>,
    payers: Option<Vec<Text>>,
    months: Option<Located<i64>>,
    days_left: Option<Located<i64>>,
    then: Option<Text>,
    carc: Vec<Text>,
    rarc: Vec<Text>,
    basis: WrittenBasis,
}

fn effects() -> [&'static str; 4] {
    let [hold, strike, advise] = Then::ALL.map(Then::as_str);
    [OFF, hold, strike, advise]
}

impl Block for Edit {
    type Body = EditBody;
    const KIND: BlockKind = BlockKind { name: "edit", role: Role::Completes, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        let lists = file.tables_or_named(
            "edit",
            "edit",
            |mut table| {
                let mut blocks = vec![read_edit(&mut table)];
                // A table `[edit.ID]` after an `[[edit]]` stands inside of it, as TOML has it.
                blocks.extend(table.other_tables("change of an edit", read_change));
                table.finish();
                Some(blocks)
            },
            |name, table| vec![read_change(name, table)],
        );
        lists.into_iter().flatten().collect()
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let (mut written, mut changes) = (Vec::new(), Vec::new());
        for Written { name, span, replaces, body } in blocks {
            match body {
                EditBody::Edit(body) => written.push(Written { name, span, replaces, body }),
                EditBody::Change(then) => changes.push((name, then)),
            }
        }
        let blocks = unique(written, "edit", checker.problems);
        let mut edits: Vec<Self> = blocks.into_iter().filter_map(|block| check_edit(block, checker)).collect();
        apply_changes(&mut edits, &changes, checker.problems);
        edits
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn read_edit(table: &mut TomlTable<'_>) -> Written<EditBody> {
    let id = table.text("id");
    let replaces = table.flag("replaces");
    let body = WrittenEdit {
        title: table.text("title"),
        check: table.required_one_of("check", &check_names()),
        scope: table.texts("scope"),
        within: table.one_of("within", &["day", "month", "batch"]),
        among: table.one_of("among", &Overlap::ALL.map(Overlap::as_str)),
        service: table.text("service"),
        most: table.number("most"),
        payers: table.texts("payers"),
        months: table.number("months"),
        days_left: table.number("days_left"),
        then: table.required_one_of("then", &effects()),
        carc: table.texts("carc").unwrap_or_default(),
        rarc: table.texts("rarc").unwrap_or_default(),
        basis: read_basis(table),
    };
    // A limit of the agency needs no id: what it limits is its name.
    let words = [&body.check, &body.service, &body.within].map(|word| word.as_ref().map(|word| word.value.as_str()));
    let name = id.unwrap_or_else(|| Located {
        value: words.into_iter().flatten().collect::<Vec<_>>().join("."),
        span: table.span.clone(),
    });
    Written { span: name.span.clone(), name, replaces, body: EditBody::Edit(Box::new(body)) }
}

fn read_change(name: Text, mut table: TomlTable<'_>) -> Written<EditBody> {
    let then = table.required_one_of("then", &effects());
    table.finish();
    Written { span: name.span.clone(), name, replaces: false, body: EditBody::Change(then) }
}

fn apply_changes(edits: &mut [Edit], changes: &[(Text, Option<Text>)], problems: &Problems<'_>) {
    for (position, (name, then)) in changes.iter().enumerate() {
        if let Some((first, _)) = changes.iter().take(position).find(|(other, _)| other.value == name.value) {
            let what = format!("change of the edit `{}`", name.value);
            problems.add_duplicate(&what, (&first.span, &name.span), Code::RepeatedName, "keep one of the two");
            continue;
        }
        match edits.iter_mut().find(|edit| edit.id == name.value) {
            Some(edit) => {
                if let Some(then) = then.as_ref().and_then(|then| resolve_effect(then, problems)) {
                    edit.then = then;
                }
            }
            None => problems.add_unknown(name, Code::UnknownName, "edit", edits.iter().map(|edit| edit.id.as_str())),
        }
    }
}

/// Resolves the word under `then`; the inner `None` stands for `off`. An unknown word is a problem.
#[expect(clippy::option_option, reason = "no effect and no valid word are two things")]
fn resolve_effect(word: &Text, problems: &Problems<'_>) -> Option<Option<Then>> {
    if word.value == OFF {
        return Some(None);
    }
    let then = Then::ALL.into_iter().find(|then| then.as_str() == word.value);
    if then.is_none() {
        problems.add_unknown_value(word, "then", effects());
    }
    then.map(Some)
}
