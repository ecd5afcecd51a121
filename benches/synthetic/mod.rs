//! Generates rule sets of any size as text, shaped like the guidance, with some rules that apply to all activities.

use std::fmt::Write;

/// The size of a generated rule set.
#[derive(Clone, Copy, Debug)]
pub(crate) struct Size {
    /// Number of rules, including the global strikes.
    pub(crate) rules: usize,
    /// Number of facts besides the activity, including settings.
    pub(crate) facts: usize,
    /// Number of strikes whose conditions do not ask the activity.
    pub(crate) strikes: usize,
    /// Number of the facts that are settings.
    pub(crate) settings: usize,
    /// Number of activities.
    pub(crate) activities: usize,
}

impl Size {
    /// 300 rules over 45 facts with 15 global strikes and 8 settings.
    pub(crate) const LARGE: Self = Self { rules: 300, facts: 45, strikes: 15, settings: 8, activities: 24 };

    /// Returns the same shape with another number of rules.
    pub(crate) fn with_rules(rules: usize) -> Self {
        Self { rules, activities: (rules / 12).max(4), ..Self::LARGE }
    }
}

/// Generates a rule set that decides every note. Each activity has a catch-all exclude; its offers bill one service.
pub(crate) fn rule_set(size: Size) -> String {
    let mut random = Random(7);
    let mut text = String::from(
        "[payer.p1]\ntitle = \"P1\"\n[payer.p2]\ntitle = \"P2\"\n[payer.p3]\ntitle = \"P3\"\n\
         [service.s1]\ntitle = \"S1\"\ncode = \"X1\"\nunit = \"day\"\n\
         [service.s2]\ntitle = \"S2\"\ncode = \"X2\"\nunit = \"quarter_hour\"\n[fact.activity]\nvalues = [",
    );
    (0..size.activities).for_each(|activity| write!(text, "\"a{activity}\", ").unwrap());
    text += "]\n";
    for fact in 0..size.facts {
        if fact < size.settings {
            let values = "values = [\"no\", \"yes\"]\ndefault = \"no\"\nbasis = \"house\"";
            writeln!(text, "[setting.f{fact}]\nask = \"F{fact}?\"\n{values}").unwrap();
        } else {
            let values: Vec<String> = (0..values_of(fact)).map(|value| format!("\"v{value}\"")).collect();
            writeln!(text, "[fact.f{fact}]\nvalues = [{}]", values.join(", ")).unwrap();
        }
    }
    for rule in 0..size.rules {
        text += &match rule.checked_sub(size.strikes) {
            None => global_strike(rule, size, &mut random),
            Some(rule) => activity_rule(rule, size, &mut random),
        };
    }
    text
}

fn global_strike(rule: usize, size: Size, random: &mut Random) -> String {
    let mut text = format!("[[strike]]\nid = \"g{rule}\"\ntitle = \"T\"\nbasis = \"house\"\n");
    text += &format!("payers = [\"p{}\"]\n", random.below(3) + 1);
    if random.below(2) == 0 {
        text += &format!("services = [\"s{}\"]\n", random.below(2) + 1);
    }
    let asked = 1 + random.below(2);
    text + &conditions(size, asked, random)
}

fn activity_rule(rule: usize, size: Size, random: &mut Random) -> String {
    let (activity, nth) = (rule % size.activities, rule / size.activities);
    let kind =
        ["exclude", "offer", "offer", "exclude", "strike", "hold", "offer", "exclude", "advise", "strike"][nth % 10];
    let mut text = format!(
        "[[{kind}]]\nid = \"r{activity}.{nth}\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"a{activity}\"\n"
    );
    match kind {
        "offer" => text += &format!("service = \"s{}\"\npayers = [\"p1\", \"p2\"]\n", activity % 2 + 1),
        "hold" | "advise" => {}
        _ => text += &format!("payers = [\"p{}\"]\n", if nth == 0 { 3 } else { random.below(3) + 1 }),
    }
    if kind == "hold" && random.below(2) == 0 {
        text += "payers = [\"p1\", \"p2\"]\n";
    }
    // The first rule of each activity has no further condition, so that it covers every note of that activity.
    if nth > 0 {
        let asked = 2 + random.below(3);
        text += &conditions(size, asked, random);
    }
    text
}

fn conditions(size: Size, count: usize, random: &mut Random) -> String {
    let mut asked: Vec<usize> = Vec::new();
    let mut text = String::new();
    while asked.len() < count.min(size.facts) {
        let fact = random.below(size.facts);
        if asked.contains(&fact) {
            continue;
        }
        asked.push(fact);
        if fact < size.settings {
            writeln!(text, "when.f{fact} = \"{}\"", ["no", "yes"][random.below(2)]).unwrap();
        } else {
            writeln!(text, "when.f{fact} = \"v{}\"", random.below(values_of(fact))).unwrap();
        }
    }
    text
}

/// Returns the number of values of a generated fact.
fn values_of(fact: usize) -> usize {
    2 + fact % 3
}

/// A pseudorandom number generator that yields the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }
}
