//! `[setting.NAME]`: a question that the guidance leaves open, with its default.

use super::fact::{check_name, check_values};
use super::{Block, BlockKind, Role, Written, read_tables, unique};
use crate::facts::{Answer, Fact, FactId, Kind, Origin};
use crate::message::Code;
use crate::rules::basis::{WrittenBasis, read_basis};
use crate::rules::checker::Checker;
use crate::rules::resolve::answer;
use crate::rules::{Basis, ProgramSetting};
use crate::toml::{Located, Span, Text, TomlTable};

/// A question that the guidance leaves open, with the answer in force.
#[derive(Clone, Debug)]
pub struct Setting {
    /// The fact of the setting.
    pub fact: FactId,
    /// The answer that holds if nobody gives another.
    pub default: Answer,
    /// The answer in force.
    pub value: Answer,
    /// Who gave the answer in force.
    pub by: AnsweredBy,
    /// The basis of the question.
    pub basis: Basis,
    /// Where the setting is declared; `None` if no rule file declares it.
    pub span: Option<Span>,
}

/// Who answered a setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum AnsweredBy {
    /// Nobody, so the default holds.
    Default,
    /// The `[answer]` table of a rule file.
    Agency,
    /// The command line.
    CommandLine,
}

impl AnsweredBy {
    /// Returns the name of the answerer in reports.
    pub fn as_str(self) -> &'static str {
        match self {
            Self::Default => "default",
            Self::Agency => "rule file",
            Self::CommandLine => "command line",
        }
    }
}

pub(in crate::rules) struct SettingBody {
    ask: String,
    values: Option<Vec<Text>>,
    at_least: Option<Located<i64>>,
    below: Option<Located<i64>>,
    default: Option<Text>,
    basis: WrittenBasis,
}

impl Block for Setting {
    type Body = SettingBody;
    const KIND: BlockKind = BlockKind { name: "setting", role: Role::Decides, most: 1_000 };

    fn read(file: &mut TomlTable<'_>) -> Vec<Written<Self::Body>> {
        read_tables(file, "setting", "setting", |table| {
            // A setting with bounds is a number. `kind` may say so too, as for facts.
            if let Some(kind) = table.one_of("kind", &["number"]).filter(|kind| kind.value != "number") {
                table.problems.add_unknown_value(&kind, "kind", ["number"]);
            }
            SettingBody {
                ask: table.required_string("ask"),
                values: table.texts("values"),
                at_least: table.number("at_least"),
                below: table.number("below"),
                default: table.required_word("default"),
                basis: read_basis(table),
            }
        })
    }

    fn check(blocks: Vec<Written<Self::Body>>, checker: &mut Checker<'_>) -> Vec<Self> {
        let mut drafts = Vec::new();
        for Written { name, body, .. } in unique(blocks, "setting", checker.problems) {
            check_name(checker, &name, "setting");
            if !is_taken(checker, &name) {
                let fact = Fact::new(&name.value, &body.ask, kind(checker, &name, &body), Origin::Setting, None);
                let default = body.default.and_then(|text| answer(&fact, &text, checker.problems));
                let basis = checker.basis(body.basis);
                drafts.push((fact, default.unwrap_or(Answer::Unanswered), basis, Some(name.span)));
            }
        }
        for setting in ProgramSetting::ALL {
            if !drafts.iter().any(|(fact, ..)| fact.name == setting.name()) {
                let ask = "How does this program count? No rule file asks.";
                let fact = Fact::new(setting.name(), ask, setting.kind(), Origin::Setting, None);
                drafts.push((fact, setting.default(), Basis::default(), None));
            }
        }
        checker.facts.extend(drafts.iter().map(|(fact, ..)| fact.clone()));
        checker.update_vocabulary();
        let check = |(fact, default, basis, span): (Fact, Answer, Basis, Option<Span>)| {
            let fact = checker.set.vocabulary.find(&fact.name)?;
            Some(Self { fact, default, value: default, by: AnsweredBy::Default, basis, span })
        };
        let mut settings: Vec<Self> = drafts.into_iter().filter_map(check).collect();
        settings.sort_by_key(|setting| checker.set.vocabulary.fact(setting.fact).name.clone());
        settings
    }

    fn basis(&self) -> Option<&Basis> {
        Some(&self.basis)
    }
}

/// Whether a fact already has the setting's name, which is a problem. The fact is kept to avoid follow-up problems.
fn is_taken(checker: &Checker<'_>, name: &Text) -> bool {
    let id = checker.set.vocabulary.find(&name.value);
    let fact = checker.set.facts.iter().find(|fact| Some(fact.fact) == id);
    if let Some(fact) = fact {
        let what = format!("use of the name `{}`", name.value);
        let help = "facts and settings share their names: choose another";
        checker.problems.add_duplicate(&what, (&fact.span, &name.span), Code::RepeatedName, help);
    }
    fact.is_some()
}

fn kind(checker: &Checker<'_>, name: &Text, body: &SettingBody) -> Kind {
    let problems = checker.problems;
    let kind = match (&body.values, &body.at_least, &body.below) {
        (Some(list), None, None) if !list.is_empty() => Kind::Coded(check_values(list.clone(), name, problems)),
        (None, Some(least), Some(below)) if least.value < below.value => Kind::Number(least.value, below.value - 1),
        _ => {
            let text = format!("the setting `{}` does not declare its values or kind", name.value);
            let help = "add either `values = [\"…\", \"…\"]` or `at_least = …` and `below = …`";
            problems.add(&name.span, Code::MissingKey, text, help);
            Kind::Date
        }
    };
    let wanted = ProgramSetting::find(&name.value).map(ProgramSetting::kind);
    if let Some(wanted) = wanted.filter(|wanted| *wanted != kind) {
        let wanted = match wanted {
            Kind::Coded(values) => format!("`values = [\"{}\"]`", values.join("\", \"")),
            Kind::Number(least, most) => format!("`at_least = {least}` and `below = {}`", most + 1),
            Kind::Date => String::new(),
        };
        let text = format!("the program reads `{}` itself and needs other values", name.value);
        problems.add(&name.span, Code::WrongType, text, format!("declare it with {wanted}"));
    }
    kind
}
