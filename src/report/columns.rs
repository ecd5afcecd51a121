//! Facts that rows show in addition to their own fields.

use crate::facts::FactId;
use crate::message::{Code, Message};
use crate::nearest::nearest;
use crate::rules::RuleSet;

use super::Row;

/// Facts that rows show in addition to their own fields, in the requested order.
#[derive(Clone, Debug, Default)]
pub struct Columns(Vec<FactId>);

impl Columns {
    /// Creates columns for these facts. Returns an error for a name that is unknown, repeated, or already a row field.
    pub fn new<'n>(set: &RuleSet, names: impl IntoIterator<Item = &'n str>) -> Result<Self, Message> {
        let mut facts = Vec::new();
        for name in names {
            if Row::default().fields().iter().any(|(field, _)| *field == name) {
                let text = format!("`{name}` is a field of every row");
                return Err(Message::error(Code::Usage, text).help("leave it out; `--show` adds other facts"));
            }
            let fact = set.vocabulary.find(name).ok_or_else(|| unknown(set, name))?;
            if facts.contains(&fact) {
                let text = format!("`{name}` is asked for twice");
                return Err(Message::error(Code::Usage, text).help("keep one of the two"));
            }
            facts.push(fact);
        }
        Ok(Self(facts))
    }

    /// Returns the facts.
    pub fn facts(&self) -> &[FactId] {
        &self.0
    }
}

fn unknown(set: &RuleSet, name: &str) -> Message {
    let message = Message::error(Code::Usage, format!("there is no fact `{name}`"));
    match nearest(name, set.vocabulary.facts().map(|(_, fact)| fact.name.as_str())) {
        Some(near) => message.help(format!("did you mean `{near}`?")),
        None => message.help("`actbill explain` has a page for every fact"),
    }
}
