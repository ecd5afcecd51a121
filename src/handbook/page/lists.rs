//! The chapters that are lists: house rules, services and rates, settings, presumptions, facts, promises, sources, ids.

use maud::{Markup, html};

use super::parts::{anchor, breakable, card, coded, kind, link, rests_on, source_name};
use crate::diagram::Diagram;
use crate::effective::Effective;
use crate::facts::{Lever, Origin};
use crate::message::Code;
use crate::nearest::joined;
use crate::proof::{Problem, combinations};
use crate::rules::{DatedRate, RuleSet, ServiceId};
use crate::words;

/// Rules that no source says, in full; then every rule that a source says of something else.
pub(super) fn house(set: &RuleSet) -> Markup {
    let rules = || set.rules.iter().filter(|rule| rule.basis.house);
    html! {
        h3 { "Rules that no source says" }
        @for rule in rules().filter(|rule| rule.basis.cites.is_empty()) { (card(set, rule)) }
        h3 { "Rules that a source says of something else" }
        p { "They stand above, beside the words that they extend:" }
        ul {
            @for rule in rules().filter(|rule| !rule.basis.cites.is_empty()) {
                li {
                    (link("rule", &rule.id)) " " (rule.title)
                    @if let Some(note) = &rule.basis.note { ": " em { (coded(note)) } }
                }
            }
        }
    }
}

pub(super) fn services(set: &RuleSet) -> Markup {
    html! {
        @for service in set.service_ids() {
            @let told = set.service(service);
            h3 id=(anchor("service", &told.name)) { (told.title) " (" code { (told.full_code()) } ")" }
            p {
                "Billed by the " (told.unit.as_str().replace('_', " ")) ". Rests on " (rests_on(set, &told.basis)) "."
            }
            (rates(set, service))
        }
    }
}

