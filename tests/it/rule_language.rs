//! The meaning of each part of the rule language.

use actbill::effective::parse_date;
use actbill::facts::{Facts, date_answer};
use actbill::read::Format;
use actbill::rules::Effect;

use crate::notes::{Record, json};
use crate::shared::{run, told};
use crate::tiny::{OFFER, codes, decided, ends, load, loaded, rule};

#[test]
fn the_first_payer_that_is_left_pays() {
    let strike_p = rule("strike", "strike-p", "when.f = \"yes\"; payers = [\"p\"]");
    let exclude_q = rule("exclude", "exclude-q", "when.g = [\"x\", \"y\"]; payers = [\"q\"]");
    let ready = loaded(&[OFFER, &strike_p, &exclude_q]);
    assert_eq!(ends(&ready, &[("f", "no"), ("g", "x")]), "p");
    assert_eq!(ends(&ready, &[("f", "yes"), ("g", "z")]), "q");
    let none = decided(&ready, &[("f", "yes"), ("g", "y")]);
    assert_eq!((none.status.as_str(), none.rules), ("non_billable", vec!["exclude-q".into(), "strike-p".into()]));
    let billed = decided(&ready, &[("f", "yes"), ("g", "z")]);
    assert_eq!(billed.rules, ["offer", "strike-p"], "the offer, and what took away the payer it would rather have");
    assert_eq!((billed.code.as_deref(), billed.modifiers), (Some("X1"), Some(vec!["M".into(), "N".into()])));
}

#[test]
fn a_payer_may_be_taken_away_for_one_service_only() {
    let day = rule(
        "offer",
        "day",
        "when.activity = \"a\"; when.f = \"yes\"; service = \"d\"; payers = [\"p\"]; overrides = [\"offer\"]",
    );
    let strike = rule("strike", "strike", "when.g = \"x\"; payers = [\"p\", \"q\"]; services = [\"s\"]");
    let ready = loaded(&[OFFER, &day, &strike]);
    let service = |f, g| decided(&ready, &[("f", f), ("g", g)]).service;
    assert_eq!(service("yes", "x").as_deref(), Some("d"));
    assert_eq!(service("no", "y").as_deref(), Some("s"));
    assert_eq!(service("no", "x"), None);
}

#[test]
fn a_hold_goes_before_everything() {
    let hold = rule("hold", "hold", "when.activity = \"a\"; when.f = \"yes\"; instead = \"write b\"");
    let ready = loaded(&[OFFER, &hold]);
    let row = decided(&ready, &[("f", "yes")]);
    assert_eq!((row.status.as_str(), row.rules, row.missing.len()), ("held", vec!["hold".to_owned()], 0));
    assert!(row.because.unwrap().contains("write b") && row.units.is_none() && row.payer.is_none());
    assert_eq!(ends(&ready, &[("f", "no")]), "p");
}

#[test]
fn a_hold_names_payers_and_says_what_to_record_instead() {
    let hold = |lines: &str| rule("hold", "hold", &format!("when.activity = \"a\"; when.f = \"yes\"; {lines}"));
    let instead = |lines: &str| {
        let set = loaded(&[OFFER, &hold(lines)]).set;
        let (_, rule) = set.rules().find(|(_, rule)| rule.id == "hold").unwrap();
        let Effect::Hold { payers, instead } = rule.effect.clone() else { panic!("a hold") };
        (payers.map(|payers| payers.len()), set.instead_text(&instead))
    };
    assert_eq!(instead("payers = [\"p\", \"q\"]"), (Some(2), None));
    let table = "instead = { activity = \"b\", g = \"x\", if = \"the chart shows it\" }";
    let said = "record `activity` as `b` and `g` as `x` if the chart shows it";
    assert_eq!(instead(table), (None, Some(said.into())));
    let list = "instead = [{ activity = \"b\" }, \"ask.\"]";
    assert_eq!(instead(list), (None, Some("record `activity` as `b`; or ask".into())));
    for (lines, code) in [
        ("instead = { if = \"x\" }", "missing-key"),
        ("instead = { actvity = \"b\" }", "unknown-name"),
        ("instead = { activity = \"bb\" }", "no-such-value"),
        ("instead = 5", "wrong-type"),
        ("payers = []", "missing-key"),
        ("payers = [\"pp\"]", "unknown-name"),
    ] {
        assert_eq!(codes(&[OFFER, &hold(lines)]), [code], "{lines}");
    }
}

