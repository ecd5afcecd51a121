//! How long a proof takes: the shipped rules, and made-up sets of 2,000 rules over 11 facts: one of few rules to an
//! activity, as guidance is written, and one of many that have no order at all.
//!
//! `cargo bench --bench check`. The yardstick is plain judging: how many combinations could be judged one by one in the
//! time of the proof, against how many the proof covers.

#![expect(
    clippy::unwrap_used,
    clippy::panic,
    clippy::indexing_slicing,
    clippy::print_stdout,
    reason = "a benchmark prints what it measured, and stops where that went wrong"
)]

use std::fmt::Write;
use std::time::Instant;

use actbill::facts::{Answer, Facts, Kind};
use actbill::proof::{Against, check, combinations, compile, region_count};
use actbill::rules::{RuleFile, RuleId, RuleSet, outcome};
use actbill::run::is_rule_file;

/// Activities of the made-up set; each has ten rules.
const ACTIVITIES: usize = 200;

fn main() {
    measure("the shipped rules", shipped());
    let made_up = |text| vec![RuleFile { name: "made-up.toml".into(), text, own: false }];
    measure("2,000 rules over 11 facts", made_up(self::made_up()));
    measure("2,000 rules over 11 facts with no order", made_up(with_no_order()));
}

fn shipped() -> Vec<RuleFile> {
    let paths = std::fs::read_dir(concat!(env!("CARGO_MANIFEST_DIR"), "/rules")).unwrap();
    let files = paths.map(|entry| entry.unwrap().path()).map(|path| RuleFile {
        name: path.file_name().unwrap().to_str().unwrap().to_owned(),
        text: std::fs::read_to_string(path).unwrap(),
        own: false,
    });
    files.filter(|file| is_rule_file(&file.name)).collect()
}

fn measure(what: &str, files: Vec<RuleFile>) {
    let set = RuleSet::load(files).unwrap_or_else(|problems| panic!("{}", problems.first().unwrap()));
    let mut times = Vec::new();
    for _ in 0..5 {
        let begun = Instant::now();
        let atlas = compile(&set).map_err(|problems| problems.into_iter().next().unwrap().message.to_string());
        let atlas = atlas.unwrap_or_else(|message| panic!("{message}"));
        let found = check(&set, &atlas, &Against::default()).len();
        times.push((begun.elapsed(), atlas, found));
    }
    times.sort_by_key(|(time, ..)| *time);
    let (time, atlas, found) = times.swap_remove(2);
    let judged = plainly_judged(&set, time);
    let covered = combinations(&atlas);
    println!(
        "{what}: {} rules, {covered} combinations, {} regions, {} nodes, {} meetings, {found} problems: median {time:?} \
         of 5; judging one by one comes to {judged} combinations in that time, one in {}",
        set.rules.len(),
        region_count(&atlas),
        atlas.decisions.nodes.len(),
        atlas.listed().map_or("too many".to_owned(), |listed| listed.list.len().to_string()),
        covered / u128::from(judged.max(1)),
    );
}

/// How many combinations are judged one by one, rule by rule, in so much time.
fn plainly_judged(set: &RuleSet, time: std::time::Duration) -> u64 {
    let date = actbill::effective::parse_date("2026-03-02").unwrap();
    let (begun, mut count, mut seed) = (Instant::now(), 0_u64, 1_u64);
    while begun.elapsed() < time {
        let mut facts = Facts::unanswered(&set.vocabulary);
        for (id, fact) in set.vocabulary.facts() {
            seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
            let values = u64::try_from(fact.values().len()).unwrap();
            match fact.kind {
                Kind::Coded(_) => facts.set(id, Answer::Value(u16::try_from((seed >> 33) % values).unwrap())),
                _ => facts.set(id, Answer::Number(40)),
            }
        }
        let applies = set.rules().filter(|(_, rule)| rule.applies(&facts, date) == Some(true));
        let met: Vec<RuleId> = applies.map(|(id, _)| id).collect();
        std::hint::black_box(outcome(set, &met));
        count += 1;
    }
    count
}

