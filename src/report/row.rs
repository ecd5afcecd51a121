//! One row for each record. Its fields and their names are a public interface that scripts rely on.

use serde::{Serialize, Serializer};

use super::reason::{because, deciding, labels, possible, ways};
use super::{AloneRow, AlsoRow, CountedRow, ErrorRow, FindingRow, ShadowRow, StakeRow};
use crate::batch::{Batch, BatchNote, Earned, RecordView, Standing};
use crate::decide::Verdict;
use crate::facts::{Answer, FactId, WrittenAnswer};
use crate::money::{Amount, Rate};
use crate::note::format_clock;
use crate::read::Fault;
use crate::rules::{RuleSet, full_code};
use crate::status::Status;

/// The result for one record. [`Row::fields`] lists all fields in the order in which they are written.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Row {
    /// Name of the input, if there are several.
    pub input: Option<String>,
    /// Position in the input, from 1.
    pub record: u64,
    /// Id as read.
    pub id: Option<String>,
    /// Client as read.
    pub client: Option<String>,
    /// The service date, `YYYY-MM-DD`.
    pub date: Option<String>,
    /// The activity, by its name in the vocabulary.
    pub activity: Option<String>,
    /// Staff member as read.
    pub staff: Option<String>,
    /// Role of the staff member, by its name in the vocabulary.
    pub staff_role: Option<WrittenAnswer>,
    /// Start time as `HH:MM`, if the note gives one.
    pub start: Option<String>,
    /// End time as `HH:MM`, if the note gives a start time.
    pub end: Option<String>,
    /// The session that several clients attended together, as read.
    pub group: Option<String>,
    /// Other requested facts, each with the note's answer.
    pub shown: Vec<(String, Option<WrittenAnswer>)>,
    /// Status of the record.
    pub status: Status,
    /// A payer, or `non_billable`.
    pub payer: Option<String>,
    /// The billed service.
    pub service: Option<String>,
    /// The procedure code.
    pub code: Option<String>,
    /// The code's modifiers.
    pub modifiers: Option<Vec<String>>,
    /// Documented minutes.
    pub minutes: Option<u32>,
    /// Quarter hours of those minutes.
    pub quarter_hours: Option<u32>,
    /// The unit of the service.
    pub unit: Option<&'static str>,
    /// Number of units that the note earns.
    pub units: Option<u32>,
    /// Dollars per unit.
    pub rate: Option<Rate>,
    /// The note's share of the claim line's dollars.
    pub amount: Option<Amount>,
    /// In place of units, rate and amount, if the payer does not pay by the unit.
    pub shadow: Option<ShadowRow>,
    /// Further services that the note carries.
    pub also: Vec<AlsoRow>,
    /// Id of the note that carries what the notes of the day, month or date earn, if that is another note.
    pub bundled_into: Option<String>,
    /// The notes that are counted together with this one.
    pub counted: Option<CountedRow>,
    /// What the rules decide on the note alone, if other notes keep it from being billed so.
    pub alone: Option<AloneRow>,
    /// Ids of the rules that are reasons for the decision.
    pub rules: Vec<String>,
    /// The explanation, in one sentence.
    pub because: Option<String>,
    /// Facts whose answers could change the outcome.
    pub missing: Vec<String>,
    /// The payers or statuses that are still possible.
    pub possible: Vec<String>,
    /// How a note that is held for missing facts may still be billed: each payer with the service, such as
    /// `mo_healthnet/act_team`. Later runs count with it.
    pub ways: Vec<String>,
    /// What the note could add to its claim line, if it is held for missing facts.
    pub at_stake: Option<StakeRow>,
    /// Facts taken at their presumed answer that would be missing if nothing were presumed.
    pub presumed: Vec<String>,
    /// Ids of the house rules among `rules`.
    pub house: Vec<String>,
    /// Settings for which another answer could change the outcome.
    pub settings: Vec<String>,
    /// Words for what the note is about, without any effect on money.
    pub labels: Vec<String>,
    /// Findings on the note.
    pub findings: Vec<FindingRow>,
    /// Everything that is wrong with a rejected record.
    pub errors: Vec<ErrorRow>,
}

