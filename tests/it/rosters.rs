//! Rosters answer what notes leave open, as of the service date, and never more.

use std::num::NonZeroUsize;
use std::sync::Arc;

use actbill::cores::Threads;
use actbill::explain::{self, AnswerSource, Wanted};
use actbill::message::Message;
use actbill::read::{Format, Reading};
use actbill::report::{Row, RowFormat};
use actbill::roster::{Disagreeing, Disagreement, RosterKind};
use actbill::run::{Batch, Input, LoadedRosters, Options, Ready, Strictness, classify, read, read_rosters};
use actbill::status::Status;
use proptest::prelude::*;
use proptest::sample::select;

use crate::notes::{Record, Value, batch, written};
use crate::roster_files::warnings;
use crate::shared::{agency, document, ndjson, ready, run, told};

pub(crate) const CLIENTS: (&str, RosterKind) = ("clients", RosterKind::Clients);
pub(crate) const STAFF: (&str, RosterKind) = ("staff", RosterKind::Staff);

/// A note that leaves open who covers the client and who did the work.
pub(crate) fn open_note() -> Record {
    Record::of(&[
        ("id", "n-1"),
        ("client", "client-a"),
        ("staff", "staff-1"),
        ("date", "2026-03-09"),
        ("minutes", "60"),
        ("activity", "job_coaching"),
        ("symptom_link", "yes"),
        ("plan_link", "yes"),
    ])
}

/// Reads rosters, and returns them with the warnings.
pub(crate) fn loaded(
    ready: &Ready,
    rosters: &[((&str, RosterKind), Format, &[u8])],
) -> Result<(LoadedRosters, Vec<Message>), Vec<Message>> {
    let inputs = rosters.iter().map(|((name, kind), format, bytes)| (*kind, Input::new(*name, Some(*format), *bytes)));
    let mut warnings = Vec::new();
    let rosters = read_rosters(&ready.set, inputs.collect(), true, &mut |warning| warnings.push(warning))?;
    Ok((rosters, warnings))
}

pub(crate) fn csv<'r>(clients: &'r str, staff: &'r str) -> Vec<((&'static str, RosterKind), Format, &'r [u8])> {
    let both = [(CLIENTS, Format::Csv, clients.as_bytes()), (STAFF, Format::Csv, staff.as_bytes())];
    both.into_iter().filter(|(_, _, bytes)| !bytes.is_empty()).collect()
}

/// Returns the rosters of two CSV texts, each of which may be empty.
pub(crate) fn rosters(ready: &Ready, clients: &str, staff: &str) -> LoadedRosters {
    loaded(ready, &csv(clients, staff)).unwrap_or_else(|errors| panic!("{}", told(&errors))).0
}

/// Returns the rows of notes under rosters.
pub(crate) fn rows(ready: &Ready, notes: &[Record], rosters: LoadedRosters) -> Vec<Row> {
    let text = written(Format::Ndjson, notes);
    let options = Options { rosters, ..Options::new("2026-04-01".parse().unwrap()) };
    let inputs = vec![Input::new("notes", Some(Format::Ndjson), text.as_bytes())];
    let (report, _) = classify(ready, inputs, &options, &mut drop).unwrap();
    report.rows().collect()
}

/// Returns the row of one note under two CSV rosters.
fn row(note: &Record, clients: &str, staff: &str) -> Row {
    rows(ready(), std::slice::from_ref(note), rosters(ready(), clients, staff)).remove(0)
}

/// Returns the payer or the status of a row.
pub(crate) fn outcome(row: &Row) -> &str {
    row.payer.as_deref().unwrap_or(row.status.as_str())
}

/// Returns where a note and the rosters disagree, as fact and parties.
fn disagreements(note: &Record, clients: &str, staff: &str) -> Vec<(String, Disagreeing)> {
    let set = &ready().set;
    let rosters = rosters(ready(), clients, staff).rosters;
    let mut batch = Batch::new(set, &ready().diagram, Strictness::default(), &[]).with_rosters(&rosters);
    let text = written(Format::Ndjson, std::slice::from_ref(note));
    let input = Input::new("notes", Some(Format::Ndjson), text.as_bytes());
    read(set, input, &mut |record| drop(batch.add(0, "notes", record, &mut drop))).unwrap();
    let batch = batch.finish(&mut drop);
    let name = |Disagreement { fact, between }: &Disagreement| (set.vocabulary.fact(*fact).name.clone(), *between);
    batch.note(0).unwrap().roster_disagreements().iter().map(name).collect()
}

