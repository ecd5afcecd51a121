//! `[[invariant]]`: a promise that must hold for every possible note.

use super::pair::WrittenTerms;
use super::{Block, BlockKind, PairTerms, Payer, Role, Service, Written, read_list, unique};
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::when::{WrittenTest, is_empty_condition, read_tests, read_when};
use crate::rules::{Basis, Outcome, PayerId, ServiceId, Test};
use crate::status::Status;
use crate::toml::{Span, TomlTable};

/// A promise that must hold for every note.
#[derive(Clone, Debug)]
pub struct Invariant {
    /// The id of the invariant.
    pub id: String,
    /// What the invariant promises, in words.
    pub title: String,
    /// The notes and outcomes to which the promise applies.
    pub when: Clause,
    /// What must hold for them.
    pub always: Clause,
    /// What is promised of the services of one client and period; `None` if the promise is about single notes.
    pub terms: Option<PairTerms>,
    /// What the invariant is based on.
    pub basis: Basis,
    /// Where the invariant is written.
    pub span: Span,
}

/// The `when` or `always` clause of an invariant.
#[derive(Clone, Debug, Default)]
pub struct Clause {
    /// Tests of facts, at most one for each fact.
    pub facts: Vec<Test>,
    /// Tests of the outcome.
    pub outcome: Vec<OutcomeTest>,
}

/// A test of one part of the outcome.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct OutcomeTest {
    /// The part that is tested.
    pub part: OutcomePart,
    /// The values that satisfy the test.
    pub values: Vec<OutcomeValue>,
}

impl OutcomeTest {
    /// Whether the outcome satisfies the test.
    pub fn accepts(&self, outcome: Outcome) -> bool {
        self.values.contains(&self.part.value_of(outcome))
    }
}

/// A part of the outcome that an invariant can test.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomePart {
    /// The status.
    Status,
    /// The service, or `none`.
    Service,
    /// The payer; without a payer, the status.
    Payer,
}

/// A value of a part of the outcome.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum OutcomeValue {
    /// A status.
    Status(Status),
    /// A service.
    Service(ServiceId),
    /// No service: the note is not billable.
    NoService,
    /// A payer.
    Payer(PayerId),
}

impl OutcomePart {
    /// Every part.
    pub const ALL: [Self; 3] = [Self::Status, Self::Service, Self::Payer];

    /// Returns the name of the part in rules.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Status => "status",
            Self::Service => "service",
            Self::Payer => "payer",
        }
    }

    /// Returns every value that this part can have, with its name in rules.
    pub fn values<'n>(self, payers: &'n [Payer], services: &'n [Service]) -> Vec<(OutcomeValue, &'n str)> {
        let statuses = |statuses: &[Status]| {
            statuses.iter().map(|status| (OutcomeValue::Status(*status), status.as_str())).collect::<Vec<_>>()
        };
        let mut values = Vec::new();
        match self {
            Self::Status => return statuses(&[Status::Billable, Status::NonBillable, Status::Held]),
            Self::Service => {
                let named = services.iter().enumerate();
                values.extend(named.map(|(at, service)| (OutcomeValue::Service(ServiceId(at)), service.name.as_str())));
                values.push((OutcomeValue::NoService, "none"));
            }
            Self::Payer => {
                let named = payers.iter().enumerate();
                values.extend(named.map(|(at, payer)| (OutcomeValue::Payer(PayerId(at)), payer.name.as_str())));
                values.extend(statuses(&[Status::NonBillable, Status::Held]));
            }
        }
        values
    }

    /// Returns the value of this part in an outcome.
    pub fn value_of(self, outcome: Outcome) -> OutcomeValue {
        let status = match outcome {
            Outcome::Billable(..) => Status::Billable,
            Outcome::NonBillable => Status::NonBillable,
            Outcome::Held | Outcome::Gap | Outcome::Conflict => Status::Held,
        };
        match (self, outcome) {
            (Self::Service, Outcome::Billable(service, _)) => OutcomeValue::Service(service),
            (Self::Service, _) => OutcomeValue::NoService,
            (Self::Payer, Outcome::Billable(_, payer)) => OutcomeValue::Payer(payer),
            (Self::Payer | Self::Status, _) => OutcomeValue::Status(status),
        }
    }
}

pub(in crate::rules) struct InvariantBody {
    title: String,
    when: Vec<WrittenTest>,
    always: Vec<WrittenTest>,
    terms: Option<WrittenTerms>,
    basis: WrittenBasis,
}

impl Block for Invariant {
    type Body = InvariantBody;
    const KIND: BlockKind = BlockKind { name: "invariant", role: Role::Promises, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_list(file, "invariant", |table| {
            let title = table.required_string("title");
            let (when, always, terms) = if table.has("these") {
                (Vec::new(), Vec::new(), Some(WrittenTerms::read(table)))
            } else {
                (read_when(table), read_always(table), None)
            };
            InvariantBody { title, when, always, terms, basis: read_basis(table) }
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let blocks = unique(blocks, "invariant", checker.problems);
        checker.add_days_between(blocks.iter().flat_map(|block| block.body.when.iter().chain(&block.body.always)));
        let checker = &*checker;
        let check = |Written { name, body, span, .. }: Written<Self::Body>| {
            checker.check_id(&name, "an invariant");
            Self {
                title: body.title,
                when: checker.clause(body.when),
                always: checker.clause(body.always),
                terms: body.terms.and_then(|terms| terms.check(&span, checker)),
                basis: checker.basis(body.basis),
                id: name.value,
                span,
            }
        };
        blocks.into_iter().map(check).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

/// Reads what an invariant promises. An empty promise is a problem.
fn read_always(invariant: &mut TomlTable<'_>) -> Vec<WrittenTest> {
    let always = invariant.table("always", "condition");
    if !invariant.has("always") || always.as_ref().is_some_and(is_empty_condition) {
        invariant.add_missing("always");
    }
    always.map(|always| read_tests(&always)).unwrap_or_default()
}

impl Checker<'_> {
    fn clause(&self, written: Vec<WrittenTest>) -> Clause {
        let (mut facts, mut outcome) = (Vec::new(), Vec::new());
        for test in written {
            match OutcomePart::ALL.into_iter().find(|part| part.as_str() == test.fact.value) {
                Some(part) => outcome.extend(self.outcome_test(part, &test)),
                None => facts.push(test),
            }
        }
        Clause { facts: self.tests(&facts), outcome }
    }

    fn outcome_test(&self, part: OutcomePart, test: &WrittenTest) -> Option<OutcomeTest> {
        let known = part.values(&self.set.payers, &self.set.services);
        let Some((words, negated)) = test.words() else {
            self.add_unsuitable_test(&test.fact, "write a value in quotes, or a list of them");
            return None;
        };
        for word in words.iter().filter(|word| !known.iter().any(|(_, name)| *name == word.value)) {
            self.problems.add_unknown_value(word, part.as_str(), known.iter().map(|(_, name)| *name));
        }
        let is_listed = |name: &str| words.iter().any(|word| word.value == name);
        let values = known.into_iter().filter(|(_, name)| is_listed(name) != negated).map(|(value, _)| value);
        Some(OutcomeTest { part, values: values.collect() })
    }
}
