//! The decision table on the page: one table for activities that are decided alike.

use maud::{Markup, html};

use super::parts::{breakable, link};
use crate::handbook::shown::{activities, cell, ids, notes};
use crate::handbook::table::{Family, Row, Table};
use crate::rules::{Outcome, RuleSet};
use crate::words;

pub(super) fn chapter(set: &RuleSet, table: &Table) -> Markup {
    html! {
        p {
            "Read off the proof, not written by hand: the rows of a table exclude each other, and together they are "
            "every note. Read a row from left to right; an empty cell means that any answer does."
        }
        @for family in &table.families {
            h3 { (breakable(&activities(set, table, family))) }
            (rows(set, table, family))
        }
        @for line in notes(set, table).iter().skip(1) { p { (breakable(line)) } }
    }
}

fn rows(set: &RuleSet, table: &Table, family: &Family) -> Markup {
    let axes: Vec<_> = family.columns.iter().filter_map(|axis| table.axes.get(*axis)).collect();
    html! {
        div.wide {
            table.decisions {
                thead {
                    tr {
                        @for axis in axes {
                            th scope="col" title=[axis.asked.fact().map(|fact| set.vocabulary.fact(fact).ask.as_str())] {
                                (breakable(axis.asked.name(set)))
                            }
                        }
                        th scope="col" { "outcome" }
                        th scope="col" { "decided by" }
                    }
                }
                tbody {
                    @for row in &family.rows {
                        tr {
                            @for axis in &family.columns { td { (breakable(&cell(set, table, row, *axis))) } }
                            td class={ "outcome " (class(row.outcome)) } { (outcome(set, row.outcome)) }
                            td.why { (why(set, row)) }
                        }
                    }
                }
            }
        }
    }
}

fn class(outcome: Outcome) -> &'static str {
    match outcome {
        Outcome::Billable(..) => "billable",
        Outcome::NonBillable => "non-billable",
        Outcome::Held | Outcome::Gap | Outcome::Conflict => "held",
    }
}

fn outcome(set: &RuleSet, outcome: Outcome) -> Markup {
    html! {
        @if let Outcome::Billable(service, payer) = outcome {
            (words::payer_title(set, payer)) ", " code { (set.service(service).full_code()) }
        } @else {
            (words::outcome(set, outcome))
        }
    }
}

/// The rules that decide every note of the row; below them those that decide some.
fn why(set: &RuleSet, row: &Row) -> Markup {
    let names = |names: Vec<&str>| html! { @for name in names { (link("rule", name)) " " } };
    let sometimes = ids(set, &row.sometimes);
    html! {
        (names(ids(set, &row.always)))
        @if row.always.is_empty() && !sometimes.is_empty() {
            "one or more of " (names(sometimes))
        } @else if !sometimes.is_empty() {
            details {
                summary { "and in some notes " (sometimes.len()) " more" }
                (names(sometimes))
            }
        }
    }
}
