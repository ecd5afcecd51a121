//! `[[rate]]`: the dollars for one unit of a service, starting on a date.

use chrono::NaiveDate;

use super::{Block, BlockKind, Role, Written, choose_block};
use crate::effective::Effective;
use crate::facts::{Answer, FactId};
use crate::message::Code;
use crate::money::Rate;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::rules::when::{WrittenTest, read_when};
use crate::rules::{Basis, PayerId, RuleSet, ServiceId, Test, merge_tests};
use crate::toml::{Span, Text, TomlTable};

/// The dollars for one unit of a service, within a range of dates.
#[derive(Clone, Debug)]
pub struct DatedRate {
    /// The billed service.
    pub service: ServiceId,
    /// The payers for whom the rate holds; `None` for all payers.
    pub payers: Option<Vec<PayerId>>,
    /// The notes for which the rate holds.
    pub when: Vec<Test>,
    /// Dollars for one unit.
    pub rate: Rate,
    /// The dates on which the rate applies.
    pub effective: Effective,
    /// What the rate is based on.
    pub basis: Basis,
    /// Where the rate is written.
    pub span: Span,
}

impl DatedRate {
    /// Whether two rates form one series, in which the latest takes the place of the earlier ones.
    pub fn is_in_series(&self, other: &Self) -> bool {
        self.service == other.service && self.payers == other.payers && self.when == other.when
    }

    /// Whether some note of some payer could have both rates on some date, as far as their own dates tell.
    fn meets(&self, other: &Self) -> bool {
        let shares_payer = match (&self.payers, &other.payers) {
            (Some(payers), Some(others)) => payers.iter().any(|payer| others.contains(payer)),
            _ => true,
        };
        let begins_in_time = |one: &Self, other: &Self| {
            let (from, through) = (one.effective.from, other.effective.through);
            from.zip(through).is_none_or(|(from, through)| from <= through)
        };
        self.service == other.service
            && shares_payer
            && begins_in_time(self, other)
            && begins_in_time(other, self)
            && merge_tests(self.when.iter().chain(&other.when)).iter().all(|test| !test.values.is_empty())
    }
}

/// The rate of a service for one note.
#[derive(Clone, Debug)]
pub enum RateFound<'s> {
    /// The rate in force.
    Known(&'s DatedRate),
    /// No rate is in force.
    Unpriced,
    /// The rate depends on these facts, which the note leaves open.
    Open(Vec<FactId>),
}

impl RuleSet {
    /// Whether rates of different series can both apply to a note, so that a rule file with them would be refused.
    pub fn has_overlapping_rates(&self) -> bool {
        let earlier = |at: usize| self.rates.get(..at).unwrap_or_default();
        let rates = self.rates.iter().enumerate();
        rates
            .into_iter()
            .any(|(at, rate)| earlier(at).iter().any(|other| !other.is_in_series(rate) && other.meets(rate)))
    }

    /// Returns the rate of a service for a note of a payer on a date. Of a series, the rate with the latest `from` on or
    /// before the date counts, unless it has ended. `answers` returns the note's answer to a fact.
    pub fn rate(
        &self,
        service: ServiceId,
        payer: PayerId,
        date: NaiveDate,
        answers: &dyn Fn(FactId) -> Answer,
    ) -> RateFound<'_> {
        let (mut known, mut open) = (None, Vec::new());
        let begun = |dated: &&DatedRate| dated.effective.from.is_none_or(|from| from <= date);
        // Rates are sorted by service and date, so a later one of a series comes later.
        let rates = self.rates.iter().filter(|dated| dated.service == service).filter(begun);
        let rates: Vec<&DatedRate> =
            rates.filter(|dated| dated.payers.as_ref().is_none_or(|payers| payers.contains(&payer))).collect();
        for (at, dated) in rates.iter().enumerate() {
            let is_replaced = rates.iter().skip(at + 1).any(|later| later.is_in_series(dated));
            if is_replaced || !dated.effective.contains(date) {
                continue;
            }
            let holds = dated.when.iter().map(|test| (test.fact, test.values.contains(answers(test.fact))));
            let holds: Vec<(FactId, Option<bool>)> = holds.collect();
            if holds.iter().all(|(_, holds)| *holds == Some(true)) {
                known = Some(*dated);
            } else if holds.iter().all(|(_, holds)| *holds != Some(false)) {
                open.extend(holds.into_iter().filter(|(_, holds)| holds.is_none()).map(|(fact, _)| fact));
            }
        }
        open.sort_unstable();
        open.dedup();
        match known {
            Some(rate) => RateFound::Known(rate),
            None if open.is_empty() => RateFound::Unpriced,
            None => RateFound::Open(open),
        }
    }
}

pub(in crate::rules) struct RateBody {
    payers: Option<Vec<Text>>,
    when: Vec<WrittenTest>,
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
        checker.add_days_between(blocks.iter().flat_map(|block| &block.body.when));
        let mut same: Vec<Vec<Written<Self>>> = Vec::new();
        for rate in blocks.into_iter().filter_map(|block| check_rate(block, checker)) {
            let is_same = |known: &Written<Self>| {
                known.body.is_in_series(&rate.body) && known.body.effective.from == rate.body.effective.from
            };
            match same.iter_mut().find(|known| known.first().is_some_and(is_same)) {
                Some(known) => known.push(rate),
                None => same.push(vec![rate]),
            }
        }
        let keep = |rates: Vec<Written<Self>>| {
            let help = "give one of them another `from`, or, to take the other's place, the line `replaces = true`";
            let nothing = || "check service and `from`, or leave out `replaces = true`".into();
            let what = "rate of this service from the same date";
            Some(choose_block(rates, what, (Code::SameRateDate, help), nothing, checker.problems)?.body)
        };
        let mut rates: Vec<Self> = same.into_iter().filter_map(keep).collect();
        rates.sort_by_key(|rate| (rate.service, rate.effective.from));
        report_overlaps(&rates, checker);
        rates
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn read_rate(table: &mut TomlTable<'_>) -> Option<RateBody> {
    let (payers, when) = (table.texts("payers"), read_when(table));
    let amount = table.required("amount");
    let (from, through, basis) = (table.word("from"), table.word("through"), read_basis(table));
    if !table.has("from") {
        let help = "add `from = \"YYYY-MM-DD\"`, or `from = \"undated\"` if no date is known";
        table.add_missing_with_help("from", help);
    }
    Some(RateBody { payers, when, amount: amount?, from: from?, through, basis })
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
    let payers = body.payers.map(|payers| checker.payers(&payers));
    let when = checker.tests(&body.when);
    // With a condition that cannot be read, the rate would seem to hold for every note.
    if when.is_empty() && !body.when.is_empty() {
        return None;
    }
    let body = DatedRate { service: service?, payers, when, rate: rate?, effective, basis, span: span.clone() };
    Some(Written { name, span, replaces, body })
}

/// Reports rates of different series that can both apply: there is no rule for which of them wins.
fn report_overlaps(rates: &[DatedRate], checker: &Checker<'_>) {
    for (at, rate) in rates.iter().enumerate() {
        let earlier = rates.get(..at).unwrap_or_default();
        let other = earlier.iter().find(|other| !other.is_in_series(rate) && other.meets(rate));
        if let Some(place) = other.and_then(|other| checker.problems.place_of(&other.span)) {
            let text = format!("this rate and the one at {place} can both apply to a note");
            let help = "let their `payers` or `when` exclude each other";
            checker.problems.add(&rate.span, Code::RatesOverlap, text, help);
        }
    }
}