pub(crate) const COVERED: &str = "id,eligibility\nclient-a,department\n";

pub(crate) const SPECIALIST: &str = "id,staff_role\nstaff-1,vocational specialist\n";

#[test]
fn rosters_answer_what_a_note_leaves_open() {
    let rejected = row(&open_note(), "", "");
    assert_eq!((rejected.status, rejected.errors[0].field.as_deref()), (Status::Rejected, Some("staff_role")));
    let held = row(&open_note(), "", SPECIALIST);
    assert_eq!((held.status, held.missing), (Status::Held, vec!["eligibility".to_owned()]));
    let billed = row(&open_note(), COVERED, SPECIALIST);
    assert_eq!(outcome(&billed), "department");
    assert_eq!(billed.staff_role.unwrap().text(), "vocational_specialist");
    // A word that means "not answered", and `null`, leave the answer open, too.
    let null = Record([open_note().0, vec![("eligibility".to_owned(), Value::Null)]].concat());
    assert_eq!(outcome(&row(&null, COVERED, SPECIALIST)), "department");
}

#[test]
fn the_answer_of_a_note_stands() {
    let note = open_note().with(&[("eligibility", "none"), ("staff_role", "nurse")]);
    let mut with = row(&note, COVERED, SPECIALIST);
    let found = with.findings.remove(0);
    assert_eq!((found.code.as_str(), with.findings.len()), ("roster-disagrees", 0));
    assert!(found.text.contains("the roster of clients on `eligibility` and the note and the roster of staff on"));
    assert_eq!(ndjson_of(&[with]), ndjson_of(&[row(&note, "", "")]));
    let between = Disagreeing::NoteAnd;
    assert_eq!(
        disagreements(&note, COVERED, SPECIALIST),
        [
            ("eligibility".to_owned(), between(RosterKind::Clients)),
            ("staff_role".to_owned(), between(RosterKind::Staff))
        ]
    );
    assert_eq!(disagreements(&open_note(), COVERED, SPECIALIST), []);
    let alike = open_note().with(&[("eligibility", "Department"), ("staff_role", "employment_specialist")]);
    assert_eq!(disagreements(&alike, COVERED, SPECIALIST), []);
}

fn ndjson_of(rows: &[Row]) -> Vec<String> {
    rows.iter().map(|row| serde_json::to_string(row).unwrap()).collect()
}

#[test]
fn rosters_that_differ_answer_nothing() {
    let both = |clients: &str, staff: &str| (format!("{COVERED}{clients}"), staff.to_owned());
    let staff = "id,staff_role,eligibility\nstaff-1,vocational_specialist,none\n";
    let (clients, staff) = both("", staff);
    let held = row(&open_note(), &clients, &staff);
    assert_eq!((held.status, held.missing), (Status::Held, vec!["eligibility".to_owned()]));
    let disagree = [("eligibility".to_owned(), Disagreeing::Rosters)];
    assert_eq!(disagreements(&open_note(), &clients, &staff), disagree);
    let same = staff.replace("none", "department");
    assert_eq!(outcome(&row(&open_note(), &clients, &same)), "department");
    assert_eq!(disagreements(&open_note(), &clients, &same), []);
    // A note that answers stands against both.
    let note = open_note().with(&[("eligibility", "mo_healthnet")]);
    assert_eq!(disagreements(&note, &clients, &staff).len(), 2);
}

#[test]
fn both_ends_of_a_span_belong_to_it() {
    let clients = "id,eligibility,from,through\nclient-a,department,2026-03-09,2026-03-11\nclient-a,none,2026-03-12,\n\
                   client-b,department,,2026-03-09\n";
    let on = |client: &str, date: &str| {
        let note = open_note().with(&[("client", client), ("date", date)]);
        outcome(&row(&note, clients, SPECIALIST)).to_owned()
    };
    for (date, expected) in [
        ("2026-03-08", "held"),
        ("2026-03-09", "department"),
        ("2026-03-11", "department"),
        ("2026-03-12", "non_billable"),
        ("2099-12-31", "non_billable"),
    ] {
        assert_eq!(on("client-a", date), expected, "{date}");
    }
    assert_eq!((on("client-b", "2000-01-01"), on("client-b", "2026-03-10")), ("department".into(), "held".into()));
    assert_eq!((on("Client-A", "2026-03-09"), warnings(clients).len()), ("held".into(), 0));
}

