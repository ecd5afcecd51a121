//! The JSON Schemas, with a validator that shares no code with the readers: they take what ships, refuse mistakes, and know
//! the keys that the readers of the blocks know.

use std::path::PathBuf;
use std::{env, fs};

use actbill::message::{Code, Message};
use actbill::rules::{RuleFile, RuleSet};
use actbill::schema;
use jsonschema::Validator;
use serde_json::{Map, Value, json};
use toml::de::{DeTable, DeValue};

use crate::page::{actbill, page, root};
use crate::shared::{agency, ready, shipped};

/// If this variable is set, the schema files are rewritten. Such a run always fails: an update is not a pass.
const BLESS: &str = "ACTBILL_BLESS";

fn rules() -> Value {
    schema::rules(&ready().set)
}

/// Builds the validator of a schema, which must itself be valid draft-07.
fn validator(schema: &Value) -> Validator {
    assert!(jsonschema::draft7::meta::is_valid(schema));
    jsonschema::draft7::new(schema).unwrap()
}

/// Returns what the validator says about a value, with the places.
fn faults(validator: &Validator, value: &Value) -> Vec<String> {
    validator.iter_errors(value).map(|error| format!("{}: {error}", error.instance_path())).collect()
}

/// Converts a TOML file as editors do: dates are text.
fn json_of(text: &str) -> Value {
    object(DeTable::parse(text).unwrap().get_ref())
}

fn object(table: &DeTable<'_>) -> Value {
    table.iter().map(|(key, entry)| (key.get_ref().to_string(), value(entry.get_ref()))).collect::<Map<_, _>>().into()
}

fn value(entry: &DeValue<'_>) -> Value {
    match entry {
        DeValue::String(text) => json!(text),
        DeValue::Integer(number) => json!(i64::from_str_radix(number.as_str(), number.radix()).unwrap()),
        DeValue::Float(number) => json!(number.as_str().parse::<f64>().unwrap()),
        DeValue::Boolean(truth) => json!(truth),
        DeValue::Datetime(date) => json!(date.to_string()),
        DeValue::Array(items) => items.iter().map(|item| value(item.get_ref())).collect(),
        DeValue::Table(table) => object(table),
    }
}

/// Returns the example files with this ending, by their paths in the repository.
fn examples(ending: &str) -> Vec<String> {
    let folders = fs::read_dir(root().join("examples")).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.flat_map(|folder| fs::read_dir(folder).unwrap().map(|entry| entry.unwrap().path()));
    let shown = |path: PathBuf| path.strip_prefix(root()).unwrap().display().to_string();
    let mut names: Vec<String> = files.map(shown).filter(|name| name.ends_with(ending)).collect();
    names.sort();
    names
}

#[test]
fn the_schema_files_are_what_the_program_prints() {
    let mut stale = Vec::new();
    for kind in ["note", "rules"] {
        let name = format!("rules/{kind}.schema.json");
        let printed = actbill(&["schema", kind]);
        if fs::read_to_string(root().join(&name)).unwrap_or_default() != printed {
            if env::var_os(BLESS).is_some() {
                fs::write(root().join(&name), printed).unwrap();
            }
            stale.push(name);
        }
    }
    assert!(env::var_os(BLESS).is_none(), "rewritten, to be looked at and tested without {BLESS}: {stale:?}");
    assert!(stale.is_empty(), "with {BLESS}=1 these are written again: {stale:?}");
}

#[test]
fn shipped_rule_files_are_taken() {
    let validator = validator(&rules());
    for file in shipped() {
        assert_eq!(faults(&validator, &json_of(&file.text)), [""; 0], "{}", file.name);
    }
}

#[test]
fn agency_files_of_examples_are_taken() {
    let validator = validator(&rules());
    let names = examples(".toml").into_iter().filter(|name| !name.ends_with(".cases.toml"));
    let names: Vec<String> = names.filter(|name| name != "examples/agency/with-typos.toml").collect();
    assert!(names.len() >= 3, "{names:?}");
    for name in names {
        assert_eq!(faults(&validator, &json_of(&page(&name))), [""; 0], "{name}");
    }
}

#[test]
fn notes_of_examples_are_taken() {
    let validator = validator(&schema::note(&ready().set));
    let names: Vec<String> = examples(".json").into_iter().filter(|name| !name.contains("broken")).collect();
    assert!(names.contains(&"examples/quickstart/notes.json".to_owned()), "{names:?}");
    for name in names {
        let notes: Value = serde_json::from_str(&page(&name)).unwrap();
        assert_eq!(faults(&validator, &notes), [""; 0], "{name}");
        assert_eq!(faults(&validator, &json!({ "notes": notes })), [""; 0], "{name}, keyed");
    }
    for name in examples(".ndjson").into_iter().filter(|name| !name.contains("broken")) {
        for line in page(&name).lines() {
            assert_eq!(faults(&validator, &serde_json::from_str(line).unwrap()), [""; 0], "{name}: {line}");
        }
    }
}

