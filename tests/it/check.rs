//! Runs `actbill check` on rule sets broken on purpose: what is found, where, and with which note.

use std::fs;
use std::process::{Command, Output};

use serde_json::Value;
use tempfile::TempDir;

use crate::shared::with_new_activity;

/// An agency file, the code of the problem it causes, and the text of the rule file where the problem is reported.
struct Broken {
    story: &'static str,
    agency: &'static str,
    code: &'static str,
    at: &'static str,
    exit: i32,
}

const HOUSE: &str = "basis = \"house\"\n";

/// Runs the program in a folder with an agency file.
fn check(folder: &TempDir, agency: &str, more: &[&str]) -> Output {
    fs::write(folder.path().join("agency.toml"), agency).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    command.current_dir(folder.path()).args(["check", "--with", "agency.toml"]).args(more).output().unwrap()
}

fn json(output: &Output) -> Value {
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Returns the problems with this code.
fn problems(report: &Value, code: &str) -> Vec<Value> {
    report["problems"].as_array().unwrap().iter().filter(|problem| problem["code"] == code).cloned().collect()
}

/// Classifies the note of a problem with the settings it needs, and returns its row.
fn row(folder: &TempDir, problem: &Value) -> Value {
    let note = folder.path().join("note.json");
    fs::write(&note, problem["note"].to_string()).unwrap();
    let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
    command.current_dir(folder.path()).args(["classify", "note.json", "--with", "agency.toml", "--format", "ndjson"]);
    for (name, value) in problem["settings"].as_object().into_iter().flatten() {
        let value = value.as_str().map_or_else(|| value.to_string(), str::to_owned);
        command.args(["--set", &format!("{name}={value}")]);
    }
    let output = command.output().unwrap();
    serde_json::from_slice(&output.stdout).unwrap_or_else(|_| panic!("{}", String::from_utf8_lossy(&output.stderr)))
}

/// Stands for the activities of the shipped rules and one more.
const NEW_ACTIVITY: &str = "[fact.activity]";

fn broken_sets() -> Vec<Broken> {
    let mut all = idle_rules();
    all.extend(unused_names());
    all
}

fn broken(story: &'static str, agency: &'static str, code: &'static str, at: &'static str, exit: i32) -> Broken {
    Broken { story, agency, code, at, exit }
}

fn idle_rules() -> Vec<Broken> {
    vec![
        broken("a new activity that no rule covers", NEW_ACTIVITY, "gap", "activity", 3),
        broken(
            "a second offer for job coaching",
            "[[offer]]\nid = \"x.coach\"\ntitle = \"coaching as team work\"\nwhen.activity = \"job_coaching\"\nservice = \"act_team\"\npayers = [\"department\"]\nbasis = \"house\"\n",
            "conflict",
            "id = ",
            3,
        ),
        broken(
            "a strike of nothing that is offered",
            "[[strike]]\nid = \"x.idle\"\ntitle = \"crews are no team work\"\nwhen.activity = \"work_crew_supervision\"\nservices = [\"act_team\"]\npayers = [\"department\"]\nbasis = \"house\"\n",
            "dead-rule",
            "id = \"x.idle\"",
            1,
        ),
        broken(
            "an offer to a payer that another rule always takes away",
            "[[offer]]\nid = \"x.medicaid-coach\"\ntitle = \"coaching to Medicaid\"\nwhen.activity = \"job_coaching\"\nservice = \"vocational_act\"\npayers = [\"mo_healthnet\"]\nbasis = \"house\"\n",
            "always-struck",
            "id = \"x.medicaid-coach\"",
            1,
        ),
        broken(
            "an override between work that never meets",
            "[[offer]]\nid = \"x.phone\"\ntitle = \"crew by phone\"\nwhen.activity = \"work_crew_supervision\"\nwhen.contact = \"phone\"\nservice = \"vocational_act\"\npayers = [\"department\"]\noverrides = [\"act.job-coaching\"]\nbasis = \"house\"\n",
            "idle-override",
            "id = \"x.phone\"",
            1,
        ),
        broken(
            "a promise that is not kept",
            "[[invariant]]\nid = \"x.inv\"\ntitle = \"the Department never pays\"\nalways.not.payer = \"department\"\nbasis = \"house\"\n",
            "invariant-fails",
            "id = \"x.inv\"",
            1,
        ),
        broken(
            "a promise that a setting breaks",
            "[[invariant]]\nid = \"x.inv\"\ntitle = \"crews are never billed\"\nwhen.activity = \"work_crew_supervision\"\nalways.not.status = \"billable\"\nbasis = \"house\"\n",
            "invariant-fails",
            "id = \"x.inv\"",
            1,
        ),
    ]
}

fn unused_names() -> Vec<Broken> {
    vec![
        broken("a fact that nothing asks", "[fact.weather]\nvalues = [\"wet\", \"dry\"]\n", "unused", "weather", 1),
        broken(
            "a setting that nothing asks",
            "[setting.x]\nask = \"?\"\nvalues = [\"a\", \"b\"]\ndefault = \"a\"\n",
            "unused",
            "setting.x",
            1,
        ),
        broken(
            "a source that nothing cites",
            "[source.x]\ntitle = \"X\"\ndated = \"undated\"\nunchecked = \"no\"\n",
            "unused",
            "source.x",
            1,
        ),
        broken("a payer without an offer", "[payer.x]\ntitle = \"X\"\n", "unused", "payer.x", 1),
        broken(
            "a service that no rule offers",
            "[service.x]\ntitle = \"X\"\ncode = \"X1\"\nunit = \"day\"\n",
            "unused",
            "service.x",
            1,
        ),
    ]
}

#[test]
fn what_is_broken_on_purpose_is_found_at_its_place() {
    for Broken { story, agency, code, at, exit } in broken_sets() {
        let folder = TempDir::new().unwrap();
        let agency = &if agency == NEW_ACTIVITY { with_new_activity() } else { agency.to_owned() };
        let output = check(&folder, agency, &["--format", "json"]);
        let report = json(&output);
        let found = problems(&report, code);
        assert_eq!(output.status.code(), Some(exit), "{story}: {report:#}");
        let own = |problem: &&Value| problem["file"] == "agency.toml" || code == "conflict";
        let Some(problem) = found.iter().find(own) else { panic!("{story}: {report:#}") };
        let line = usize::try_from(problem["line"].as_u64().unwrap()).unwrap();
        assert!(
            problem["file"] != "agency.toml" || agency.lines().nth(line - 1).unwrap().contains(at),
            "{story}: {problem:#}"
        );
        // The same is said to a person, with the note.
        let told = check(&folder, agency, &[]);
        let said = String::from_utf8(told.stderr).unwrap();
        assert!(said.contains(&format!("[{code}]")), "{story}: {said}");
        assert_eq!(
            said.contains("\n  note: {"),
            report["problems"].as_array().unwrap().iter().any(|p| p["note"].is_object()),
            "{story}: {said}"
        );
    }
}

#[test]
fn the_note_of_a_broken_promise_is_decided_as_the_promise_forbids() {
    let promises = [
        ("always.not.payer = \"department\"", "payer", "department"),
        ("when.activity = \"work_crew_supervision\"\nalways.not.status = \"billable\"", "status", "billable"),
        ("when.service = \"act_team\"\nalways.not.staff_role = [\"nurse\", \"prescriber\"]", "service", "act_team"),
        (
            "when.age.at_least = 65\nwhen.residence = \"imd\"\nalways.not.payer = \"mo_healthnet\"",
            "payer",
            "mo_healthnet",
        ),
        ("when.minutes.at_least = 600\nalways.not.status = \"billable\"", "status", "billable"),
    ];
    for (promise, field, value) in promises {
        let folder = TempDir::new().unwrap();
        let agency = format!("[[invariant]]\nid = \"x.inv\"\ntitle = \"T\"\n{HOUSE}{promise}\n");
        let found = problems(&json(&check(&folder, &agency, &["--format", "json"])), "invariant-fails");
        let row = row(&folder, &found[0]);
        assert_eq!(row[field], value, "{promise}: {:#} gives {row:#}", found[0]);
    }
}

#[test]
fn a_dead_rule_s_note_is_decided_without_it() {
    let folder = TempDir::new().unwrap();
    let agency = "[[strike]]\nid = \"x.dead\"\ntitle = \"T\"\nwhen.activity = \"work_crew_supervision\"\nservices = [\"act_team\"]\npayers = [\"department\"]\nbasis = \"house\"\n";
    let report = json(&check(&folder, agency, &["--format", "json"]));
    let found = problems(&report, "dead-rule");
    assert_eq!(found[0]["note"]["activity"], "work_crew_supervision");
    let rules = row(&folder, &found[0])["rules"].clone();
    assert!(!rules.as_array().unwrap().is_empty() && !rules.as_array().unwrap().contains(&"x.dead".into()), "{rules}");
}

#[test]
fn notes_are_saved_as_sample_claims_with_the_settings_they_need() {
    let folder = TempDir::new().unwrap();
    let agency = "[[invariant]]\nid = \"x.a\"\ntitle = \"T\"\nbasis = \"house\"\nalways.not.payer = \"department\"\n\
                  [[invariant]]\nid = \"x.b\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"transport\"\nalways.not.payer = \"department\"\n";
    check(&folder, agency, &["--write", "claims"]);
    let mut names: Vec<String> = fs::read_dir(folder.path().join("claims"))
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .collect();
    names.sort();
    let all = [
        "01-invariant-fails.cases.toml",
        "01-invariant-fails.json",
        "02-invariant-fails.cases.toml",
        "02-invariant-fails.json",
    ];
    assert_eq!(names, all);
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
        command.current_dir(folder.path()).args(args).output().unwrap()
    };
    // All of them make one batch, and the settings come from the message.
    let setting = "transport_as_vocational_act=yes";
    let notes = [
        "classify",
        "claims/01-invariant-fails.json",
        "claims/02-invariant-fails.json",
        "--format",
        "ndjson",
        "--set",
        setting,
    ];
    let rows = String::from_utf8(run(&notes).stdout).unwrap();
    assert_eq!(rows.lines().count(), 2);
    assert!(rows.lines().all(|row| serde_json::from_str::<Value>(row).unwrap()["payer"] == "department"), "{rows}");
    // As sample claims they say what is decided today, settings included.
    let passed = run(&["test", "claims"]);
    assert_eq!(passed.status.code(), Some(0), "{}", String::from_utf8_lossy(&passed.stdout));
    let claim = fs::read_to_string(folder.path().join("claims/02-invariant-fails.cases.toml")).unwrap();
    assert!(
        claim.contains("transport_as_vocational_act = \"yes\"") && claim.contains("payer = \"department\""),
        "{claim}"
    );
    // They lie beside the agency's rules without becoming rules.
    assert_eq!(run(&["check", "--rules", "claims"]).status.code(), Some(3), "a folder of claims holds no rule file");
}

