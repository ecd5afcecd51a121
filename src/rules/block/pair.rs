//! `[[pair]]`: services that do not stand together, or that do not stand alone.

use super::count::check_within;
use super::{Block, BlockKind, Role, Within, Written, read_list, unique};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::{Basis, ServiceId};
use crate::toml::{Span, Text, TomlTable};

/// Services that do not stand together, or that do not stand alone, and what happens where they do.
#[derive(Clone, Debug)]
pub struct Pair {
    /// The id of the pair.
    pub id: String,
    /// What the pair says, as one clause in plain English.
    pub title: String,
    /// Which services, and within which period.
    pub terms: PairTerms,
    /// Whether only services of the same staff member are compared.
    pub same_staff: bool,
    /// Modifiers that lift the pair if either note has one of them.
    pub lifted_by: Vec<String>,
    /// What happens where the pair applies.
    pub then: Then,
    /// What the pair is based on.
    pub basis: Basis,
    /// Where the pair is written.
    pub span: Span,
}

/// Which services of one client and period are compared.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PairTerms {
    /// The services of which the pair speaks.
    pub these: Vec<ServiceId>,
    /// How they relate to the `others`.
    pub relation: Relation,
    /// The other services.
    pub others: Vec<ServiceId>,
    /// The period.
    pub within: Within,
}

/// How the services of a pair relate to others.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Relation {
    /// These do not stand beside the others.
    NotWith,
    /// These stand only beside one of the others.
    OnlyWith,
}

impl Relation {
    /// Returns the key in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::NotWith => "not_with",
            Self::OnlyWith => "only_with",
        }
    }
}

/// What happens where a pair applies.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Then {
    /// A person decides: all notes concerned are held.
    Hold,
    /// The services of which the pair speaks earn nothing.
    Strike,
    /// The notes get a finding.
    Advise,
}

impl Then {
    /// Every word.
    pub const ALL: [Self; 3] = [Self::Hold, Self::Strike, Self::Advise];

    /// Returns the word in rule files.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Hold => "hold",
            Self::Strike => "strike",
            Self::Advise => "advise",
        }
    }
}

pub(in crate::rules) struct PairBody {
    title: String,
    terms: WrittenTerms,
    same: Vec<Text>,
    lifted_by: Vec<Text>,
    then: Option<Text>,
    basis: WrittenBasis,
}

/// The services and the period of a pair, as written.
pub(super) struct WrittenTerms {
    these: Vec<Text>,
    not_with: Option<Vec<Text>>,
    only_with: Option<Vec<Text>>,
    within: Option<Text>,
}

impl WrittenTerms {
    pub(super) fn read(table: &mut TomlTable<'_>) -> Self {
        Self {
            these: table.required_texts("these"),
            not_with: table.texts("not_with"),
            only_with: table.texts("only_with"),
            within: table.required("within"),
        }
    }

    pub(super) fn check(self, span: &Span, checker: &Checker<'_>) -> Option<PairTerms> {
        let known = [("day", Within::Day), ("month", Within::Month)];
        let within = self.within.and_then(|word| check_within(&word, &known, checker));
        let these = checker.services(&self.these);
        let (relation, others) = match (self.not_with, self.only_with) {
            (Some(others), None) => (Relation::NotWith, others),
            (None, Some(others)) => (Relation::OnlyWith, others),
            (one, _) => {
                let text =
                    if one.is_some() { "has both `not_with` and `only_with`" } else { "names no other services" };
                let help = "write either `not_with = […]` or `only_with = […]`";
                checker.problems.add(span, Code::MissingKey, format!("this pair {text}"), help);
                return None;
            }
        };
        if others.is_empty() {
            let text = format!("`{}` names no service", relation.as_str());
            checker.problems.add(span, Code::MissingKey, text, "name the other services");
        }
        Some(PairTerms { these, relation, others: checker.services(&others), within: within? })
    }
}

impl Block for Pair {
    type Body = PairBody;
    const KIND: BlockKind = BlockKind { name: "pair", role: Role::Counts, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_list(file, "pair", |table| PairBody {
            title: table.required_string("title"),
            terms: WrittenTerms::read(table),
            same: table.texts("same").unwrap_or_default(),
            lifted_by: table.texts("lifted_by").unwrap_or_default(),
            then: table.required_one_of("then", &Then::ALL.map(Then::as_str)),
            basis: read_basis(table),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let blocks = unique(blocks, "pair", checker.problems);
        blocks.into_iter().filter_map(|block| check_pair(block, checker)).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn check_pair(Written { name, span, body, .. }: Written<PairBody>, checker: &Checker<'_>) -> Option<Pair> {
    checker.check_id(&name, "a pair");
    checker.problems.add_repeated_names(&body.same);
    checker.problems.add_repeated_names(&body.lifted_by);
    for word in body.same.iter().filter(|word| word.value != "staff") {
        checker.problems.add_unknown_value(word, "same", ["staff"]);
    }
    let then = body.then.and_then(|word| {
        let known = Then::ALL.into_iter().find(|then| then.as_str() == word.value);
        if known.is_none() {
            checker.problems.add_unknown_value(&word, "then", Then::ALL.map(Then::as_str));
        }
        known
    });
    let basis = checker.required_basis(body.basis, &span, &format!("the pair `{}`", name.value));
    let terms = body.terms.check(&span, checker);
    Some(Pair {
        id: name.value,
        title: body.title,
        terms: terms?,
        same_staff: !body.same.is_empty(),
        lifted_by: body.lifted_by.into_iter().map(|modifier| modifier.value.to_uppercase()).collect(),
        then: then?,
        basis,
        span,
    })
}
