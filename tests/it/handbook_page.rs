//! The rules as one HTML page: complete, deterministic, self-contained, and with everything escaped.

use std::collections::BTreeSet;

use actbill::handbook::page;
use actbill::rules::{AnsweredBy, RuleFile};
use actbill::run::Ready;

use crate::shared::{agency, ready, ready_with, rule_folder, shipped, told};

fn shipped_page() -> String {
    page(&ready().set, &ready().diagram)
}

/// Returns every value of an attribute.
fn attributes(page: &str, name: &str) -> Vec<String> {
    let begin = format!(" {name}=\"");
    page.split(&begin).skip(1).map(|rest| rest.split('"').next().unwrap().to_owned()).collect()
}

/// Returns the names of all tags.
fn tags(page: &str) -> BTreeSet<String> {
    let names = page.split('<').skip(1).map(|rest| {
        rest.trim_start_matches('/').chars().take_while(|c| c.is_ascii_alphanumeric() || *c == '!').collect()
    });
    names.collect()
}

/// Escapes text for HTML.
fn escaped(text: &str) -> String {
    text.replace('&', "&amp;").replace('<', "&lt;").replace('>', "&gt;").replace('"', "&quot;")
}

#[test]
fn the_page_needs_nothing_from_elsewhere() {
    let page = shipped_page();
    for foreign in ["<script", "<link", "<img", "<iframe", "http:", "https:", "//", " src=", "url(", "@import"] {
        assert!(!page.contains(foreign), "{foreign}");
    }
    assert!(!attributes(&page, "href").is_empty());
    assert!(attributes(&page, "href").iter().all(|link| link.starts_with('#')));
}

#[test]
fn every_link_leads_somewhere_and_no_anchor_repeats() {
    let page = shipped_page();
    let ids = attributes(&page, "id");
    let places: BTreeSet<&str> = ids.iter().map(String::as_str).collect();
    assert_eq!(places.len(), ids.len());
    for link in attributes(&page, "href") {
        assert!(places.contains(link.trim_start_matches('#')), "{link} leads nowhere");
    }
}

#[test]
fn the_page_says_everything_once() {
    let (page, set) = (shipped_page(), &ready().set);
    for rule in set.rules.iter() {
        assert_eq!(page.matches(&format!("id=\"rule-{}\"", rule.id)).count(), 1, "{}", rule.id);
        if let Some(note) = &rule.basis.note {
            assert!(page.contains(&escaped(note)), "{note}");
        }
    }
    for quote in set.bases().flat_map(|basis| &basis.cites).filter_map(|cite| cite.quote.as_ref()) {
        assert!(page.contains(&escaped(quote)), "{quote}");
    }
    for setting in set.settings.iter() {
        assert!(page.contains(&escaped(&set.vocabulary.fact(setting.fact).ask)));
    }
    for invariant in set.invariants.iter() {
        assert!(page.contains(&format!("id=\"invariant-{}\"", invariant.id)), "{}", invariant.id);
    }
    for waiver in set.waivers.iter() {
        assert!(
            page.contains(&escaped(&waiver.quote)) && page.contains(&escaped(&waiver.why[1..])),
            "{}",
            waiver.quote
        );
    }
    for source in set.sources.iter() {
        assert!(page.contains(&escaped(&source.title)));
        assert!(source.sha256.as_ref().is_none_or(|sha256| page.contains(sha256)));
        assert!(source.unchecked.as_ref().is_none_or(|unchecked| page.contains(&escaped(unchecked))));
    }
    assert!(page.contains(&set.fingerprint) && page.contains("17.72") && page.contains("No rate is known"));
    assert!(page.contains("proved for every note") && !page.contains("does not hold"));
}

/// The places of the memo are listed in the memo's own order, whatever the order of the rule files.
#[test]
fn places_stand_in_the_order_of_their_source() {
    let page = shipped_page();
    let memo = ready().set.sources.iter().find(|source| source.name == "act-vocational").unwrap();
    let found: Vec<Option<usize>> =
        memo.places.iter().map(|place| page.find(&format!("<p class=\"at\">{}</p>", escaped(place)))).collect();
    assert!(found.iter().all(Option::is_some) && found.is_sorted(), "{found:?}");
}

#[test]
fn the_same_rules_give_the_same_bytes_wherever_they_lie() {
    let moved = shipped().into_iter().map(|file| RuleFile { name: file.name.replace("rules/", "/x/own/"), ..file });
    let moved = Ready::new(moved.collect(), &[], &[]).unwrap();
    assert_eq!(page(&moved.set, &moved.diagram), shipped_page());
    assert!(rule_folder().iter().any(|file| file.name == "README.md"));
}