#[test]
fn a_roster_comes_before_a_presumption() {
    let note = open_note().with(&[("eligibility", "department"), ("staff_role", "vocational_specialist")]);
    let presumed = row(&note, "", "");
    assert!(presumed.presumed.contains(&"contact".to_owned()), "{presumed:?}");
    let roster = "id,contact\nclient-a,in_person\n";
    assert!(!row(&note, roster, "").presumed.contains(&"contact".to_owned()));
    let other = row(&note, "id,other_funding\nclient-a,vocational_rehabilitation\n", "");
    assert_ne!(outcome(&other), outcome(&presumed));
}

#[test]
fn a_birth_date_of_a_roster_is_checked_like_that_of_a_note() {
    let note = open_note().with(&[("eligibility", "department"), ("staff_role", "vocational_specialist")]);
    let late = row(&note, "id,birth_date\nclient-a,2026-03-10\n", "");
    assert_eq!(late.errors[0].code, "birth-after-service");
    assert!(late.errors[0].text.contains("stands in a roster"), "{late:?}");
    // An answer of the note before it leaves nothing behind.
    let notes = [note.clone(), note.clone().with(&[("id", "n-2"), ("client", "client-b")])];
    let both = rows(ready(), &notes, rosters(ready(), "id,birth_date\nclient-a,2026-03-10\n", ""));
    assert_eq!([both[0].status, both[1].status], [Status::Rejected, Status::Billable]);
    let short = agency("[read]\ndate_order = \"month-day-year\"\n", &[]);
    let rosters = rosters(&short, "id,birth_date,from\nclient-a,3/10/62,3/9/26\n", "");
    assert_eq!(rows(&short, &[note], rosters)[0].status, Status::Billable);
}

#[test]
fn overlaps_and_gaps_are_reported_once() {
    let clients = "id,eligibility,residence,from,through\n\
                   client-a,department,community,2026-03-01,2026-03-10\n\
                   client-a,none,community,2026-03-09,2026-03-12\n\
                   client-b,none,,,\n\
                   client-b,none,,,\n\
                   client-a,none,,2026-03-20,\n\
                   client-c,none,,2026-05-01,\n\
                   client-c,none,,,2026-04-29\n";
    let said = warnings(clients);
    assert_eq!(
        said,
        [
            "clients:6:1: warning[roster-gap]: before 2 rows, this one first, there are days that no row of their id covers",
            "clients:3:1: warning[roster-overlap]: 2 rows, this one first, begin on a day that another row of their id covers",
        ]
    );
    // Where the rows differ, neither answers; where they agree, both do.
    let on = |client: &str, date: &str| {
        let note = open_note().with(&[("client", client), ("date", date)]);
        outcome(&row(&note, clients, SPECIALIST)).to_owned()
    };
    assert_eq!(on("client-a", "2026-03-08"), "department");
    assert_eq!((on("client-a", "2026-03-09"), on("client-a", "2026-03-10")), ("held".into(), "held".into()));
    assert_eq!(
        (on("client-a", "2026-03-11"), on("client-b", "2026-03-11")),
        ("non_billable".into(), "non_billable".into())
    );
    assert_eq!(on("client-a", "2026-03-15"), "held");
}

#[test]
fn the_run_names_the_rosters() {
    let text = written(Format::Json, &[open_note()]);
    let options = Options { rosters: rosters(ready(), COVERED, ""), ..Options::new("2026-04-01".parse().unwrap()) };
    let inputs = vec![Input::new("notes", Some(Format::Json), text.as_bytes())];
    let (report, _) = classify(ready(), inputs, &options, &mut drop).unwrap();
    let run = document(&report)["run"]["rosters"].clone();
    let sha256 = actbill::digest::sha256(COVERED.as_bytes());
    assert_eq!(run, serde_json::json!([{"of": "clients", "name": "clients", "sha256": sha256, "rows": 1}]));
    let without = crate::shared::run(ready(), &[("notes", Format::Json, text.as_bytes())], false).unwrap();
    assert!(document(&without.report)["run"].get("rosters").is_none());
}

