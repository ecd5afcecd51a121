//! `[presume.FACT]`: the answer to presume if a note gives none.

use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::facts::{Answer, FactId};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::{PRESUMABLE, answer, presumable};
use crate::rules::when::{WrittenTest, read_when};
use crate::rules::{Basis, Test};
use crate::toml::{Span, Text, TomlTable};

/// The answer to presume if a note gives none.
#[derive(Clone, Debug)]
pub struct Presumption {
    /// The presumed fact.
    pub fact: FactId,
    /// The presumed answer.
    pub value: Answer,
    /// The notes to which it applies. The tests ask required facts only.
    pub when: Vec<Test>,
    /// What the presumption is based on.
    pub basis: Basis,
    /// Where the presumption is written.
    pub span: Span,
}

pub(in crate::rules) struct PresumptionBody {
    value: Option<Text>,
    when: Vec<WrittenTest>,
    basis: WrittenBasis,
}

impl Block for Presumption {
    type Body = PresumptionBody;
    const KIND: BlockKind = BlockKind { name: "presume block", role: Role::Completes, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "presume", "presume block", |table| PresumptionBody {
            value: table.required_word("value"),
            when: read_when(table),
            basis: read_basis(table),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let blocks = unique(blocks, "presume block", checker.problems);
        blocks.into_iter().filter_map(|block| check_presumption(block, checker)).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn check_presumption(
    Written { name, span, body, .. }: Written<PresumptionBody>,
    checker: &Checker<'_>,
) -> Option<Presumption> {
    let (vocabulary, problems) = (&checker.set.vocabulary, checker.problems);
    let basis = checker.required_basis(body.basis, &span, &format!("presuming `{}`", name.value));
    let when = checker.tests(&body.when);
    let is_open = |test: &&WrittenTest| {
        vocabulary.find(&test.fact.value).is_some_and(|fact| !vocabulary.fact(fact).is_required())
    };
    for test in body.when.iter().filter(is_open) {
        let text = format!("a presumption cannot ask `{}`, which may be unanswered itself", test.fact.value);
        let help = "ask only what every note answers: `activity` and `staff_role`";
        problems.add(&test.fact.span, Code::BadCondition, text, help);
    }
    match presumable(vocabulary, &name.value) {
        Ok(fact) => {
            let value = body.value.and_then(|text| answer(vocabulary.fact(fact), &text, problems))?;
            Some(Presumption { fact, value, when, basis, span: name.span })
        }
        Err(near) => {
            let help = near.map_or_else(|| PRESUMABLE.to_owned(), |near| format!("did you mean `{near}`?"));
            let text = format!("`{}` cannot be presumed", name.value);
            problems.add(&name.span, Code::UnknownName, text, help);
            None
        }
    }
}
