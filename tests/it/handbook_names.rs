//! Every name has its page, and the note on a rule's page shows that rule.

use actbill::handbook::name::{Page, code_page, page_text, pages};
use actbill::message::Code;
use actbill::read::Format;
use actbill::rules::RuleFile;
use actbill::run::Ready;
use actbill::table::Screen;
use insta::assert_snapshot;

use crate::shared::{ready, ready_with, run, shipped};

const SCREEN: Screen = Screen { width: 80, colors: false };

fn page(ready: &Ready, name: &str) -> Page {
    let mut found = pages(ready, name).unwrap_or_else(|message| panic!("{message}"));
    assert_eq!(found.len(), 1, "{name}");
    found.remove(0)
}

#[test]
fn the_note_on_a_rules_page_shows_the_rule() {
    let ready = ready();
    for rule in &ready.set.rules {
        let Page::Rule(page) = page(ready, &rule.id) else { panic!("{}", rule.id) };
        let shown = page.example.unwrap_or_else(|| panic!("{} decides nothing", rule.id));
        let settings: Vec<(String, String)> =
            shown.settings.iter().map(|(name, value)| (name.clone(), value.text())).collect();
        let settings: Vec<(&str, &str)> =
            settings.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let rows =
            run(&ready_with(&settings, &[]), &[("n", Format::Json, shown.note.json().as_bytes())], false).unwrap().rows;
        let row = &rows[0];
        let named = row.rules.contains(&rule.id) || row.findings.iter().any(|finding| finding.code == rule.id);
        assert!(named, "{}: {row:?}", rule.id);
        assert_eq!(row.because.as_ref(), Some(&shown.because));
        assert_eq!(page.rule.basis.cites.len(), rule.basis.cites.len());
        assert!(page.rule.place.starts_with("rules/"), "{}", page.rule.place);
    }
}

#[test]
fn every_name_has_a_page() {
    let ready = ready();
    let set = &ready.set;
    let facts = set.vocabulary.facts().map(|(_, fact)| &fact.name);
    let others = set.services.iter().map(|service| &service.name).chain(set.payers.iter().map(|payer| &payer.name));
    for name in facts.chain(others).chain(set.sources.iter().map(|source| &source.name)) {
        let told = page_text(&[page(ready, name)], SCREEN);
        assert!(told.starts_with(&format!("{name} (")), "{told}");
    }
    for code in Code::ALL {
        let told = page_text(&[code_page(code.as_str()).unwrap()], SCREEN);
        assert!(told.starts_with(&format!("{code}\n")) && !told.contains("```"), "{told}");
        assert!(matches!(page(ready, code.as_str()), Page::Code(_)));
    }
}

#[test]
fn an_answer_tells_which_rules_come_and_go_with_it() {
    let ready = ready();
    for setting in &ready.set.settings {
        let name = &ready.set.vocabulary.fact(setting.fact).name;
        let Page::Setting(page) = page(ready, name) else { panic!("{name}") };
        let asking = ready.set.rules.iter().filter(|rule| rule.condition.tests().any(|test| test.fact == setting.fact));
        let told: Vec<&String> = page
            .answers
            .iter()
            .flat_map(|answer| answer.only.iter().chain(&answer.more))
            .map(|rule| &rule.id)
            .collect();
        assert!(asking.clone().all(|rule| told.contains(&&rule.id)), "{name}: {told:?}");
        assert!(asking.count() > 0 || page.does.is_some(), "{name}");
    }
}

#[test]
fn a_rule_answers_to_its_former_id_and_a_misspelt_name_to_the_nearest() {
    let text = "[[advise]]\nid = \"our.new\"\nformerly = [\"our.old-name\"]\ntitle = \"a look\"\nwhen.activity = \"other\"\nbasis = \"house\"\n";
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: text.into(), own: true });
    let ready = Ready::new(files, &[], &[]).unwrap();
    let Page::Rule(former) = page(&ready, "our.old-name") else { panic!() };
    assert_eq!((former.rule.id.as_str(), former.rule.place.as_str()), ("our.new", "agency.toml:2"));
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
    for invariant in &ready.set.invariants {
        let Page::Invariant(page) = page(ready, &invariant.id) else { panic!("{}", invariant.id) };
        assert!(page.holds && !page.always.is_empty() && page.place.starts_with("rules/"), "{page:?}");
    }
    for code in ["H2023", "H2023HK", "h2023 hk", "H2023-HK"] {
        let Page::Service(page) = page(ready, code) else { panic!("{code}") };
        assert_eq!(page.name, "vocational_act", "{code}");
    }
    let broken = "[[invariant]]\nid = \"x\"\ntitle = \"T\"\nwhen.activity = \"job_coaching\"\nalways.status = \"held\"\nbasis = \"house\"\n";
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: broken.into(), own: true });
    let ready = Ready::new(files, &[], &[]).unwrap();
    let Page::Invariant(found) = page(&ready, "x") else { panic!() };
    assert!(!found.holds);
    assert!(page_text(&[Page::Invariant(found)], SCREEN).contains("does not hold"));
}

#[test]
fn of_pages() {
    let ready = ready();
    for name in [
        "act.job-coaching",
        "institutions.not-mo-healthnet",
        "house.transport-with-another-purpose",
        "remote_job_coaching",
        "part_quarter_hour",
        "client_present",
        "act_team",
        "mo_healthnet",
        "services-catalog",
    ] {
        assert_snapshot!(format!("page_{name}"), page_text(&pages(ready, name).unwrap(), SCREEN));
    }
}
