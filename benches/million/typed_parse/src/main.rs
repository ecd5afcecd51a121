//! A yardstick: parses every note into borrowed, typed fields and adds up the minutes. It decides and writes nothing.
//!
//! usage: `typed_parse NOTES.ndjson THREADS [--read]`. With `--read`, the file is read into memory instead of mapped, as
//! a program must that cannot trust it to stay as it is.

use std::borrow::Cow;

use serde::Deserialize;

/// A complete note.
#[derive(Deserialize)]
#[expect(dead_code, reason = "all fields are parsed, and only the minutes are used")]
struct Note<'a> {
    #[serde(borrow)]
    id: Cow<'a, str>,
    #[serde(borrow)]
    client: Cow<'a, str>,
    #[serde(borrow)]
    staff: Cow<'a, str>,
    #[serde(borrow)]
    date: Cow<'a, str>,
    #[serde(borrow)]
    start: Cow<'a, str>,
    #[serde(borrow)]
    end: Cow<'a, str>,
    minutes: u32,
    #[serde(borrow)]
    activity: Cow<'a, str>,
    #[serde(borrow)]
    staff_role: Cow<'a, str>,
    #[serde(borrow)]
    csw_qualified: Cow<'a, str>,
    #[serde(borrow)]
    eligibility: Cow<'a, str>,
    #[serde(borrow)]
    symptom_link: Cow<'a, str>,
    #[serde(borrow)]
    medically_needed: Cow<'a, str>,
    #[serde(borrow)]
    plan_link: Cow<'a, str>,
    #[serde(borrow)]
    client_present: Cow<'a, str>,
    #[serde(borrow)]
    sole_purpose: Cow<'a, str>,
    #[serde(borrow)]
    contact: Cow<'a, str>,
    #[serde(borrow)]
    residence: Cow<'a, str>,
    #[serde(borrow)]
    other_funding: Cow<'a, str>,
}

/// Adds up the minutes of all notes in some lines.
fn minutes(lines: &[u8]) -> u64 {
    lines
        .split(|byte| *byte == b'\n')
        .filter(|line| !line.is_empty())
        .map(|line| u64::from(sonic_rs::from_slice::<Note>(line).expect("a complete note").minutes))
        .sum()
}

/// Cuts text into about equal parts at the ends of lines.
fn parts(bytes: &[u8], count: usize) -> Vec<&[u8]> {
    let mut from = 0;
    let mut part = |number: usize| {
        let near = (bytes.len() * number / count).max(from);
        let to = memchr::memchr(b'\n', &bytes[near..]).map_or(bytes.len(), |at| near + at + 1);
        &bytes[std::mem::replace(&mut from, to)..to]
    };
    (1..=count).map(&mut part).collect()
}

fn sum(bytes: &[u8], threads: usize) -> u64 {
    std::thread::scope(|scope| {
        let start = |part| scope.spawn(move || minutes(part));
        let workers: Vec<_> = parts(bytes, threads).into_iter().map(start).collect();
        workers.into_iter().map(|worker| worker.join().expect("a sum")).sum()
    })
}

fn main() {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let (path, threads, is_read) = match arguments.iter().map(String::as_str).collect::<Vec<_>>()[..] {
        [path, threads] => (path, threads, false),
        [path, threads, "--read"] => (path, threads, true),
        _ => panic!("usage: typed_parse NOTES.ndjson THREADS [--read]"),
    };
    let threads = threads.parse().expect("a number of threads");
    let total = if is_read {
        sum(&std::fs::read(path).expect("a readable file"), threads)
    } else {
        let file = std::fs::File::open(path).expect("a readable file");
        // SAFETY: the caller made the file and changes nothing in it while this runs. A floor must not copy its input,
        // so mapping it is the point; actbill itself has no unsafe code.
        sum(&unsafe { memmap2::Mmap::map(&file) }.expect("a mappable file"), threads)
    };
    println!("{total}");
}
