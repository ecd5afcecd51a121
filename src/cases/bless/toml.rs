//! Rewrites the expectations in the text of a case file.

use toml_edit::{Array, DocumentMut, InlineTable, Item, TableLike, Value};

use super::super::{Expectation, ExpectedField, Step, TotalField};
use super::{Edit, Sum};

/// Rewrites these expectations and totals in a file. Returns `None` if a path does not exist in it.
pub(super) fn rewrite(text: &str, edits: &[Edit<'_>], sums: &[Sum<'_>]) -> Option<String> {
    let bare = text.trim_start_matches('\u{feff}');
    let mark = text.get(..text.len() - bare.len())?;
    let mut document: DocumentMut = bare.parse().ok()?;
    for edit in edits {
        let table = descend(document.as_item_mut(), edit.at, true)?.as_table_like_mut()?;
        for before in edit.before {
            match edit.now.iter().find(|expectation| expectation.key == before.key) {
                Some(expectation) if expectation == before => {}
                Some(expectation) => put(table, expectation.key.as_str(), value(expectation)),
                None => drop(table.remove(before.key.as_str())),
            }
        }
        for expectation in
            edit.now.iter().filter(|expectation| !edit.before.iter().any(|before| before.key == expectation.key))
        {
            put(table, expectation.key.as_str(), value(expectation));
        }
    }
    for (path, expectation, now) in sums {
        let table = descend(document.as_item_mut(), path, false)?.as_table_like_mut()?;
        let number = now.parse::<i64>().ok().filter(|_| expectation.key != TotalField::Amount);
        put(table, expectation.key.as_str(), number.map_or_else(|| Value::from(now.as_str()), Value::from));
    }
    let whole = document.to_string();
    // The TOML writer emits only `\n`.
    let whole = if bare.contains("\r\n") { whole.replace("\r\n", "\n").replace('\n', "\r\n") } else { whole };
    Some(format!("{mark}{whole}"))
}

/// Returns the item at the end of a path. If `make` is set, creates the last table if it is missing.
fn descend<'d>(item: &'d mut Item, path: &[Step], make: bool) -> Option<&'d mut Item> {
    let Some((step, rest)) = path.split_first() else { return Some(item) };
    let next = match step {
        Step::Key(key) => {
            if make && rest.is_empty() && item.get(key.as_str()).is_none() {
                item.as_table_like_mut()?.insert(key, Item::Value(Value::InlineTable(InlineTable::new())));
            }
            item.get_mut(key.as_str())?
        }
        Step::Item(at) => item.get_mut(*at)?,
    };
    descend(next, rest, make)
}

/// Sets the value of a key. Keeps the formatting around an existing value, and indents a new key like its neighbors.
fn put(table: &mut dyn TableLike, key: &str, mut value: Value) {
    if let Some(before) = table.get_mut(key).and_then(Item::as_value_mut) {
        if let (Value::Array(before), Value::Array(now)) = (&mut *before, &value) {
            return change(before, now);
        }
        *value.decor_mut() = before.decor().clone();
        *before = value;
        return;
    }
    let indent = table.iter().next().map(|(first, _)| first.to_owned()).and_then(|first| {
        let before = table.key(&first)?.leaf_decor().prefix()?.as_str()?;
        before.chars().all(|c| c == ' ' || c == '\t').then(|| before.to_owned())
    });
    table.insert(key, Item::Value(value));
    if let (Some(indent), Some(mut key)) = (indent, table.key_mut(key)) {
        key.leaf_decor_mut().set_prefix(indent);
    }
}

/// Makes a list hold the same items as another one. Items that stay keep their positions and their comments.
fn change(list: &mut Array, now: &Array) {
    let said = |list: &Array| -> Vec<String> { list.iter().filter_map(Value::as_str).map(str::to_owned).collect() };
    let (before, wanted) = (said(list), said(now));
    list.retain(|item| item.as_str().is_some_and(|item| wanted.iter().any(|wanted| wanted == item)));
    wanted.iter().filter(|wanted| !before.contains(wanted)).for_each(|wanted| list.push(wanted.as_str()));
}

fn value(expectation: &Expectation) -> Value {
    if expectation.key.is_list() {
        return Value::Array(expectation.words.iter().map(String::as_str).collect::<Array>());
    }
    let word = expectation.words.first().map_or("", String::as_str);
    let number = word.parse::<i64>().ok().filter(|_| {
        matches!(expectation.key, ExpectedField::Units | ExpectedField::Minutes | ExpectedField::QuarterHours)
    });
    number.map_or_else(|| Value::from(word), Value::from)
}
