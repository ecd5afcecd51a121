//! What stands twice where it may stand once: blocks of one name, which may be replacements, places, names in a list.

use std::collections::BTreeMap;

use super::blocks::Block;
use super::problem::{Problems, Span};
use super::walk::Text;
use crate::message::Code;
use crate::nearest::nearest;

/// One block for each name, in order of name: of a name's blocks the one that replaces, if one does, else the first.
pub(super) fn settle<B: Block>(mut blocks: Vec<B>, what: &str, problems: &mut Problems<'_>) -> Vec<B> {
    blocks.sort_by_key(|block| block.name().at.order());
    let mut by_name: BTreeMap<String, (Vec<B>, Vec<B>)> = BTreeMap::new();
    for block in blocks {
        let (plain, replacing) = by_name.entry(block.name().value.clone()).or_default();
        if block.replaces() { replacing.push(block) } else { plain.push(block) }
    }
    let there: Vec<String> =
        by_name.iter().filter(|(_, (plain, _))| !plain.is_empty()).map(|(name, _)| name.clone()).collect();
    let mut settled = Vec::new();
    for (name, (plain, replacing)) in by_name {
        let at = |block: &B| block.name().at.clone();
        let second = format!("{what} `{name}`");
        refuse_further(plain.iter().map(at), &second, (Code::RepeatedName, ANOTHER_NAME), problems);
        let second = format!("replacement of {what} `{name}`");
        refuse_further(replacing.iter().map(at), &second, (Code::RepeatedName, "keep one of the two"), problems);
        if let Some(block) = replacing.first().filter(|_| plain.is_empty()) {
            let text = format!("there is no {what} `{name}` to replace");
            let help = match nearest(&name, there.iter().map(String::as_str)) {
                Some(near) => format!("did you mean `{near}`?"),
                None => format!("check the name; a new {what} needs no `replaces = true`"),
            };
            problems.add(&block.name().at, Code::NothingToReplace, text, help);
        }
        if let Some(block) = replacing.first().filter(|_| !plain.is_empty()) {
            problems.replaces(&name, &block.name().at);
        }
        settled.extend(replacing.into_iter().chain(plain).take(1));
    }
    settled
}

const ANOTHER_NAME: &str = "give one of them another name, or, to take the other's place, the line `replaces = true`";

/// Of several blocks that claim one place, those after the first.
pub(super) fn refuse_further(
    mut places: impl Iterator<Item = Span>,
    what: &str,
    (code, help): (Code, &str),
    problems: &mut Problems<'_>,
) {
    let Some(first) = places.next() else { return };
    for further in places {
        problems.second(what, (&first, &further), code, help);
    }
}

/// A list in which each name stands once.
pub(super) fn refuse_repeats(list: &[Text], problems: &mut Problems<'_>) {
    for (at, name) in list.iter().enumerate() {
        if let Some(first) = list.iter().take(at).find(|first| first.value == name.value) {
            let what = format!("`{}` in this list", name.value);
            problems.second(&what, (&first.at, &name.at), Code::RepeatedName, "name it once");
        }
    }
}
