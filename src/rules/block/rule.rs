//! `[[offer]]`, `[[exclude]]`, `[[strike]]`, `[[hold]]` and `[[advise]]`: the keys that all five kinds of rule share.

use std::collections::{BTreeMap, BTreeSet};

use chrono::NaiveDate;

use super::hold::{Instead, WrittenHold};
use super::offer::WrittenOffer;
use super::overrides::RuleIds;
use super::removal::{Removes, WrittenRemoval};
use super::{Block, BlockKind, Role, Written, read_list, unique};
use crate::effective::Effective;
use crate::facts::{FactId, Facts};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::effective;
use crate::rules::when::{WrittenTest, read_alternative, read_when};
use crate::rules::{Basis, Condition, PayerId, RuleId, ServiceId, ValueSet};
use crate::toml::{Span, Text, TomlTable};

/// A rule.
#[derive(Clone, Debug)]
pub struct Rule {
    /// The id of the rule, which never changes.
    pub id: String,
    /// Former ids of the rule.
    pub formerly: Vec<String>,
    /// What the rule says, as one clause in plain English.
    pub title: String,
    /// When the rule applies.
    pub condition: Condition,
    /// The service dates on which the rule is in force.
    pub effective: Effective,
    /// What the rule does.
    pub effect: Effect,
    /// What the rule is based on.
    pub basis: Basis,
    /// Where the rule is written.
    pub span: Span,
}

impl Rule {
    /// Whether the rule applies; `None` if that depends on unanswered facts.
    pub fn applies(&self, facts: &Facts, date: NaiveDate) -> Option<bool> {
        if self.effective.contains(date) { self.condition.holds(facts) } else { Some(false) }
    }

    /// Returns the keyword for the kind of rule.
    pub fn kind(&self) -> &'static str {
        match self.effect {
            Effect::Offer { .. } => "offer",
            Effect::Exclude(_) => "exclude",
            Effect::Strike(_) => "strike",
            Effect::Hold { .. } => "hold",
            Effect::Advise { .. } => "advise",
        }
    }
}

/// What a rule does when it applies.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Effect {
    /// Offers a service to payers, the preferred payer first.
    Offer {
        /// The offered service.
        service: ServiceId,
        /// The payers to whom it is offered.
        payers: Vec<PayerId>,
        /// Offers to which this one is an exception.
        overrides: Vec<RuleId>,
    },
    /// Excludes work from what payers pay for.
    Exclude(Removes),
    /// Rules out payers in this case.
    Strike(Removes),
    /// Holds the note for review by a person.
    Hold {
        /// Payers who might pay. If strikes of every service remove all of them, the hold does not apply. `None` means
        /// that the hold always applies.
        payers: Option<Vec<PayerId>>,
        /// What to record instead, one entry for each possibility.
        instead: Vec<Instead>,
    },
    /// Adds a finding or a label, and changes nothing else.
    Advise {
        /// The word for the row's `labels`; `None` for a finding.
        label: Option<String>,
    },
}

impl Effect {
    /// Returns what an exclude or a strike removes; `None` for other effects.
    pub fn removes(&self) -> Option<&Removes> {
        match self {
            Self::Exclude(removes) | Self::Strike(removes) => Some(removes),
            Self::Offer { .. } | Self::Hold { .. } | Self::Advise { .. } => None,
        }
    }
}

pub(in crate::rules) struct RuleBody {
    formerly: Vec<Text>,
    title: String,
    when: Vec<WrittenTest>,
    any: Vec<Vec<WrittenTest>>,
    from: Option<Text>,
    through: Option<Text>,
    effect: WrittenEffect,
    basis: WrittenBasis,
}

enum WrittenEffect {
    Offer(WrittenOffer),
    Exclude(WrittenRemoval),
    Strike(WrittenRemoval),
    Hold(WrittenHold),
    Advise { label: Option<Text> },
}

/// Most groups under `any` of one rule.
const MAX_GROUPS: usize = 1_000;

/// Most numbers at which conditions on one fact may change, and most dates on which rules may begin or end.
const MAX_THRESHOLDS: usize = 1_000;