/// The value of a field of a row.
#[derive(Clone, Copy, Debug, Serialize)]
#[serde(untagged)]
pub(super) enum FieldValue<'r> {
    Text(&'r str),
    Number(u64),
    Answer(&'r WrittenAnswer),
    Rate(Rate),
    Amount(Amount),
    List(&'r [String]),
    Stake(&'r StakeRow),
    Shadow(&'r ShadowRow),
    Also(&'r [AlsoRow]),
    Counted(&'r CountedRow),
    Alone(&'r AloneRow),
    Findings(&'r [FindingRow]),
    Errors(&'r [ErrorRow]),
}

impl Row {
    /// Returns all fields with their names, in the order in which they are written; `None` if a field does not apply.
    pub(super) fn fields(&self) -> Vec<(&str, Option<FieldValue<'_>>)> {
        fn text(text: Option<&String>) -> Option<FieldValue<'_>> {
            text.map(|text| FieldValue::Text(text))
        }
        fn list(list: &[String]) -> Option<FieldValue<'_>> {
            (!list.is_empty()).then_some(FieldValue::List(list))
        }
        let number = |number: Option<u32>| number.map(|number| FieldValue::Number(number.into()));
        let mut fields = vec![
            ("input", text(self.input.as_ref())),
            ("record", Some(FieldValue::Number(self.record))),
            ("id", text(self.id.as_ref())),
            ("client", text(self.client.as_ref())),
            ("date", text(self.date.as_ref())),
            ("activity", text(self.activity.as_ref())),
            ("staff", text(self.staff.as_ref())),
            ("staff_role", self.staff_role.as_ref().map(FieldValue::Answer)),
            ("start", text(self.start.as_ref())),
            ("end", text(self.end.as_ref())),
            ("group", text(self.group.as_ref())),
        ];
        fields.extend(self.shown.iter().map(|(name, word)| (name.as_str(), word.as_ref().map(FieldValue::Answer))));
        fields.extend([
            ("status", Some(FieldValue::Text(self.status.as_str()))),
            ("payer", text(self.payer.as_ref())),
            ("service", text(self.service.as_ref())),
            ("code", text(self.code.as_ref())),
            ("modifiers", self.modifiers.as_deref().map(FieldValue::List)),
            ("minutes", number(self.minutes)),
            ("quarter_hours", number(self.quarter_hours)),
            ("unit", self.unit.map(FieldValue::Text)),
            ("units", number(self.units)),
            ("rate", self.rate.map(FieldValue::Rate)),
            ("amount", self.amount.map(FieldValue::Amount)),
            ("shadow", self.shadow.as_ref().map(FieldValue::Shadow)),
            ("also", (!self.also.is_empty()).then_some(FieldValue::Also(&self.also))),
            ("bundled_into", text(self.bundled_into.as_ref())),
            ("counted", self.counted.as_ref().map(FieldValue::Counted)),
            ("alone", self.alone.as_ref().map(FieldValue::Alone)),
            ("rules", list(&self.rules)),
            ("because", text(self.because.as_ref())),
            ("missing", list(&self.missing)),
            ("possible", list(&self.possible)),
            ("ways", list(&self.ways)),
            ("at_stake", self.at_stake.as_ref().map(FieldValue::Stake)),
            ("presumed", list(&self.presumed)),
            ("house", list(&self.house)),
            ("settings", list(&self.settings)),
            ("labels", list(&self.labels)),
            ("findings", (!self.findings.is_empty()).then_some(FieldValue::Findings(&self.findings))),
            ("errors", (!self.errors.is_empty()).then_some(FieldValue::Errors(&self.errors))),
        ]);
        fields
    }

    /// Creates the row of the record at an index. `inputs` are the names of the inputs.
    pub fn new(batch: &Batch<'_>, inputs: &[&str], index: usize) -> Option<Self> {
        let row = match batch.record(index)? {
            RecordView::Decided(note) => Self::decided(batch, note),
            RecordView::Rejected(faults) => Self::rejected(faults),
        };
        Some(row.with_head(batch, inputs, index))
    }

    /// Creates the row of a rejected record.
    pub(super) fn rejected(faults: &[Fault]) -> Self {
        let errors = faults.iter().map(ErrorRow::from).collect();
        Self { status: Status::Rejected, errors, ..Self::default() }
    }

    /// Returns the row with what it shows of a record before its status.
    pub(super) fn with_head(self, batch: &Batch<'_>, inputs: &[&str], index: usize) -> Self {
        let (Some((input, record)), Some(head)) = (batch.position(index), batch.head(index)) else { return self };
        let set = batch.set();
        let written = |fact, answer: Answer| answer.is_given().then(|| set.written_answer(fact, answer));
        let shown = batch.shown_answers(index).map(|(fact, answer)| (fact_name(set, fact), written(fact, answer)));
        Self {
            input: inputs.get(input).filter(|_| inputs.len() > 1).map(|name| (*name).to_owned()),
            record,
            id: head.id.map(str::to_owned),
            client: head.client.map(str::to_owned),
            date: head.date.map(|date| date.to_string()),
            activity: head.activity.map(WrittenAnswer::text),
            staff: head.staff.map(str::to_owned),
            staff_role: head.staff_role.cloned(),
            start: head.start.map(format_clock),
            end: head.end.map(format_clock),
            group: head.group.map(str::to_owned),
            shown: shown.collect(),
            ..self
        }
    }

    /// Returns all rows of a batch with one input.
    pub fn all(batch: &Batch<'_>) -> Vec<Self> {
        batch.records().filter_map(|index| Self::new(batch, &[], index)).collect()
    }

    /// Returns the code and modifiers as billed, such as `H2023 HK`; empty if nothing is billed.
    pub fn full_code(&self) -> String {
        let modifiers = self.modifiers.as_deref().unwrap_or_default();
        self.code.as_ref().map(|code| full_code(code, modifiers)).unwrap_or_default()
    }

    /// Creates a row in which no field applies yet, with the batch's columns.
    pub(super) fn empty(batch: &Batch<'_>) -> Self {
        let shown = batch.shown_facts().iter().map(|fact| (fact_name(batch.set(), *fact), None));
        Self { shown: shown.collect(), ..Self::default() }
    }

    pub(super) fn decided(batch: &Batch<'_>, note: BatchNote<'_>) -> Self {
        let set = batch.set();
        let evaluation = note.evaluation();
        let names = |facts: &[FactId]| facts.iter().map(|fact| fact_name(set, *fact)).collect();
        let (rules, house) = deciding(set, note);
        let row = Self {
            status: note.status(),
            minutes: Some(note.minutes()),
            quarter_hours: Some(note.quarter_hours()),
            rules,
            because: Some(because(set, note)),
            missing: match (&evaluation.verdict, note.pool().map(|pool| &pool.standing)) {
                (Verdict::HeldForFacts { missing, .. }, _) => names(missing),
                (_, Some(Standing::Undecided(missing))) => missing.clone(),
                (Verdict::Billable(..) | Verdict::NonBillable | Verdict::HeldByRule, _) => Vec::new(),
            },
            counted: note.pool().and_then(|pool| CountedRow::new(batch, pool)),
            alone: AloneRow::new(note),
            possible: possible(set, note),
            ways: ways(set, note),
            at_stake: note.at_stake().map(StakeRow::from),
            presumed: names(&evaluation.presumed),
            house,
            settings: names(&evaluation.settings),
            labels: labels(set, note),
            findings: FindingRow::all(batch, note),
            ..Self::default()
        };
        match (note.earned(), note.status()) {
            (Some(earned), _) => row.billed(batch, note, earned),
            (None, Status::NonBillable) => {
                let payer = Some(Status::NonBillable.to_string());
                Self { payer, units: Some(0), amount: Some(Amount::ZERO), ..row }
            }
            (None, _) => row,
        }
    }

    fn billed(self, batch: &Batch<'_>, note: BatchNote<'_>, earned: Earned<'_>) -> Self {
        let set = batch.set();
        let service = set.service(earned.service);
        let shadow = ShadowRow { units: earned.units, rate: earned.rate, amount: earned.amount };
        let shadow = earned.claim_line.shadow.map(|_| shadow);
        Self {
            payer: Some(set.payer(earned.payer).name.clone()),
            service: Some(service.name.clone()),
            code: service.code.clone(),
            modifiers: Some(service.modifiers.clone()),
            unit: Some(service.unit.as_str()),
            units: shadow.is_none().then_some(earned.units),
            rate: earned.rate.filter(|_| shadow.is_none()),
            amount: earned.amount.filter(|_| shadow.is_none()),
            shadow,
            also: note.also().map(|(also, line)| AlsoRow::new(batch, also, line)).collect(),
            bundled_into: earned.bundled_into.and_then(|carrier| batch.id(carrier)).map(str::to_owned),
            ..self
        }
    }
}

/// Serializes only the fields that apply.
impl Serialize for Row {
    fn serialize<S: Serializer>(&self, serializer: S) -> Result<S::Ok, S::Error> {
        serializer.collect_map(self.fields().into_iter().filter_map(|(name, value)| Some((name, value?))))
    }
}

fn fact_name(set: &RuleSet, fact: FactId) -> String {
    set.vocabulary.fact(fact).name.clone()
}
