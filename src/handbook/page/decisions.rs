//! The decision table on the page: one table for activities that are decided alike.

use maud::{Markup, html};

use super::parts::{breakable, link};
use crate::handbook::table::{Row, Section, Table};
use crate::handbook::write_table::{activities, cell, ids, left_out, summary};
use crate::rules::{Outcome, RuleSet};
use crate::words;

pub(super) fn chapter(table: &Table<'_>) -> Markup {
    html! {
        p {
            "Read off the proof, not written by hand: the rows of a table exclude each other, and together they are "
            "every note. Read a row from left to right; an empty cell means that any answer does."
        }
        @for section in &table.sections {
            h3 { (breakable(&activities(table, section))) }
            (rows(table, section))
            @if let Some(line) = left_out(section) { p { (line) } }
        }
        @for line in summary(table).iter().skip(1) { p { (breakable(line)) } }
    }
}

fn rows(table: &Table<'_>, section: &Section<'_>) -> Markup {
    let set = table.set;
    let ask = |variable: usize| {
        let fact = table.diagram.variables.get(variable)?.question.fact()?;
        Some(set.vocabulary.fact(fact).ask.as_str())
    };
    html! {
        div.wide {
            table.decisions {
                thead {
                    tr {
                        @for variable in &section.columns {
                            th scope="col" title=[ask(*variable)] { (breakable(table.name(*variable))) }
                        }
                        th scope="col" { "outcome" }
                        th scope="col" { "decided by" }
                    }
                }
                tbody {
                    @for row in &section.rows {
                        tr {
                            @for variable in &section.columns { td { (breakable(&cell(table, row, *variable))) } }
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
