//! The handbook shows the rules that decide: as sentences, as lists, as the decision table and as the page.

use actbill::effective::Effective;
use actbill::handbook::{Form, rules, settings};
use actbill::message::Code;
use actbill::rules::{RuleSet, ValueSet};
use actbill::run::Ready;
use actbill::table::Screen;
use actbill::words;
use serde_json::Value;

use crate::binary::Folder;
use crate::shared::{agency, problems_with, ready, rule_folder};

/// Returns the conditions of a shipped rule and its effect, in words.
fn in_words(id: &str) -> (Vec<String>, String) {
    let set = &ready().set;
    let rule = set.rules.iter().find(|rule| rule.id == id).unwrap();
    (words::condition(set, &rule.condition), words::effect(set, rule))
}

#[test]
fn rules_read_as_sentences() {
    let (when, does) = in_words("act.job-coaching");
    assert_eq!(
        when,
        ["`activity` is `job_coaching`", "`staff_role` is `vocational_specialist`", "`csw_qualified` is `yes`"]
    );
    assert_eq!(does, "offers Vocational services - ACT (H2023 HK) to the Department of Mental Health");
    let (when, does) = in_words("institutions.team-rate-not-department");
    assert_eq!(
        when,
        [
            "the setting `department_pays_in_institutions` is `no`",
            "either `residence` is `custody`, or `residence` is `imd` and `age` is below 65",
        ]
    );
    let rate = "Assertive Community Treatment team rate (H0040)";
    assert_eq!(does, format!("the Department of Mental Health cannot be billed for {rate}"));
    let (when, does) = in_words("institutions.other-public-funding");
    assert_eq!(when, ["`other_funding` is not `none`"]);
    assert_eq!(does, "MO HealthNet and the Department of Mental Health cannot be billed");
    let (_, does) = in_words("act.job-finding-without-plan");
    assert_eq!(does, format!("MO HealthNet and the Department of Mental Health do not pay for this work as {rate}"));
}

fn list(write: impl Fn(&RuleSet, &mut Vec<u8>) -> std::io::Result<()>) -> String {
    let mut out = Vec::new();
    write(&ready().set, &mut out).unwrap();
    String::from_utf8(out).unwrap()
}

#[test]
fn the_list_shows_every_rule_in_every_format() {
    let set = &ready().set;
    let counted = set.counts.iter().map(|count| count.id.as_str()).chain(set.pairs.iter().map(|pair| pair.id.as_str()));
    let counted = counted.chain(set.edits.iter().map(|edit| edit.id.as_str()));
    let counted = counted.chain(set.shadows.iter().map(|shadow| shadow.id.as_str()));
    let all: Vec<&str> = set.rules.iter().map(|rule| rule.id.as_str()).chain(counted).collect();
    let json: Value = serde_json::from_str(&list(|set, out| rules(set, Form::Json, out))).unwrap();
    let ids: Vec<&str> = json.as_array().unwrap().iter().map(|rule| rule["id"].as_str().unwrap()).collect();
    assert_eq!(ids, all);
    let coaching = json.as_array().unwrap().iter().find(|rule| rule["id"] == "act.job-coaching-not-observed").unwrap();
    assert_eq!(
        (&coaching["house"], &coaching["sources"]),
        (&Value::Bool(true), &serde_json::json!(["act-vocational"]))
    );
    assert_eq!(coaching["cites"][0]["quote"], "observation of a client in a work setting");
    assert!(coaching["place"].as_str().unwrap().starts_with("rules/act-vocational.toml:"), "{coaching}");

    let csv = list(|set, out| rules(set, Form::Csv, out));
    let mut sheet = csv::Reader::from_reader(csv.as_bytes());
    let ids: Vec<String> = sheet.records().map(|record| record.unwrap()[0].to_owned()).collect();
    assert_eq!(ids, all);
    let markdown = list(|set, out| rules(set, Form::Markdown, out));
    let text = list(|set, out| rules(set, Form::Text(Screen { width: 200, colors: false }), out));
    for rule in set.rules.iter() {
        assert!(markdown.contains(&format!("\n| {} | {} | ", rule.id, rule.kind())), "{}", rule.id);
        let line = text.lines().find(|line| line.starts_with(&format!("{} ", rule.id))).unwrap();
        let always = rule.effective == Effective::default();
        assert!(line.contains(rule.kind()) && line.ends_with("always") == always, "{line}");
    }
    let house = set.rules.iter().filter(|rule| rule.basis.house).count();
    assert!(text.contains(&format!("{} rules, {house} of them house rules", set.rules.len())), "{text}");
}

