//! The decision table on the page, one table for each group of activities that rules treat alike.

use maud::{Markup, html};

use super::card::{breakable, link};
use crate::handbook::table::{Row, Section, Table};
use crate::handbook::write_table::{activities, answers, ids, left_out, outcome, summary};

pub(super) fn chapter(table: &Table<'_>) -> Markup {
    html! {
        p {
            "Read off the proof, not written by hand: the rows of a table exclude each other, and together they are "
            "every note. Read a row from left to right; an empty cell means that any answer does."
        }
        @for section in &table.sections {
            h3 { (breakable(&activities(table, section))) }
            div.wide { (rows(table, section)) }
            p { (left_out(section)) }
        }
        @for line in summary(table).iter().skip(1) { p { (breakable(line)) } }
    }
}

fn rows(table: &Table<'_>, section: &Section<'_>) -> Markup {
    html! {
        table.decisions {
            thead {
                tr {
                    @for column in &section.columns { th scope="col" { (breakable(table.name(*column))) } }
                    th scope="col" { "outcome" }
                    th scope="col" { "decided by" }
                }
            }
            tbody {
                @for row in &section.rows {
                    tr {
                        @for column in &section.columns { td { (breakable(&answers(table, row, *column))) } }
                        td class={ "outcome " (row.outcome.status()) } { (breakable(&outcome(table.set, row.outcome))) }
                        td.why { (why(table, row)) }
                    }
                }
            }
        }
    }
}

/// Renders the rules that decide every note of the row, followed by those that decide some.
fn why(table: &Table<'_>, row: &Row) -> Markup {
    let names = |names: Vec<&str>| html! { @for name in names { (link("rule", name)) " " } };
    let sometimes = ids(table.set, &row.sometimes);
    html! {
        (names(ids(table.set, &row.always)))
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
