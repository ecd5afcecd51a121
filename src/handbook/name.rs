//! The page for a name, or the nearest known name if there is none.

use super::entries::entries;
use super::entry::{Content, Entry, ExampleView, Field};
use crate::message::{About, Code, Message};
use crate::nearest::nearest;
use crate::proof::{Problem, broken_promises};
use crate::read::Format;
use crate::rules::{Effect, RuleId, RuleSet};
use crate::run::{Batch, Input, Ready, Strictness, read};
use crate::space::{Example, Region, Space};
use crate::table::{Screen, WrappedText};
use crate::words;

/// Width of a label in columns, including the padding.
const LABEL: usize = 14;

/// Returns the page of a message code, which needs no rules.
pub fn code_page(name: &str) -> Option<Entry> {
    let code = Code::find(name)?;
    let about = match code.about() {
        About::Record => "record",
        About::File => "file",
        About::Run => "run",
        About::Usage => "usage",
        About::Rules => "rules",
        About::Proof => "proof",
        About::Finding => "finding",
    };
    let mut entry = Entry::new("code", code.as_str(), about);
    entry.add("text", "", Content::Verbatim(code.page().to_owned()));
    Some(entry)
}

/// Returns all pages for a name. A rule can also be found by a former id, and a service by its procedure code.
pub fn pages(ready: &Ready, name: &str) -> Result<Vec<Entry>, Message> {
    let all = entries(&ready.set);
    let find = |fits: &dyn Fn(&Entry) -> bool| all.iter().filter(|entry| fits(entry)).cloned().collect::<Vec<_>>();
    let mut pages: Vec<Entry> = code_page(name).into_iter().collect();
    pages.extend(find(&|entry| entry.name == name || entry.other_names.iter().any(|other| other == name)));
    if pages.is_empty() {
        // Ignore case and any separators between a code and its modifiers.
        let plain = |code: &str| code.chars().filter(|c| c.is_alphanumeric()).collect::<String>().to_lowercase();
        let is_code = |entry: &Entry| entry.other_names.iter().any(|other| plain(other) == plain(name));
        pages = find(&|entry| entry.page == "service" && is_code(entry));
    }
    if pages.is_empty() {
        return Err(unknown(&all, name));
    }
    for page in &mut pages {
        add_proof(ready, page);
    }
    Ok(pages)
}

fn unknown(entries: &[Entry], name: &str) -> Message {
    let known = entries.iter().flat_map(|entry| std::iter::once(&entry.name).chain(&entry.other_names));
    let known = known.map(String::as_str).chain(Code::ALL.iter().map(|code| code.as_str()));
    let help = nearest(name, known).map(|near| format!("did you mean `{near}`?"));
    let lists = || "`actbill rules` lists the rules, `actbill rules --settings` the settings".into();
    let text = format!("no block of the rules, no field of a row and no code is called `{name}`, and no file");
    Message::error(Code::Usage, text).help(help.unwrap_or_else(lists))
}

/// Adds information from the graphs: the smallest note that a rule decides, or whether a promise holds.
fn add_proof(ready: &Ready, page: &mut Entry) {
    match page.page {
        "rule" => {
            let id = ready.set.rules().find(|(_, rule)| rule.id == page.name).map(|(id, _)| id);
            match id.and_then(|id| smallest_note(ready, id)) {
                Some(note) => {
                    let because = because(ready, &note).unwrap_or_default();
                    let example = ExampleView { settings: note.settings.clone(), note, because };
                    page.add("example", "Smallest note", Content::Example(example));
                }
                None => page.text("", "Smallest note", "there is none in which it decides"),
            }
        }
        "invariant" => add_holds(page, &broken_promises(&ready.set, &ready.diagram)),
        _ => {}
    }
}

/// Adds whether a promise holds to its page.
pub(super) fn add_holds(page: &mut Entry, broken: &[Problem]) {
    let holds = !broken.iter().any(|problem| problem.about.contains(&page.name));
    page.data("holds", holds);
    let proof = if holds {
        "proved for every note that can be written, under every answer to every setting"
    } else {
        "does not hold: `actbill check` shows a note that breaks it"
    };
    page.text("", "Proof", proof);
}