/// The schema sees what is wrong with a single field of a broken export, and nothing wrong with the other notes. It cannot
/// see lines that are no JSON, and fields that are repeated.
#[test]
fn broken_notes_are_refused() {
    let validator = validator(&schema::note(&ready().set));
    let rows = actbill(&["classify", "examples/broken/export.ndjson", "--format", "ndjson"]);
    let rows: Vec<Value> = rows.lines().map(|row| serde_json::from_str(row).unwrap()).collect();
    let notes = page("examples/broken/export.ndjson");
    assert_eq!(notes.lines().count(), rows.len());
    let (mut taken, mut refused) = (0, 0);
    for (line, row) in notes.lines().zip(&rows) {
        let Ok(note) = serde_json::from_str::<Value>(line) else { continue };
        if row["errors"].to_string().contains("repeated-field") || row["error"].to_string().contains("repeated-field") {
            continue;
        }
        let is_taken = validator.is_valid(&note);
        assert_eq!(is_taken, row["status"] != "rejected", "{line}\n{:?}", faults(&validator, &note));
        if is_taken { taken += 1 } else { refused += 1 }
    }
    assert!(taken > 0 && refused > 0);
}

#[test]
fn mistakes_in_rule_files_are_refused() {
    let validator = validator(&rules());
    let typos = page("examples/agency/with-typos.toml");
    let typos = faults(&validator, &json_of(&typos)).join("\n");
    assert!(typos.contains("part_quater_hour") && typos.contains("job_coach\""), "{typos}");
    let rate = "[[rate]]\nservice = \"act_team\"\namount = \"1.00\"\nfrom = 2026-01-01\nbasis = \"house\"\n";
    assert_eq!(faults(&validator, &json_of(rate)), [""; 0]);
    for (mistake, place) in [
        ("[[rates]]\nservice = \"act_team\"", ""),
        (&rate.replace("amount", "amuont"), "/rate/0"),
        (&rate.replace("\"1.00\"", "1.00"), "/rate/0/amount"),
        (&rate.replace("\"house\"", "\"home\""), "/rate/0/basis"),
        (&rate.replace("from = 2026-01-01\n", ""), "/rate/0"),
        (&format!("{rate}when.activity = \"job_coachng\"\n"), "/rate/0/when/activity"),
        (&format!("{rate}when.activty = \"job_coaching\"\n"), "/rate/0/when"),
        (&format!("{rate}when.minutes = \"60\"\n"), "/rate/0/when/minutes"),
        (&format!("{rate}when.not.minutes.at_leest = 60\n"), "/rate/0/when/not/minutes"),
        ("[service.s]\ntitle = \"S\"\nunit = \"hour\"", "/service/s/unit"),
        ("[fact.f]\nlever = \"chart\"\nvalues = 3", "/fact/f/values"),
        ("[column]\n\"Seen\" = \"dat\"", "/column/Seen"),
        ("[answer]\npart_quarter_hour = 80", "/answer/part_quarter_hour"),
        ("[presume.contact]\nvalue = \"fax\"\nbasis = \"house\"", "/presume/contact/value"),
    ] {
        let found = faults(&validator, &json_of(mistake));
        assert!(found.iter().any(|fault| fault.starts_with(&format!("{place}: "))), "{mistake}\n{found:?}");
        assert!(!load(mistake).is_empty(), "{mistake}");
    }
}

#[test]
fn mistakes_in_notes_are_refused() {
    let validator = validator(&schema::note(&ready().set));
    let note = json!({
        "id": "n-01", "client": 7, "date": "2026-03-09", "start": "9:00", "end": "10:00", "symptom_link": true,
        "activity": "interview_practice", "staff_role": "vocational_specialist", "contact": null, "mood": "good",
    });
    assert_eq!(faults(&validator, &note), [""; 0]);
    let with = |field: &str, value: Value| {
        let mut note = note.clone();
        note[field] = value;
        note
    };
    for (field, wrong) in [
        ("activity", json!("interview_practise")),
        ("activity", json!(null)),
        ("date", json!("3/9/2026")),
        ("date", json!(20_260_309)),
        ("start", json!("25:00")),
        ("minutes", json!(0)),
        ("minutes", json!(1441)),
        ("symptom_link", json!("perhaps")),
        ("contact", json!(true)),
        ("birth_date", json!("1980")),
    ] {
        let found = faults(&validator, &with(field, wrong.clone()));
        assert!(found.iter().any(|fault| fault.starts_with(&format!("/{field}: "))), "{field} {wrong} {found:?}");
    }
    for field in ["id", "client", "date", "activity", "staff_role", "end"] {
        let mut note = note.clone();
        note.as_object_mut().unwrap().remove(field);
        assert!(!validator.is_valid(&note), "without {field}");
        assert!(!validator.is_valid(&json!([note])), "in a list, without {field}");
    }
}