#[test]
fn settings_show_their_question_and_who_answered() {
    let entries = |ready: &Ready| {
        let mut out = Vec::new();
        settings(&ready.set, Form::Json, &mut out).unwrap();
        serde_json::from_slice::<Vec<Value>>(&out).unwrap()
    };
    let find = |entries: Vec<Value>| entries.into_iter().find(|entry| entry["setting"] == "part_quarter_hour").unwrap();
    let default = find(entries(ready()));
    assert_eq!((&default["answer"], &default["by"]), (&Value::from(15), &Value::from("default")));
    assert_eq!(default["may_be"], "a whole number from 1 to 15");
    let file = find(entries(&agency("[answer]\npart_quarter_hour = 8\n", &[])));
    assert_eq!((&file["answer"], &file["by"], &file["default"]), (&8.into(), &"rule file".into(), &15.into()));
    let line = find(entries(&agency("", &[("part_quarter_hour", "1")])));
    assert_eq!((&line["answer"], &line["by"]), (&1.into(), &"command line".into()));
}

#[test]
fn dates_and_negations_read_well() {
    let set = &ready().set;
    let answers = |name: &str, within: &[u16]| {
        let fact = set.vocabulary.find(name).unwrap();
        words::answers(set, fact, &ValueSet::of_values(set.vocabulary.fact(fact), within))
    };
    assert_eq!(answers("residence", &[1, 2]), "`imd` or `custody`");
    assert_eq!(answers("residence", &[0, 3, 4]), "`community`, `nursing_facility` or `inpatient`");
    assert_eq!(answers("residence", &[0, 1, 3, 4]), "not `custody`");
    assert_eq!(answers("staff_role", &[0, 1, 2, 3, 4, 5, 6]), "none of `other_act_staff` or `outside_act`");
    assert_eq!(answers("symptom_link", &[0]), "`yes`");
    assert_eq!(answers("symptom_link", &[0, 1]), "anything");
    let ages = |ranges: &[(i64, i64)]| {
        words::answers(set, set.vocabulary.find("age").unwrap(), &ValueSet::Ranges(ranges.to_vec()))
    };
    assert_eq!(ages(&[(0, 65)]), "below 65");
    assert_eq!(ages(&[(65, 151)]), "65 or more");
    assert_eq!(ages(&[(0, 22), (30, 31), (40, 65)]), "below 22, 30 or 40 to 64");
    let day = |text| actbill::effective::parse_date(text);
    let dates = |from, through| words::dates(Effective { from, through });
    assert_eq!(dates(None, None), "on every date");
    assert_eq!(dates(None, day("2026-06-30")), "through 2026-06-30");
    assert_eq!(dates(day("2026-01-01"), day("2026-06-30")), "from 2026-01-01 through 2026-06-30");
}

#[test]
fn a_place_that_the_source_does_not_have_is_a_problem() {
    let rule = |at: &str| {
        format!(
            "[[advise]]\nid = \"x.a\"\ntitle = \"x\"\nwhen.activity = \"other\"\n\
             cite = [{{ source = \"act-vocational\", at = \"{at}\", quote = \"in general\" }}]\n"
        )
    };
    assert_eq!(problems_with("x.toml", &rule("second bullet")), []);
    let near = problems_with("x.toml", &rule("second bulet"));
    assert_eq!(near.len(), 1);
    assert_eq!(near[0].code, Code::UnknownName);
    assert_eq!(near[0].help.as_deref(), Some("did you mean `second bullet`?"));
    let far = problems_with("x.toml", &rule("somewhere else entirely"));
    assert!(far[0].help.as_ref().unwrap().contains("add it to the `places`"), "{far:?}");
    let twice = "[source.x]\ntitle = \"X\"\ndated = \"undated\"\nunchecked = \"no\"\nplaces = [\"a\", \"a\"]\n";
    assert_eq!(problems_with("x.toml", twice)[0].code, Code::RepeatedName);
}

