//! Try.
#![allow(missing_docs, clippy::all, dead_code)]
#[path = "../benches/synthetic/mod.rs"]
mod synthetic;
use actbill::cases::*;
use actbill::mutants::{self, Mutants};
use actbill::rules::RuleFile;
use std::time::Instant;
fn main() {
    let text = synthetic::rule_set(synthetic::Size::LARGE);
    if std::env::args().nth(1).is_some() {
        println!("{text}");
        return;
    }
    let b = Instant::now();
    let ready = actbill::run::Ready::new(vec![RuleFile { name: "s.toml".into(), text, own: false }], &[], &[])
        .unwrap_or_else(|p| {
            for m in p.iter().take(5) {
                eprintln!("{m}");
            }
            panic!()
        });
    eprintln!("ready {:?}", b.elapsed());
    for g in ready.diagram.graphs(&ready.set).unwrap().iter().take(5) {
        eprintln!(
            "graph {} nodes, outcome {}, {} rules",
            g.store.len(),
            g.store.reachable(g.rules.outcome).len(),
            g.rules.conditions.len()
        );
    }
    let b = Instant::now();
    let list = mutants::all(&ready.set);
    eprintln!("{} mutants", list.len());
    let mutants = Mutants::new(&ready.set, list).unwrap();
    eprintln!("built {:?}", b.elapsed());
    let mut prover = mutants.prover();
    let b = Instant::now();
    let mut count = std::collections::BTreeMap::new();
    let mut wit = std::time::Duration::ZERO;
    let step = 20;
    for (at, m) in mutants.list.iter().enumerate().step_by(step) {
        let p = prover.prove(at, m);
        *count.entry(format!("{:?}", p.verdict)).or_insert(0) += 1;
        if p.verdict == mutants::Verdict::Undecided {
            let w = Instant::now();
            prover.witness(m);
            wit += w.elapsed();
        }
    }
    eprintln!("1 in {step} proved {:?}, of which witnesses {:?} {count:?}", b.elapsed(), wit);
    let suite = Suite::default();
    let _ = suite;
}
