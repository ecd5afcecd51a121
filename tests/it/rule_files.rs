//! Rule files read together: answers, presumptions, aliases, rates, replacements; and the effect of a problem in a set.

use actbill::read::Format;
use actbill::rules::RuleFile;
use actbill::run::Ready;
use proptest::prelude::*;
use proptest::sample::select;

use crate::notes::{batch, written};
use crate::shared::{ndjson, problems_with, ready, run, shipped, told};
use crate::tiny::{OFFER, codes, decided, ends, load_with, loaded, rule};

const SETTING: &str = "[setting.open]\nask = \"Open?\"\nvalues = [\"no\", \"yes\"]\ndefault = \"no\"\nbasis = \"house\"\n\
    [setting.most]\nask = \"How many?\"\nat_least = 0\nbelow = 10\ndefault = 3\nbasis = \"house\"\n";

#[test]
fn settings_are_asked_like_facts_and_answered_by_default_file_or_command() {
    let by_word = rule("strike", "word", "when.open = \"yes\"; payers = [\"p\"]");
    let by_number = rule("strike", "number", "when.most.at_least = 5; payers = [\"q\"]");
    let rules = [OFFER, SETTING, &by_word, &by_number];
    let ends_with = |more: &[&str], set: &[(&str, &str)]| {
        ends(&load_with(&[&rules, more].concat(), set, &[]).map_err(|problems| told(&problems)).unwrap(), &[])
    };
    assert_eq!(ends_with(&[], &[]), "p");
    assert_eq!(ends_with(&["[answer]\nopen = \"yes\"\n"], &[]), "q");
    assert_eq!(ends_with(&["[answer]\nopen = \"yes\"\nmost = 5\n"], &[]), "non_billable");
    assert_eq!(ends_with(&["[answer]\nopen = \"yes\"\nmost = 5\n"], &[("most", "4")]), "q", "the command goes last");
    let refused = |set: &[(&str, &str)]| load_with(&rules, set, &[]).unwrap_err().len();
    assert_eq!([refused(&[("opne", "yes")]), refused(&[("open", "maybe"), ("most", "10")])], [1, 2]);
}

#[test]
fn what_is_presumed_shows_only_where_it_matters() {
    let strike = rule("strike", "strike", "when.f = \"yes\"; payers = [\"p\"]");
    let harmless = "[presume.g]\nvalue = \"x\"\nbasis = \"house\"\n";
    let presume = "[presume.f]\nvalue = \"yes\"\nwhen.activity = \"a\"\nbasis = \"house\"\n";
    let ready = loaded(&[OFFER, &strike, presume, harmless]);
    let row = decided(&ready, &[]);
    assert_eq!((row.payer.as_deref(), row.presumed), (Some("q"), vec!["f".to_owned()]));
    let answered = decided(&ready, &[("f", "no")]);
    assert_eq!((answered.payer.as_deref(), answered.presumed.len()), (Some("p"), 0));
    // Only for the activities that it names.
    let elsewhere = loaded(&[OFFER, &strike, &presume.replace("\"a\"", "\"b\"")]);
    assert_eq!(decided(&elsewhere, &[]).missing, ["f"]);
    // The command's presumption takes the place of the file's.
    let command = load_with(&[OFFER, &strike, presume], &[], &[("f", "no")]).unwrap();
    assert_eq!(ends(&command, &[]), "p");
    assert_eq!(codes(&[OFFER, "[presume.f]\nvalue = \"yes\"\nwhen.g = \"x\"\nbasis = \"house\"\n"]), ["bad-condition"]);
    assert_eq!(codes(&[OFFER, "[presume.activity]\nvalue = \"a\"\nbasis = \"house\"\n"]), ["unknown-name"]);
}

