//! Every name has its page, and the note on a rule's page demonstrates that rule.

use actbill::handbook::{Content, Entry, code_page, page_text, pages};
use actbill::message::Code;
use actbill::read::Format;
use actbill::report::FIELD_MEANINGS;
use actbill::rules::{Effect, RuleFile};
use actbill::run::Ready;
use actbill::table::Screen;
use insta::assert_snapshot;
use serde_json::{Value, json};

use crate::shared::{ready, ready_with, run, shipped};

const SCREEN: Screen = Screen { width: 80, colors: false };

fn page(ready: &Ready, name: &str) -> Entry {
    let mut found = pages(ready, name).unwrap_or_else(|message| panic!("{message}"));
    let found_count = found.len();
    // An edit has the name of the code of its findings, and both have pages.
    found.retain(|entry| found_count == 1 || entry.page != "edit");
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

/// Returns a page as JSON.
fn json_page(ready: &Ready, name: &str) -> Value {
    serde_json::to_value(page(ready, name)).unwrap()
}

#[test]
fn the_note_on_a_rules_page_shows_the_rule() {
    let ready = ready();
    for rule in ready.set.rules.iter() {
        let page = page(ready, &rule.id);
        let example = page.fields.iter().find_map(|field| match &field.content {
            Content::Example(example) => Some(example),
            _ => None,
        });
        let example = example.unwrap_or_else(|| panic!("{} decides nothing", rule.id));
        let settings: Vec<(&str, String)> =
            example.settings.iter().map(|(name, value)| (name.as_str(), value.text())).collect();
        let settings: Vec<(&str, &str)> = settings.iter().map(|(name, value)| (*name, value.as_str())).collect();
        let note = example.note.json();
        let answered = ready_with(&settings, &[]);
        let ran = run(&answered, &[("n", Format::Json, note.as_bytes())], false).unwrap();
        let row = ran.report.rows().next().unwrap();
        // A service that does not stand alone earns nothing here, whatever rule offers it.
        if row.rules.iter().any(|id| ready.set.pairs.iter().any(|pair| pair.id == *id)) {
            continue;
        }
        let is_label = |label: &Option<String>| label.as_ref().is_some_and(|label| row.labels.contains(label));
        let named = row.rules.contains(&rule.id)
            || row.findings.iter().any(|finding| finding.code == rule.id)
            || matches!(&rule.effect, Effect::Advise { label } if is_label(label));
        assert!(named, "{}: {row:?}", rule.id);
        assert_eq!(row.because.as_ref(), Some(&example.because));
        let page = json_page(ready, &rule.id);
        assert_eq!(page["cites"].as_array().unwrap().len(), rule.basis.cites.len());
        assert!(page["place"].as_str().unwrap().starts_with("rules/"), "{page}");
    }
}

#[test]
fn every_name_has_a_page() {
    let ready = ready();
    let set = &ready.set;
    let facts = set.vocabulary.facts().map(|(_, fact)| &fact.name);
    let others = set.services.iter().map(|service| &service.name).chain(set.payers.iter().map(|payer| &payer.name));
    let blocks = set.counts.iter().map(|count| &count.id).chain(set.pairs.iter().map(|pair| &pair.id));
    let blocks = blocks.chain(set.shadows.iter().map(|shadow| &shadow.id));
    let blocks = blocks.chain(set.holidays.iter().map(|holiday| &holiday.name));
    let blocks = blocks.chain(set.statements.iter().map(|statement| &statement.id));
    for name in facts.chain(others).chain(set.sources.iter().map(|source| &source.name)).chain(blocks) {
        let text = page_text(&[page(ready, name)], SCREEN);
        assert!(text.starts_with(&format!("{name} (")), "{text}");
    }
    for code in Code::ALL {
        let text = page_text(&[code_page(code.as_str()).unwrap()], SCREEN);
        assert!(text.starts_with(&format!("{code}\n")) && !text.contains("```"), "{text}");
        assert_eq!(page(ready, code.as_str()).page, "code");
    }
}

#[test]
fn labels_and_fields_of_rows_have_pages() {
    let ready = ready();
    for label in ready.set.rules.iter().filter_map(|rule| match &rule.effect {
        Effect::Advise { label } => label.as_ref(),
        _ => None,
    }) {
        assert!(pages(ready, label).unwrap().iter().any(|page| page.page == "label"), "{label}");
    }
    for (field, _) in FIELD_MEANINGS {
        let found = pages(ready, field).unwrap();
        assert!(found.iter().any(|page| ["field", "fact"].contains(&page.page)), "{field}");
    }
    let help = |name: &str| pages(ready, name).unwrap_err().help.unwrap();
    assert_eq!(help("count.chronic-car"), "did you mean `count.chronic-care`?");
    assert_eq!(help("thanksgivin"), "did you mean `thanksgiving`?");
    assert_eq!(help("bundled_in"), "did you mean `bundled_into`?");
}

#[test]
fn a_settings_page_names_the_rules_that_each_answer_lets_apply() {
    let ready = ready();
    for setting in ready.set.settings.iter() {
        let name = &ready.set.vocabulary.fact(setting.fact).name;
        let page = json_page(ready, name);
        let answers = page["answers"].to_string();
        let asking = ready.set.rules.iter().filter(|rule| rule.condition.tests().any(|test| test.fact == setting.fact));
        assert!(asking.clone().all(|rule| answers.contains(&format!("`{}`", rule.id))), "{name}: {answers}");
        let shadows =
            ready.set.shadows.iter().filter(|shadow| shadow.when.iter().any(|test| test.fact == setting.fact));
        assert!(shadows.clone().all(|shadow| answers.contains(&format!("`{}`", shadow.id))), "{name}: {answers}");
        assert!(asking.count() + shadows.count() > 0 || page["does"].is_string(), "{name}");
    }
}

#[test]
fn a_rule_answers_to_its_former_id_and_a_misspelt_name_to_the_nearest() {
    let text = "[[advise]]\nid = \"our.new\"\nformerly = [\"our.old-name\"]\ntitle = \"a look\"\nwhen.activity = \"other\"\nbasis = \"house\"\n";
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: text.into(), own: true });
    let ready = Ready::new(files, &[], &[]).unwrap();
    let former = json_page(&ready, "our.old-name");
    assert_eq!((&former["id"], &former["place"]), (&json!("our.new"), &json!("agency.toml:2")));
    let help = |name: &str| pages(&ready, name).unwrap_err().help.unwrap();
    assert_eq!(help("our.old-nane"), "did you mean `our.old-name`?");
    assert_eq!(help("act.job-coachin"), "did you mean `act.job-coaching`?");
    assert_eq!(help("part_quater_hour"), "did you mean `part_quarter_hour`?");
    assert_eq!(help("mising-field"), "did you mean `missing-field`?");
    assert_eq!(help("eligibilty"), "did you mean `eligibility`?");
    assert!(!help("knitting").contains("did you mean"));
}