#[test]
fn a_condition_may_name_a_group_wherever_it_may_name_a_value() {
    let fact = |groups: &str| {
        format!(
            "[fact.h]\nvalues = [\"one\", \"two\", \"three\"]\nalias = {{ \"uno\" = \"one\" }}\n[fact.h.groups]\n{groups}\n"
        )
    };
    let small = fact("small = [\"one\", \"two\"]");
    let rules = |condition: &str| rule("strike", "strike", &format!("{condition}; payers = [\"p\"]"));
    let ends_with = |condition: &str| {
        let ready = loaded(&[OFFER, &small, &rules(condition)]);
        ["one", "two", "three"].map(|h| ends(&ready, &[("h", h)]))
    };
    assert_eq!(ends_with("when.h = \"small\""), ["q", "q", "p"]);
    assert_eq!(ends_with("when.not.h = [\"small\"]"), ["p", "p", "q"]);
    assert_eq!(codes(&[OFFER, &small, &rules("when.h = [\"smal\"]")]), ["no-such-value"]);
    // A note answers values, never groups.
    assert_eq!(ends(&loaded(&[OFFER, &small, &rules("when.h = \"small\"")]), &[("h", "small")]), "rejected");
    for (groups, code) in [
        ("One = [\"two\"]", "repeated-name"),
        ("uno = [\"two\"]", "repeated-name"),
        ("small = [\"fuor\"]", "no-such-value"),
        ("small = []", "missing-key"),
        ("small = [\"one\", \"one\"]", "repeated-name"),
    ] {
        assert_eq!(codes(&[OFFER, &fact(groups)]), [code], "{groups}");
    }
    let alias = "[alias.h]\nSmall = \"three\"\n";
    assert_eq!(codes(&[OFFER, &small, alias]), ["repeated-name"]);
}

#[test]
fn two_offers_that_differ_are_a_conflict_unless_one_names_the_other() {
    let other = |more: &str| {
        rule(
            "offer",
            "other",
            &format!("when.activity = \"a\"; when.f = \"yes\"; service = \"d\"; payers = [\"p\"]{more}"),
        )
    };
    let problems = load(&[OFFER, &other("")]).unwrap_err();
    assert_eq!((problems.len(), problems[0].code.as_str()), (1, "conflict"), "{}", told(&problems));
    let text = told(&problems).replace(' ', "");
    assert!(text.contains("`f`is`yes`") && text.contains("\"f\":\"yes\""), "a smallest note: {}", told(&problems));
    let ready = loaded(&[OFFER, &other("; overrides = [\"offer\"]")]);
    assert_eq!(decided(&ready, &[("f", "yes")]).service.as_deref(), Some("d"));
    assert_eq!(decided(&ready, &[("f", "no")]).service.as_deref(), Some("s"));
    // The other way round the exception never comes to pass, and that is no conflict either.
    let under = OFFER.replace("payers", "overrides = [\"other\"]\npayers");
    assert_eq!(decided(&loaded(&[&under, &other("")]), &[("f", "yes")]).service.as_deref(), Some("s"));
    // Two offers of the same to the same payer are one outcome.
    let same = rule("offer", "same", "when.activity = \"a\"; service = \"s\"; payers = [\"p\"]");
    assert_eq!(decided(&loaded(&[OFFER, &same]), &[]).rules, ["offer", "same"]);
}