#[test]
fn other_words_stand_for_values_and_fields() {
    let strike = rule("strike", "strike", "when.g = \"y\"; payers = [\"p\"]");
    let words = "[fact.h]\nvalues = [\"one\"]\nalias = { \"uno\" = \"one\" }\n[alias.g]\n\"The Y\" = \"y\"\n1 = \"x\"\n[column]\n\"G-Code\" = \"g\"\n";
    let ready = loaded(&[OFFER, &strike, words]);
    let word = |field, word| ends(&ready, &[(field, word)]);
    assert_eq!(["The Y", " the y ", "1", "Y", "X"].map(|said| word("g", said)), ["q", "q", "p", "q", "p"]);
    assert_eq!(word("G-Code", "the y"), "q");
    assert_eq!([word("g", "y2"), ends(&ready, &[("g", "x"), ("h", "due")])], ["rejected", "rejected"]);
    assert_eq!(ends(&ready, &[("g", "x"), ("h", "UNO")]), "p");
    assert_eq!(decided(&ready, &[("g", "x"), ("G-Code", "y")]).errors[0].code, "repeated-field");
    assert_eq!(codes(&[OFFER, "[alias.g]\n\"x\" = \"y\"\n"]).len(), 1, "a value is no alias of another one");
}

#[test]
fn the_rate_in_force_is_the_latest_that_has_begun_and_not_ended() {
    let rate = |amount: &str, dates: &str| {
        format!("[[rate]]\nservice = \"s\"\namount = \"{amount}\"\nbasis = \"house\"\n{}\n", dates.replace("; ", "\n"))
    };
    let rates = [
        rate("10", "from = \"undated\""),
        rate("11.5", "from = \"2026-02-01\"; through = \"2026-02-28\""),
        rate("12.3456", "from = \"2026-04-01\""),
    ];
    let ready = loaded(&[OFFER, &rates[0], &rates[1], &rates[2]]);
    let priced = |date: &str, minutes: &str| {
        let row = decided(&ready, &[("date", date), ("minutes", minutes)]);
        (row.rate.map(|rate| rate.to_string()), row.amount.map(|amount| amount.to_string()))
    };
    let both = |rate: &str, amount: &str| (Some(rate.to_owned()), Some(amount.to_owned()));
    assert_eq!(priced("2026-01-31", "60"), both("10.00", "40.00"));
    assert_eq!(priced("2026-02-01", "60"), both("11.50", "46.00"));
    assert_eq!(priced("2026-02-28", "60"), both("11.50", "46.00"));
    assert_eq!(priced("2026-04-01", "45"), both("12.3456", "37.04"));
    // A rate that has ended is not followed by the one before it.
    assert_eq!(priced("2026-03-01", "60"), (None, None));
    let unpriced = decided(&ready, &[("date", "2026-03-01")]);
    assert_eq!((unpriced.units, unpriced.findings[0].code.as_str()), (Some(4), "unpriced"));
    assert_eq!(priced("2026-03-01", "10"), (None, Some("0.00".into())), "no unit, nothing to price");
    assert_eq!(codes(&[OFFER, &rates[0], &rates[0]]), ["same-rate-date"]);
    let instead = rate("9.99", "from = \"undated\"; replaces = true");
    assert_eq!(decided(&loaded(&[OFFER, &rates[0], &instead]), &[]).amount.unwrap().to_string(), "39.96");
    assert_eq!(codes(&[OFFER, &rate("10", "from = \"undated\"; replaces = true")]), ["nothing-to-replace"]);
}

#[test]
fn a_block_may_take_anothers_place_and_a_rule_may_have_had_another_id() {
    let strike = rule("strike", "strike", "when.f = \"yes\"; payers = [\"p\"]");
    let instead = rule("strike", "strike", "when.f = \"no\"; payers = [\"p\"]; replaces = true");
    let ready = loaded(&[OFFER, &strike, &instead]);
    assert_eq!(["yes", "no"].map(|f| ends(&ready, &[("f", f)])), ["p", "q"]);
    assert_eq!(codes(&[OFFER, &strike, &strike]), ["repeated-name"]);
    assert_eq!(codes(&[OFFER, &instead]), ["nothing-to-replace"]);
    let renamed = OFFER.replace("title", "formerly = [\"old\"]\ntitle");
    let over = rule("offer", "over", "when.activity = \"a\"; service = \"d\"; payers = [\"p\"]; overrides = [\"old\"]");
    assert_eq!(decided(&loaded(&[&renamed, &over]), &[]).rules, ["over"]);
    assert_eq!(codes(&[&renamed, &rule("strike", "old", "when.f = \"yes\"; payers = [\"p\"]")]), ["repeated-name"]);
}

