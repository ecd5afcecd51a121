//! Random batches of made-up notes, complete and incomplete, some of them faulty, written by hand in each format.

use actbill::read::Format;
use proptest::prelude::*;
use proptest::sample::select;

/// The value of a field.
#[derive(Clone, Debug)]
pub(crate) enum Value {
    Null,
    Flag(bool),
    Digits(String),
    Text(String),
}

/// A record: its fields in the order written.
#[derive(Clone, Debug, Default)]
pub(crate) struct Record(pub(crate) Vec<(String, Value)>);

impl Record {
    /// Builds a record of texts.
    pub(crate) fn of(fields: &[(&str, &str)]) -> Self {
        Self(fields.iter().map(|(name, value)| ((*name).to_owned(), text(value))).collect())
    }

    /// Returns the record with these fields, which replace those with the same name.
    pub(crate) fn with(mut self, fields: &[(&str, &str)]) -> Self {
        self.0.retain(|(name, _)| fields.iter().all(|(other, _)| other != name));
        self.0.extend(Self::of(fields).0);
        self
    }

    /// Returns the text of a field, if it has one.
    pub(crate) fn text(&self, wanted: &str) -> Option<&str> {
        self.0.iter().find_map(|(name, value)| match value {
            Value::Text(text) if name == wanted => Some(text.as_str()),
            _ => None,
        })
    }
}

fn text(text: &str) -> Value {
    Value::Text(text.to_owned())
}

fn digits(digits: impl Into<String>) -> Value {
    Value::Digits(digits.into())
}

/// Generates a field that is left out, unanswered, valid, or occasionally invalid.
fn field(
    name: &'static str,
    left_out: u32,
    good: &[&str],
    wrong: &[&str],
) -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let owned = |list: &[&str]| select(list.iter().map(|word| text(word)).collect::<Vec<_>>());
    let one = move |value| vec![(name, value)];
    prop_oneof![
        left_out => Just(Vec::new()),
        2 => select(vec![Value::Null, text(""), text("  ")]).prop_map(one),
        120 => owned(good).prop_map(one),
        1 => owned(wrong).prop_map(one),
    ]
    .boxed()
}

fn yes_no(name: &'static str, left_out: u32) -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let yes = [text("yes"), text("yes"), text("yes"), text("Yes"), text(" YES "), Value::Flag(true), Value::Flag(true)];
    let answers: Vec<Value> = yes.into_iter().chain([text("no"), Value::Flag(false)]).collect();
    prop_oneof![
        left_out => Just(Vec::new()),
        60 => select(answers).prop_map(move |value| vec![(name, value)]),
        1 => Just(vec![(name, text("perhaps"))]),
    ]
    .boxed()
}

/// Generates the ways in which a note states its time and length, some of them wrong.
fn time() -> BoxedStrategy<Vec<(&'static str, Value)>> {
    let clock = |minutes: u32| format!("{}:{:02}", minutes / 60, minutes % 60);
    let minutes = || 1u32..=130;
    let span = (0u32..1300, minutes()).prop_map(move |(at, long)| (clock(at), clock(at + long), long));
    let span = span.boxed();
    prop_oneof![
        40 => minutes().prop_map(|long| vec![("minutes", digits(long.to_string()))]),
        10 => minutes().prop_map(|long| vec![("minutes", text(&long.to_string()))]),
        5 => minutes().prop_map(|long| vec![("duration", text(&format!("{long}.0")))]),
        30 => span.clone().prop_map(|(start, end, _)| vec![("start", text(&start)), ("end", text(&end))]),
        10 => span.clone().prop_map(|(start, end, long)| {
            vec![("minutes", digits(long.to_string())), ("start", text(&start)), ("end", text(&end))]
        }),
        1 => span.clone().prop_map(|(start, _, _)| vec![("start", text(&start))]),
        1 => span.clone().prop_map(|(start, end, _)| vec![("start", text(&end)), ("end", text(&start))]),
        1 => span.prop_map(|(start, end, long)| {
            vec![("minutes", digits((long + 1).to_string())), ("start", text(&start)), ("end", text(&end))]
        }),
        2 => select(vec![digits("0"), digits("1441"), digits("-5"), text("soon"), digits("7.5"), Value::Null])
            .prop_map(|value| vec![("minutes", value)]),
    ]
    .boxed()
}

const ACTIVITIES: [&str; 22] = [
    "self_care_skills",
    "punctuality_skills",
    "stress_coping_skills",
    "problem_solving_skills",
    "interview_practice",
    "Interview_Debrief",
    "opportunity_search",
    "readiness_assessment",
    "transport",
    "specific_job_skills",
    "job_coaching",
    "job_coaching",
    "job_coaching",
    "JOB_COACHING",
    "work_crew_supervision",
    "job_development",
    "job_development",
    "other",
    "self_care_skills",
    "interview_practice",
    "vocational_interests",
    "task_prioritization_skills",
];

const ROLES: [&str; 8] = [
    "vocational_specialist",
    "vocational_specialist",
    "employment_specialist",
    "Vocational_Specialist",
    "nurse",
    "csw",
    "other_act_staff",
    "outside_act",
];

