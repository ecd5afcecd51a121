//! Measures how long proofs and decisions take for the shipped rules and for generated sets of 99 to 3,000 rules.
//!
//! Run `cargo bench --bench check`, or add `-- 300` for one size. The baseline is plain evaluation: how many notes
//! could be judged rule by rule in the time the proof takes, compared with how many notes the proof covers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    clippy::format_push_string,
    reason = "a benchmark prints what it measured, and stops where that went wrong"
)]

mod synthetic;

use std::time::{Duration, Instant};

use actbill::decide::{DecisionMemo, Decisions, Judge};
use actbill::diagram::{ActivityGraph, Diagram};
use actbill::effective::parse_date;
use actbill::facts::{Answer, FactId, Facts, Kind, Origin};
use actbill::proof::{certificate, check, combinations, faults};
use actbill::rules::{RuleFile, RuleSet};
use actbill::run::is_rule_file;

use synthetic::{Size, rule_set};

/// Number of notes over which decision time is averaged.
const NOTES: usize = 20_000;

fn main() {
    // Cargo adds `--bench`, which is not a number.
    let wanted: Vec<usize> = std::env::args().filter_map(|argument| argument.parse().ok()).collect();
    if wanted.is_empty() {
        measure("the shipped rules", &shipped());
    }
    for rules in [99, 300, 1_000, 3_000].into_iter().filter(|rules| wanted.is_empty() || wanted.contains(rules)) {
        let text = rule_set(Size::with_rules(rules));
        let file = RuleFile { name: "made-up.toml".into(), text, own: false };
        measure(&format!("{rules} made-up rules"), &[file]);
    }
}

/// Reads the shipped rule files.
fn shipped() -> Vec<RuleFile> {
    let folder = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).unwrap();
    let paths = folder.map(|entry| entry.unwrap().path());
    let rules = paths.filter(|path| is_rule_file(&path.file_name().unwrap().to_string_lossy()));
    let file = |path: std::path::PathBuf| RuleFile {
        name: path.display().to_string(),
        text: std::fs::read_to_string(&path).unwrap(),
        own: false,
    };
    rules.map(file).collect()
}

fn measure(what: &str, files: &[RuleFile]) {
    let (set, load) = timed(|| RuleSet::load(files.to_vec()).unwrap_or_else(|all| panic!("{}", all.first().unwrap())));
    let (diagram, prove) = timed(|| {
        let diagram = Diagram::new(&set);
        let found = faults(&set, &diagram).unwrap_or_else(|error| panic!("{error:?}"));
        assert!(found.is_empty(), "{}", found.first().unwrap().message);
        diagram
    });
    let (found, all) = timed(|| check(&set, Some(&diagram), None));
    let (certificate, certified) = timed(|| serde_json::to_string(&certificate(&set, &diagram).unwrap()).unwrap());
    let (_, first) = timed(|| {
        let diagram = Diagram::new(&set);
        Judge::new(&set, &diagram, true).evaluate(&note(&set, &mut 1, 100), day())
    });
    let graphs = diagram.graphs(&set).unwrap();
    let size = |graph: &&ActivityGraph| graph.store.reachable(graph.rules.outcome).len();
    println!(
        "{what}: {} rules, {} combinations, {} graphs, {} nodes (largest {}), {} problems; load {load:?}, first note \
         {first:?}, no gap and no conflict {prove:?}, everything else {all:?}, certificate {certified:?} ({} bytes)",
        set.rules.len(),
        combinations(&set, &diagram),
        graphs.len(),
        graphs.iter().map(size).sum::<usize>(),
        graphs.iter().map(size).max().unwrap(),
        found.len(),
        certificate.len(),
    );
    for share in [100, 90, 75, 50] {
        let mut seed = 3;
        let notes = (0..NOTES).map(|_| note(&set, &mut seed, share));
        let notes: Vec<(Facts, Vec<(FactId, u16)>)> = notes.map(|facts| (facts.clone(), facts.coded())).collect();
        let (_, time) = timed(|| {
            let decisions = Decisions::new(Judge::new(&set, &diagram, true));
            let mut memo = DecisionMemo::new();
            notes.iter().map(|(facts, coded)| decisions.decide(&mut memo, facts, coded, day())).max()
        });
        println!("  {share} % of the facts answered: {:?} a note", time / u32::try_from(NOTES).unwrap());
    }
}

fn timed<T>(work: impl FnOnce() -> T) -> (T, Duration) {
    let begun = Instant::now();
    let done = work();
    (done, begun.elapsed())
}

fn day() -> chrono::NaiveDate {
    parse_date("2026-03-02").unwrap()
}

/// Generates a note that answers `share` percent of the facts, and always the required ones.
fn note(set: &RuleSet, seed: &mut u64, share: u64) -> Facts {
    let mut random = || {
        *seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        *seed >> 33
    };
    let mut facts = set.answered();
    for (id, fact) in set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting) {
        let (pick, chance) = (random(), random() % 100);
        let answered = fact.is_required() || chance < share;
        match &fact.kind {
            Kind::Coded(values) if answered => {
                facts.set(id, Answer::Value(u16::try_from(pick % u64::try_from(values.len()).unwrap()).unwrap()));
            }
            Kind::Number(..) if answered => facts.set(id, Answer::Number(i64::try_from(pick % 100).unwrap())),
            _ => {}
        }
    }
    facts
}
