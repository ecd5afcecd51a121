//! Facts and settings as declared → the vocabulary, with aliases, columns and the answers in force.

use std::collections::BTreeMap;

use super::blocks::{FactShape, SettingShape, Shape};
use super::problem::{Problems, Span};
use super::repeats::{refuse_further, refuse_repeats, settle};
use super::walk::Text;
use super::{AnsweredBy, Basis, PART_QUARTER_HOUR, POOL, Setting, Source, resolve};
use crate::facts::{Answer, Fact, Kind, Lever, Origin, Vocabulary, is_reserved};
use crate::message::Code;

/// The vocabulary with its settings, and where each fact is declared.
pub(super) fn vocabulary(
    shape: &mut Shape,
    sources: &[Source],
    problems: &mut Problems<'_>,
) -> (Vocabulary, Vec<Option<Span>>, Vec<SettingDraft>) {
    let (mut facts, mut spans, mut drafts) = (Vec::new(), Vec::new(), Vec::new());
    let mut words = Words::default();
    for declared in settle(std::mem::take(&mut shape.facts), "fact", problems) {
        check_name(&declared.name, "fact", problems);
        spans.push(Some(declared.name.at.clone()));
        facts.push(fact(&declared, &mut words, problems));
    }
    for declared in settle(std::mem::take(&mut shape.settings), "setting", problems) {
        check_name(&declared.name, "setting", problems);
        let same = facts.iter().position(|fact: &Fact| fact.name == declared.name.value);
        if let Some((same, Some(at))) = same.and_then(|same| Some((same, spans.get(same).cloned()?))) {
            let what = format!("use of the name `{}`", declared.name.value);
            let help = "facts and settings share their names: choose another";
            problems.second(&what, (&at, &declared.name.at), Code::RepeatedName, help);
            // The first one is kept, so that what asks it raises no further problems.
            if at.order() < declared.name.at.order() {
                continue;
            }
            facts.remove(same);
            spans.remove(same);
        }
        spans.push(Some(declared.name.at.clone()));
        let (fact, draft) = setting(declared, sources, problems);
        facts.push(fact);
        drafts.push(draft);
    }
    for (name, kind, default) in built_in() {
        if !drafts.iter().any(|draft: &SettingDraft| draft.name == name) {
            let ask = "How does this program count? No rule file asks.";
            facts.push(Fact::new(name, ask, kind, Origin::Setting, None));
            spans.push(None);
            drafts.push(SettingDraft {
                name: name.into(),
                default: Some(default),
                basis: Basis::default(),
                span: None,
            });
        }
    }
    for (name, word, value) in std::mem::take(&mut shape.aliases) {
        let names: Vec<String> = facts.iter().filter(|fact| is_coded(fact)).map(|fact| fact.name.clone()).collect();
        match facts.iter_mut().find(|fact| is_coded(fact) && fact.name == name.value) {
            Some(fact) => words.add(fact, &word, &value, problems),
            None => problems.unknown(&name, Code::UnknownName, "fact with values", names.iter().map(String::as_str)),
        }
    }
    let columns = columns(&facts, std::mem::take(&mut shape.columns), problems);
    (Vocabulary::new(facts, &columns), spans, drafts)
}

fn is_coded(fact: &Fact) -> bool {
    fact.origin == Origin::Note && !fact.values().is_empty()
}

