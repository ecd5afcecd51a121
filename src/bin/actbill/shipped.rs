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
    "care-advice.cases.toml",
    "care-beside.cases.toml",
    "care-codes.cases.toml",
    "care-defects.cases.toml",
    "care-edges.cases.toml",
    "care-invariants.toml",
    "care-months.cases.toml",
    "care-services.toml",
    "care-settings.toml",
    "care-together.cases.toml",
    "care-vocabulary.toml",
    "case-management.cases.toml",
    "case-management.toml",
    "catalogue.cases.toml",
    "catalogue.toml",
    "chronic-care.cases.toml",
    "chronic-care.toml",
    "clinics.cases.toml",
    "clinics.toml",
    "collaborative-care.cases.toml",
    "collaborative-care.toml",
    "coverage.cases.toml",
    "coverage.toml",
    "edges.cases.toml",
    "edits.cases.toml",
    "edits.toml",
    "health-homes.cases.toml",
    "health-homes.toml",
    "holidays.cases.toml",
    "holidays.toml",
    "house.cases.toml",
    "house.toml",
    "institutions.cases.toml",
    "institutions.toml",
    "integration.cases.toml",
    "integration.toml",
    "invariants.toml",
    "labels.cases.toml",
    "labels.toml",
    "note.schema.json",
    "payment-models.cases.toml",
    "payment-models.toml",
    "presumptions.cases.toml",
    "presumptions.toml",
    "psychiatric-services.cases.toml",
    "psychiatric-services.toml",
    "retired-codes.cases.toml",
    "retired-codes.toml",
    "rules.schema.json",
    "services.cases.toml",
    "services.toml",
    "settings.toml",
    "sources.toml",
    "statements.toml",
    "transitional-care.cases.toml",
    "transitional-care.toml",
    "vocabulary.toml",
    "waiver-employment.cases.toml",
    "waiver-employment.toml",
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