#[test]
fn a_promise_has_a_page_and_a_billing_code_is_its_service() {
    let ready = ready();
    for invariant in ready.set.invariants.iter() {
        let page = json_page(ready, &invariant.id);
        let promises = page["always"].is_array() || page["these"].is_array();
        assert!(page["holds"] == true && promises && page["place"].is_string(), "{page}");
    }
    for code in ["H2023", "H2023HK", "h2023 hk", "H2023-HK"] {
        assert_eq!(page(ready, code).name, "vocational_act", "{code}");
    }
    let broken = "[[invariant]]\nid = \"x\"\ntitle = \"T\"\nwhen.activity = \"job_coaching\"\nalways.status = \"held\"\nbasis = \"house\"\n";
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: broken.into(), own: true });
    let ready = Ready::new(files, &[], &[]).unwrap();
    assert_eq!(json_page(&ready, "x")["holds"], false);
    assert!(page_text(&[page(&ready, "x")], SCREEN).contains("does not hold"));
}

#[test]
fn pages_as_text() {
    let ready = ready();
    for name in [
        "act.job-coaching",
        "institutions.not-mo-healthnet",
        "house.transport-with-another-purpose",
        "remote_job_coaching",
        "part_quarter_hour",
        "contact",
        "act_team",
        "mo_healthnet",
        "services-catalog",
        "count.chronic-care-further",
        "pair.chronic-care-and-a-visit",
        "shadow.per-member",
        "thanksgiving",
        "S2-26",
        "S2-140",
        "care_management",
        "discharge_date",
        "chronic_care",
        "counted",
    ] {
        assert_snapshot!(format!("page_{name}"), page_text(&pages(ready, name).unwrap(), SCREEN));
    }
}
