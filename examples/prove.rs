//! Try.
#![allow(missing_docs, clippy::all)]
use actbill::mutants::{self, Mutants};
use std::time::Instant;
fn main() {
    let ready = actbill::run::Ready::new(shipped(false), &[], &[]).unwrap();
    let list = mutants::all(&ready.set);
    let mutants = Mutants::new(&ready.set, list).unwrap();
    let mut prover = mutants.prover();
    let begun = Instant::now();
    let mut slow: Vec<_> = Vec::new();
    for (at, m) in mutants.list.iter().enumerate() {
        let b = Instant::now();
        let p = prover.prove(at, m);
        slow.push((b.elapsed(), format!("{:?} {}", p.verdict, m.describe())));
    }
    eprintln!("proved {:?}", begun.elapsed());
    slow.sort();
    slow.reverse();
    for (t, s) in slow.iter().take(30) {
        eprintln!("{t:?} {s}");
    }
}
fn shipped(cases: bool) -> Vec<actbill::rules::RuleFile> {
    let mut v: Vec<_> = std::fs::read_dir("rules")
        .unwrap()
        .map(|e| e.unwrap().path())
        .filter(|p| {
            let n = p.display().to_string();
            n.ends_with(".toml") && n.ends_with(".cases.toml") == cases
        })
        .collect();
    v.sort();
    v.into_iter()
        .map(|p| actbill::rules::RuleFile {
            name: p.display().to_string(),
            text: std::fs::read_to_string(&p).unwrap(),
            own: false,
        })
        .collect()
}