#[test]
fn work_that_nothing_speaks_to_is_a_gap_and_a_strike_says_nothing_of_work() {
    let half = OFFER.replace("when.activity = \"a\"", "when.activity = \"a\"\nwhen.f = \"yes\"");
    let strike = rule("strike", "strike", "when.activity = \"a\"; payers = [\"p\", \"q\"]");
    for rules in [&[half.as_str()][..], &[half.as_str(), strike.as_str()]] {
        let problems = load(rules).unwrap_err();
        assert_eq!((problems.len(), problems[0].code.as_str()), (1, "gap"), "{}", told(&problems));
        assert!(told(&problems).contains("`f` is `no`"), "{}", told(&problems));
    }
    for kind in ["exclude", "hold"] {
        let lines = "when.activity = \"a\"; when.f = \"no\"";
        let payers = if kind == "exclude" { "; payers = [\"p\"]" } else { "" };
        loaded(&[&half, &rule(kind, "rest", &format!("{lines}{payers}"))]);
    }
}

#[test]
fn advice_adds_a_finding_and_changes_nothing_else() {
    let advise = rule("advise", "look", "when.f = \"yes\"");
    let ready = loaded(&[OFFER, &advise]);
    let advised = decided(&ready, &[("f", "yes")]);
    assert_eq!((advised.payer.as_deref(), advised.rules.len()), (Some("p"), 1));
    let finding = advised.findings.iter().find(|finding| finding.code == "look").unwrap();
    assert_eq!((finding.text.as_str(), finding.severity), ("it is look", "warning"));
    for fields in [&[("f", "no")][..], &[]] {
        let row = decided(&ready, fields);
        assert!(row.findings.iter().all(|finding| finding.code != "look") && row.missing.is_empty());
    }
}

#[test]
fn conditions_are_sets_joined_by_and_with_groups_for_or() {
    let lines = "when.not.g = [\"x\", \"y\"]; payers = [\"p\"]";
    let ready = loaded(&[OFFER, &rule("strike", "strike", lines)]);
    assert_eq!(["x", "y", "z"].map(|g| ends(&ready, &[("g", g)])), ["p", "p", "q"]);
    let groups = "when.activity = \"a\"; payers = [\"p\"]; [[strike.any]]; when.f = \"yes\"; when.g = \"x\"; [[strike.any]]; f = \"no\"; not.g = \"x\"";
    let ready = loaded(&[OFFER, &rule("strike", "strike", groups)]);
    let table = ["yes", "no"].map(|f| ["x", "y", "z"].map(|g| ends(&ready, &[("f", f), ("g", g)])));
    assert_eq!(table, [["q", "p", "p"], ["p", "q", "q"]]);
}

#[test]
fn numbers_are_asked_in_bands() {
    let band = |lines: &str| loaded(&[OFFER, &rule("strike", "strike", &format!("{lines}; payers = [\"p\"]"))]);
    let ready = band("when.n.at_least = 5; when.n.below = 9");
    assert_eq!(["4", "5", "8", "9"].map(|n| ends(&ready, &[("n", n)])), ["p", "q", "q", "p"]);
    let ready = band("when.not.n.at_least = 5");
    assert_eq!(["0", "4", "5"].map(|n| ends(&ready, &[("n", n)])), ["q", "q", "p"]);
    let ready = band("when.minutes.at_least = 53");
    assert_eq!(["52", "53"].map(|minutes| ends(&ready, &[("minutes", minutes)])), ["p", "q"]);
    let ready = band("when.age.below = 65");
    let born = |date| ends(&ready, &[("birth_date", date)]);
    assert_eq!(["1961-03-02", "1961-03-03", "2026-03-02"].map(born), ["p", "q", "q"], "65 on that very day");
    let ready = band("when.days_since_discharge.at_least = 14");
    let left = |date| ends(&ready, &[("discharge", date)]);
    assert_eq!(["2026-02-16", "2026-02-17", "2026-03-05"].map(left), ["q", "p", "p"]);
    // Further off than any bound can say is still further off than this one: the graph and the rule itself agree.
    assert_eq!(["1900-01-01", "0001-01-01"].map(left), ["q", "q"]);
    let fact = ready.set.vocabulary.find("discharge").unwrap();
    let mut facts = Facts::unanswered(&ready.set.vocabulary);
    facts.set(fact, date_answer(parse_date("1900-01-01").unwrap()));
    facts.derive(&ready.set.vocabulary, parse_date("2026-03-02").unwrap(), 60);
    let strike = ready.set.rules.iter().find(|rule| rule.id == "strike").unwrap();
    assert_eq!(strike.applies(&facts, parse_date("2026-03-02").unwrap()), Some(true));
}