#[test]
fn a_note_that_nothing_decides_is_saved_without_an_expectation() {
    let folder = TempDir::new().unwrap();
    let agency = "[[hold]]\nid = \"house.other-activity\"\nreplaces = true\ntitle = \"T\"\nwhen.activity = \"other\"\nwhen.contact = \"phone\"\nbasis = \"house\"\n";
    let output = check(&folder, agency, &["--write", "claims"]);
    assert_eq!(output.status.code(), Some(3));
    let claim = fs::read_to_string(folder.path().join("claims/01-gap.cases.toml")).unwrap();
    assert!(claim.contains("say what is expected") && !claim.contains("expect = "), "{claim}");
}

/// A gap caused by the agency's file is reported at the agency's rule and does not hide other problems.
#[test]
fn a_gap_hides_no_other_problem() {
    let folder = TempDir::new().unwrap();
    let agency = "[[hold]]\nid = \"house.other-activity\"\nreplaces = true\ntitle = \"T\"\nwhen.activity = \"other\"\nwhen.contact = \"phone\"\nbasis = \"house\"\n\
                  [fact.unasked]\nask = \"?\"\nvalues = [\"yes\", \"no\"]\n\
                  [[strike]]\nid = \"x.dead\"\ntitle = \"T\"\nwhen.activity = \"transport\"\npayers = [\"mo_healthnet\"]\nservices = [\"vocational_act\"]\nbasis = \"house\"\n\
                  [[invariant]]\nid = \"x.false\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"job_coaching\"\nalways.not.payer = \"department\"\n\
                  [[rate]]\nservice = \"act_team\"\namount = \"1.00\"\nfrom = \"2026-01-01\"\nthrough = \"2026-06-30\"\nbasis = \"house\"\n";
    let output = check(&folder, agency, &["--format", "json", "--horizon", "60", "--as-of", "2026-06-01", "--stats"]);
    assert_eq!(output.status.code(), Some(3));
    let report = json(&output);
    let told: Vec<&str> =
        report["problems"].as_array().unwrap().iter().map(|one| one["code"].as_str().unwrap()).collect();
    assert_eq!(told, ["gap", "unused", "dead-rule", "invariant-fails", "rate-ends", "invariant-fails"]);
    let gap = &problems(&report, "gap")[0];
    assert_eq!((gap["file"].as_str(), gap["line"].as_u64()), (Some("agency.toml"), Some(2)), "{gap}");
    assert!(gap["help"].as_str().unwrap().contains("`house.other-activity`"), "{gap}");
    assert!(report["stats"]["nodes"].is_u64() && !report["house_rules"].as_array().unwrap().is_empty());
    assert!(report.get("proved").is_none() && report.get("certificate").is_none());
}