/// Returns the smallest note for which a rule is a reason or, for an advise rule, to which it applies.
fn smallest_note(Ready { set, diagram, .. }: &Ready, id: RuleId) -> Option<Example> {
    let is_advice = matches!(set.rule(id).effect, Effect::Advise { .. });
    let found = (0..diagram.len()).filter_map(|position| {
        let graph = diagram.graph(set, position)?;
        let root = if is_advice { graph.rules.condition(id) } else { graph.reasons.get(&id).copied()? };
        let space = Space::new(set, diagram, graph);
        Some((space.nearest(root, &Region::full(&space))?.cost, root, graph, space))
    });
    let (_, root, graph, space) = found.min_by_key(|(cost, ..)| *cost)?;
    space.example(root, graph.rules.outcome, &Region::full(&space)).map(|(note, _)| note)
}

/// Returns the explanation of a note's decision, under the settings that it needs.
fn because(Ready { set, diagram, .. }: &Ready, note: &Example) -> Option<String> {
    let mut answered: RuleSet = set.clone();
    for (name, value) in &note.settings {
        answered.answer(name, &value.text()).ok()?;
    }
    let json = note.json();
    let mut batch = Batch::new(&answered, diagram, Strictness::default(), &[]);
    let input = Input::new("", Some(Format::Json), json.as_bytes());
    read(&answered, input, &mut |record| drop(batch.add(0, "", record, &mut |_| {}))).ok()?;
    let batch = batch.finish(&mut |_| {});
    // Alone in its day or month, a note may earn nothing; the page is about the rule.
    Some(batch.note(0)?.evaluation().because.clone())
}

/// Renders pages one below the other, as text.
pub fn page_text(pages: &[Entry], screen: Screen) -> String {
    let mut paper = WrappedText::new(screen);
    for page in pages {
        paper.gap();
        match page.fields.as_slice() {
            [Field { content: Content::Verbatim(text), .. }] if page.page == "code" => code_text(&mut paper, text),
            _ => entry_text(&mut paper, page),
        }
    }
    paper.finish()
}

/// Writes labels on the left and contents next to them.
fn entry_text(paper: &mut WrappedText, page: &Entry) {
    paper.styled(&format!("{} ({})", page.name, page.kind), "1");
    paper.line(2, &words::capital(&page.title));
    paper.gap();
    for Field { label, content, .. } in page.fields.iter().filter(|field| !field.label.is_empty()) {
        let mut mark = format!("{label:LABEL$}");
        let verbatim = match content {
            Content::Verbatim(text) => text.clone(),
            Content::Example(example) => example.note.describe(),
            _ => String::new(),
        };
        if !verbatim.is_empty() {
            paper.line(2, label);
            verbatim.lines().for_each(|line| paper.verbatim(4, line));
            mark = " ".repeat(LABEL);
        }
        for line in lines(content) {
            paper.item(2, &mark, &line);
            mark = " ".repeat(LABEL);
        }
    }
    if let Some(Content::Text(place)) =
        page.fields.iter().find(|field| field.key == "place").map(|field| &field.content)
    {
        paper.item(2, &format!("{:LABEL$}", "Written in"), place);
    }
}

/// Returns the content of a field as lines.
fn lines(content: &Content) -> Vec<String> {
    match content {
        Content::Text(text) => vec![text.clone()],
        Content::List(list) => list.clone(),
        Content::Links(links) => {
            links.iter().map(|link| format!("{} ({}): {}", link.id, link.kind, link.title)).collect()
        }
        Content::Basis(basis) => basis.lines(),
        Content::Rates(rates) => rates
            .iter()
            .flat_map(|rate| {
                let own = format!("${} for one unit, {}", rate.amount, rate.dates());
                std::iter::once(own).chain(rate.basis.lines())
            })
            .collect(),
        Content::Example(example) => vec![example.because.clone()],
        Content::Verbatim(_) | Content::Data(_) => Vec::new(),
    }
}

/// Writes Markdown for a terminal: prose is wrapped, code blocks are not.
fn code_text(paper: &mut WrappedText, text: &str) {
    let mut copied = false;
    for line in text.lines() {
        match line.strip_prefix("```") {
            Some(info) => {
                copied = !copied;
                if let Some(file) = info.split_whitespace().nth(1).filter(|_| copied) {
                    paper.line(2, &format!("{file}:"));
                }
            }
            None if copied => paper.verbatim(4, line),
            None if line.is_empty() => paper.gap(),
            None => match line.strip_prefix("# ") {
                Some(title) => paper.styled(title, "1"),
                None => paper.line(0, &line.replace("**", "")),
            },
        }
    }
}