/// Generates a record without its id.
fn record() -> impl Strategy<Value = Record> {
    let ordinary = |name, good| field(name, 150, good, &["unheard-of"]);
    let fields = vec![
        field("client", 1, &["client-a", "client-b", "client-c, \"the \u{fc}\"", " client-a "], &[""]),
        field("staff", 60, &["staff-1", "staff-2", "=staff"], &[""]),
        field("date", 1, &["2026-03-02", "2026-03-03", "2026-07-01"], &["2026-02-30", "03/02/2026", "soon"]),
        time(),
        field("activity", 1, &ACTIVITIES, &["knitting", "job coaching"]),
        field("staff_role", 1, &ROLES, &["nobody"]),
        field("eligibility", 25, &["mo_healthnet", "Medicaid", "spenddown_unmet", "department", "none"], &["rich"]),
        yes_no("symptom_link", 15),
        yes_no("medically_needed", 15),
        yes_no("plan_link", 15),
        yes_no("client_present", 90),
        yes_no("sole_purpose", 40),
        yes_no("csw_qualified", 200),
        ordinary("contact", &["in_person", "in_person", "in_person", "In_Person", "video", "phone", "collateral"]),
        ordinary("residence", &["community", "community", "community", "community", "imd", "custody", "inpatient"]),
        ordinary("other_funding", &["none", "none", "none", "none", "vocational_rehabilitation"]),
        field("birth_date", 60, &["1960-01-31", "1990-02-28", "2004-02-29"], &["2030-01-01", "1990-02-30"]),
    ];
    fields
        .prop_map(|fields| Record(fields.into_iter().flatten().map(|(name, value)| (name.to_owned(), value)).collect()))
}

/// Generates a batch of at most `most` records, nearly all with unique ids.
pub(crate) fn batch(most: usize) -> impl Strategy<Value = Vec<Record>> {
    prop::collection::vec((0u8..60, record()), 1..=most).prop_map(|records| {
        let with_id = |(at, (luck, mut record)): (usize, (u8, Record))| {
            let id = match luck {
                0 => None,
                1 => Some(text("n-1")),
                2 => Some(digits(at.to_string())),
                _ => Some(text(&format!("n-{at}"))),
            };
            record.0.splice(0..0, id.map(|id| ("id".to_owned(), id)));
            record
        };
        records.into_iter().enumerate().map(with_id).collect()
    })
}

/// Returns an hour of job coaching that the department pays for, with these fields in addition or instead. An empty field is
/// not answered.
pub(crate) fn coaching(fields: &[(&str, &str)]) -> Record {
    Record::of(&[
        ("id", "n-1"),
        ("client", "client-a"),
        ("date", "2026-03-02"),
        ("minutes", "60"),
        ("activity", "job_coaching"),
        ("staff_role", "vocational_specialist"),
        ("eligibility", "department"),
    ])
    .with(fields)
}

/// Returns 25 minutes of chronic care management, whose minutes count within a month, with these fields in addition or instead.
pub(crate) fn chronic_care(fields: &[(&str, &str)]) -> Record {
    Record::of(&[
        ("id", "n-1"),
        ("client", "client-a"),
        ("date", "2026-03-02"),
        ("minutes", "25"),
        ("activity", "chronic_care_management"),
        ("chronic_conditions", "2"),
        ("medicare_coverage", "original"),
        ("staff_role", "care_manager"),
    ])
    .with(fields)
}

/// Writes a batch in a text format.
pub(crate) fn written(format: Format, records: &[Record]) -> String {
    match format {
        Format::Json => format!("[{}]", records.iter().map(json).collect::<Vec<_>>().join(",\n ")),
        Format::Ndjson => records.iter().map(|record| json(record) + "\n").collect(),
        Format::Csv => csv(records),
        Format::Workbook => panic!("a workbook is no text"),
    }
}

/// Writes a record as a JSON object.
pub(crate) fn json(record: &Record) -> String {
    let quoted = |text: &str| serde_json::to_string(text).unwrap();
    let members = record.0.iter().map(|(name, value)| {
        let value = match value {
            Value::Null => "null".to_owned(),
            Value::Flag(flag) => flag.to_string(),
            Value::Digits(digits) => digits.clone(),
            Value::Text(text) => quoted(text),
        };
        format!("{}: {value}", quoted(name))
    });
    format!("{{{}}}", members.collect::<Vec<_>>().join(", "))
}

fn csv(records: &[Record]) -> String {
    let mut columns = vec!["id".to_owned(), "client".to_owned()];
    for (name, _) in records.iter().flat_map(|record| &record.0) {
        if !columns.contains(name) {
            columns.push(name.clone());
        }
    }
    let quoted = |cell: &str| format!("\"{}\"", cell.replace('"', "\"\""));
    let header: Vec<String> = columns.iter().map(|name| quoted(name)).collect();
    let rows = records.iter().map(|record| {
        let cell = |column: &String| match record.0.iter().find(|(name, _)| name == column) {
            None | Some((_, Value::Null)) => String::new(),
            Some((_, Value::Flag(flag))) => flag.to_string(),
            Some((_, Value::Digits(digits))) => digits.clone(),
            Some((_, Value::Text(text))) => quoted(text),
        };
        columns.iter().map(cell).collect::<Vec<_>>().join(",")
    });
    std::iter::once(header.join(",")).chain(rows).map(|row| row + "\r\n").collect()
}
