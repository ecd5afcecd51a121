//! Conditions as they are written: facts with values or bounds, possibly negated, with or without alternatives.

use super::checker::Checker;
use super::condition::{Test, ValueSet, merge_tests};
use super::resolve::value_or_group;
use crate::facts::Kind;
use crate::message::Code;
use crate::nearest::nearest;
use crate::toml::{Text, TomlTable, TomlValue};

/// A test of one fact, as written.
pub(super) struct WrittenTest {
    pub(super) fact: Text,
    negated: bool,
    asks: TestBody,
}

enum TestBody {
    /// Any of these values, groups or names of outcomes.
    Values(Vec<Text>),
    /// A number in the range `at_least..below`.
    Band { at_least: Option<i64>, below: Option<i64> },
}

impl WrittenTest {
    /// Returns the words asked for and whether the test is negated; `None` if the test asks for a number.
    pub(super) fn words(&self) -> Option<(&[Text], bool)> {
        match &self.asks {
            TestBody::Values(words) => Some((words, self.negated)),
            TestBody::Band { .. } => None,
        }
    }
}

/// Reads the tests under `when`, which are combined with *and*.
pub(super) fn read_when(block: &mut TomlTable<'_>) -> Vec<WrittenTest> {
    block.table("when", "condition").map(|table| read_tests(&table)).unwrap_or_default()
}

/// Reads the tests of one alternative under `any`. An empty alternative would always hold, so it is a problem.
pub(super) fn read_alternative(table: &TomlTable<'_>) -> Vec<WrittenTest> {
    if is_empty_condition(table) {
        let help = "add a condition such as `when.FACT = …`, or remove the group";
        table.problems.add(&table.span, Code::MissingKey, "this group has no condition", help);
    }
    read_tests(table)
}

/// Whether a condition asks no fact.
pub(super) fn is_empty_condition(condition: &TomlTable<'_>) -> bool {
    condition.entries().iter().all(|(name, value)| match value.table("condition") {
        Some(inner) if ["not", "when"].contains(&name.value.as_str()) => is_empty_condition(&inner),
        _ => false,
    })
}

/// Reads the tests of a condition table: `FACT = …`, `not.FACT = …`, and inside an alternative also those under `when`.
pub(super) fn read_tests(condition: &TomlTable<'_>) -> Vec<WrittenTest> {
    // The names of facts are not known here. Where keys are recorded, one stands for all of them.
    if let Some(bounds) = condition.record_entries(&["not", "when"], "bounds") {
        read_band(&Text { value: String::new(), span: bounds.span.clone() }, bounds);
    }
    let mut tests = Vec::new();
    gather(condition, false, &mut tests);
    tests
}

fn gather(condition: &TomlTable<'_>, negated: bool, tests: &mut Vec<WrittenTest>) {
    for (fact, value) in condition.entries() {
        if fact.value == "date" {
            let help = "give the rule `from = \"YYYY-MM-DD\"`, `through = \"YYYY-MM-DD\"` or both";
            condition.problems.add(&fact.span, Code::BadCondition, "conditions do not ask the service date", help);
            continue;
        }
        let asks = match (fact.value.as_str(), value.table("condition")) {
            ("not", Some(inner)) => {
                gather(&inner, !negated, tests);
                continue;
            }
            ("when", Some(inner)) => {
                gather(&inner, negated, tests);
                continue;
            }
            (_, Some(inner)) => read_band(&fact, inner),
            (_, None) => read_values(&fact, &value, condition),
        };
        tests.extend(asks.map(|asks| WrittenTest { fact, negated, asks }));
    }
}

fn read_values(fact: &Text, value: &TomlValue<'_>, condition: &TomlTable<'_>) -> Option<TestBody> {
    let values = value.texts(&fact.value)?;
    if values.is_empty() {
        let text = format!("the condition on `{}` names no value", fact.value);
        condition.problems.add(&fact.span, Code::BadCondition, text, "name a value, or remove the condition");
        return None;
    }
    Some(TestBody::Values(values))
}