#[test]
fn every_rule_rests_on_something_and_a_house_rule_shows_as_one() {
    let source = "[source.memo]\ntitle = \"Memo\"\ndated = \"undated\"\nsha256 = \"6aae8244303306a1bcb1c9655f1a0535ee233bd5874833c808f83b972c884862\"\n";
    let cited = |quote: &str| {
        OFFER.replace("basis = \"house\"", &format!("cite = [{{ source = \"memo\", at = \"top\"{quote} }}]"))
    };
    let words = |count: usize| format!(", quote = \"{}\"", vec!["word"; count].join(" "));
    assert_eq!(codes(&[&OFFER.replace("basis = \"house\"", "")]), ["no-basis"]);
    assert_eq!(codes(&[source, &cited(&words(16))]), ["bad-quote"]);
    assert_eq!(codes(&[source, &cited("")]), ["bad-quote"]);
    let because = |rules: &[&str]| decided(&loaded(rules), &[]).because.unwrap();
    assert!(!because(&[source, &cited(&words(15))]).contains("house rule"));
    assert!(because(&[OFFER]).contains("a is offered (house rule)"));
}

/// Invalid blocks, each with the code of its problem.
const BROKEN: [(&str, &str); 18] = [
    ("not-toml", "[[offer]\n"),
    ("unknown-key", "[[offers]]\nid = \"x\"\n"),
    ("unknown-key", "[payer.state]\ntitle = \"State\"\ntitel = \"State\"\n"),
    ("missing-key", "[[hold]]\nid = \"x.hold\"\nwhen.activity = \"other\"\nbasis = \"house\"\n"),
    ("wrong-type", "[[rate]]\nservice = \"act_team\"\namount = 250.0\nfrom = \"2026-07-01\"\nbasis = \"house\"\n"),
    ("unknown-name", "[[strike]]\nid = \"x.strike\"\ntitle = \"x\"\npayers = [\"medicaid\"]\nbasis = \"house\"\n"),
    ("unknown-name", "[answer]\npool_by = \"day\"\n"),
    ("no-such-value", "[answer]\npool = \"week\"\n"),
    (
        "repeated-name",
        "[[hold]]\nid = \"act.job-coaching\"\ntitle = \"x\"\nwhen.activity = \"other\"\nbasis = \"house\"\n",
    ),
    ("reserved-name", "[fact.minutes]\nkind = \"number\"\n"),
    ("nothing-to-replace", "[payer.county]\ntitle = \"County\"\nreplaces = true\n"),
    ("no-basis", "[[advise]]\nid = \"x.look\"\ntitle = \"x\"\nwhen.activity = \"other\"\n"),
    ("bad-date", "[[advise]]\nid = \"x.date\"\ntitle = \"x\"\nfrom = \"2026-02-30\"\nbasis = \"house\"\n"),
    ("bad-amount", "[[rate]]\nservice = \"act_team\"\namount = \"$250\"\nfrom = \"2026-07-01\"\nbasis = \"house\"\n"),
    (
        "bad-condition",
        "[[advise]]\nid = \"x.none\"\ntitle = \"x\"\nwhen.not.plan_link = [\"yes\", \"no\"]\nbasis = \"house\"\n",
    ),
    (
        "same-rate-date",
        "[[rate]]\nservice = \"vocational_act\"\namount = \"17.73\"\nfrom = \"undated\"\nbasis = \"house\"\n",
    ),
    ("gap", "[fact.activity]\nvalues = [\"self_care_skills\", \"knitting\"]\nreplaces = true\n"),
    (
        "conflict",
        "[[offer]]\nid = \"x.offer\"\ntitle = \"x\"\nwhen.activity = \"job_coaching\"\nservice = \"act_team\"\npayers = [\"department\"]\nbasis = \"house\"\n",
    ),
];

