//! What carries out each statement of the sources: the statements of the brief, their classes and their homes.

use std::collections::BTreeMap;
use std::process::{Command, Stdio};

use actbill::citations::{SourceText, compare};
use actbill::handbook::{Form, Selection, coverage, pages};
use actbill::rules::{CitingBlock, RuleFile, RuleSet, StatementClass};
use actbill::table::Screen;
use serde_json::{Value, json};
use sha2::{Digest, Sha256};

use crate::shared::ready;

/// The statements of the brief by class, as they were read, without the `S2-` of each id.
const DECIDABLE: &str = "01 04 05 06 24 26 27 28 31 32 33 36 37 38 50 51 52 54 56 57 58 82 83 84 86 87 88 89 90 91 107 108 \
    111 112 113 114 115 116 120 121 122 123 124 125 130 135 145 150 156 157 163 164 165";
const LOCAL_PAYER: &str = "02 03 07 10 11 14 20 21 22 25 30 34 40 59 60 63 71 72 73 74 75 80 85 100 101 102 103 104 105 106 110 \
    117 126 127 128 129 132 133 134 136 138 144 153 171 172";
const CONTEXT: &str = "08 12 13 15 23 35 41 42 43 53 55 61 62 70 81 109 131 137 139 140 141 142 143 146 147 148 149 151 152 \
    154 155 158 159 160 161 162 166 167 168 169 170";

fn written(set: &RuleSet, selection: &Selection, form: Form) -> String {
    let mut out = Vec::new();
    coverage(set, selection, form).unwrap()(&mut out).unwrap();
    String::from_utf8(out).unwrap()
}

fn document(set: &RuleSet, selection: &Selection) -> Value {
    serde_json::from_str(&written(set, selection, Form::Json)).unwrap()
}

#[test]
fn every_statement_of_the_brief_has_its_class_and_a_home() {
    let set = &ready().set;
    let source = set.sources.iter().position(|source| source.name == "care-coordination");
    let expected = [
        (DECIDABLE, StatementClass::Decidable),
        (LOCAL_PAYER, StatementClass::LocalPayer),
        (CONTEXT, StatementClass::Context),
    ];
    let expected: BTreeMap<String, StatementClass> = expected
        .into_iter()
        .flat_map(|(ids, class)| ids.split(' ').map(move |id| (format!("S2-{id}"), class)))
        .collect();
    assert_eq!(expected.len(), 139);
    let found = set.statement_homes().filter(|home| Some(home.statement.cite.source) == source).map(|home| {
        let statement = home.statement;
        assert!(home.is_there(), "{} has no home", statement.id);
        assert_eq!(statement.class == StatementClass::Context, statement.why.is_some(), "{}", statement.id);
        (statement.id.clone(), statement.class)
    });
    assert_eq!(found.collect::<BTreeMap<_, _>>(), expected);
}

#[test]
fn every_block_with_a_basis_can_be_a_home() {
    let set = &ready().set;
    assert_eq!(set.citing_blocks().count(), set.bases().count());
    let cited = set.citing_blocks().filter(|block| block.basis().cites.iter().any(|cite| cite.statement.is_some()));
    for block in cited {
        let page = match block {
            // They have none of their own, or one that other tests look at.
            CitingBlock::Rate(_) | CitingBlock::Presumption(_) | CitingBlock::Rule(_) | CitingBlock::Invariant(_) => {
                continue;
            }
            _ => block.name(set),
        };
        assert!(pages(ready(), page).is_ok(), "{page}");
    }
}

#[test]
fn the_sums_are_those_of_what_is_shown() {
    let set = &ready().set;
    let whole = document(set, &Selection::default());
    let sums = json!({"statements": 139, "decidable": 53, "local_payer": 45, "context": 41, "without_home": []});
    assert_eq!(whole["sums"], sums);
    let local = document(set, &Selection { class: Some(StatementClass::LocalPayer), ..Selection::default() });
    assert_eq!((local["sums"]["statements"].as_u64(), local["sums"]["context"].as_u64()), (Some(45), Some(0)));
    let text = Form::Text(Screen { width: 100, colors: false });
    let ids = Selection { ids: vec!["S2-22".into(), "S2-140".into()], class: None };
    let shown = written(set, &ids, text);
    for part in ["setting targeted_case_management_covered", "needs no rule: it says how the brief", "all have a home"]
    {
        assert!(shown.split_whitespace().collect::<Vec<_>>().join(" ").contains(part), "{part}: {shown}");
    }
    assert_eq!(document(set, &ids)["statements"][1]["settings"], json!(["targeted_case_management_covered"]));
    for form in [Form::Csv, Form::Markdown] {
        assert!(written(set, &ids, form).contains("statement"));
    }
    let unknown = Selection { ids: vec!["S2-16".into()], class: None };
    let message = coverage(set, &unknown, Form::Csv).map(drop).unwrap_err();
    assert!(message.help.unwrap().starts_with("did you mean `S2-"));
}