/// Fifty rules for each of forty activities, each of any kind, asking any two to five other facts for any answers: the
/// rules that can meet are too many to be listed.
fn with_no_order() -> String {
    let facts = [6, 5, 5, 4, 4, 4, 3, 2, 2, 2];
    let mut seed = 7_u64;
    let mut pick = |of: u64| {
        seed = seed.wrapping_mul(6_364_136_223_846_793_005).wrapping_add(1_442_695_040_888_963_407);
        (seed >> 33) % of
    };
    let mut text = "[payer.p1]\ntitle = \"P1\"\n[payer.p2]\ntitle = \"P2\"\n\
         [service.s]\ntitle = \"S\"\ncode = \"X\"\nunit = \"day\"\n[fact.activity]\nvalues = ["
        .to_owned();
    (0..40).for_each(|activity| write!(text, "\"a{activity}\", ").unwrap());
    text += "]\n";
    for (fact, values) in facts.iter().enumerate() {
        let values: Vec<String> = (0..*values).map(|value| format!("\"v{value}\"")).collect();
        writeln!(text, "[fact.f{fact}]\nvalues = [{}]", values.join(", ")).unwrap();
    }
    for rule in 0..2_000 {
        // The first of each activity asks nothing more, so that every case of the activity is spoken to.
        let (activity, first) = (rule / 50, rule % 50 == 0);
        let kind =
            if first { "exclude" } else { ["offer", "exclude", "strike", "hold"][usize::try_from(pick(4)).unwrap()] };
        writeln!(
            text,
            "[[{kind}]]\nid = \"r{rule}\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"a{activity}\""
        )
        .unwrap();
        match kind {
            "offer" => text += "service = \"s\"\npayers = [\"p1\", \"p2\"]\n",
            "hold" => {}
            _ => writeln!(text, "payers = [\"p{}\"]", pick(2) + 1).unwrap(),
        }
        let mut asked: Vec<usize> = Vec::new();
        while !first && asked.len() < 2 + usize::try_from(pick(4)).unwrap() {
            let fact = usize::try_from(pick(10)).unwrap();
            if !asked.contains(&fact) {
                let values: u64 = facts[fact];
                let from = pick(values);
                let list: Vec<String> =
                    (from..values.min(from + 1 + pick(2))).map(|value| format!("\"v{value}\"")).collect();
                writeln!(text, "when.f{fact} = [{}]", list.join(", ")).unwrap();
                asked.push(fact);
            }
        }
    }
    text
}

/// The kinds of an activity's ten rules.
const KINDS: [&str; 10] =
    ["offer", "exclude", "exclude", "exclude", "strike", "strike", "strike", "strike", "strike", "hold"];

/// For each activity an offer, what takes its payers away in some cases, and a hold; most ask two facts more.
fn made_up() -> String {
    let mut text = "[payer.p1]\ntitle = \"P1\"\n[payer.p2]\ntitle = \"P2\"\n\
         [service.s]\ntitle = \"S\"\ncode = \"X\"\nunit = \"day\"\n[fact.activity]\nvalues = ["
        .to_owned();
    (0..ACTIVITIES).for_each(|activity| write!(text, "\"a{activity}\", ").unwrap());
    text += "]\n";
    (1..=10).for_each(|fact| writeln!(text, "[fact.f{fact}]\nvalues = [\"a\", \"b\", \"c\"]").unwrap());
    for activity in 0..ACTIVITIES {
        (0..10).for_each(|rule| text += &made_up_rule(activity, rule));
    }
    text
}

fn made_up_rule(activity: usize, rule: usize) -> String {
    let kind = KINDS[rule];
    let does = match kind {
        "offer" => "service = \"s\"\npayers = [\"p1\", \"p2\"]\n".to_owned(),
        "hold" => String::new(),
        _ => format!("payers = [\"p{}\"]\n", rule % 2 + 1),
    };
    // The first exclude asks nothing more, so that every case of the activity is spoken to.
    let (one, other) = ((activity + rule) % 10 + 1, (activity * 3 + rule * 2 + 1) % 10 + 1);
    let first = format!("when.f{one} = [\"a\", \"{}\"]\n", ["b", "c"][activity % 2]);
    let second = format!("when.f{other} = \"{}\"\n", ["a", "b", "c"][(activity + rule) % 3]);
    let asks = match rule {
        1 => String::new(),
        _ if one == other => first,
        _ => first + &second,
    };
    format!(
        "[[{kind}]]\nid = \"r{activity}.{rule}\"\ntitle = \"T\"\nbasis = \"house\"\nwhen.activity = \"a{activity}\"\n{does}{asks}"
    )
}
