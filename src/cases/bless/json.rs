//! Expectations in JSON and NDJSON notes: the texts of values are replaced where they stand.

use std::ops::Range;

use super::super::note_file::{EXPECT, PREFIX};
use super::super::{Expect, Key, Slot, Wish};
use super::Edit;
use crate::read::{member_ranges, note_ranges};

/// The text with these expectations; `None` if a note is not to be found in it.
pub(super) fn rewrite(text: &str, lines: bool, edits: &[Edit<'_>]) -> Option<String> {
    let notes: Vec<Range<usize>> = note_ranges(text, lines)?;
    let mut patches: Vec<(Range<usize>, String)> = Vec::new();
    for edit in edits {
        let Slot::Record(at) = edit.slot else { return None };
        let note = notes.get(*at)?.clone();
        let start = note.start;
        let told = member_ranges(text.get(note.clone())?)?;
        let inner = told.iter().find(|(name, value)| {
            name == EXPECT && text.get(start + value.start..).is_some_and(|rest| rest.starts_with('{'))
        });
        let flat = told.iter().any(|(name, _)| name.starts_with(PREFIX));
        match inner {
            Some((_, value)) => {
                let object = start + value.start..start + value.end;
                patches.extend(patched(text, &object, "", edit)?);
            }
            None if flat => patches.extend(patched(text, &note, PREFIX, edit)?),
            None => patches.push(inserted(text, &note, &format!("\"{EXPECT}\": {{{}}}", listed("", &edit.now)))?),
        }
    }
    patches.sort_by_key(|(range, _)| range.start);
    let mut whole = text.to_owned();
    for (range, value) in patches.into_iter().rev() {
        whole.replace_range(range, &value);
    }
    Some(whole)
}

/// The values of an object that change, and what is added to it.
fn patched(text: &str, object: &Range<usize>, prefix: &str, edit: &Edit<'_>) -> Option<Vec<(Range<usize>, String)>> {
    let mut patches = Vec::new();
    let told = member_ranges(text.get(object.clone())?)?;
    let mut added: Expect = edit.now.clone();
    for (name, range) in told {
        let Some(key) = name.strip_prefix(prefix).and_then(|name| Key::ALL.iter().find(|key| key.as_str() == name))
        else {
            continue;
        };
        added.retain(|wish| wish.key != *key);
        let before = edit.before.iter().find(|wish| wish.key == *key);
        let now = edit.now.iter().find(|wish| wish.key == *key);
        if before != now {
            let value = now.map_or_else(|| "null".to_owned(), value);
            patches.push((object.start + range.start..object.start + range.end, value));
        }
    }
    if !added.is_empty() {
        patches.push(inserted(text, object, &listed(prefix, &added))?);
    }
    Some(patches)
}

/// Members put behind the last one of an object.
fn inserted(text: &str, object: &Range<usize>, more: &str) -> Option<(Range<usize>, String)> {
    let told = member_ranges(text.get(object.clone())?)?;
    let (at, comma) = match told.last() {
        Some((_, last)) => (object.start + last.end, ", "),
        None => (object.start + 1, ""),
    };
    Some((at..at, format!("{comma}{more}")))
}

fn listed(prefix: &str, expect: &Expect) -> String {
    let members = expect.iter().map(|wish| format!("\"{prefix}{}\": {}", wish.key.as_str(), value(wish)));
    members.collect::<Vec<_>>().join(", ")
}

fn value(wish: &Wish) -> String {
    let text = |word: &String| serde_json::to_string(word).unwrap_or_default();
    if wish.key.is_list() {
        return format!("[{}]", wish.words.iter().map(text).collect::<Vec<_>>().join(", "));
    }
    let Some(word) = wish.words.first() else { return "null".into() };
    let numeric = matches!(wish.key, Key::Units | Key::Minutes | Key::QuarterHours | Key::Rate | Key::Amount);
    if numeric && word.bytes().all(|byte| byte.is_ascii_digit() || byte == b'.') { word.clone() } else { text(word) }
}