/// Settings that the program itself reads, with what holds where no rule file asks. Source: design, section 7.
fn built_in() -> [(&'static str, Kind, Answer); 2] {
    [
        (PART_QUARTER_HOUR, Kind::Number(1, 15), Answer::Number(15)),
        (POOL, Kind::Coded(vec!["note".into(), "day".into()]), Answer::Value(0)),
    ]
}

fn check_name(name: &Text, what: &str, problems: &mut Problems<'_>) {
    let plain = name.value.bytes().all(|byte| byte.is_ascii_lowercase() || byte.is_ascii_digit() || byte == b'_');
    if is_reserved(&name.value) {
        let text = format!("`{}` cannot be the name of a {what}", name.value);
        problems.add(&name.at, Code::ReservedName, text, "the program keeps this name for itself: choose another");
    } else if !plain || name.value.is_empty() {
        let text = format!("`{}` cannot be the name of a {what}", name.value);
        problems.add(&name.at, Code::ReservedName, text, "use lower-case letters, digits and `_`");
    }
}

/// The different values of a list; a repeated one is a problem.
fn values(list: &[Text], problems: &mut Problems<'_>) -> Vec<String> {
    let mut values: Vec<&Text> = Vec::new();
    for value in list {
        if value.value.is_empty() || value.value.trim() != value.value {
            let text = format!("`{}` cannot be a value", value.value);
            problems.add(&value.at, Code::ReservedName, text, "write a word with no blanks around it");
        }
        match values.iter().find(|known| known.value.eq_ignore_ascii_case(&value.value)) {
            Some(known) => {
                let help = "letter case does not tell values apart";
                problems.second(&format!("value `{}`", value.value), (&known.at, &value.at), Code::RepeatedName, help);
            }
            None => values.push(value),
        }
    }
    values.into_iter().map(|value| value.value.clone()).collect()
}

fn fact(shape: &FactShape, words: &mut Words, problems: &mut Problems<'_>) -> Fact {
    let lever = shape.lever.as_ref().and_then(|lever| match lever.value.as_str() {
        "chart" => Some(Lever::Chart),
        "record" => Some(Lever::Record),
        "never" => Some(Lever::Never),
        _ => {
            problems.no_value(lever, "lever", ["chart", "record", "never"]);
            None
        }
    });
    let kind = match (&shape.values, &shape.kind) {
        (Some(list), None) if !list.is_empty() => Kind::Coded(values(list, problems)),
        (None, Some(kind)) if kind.value == "number" => Kind::Number(0, 1_000_000),
        (None, Some(kind)) if kind.value == "date" => Kind::Date,
        (None, Some(kind)) => {
            problems.no_value(kind, "kind", ["number", "date"]);
            Kind::Date
        }
        _ => {
            let text = format!("the fact `{}` does not say what it takes", shape.name.value);
            let help = "add either `values = [\"…\", \"…\"]` or `kind = \"number\"` or `kind = \"date\"`";
            problems.add(&shape.name.at, Code::MissingKey, text, help);
            Kind::Date
        }
    };
    let mut fact = Fact::new(&shape.name.value, &shape.ask, kind, Origin::Note, lever);
    fact.look.clone_from(&shape.look);
    for value in shape.values.iter().flatten() {
        words.0.entry((fact.name.clone(), value.value.to_lowercase())).or_insert_with(|| value.at.clone());
    }
    for (word, value) in &shape.aliases {
        words.add(&mut fact, word, value, problems);
    }
    for (name, values) in &shape.groups {
        add_group(&mut fact, name, values, problems);
    }
    fact
}

/// Fact and word, with the place that says which value the word stands for.
#[derive(Default)]
struct Words(BTreeMap<(String, String), Span>);

impl Words {
    fn add(&mut self, fact: &mut Fact, word: &Text, name: &Text, problems: &mut Problems<'_>) {
        let Some(value) = resolve::value(fact, name, problems) else { return };
        if word.value.trim().is_empty() {
            let text = format!("the other word for `{}` is empty", name.value);
            return problems.add(&word.at, Code::MissingKey, text, "write the word that notes use");
        }
        if fact.groups.keys().any(|group| group.to_lowercase() == word.value.trim().to_lowercase()) {
            let text = format!("`{}` is already a group of values of `{}`", word.value, fact.name);
            return problems.add(&word.at, Code::RepeatedName, text, GROUP_NAME);
        }
        let is_new = fact.add_alias(&word.value, value);
        let known = self.0.entry((fact.name.clone(), word.value.trim().to_lowercase()));
        let known = known.or_insert_with(|| word.at.clone());
        if !is_new {
            let what = format!("meaning of `{}` in `{}`", word.value, fact.name);
            problems.second(&what, (known, &word.at), Code::RepeatedName, "one word can stand for one value only");
        }
    }
}

/// Groups and values share their names.
const GROUP_NAME: &str = "a group needs a name that no value and no other word for a value has";

fn add_group(fact: &mut Fact, name: &Text, values: &[Text], problems: &mut Problems<'_>) {
    refuse_repeats(values, problems);
    if let Some(value) = fact.spoken(name.value.trim()).and_then(|value| fact.value_name(value)) {
        let text = format!("the group `{}` is called like the value `{value}` of `{}`", name.value, fact.name);
        problems.add(&name.at, Code::RepeatedName, text, GROUP_NAME);
    } else if name.value.trim() != name.value || name.value.is_empty() {
        let text = format!("`{}` cannot be the name of a group", name.value);
        problems.add(&name.at, Code::ReservedName, text, "write a word with no blanks around it");
    }
    let values: Vec<u16> = values.iter().filter_map(|value| resolve::value(fact, value, problems)).collect();
    fact.groups.insert(name.value.clone(), values);
}

fn columns(facts: &[Fact], columns: Vec<(Text, Text)>, problems: &mut Problems<'_>) -> BTreeMap<String, String> {
    let known = Vocabulary::new(facts.to_vec(), &BTreeMap::new());
    let mut found: BTreeMap<String, (String, Span)> = BTreeMap::new();
    for (column, name) in columns {
        if column.value.trim().is_empty() {
            let text = format!("the column for `{}` has no name", name.value);
            problems.add(&column.at, Code::MissingKey, text, "write the name that stands in the export");
        } else if known.slot(&name.value).is_none() {
            problems.unknown(&name, Code::UnknownName, "field of a note", known.field_names());
        } else if known.slot(&column.value).is_some() {
            let text = format!("`{}` is already a field of a note", column.value);
            problems.add(&column.at, Code::RepeatedName, text, "only other names can be mapped");
        } else if let Some((_, known)) = found.get(column.value.trim()) {
            let what = format!("mapping of the column `{}`", column.value);
            problems.second(&what, (known, &column.at), Code::RepeatedName, "keep one of the two");
        } else {
            found.insert(column.value.trim().to_owned(), (name.value, column.at));
        }
    }
    found.into_iter().map(|(column, (name, _))| (column, name)).collect()
}

/// A setting before it is answered.
pub(super) struct SettingDraft {
    name: String,
    default: Option<Answer>,
    basis: Basis,
    span: Option<Span>,
}

fn setting(shape: SettingShape, sources: &[Source], problems: &mut Problems<'_>) -> (Fact, SettingDraft) {
    let built_in = built_in().into_iter().find(|(name, ..)| *name == shape.name.value).map(|(_, kind, _)| kind);
    let kind = match (&shape.values, &shape.at_least, &shape.below) {
        (Some(list), None, None) if !list.is_empty() => Kind::Coded(values(list, problems)),
        (None, Some(least), Some(below)) if least.value < below.value => Kind::Number(least.value, below.value - 1),
        _ => {
            let text = format!("the setting `{}` does not say what it takes", shape.name.value);
            let help = "add either `values = [\"…\", \"…\"]` or `at_least = …` and `below = …`";
            problems.add(&shape.name.at, Code::MissingKey, text, help);
            Kind::Date
        }
    };
    if let Some(wanted) = built_in.filter(|wanted| *wanted != kind) {
        let wanted = match wanted {
            Kind::Coded(values) => format!("`values = [\"{}\"]`", values.join("\", \"")),
            Kind::Number(least, most) => format!("`at_least = {least}` and `below = {}`", most + 1),
            Kind::Date => String::new(),
        };
        let text = format!("the program reads `{}` itself and needs other values", shape.name.value);
        problems.add(&shape.name.at, Code::WrongType, text, format!("declare it with {wanted}"));
    }
    let fact = Fact::new(&shape.name.value, &shape.ask, kind, Origin::Setting, None);
    let default = shape.default.as_ref().and_then(|text| answer(&fact, text, problems));
    let basis = resolve::basis(shape.basis, sources, None, problems);
    (fact, SettingDraft { span: Some(shape.name.at), name: shape.name.value, default, basis })
}

/// A setting's or a presumption's answer; one that the fact does not take is a problem.
pub(super) fn answer(fact: &Fact, text: &Text, problems: &mut Problems<'_>) -> Option<Answer> {
    match &fact.kind {
        Kind::Coded(_) => resolve::value(fact, text, problems).map(Answer::Value),
        Kind::Number(least, most) => {
            let answer = resolve::answer(fact, &text.value);
            if answer.is_none() {
                let problem = format!("`{}` does not take `{}`", fact.name, text.value);
                problems.add(
                    &text.at,
                    Code::NoSuchValue,
                    problem,
                    format!("it takes a whole number from {least} to {most}"),
                );
            }
            answer
        }
        Kind::Date => None,
    }
}

/// The settings with the answers that the files give.
pub(super) fn answered(
    drafts: Vec<SettingDraft>,
    vocabulary: &Vocabulary,
    answers: &[(Text, Text)],
    problems: &mut Problems<'_>,
) -> Vec<Setting> {
    for (name, _) in answers.iter().filter(|(name, _)| !drafts.iter().any(|draft| draft.name == name.value)) {
        problems.unknown(name, Code::UnknownName, "setting", drafts.iter().map(|draft| draft.name.as_str()));
    }
    let mut settings = Vec::new();
    for draft in drafts {
        let Some(fact) = vocabulary.find(&draft.name) else { continue };
        let given: Vec<&(Text, Text)> = answers.iter().filter(|(name, _)| name.value == draft.name).collect();
        let given_answer = given.first().and_then(|(_, text)| answer(vocabulary.fact(fact), text, problems));
        let places = given.iter().map(|(name, _)| name.at.clone());
        let second = format!("answer to `{}`", draft.name);
        refuse_further(places, &second, (Code::RepeatedName, "keep one of the two"), problems);
        let default = draft.default.unwrap_or(Answer::Unanswered);
        let by = if given_answer.is_some() { AnsweredBy::Agency } else { AnsweredBy::Default };
        let value = given_answer.unwrap_or(default);
        settings.push(Setting { fact, default, value, by, basis: draft.basis, span: draft.span });
    }
    settings.sort_by(|left, right| vocabulary.fact(left.fact).name.cmp(&vocabulary.fact(right.fact).name));
    settings
}