/// If an agency's rule breaks a shipped promise, the problem is reported at that rule.
#[test]
fn a_promise_is_broken_by_the_rules_that_decide() {
    let folder = TempDir::new().unwrap();
    let agency = "[[offer]]\nid = \"x.all\"\ntitle = \"T\"\nwhen.activity = \"job_coaching\"\nwhen.staff_role = \"nurse\"\nwhen.contact = \"in_person\"\nwhen.client_present = \"yes\"\nservice = \"vocational_act\"\npayers = [\"department\"]\nbasis = \"house\"\n";
    let report = json(&check(&folder, agency, &["--format", "json"]));
    let found = problems(&report, "invariant-fails");
    let staff = found.iter().find(|one| one["about"][0] == "inv.h2023hk-staff").unwrap();
    assert_eq!((staff["file"].as_str(), staff["line"].as_u64()), (Some("agency.toml"), Some(2)), "{staff}");
    assert!(staff["text"].as_str().unwrap().ends_with("decided by `x.all`"), "{staff}");
}

#[test]
fn what_is_no_rule_file_is_no_rule_set() {
    let folder = TempDir::new().unwrap();
    fs::write(folder.path().join("latin.toml"), b"[answer]\npool = \"d\xe9\"\n").unwrap();
    fs::create_dir(folder.path().join("empty")).unwrap();
    for wrong in [["--with", "latin.toml"], ["--rules", "empty"]] {
        assert_eq!(check(&folder, "", &wrong).status.code(), Some(3), "{wrong:?}");
    }
}

