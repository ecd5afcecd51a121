//! The rule folder, embedded in the program. Only the binary embeds it, so editing a rule does not rebuild the library.

use actbill::rules::RuleFile;
use actbill::run::is_rule_file;

/// Embeds the names and texts of files in `rules/`.
macro_rules! embed {
    ($($name:literal,)+) => { &[$(($name, include_str!(concat!("../../../rules/", $name))),)+] };
}

/// Every file of the folder. A test compares the list with the folder, so no new file can be forgotten here.
pub(crate) const FILES: &[(&str, &str)] = embed![
    "README.md",
    "act-vocational.cases.toml",
    "act-vocational.toml",
    "catalogue.cases.toml",
    "catalogue.toml",
    "edges.cases.toml",
    "house.cases.toml",
    "house.toml",
    "institutions.cases.toml",
    "institutions.toml",
    "invariants.toml",
    "presumptions.cases.toml",
    "presumptions.toml",
    "services.cases.toml",
    "services.toml",
    "settings.toml",
    "sources.toml",
    "vocabulary.toml",
    "waivers.toml",
];

/// Returns the shipped rule files.
pub(crate) fn rule_files() -> Vec<RuleFile> {
    files(is_rule_file)
}

/// Returns the sample claim files that ship with the rules.
pub(crate) fn case_files() -> Vec<RuleFile> {
    files(|name| name.ends_with(".cases.toml"))
}

fn files(wanted: impl Fn(&str) -> bool) -> Vec<RuleFile> {
    let wanted = FILES.iter().filter(|(name, _)| wanted(name));
    wanted.map(|(name, text)| RuleFile { name: format!("rules/{name}"), text: (*text).into(), own: false }).collect()
}
