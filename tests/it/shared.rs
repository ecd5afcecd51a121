//! Helpers shared by the tests: the shipped rules, ready to decide, and runs without files.

use std::sync::LazyLock;

use actbill::cores::Threads;
use actbill::effective::parse_date;
use actbill::message::Message;
use actbill::read::{Format, Reading};
use actbill::report::{Report, Row, RowFormat};
use actbill::rules::RuleFile;
use actbill::run::{Input, Options, Ready, classify, is_rule_file};

/// Reads the files of the rule folder from disk, by name.
pub(crate) fn rule_folder() -> Vec<RuleFile> {
    read_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/rules"))
}

fn read_folder(folder: &str) -> Vec<RuleFile> {
    let paths = std::fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path());
    let file = |path: std::path::PathBuf| RuleFile {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        text: std::fs::read_to_string(path).unwrap(),
        own: false,
    };
    let mut files: Vec<RuleFile> = paths.map(file).collect();
    files.sort_by(|left, right| left.name.cmp(&right.name));
    files
}

fn in_rules(wanted: impl Fn(&str) -> bool) -> Vec<RuleFile> {
    let files = rule_folder().into_iter().filter(|file| wanted(&file.name));
    files.map(|file| RuleFile { name: format!("rules/{}", file.name), ..file }).collect()
}

/// Returns the shipped rule files.
pub(crate) fn shipped() -> Vec<RuleFile> {
    in_rules(is_rule_file)
}

/// Returns the sample claim files that ship with the rules.
pub(crate) fn shipped_cases() -> Vec<RuleFile> {
    in_rules(|name| name.ends_with(".cases.toml"))
}

/// Returns the rules as they were before the second document, from `tests/rules-2026-11`.
pub(crate) fn released_rules() -> Vec<RuleFile> {
    read_folder(concat!(env!("CARGO_MANIFEST_DIR"), "/tests/rules-2026-11"))
}

/// Returns the sample claims of these rules.
pub(crate) fn act_cases() -> Vec<RuleFile> {
    let of = ["act-vocational", "catalogue", "edges", "house", "institutions", "presumptions", "services"];
    in_rules(|name| name.strip_suffix(".cases.toml").is_some_and(|name| of.contains(&name)))
}

/// Returns the shipped rules, ready to decide.
pub(crate) fn ready() -> &'static Ready {
    static READY: LazyLock<Ready> = LazyLock::new(|| ready_with(&[], &[]));
    &READY
}

/// Returns the shipped rules with these settings and presumptions.
pub(crate) fn ready_with(set: &[(&str, &str)], presume: &[(&str, &str)]) -> Ready {
    let owned =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    Ready::released(shipped(), &owned(set), &owned(presume)).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

/// Returns the shipped rules with an agency's file and these settings.
pub(crate) fn agency(text: &str, set: &[(&str, &str)]) -> Ready {
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".to_owned(), text: text.to_owned(), own: true });
    let set: Vec<_> = set.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
    Ready::released(files, &set, &[]).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

/// Returns an agency file that replaces the fact `activity` by itself with one more value.
pub(crate) fn with_new_activity() -> String {
    let vocabulary = &ready().set.vocabulary;
    let fact = vocabulary.fact(vocabulary.find("activity").unwrap());
    let groups = fact.groups.iter().map(|(name, values)| {
        let values: Vec<_> = values.iter().map(|value| fact.value_name(*value).unwrap()).collect();
        format!("{name} = {values:?}\n")
    });
    let (values, groups) = ([fact.values(), &["benefits_counseling".into()]].concat(), groups.collect::<String>());
    format!("[fact.activity]\nreplaces = true\nvalues = {values:?}\n[fact.activity.groups]\n{groups}")
}

/// Returns the problems of the shipped rules with one more file, which is the user's own.
pub(crate) fn problems_with(name: &str, text: &str) -> Vec<Message> {
    let mut files = shipped();
    files.push(RuleFile { name: name.to_owned(), text: text.to_owned(), own: true });
    Ready::released(files, &[], &[]).err().unwrap_or_default()
}

/// Formats messages as they are printed.
pub(crate) fn told(messages: &[Message]) -> String {
    messages.iter().map(ToString::to_string).collect::<Vec<_>>().join("\n")
}

/// The result of a run and its messages.
pub(crate) struct Ran<'r> {
    pub(crate) report: Report<'r>,
    pub(crate) rows: Vec<Row>,
    pub(crate) said: Vec<Message>,
}

/// Classifies texts as one batch.
pub(crate) fn run<'r>(ready: &'r Ready, inputs: &[(&str, Format, &[u8])], strict: bool) -> Result<Ran<'r>, Message> {
    let inputs = inputs.iter().map(|(name, format, bytes)| Input::new(*name, Some(*format), *bytes));
    let as_of = parse_date("2026-04-01").unwrap();
    // These inputs are too small for a second thread.
    let reading = Reading::on(Threads::ONE);
    let options = Options { strictness: strict.into(), reading, ..Options::new(as_of) };
    let mut said = Vec::new();
    let (report, _) = classify(ready, inputs.collect(), &options, &mut |message| said.push(message))?;
    Ok(Ran { rows: report.rows().collect(), report, said })
}

/// Returns the rows of one text under the shipped rules.
pub(crate) fn rows(format: Format, text: &str) -> Vec<Row> {
    run(ready(), &[("notes", format, text.as_bytes())], false).unwrap().rows
}

/// Returns the rows as NDJSON, for comparison.
pub(crate) fn ndjson(report: &Report<'_>) -> String {
    let mut out = Vec::new();
    report.write(RowFormat::Ndjson, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

/// Returns the complete JSON document.
pub(crate) fn document(report: &Report<'_>) -> serde_json::Value {
    let mut out = Vec::new();
    report.write(RowFormat::Json, &mut out).unwrap();
    serde_json::from_slice(&out).unwrap()
}