/// Notes whose answers are in the same bands share a decision, so its sentence must not contain one note's number.
#[test]
fn a_sentence_holds_no_number_of_another_note() {
    let offer = rule("offer", "long", "when.activity = \"a\"; when.n.at_least = 30; service = \"s\"; payers = [\"p\"]");
    let speaks = rule("exclude", "speaks", "when.activity = \"a\"; payers = [\"q\"]");
    let ready = loaded(&[&offer, &speaks]);
    let notes = ["10", "12"].map(|n| {
        let fields = [("id", n), ("client", "client-a"), ("date", "2026-03-02"), ("minutes", "60"), ("activity", "a")];
        json(&Record::of(&fields).with(&[("n", n)]))
    });
    let rows = run(&ready, &[("notes", Format::Ndjson, notes.join("\n").as_bytes())], false).unwrap().rows;
    for row in rows {
        assert_eq!(
            row.because.as_deref(),
            Some("Nobody pays: it is speaks (house rule); X1 M N needs `n` to be 30 or more.")
        );
    }
}

#[test]
fn a_band_of_one_number_is_told_as_that_number() {
    let open = rule("strike", "strike", "when.n.at_least = 5; when.n.below = 6; payers = [\"p\"]");
    let because = decided(&loaded(&[OFFER, &open]), &[]).because.unwrap();
    assert!(because.contains("n 5") && !because.contains("5 to 5"), "{because}");
}

#[test]
fn a_rule_holds_from_its_first_date_through_its_last() {
    let dated = rule("strike", "strike", "from = \"2026-03-02\"; through = \"2026-03-31\"; payers = [\"p\"]");
    let ready = loaded(&[OFFER, &dated]);
    let on = |date| ends(&ready, &[("date", date)]);
    assert_eq!(["2026-03-01", "2026-03-02", "2026-03-31", "2026-04-01"].map(on), ["p", "q", "q", "p"]);
    let ready =
        loaded(&[OFFER, &rule("strike", "strike", "from = \"undated\"; through = \"2026-03-01\"; payers = [\"p\"]")]);
    assert_eq!(["1900-01-01", "2026-03-01", "2026-03-02"].map(|date| ends(&ready, &[("date", date)])), ["q", "q", "p"]);
    // An offer that ends leaves a gap behind it.
    assert_eq!(codes(&[&OFFER.replace("service =", "through = \"2026-12-31\"\nservice =")]), ["gap"]);
}

#[test]
fn an_open_answer_holds_only_where_it_can_change_the_outcome() {
    let strike = rule("strike", "strike", "when.f = \"yes\"; payers = [\"p\"]");
    let hold = rule("hold", "hold", "when.activity = \"a\"; when.g = \"z\"");
    let ready = loaded(&[OFFER, &strike, &hold]);
    let row = decided(&ready, &[]);
    assert_eq!((row.status.as_str(), row.missing), ("held", vec!["f".into(), "g".into()]));
    assert_eq!(row.possible, ["held", "p", "q"]);
    assert_eq!((row.units, row.payer, row.amount, row.quarter_hours), (None, None, None, Some(4)));
    assert_eq!(decided(&ready, &[("g", "x")]).missing, ["f"]);
    assert_eq!(decided(&ready, &[("g", "z")]).missing, Vec::<String>::new(), "held whatever `f` is");
    assert_eq!(decided(&ready, &[("f", "no")]).possible, ["held", "p"]);
    // The reasons may differ as long as payer and service are the same.
    let both = [
        rule("strike", "s1", "when.f = \"yes\"; payers = [\"p\"]"),
        rule("strike", "s2", "when.f = \"no\"; payers = [\"p\"]"),
    ];
    let same = decided(&loaded(&[OFFER, &both[0], &both[1]]), &[]);
    assert_eq!((same.payer.as_deref(), same.missing.len()), (Some("q"), 0));
    // What is derived is missing under the name of the field that it needs.
    let age = rule("strike", "strike", "when.age.at_least = 65; payers = [\"p\"]");
    let days = rule("strike", "later", "when.days_since_discharge.below = 3; payers = [\"q\"]");
    assert_eq!(decided(&loaded(&[OFFER, &age, &days]), &[]).missing, ["birth_date", "discharge"]);
}