#[test]
fn a_rate_that_ends_is_seen_before_it_does() {
    let folder = TempDir::new().unwrap();
    let rate = |from: &str, through: &str| {
        format!("[[rate]]\nservice = \"act_team\"\namount = \"1.00\"\nfrom = \"{from}\"\n{through}{HOUSE}")
    };
    let ends = "through = \"2026-06-30\"\n";
    let found = |agency: &str, days: &str| {
        let output = check(&folder, agency, &["--format", "json", "--horizon", days, "--as-of", "2026-06-01"]);
        (problems(&json(&output), "rate-ends").len(), output.status.code())
    };
    assert_eq!(found(&rate("2026-01-01", ends), "29"), (1, Some(1)));
    assert_eq!(found(&rate("2026-01-01", ends), "28"), (0, Some(0)));
    assert_eq!(found(&rate("2026-01-01", ""), "9999"), (0, Some(0)));
    assert_eq!(found(&(rate("2026-01-01", ends) + &rate("2026-07-01", "")), "90"), (0, Some(0)));
    assert_eq!(found(&(rate("2026-01-01", ends) + &rate("2026-07-02", "")), "90"), (1, Some(1)));
    // One that is over already and has no successor is no less of a problem.
    assert_eq!(found(&rate("2025-01-01", "through = \"2025-12-31\"\n"), "1"), (1, Some(1)));
    // A later rate that stands in front of the end takes its place.
    assert_eq!(found(&(rate("2026-01-01", ends) + &rate("2026-03-01", "")), "90"), (0, Some(0)));
}

#[test]
fn the_shipped_rules_pass_and_usage_errors_are_no_verdict() {
    let folder = TempDir::new().unwrap();
    let output = check(&folder, "", &[]);
    assert_eq!(output.status.code(), Some(0), "{}", String::from_utf8_lossy(&output.stderr));
    let told = String::from_utf8(output.stdout).unwrap();
    assert!(told.starts_with("proved: every combination of facts on every service date has exactly one outcome: "));
    assert!(told.ends_with("no problems\n"));
    for wrong in [["--set", "nothing=1"], ["--sources", "not-there"], ["--rules", "not-there"]] {
        assert_eq!(check(&folder, "", &wrong).status.code(), Some(2), "{wrong:?}");
    }
}

