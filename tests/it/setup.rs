//! `actbill setup`: what it finds in an export, and what it never shows.

use actbill::read::{FieldNames, Format, InputHint};
use actbill::rules::{RuleFile, RuleSet};
use actbill::setup::{Mapping, open_points, survey, write_draft};

use crate::binary::Folder;
use crate::shared::{ready, shipped};

const EXPORT: &str = "Svc ID;Clt #;Svc Dt;Dur;Svc Type;Staff Title;Narrative\n\
    S-1;7001;3/9/2026;0,75;Job Coaching;Voc Spec;Jane Planted\n\
    S-2;7002;3/13/2026;1,5;Knitting;Nurse;John Planted\n\
    S-3;7002;3/14/2026;1;Knitting;N/A;7001 said so\n";

fn drafted(set: &RuleSet, bytes: &[u8]) -> String {
    let survey = survey(set, bytes, InputHint { format: Some(Format::Csv), sheet: None }).unwrap();
    let mut draft = Vec::new();
    write_draft(set, &survey, "march.csv", &mut draft).unwrap();
    String::from_utf8(draft).unwrap()
}

fn open(agency: &str, bytes: &[u8]) -> Vec<String> {
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: agency.into(), own: true });
    let set = actbill::run::rules(files, &[], &[]).unwrap();
    let survey = survey(&set, bytes, InputHint { format: Some(Format::Csv), sheet: None }).unwrap();
    open_points(&set, &survey).into_iter().map(|point| format!("{}; {}", point.text, point.help)).collect()
}

#[test]
fn columns_words_and_notation_are_found() {
    let set = &ready().set;
    let found = survey(set, EXPORT.as_bytes(), InputHint { format: Some(Format::Csv), sheet: None }).unwrap();
    let field = |name: &str| {
        let column = found.columns.iter().find(|column| column.name.as_deref() == Some(name)).unwrap();
        (column.field.and_then(|field| set.vocabulary.field_name(field)), column.mapping)
    };
    assert_eq!(field("Svc ID"), (Some("id"), Mapping::Guessed));
    assert_eq!(field("Clt #"), (Some("client"), Mapping::Guessed));
    assert_eq!(field("Svc Dt"), (Some("date"), Mapping::Guessed));
    assert_eq!(field("Dur"), (Some("duration"), Mapping::Guessed));
    assert_eq!(field("Staff Title"), (Some("staff_role"), Mapping::Known));
    assert_eq!(field("Narrative"), (None, Mapping::Open));
    let draft = drafted(set, EXPORT.as_bytes());
    for line in [
        "# Drafted by `actbill setup` from march.csv: 3 records, header row in line 1, separated by semicolons.",
        "date_order = \"month-day-year\" # all 3 dates fit it; only 1 of them fit the other order",
        "# duration = \"hours\"",
        "missing = [\"N/A\"]",
        "\"Svc ID\" = \"id\" # guessed by its name: check it",
        "# \"Knitting\" = \"\" # 2 records",
        "# \"Voc Spec\" = \"vocational_specialist\" # 1 record: is that right?",
        "# staff_role: \"Nurse\" is `nurse` (1 record)",
    ] {
        assert!(draft.lines().any(|other| other == line), "{line}\n\n{draft}");
    }
}

/// The draft is an agency file that loads, before anybody has completed it.
#[test]
fn every_draft_loads() {
    let twice = "id,client,date,Role,Job Title\nn-1,client-a,2026-03-09,Boss,Chief\n";
    for text in [EXPORT, twice, "a,b,c\n1,2,3\n", "\"x\\\"y\",\"b\",\"c\"\n1,2,3\n", "id,client,date\n"] {
        let Ok(survey) = survey(&ready().set, text.as_bytes(), InputHint { format: Some(Format::Csv), sheet: None })
        else {
            continue;
        };
        let mut draft = Vec::new();
        write_draft(&ready().set, &survey, "a\n[x].csv", &mut draft).unwrap();
        let mut files = shipped();
        files.push(RuleFile { name: "agency.toml".into(), text: String::from_utf8(draft).unwrap(), own: true });
        assert!(RuleSet::load(files).is_ok(), "{text}");
    }
}

#[test]
fn ids_names_and_sentences_are_never_written() {
    // The columns of a client and of a narrative stand for coded facts by mistake.
    let agency = "[column]\n\"Narrative\" = \"contact\"\n\"Svc ID\" = \"id\"\n\"Clt #\" = \"client\"\n";
    let mut files = shipped();
    files.push(RuleFile { name: "agency.toml".into(), text: agency.into(), own: true });
    let set = actbill::run::rules(files, &[], &[]).unwrap();
    let sentence =
        EXPORT.replace("Jane Planted", "Jane Planted: said so").replace("John Planted", "John Planted; \u{a0}x");
    let sentence = sentence.replace("; \u{a0}x", " said that he would come again on Monday");
    let draft = drafted(&set, sentence.as_bytes());
    let points = open(agency, sentence.as_bytes()).join("\n");
    for text in [draft, points] {
        for private in ["Planted", "7001", "7002", "S-1", "S-2"] {
            assert!(!text.contains(private), "{private}\n\n{text}");
        }
    }
}