#[test]
fn another_answer_or_rate_gives_another_page() {
    let answered = ready_with(&[("part_quarter_hour", "8")], &[]);
    let page_of = |ready: &Ready| page(&ready.set, &ready.diagram);
    assert!(answered.set.settings.iter().any(|setting| setting.by == AnsweredBy::CommandLine));
    assert!(page_of(&answered).contains("<code>8</code> (command line)"));
    let rate = "[[rate]]\nservice = \"act_team\"\namount = \"250\"\nfrom = \"2026-07-01\"\nbasis = \"house\"\n";
    let next = rate.replace("250", "260.5").replace("2026-07", "2027-01");
    let priced = page_of(&agency(&format!("{rate}{next}"), &[]));
    assert!(priced.contains("$250.00 for one unit, from 2026-07-01"), "{priced}");
    let unpriced = |page: &str| page.matches("No rate is known").count();
    assert!(priced.contains("$260.50 for one unit, from 2027-01-01"));
    assert_eq!(unpriced(&priced) + 1, unpriced(&shipped_page()));
}

#[test]
fn a_promise_that_does_not_hold_says_so() {
    let broken = "[[invariant]]\nid = \"own.never\"\ntitle = \"nothing is ever held\"\nalways.not.status = \"held\"\n";
    let ready = agency(broken, &[]);
    assert!(page(&ready.set, &ready.diagram).contains("does not hold: "));
}

/// A rule set that contains every text that can be chosen freely.
const FULL: &str = r#"
[source.NAME]
title = "EVIL"
dated = "undated"
sha256 = "SHA"
[payer.NAME]
title = "EVIL"
[fact.activity]
ask = "EVIL"
values = ["EVIL", "b"]
[fact.own_fact]
ask = "EVIL"
values = ["EVIL", "b", "c"]
lever = "chart"
[setting.own]
ask = "EVIL"
values = ["EVIL", "b"]
default = "EVIL"
cite = [{ source = NAME, at = "EVIL", quote = "EVIL" }]
[service.NAME]
title = "EVIL"
code = "EVIL"
modifiers = ["EVIL"]
unit = "day"
cite = [{ source = NAME, at = "EVIL", quote = "EVIL" }]
[[rate]]
service = NAME
amount = "1"
from = "undated"
basis = "house"
note = "EVIL"
[[offer]]
id = "own.offer"
formerly = ["EVIL"]
title = "EVIL"
when.activity = "EVIL"
when.own = "EVIL"
service = NAME
payers = [NAME]
cite = [{ source = NAME, at = "EVIL", quote = "EVIL", says = "EVIL" }]
basis = "house"
note = "EVIL"
[[hold]]
id = "h"
title = "EVIL"
instead = "EVIL"
basis = "house"
note = "EVIL"
[[hold.any]]
when.activity = "b"
[[hold.any]]
when.own = "b"
[presume.own_fact]
value = "EVIL"
when.activity = "EVIL"
basis = "house"
note = "EVIL"
[[invariant]]
id = "own.promise"
title = "EVIL"
when.activity = "EVIL"
always.payer = [NAME, "held"]
[[waiver]]
source = NAME
quote = "EVIL"
why = "EVIL"
"#;

/// Replaces every text of a rule file by characters that are special in HTML.
#[test]
fn no_text_of_a_rule_file_becomes_markup() {
    let evil = r#"<script>alert(1)</script><b x='y' z=\"w\">&amp;`<i>`]]>--><!--"#;
    let name = r#""<u>'&\"`""#;
    let text = FULL.replace("EVIL", evil).replace("NAME", name).replace("SHA", &"0".repeat(64));
    let files = vec![RuleFile { name: "evil.toml".into(), text, own: false }];
    let ready = Ready::new(files, &[], &[]).unwrap_or_else(|problems| panic!("{}", told(&problems)));
    let page = page(&ready.set, &ready.diagram);
    let known = tags(&shipped_page());
    assert!(tags(&page).is_subset(&known), "{:?}", tags(&page).difference(&known).collect::<Vec<_>>());
    assert!(!known.contains("script") && !known.contains("b") && !known.contains("u") && !known.contains("i"));
    assert!(page.contains("&lt;script&gt;alert(1)&lt;/script&gt;"));
    // No attribute ends early: what stands in one is in no way markup.
    for name in ["id", "href", "title", "class"] {
        assert!(attributes(&page, name).iter().all(|value| !value.contains(['<', '>'])), "{name}");
    }
    assert_eq!(page.matches("<!").count(), 1);
    let places: BTreeSet<String> = attributes(&page, "id").into_iter().collect();
    assert!(attributes(&page, "href").iter().all(|link| places.contains(link.trim_start_matches('#'))));
}
