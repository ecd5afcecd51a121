//! `[[shadow]]`: a payer who does not pay by the unit.

use chrono::NaiveDate;

use super::{Block, BlockKind, Role, Written, read_list, unique};
use crate::effective::Effective;
use crate::facts::{Facts, Origin};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::rules::when::{WrittenTest, read_when};
use crate::rules::{Basis, PayerId, RuleSet, ServiceId, Test, all_hold};
use crate::toml::{Span, Text, TomlTable};

/// A payer who pays for services in another way than by the unit. The units of such services are shown, but not summed.
#[derive(Clone, Debug)]
pub struct Shadow {
    /// The id of the shadow.
    pub id: String,
    /// What the shadow says, as one clause in plain English.
    pub title: String,
    /// When the shadow applies. The tests ask settings only.
    pub when: Vec<Test>,
    /// The payers.
    pub payers: Vec<PayerId>,
    /// The services; `None` for all services.
    pub services: Option<Vec<ServiceId>>,
    /// The service dates on which the shadow applies.
    pub effective: Effective,
    /// What the shadow is based on.
    pub basis: Basis,
    /// Where the shadow is written.
    pub span: Span,
}

impl RuleSet {
    /// Returns the shadow that applies to a service and payer on a date under the settings in `answered`.
    pub fn shadow(&self, answered: &Facts, service: ServiceId, payer: PayerId, date: NaiveDate) -> Option<&Shadow> {
        self.shadows.iter().find(|shadow| {
            shadow.payers.contains(&payer)
                && shadow.services.as_ref().is_none_or(|services| services.contains(&service))
                && shadow.effective.contains(date)
                && all_hold(&shadow.when, answered) == Some(true)
        })
    }
}

pub(in crate::rules) struct ShadowBody {
    title: String,
    when: Vec<WrittenTest>,
    payers: Vec<Text>,
    services: Option<Vec<Text>>,
    from: Option<Text>,
    through: Option<Text>,
    basis: WrittenBasis,
}

impl Block for Shadow {
    type Body = ShadowBody;
    const KIND: BlockKind = BlockKind { name: "shadow", role: Role::Completes, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_list(file, "shadow", |table| ShadowBody {
            title: table.required_string("title"),
            when: read_when(table),
            payers: table.required_texts("payers"),
            services: table.texts("services"),
            from: table.word("from"),
            through: table.word("through"),
            basis: read_basis(table),
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let blocks = unique(blocks, "shadow", checker.problems);
        blocks.into_iter().map(|block| check_shadow(block, checker)).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn check_shadow(Written { name, span, body, .. }: Written<ShadowBody>, checker: &Checker<'_>) -> Shadow {
    checker.check_id(&name, "a shadow");
    let vocabulary = &checker.set.vocabulary;
    let is_no_setting = |test: &&WrittenTest| {
        vocabulary.find(&test.fact.value).is_some_and(|fact| vocabulary.fact(fact).origin != Origin::Setting)
    };
    for test in body.when.iter().filter(is_no_setting) {
        let text = format!("a shadow cannot ask `{}`, which notes answer", test.fact.value);
        checker.problems.add(&test.fact.span, Code::BadCondition, text, "ask only settings");
    }
    Shadow {
        title: body.title,
        when: checker.tests(&body.when),
        payers: checker.payers(&body.payers),
        services: body.services.map(|services| checker.services(&services)),
        effective: effective(body.from.as_ref(), body.through.as_ref(), checker.problems),
        basis: checker.required_basis(body.basis, &span, &format!("the shadow `{}`", name.value)),
        id: name.value,
        span,
    }
}