#[test]
fn explanations_say_what_is_from_a_roster() {
    let text = written(Format::Ndjson, &[open_note()]);
    let options = explain::Options {
        as_of: "2026-04-01".parse().unwrap(),
        wanted: Wanted::All,
        strictness: Strictness::default(),
        rosters: Arc::clone(&rosters(ready(), COVERED, SPECIALIST).rosters),
        most_changed: 1,
    };
    let input = Input::new("notes", Some(Format::Ndjson), text.as_bytes());
    let explained = explain::notes(ready(), vec![input], &options).unwrap();
    let from = explained.notes[0].facts.iter().filter(|fact| fact.from == AnswerSource::Roster);
    assert_eq!(from.map(|fact| fact.name.as_str()).collect::<Vec<_>>(), ["eligibility", "staff_role"]);
    let text = explain::text(&explained, actbill::table::Screen { width: 100, colors: false });
    assert!(text.contains("From roster, because the note does not say"), "{text}");
    assert!(serde_json::to_string(&explained).unwrap().contains("\"from\":\"roster\""));
}

/// Names of the facts that rosters answer in the properties.
const FACTS: [&str; 11] = [
    "staff_role",
    "eligibility",
    "symptom_link",
    "medically_needed",
    "plan_link",
    "client_present",
    "sole_purpose",
    "csw_qualified",
    "contact",
    "residence",
    "birth_date",
];

/// Moves answers of a note to a roster row that is true on the service date. `id` is the field that the row is about.
fn move_answers(note: &mut Record, id: &str, moved: impl Fn(&str) -> bool) -> Record {
    let (date, person) = (note.text("date").unwrap().to_owned(), note.text(id).unwrap().to_owned());
    let (answers, kept) = note.0.drain(..).partition(|(name, _)| moved(name));
    note.0 = kept;
    let mut row = Record::of(&[("id", &person), ("from", &date), ("through", &date)]);
    row.0.extend::<Vec<(String, Value)>>(answers);
    row
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(100))]

    #[test]
    fn an_answer_of_a_roster_decides_as_that_of_the_note(
        records in batch(25),
        to_clients in any::<u16>(),
        to_staff in any::<u16>(),
        format in select(vec![Format::Json, Format::Ndjson, Format::Csv]),
    ) {
        // Each note has a client and a staff member of its own, so that the roster can tell them apart.
        let own = |(at, record): (usize, Record)| {
            record.with(&[("id", &format!("n-{at}")), ("client", &format!("c-{at}")), ("staff", &format!("s-{at}"))])
        };
        let records: Vec<Record> = records.into_iter().enumerate().map(own).collect();
        let all = run(ready(), &[("notes", Format::Ndjson, written(Format::Ndjson, &records).as_bytes())], false).unwrap();
        let is_note = |(record, row): (Record, &Row)| (row.status != Status::Rejected).then_some(record);
        let mut records: Vec<Record> = records.into_iter().zip(&all.rows).filter_map(is_note).collect();
        prop_assume!(!records.is_empty());
        let text = written(Format::Ndjson, &records);
        let expected = run(ready(), &[("notes", Format::Ndjson, text.as_bytes())], false).unwrap();
        let is_in = |mask: u16, name: &str| FACTS.iter().position(|fact| *fact == name).is_some_and(|at| mask >> at & 1 == 1);
        let clients: Vec<Record> =
            records.iter_mut().map(|note| move_answers(note, "client", |name| is_in(to_clients, name))).collect();
        let staff: Vec<Record> =
            records.iter_mut().map(|note| move_answers(note, "staff", |name| is_in(to_staff, name))).collect();
        let (clients, staff) = (written(format, &clients), written(format, &staff));
        let both: [((&str, RosterKind), Format, &[u8]); 2] =
            [(CLIENTS, format, clients.as_bytes()), (STAFF, format, staff.as_bytes())];
        let rosters = loaded(ready(), &both).unwrap_or_else(|errors| panic!("{}", told(&errors))).0;
        let text = written(Format::Ndjson, &records);
        let mut outputs = Vec::new();
        for (threads, block) in [(1, 1 << 18), (3, 300)] {
            let threads = Threads::new(NonZeroUsize::new(threads).unwrap());
            let options = Options {
                reading: Reading { threads, block },
                rosters: rosters.clone(),
                ..Options::new("2026-04-01".parse().unwrap())
            };
            let inputs = vec![Input::new("notes", Some(Format::Ndjson), text.as_bytes())];
            let (report, _) = classify(ready(), inputs, &options, &mut drop).unwrap();
            prop_assert_eq!(ndjson(&report), ndjson(&expected.report));
            let mut whole = Vec::new();
            report.write(RowFormat::Json, &mut whole).unwrap();
            outputs.push(whole);
        }
        prop_assert_eq!(&outputs[0], &outputs[1]);
    }
}