fn rates(set: &RuleSet, service: ServiceId) -> Markup {
    let rates: Vec<&DatedRate> = set.rates.iter().filter(|rate| rate.service == service).collect();
    html! {
        @if rates.is_empty() {
            p { "No rate is known: its units are counted and shown as unpriced until a rule file gives one." }
        } @else {
            table {
                thead { tr { th scope="col" { "service dates" } th scope="col" { "dollars" } th scope="col" { "rests on" } } }
                tbody {
                    @for (number, rate) in rates.iter().enumerate() {
                        tr {
                            td {
                                (words::dates(rate.effective))
                                @if rate.effective.through.is_none() {
                                    @if let Some(next) = rates.get(number + 1).and_then(|next| next.effective.from) {
                                        ", before " (next)
                                    }
                                }
                            }
                            td.number { (rate.rate) }
                            td { (rests_on(set, &rate.basis)) }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn settings(set: &RuleSet) -> Markup {
    html! {
        p { "What the sources leave open. The agency answers; where it does not, the default holds." }
        @for setting in &set.settings {
            @let fact = set.vocabulary.fact(setting.fact);
            article.setting id=(anchor("setting", &fact.name)) {
                h3 { (fact.ask) }
                dl {
                    dt { "Answer in force" }
                    dd { strong { (set.written(setting.fact, setting.value)) } " (" (setting.by.as_str()) ")" }
                    dt { "Default" }
                    dd { (set.written(setting.fact, setting.default)) }
                    dt { "May be" }
                    dd { (words::takes(&fact.kind)) }
                    @if !setting.basis.cites.is_empty() || setting.basis.house {
                        dt { "Rests on" }
                        dd { (rests_on(set, &setting.basis)) }
                    }
                    @let asking = set.rules.iter().filter(|rule| rule.condition.tests().any(|test| test.fact == setting.fact));
                    @let asking = asking.map(|rule| rule.id.as_str()).collect::<Vec<_>>();
                    @if !asking.is_empty() {
                        dt { "Asked by" }
                        dd { @for id in asking { (link("rule", id)) " " } }
                    }
                }
                p.id { code { (fact.name) } }
            }
        }
    }
}

pub(super) fn presumptions(set: &RuleSet) -> Markup {
    html! {
        p { "What is taken for the answer where a note gives none. Every row that rests on one of these says so." }
        table {
            thead { tr { th scope="col" { "fact" } th scope="col" { "presumed" } th scope="col" { "rests on" } } }
            tbody {
                @for presumption in &set.presumptions {
                    @let name = &set.vocabulary.fact(presumption.fact).name;
                    tr id=(anchor("presumed", name)) {
                        td { (link("fact", name)) }
                        td {
                            code { (set.written(presumption.fact, presumption.value)) }
                            @if !presumption.when.is_empty() {
                                ", where " (coded(&joined(words::tests(set, &presumption.when), "and")))
                            }
                        }
                        td { (rests_on(set, &presumption.basis)) }
                    }
                }
            }
        }
    }
}

pub(super) fn vocabulary(set: &RuleSet) -> Markup {
    let asked = set.vocabulary.facts().filter(|(_, fact)| fact.origin != Origin::Setting);
    html! {
        table {
            thead {
                tr {
                    th scope="col" { "fact" }
                    th scope="col" { "question" }
                    th scope="col" { "answers" }
                    th scope="col" { "how an answer could change" }
                }
            }
            tbody {
                @for (_, fact) in asked {
                    tr id=(anchor("fact", &fact.name)) {
                        td { code { (breakable(&fact.name)) } @if fact.is_required() { " (required)" } }
                        td { (fact.ask) }
                        td { (breakable(&words::takes(&fact.kind))) }
                        td { (lever(fact.origin, fact.lever)) }
                    }
                }
            }
        }
    }
}

fn lever(origin: Origin, lever: Option<Lever>) -> &'static str {
    match (origin, lever) {
        (Origin::Age(_) | Origin::DaysSince(_), _) => "worked out from another answer",
        (_, Some(Lever::Chart)) => "only if the chart already supports the other answer",
        (_, Some(Lever::Record)) => "somebody can look it up",
        (_, Some(Lever::Never)) => "not at all: it is history",
        (_, None) => "",
    }
}

pub(super) fn promises(set: &RuleSet, diagram: &Diagram, broken: &[Problem]) -> Markup {
    let holds = |id: &String| {
        let about = |problem: &Problem| problem.message.code == Code::InvariantFails && problem.about.contains(id);
        !broken.iter().any(about)
    };
    html! {
        p {
            "Promises about every possible note under every answer to every setting, each looked at over all "
            (words::grouped(combinations(set, diagram))) " combinations."
        }
        table {
            thead { tr { th scope="col" { "promise" } th scope="col" { "in full" } th scope="col" { "proof" } } }
            tbody {
                @for invariant in &set.invariants {
                    tr id=(anchor("promise", &invariant.id)) {
                        td { (words::capital(&invariant.title)) p.id { code { (invariant.id) } } }
                        td {
                            @let when = words::clause(set, &invariant.when);
                            @if !when.is_empty() { "Where " (coded(&joined(when, "and"))) ": " }
                            (coded(&joined(words::clause(set, &invariant.always), "and")))
                        }
                        td { @if holds(&invariant.id) { "proved" } @else { strong { "does not hold" } } }
                    }
                }
            }
        }
    }
}

pub(super) fn sources(set: &RuleSet) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "source" } th scope="col" { "dated" } th scope="col" { "text" } } }
            tbody {
                @for source in &set.sources {
                    tr {
                        td { (source.title) p.id { code { (source.name) } } }
                        td { (source.dated) }
                        td.sha {
                            @if let Some(sha256) = &source.sha256 { "SHA-256 " code { (sha256) } }
                            @if let Some(unchecked) = &source.unchecked { "not checked: " (unchecked) }
                        }
                    }
                }
            }
        }
        @if !set.waivers.is_empty() {
            h3 { "Sentences that no rule needs to cite" }
            table {
                thead { tr { th scope="col" { "source" } th scope="col" { "sentence" } th scope="col" { "why" } } }
                tbody {
                    @for waiver in &set.waivers {
                        tr {
                            td { code { (source_name(set, waiver.source)) } }
                            td { "“" (waiver.quote) "”" }
                            td { (words::capital(&waiver.why)) }
                        }
                    }
                }
            }
        }
    }
}

pub(super) fn index(set: &RuleSet) -> Markup {
    html! {
        table {
            thead { tr { th scope="col" { "rule" } th scope="col" { "kind" } th scope="col" { "says" } th scope="col" { "dates" } } }
            tbody {
                @for rule in &set.rules {
                    tr {
                        td { (link("rule", &rule.id)) }
                        td { (kind(rule.kind())) }
                        td { (rule.title) }
                        td { @if rule.effective == Effective::default() { "always" } @else { (words::dates(rule.effective)) } }
                    }
                }
            }
        }
    }
}
