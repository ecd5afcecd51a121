//! Where the rules that meet are too many to be listed, notes are decided and rules proved all the same.

use std::collections::BTreeSet;
use std::fmt::Write;

use actbill::diagram::{Cell, compile, compile_unlisted};
use actbill::proof::paths;
use actbill::rules::{Outcome, RuleFile, RuleId, RuleSet};
use proptest::prelude::*;
use serde_json::Value;

use crate::binary::Folder;
use crate::plan::plan;
use crate::shared::ready;

/// Both ways come to the same graph, and find the same rules for cells of which some are open.
fn alike(set: &RuleSet, picks: &[Vec<(bool, u16)>]) {
    let (listed, unlisted) = (compile(set).unwrap(), compile_unlisted(set).unwrap());
    assert!(listed.listed().is_some() && unlisted.listed().is_none());
    let all = |decisions| {
        let mut all = Vec::new();
        paths(decisions, &mut |region, outcome: Outcome| {
            all.push((region.clone(), outcome));
            true
        });
        all
    };
    assert_eq!(all(&listed.decisions), all(&unlisted.decisions));
    assert_eq!(listed.decisions.nodes.len(), unlisted.decisions.nodes.len());
    for picks in picks {
        let axes = listed.decisions.axes.iter().zip(picks);
        let cells: Vec<Cell> =
            axes.map(|(axis, (told, pick))| told.then(|| pick % u16::try_from(axis.cells).unwrap())).collect();
        let met = |atlas: &actbill::diagram::Atlas| -> BTreeSet<Vec<RuleId>> {
            atlas.meet(&cells).unwrap().into_iter().map(std::borrow::Cow::into_owned).collect()
        };
        assert_eq!(met(&listed), met(&unlisted));
        assert_eq!(listed.apply(&cells), unlisted.apply(&cells));
    }
}

fn picks() -> impl Strategy<Value = Vec<Vec<(bool, u16)>>> {
    prop::collection::vec(prop::collection::vec((prop::bool::weighted(0.7), any::<u16>()), 40), 6)
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(250))]

    #[test]
    fn random_rule_sets_come_to_the_same(plan in plan(), picks in picks()) {
        let file = RuleFile { name: "random.toml".into(), text: plan.written(), own: false };
        alike(&RuleSet::load(vec![file]).unwrap(), &picks);
    }
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(20))]

    #[test]
    fn the_shipped_rules_come_to_the_same(picks in picks()) {
        alike(&ready().set, &picks);
    }
}

/// Facts that each have an exclude of their own: any of so many can apply together.
const FACTS: usize = 22;

/// A set of which the rules that meet cannot be listed.
fn many() -> String {
    let mut text = "[payer.p]\ntitle = \"P\"\n[payer.q]\ntitle = \"Q\"\n[service.s]\ntitle = \"S\"\ncode = \"X\"\nunit = \"day\"\n\
        [fact.activity]\nask = \"?\"\nvalues = [\"work\", \"other\"]\n[fact.staff_role]\nask = \"?\"\nvalues = [\"nurse\"]\n\
        [[offer]]\nid = \"offer\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"work\"\nservice = \"s\"\npayers = [\"p\", \"q\"]\n\
        [[hold]]\nid = \"hold\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"other\"\nwhen.staff_role = \"nurse\"\n\
        [[invariant]]\nid = \"inv\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.f0 = \"yes\"\nalways.not.payer = \"p\"\n"
        .to_owned();
    for fact in 0..FACTS {
        writeln!(
            text,
            "[fact.f{fact}]\nask = \"?\"\nvalues = [\"no\", \"yes\"]\n[[exclude]]\nid = \"x{fact}\"\ntitle = \"T\"\n\
             basis = \"house\"\nwhen.f{fact} = \"yes\"\npayers = [\"{}\"]",
            ["p", "q"][usize::from(fact == 1)]
        )
        .unwrap();
    }
    text
}

fn folder() -> Folder {
    let folder = Folder::new().with("rules.toml", many());
    std::fs::create_dir(folder.path("rules")).unwrap();
    std::fs::rename(folder.path("rules.toml"), folder.path("rules/rules.toml")).unwrap();
    folder
}

