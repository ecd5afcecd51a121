//! Turns the note that shows a problem into a sample claim: a case file with a single case.

use std::collections::BTreeMap;

use toml_edit::{Array, DocumentMut, InlineTable, Item, Table, Value};

use super::{CaseFile, Suite};
use crate::diagram::Diagram;
use crate::facts::WrittenAnswer;
use crate::message::Message;
use crate::proof::Problem;
use crate::rules::RuleSet;
use crate::space::Example;

/// Returns a case file for the notes that together show a problem. If the rules decide the notes, the case expects what
/// they decide today; otherwise it expects nothing yet.
pub fn case_for_problem(
    set: &RuleSet,
    diagram: Option<&Diagram>,
    problem: &Problem,
    examples: &[Example],
) -> Result<String, Message> {
    let bare = |next: &str, expects: bool| {
        let text = problem.message.text.lines().collect::<Vec<_>>().join(" ");
        written(problem, examples, &format!("# Made by `actbill check`: {text}.\n# {next}\n"), expects)
    };
    let undecided = || bare("The rules do not decide it yet: say what is expected, in an `expect` table.", false);
    let Some(diagram) = diagram else { return Ok(undecided()) };
    let text = bare("What is expected is what is decided today: put it right where that is wrong.", true);
    let file = CaseFile { name: "found.cases.toml".into(), bytes: text.into_bytes() };
    let Ok(suite) = Suite::read(set, vec![file], true) else { return Ok(undecided()) };
    let blessed = suite.bless(&suite.run(set, diagram))?;
    let whole = blessed.into_iter().next().and_then(|file| String::from_utf8(file.bytes).ok());
    Ok(whole.unwrap_or_else(undecided))
}

fn written(problem: &Problem, examples: &[Example], comment: &str, expects: bool) -> String {
    let mut case = Table::new();
    let title = [&[problem.message.code.to_string()], problem.about.as_slice()].concat().join(" ");
    case.insert("title", Value::from(title).into());
    let settings: BTreeMap<&String, &WrittenAnswer> = examples.iter().flat_map(|example| &example.settings).collect();
    if !settings.is_empty() {
        case.insert("settings", inline(settings.into_iter()).into());
    }
    let note = |example: &Example| inline(example.note.iter().map(|(name, word)| (name, word)));
    let expect = || Value::InlineTable(InlineTable::new());
    if let [example] = examples {
        case.insert("note", note(example).into());
        if expects {
            case.insert("expect", expect().into());
        }
    } else {
        let mut notes = Array::new();
        for example in examples {
            let mut note = note(example);
            if expects {
                note.insert("expect", expect());
            }
            notes.push(note);
        }
        case.insert("notes", Value::Array(notes).into());
    }
    case.decor_mut().set_prefix(comment);
    let mut cases = toml_edit::ArrayOfTables::new();
    cases.push(case);
    let mut document = DocumentMut::new();
    document.insert("case", Item::ArrayOfTables(cases));
    document.to_string()
}

fn inline<'w>(words: impl Iterator<Item = (&'w String, &'w WrittenAnswer)>) -> InlineTable {
    let mut table = InlineTable::new();
    for (name, word) in words {
        let value = match word {
            WrittenAnswer::Number(number) => Value::from(*number),
            WrittenAnswer::Text(text) => Value::from(text),
        };
        table.insert(name, value);
    }
    table
}