impl Block for Rule {
    type Body = RuleBody;
    const KIND: BlockKind = BlockKind { name: "rule", role: Role::Decides, most: 10_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        type Read = fn(&mut TomlTable<'_>) -> WrittenEffect;
        let kinds: [(&'static str, Read); 5] = [
            ("offer", |table| WrittenEffect::Offer(WrittenOffer::read(table))),
            ("exclude", |table| WrittenEffect::Exclude(WrittenRemoval::read(table))),
            ("strike", |table| WrittenEffect::Strike(WrittenRemoval::read(table))),
            ("hold", |table| WrittenEffect::Hold(WrittenHold::read(table))),
            ("advise", |table| WrittenEffect::Advise { label: table.text("label") }),
        ];
        let rules = |(key, effect): (&'static str, Read)| read_list(file, key, |table| read_rule(table, effect));
        kinds.into_iter().flat_map(rules).collect()
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let blocks = unique(blocks, "rule", checker.problems);
        checker.add_days_between(blocks.iter().flat_map(|block| block.body.tests()));
        let ids = RuleIds::new(&blocks, checker);
        let rules: Vec<Self> = blocks.into_iter().map(|rule| check_rule(rule, &ids, checker)).collect();
        check_thresholds(&rules, checker);
        rules
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

fn read_rule(table: &mut TomlTable<'_>, effect: fn(&mut TomlTable<'_>) -> WrittenEffect) -> RuleBody {
    let any = table.tables("any", "group", |group| Some((group.span.clone(), read_alternative(&group))));
    if table.value("any").and_then(|any| any.items()).is_some_and(|mut groups| groups.next().is_none()) {
        let text = "the list `any` of this rule holds no group";
        table.problems.add(&table.span, Code::MissingKey, text, "add a group, or remove `any`");
    }
    let mut any = any;
    table.problems.truncate_list(&mut any, MAX_GROUPS, "groups in this rule", |(span, _)| span);
    RuleBody {
        formerly: table.texts("formerly").unwrap_or_default(),
        title: table.required_string("title"),
        when: read_when(table),
        any: any.into_iter().map(|(_, tests)| tests).collect(),
        from: table.word("from"),
        through: table.word("through"),
        effect: effect(table),
        basis: read_basis(table),
    }
}

impl RuleBody {
    fn tests(&self) -> impl Iterator<Item = &WrittenTest> {
        self.when.iter().chain(self.any.iter().flatten())
    }
}

impl Written<RuleBody> {
    pub(super) fn formerly(&self) -> &[Text] {
        &self.body.formerly
    }

    pub(super) fn is_offer(&self) -> bool {
        matches!(self.body.effect, WrittenEffect::Offer(_))
    }

    /// Returns the offers to which this one is an exception.
    pub(super) fn overrides(&self) -> &[Text] {
        match &self.body.effect {
            WrittenEffect::Offer(offer) => &offer.overrides,
            _ => &[],
        }
    }
}

fn check_rule(rule: Written<RuleBody>, ids: &RuleIds, checker: &Checker<'_>) -> Rule {
    checker.check_id(&rule.name, "a rule");
    let Written { name, span, body, .. } = rule;
    let what = format!("the rule `{}`", name.value);
    Rule {
        formerly: body.formerly.into_iter().map(|id| id.value).collect(),
        title: body.title,
        condition: Condition {
            all: checker.tests(&body.when),
            any: body.any.iter().map(|group| checker.tests(group)).collect(),
        },
        effective: effective(body.from.as_ref(), body.through.as_ref(), checker.problems),
        effect: match body.effect {
            WrittenEffect::Offer(offer) => offer.check(&name, ids, checker),
            WrittenEffect::Exclude(removal) => Effect::Exclude(removal.check(checker)),
            WrittenEffect::Strike(removal) => Effect::Strike(removal.check(checker)),
            WrittenEffect::Hold(hold) => hold.check(checker),
            WrittenEffect::Advise { label } => {
                if let Some(label) = &label {
                    checker.check_id(label, "a label");
                }
                Effect::Advise { label: label.map(|label| label.value) }
            }
        },
        basis: checker.required_basis(body.basis, &span, &what),
        id: name.value,
        span,
    }
}

/// Limits the numbers and dates at which conditions change. Each adds a band of answers that is searched separately.
fn check_thresholds(rules: &[Rule], checker: &Checker<'_>) {
    let (mut numbers, mut dates): (BTreeMap<FactId, BTreeSet<i64>>, _) = (BTreeMap::new(), BTreeSet::new());
    let help = "ask fewer different ones; a table of numbers belongs in another system";
    for rule in rules {
        for test in rule.condition.tests() {
            let ValueSet::Ranges(ranges) = &test.values else { continue };
            let known = numbers.entry(test.fact).or_default();
            let before = known.len();
            known.extend(ranges.iter().flat_map(|(from, before)| [*from, *before]));
            if before <= MAX_THRESHOLDS && known.len() > MAX_THRESHOLDS {
                let name = &checker.set.vocabulary.fact(test.fact).name;
                let text = format!("rules ask `{name}` at more than {MAX_THRESHOLDS} numbers");
                checker.problems.add(&rule.span, Code::TooMany, text, help);
            }
        }
        let before = dates.len();
        dates.extend([rule.effective.from, rule.effective.through].into_iter().flatten());
        if before <= MAX_THRESHOLDS && dates.len() > MAX_THRESHOLDS {
            let text = format!("rules begin or end on more than {MAX_THRESHOLDS} dates");
            checker.problems.add(&rule.span, Code::TooMany, text, help);
        }
    }
}
