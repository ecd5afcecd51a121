//! Generates random rule sets as text.

use std::collections::BTreeSet;
use std::fmt::Write;

use proptest::prelude::*;

/// A random rule set: three coded facts, a number, two services, three payers, and up to ten rules of every kind.
#[derive(Debug)]
pub(crate) struct Plan {
    rules: Vec<RulePlan>,
}

#[derive(Debug)]
struct RulePlan {
    kind: usize,
    tests: Vec<(usize, bool, usize)>,
    groups: Vec<Vec<(usize, bool, usize)>>,
    service: usize,
    payers: usize,
    limited: bool,
    overrides: bool,
    dated: usize,
}

pub(crate) fn plan() -> impl Strategy<Value = Plan> {
    let test = || (0usize..4, prop::bool::weighted(0.3), 0usize..64);
    let rule = (
        0usize..5,
        prop::collection::vec(test(), 0..3),
        prop::collection::vec(prop::collection::vec(test(), 1..3), 0..3),
        (0usize..2, 0usize..64, any::<bool>(), prop::bool::weighted(0.3), 0usize..8),
    );
    let rules = prop::collection::vec(rule, 1..10).prop_map(|rules| {
        rules
            .into_iter()
            .map(|(kind, tests, groups, (service, payers, limited, overrides, dated))| RulePlan {
                kind,
                tests,
                groups,
                service,
                payers,
                limited,
                overrides,
                dated,
            })
            .collect()
    });
    rules.prop_map(|rules| Plan { rules })
}

impl Plan {
    /// Returns the text with at most one offer, so that there is no conflict, and with an exclude that covers all work
    /// and removes nothing, so that there is no gap.
    pub(crate) fn provable(mut self) -> String {
        let offers = self.rules.iter_mut().filter(|rule| rule.kind == 0);
        offers.skip(1).for_each(|rule| rule.kind = 1);
        let all = "[payer.p4]\ntitle = \"P4\"\n\
             [[exclude]]\nid = \"all\"\ntitle = \"All\"\nbasis = \"house\"\npayers = [\"p4\"]\n";
        format!("{}{all}", self.written())
    }

    /// Returns the text without one of the rules; the first offer, which others may override, always stays.
    pub(crate) fn without(&self, rule: prop::sample::Index) -> String {
        self.written_without(Some(rule.index(self.rules.len())))
    }

    pub(crate) fn written(&self) -> String {
        self.written_without(None)
    }

    fn written_without(&self, dropped: Option<usize>) -> String {
        let mut text = "[fact.activity]\nvalues = [\"a\", \"b\", \"c\"]\n[fact.f1]\nvalues = [\"yes\", \"no\"]\n\
             [fact.f2]\nvalues = [\"x\", \"y\", \"z\"]\n[fact.n]\nkind = \"number\"\n\
             [payer.p1]\ntitle = \"P1\"\n[payer.p2]\ntitle = \"P2\"\n[payer.p3]\ntitle = \"P3\"\n\
             [service.s0]\ntitle = \"S0\"\ncode = \"X0\"\nunit = \"day\"\n[service.s1]\ntitle = \"S1\"\ncode = \"X1\"\nunit = \"quarter_hour\"\n"
            .to_owned();
        let first_offer = self.rules.iter().position(|rule| rule.kind == 0);
        for (at, rule) in
            self.rules.iter().enumerate().filter(|(at, _)| dropped != Some(*at) || first_offer == Some(*at))
        {
            rule.write(at, first_offer.filter(|first| *first < at), &mut text);
        }
        text
    }
}

impl RulePlan {
    fn write(&self, at: usize, first_offer: Option<usize>, text: &mut String) {
        let kind = ["offer", "exclude", "strike", "hold", "advise"][self.kind];
        writeln!(text, "[[{kind}]]\nid = \"r{at}\"\ntitle = \"Rule {at}\"\nbasis = \"house\"").unwrap();
        let mut payers: Vec<String> =
            (1..=3).filter(|p| self.payers & (1 << p) != 0).map(|p| format!("\"p{p}\"")).collect();
        if payers.is_empty() {
            payers.push("\"p1\"".into());
        }
        if self.payers & 1 == 1 {
            payers.reverse();
        }
        match kind {
            "offer" => {
                writeln!(text, "service = \"s{}\"\npayers = [{}]", self.service, payers.join(", ")).unwrap();
                if let Some(first) = first_offer.filter(|_| self.overrides) {
                    writeln!(text, "overrides = [\"r{first}\"]").unwrap();
                }
            }
            "exclude" | "strike" => {
                writeln!(text, "payers = [{}]", payers.join(", ")).unwrap();
                if self.limited {
                    writeln!(text, "services = [\"s{}\"]", self.service).unwrap();
                }
            }
            "hold" if self.limited => writeln!(text, "payers = [{}]", payers.join(", ")).unwrap(),
            _ => {}
        }
        match self.dated {
            0 => writeln!(text, "from = \"2026-01-01\"").unwrap(),
            1 => writeln!(text, "through = \"2026-02-28\"").unwrap(),
            2 => writeln!(text, "from = \"2026-03-02\"\nthrough = \"2026-03-02\"").unwrap(),
            _ => {}
        }
        write_tests(&self.tests, text);
        for group in &self.groups {
            writeln!(text, "[[{kind}.any]]").unwrap();
            write_tests(group, text);
        }
    }
}

/// Writes tests that ask each fact at most once and that neither accept nor reject all of its answers.
fn write_tests(tests: &[(usize, bool, usize)], text: &mut String) {
    let mut seen = BTreeSet::new();
    for (fact, negated, pick) in tests.iter().filter(|(fact, ..)| seen.insert(*fact)) {
        let not = if *negated { "not." } else { "" };
        match fact {
            0 | 2 => {
                let (name, values) = if *fact == 0 { ("activity", ["a", "b", "c"]) } else { ("f2", ["x", "y", "z"]) };
                let one = values[pick % 3];
                let other = values[(pick + 1) % 3];
                let list = if pick & 8 == 0 { format!("\"{one}\"") } else { format!("[\"{one}\", \"{other}\"]") };
                writeln!(text, "when.{not}{name} = {list}").unwrap();
            }
            1 => writeln!(text, "when.{not}f1 = \"{}\"", if pick & 1 == 0 { "yes" } else { "no" }).unwrap(),
            _ => {
                let least = 5 + pick % 20;
                writeln!(text, "when.{not}n.at_least = {least}").unwrap();
                if pick & 32 != 0 {
                    writeln!(text, "when.{not}n.below = {}", least + 7).unwrap();
                }
            }
        }
    }
}