/// Where no offer is near, what is said of the client explains why nobody pays beside what is said of the work.
#[test]
fn a_sentence_names_strikes_beside_excludes_where_no_offer_is_near() {
    let offer = |tests: &str| {
        rule("offer", "offer", &format!("when.activity = \"a\"; {tests}; service = \"s\"; payers = [\"p\"]"))
    };
    let speaks = rule("exclude", "speaks", "when.activity = \"a\"; payers = [\"q\"]");
    let strike = rule("strike", "strike", "when.f = \"no\"; payers = [\"q\"]");
    let because = |tests: &str| {
        let answers = [("f", "no"), ("g", "z"), ("n", "1"), ("birth_date", "1990-01-01")];
        decided(&loaded(&[&offer(tests), &speaks, &strike]), &answers).because.unwrap()
    };
    let far = because("when.f = \"yes\"; when.g = \"x\"; when.n.at_least = 30; when.age.at_least = 65");
    assert_eq!(far, "Nobody pays: it is speaks (house rule) and it is strike (house rule).");
    let near = because("when.g = \"x\"");
    assert!(near.starts_with("Nobody pays: it is speaks (house rule); X1 M N needs"), "{near}");
}

/// What each of up to three missing facts leads to is said; of more, only their names are.
#[test]
fn a_sentence_explains_up_to_three_missing_facts() {
    let rules = [
        rule("strike", "s1", "when.f = \"yes\"; payers = [\"p\"]"),
        rule("strike", "s2", "when.n.at_least = 5; payers = [\"q\"]"),
        rule("strike", "s3", "when.age.at_least = 65; payers = [\"p\"]"),
        rule("strike", "s4", "when.days_since_discharge.below = 3; payers = [\"q\"]"),
        rule("hold", "s5", "when.activity = \"a\"; when.g = \"z\""),
    ];
    let ready = loaded(&[&[OFFER][..], &rules.each_ref().map(String::as_str)].concat());
    let answers = [("birth_date", "1990-01-01"), ("g", "x")];
    let sentence = |given: usize| {
        let row = decided(&ready, &answers[..given]);
        (row.missing.len(), row.because.unwrap().contains("are not answered"))
    };
    assert_eq!([0, 1, 2].map(sentence), [(5, true), (4, true), (3, false)]);
}

/// What stands against an offer of another date is asked for the date nearest to the note on which the offer holds.
#[test]
fn an_offer_of_another_date_is_near_unless_it_would_be_taken_away_there() {
    let offer = |dates: &str| {
        rule("offer", "dated", &format!("when.activity = \"a\"; service = \"s\"; payers = [\"p\"]; {dates}"))
    };
    let speaks = rule("exclude", "speaks", "when.activity = \"a\"; payers = [\"q\"]");
    let strike = |dates: &str| rule("strike", "strike", &format!("payers = [\"p\"]; {dates}"));
    let is_near = |offered: &str, struck: &str| {
        let because = decided(&loaded(&[&offer(offered), &speaks, &strike(struck)]), &[]).because.unwrap();
        assert!(because.starts_with("Nobody pays: it is speaks (house rule)"), "{because}");
        because.contains("X1 M N needs a service date")
    };
    let (before, after) = ("from = \"undated\"; through = \"2026-02-28\"", "from = \"2026-04-01\"");
    let (until, since) = ("from = \"undated\"; through = \"2026-03-31\"", "from = \"2026-03-01\"");
    assert_eq!([after, until].map(|struck| is_near(after, struck)), [false, true]);
    assert_eq!([before, since].map(|struck| is_near(before, struck)), [false, true]);
}