#[test]
fn an_agency_file_brings_its_own_columns_and_words() {
    let own =
        "[column]\n\"Service Type\" = \"activity\"\n[alias.activity]\n\"Interview prep\" = \"interview_practice\"";
    let validator = validator(&schema::note(&agency(own, &[]).set));
    let note = |activity: &str| {
        json!({
            "id": "n-01", "client": "client-a", "date": "2026-03-09", "minutes": 60,
            "Service Type": activity, "staff_role": "vocational_specialist",
        })
    };
    assert_eq!(faults(&validator, &note("interview prep")), [""; 0]);
    assert!(!validator.is_valid(&note("interview prop")));
    let printed = actbill(&["schema", "note", "--with", "examples/agency/agency.toml"]);
    assert!(printed.contains("\"Coverage On Date\""));
}

/// Returns the problems of a rule file alone.
fn load(text: &str) -> Vec<Message> {
    let file = RuleFile { name: "rules.toml".to_owned(), text: text.to_owned(), own: false };
    RuleSet::load(vec![file]).err().unwrap_or_default()
}

/// Every key of the schema is one that the reader of its block asks for, and no other key is known to either.
#[test]
fn schema_and_readers_know_the_same_keys() {
    let schema = rules();
    let validator = validator(&schema);
    let mut seen = 0;
    for (kind, block) in schema["properties"].as_object().unwrap() {
        // Blocks in a list, or named tables; the others take names of facts, settings and headers.
        let (opening, body) = match (block["items"].as_object(), block["additionalProperties"].as_object()) {
            (Some(_), _) => (format!("[[{kind}]]"), &block["items"]),
            (_, Some(named)) if named.contains_key("$ref") => (format!("[{kind}.x]"), &block["additionalProperties"]),
            _ if kind == "presume" => (format!("[{kind}.contact]"), &block["properties"]["contact"]["allOf"][0]),
            _ => continue,
        };
        let keys = resolve(&schema, body)["properties"].as_object().unwrap();
        let lines: Vec<String> = keys.iter().map(|(key, of)| format!("{key} = {}\n", sample(&schema, of))).collect();
        let is_unknown = |lines: &[String], key: &str| {
            let problems = load(&format!("{opening}\n{}", lines.concat()));
            let has_no = format!(" has no `{key}`");
            problems.iter().any(|problem| problem.code == Code::UnknownKey && problem.text.ends_with(&has_no))
        };
        for (key, line) in keys.keys().zip(&lines) {
            // Some keys are known only beside others.
            assert!(!is_unknown(std::slice::from_ref(line), key) || !is_unknown(&lines, key), "{kind}: {key}");
            seen += 1;
        }
        let strange = vec!["no_such_key = 1\n".to_owned()];
        assert!(is_unknown(&strange, "no_such_key"), "{kind}");
        let found = faults(&validator, &json_of(&format!("{opening}\n{}", strange.concat()))).join("\n");
        assert!(found.contains("no_such_key"), "{kind}: {found}");
    }
    assert!(seen > 150, "only {seen} keys");
    let problems = load("[no_such_block]\nx = 1");
    assert!(problems.iter().any(|problem| problem.code == Code::UnknownKey));
}

/// Follows a reference.
fn resolve<'s>(root: &'s Value, schema: &'s Value) -> &'s Value {
    schema["$ref"].as_str().map_or(schema, |name| root.pointer(name.trim_start_matches('#')).unwrap())
}

/// Writes a value that the schema takes, in TOML.
fn sample(root: &Value, schema: &Value) -> String {
    let schema = resolve(root, schema);
    if let Some(first) = schema["anyOf"].get(0) {
        return sample(root, first);
    }
    if let Some(first) = schema["enum"].get(0) {
        return first.to_string();
    }
    match schema["type"].as_str() {
        Some("integer") => "1".to_owned(),
        Some("boolean") => "true".to_owned(),
        Some("object") => "{}".to_owned(),
        Some("array") => format!("[{}]", sample(root, &schema["items"])),
        _ => "\"x\"".to_owned(),
    }
}

/// Editors find the schema by the first line of a file.
#[test]
fn rule_files_and_agency_files_name_their_schema() {
    for file in shipped() {
        assert!(file.text.starts_with("#:schema rules.schema.json\n"), "{}", file.name);
    }
    // A draft does not know where its reader keeps the schema.
    let others = [".cases.toml", "draft.toml"];
    for name in examples(".toml").into_iter().filter(|name| !others.iter().any(|other| name.ends_with(other))) {
        assert!(page(&name).starts_with("#:schema ../../rules/rules.schema.json\n"), "{name}");
    }
}
