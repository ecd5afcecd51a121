//! `[[rate]]`: the dollars for one unit of a service, starting on a date.

use std::collections::BTreeMap;

use chrono::NaiveDate;

use super::{Block, BlockKind, Role, Written, choose_block};
use crate::effective::Effective;
use crate::message::Code;
use crate::money::Rate;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::rules::{Basis, RuleSet, ServiceId};
use crate::toml::{Span, Text, TomlTable};

/// The dollars for one unit of a service, within a range of dates.
#[derive(Clone, Debug)]
pub struct DatedRate {
    /// The billed service.
    pub service: ServiceId,
    /// Dollars for one unit.
    pub rate: Rate,
    /// The dates on which the rate applies.
    pub effective: Effective,
    /// What the rate is based on.
    pub basis: Basis,
    /// Where the rate is written.
    pub span: Span,
}

impl RuleSet {
    /// Returns the rate with the latest `from` on or before the date; `None` if there is none, or if it has ended.
    pub fn rate(&self, service: ServiceId, date: NaiveDate) -> Option<&DatedRate> {
        self.rates
            .iter()
            .filter(|dated| dated.service == service && dated.effective.from.is_none_or(|from| from <= date))
            .max_by_key(|dated| dated.effective.from)
            .filter(|dated| dated.effective.contains(date))
    }
}

pub(in crate::rules) struct RateBody {
    amount: Text,
    from: Text,
    through: Option<Text>,
    basis: WrittenBasis,
}

impl Block for DatedRate {
    type Body = RateBody;
    const KIND: BlockKind = BlockKind { name: "rate", role: Role::Completes, most: 10_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        file.tables("rate", "rate", |mut table| {
            let (name, replaces, body) = (table.required("service"), table.flag("replaces"), read_rate(&mut table));
            let span = table.span.clone();
            table.finish();
            Some(Written { name: name?, span, replaces, body: body? })
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let mut same: BTreeMap<(ServiceId, Option<NaiveDate>), Vec<Written<Self>>> = BTreeMap::new();
        for block in blocks {
            if let Some(rate) = check_rate(block, checker) {
                same.entry((rate.body.service, rate.body.effective.from)).or_default().push(rate);
            }
        }
        let keep = |rates: Vec<Written<Self>>| {
            let help = "give one of them another `from`, or, to take the other's place, the line `replaces = true`";
            let nothing = || "check service and `from`, or leave out `replaces = true`".into();
            let what = "rate of this service from the same date";
            Some(choose_block(rates, what, (Code::SameRateDate, help), nothing, checker.problems)?.body)
        };
        same.into_values().filter_map(keep).collect()
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn read_rate(table: &mut TomlTable<'_>) -> Option<RateBody> {
    let amount = table.required("amount");
    let (from, through, basis) = (table.word("from"), table.word("through"), read_basis(table));
    if !table.has("from") {
        let help = "add `from = \"YYYY-MM-DD\"`, or `from = \"undated\"` if no date is known";
        table.problems.add(&table.span, Code::MissingKey, "this rate has no `from`", help);
    }
    Some(RateBody { amount: amount?, from: from?, through, basis })
}

fn check_rate(block: Written<RateBody>, checker: &Checker<'_>) -> Option<Written<DatedRate>> {
    let Written { name, span, replaces, body } = block;
    let rate = Rate::parse(&body.amount.value);
    if rate.is_none() {
        let text = format!("`{}` is not a dollar amount", body.amount.value);
        let help = "write it like `\"17.72\"`: at most nine digits before the point and four after it";
        checker.problems.add(&body.amount.span, Code::BadAmount, text, help);
    }
    let effective = effective(Some(&body.from), body.through.as_ref(), checker.problems);
    let basis = checker.required_basis(body.basis, &span, "this rate");
    let service = checker.service(&name);
    let body = DatedRate { service: service?, rate: rate?, effective, basis, span: span.clone() };
    Some(Written { name, span, replaces, body })
}