/// A name in any field that takes no coded values, or in a column that stands for no field, is never written.
#[test]
fn no_planted_name_is_written() {
    let vocabulary = &ready().set.vocabulary;
    for name in vocabulary.field_names().chain(["Narrative", "Client Name"]) {
        if vocabulary.field(name).is_some_and(|field| vocabulary.is_coded(field)) {
            continue;
        }
        let field = vocabulary.field(name).and_then(|field| vocabulary.field_name(field)).unwrap_or_default();
        let is_id = ["id", "client", "staff"].contains(&field);
        for planted in ["Zqxwvut Planted", "481516", "4/8/1516", "Zq:xw"] {
            // Who an id of the export stands for may be named in a column of words, too.
            let contact = if is_id { format!("{planted} x") } else { "phone".to_owned() };
            let text = format!("Activity,Role,Contact,{name}\nother,nurse,{contact},{planted}\n");
            for written in [drafted(&ready().set, text.as_bytes()), open("", text.as_bytes()).join("\n")] {
                assert!(!written.contains(planted), "{name}: {planted}\n{written}");
            }
        }
    }
}

#[test]
fn what_is_unmapped_is_listed_until_nothing_is() {
    let before = open("", EXPORT.as_bytes());
    assert!(before.iter().any(|point| point.starts_with("the column `Narrative` stands for no field")), "{before:?}");
    assert!(before.iter().any(|point| point.starts_with("the column `Svc Dt` looks like `date`")), "{before:?}");
    let agency = "[read]\ndate_order = \"month-day-year\"\nduration = \"hours\"\nmissing = [\"N/A\"]\nignore = [\"Narrative\"]\n\
        [column]\n\"Svc ID\" = \"id\"\n\"Clt #\" = \"client\"\n\"Svc Dt\" = \"date\"\n\"Dur\" = \"duration\"\n\"Svc Type\" = \"activity\"\n\
        [alias.activity]\n\"Knitting\" = \"other\"\n[alias.staff_role]\n\"Voc Spec\" = \"vocational_specialist\"\n";
    assert_eq!(open(agency, EXPORT.as_bytes()), Vec::<String>::new());
    let without_order = agency.replace("date_order = \"month-day-year\"\n", "");
    let points = open(&without_order, EXPORT.as_bytes());
    assert!(points.len() == 1 && points[0].contains("only one order fits them all"), "{points:?}");
}

#[test]
fn the_command_ends_with_one_while_something_is_unmapped() {
    let folder = Folder::new().with("march.csv", EXPORT.as_bytes());
    let drafted = folder.run(&["setup", "march.csv", "-o", "agency.toml"]);
    assert_eq!((drafted.status, drafted.stdout.as_str()), (0, ""), "{drafted:?}");
    let again = folder.run(&["setup", "march.csv", "-o", "agency.toml"]);
    assert!(again.status == 2 && again.stderr.contains("--force"), "{again:?}");
    assert_eq!(folder.run(&["setup", "march.csv", "-o", "agency.toml", "--force"]).status, 0);
    let open = folder.run(&["setup", "march.csv", "--with", "agency.toml"]);
    assert!(open.status == 1 && open.stdout.ends_with("points are open\n"), "{open:?}");
    assert_eq!(folder.run(&["setup", "nothing.csv"]).status, 2);
}

/// Whatever the bytes are, there is a survey or an error, and the draft of a survey loads.
#[test]
fn no_bytes_do_harm() {
    let pieces: [&[u8]; 12] = [
        b"id,client,date\n",
        b"Svc;Dt;\"x",
        b"\xff\xfe",
        b"\0",
        b"\n\n",
        b"{\"id\": 1, \"Svc Dt\": []}",
        b"[",
        b"a|b|c\n1|2|3\n",
        b"sep=;\n",
        b"\"\"\"\n",
        b"PK\x03\x04",
        b"\xe9\xe8,b,c\n",
    ];
    for first in pieces {
        for second in pieces {
            for format in [None, Some(Format::Csv), Some(Format::Json), Some(Format::Ndjson)] {
                let bytes = [first, second, first].concat();
                let Ok(survey) = survey(&ready().set, &bytes, InputHint { format, sheet: None }) else { continue };
                let mut draft = Vec::new();
                write_draft(&ready().set, &survey, "export", &mut draft).unwrap();
                assert!(std::str::from_utf8(&draft).unwrap().parse::<toml_edit::DocumentMut>().is_ok());
            }
        }
    }
}