fn rows(folder: &Folder, notes: &str) -> Vec<Value> {
    std::fs::write(folder.path("notes.json"), notes).unwrap();
    let ended = folder.run(&["classify", "notes.json", "--rules", "rules", "--format", "ndjson"]);
    assert_eq!(ended.status, 0, "{ended:?}");
    ended.stdout.lines().map(|row| serde_json::from_str(row).unwrap()).collect()
}

#[test]
fn such_a_set_is_proved_and_says_what_was_not_looked_for() {
    let ended = folder().run(&["check", "--rules", "rules", "--stats"]);
    assert_eq!(ended.status, 0, "{ended:?}");
    assert!(ended.stdout.starts_with("proved: every combination of facts"), "{ended:?}");
    assert!(ended.stdout.contains("8,388,608 combinations"), "2^22 answers by two activities: {ended:?}");
    assert!(ended.stdout.contains("promises: 1 of 1 hold"), "{ended:?}");
    assert!(ended.stdout.contains("too many to be listed: dead-rule, always-struck, idle-override"), "{ended:?}");
    let ended = folder().run(&["check", "--rules", "rules", "--format", "json", "--stats"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    assert_eq!(report["not_looked_for"].as_array().unwrap().len(), 3);
    assert!(
        report["stats"].get("meetings").is_none() && report["stats"]["nodes"].as_u64().unwrap() < 100,
        "{}",
        report["stats"]
    );
}

#[test]
fn notes_are_decided_with_their_reasons() {
    let note = |id: &str, more: &str| {
        let mut facts = String::new();
        for fact in 2..FACTS {
            write!(facts, ",\"f{fact}\":\"{}\"", if fact % 5 == 0 { "yes" } else { "no" }).unwrap();
        }
        format!(
            "{{\"id\":\"{id}\",\"client\":\"c\",\"date\":\"2026-03-02\",\"minutes\":30,\"activity\":\"work\",\"staff_role\":\"nurse\"{more}{facts}}}"
        )
    };
    let folder = folder();
    let notes = [
        note("n-1", ",\"f0\":\"yes\",\"f1\":\"no\""),
        note("n-2", ",\"f0\":\"no\",\"f1\":\"yes\""),
        note("n-3", ",\"f0\":\"no\""),
    ];
    let rows = rows(&folder, &format!("[{}]", notes.join(",")));
    assert_eq!(rows[0]["payer"], "q");
    assert_eq!(rows[0]["rules"], serde_json::json!(["offer", "x0", "x10", "x15", "x20", "x5"]));
    assert_eq!(rows[1]["payer"], "non_billable");
    assert_eq!((&rows[2]["status"], &rows[2]["missing"]), (&"held".into(), &serde_json::json!(["f1"])));
    let told = folder.run(&["explain", "notes.json", "--note", "n-2", "--rules", "rules"]);
    assert!(told.status == 0 && told.stdout.contains("x5"), "{told:?}");
    // Everything left open: any of four million sets of rules may meet, and none of them need be looked at.
    let open = "{\"id\":\"n-4\",\"client\":\"c\",\"date\":\"2026-03-02\",\"minutes\":30,\"activity\":\"work\",\"staff_role\":\"nurse\"}";
    assert_eq!(self::rows(&folder, open)[0]["missing"].as_array().unwrap().len(), FACTS);
}

#[test]
fn what_needs_the_list_says_so() {
    let folder = folder().with("rules/a.cases.toml", "[[case]]\ntitle = \"t\"\nnote = { activity = \"other\", staff_role = \"nurse\" }\nexpect = { status = \"held\" }\n");
    for args in [&["rules", "table"][..], &["rules", "doc"], &["test", "--mutants"]] {
        let ended = folder.run(&[args, &["--rules", "rules"]].concat());
        assert!(ended.status == 2 && ended.stderr.contains("error[not-listed]"), "{args:?}: {ended:?}");
    }
    let page = folder.run(&["explain", "x5", "--rules", "rules"]);
    assert!(page.status == 0 && page.stdout.contains("was not looked for"), "{page:?}");
    assert_eq!(folder.run(&["test", "--rules", "rules"]).status, 0);
}

#[test]
fn a_conflict_is_found_with_its_pair() {
    let other = "[service.t]\ntitle = \"S\"\ncode = \"Y\"\nunit = \"day\"\n[[offer]]\nid = \"another\"\ntitle = \"T\"\nbasis = \"house\"\n\
                 when.activity = \"work\"\nwhen.f7 = \"yes\"\nservice = \"t\"\npayers = [\"q\"]\n";
    let folder = folder().with("rules/other.toml", other);
    let ended = folder.run(&["check", "--rules", "rules", "--format", "json"]);
    assert_eq!(ended.status, 3, "{ended:?}");
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let found = report["problems"].as_array().unwrap().iter().find(|one| one["code"] == "conflict").unwrap();
    assert_eq!(found["about"], serde_json::json!(["another", "offer"]));
    assert_eq!((&found["note"]["f7"], &found["note"]["f1"]), (&"yes".into(), &"no".into()), "{found}");
}

/// As many pairs that tie as there are activities: each is told with its own notes, up to what is told of one kind.
#[test]
fn each_pair_that_ties_is_told() {
    let other = |activity: &str, n: usize| {
        format!(
            "[service.t{n}]\ntitle = \"S\"\ncode = \"Y{n}\"\nunit = \"day\"\n[[offer]]\nid = \"another.{n}\"\ntitle = \"T\"\nbasis = \"house\"\n\
             when.activity = \"{activity}\"\nwhen.f{n} = \"yes\"\nservice = \"t{n}\"\npayers = [\"q\"]\n"
        )
    };
    let folder = folder().with("rules/other.toml", [other("work", 7), other("work", 8)].concat());
    let ended = folder.run(&["check", "--rules", "rules", "--format", "json"]);
    let report: Value = serde_json::from_str(&ended.stdout).unwrap();
    let conflicts = report["problems"].as_array().unwrap().iter().filter(|one| one["code"] == "conflict");
    let about: BTreeSet<String> = conflicts.map(|one| one["about"].to_string()).collect();
    // The third pair ties only where one of the other two ties as well.
    assert!(about.contains("[\"another.7\",\"offer\"]") && about.contains("[\"another.8\",\"offer\"]"), "{about:?}");
}

/// However much a note of such a set leaves open, only what can decide it is named.
#[test]
fn a_note_that_leaves_everything_open_names_what_decided() {
    let folder = folder().with("rules/more.toml", "[[strike]]\nid = \"of-other\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"other\"\npayers = [\"p\"]\n");
    let held = "{\"id\":\"n-1\",\"client\":\"c\",\"date\":\"2026-03-02\",\"minutes\":30,\"activity\":\"other\",\"staff_role\":\"nurse\"}";
    let row = &rows(&folder, held)[0];
    assert_eq!((&row["status"], &row["rules"]), (&"held".into(), &serde_json::json!(["hold"])), "{row}");
    let nobody = held.replace("\"other\"", "\"work\",\"f0\":\"yes\",\"f1\":\"yes\"");
    let row = &rows(&folder, &nobody)[0];
    assert_eq!((&row["status"], &row["rules"]), (&"non_billable".into(), &serde_json::json!(["x0", "x1"])), "{row}");
}

/// Many terms over few facts: what is looked at is counted, so that this ends.
#[test]
fn crossed_conditions_end() {
    let mut text = many().split("[fact.f0]").next().unwrap().split("[[invariant]]").next().unwrap().to_owned();
    let (across, down) = (14, 18);
    for fact in 0..across {
        writeln!(text, "[fact.a{fact}]\nvalues = [\"no\", \"yes\"]").unwrap();
    }
    for fact in 0..down {
        writeln!(text, "[fact.d{fact}]\nvalues = [\"no\", \"yes\"]").unwrap();
    }
    for rule in 0..across * 8 {
        let (a, d) = (rule % across, (rule * 5 + rule / across) % down);
        writeln!(
            text,
            "[[exclude]]\nid = \"x{rule}\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.a{a} = \"yes\"\nwhen.d{d} = \"yes\"\npayers = [\"p\"]"
        )
        .unwrap();
    }
    let set = RuleSet::load(vec![RuleFile { name: "crossed.toml".into(), text, own: false }]).unwrap();
    let atlas = compile(&set).unwrap();
    assert!(atlas.listed().is_none() && atlas.decisions.nodes.len() < 100_000);
}
