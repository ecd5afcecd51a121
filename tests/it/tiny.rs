//! Small rule sets that show what one part of the language means.

use actbill::message::Message;
use actbill::read::Format;
use actbill::report::Row;
use actbill::rules::RuleFile;
use actbill::run::Ready;

use crate::notes::{Record, json};
use crate::shared::{run, told};

/// Facts, payers, services, and a rule for every activity except `a`, so that tests need only deal with `a`.
pub(crate) const BASE: &str = r#"
[fact.activity]
values = ["a", "b"]
[fact.f]
values = ["yes", "no"]
[fact.g]
values = ["x", "y", "z"]
[fact.n]
kind = "number"
[fact.birth_date]
kind = "date"
[fact.discharge]
kind = "date"
[payer.p]
title = "P"
[payer.q]
title = "Q"
[service.s]
title = "S"
code = "X1"
modifiers = ["M", "N"]
unit = "quarter_hour"
[service.d]
title = "D"
code = "X2"
unit = "day"
[[hold]]
id = "base.b"
title = "b is for a person"
when.activity = "b"
basis = "house"
"#;

/// An offer of the service `s` to `p`, or else `q`, for the activity `a`.
pub(crate) const OFFER: &str = r#"
[[offer]]
id = "offer"
title = "a is offered"
when.activity = "a"
service = "s"
payers = ["p", "q"]
basis = "house"
"#;

/// Returns a rule of this kind and id with these lines, as a house rule.
pub(crate) fn rule(kind: &str, id: &str, lines: &str) -> String {
    format!("[[{kind}]]\nid = \"{id}\"\ntitle = \"it is {id}\"\nbasis = \"house\"\n{}\n", lines.replace("; ", "\n"))
}

/// Loads the base with these rules.
pub(crate) fn load(rules: &[&str]) -> Result<Ready, Vec<Message>> {
    load_with(rules, &[], &[])
}

/// Loads the base with these rules, answers to settings, and presumptions.
pub(crate) fn load_with(rules: &[&str], set: &[(&str, &str)], presume: &[(&str, &str)]) -> Result<Ready, Vec<Message>> {
    let owned =
        |pairs: &[(&str, &str)]| pairs.iter().map(|(a, b)| ((*a).to_owned(), (*b).to_owned())).collect::<Vec<_>>();
    let file =
        |(at, text): (usize, &&str)| RuleFile { name: format!("{at}.toml"), text: (*text).to_owned(), own: false };
    let files = [&[BASE][..], rules].concat().iter().enumerate().map(file).collect();
    Ready::new(files, &owned(set), &owned(presume))
}

pub(crate) fn loaded(rules: &[&str]) -> Ready {
    load(rules).unwrap_or_else(|problems| panic!("{}", told(&problems)))
}

/// Returns the codes of the problems of the base with these rules.
pub(crate) fn codes(rules: &[&str]) -> Vec<&'static str> {
    load(rules).err().unwrap_or_default().iter().map(|problem| problem.code.as_str()).collect()
}

/// Returns the row of an hour of `a` on March 2, 2026, with these additional fields.
pub(crate) fn decided(ready: &Ready, fields: &[(&str, &str)]) -> Row {
    let usual = [("id", "n-1"), ("client", "client-a"), ("date", "2026-03-02"), ("minutes", "60"), ("activity", "a")];
    let note = json(&Record::of(&usual).with(fields));
    run(ready, &[("notes", Format::Ndjson, note.as_bytes())], false).unwrap().rows.remove(0)
}

/// Returns the result of a note as a word: the payer, `non_billable`, `held`, or `rejected`.
pub(crate) fn ends(ready: &Ready, fields: &[(&str, &str)]) -> String {
    let row = decided(ready, fields);
    row.payer.unwrap_or_else(|| row.status.to_string())
}