#[test]
fn the_page_is_written_checked_and_found_stale() {
    let folder = Folder::new().with("own.toml", "[answer]\npool = \"day\"\n");
    let ran = folder.run(&["rules", "doc", "-o", "rules.html"]);
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    assert_eq!(folder.run(&["rules", "doc"]).stdout, folder.read("rules.html"));
    let ran = folder.run(&["rules", "doc", "--check", "rules.html"]);
    assert_eq!((ran.status, ran.stdout.as_str(), ran.stderr.as_str()), (0, "", ""));
    let ran =
        folder.run(&["rules", "doc", "--check", "rules.html", "--with", "own.toml", "--set", "part_quarter_hour=8"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (1, ""));
    let help = "actbill rules doc --with own.toml --set part_quarter_hour=8 -o rules.html";
    assert!(ran.stderr.starts_with("error[stale-page]: `rules.html`") && ran.stderr.contains(help), "{}", ran.stderr);
    assert_eq!(folder.run(&["rules", "doc", "--check", "none.html"]).status, 2);
    assert_eq!(folder.run(&["rules", "doc", "--check", "a", "-o", "b"]).status, 2);
    let folder = folder.with("bad.toml", "[[offer]]\n");
    for command in [&["rules"][..], &["rules", "list"], &["rules", "table"], &["rules", "doc"]] {
        assert_eq!(folder.run(&[command, &["--with", "bad.toml"]].concat()).status, 3, "{command:?}");
    }
}

#[test]
fn what_is_exported_decides_the_same() {
    let folder = Folder::new();
    let ran = folder.run(&["rules", "export", "own/rules"]);
    assert_eq!((ran.status, ran.stderr.as_str()), (0, ""));
    assert!(ran.stdout.contains("actbill check --rules own/rules"), "{}", ran.stdout);
    let mut written: Vec<String> = std::fs::read_dir(folder.path("own/rules"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().to_string_lossy().into_owned())
        .collect();
    let mut shipped: Vec<String> = rule_folder().into_iter().map(|file| file.name).collect();
    written.sort();
    shipped.sort();
    assert_eq!(written, shipped);
    for file in rule_folder() {
        assert_eq!(folder.read(&format!("own/rules/{}", file.name)), file.text);
    }
    let own = folder.run(&["rules", "doc", "--rules", "own/rules"]).stdout;
    assert!(own.contains(&ready().set.fingerprint));
    assert_eq!(own, folder.run(&["rules", "doc"]).stdout);
}

#[test]
fn an_export_overwrites_nothing_unasked() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("own")).unwrap();
    let folder = folder.with("own/house.toml", "# mine\n");
    let ran = folder.run(&["rules", "export", "own"]);
    assert_eq!((ran.status, ran.stdout.as_str()), (2, ""));
    assert!(ran.stderr.contains("own/house.toml` exists already"), "{}", ran.stderr);
    assert_eq!(std::fs::read_dir(folder.path("own")).unwrap().count(), 1);
    assert_eq!(folder.read("own/house.toml"), "# mine\n");
    assert_eq!(folder.run(&["rules", "export", "own", "--force"]).status, 0);
    assert_ne!(folder.read("own/house.toml"), "# mine\n");

    std::fs::create_dir(folder.path("more")).unwrap();
    let folder = folder.with("more/agency.toml", "[answer]\npool = \"day\"\n");
    let ran = folder.run(&["rules", "export", "more"]);
    assert!(ran.status == 2 && ran.stderr.contains("holds a rule file already, `agency.toml`"), "{}", ran.stderr);
    let ran = folder.run(&["rules", "export", "more", "--force"]);
    assert_eq!(ran.status, 0);
    assert!(ran.stderr.starts_with("warning[usage]") && ran.stderr.contains("agency.toml"), "{}", ran.stderr);

    let folder = folder.with("file", "");
    let ran = folder.run(&["rules", "export", "file"]);
    assert_eq!((ran.status, folder.read("file").as_str()), (2, ""));
}
