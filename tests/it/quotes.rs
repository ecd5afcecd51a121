//! Every quote in the shipped rules occurs exactly once in the text it cites, and the text is the one that was read.

use std::collections::BTreeMap;
use std::env;
use std::fs;
use std::path::PathBuf;

use sha2::{Digest, Sha256};
use toml::de::{DeTable, DeValue};

use crate::shared::{ready, shipped};

/// Returns the folder of source texts, which is not part of the repository. Without it there is nothing to compare,
/// unless `ACTBILL_SOURCES_REQUIRED` demands that it exists.
fn folder() -> Option<PathBuf> {
    let beside = || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../shared/sources");
    let folder = env::var_os("ACTBILL_SOURCES").map_or_else(beside, PathBuf::from);
    let required = env::var("ACTBILL_SOURCES_REQUIRED").is_ok_and(|value| value == "1");
    assert!(folder.is_dir() || !required, "no folder of sources at {}", folder.display());
    folder.is_dir().then_some(folder)
}

/// Reads the texts of the checked sources by name, with whitespace normalized.
fn texts() -> Option<BTreeMap<String, String>> {
    let folder = folder()?;
    let set = &ready().set;
    let checked = set.sources.iter().filter_map(|source| Some((&source.name, source.sha256.as_ref()?)));
    let texts = checked.map(|(name, sha256)| {
        let bytes = fs::read(folder.join(format!("{name}.txt"))).unwrap_or_else(|error| panic!("{name}.txt: {error}"));
        assert_eq!(hex::encode(Sha256::digest(&bytes)), *sha256, "{name}.txt is not the text that was read");
        (name.clone(), plain(&String::from_utf8(bytes).unwrap()))
    });
    Some(texts.collect())
}

fn plain(text: &str) -> String {
    text.split_whitespace().collect::<Vec<_>>().join(" ")
}

/// Collects the tables of a rule file that quote a source: their position, the source and the quote.
fn quotes(value: &DeValue<'_>, at: &str, found: &mut Vec<(String, String, String)>) {
    let word =
        |table: &DeTable<'_>, key: &str| table.get(key).and_then(|value| value.get_ref().as_str().map(str::to_owned));
    match value {
        DeValue::Array(list) => list.iter().for_each(|item| quotes(item.get_ref(), at, found)),
        DeValue::Table(table) => {
            if let (Some(source), Some(quote)) = (word(table, "source"), word(table, "quote")) {
                found.push((at.to_owned(), source, quote));
            }
            let id = word(table, "id");
            for (key, value) in table {
                let at = format!("{at} {}", id.as_deref().unwrap_or(key.get_ref()));
                quotes(value.get_ref(), &at, found);
            }
        }
        _ => {}
    }
}

fn all_quotes() -> Vec<(String, String, String)> {
    let mut found = Vec::new();
    for file in shipped() {
        let table = DeTable::parse(&file.text).unwrap().into_inner();
        quotes(&DeValue::Table(table), &file.name, &mut found);
    }
    found
}

#[test]
fn a_quote_is_short() {
    let quotes = all_quotes();
    assert!(quotes.len() > 60, "only {} quotes were found", quotes.len());
    for (at, _, quote) in quotes {
        assert!((1..=15).contains(&quote.split_whitespace().count()), "{at}: {quote}");
    }
}

#[test]
fn a_quote_stands_once_in_the_text_that_it_cites() {
    let Some(texts) = texts() else { return };
    assert!(texts.len() >= 2, "{:?}", texts.keys());
    for (at, source, quote) in all_quotes() {
        let text = texts.get(&source).unwrap_or_else(|| panic!("{at}: `{source}` is quoted and its text is not held"));
        let times = text.matches(&plain(&quote)).count();
        // A waiver speaks about a sentence wherever the source has it.
        let waived = at.contains(" waiver");
        assert!(times == 1 || (waived && times > 0), "{at}: stands {times} times in {source}: {quote}");
    }
}

#[test]
fn a_source_is_checked_or_says_why_not() {
    for source in ready().set.sources.iter() {
        assert_ne!(source.sha256.is_some(), source.unchecked.is_some(), "{}", source.name);
        assert!(!source.title.is_empty() && !source.dated.is_empty(), "{}", source.name);
    }
}