/// Property 9.
#[test]
fn a_set_with_one_problem_decides_nothing() {
    for (code, block) in BROKEN {
        let problems = problems_with("agency.toml", block);
        assert!(!problems.is_empty(), "no problem with {block}");
        // A vocabulary without most of its values breaks every rule that asks one of them.
        let found = problems.iter().any(|problem| problem.code.as_str() == code);
        assert!(found || code == "gap", "{code}: {}", told(&problems));
    }
    assert!(problems_with("agency.toml", "").is_empty());
}

#[test]
fn all_problems_are_told_at_once_each_at_its_place() {
    let broken: Vec<(&str, &str)> =
        BROKEN.into_iter().filter(|(code, _)| !["not-toml", "gap", "conflict"].contains(code)).collect();
    let files = shipped().into_iter().chain(broken.iter().enumerate().map(|(at, (_, block))| RuleFile {
        name: format!("site-{at}.toml"),
        text: (*block).to_owned(),
        own: false,
    }));
    let problems = Ready::new(files.collect(), &[], &[]).unwrap_err();
    for (at, (code, _)) in broken.iter().enumerate() {
        let here = |file: &str| file == format!("site-{at}.toml");
        let found = problems.iter().any(|problem| {
            problem.code.as_str() == *code && problem.place.as_ref().is_some_and(|place| here(&place.file))
        });
        assert!(found, "{code} in site-{at}.toml: {}", told(&problems));
    }
    assert!(problems.iter().all(|problem| problem.help.is_some() && problem.excerpt.is_some()), "{}", told(&problems));
}

/// Splits the shipped rule files into blocks. A group or an alias table stays with its block.
fn blocks() -> Vec<String> {
    let mut blocks = Vec::new();
    for file in shipped() {
        let mut block = String::new();
        for line in file.text.lines() {
            let part = line.starts_with("[[") && line.contains(".any]]")
                || line.starts_with("[fact.") && [".alias]", ".groups]"].iter().any(|end| line.contains(end));
            if line.starts_with('[') && !part && !block.is_empty() {
                blocks.push(std::mem::take(&mut block));
            }
            block += line;
            block.push('\n');
        }
        blocks.push(block);
    }
    blocks
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(24))]

    /// Property 5.
    #[test]
    fn the_order_of_files_and_blocks_is_nothing(
        blocks in Just(blocks()).prop_shuffle(),
        names in prop::collection::btree_set("[a-z]{1,4}", 1..9),
        places in prop::collection::vec(any::<prop::sample::Index>(), 600),
        records in batch(40),
        strict in any::<bool>(),
        format in select(vec![Format::Json, Format::Csv]),
    ) {
        prop_assert!(blocks.len() > 60 && blocks.len() < places.len());
        let mut files: Vec<RuleFile> =
            names.into_iter().map(|name| RuleFile { name: format!("{name}.toml"), text: String::new(), own: false }).collect();
        for (block, place) in blocks.iter().zip(places) {
            let at = place.index(files.len());
            files[at].text += block;
        }
        files.reverse();
        let shuffled = Ready::new(files, &[], &[]).map_err(|problems| TestCaseError::fail(told(&problems)))?;
        let text = written(format, &records);
        let rows = |ready| ndjson(&run(ready, &[("notes", format, text.as_bytes())], strict).unwrap().report);
        let (ordered, shuffled) = (rows(ready()), rows(&shuffled));
        prop_assert_eq!(ordered, shuffled);
    }
}