#[test]
fn citations_are_held_against_the_texts_both_ways() {
    let folder = TempDir::new().unwrap();
    let text = "A must be blue. B is free.\n\nC may be billed: C twice, C twice.";
    let sha256 = actbill::digest::sha256(text.as_bytes());
    let sources = folder.path().join("sources");
    fs::create_dir(&sources).unwrap();
    fs::write(sources.join("x.txt"), text).unwrap();
    let agency = |sha256: &str, quote: &str, waiver: &str| {
        format!(
            "[source.x]\ntitle = \"X\"\ndated = \"undated\"\nsha256 = \"{sha256}\"\n{waiver}\
             [[hold]]\nid = \"x\"\ntitle = \"T\"\nwhen.activity = \"other\"\nwhen.contact = \"phone\"\n\
             cite = [{{ source = \"x\", at = \"here\", quote = \"{quote}\" }}]\n"
        )
    };
    let found = |agency: &str| {
        let report = json(&check(&folder, agency, &["--format", "json", "--sources", "sources"]));
        // The shipped sources are not in this folder.
        let own = report["problems"].as_array().unwrap().iter().filter(|problem| problem["file"] == "agency.toml");
        own.map(|problem| problem["code"].as_str().unwrap().to_owned()).collect::<Vec<_>>()
    };
    let waiver = "[[waiver]]\nsource = \"x\"\nquote = \"C may be billed\"\nwhy = \"tested\"\n";
    assert_eq!(found(&agency(&sha256, "must be blue", waiver)), Vec::<String>::new());
    assert_eq!(found(&agency(&sha256, "must be blue", "")), ["uncited-sentence"]);
    assert_eq!(found(&agency(&sha256, "B is free", waiver)), ["uncited-sentence"]);
    assert_eq!(found(&agency(&sha256, "must be blue twice", waiver)), ["uncited-sentence", "quote-not-once"]);
    assert_eq!(found(&agency(&sha256, "C twice", waiver)), ["uncited-sentence", "quote-not-once"]);
    assert_eq!(found(&agency(&sha256, "C may be billed", waiver)), ["uncited-sentence", "unused"]);
    assert_eq!(found(&agency(&"0".repeat(64), "must be blue", waiver)), ["source-changed"]);
}

/// A saved claim that somebody has corrected is not overwritten.
#[test]
fn a_claim_that_somebody_edited_is_left_as_it_is() {
    let folder = TempDir::new().unwrap();
    let agency = "[[strike]]\nid = \"x.dead\"\ntitle = \"T\"\nwhen.activity = \"work_crew_supervision\"\nservices = [\"act_team\"]\npayers = [\"department\"]\nbasis = \"house\"\n";
    check(&folder, agency, &["--write", "claims"]);
    let claim = folder.path().join("claims/01-dead-rule.cases.toml");
    let edited = fs::read_to_string(&claim).unwrap() + "# looked at\n";
    fs::write(&claim, &edited).unwrap();
    let again = check(&folder, agency, &["--write", "claims"]);
    assert_eq!((again.status.code(), fs::read_to_string(&claim).unwrap()), (Some(1), edited));
    assert!(String::from_utf8_lossy(&again.stderr).contains("exists already and is left as it is"));
}

/// A rule that can never apply is not the nearest rule to any note.
#[test]
fn a_gap_is_not_laid_at_a_rule_that_never_applies() {
    let folder = TempDir::new().unwrap();
    let agency = "[fact.contact]\nreplaces = true\nask = \"?\"\nlever = \"never\"\nvalues = [\"in_person\", \"video\", \"phone\", \"collateral\"]\n\
                  [[hold]]\nid = \"house.other-activity\"\nreplaces = true\ntitle = \"T\"\nwhen.activity = \"other\"\nwhen.contact = \"phone\"\nbasis = \"house\"\n\
                  [[hold]]\nid = \"x.never\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"other\"\n[[hold.any]]\nwhen.activity = \"transport\"\n";
    let report = json(&check(&folder, agency, &["--format", "json"]));
    let gap = &problems(&report, "gap")[0];
    assert!(gap["help"].as_str().unwrap().contains("`house.other-activity`"), "{gap}");
    assert_eq!(problems(&report, "dead-rule")[0]["about"][0], "x.never");
}