#[test]
fn a_statement_without_a_home_is_told() {
    let text = "[source.memo]\ntitle = \"T\"\ndated = \"undated\"\nunchecked = \"invented\"\n\
                [[statement]]\nid = \"m-1\"\nsource = \"memo\"\nat = \"1\"\nclass = \"decidable\"\n\
                [[statement]]\nid = \"m-2\"\nsource = \"memo\"\nat = \"2\"\nclass = \"local_payer\"\n\
                encoded = \"the reader\"\n";
    let mut files = crate::shared::shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: text.into(), own: true });
    let set = RuleSet::load(files).unwrap();
    let problems = compare(&set, &[]).problems;
    let told: Vec<String> = problems.iter().map(|problem| problem.message.to_string()).collect();
    let told: Vec<&String> = told.iter().filter(|text| text.contains("uncited-statement")).collect();
    assert_eq!(told.len(), 1, "{told:?}");
    assert!(told[0].contains("agency.toml:6") && told[0].contains("`m-1`"), "{told:?}");
    let sums = document(&set, &Selection::default())["sums"].clone();
    assert_eq!(sums["without_home"], json!(["m-1"]));
}

/// A statement that needs no block says why, and so waives its sentence. Its own quote is held against the text.
#[test]
fn the_reason_of_a_statement_waives_its_sentence() {
    let text = "A person looks. Trips must wait. Others must wait, too.";
    let sha256 = hex::encode(Sha256::digest(text));
    let rules = |class: &str, quote: &str| {
        format!(
            "[source.memo]\ntitle = \"T\"\ndated = \"undated\"\nsha256 = \"{sha256}\"\n\
             [[statement]]\nid = \"m-1\"\nsource = \"memo\"\nat = \"1\"\nquote = \"A person looks\"\nclass = \"decidable\"\n\
             [[statement]]\nid = \"m-2\"\nsource = \"memo\"\nat = \"2\"\nquote = \"{quote}\"\n{class}\n\
             [[hold]]\nid = \"own.all\"\ntitle = \"a person looks\"\ncite = [\"m-1\"]\n\
             [[waiver]]\nsource = \"memo\"\nquote = \"Others must wait\"\nwhy = \"they do\"\n"
        )
    };
    let told = |class: &str, quote: &str| {
        let file = RuleFile { name: "rules/own.toml".into(), text: rules(class, quote), own: false };
        let texts = [SourceText { name: "memo".into(), bytes: text.as_bytes().to_vec() }];
        let problems = compare(&RuleSet::load(vec![file]).unwrap(), &texts).problems;
        problems.into_iter().map(|problem| problem.message.code.as_str()).collect::<Vec<_>>()
    };
    let context = "class = \"context\"\nwhy = \"it is advice\"";
    assert_eq!(told(context, "Trips must wait"), [""; 0]);
    assert_eq!(told("class = \"decidable\"\nencoded = \"the reader\"", "Trips must wait"), [""; 0]);
    assert_eq!(told("class = \"decidable\"", "Trips must wait"), ["uncited-sentence", "uncited-statement"]);
    assert_eq!(told(context, "Others must wait"), ["uncited-sentence", "unused"]);
    assert_eq!(told(context, "Trips may wait"), ["uncited-sentence", "quote-not-once"]);
}

#[test]
fn the_command_shows_the_home_of_a_statement() {
    let run = |args: &[&str]| {
        let mut command = Command::new(env!("CARGO_BIN_EXE_actbill"));
        let done = command.args(["rules", "coverage"]).args(args).stdin(Stdio::null()).output().unwrap();
        (done.status.code(), String::from_utf8(done.stdout).unwrap(), String::from_utf8(done.stderr).unwrap())
    };
    let (exit, out, err) = run(&["S2-22", "S2-140", "--class", "local-payer"]);
    assert_eq!((exit, err.as_str()), (Some(0), ""));
    assert!(out.contains("S2-22") && !out.contains("S2-140") && out.contains("1 statement: 0 decidable"), "{out}");
    let (exit, out, err) = run(&["S2-220"]);
    assert_eq!((exit, out.as_str()), (Some(2), ""));
    assert!(err.contains("no statement has the id `S2-220`") && err.contains("did you mean `S2-"), "{err}");
}