fn read_band(fact: &Text, mut bounds: TomlTable<'_>) -> Option<TestBody> {
    let problems = bounds.problems;
    let is_bound = |(key, _): &(Text, _)| nearest(&key.value, ["at_least", "below"]).is_some();
    if nearest(&fact.value, ["not"]).is_some() && !bounds.entries().iter().any(is_bound) {
        problems.add_unknown_key(fact, "condition", &["not"]);
        return None;
    }
    if bounds.is_empty() {
        let text = format!("the condition on `{}` names no bound", fact.value);
        problems.add(&fact.span, Code::MissingKey, text, "add `at_least = …`, `below = …` or both");
    }
    let (at_least, below) = (bounds.number("at_least"), bounds.number("below"));
    bounds.finish();
    let (at_least, below) = (at_least.map(|number| number.value), below.map(|number| number.value));
    // If no bound could be read, the problem has already been reported.
    (at_least.is_some() || below.is_some()).then_some(TestBody::Band { at_least, below })
}

impl Checker<'_> {
    /// Resolves tests combined with *and*, merging tests of the same fact. A test that can never hold is a problem.
    pub(super) fn tests(&self, written: &[WrittenTest]) -> Vec<Test> {
        let resolved: Vec<(Test, &Text)> =
            written.iter().filter_map(|test| Some((self.test(test)?, &test.fact))).collect();
        let tests = merge_tests(resolved.iter().map(|(test, _)| test));
        for test in tests.iter().filter(|test| test.values.is_empty()) {
            if let Some((_, fact)) = resolved.iter().rev().find(|(written, _)| written.fact == test.fact) {
                let text = format!("no answer to `{}` fits this condition", fact.value);
                let help = "a rule that can never apply is a mistake: widen or remove it";
                self.problems.add(&fact.span, Code::BadCondition, text, help);
            }
        }
        tests
    }

    fn test(&self, written: &WrittenTest) -> Option<Test> {
        let id = self.fact(&written.fact)?;
        let fact = self.set.vocabulary.fact(id);
        let values = match (&fact.kind, &written.asks) {
            (Kind::Coded(_), TestBody::Values(words)) => {
                let values: Vec<Vec<u16>> =
                    words.iter().filter_map(|word| value_or_group(fact, word, self.problems)).collect();
                // With a misspelled value, the set is not the intended one, and further problems would be noise.
                (values.len() == words.len()).then(|| ValueSet::of_values(fact, &values.concat()))?
            }
            (Kind::Number(..), TestBody::Band { at_least, below }) => {
                let range = (at_least.unwrap_or(i64::MIN), below.unwrap_or(i64::MAX));
                ValueSet::Ranges(vec![range]).intersect(&ValueSet::full(fact))
            }
            (kind, _) => {
                let name = &fact.name;
                let help = match kind {
                    Kind::Coded(_) => format!("write `{name} = \"…\"` with one of its values, or a list of them"),
                    Kind::Number(..) => format!("write `{name}.at_least = …`, `{name}.below = …` or both"),
                    Kind::Date => {
                        let derived = self.set.vocabulary.derived(id).next();
                        let derived = derived.map(|id| self.set.vocabulary.fact(id).name.as_str()).unwrap_or_default();
                        format!("ask what is derived from it: `{derived}.at_least` or `{derived}.below`")
                    }
                };
                self.add_unsuitable_test(&written.fact, &help);
                return None;
            }
        };
        Some(Test { fact: id, values: if written.negated { values.complement(fact) } else { values } })
    }

    /// Reports a test whose form does not suit the fact or the part of the outcome.
    pub(super) fn add_unsuitable_test(&self, name: &Text, help: &str) {
        let text = format!("`{}` does not support this kind of condition", name.value);
        self.problems.add(&name.span, Code::BadCondition, text, help);
    }
}
