//! Rules that are ready, and generated notes about the work of an ACT team: the same in every run.

use actbill::read::Format;
use actbill::rules::RuleFile;
use actbill::run::{Ready, is_rule_file};

/// The fields of a note and their values, in the order in which they are written.
pub(crate) type Note = Vec<(&'static str, String)>;

/// Questions with the answers that notes give.
const ANSWERS: [(&str, &[&str]); 11] = [
    ("staff_role", &["vocational_specialist", "community_support_specialist", "nurse"]),
    ("csw_qualified", &["yes", "yes", "yes", "no"]),
    ("eligibility", &["mo_healthnet", "mo_healthnet", "department", "spenddown_unmet", "none"]),
    ("symptom_link", &["yes", "yes", "yes", "no"]),
    ("medically_needed", &["yes", "yes", "yes", "no"]),
    ("plan_link", &["yes", "yes", "yes", "no"]),
    ("client_present", &["yes", "yes", "yes", "no"]),
    ("sole_purpose", &["no", "no", "yes"]),
    ("contact", &["in_person", "in_person", "in_person", "phone"]),
    ("residence", &["community", "community", "custody"]),
    ("other_funding", &["none", "none", "none", "vocational_rehabilitation"]),
];

const ACTIVITIES: [&str; 6] = [
    "stress_coping_skills",
    "self_care_skills",
    "interview_practice",
    "readiness_assessment",
    "job_coaching",
    "transport",
];

/// Returns the shipped rule files.
pub(crate) fn rule_files() -> Vec<RuleFile> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).unwrap();
    let mut paths: Vec<_> = folder.map(|entry| entry.unwrap().path()).collect();
    paths.retain(|path| is_rule_file(&path.file_name().unwrap().to_string_lossy()));
    paths.sort();
    let file = |path: std::path::PathBuf| RuleFile {
        name: path.display().to_string(),
        text: std::fs::read_to_string(&path).unwrap(),
        own: false,
    };
    paths.into_iter().map(file).collect()
}

/// Returns the shipped rules, ready to decide.
pub(crate) fn ready(files: Vec<RuleFile>) -> Ready {
    Ready::released(files, &[], &[]).unwrap()
}

/// Generates notes: four a day for each client, and one question in twelve left open.
pub(crate) fn notes(count: usize) -> Vec<Note> {
    let mut random = Random(7);
    (0..count).map(|number| note(number, &mut random)).collect()
}

fn note(number: usize, random: &mut Random) -> Note {
    let (day, slot) = (number / 4, number % 4);
    let (client, minutes) = (day / 300, 1 + random.below(109));
    let (start, end) = (480 + 120 * slot, 480 + 120 * slot + minutes);
    let mut note = vec![
        ("id", format!("N-{number:06}")),
        ("client", format!("C-{client:04}")),
        ("staff", format!("S-{client:04}")),
        ("date", format!("2026-{:02}-{:02}", day / 28 % 12 + 1, day % 28 + 1)),
        ("start", format!("{:02}:{:02}", start / 60, start % 60)),
        ("end", format!("{:02}:{:02}", end / 60, end % 60)),
        ("activity", random.choice(&ACTIVITIES).to_owned()),
    ];
    for (name, values) in ANSWERS {
        let answer = random.choice(values);
        if name == "staff_role" || random.below(12) > 0 {
            note.push((name, answer.to_owned()));
        }
    }
    note
}

/// Writes notes in a format.
pub(crate) fn text(notes: &[Note], format: Format) -> Vec<u8> {
    match format {
        Format::Ndjson => notes.iter().map(|note| object(note) + "\n").collect::<String>().into_bytes(),
        Format::Json => format!("[{}]\n", notes.iter().map(object).collect::<Vec<_>>().join(",")).into_bytes(),
        Format::Csv => {
            let lines = cells(notes).into_iter().map(|row| row.join(",") + "\n");
            lines.collect::<String>().into_bytes()
        }
        Format::Workbook => workbook(notes),
    }
}

fn workbook(notes: &[Note]) -> Vec<u8> {
    let mut workbook = rust_xlsxwriter::Workbook::new();
    let sheet = workbook.add_worksheet();
    for (number, row) in (0..).zip(cells(notes)) {
        sheet.write_row(number, 0, row).unwrap();
    }
    workbook.save_to_buffer().unwrap()
}

fn object(note: &Note) -> String {
    let fields: Vec<String> = note.iter().map(|(name, value)| format!("\"{name}\":\"{value}\"")).collect();
    format!("{{{}}}", fields.join(","))
}

/// Returns the header row and one row for each note.
fn cells(notes: &[Note]) -> Vec<Vec<&str>> {
    let known = ["id", "client", "staff", "date", "start", "end", "activity"];
    let names: Vec<&str> = known.into_iter().chain(ANSWERS.map(|(name, _)| name)).collect();
    let row = |note| {
        let value = |name: &&str| value_of(note, name);
        names.iter().map(value).collect()
    };
    std::iter::once(names.clone()).chain(notes.iter().map(row)).collect()
}

fn value_of<'n>(note: &'n Note, name: &str) -> &'n str {
    note.iter().find(|(other, _)| *other == name).map_or("", |(_, value)| value)
}

/// A pseudorandom number generator that yields the same numbers in every run.
struct Random(u64);

impl Random {
    fn below(&mut self, bound: usize) -> usize {
        self.0 = self.0.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        usize::try_from(self.0 >> 33).unwrap() % bound
    }

    fn choice(&mut self, values: &[&'static str]) -> &'static str {
        values[self.below(values.len())]
    }
}
